//! A store for one process.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use oauth_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use crate::{
    records::{Precondition, RecordKey, RecordStore},
    store::{PendingKey, PendingStore},
};

/// Most pending logins that are kept at a time.
const MAX_PENDING: usize = 100_000;

/// Pending logins and records in the memory of this process: for one instance, and for tests.
///
/// What has expired is forgotten, and there is a limit on pending logins, which strangers can begin: above it they
/// travel in cookies. Clones share their content.
///
/// ```
/// use oauth_core::Registry;
/// use oauth_login::{Login, MemoryStore};
///
/// let store = MemoryStore::new();
/// let login = Login::builder(Registry::builder().build()?).store(store.clone()).build()?;
/// let sessions = login.session_records(store);
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    pending: Entries<PendingKey>,
    records: Entries<RecordKey>,
}

/// A map whose entries end.
struct Entries<K> {
    values: HashMap<K, (Instant, String)>,
    /// What ends when, soonest first. The hash map's keys again.
    ends: BTreeSet<(Instant, K)>,
}

impl<K> Default for Entries<K> {
    fn default() -> Self {
        Self { values: HashMap::new(), ends: BTreeSet::new() }
    }
}

impl<K: Clone + Ord + std::hash::Hash> Entries<K> {
    fn forget_ended(&mut self, now: Instant) {
        while let Some((end, key)) = self.ends.first() {
            if *end > now {
                break;
            }
            self.values.remove(key);
            self.ends.pop_first();
        }
    }

    fn get(&self, key: &K) -> Option<&str> {
        self.values.get(key).map(|(_, value)| value.as_str())
    }

    fn insert(&mut self, key: &K, value: String, end: Instant) {
        self.remove(key);
        self.ends.insert((end, key.clone()));
        self.values.insert(key.clone(), (end, value));
    }

    fn remove(&mut self, key: &K) -> Option<String> {
        let (key, (end, value)) = self.values.remove_entry(key)?;
        self.ends.remove(&(end, key));
        Some(value)
    }
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self, now: Instant) -> MutexGuard<'_, Content> {
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        content.pending.forget_ended(now);
        content.records.forget_ended(now);
        content
    }
}

#[async_trait]
impl PendingStore for MemoryStore {
    async fn put(&self, key: &PendingKey, sealed: &str, lifetime: Duration) -> Result<()> {
        let now = Instant::now();
        let mut content = self.content(now);
        if content.pending.values.len() >= MAX_PENDING {
            return Err(Error::new(ErrorKind::StoreUnavailable, "too many logins are pending"));
        }
        content.pending.insert(key, sealed.to_owned(), end(now, lifetime)?);
        Ok(())
    }

    async fn take(&self, key: &PendingKey) -> Result<Option<String>> {
        Ok(self.content(Instant::now()).pending.remove(key))
    }

    async fn spend(&self, key: &PendingKey, lifetime: Duration) -> Result<bool> {
        let now = Instant::now();
        let mut content = self.content(now);
        let first = content.pending.get(key).is_none();
        if first {
            content.pending.insert(key, String::new(), end(now, lifetime)?);
        }
        Ok(first)
    }
}

#[async_trait]
impl RecordStore for MemoryStore {
    async fn read(&self, key: &RecordKey) -> Result<Option<String>> {
        Ok(self.content(Instant::now()).records.get(key).map(str::to_owned))
    }

    async fn write(
        &self,
        key: &RecordKey,
        value: &str,
        lifetime: Duration,
        precondition: Precondition<'_>,
    ) -> Result<bool> {
        let now = Instant::now();
        let mut content = self.content(now);
        let holds = precondition.holds(content.records.get(key));
        if holds {
            content.records.insert(key, value.to_owned(), end(now, lifetime)?);
        }
        Ok(holds)
    }

    async fn remove(&self, key: &RecordKey, precondition: Precondition<'_>) -> Result<bool> {
        let mut content = self.content(Instant::now());
        let holds = precondition.holds(content.records.get(key));
        Ok(holds && content.records.remove(key).is_some())
    }
}

/// How much is in it, and nothing of it.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("MemoryStore")
            .field("pending", &content.pending.values.len())
            .field("records", &content.records.values.len())
            .finish_non_exhaustive()
    }
}

fn end(now: Instant, lifetime: Duration) -> Result<Instant> {
    now.checked_add(lifetime).ok_or_else(|| Error::new(ErrorKind::Configuration, "a lifetime is longer than time"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn what_has_ended_is_forgotten_and_what_was_renewed_is_not() {
        let mut entries = Entries::default();
        let start = Instant::now();
        for (key, minutes) in [("a", 1), ("b", 2), ("c", 1)] {
            entries.insert(&key, key.to_owned(), start + minutes * MINUTE);
        }
        entries.insert(&"c", "again".to_owned(), start + 3 * MINUTE);
        entries.forget_ended(start + MINUTE);
        assert_eq!([entries.get(&"a"), entries.get(&"b"), entries.get(&"c")], [None, Some("b"), Some("again")]);
        entries.forget_ended(start + 2 * MINUTE);
        assert_eq!((entries.values.len(), entries.ends.len()), (1, 1));
        assert_eq!(entries.remove(&"c").as_deref(), Some("again"));
        assert_eq!((entries.values.len(), entries.ends.len()), (0, 0));
    }

    // Proves: QA8
    #[tokio::test]
    async fn strangers_cannot_fill_the_memory() {
        let store = MemoryStore::new();
        for index in 0..MAX_PENDING {
            store.put(&PendingKey::new(&index.to_string(), ""), "", MINUTE).await.unwrap();
        }
        let refused = store.put(&PendingKey::new("one more", ""), "", MINUTE).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::StoreUnavailable);
        assert!(store.take(&PendingKey::new("0", "")).await.unwrap().is_some());
        store.put(&PendingKey::new("one more", ""), "", MINUTE).await.unwrap();
    }

    #[tokio::test]
    async fn a_precondition_decides_what_is_written_and_removed() {
        let (store, key) = (MemoryStore::new(), RecordKey::new("kind", "app", "id"));
        for (value, precondition, written) in [
            ("a", Precondition::Present, false),
            ("b", Precondition::Unchanged("b"), false),
            ("c", Precondition::Absent, true),
            ("d", Precondition::Absent, false),
            ("e", Precondition::Unchanged("d"), false),
            ("f", Precondition::Unchanged("c"), true),
            ("g", Precondition::Present, true),
        ] {
            assert_eq!(store.write(&key, value, MINUTE, precondition).await.unwrap(), written, "{value}");
        }
        assert_eq!(store.read(&key).await.unwrap().as_deref(), Some("g"));
        for (precondition, removed) in
            [(Precondition::Absent, false), (Precondition::Unchanged("f"), false), (Precondition::Unchanged("g"), true)]
        {
            assert_eq!(store.remove(&key, precondition).await.unwrap(), removed, "{precondition:?}");
        }
        assert!(!store.remove(&key, Precondition::Absent).await.unwrap());
        assert_eq!(store.read(&key).await.unwrap(), None);
    }
}
