//! Sessions that have ended stay ended.

use std::{
    collections::HashSet,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

/// The sessions that ended in this process within the last hour or two.
///
/// A request that was under way when its session ended may still write, and most session stores would bring the session
/// back: the logout would be undone. An adapter [adds](Self::add) a session before it removes it from the store, and
/// neither writes nor reads one that is [contained](Self::contains). Between instances it is for the store to write a
/// session only if it is still there, as [`SessionRecords::update`](crate::SessionRecords::update) does.
///
/// Clones share their content. It keeps hashes, at most 131,072 of them: above that the oldest are forgotten early.
///
/// ```
/// use oauth_login::EndedSessions;
///
/// let ended = EndedSessions::default();
/// ended.add("id");
/// assert!(ended.contains("id") && !ended.contains("other"));
/// ```
#[derive(Clone, Default)]
pub struct EndedSessions(Arc<Mutex<Generations>>);

type Digest16 = [u8; 16];

/// In two generations, so that old ones are forgotten all at once. A full generation ends early.
#[derive(Default)]
struct Generations {
    recent: HashSet<Digest16>,
    earlier: HashSet<Digest16>,
    since: Option<Instant>,
}

impl EndedSessions {
    /// Remembers that the session `id` has ended.
    pub fn add(&self, id: &str) {
        self.generations().add(digest(id), Instant::now());
    }

    /// Whether the session `id` ended here.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.generations().contains(&digest(id))
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    const CAPACITY: usize = 1 << 16;
    const MEMORY: Duration = Duration::from_secs(60 * 60);

    fn add(&mut self, id: Digest16, now: Instant) {
        let since = *self.since.get_or_insert(now);
        if self.recent.len() >= Self::CAPACITY || now.duration_since(since) >= Self::MEMORY {
            self.earlier = mem::take(&mut self.recent);
            self.since = Some(now);
        }
        self.recent.insert(id);
    }

    fn contains(&self, id: &Digest16) -> bool {
        self.recent.contains(id) || self.earlier.contains(id)
    }
}

impl fmt::Debug for EndedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndedSessions").finish_non_exhaustive()
    }
}

fn digest(id: &str) -> Digest16 {
    let digest = Sha256::new_with_prefix(b"oauth-login ended session\0").chain_update(id).finalize();
    <[u8; 32]>::from(digest).first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_remembered_for_an_hour_and_forgotten_after_two() {
        let start = Instant::now();
        let mut ended = Generations::default();
        let minutes = |count: u64| start + Duration::from_secs(60 * count);
        let [first, second, third] = ["1", "2", "3"].map(digest);
        ended.add(first, minutes(0));
        ended.add(second, minutes(59));
        ended.add(third, minutes(118));
        assert!([first, second, third].iter().all(|id| ended.contains(id)));
        ended.add(first, minutes(178));
        assert!(ended.contains(&first) && !ended.contains(&second) && ended.contains(&third));
    }

    // Proves: QA8
    #[test]
    fn memory_is_bounded() {
        let now = Instant::now();
        let mut ended = Generations::default();
        for id in 0..=3 * Generations::CAPACITY {
            ended.add(digest(&id.to_string()), now);
        }
        assert_eq!((ended.recent.len(), ended.earlier.len()), (1, Generations::CAPACITY));
    }
}
