//! Sessions that have ended stay ended, in any store, and what is in the store already is not written again.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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
    created: Created,
}

/// The sessions that were created last. A login stores its session before it answers, and the session library does so once
/// more afterwards.
#[derive(Clone, Default)]
struct Created(Arc<Mutex<VecDeque<Record>>>);

impl Created {
    /// Requests under way at a time for which the second time is spared.
    const CAPACITY: usize = 64;

    fn add(&self, record: &Record) {
        let mut created = self.lock();
        if created.len() >= Self::CAPACITY {
            created.pop_front();
        }
        created.push_back(record.clone());
    }

    /// Whether `record` was created with just this content; asked again, it is not.
    fn take(&self, record: &Record) -> bool {
        let mut created = self.lock();
        let found = created.iter().position(|other| other.id == record.id).and_then(|at| created.remove(at));
        found.is_some_and(|found| found.data == record.data)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> StrictLogout<S> {
    /// Wraps `store`.
    pub fn new(store: S, ended: EndedSessions) -> Self {
        Self { store, ended, created: Created::default() }
    }

    fn has_ended(&self, id: &Id) -> bool {
        self.ended.contains(&id.to_string())
    }
}

#[async_trait]
impl<S: SessionStore> SessionStore for StrictLogout<S> {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.store.create(record).await?;
        self.created.add(record);
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        if self.created.take(record) || self.has_ended(&record.id) {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        collections::HashMap,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use tower_sessions::cookie::time::OffsetDateTime;

    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Writes(Arc<AtomicUsize>);

    #[async_trait]
    impl SessionStore for Writes {
        async fn save(&self, _record: &Record) -> session_store::Result<()> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }

        async fn load(&self, _id: &Id) -> session_store::Result<Option<Record>> {
            Ok(None)
        }

        async fn delete(&self, _id: &Id) -> session_store::Result<()> {
            Ok(())
        }
    }

    fn record(id: i128, content: &str) -> Record {
        let data = HashMap::from([("key".to_owned(), content.into())]);
        Record { id: Id(id), data, expiry_date: OffsetDateTime::now_utc() }
    }

    #[tokio::test]
    async fn a_new_session_is_written_once_and_a_changed_one_again() {
        let writes = Writes::default();
        let store = StrictLogout::new(writes.clone(), EndedSessions::default());
        let mut written = 0;
        let mut expect = |more| {
            written += more;
            assert_eq!(writes.0.load(Ordering::SeqCst), written);
        };
        store.create(&mut record(1, "a")).await.unwrap();
        expect(1);
        store.save(&record(1, "a")).await.unwrap();
        expect(0);
        store.save(&record(1, "a")).await.unwrap();
        expect(1);
        store.create(&mut record(2, "a")).await.unwrap();
        store.save(&record(2, "b")).await.unwrap();
        expect(2);
        for id in 10..200 {
            store.create(&mut record(id, "a")).await.unwrap();
        }
        expect(190);
        assert_eq!(store.created.lock().len(), Created::CAPACITY);
    }
}
