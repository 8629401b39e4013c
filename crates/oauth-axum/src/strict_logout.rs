//! Sessions that have ended stay ended.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

/// A session store in which an ended session stays ended.
///
/// A request that was under way when its session ended may still write, and most stores would bring the session back:
/// the logout would be undone. This one remembers the ids that ended here for an hour, and their sessions are neither
/// written nor read. Between instances it is for the store to write a session only if it is still there.
#[derive(Clone)]
pub struct StrictLogout<S> {
    store: S,
    ended: Arc<Mutex<Ended>>,
}

/// Bounded: when full, the oldest is forgotten.
#[derive(Default)]
struct Ended {
    ids: HashSet<Id>,
    queue: VecDeque<(Instant, Id)>,
}

impl<S> StrictLogout<S> {
    /// Wraps `store`.
    pub fn new(store: S) -> Self {
        Self { store, ended: Arc::default() }
    }

    fn has_ended(&self, id: &Id) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).ids.contains(id)
    }
}

impl Ended {
    const CAPACITY: usize = 1 << 16;
    const MEMORY: Duration = Duration::from_secs(60 * 60);

    fn add(&mut self, id: Id, now: Instant) {
        while let Some((since, oldest)) = self.queue.front().copied() {
            if self.queue.len() < Self::CAPACITY && now.duration_since(since) < Self::MEMORY {
                break;
            }
            self.queue.pop_front();
            self.ids.remove(&oldest);
        }
        if self.ids.insert(id) {
            self.queue.push_back((now, id));
        }
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
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).add(*id, Instant::now());
        self.store.delete(id).await
    }
}

/// Without the store: what is in it are secrets.
impl<S> fmt::Debug for StrictLogout<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrictLogout").finish_non_exhaustive()
    }
}
