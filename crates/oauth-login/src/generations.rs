//! A map for what strangers can add to: it forgets by itself, and never grows beyond its bound.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    time::{Duration, Instant},
};

/// Entries in two generations, so that old ones are forgotten all at once. A full generation ends early.
pub(crate) struct Generations<K, V> {
    recent: HashMap<K, V>,
    earlier: HashMap<K, V>,
    since: Option<Instant>,
    memory: Duration,
}

impl<K: Eq + Hash, V> Generations<K, V> {
    /// Most entries in one generation.
    pub(crate) const CAPACITY: usize = 1 << 16;

    /// Remembers what is inserted for at least `memory`, unless more comes in that time than fits.
    pub(crate) fn new(memory: Duration) -> Self {
        Self { recent: HashMap::new(), earlier: HashMap::new(), since: None, memory }
    }

    pub(crate) fn insert(&mut self, key: K, value: V, now: Instant) {
        let since = *self.since.get_or_insert(now);
        if self.recent.len() >= Self::CAPACITY || now.duration_since(since) >= self.memory {
            self.earlier = mem::take(&mut self.recent);
            self.since = Some(now);
        }
        self.recent.insert(key, value);
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.recent.get(key).or_else(|| self.earlier.get(key))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.recent.len() + self.earlier.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[test]
    fn entries_are_remembered_for_an_hour_and_forgotten_after_two() {
        let start = Instant::now();
        let minutes = |count: u64| start + Duration::from_secs(60 * count);
        let mut entries = Generations::new(HOUR);
        entries.insert(1, "a", minutes(0));
        entries.insert(2, "b", minutes(59));
        entries.insert(3, "c", minutes(118));
        assert_eq!([1, 2, 3].map(|key| entries.get(&key).copied()), [Some("a"), Some("b"), Some("c")]);
        entries.insert(1, "again", minutes(178));
        assert_eq!([1, 2, 3].map(|key| entries.get(&key).copied()), [Some("again"), None, Some("c")]);
    }

    // Proves: QA8
    #[test]
    fn memory_is_bounded() {
        let now = Instant::now();
        let mut entries = Generations::new(HOUR);
        let capacity = Generations::<usize, ()>::CAPACITY;
        for key in 0..=3 * capacity {
            entries.insert(key, (), now);
        }
        assert_eq!(entries.len(), 1 + capacity);
    }
}
