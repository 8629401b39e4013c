//! Where pending logins wait, and how each is used once.
//!
//! Two ways. *In the cookie* (the default): the browser keeps the sealed login, an abandoned one costs the server
//! nothing, and the server remembers the finished ones until they expire, so that one process uses each once. *In a
//! [`PendingStore`]*: all instances share the logins, so "once" holds across them. The cookie is needed in both: a
//! login found in a store proves nothing about the browser. While the store cannot be reached logins begin in the cookie,
//! and the store is asked when they finish.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::Result;
use sha2::{Digest, Sha256};

/// Pending logins shared by several instances, in Redis for example.
///
/// Three promises: what was [put](Self::put) is gone after its lifetime at the latest, it is [taken](Self::take) at most
/// once, and a key is [spent](Self::spend) at most once, also when two instances ask at the same moment (`GETDEL` and
/// `SET NX` in Redis, `DELETE … RETURNING` and `INSERT … ON CONFLICT DO NOTHING` in SQL). The values are sealed: whoever
/// reads the store learns nothing and can change nothing.
///
/// Anybody can begin a login, so a store has a limit on how many it keeps; above it [`put`](Self::put) fails.
///
/// Errors are of kind [`StoreUnavailable`](oauth_core::ErrorKind::StoreUnavailable); their text is logged, so it must not
/// contain credentials of the store. After a failed `put` the login goes on in a cookie. After a failed `take` or `spend`
/// the answer is 503 and nothing is lost: the browser may come back with the same callback.
///
/// ```
/// use std::{collections::HashMap, sync::Mutex, time::Duration};
/// use oauth_core::{Result, async_trait};
/// use oauth_login::{PendingKey, PendingStore};
///
/// /// For a test: lifetimes are not watched.
/// #[derive(Default)]
/// struct Memory(Mutex<HashMap<String, String>>);
///
/// #[async_trait]
/// impl PendingStore for Memory {
///     async fn put(&self, key: &PendingKey, sealed: &str, _lifetime: Duration) -> Result<()> {
///         self.0.lock().unwrap().insert(key.as_str().to_owned(), sealed.to_owned());
///         Ok(())
///     }
///
///     async fn take(&self, key: &PendingKey) -> Result<Option<String>> {
///         Ok(self.0.lock().unwrap().remove(key.as_str()))
///     }
///
///     async fn spend(&self, key: &PendingKey, _lifetime: Duration) -> Result<bool> {
///         Ok(self.0.lock().unwrap().insert(key.as_str().to_owned(), String::new()).is_none())
///     }
/// }
/// ```
#[async_trait]
pub trait PendingStore: Send + Sync {
    /// Keeps `sealed` under `key` for `lifetime`.
    async fn put(&self, key: &PendingKey, sealed: &str, lifetime: Duration) -> Result<()>;

    /// Removes and returns what was put under `key`, or `None` if there is nothing, any more or yet.
    async fn take(&self, key: &PendingKey) -> Result<Option<String>>;

    /// Remembers `key` for `lifetime`. Returns `false` if it was remembered already. For logins that waited in a cookie.
    async fn spend(&self, key: &PendingKey, lifetime: Duration) -> Result<bool>;
}

/// Under what a pending login is stored: a hash from which neither `state` nor the browser's half can be told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PendingKey(String);

impl PendingKey {
    /// Needs the browser's half too, so that without the cookie a stored login cannot even be named.
    pub(crate) fn new(state: &str, binding: &str) -> Self {
        let digest = Sha256::new_with_prefix(b"oauth-login pending login\0")
            .chain_update((state.len() as u64).to_be_bytes())
            .chain_update(state)
            .chain_update(binding)
            .finalize();
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    /// Of a login that waited in a cookie, and is spent. The other kind's browser half is never empty.
    pub(crate) fn spent(state: &str) -> Self {
        Self::new(state, "")
    }

    /// The key: 43 characters of base64url.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PendingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingKey(..)")
    }
}

/// Where this application's pending logins wait.
pub(crate) enum Waiting {
    InCookies(Spent),
    InStore(Arc<dyn PendingStore>),
}

/// The finished logins of this process, each until it would have expired anyway.
///
/// Bounded: when full, the oldest is forgotten. It then rests on what protects a second instance as well: the cookie was
/// deleted, and the provider takes a code once (RFC 6749 section 4.1.2).
pub(crate) struct Spent(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    known: HashSet<[u8; 16]>,
    /// With the second they are forgotten, oldest first: all live equally long.
    queue: VecDeque<(u64, [u8; 16])>,
}

impl Spent {
    const CAPACITY: usize = 1 << 16;

    pub(crate) fn new() -> Self {
        Self(Mutex::new(Entries::default()))
    }

    /// Whether the login with the hash `digest` of its `state` is spent by this call, and was not before.
    pub(crate) fn spend(&self, digest: &[u8; 32], now: u64, lifetime: Duration) -> bool {
        let (&key, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((forget_at, oldest)) = entries.queue.front().copied() {
            if forget_at > now && entries.queue.len() < Self::CAPACITY {
                break;
            }
            entries.queue.pop_front();
            entries.known.remove(&oldest);
        }
        if !entries.known.insert(key) {
            return false;
        }
        entries.queue.push_back((now.saturating_add(lifetime.as_secs()), key));
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(600);

    // Proves: QB4, QB5
    #[test]
    fn a_login_is_spent_once_while_it_could_be_used() {
        let spent = Spent::new();
        assert!(spent.spend(&[1; 32], 1000, LIFETIME));
        assert!(!spent.spend(&[1; 32], 1000, LIFETIME));
        assert!(spent.spend(&[2; 32], 1300, LIFETIME));
        assert!(!spent.spend(&[1; 32], 1599, LIFETIME));
        // By now the seal has expired.
        assert!(spent.spend(&[1; 32], 1600, LIFETIME));
        assert!(!spent.spend(&[2; 32], 1600, LIFETIME));
    }

    // Proves: QA8
    #[test]
    fn memory_is_bounded() {
        let spent = Spent::new();
        for index in 0..Spent::CAPACITY + 1000 {
            assert!(spent.spend(&[index.to_be_bytes(); 4].concat().try_into().unwrap(), 0, LIFETIME));
        }
        let entries = spent.0.lock().unwrap();
        assert_eq!((entries.known.len(), entries.queue.len()), (Spent::CAPACITY, Spent::CAPACITY));
    }

    #[test]
    fn keys_need_state_and_binding() {
        let key = PendingKey::new("state", "binding");
        assert_eq!(key.as_str().len(), 43);
        for (state, binding) in [("state", ""), ("", "binding"), ("stat", "ebinding"), ("stateb", "inding")] {
            assert_ne!(PendingKey::new(state, binding), key);
        }
    }
}
