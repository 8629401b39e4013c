//! Records that outlive a request: sessions, tokens, and the leases on them, in a store that instances share.

use std::{
    fmt, mem,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};

use crate::key_ring::{KeyRing, Label, Purpose, random_text};

/// Records shared by several instances: a map with lifetimes and conditional writes.
///
/// Each operation is atomic: of two instances that [write](Self::write) under [`Precondition::Absent`] at the same
/// moment, one gets `true`. In SQL a condition is part of the `WHERE`, in Redis it is `SET NX`, `SET XX` or a script.
/// A record is gone after its lifetime at the latest. Values are sealed, or say nothing; keys are hashes.
///
/// Errors are of kind [`StoreUnavailable`](ErrorKind::StoreUnavailable); their text is logged, so it must not contain
/// credentials of the store.
///
/// [`MemoryStore`](crate::MemoryStore) implements it for a single process.
#[async_trait]
pub trait RecordStore: Send + Sync {
    /// The record under `key`, if there is one.
    async fn read(&self, key: &RecordKey) -> Result<Option<String>>;

    /// Keeps `value` under `key` for `lifetime` from now, if `precondition` holds. Returns whether it did.
    async fn write(
        &self,
        key: &RecordKey,
        value: &str,
        lifetime: Duration,
        precondition: Precondition<'_>,
    ) -> Result<bool>;

    /// Removes the record under `key`, if `precondition` holds. Returns whether there was something to remove.
    async fn remove(&self, key: &RecordKey, precondition: Precondition<'_>) -> Result<bool>;
}

/// What must be true of a record at the moment it is written or removed.
#[derive(Clone, Copy)]
pub enum Precondition<'a> {
    /// There is none.
    Absent,
    /// There is one.
    Present,
    /// There is one, and it is this. Every sealing differs, so a sealed value is also its own version.
    Unchanged(&'a str),
}

impl fmt::Debug for Precondition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Present => "Present",
            Self::Unchanged(_) => "Unchanged(..)",
        })
    }
}

impl Precondition<'_> {
    /// Whether it holds for what is there, for stores that can look and write under one lock.
    ///
    /// ```
    /// use oauth_login::Precondition;
    ///
    /// assert!(Precondition::Unchanged("a").holds(Some("a")));
    /// assert!(!Precondition::Absent.holds(Some("a")));
    /// ```
    #[must_use]
    pub fn holds(self, found: Option<&str>) -> bool {
        match self {
            Self::Absent => found.is_none(),
            Self::Present => found.is_some(),
            Self::Unchanged(expected) => found == Some(expected),
        }
    }
}

/// Under what a record is stored: a hash of its kind, its application and its id. Whoever reads the store cannot make a
/// cookie from it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(String);

impl RecordKey {
    pub(crate) fn new(kind: &str, app: &str, id: &str) -> Self {
        let mut hasher = Sha256::new_with_prefix(b"oauth-login record\0");
        for part in [kind, app, id] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(URL_SAFE_NO_PAD.encode(hasher.finalize()))
    }

    /// The key: 43 characters of base64url.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}

/// Sessions of a framework's session library in a [`RecordStore`]: sealed, under hashed ids, and ended for good.
///
/// An adapter turns it into the store of its framework's session library. Made by
/// [`Login::session_records`](crate::Login::session_records).
#[derive(Clone)]
pub struct SessionRecords {
    store: Arc<dyn RecordStore>,
    keys: Arc<KeyRing>,
    app: Arc<str>,
}

impl SessionRecords {
    pub(crate) fn new(store: Arc<dyn RecordStore>, keys: Arc<KeyRing>, app: Arc<str>) -> Self {
        Self { store, keys, app }
    }

    /// Keeps a new session. `false` if there is one of that `id` already, which is then untouched.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn create(&self, id: &str, content: &[u8], lifetime: Duration) -> Result<bool> {
        self.write(id, content, lifetime, Precondition::Absent).await
    }

    /// Keeps a new session under a new random id, which it returns.
    ///
    /// # Errors
    ///
    /// The store's, and [`ErrorKind::RandomSource`] if the operating system gives no random bytes.
    pub async fn create_with_new_id(&self, content: &[u8], lifetime: Duration) -> Result<String> {
        let id = random_text()?;
        // One that exists already does not happen by chance.
        self.create(&id, content, lifetime).await?;
        Ok(id.to_string())
    }

    /// Keeps a session that is there already, for another `lifetime`. `false` if it has ended: a request that was under
    /// way meanwhile must not bring it back.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn update(&self, id: &str, content: &[u8], lifetime: Duration) -> Result<bool> {
        self.write(id, content, lifetime, Precondition::Present).await
    }

    /// The content of a session, if there is one that was sealed by us and has not expired.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn load(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let key = self.key(id);
        let Some(sealed) = self.store.read(&key).await? else { return Ok(None) };
        let opened = self.keys.open_stored(&self.label(&key), SystemTime::now(), &sealed);
        Ok(opened.map(|mut opened| mem::take(&mut *opened.plaintext)))
    }

    /// Ends a session, if it is there.
    ///
    /// # Errors
    ///
    /// The store's: it may be there still.
    pub async fn remove(&self, id: &str) -> Result<()> {
        self.store.remove(&self.key(id), Precondition::Present).await.map(drop)
    }

    async fn write(&self, id: &str, content: &[u8], lifetime: Duration, when: Precondition<'_>) -> Result<bool> {
        let key = self.key(id);
        let expires_at = SystemTime::now().checked_add(lifetime).ok_or_else(endless)?;
        let sealed = self.keys.seal(&self.label(&key), expires_at, content)?;
        self.store.write(&key, &sealed, lifetime, when).await
    }

    fn key(&self, id: &str) -> RecordKey {
        RecordKey::new("session", &self.app, id)
    }

    fn label<'a>(&'a self, key: &'a RecordKey) -> Label<'a> {
        Label { purpose: Purpose::Session, name: key.as_str(), app: &self.app }
    }
}

impl fmt::Debug for SessionRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecords").field("app", &self.app).finish_non_exhaustive()
    }
}

fn endless() -> Error {
    Error::new(ErrorKind::Configuration, "the lifetime of a session is longer than time")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::MemoryStore;

    const HOUR: Duration = Duration::from_secs(3600);

    fn sessions(store: &MemoryStore, keys: &Arc<KeyRing>, app: &str) -> SessionRecords {
        SessionRecords::new(Arc::new(store.clone()), keys.clone(), app.into())
    }

    // Proves: QC5
    #[tokio::test]
    async fn an_ended_session_is_not_brought_back() {
        let sessions = sessions(&MemoryStore::new(), &Arc::new(KeyRing::random().unwrap()), "https://app.example");
        assert!(sessions.create("id", b"one", HOUR).await.unwrap());
        assert!(!sessions.create("id", b"two", HOUR).await.unwrap());
        assert_eq!(sessions.load("id").await.unwrap().as_deref(), Some(b"one".as_slice()));
        assert!(sessions.update("id", b"three", HOUR).await.unwrap());
        sessions.remove("id").await.unwrap();
        assert!(!sessions.update("id", b"four", HOUR).await.unwrap());
        assert_eq!(sessions.load("id").await.unwrap(), None);
        sessions.remove("id").await.unwrap();
    }

    // Proves: QC6, QC9
    #[tokio::test]
    async fn a_session_opens_for_its_id_application_and_keys_only() {
        let (store, keys) = (MemoryStore::new(), Arc::new(KeyRing::random().unwrap()));
        let ours = sessions(&store, &keys, "https://app.example");
        ours.create("id", b"content", HOUR).await.unwrap();
        let sealed = store.read(&ours.key("id")).await.unwrap().unwrap();
        assert!(!sealed.contains("content") && !ours.key("id").as_str().contains("id"));

        let others = [
            (sessions(&store, &keys, "https://app.example"), "other"),
            (sessions(&store, &keys, "https://other.example"), "id"),
            (sessions(&store, &Arc::new(KeyRing::random().unwrap()), "https://app.example"), "id"),
        ];
        for (other, id) in others {
            // Whoever can write to the store moves the record to where it is looked for.
            store.write(&other.key(id), &sealed, HOUR, Precondition::Absent).await.unwrap();
            assert_eq!(other.load(id).await.unwrap(), None);
        }
    }
}
