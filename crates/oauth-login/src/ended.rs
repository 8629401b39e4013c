//! Sessions that have ended stay ended.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use crate::generations::Generations;

const MEMORY: Duration = Duration::from_secs(60 * 60);

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
#[derive(Clone)]
pub struct EndedSessions(Arc<Mutex<Digests>>);

type Digests = Generations<[u8; 16], ()>;

impl EndedSessions {
    /// Remembers that the session `id` has ended.
    pub fn add(&self, id: &str) {
        self.digests().insert(digest(id), (), Instant::now());
    }

    /// Whether the session `id` ended here.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.digests().get(&digest(id)).is_some()
    }

    fn digests(&self) -> MutexGuard<'_, Digests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for EndedSessions {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Generations::new(MEMORY))))
    }
}

impl fmt::Debug for EndedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndedSessions").finish_non_exhaustive()
    }
}

fn digest(id: &str) -> [u8; 16] {
    let digest = Sha256::new_with_prefix(b"oauth-login ended session\0").chain_update(id).finalize();
    <[u8; 32]>::from(digest).first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_know_what_has_ended() {
        let ended = EndedSessions::default();
        ended.clone().add("1");
        assert!(ended.contains("1") && !ended.contains("2"));
    }
}
