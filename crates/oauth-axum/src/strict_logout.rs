//! Sessions that have ended stay ended, in any store.

use std::fmt;

use async_trait::async_trait;
use oauth_login::EndedSessions;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

/// A session store in which an ended session stays ended.
///
/// A request that was under way when its session ended may still write, and most stores would bring the session back:
/// the logout would be undone. [`EndedSessions`] remembers those that ended here, and they are neither written nor read.
#[derive(Clone)]
pub struct StrictLogout<S> {
    store: S,
    ended: EndedSessions,
}

impl<S> StrictLogout<S> {
    /// Wraps `store`.
    pub fn new(store: S, ended: EndedSessions) -> Self {
        Self { store, ended }
    }

    fn has_ended(&self, id: &Id) -> bool {
        self.ended.contains(&id.to_string())
    }
}

#[async_trait]
impl<S: SessionStore> SessionStore for StrictLogout<S> {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.store.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        if self.has_ended(&record.id) {
            return Ok(());
        }
        self.store.save(record).await?;
        // It may have ended meanwhile, and have been deleted before it was saved.
        if self.has_ended(&record.id) { self.store.delete(&record.id).await } else { Ok(()) }
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        if self.has_ended(id) { Ok(None) } else { self.store.load(id).await }
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.ended.add(&id.to_string());
        self.store.delete(id).await
    }
}

/// Without the store: what is in it are secrets.
impl<S> fmt::Debug for StrictLogout<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrictLogout").finish_non_exhaustive()
    }
}
