//! Sessions that have ended stay ended.

use std::{
    collections::HashSet,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
/// the logout would be undone. This one remembers the ids that ended here for an hour or two, and their sessions are
/// neither written nor read. Between instances it is for the store to write a session only if it is still there.
#[derive(Clone)]
pub struct StrictLogout<S> {
    store: S,
    ended: Arc<Mutex<Ended>>,
}

/// Ids in two generations, so that old ones are forgotten all at once. Bounded: a full generation ends early.
struct Ended {
    recent: HashSet<Id>,
    earlier: HashSet<Id>,
    since: Instant,
}

impl<S> StrictLogout<S> {
    /// Wraps `store`.
    pub fn new(store: S) -> Self {
        let ended = Ended { recent: HashSet::new(), earlier: HashSet::new(), since: Instant::now() };
        Self { store, ended: Arc::new(Mutex::new(ended)) }
    }

    fn ended(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self, id: &Id) -> bool {
        self.ended().contains(id)
    }
}

impl Ended {
    const CAPACITY: usize = 1 << 16;
    const MEMORY: Duration = Duration::from_secs(60 * 60);

    fn add(&mut self, id: Id, now: Instant) {
        if self.recent.len() >= Self::CAPACITY || now.duration_since(self.since) >= Self::MEMORY {
            self.earlier = mem::take(&mut self.recent);
            self.since = now;
        }
        self.recent.insert(id);
    }

    fn contains(&self, id: &Id) -> bool {
        self.recent.contains(id) || self.earlier.contains(id)
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
        self.ended().add(*id, Instant::now());
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
    use super::*;

    #[test]
    fn ids_are_remembered_for_an_hour_and_forgotten_after_two() {
        let start = Instant::now();
        let mut ended = Ended { recent: HashSet::new(), earlier: HashSet::new(), since: start };
        let minutes = |count: u64| start + Duration::from_secs(60 * count);
        ended.add(Id(1), minutes(59));
        ended.add(Id(2), minutes(118));
        assert!(ended.contains(&Id(1)) && ended.contains(&Id(2)));
        ended.add(Id(3), minutes(178));
        assert!(!ended.contains(&Id(1)) && ended.contains(&Id(2)) && ended.contains(&Id(3)));
    }

    // Proves: QA8
    #[test]
    fn memory_is_bounded() {
        let now = Instant::now();
        let mut ended = Ended { recent: HashSet::new(), earlier: HashSet::new(), since: now };
        for id in 0..=3 * Ended::CAPACITY {
            ended.add(Id(id as i128), now);
        }
        assert_eq!((ended.recent.len(), ended.earlier.len()), (1, Ended::CAPACITY));
    }
}
