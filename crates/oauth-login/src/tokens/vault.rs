//! Tokens in a [`RecordStore`]: sealed, under the hash of a random handle, for no longer than the session.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use oauth_core::{Error, ErrorKind, ExposeSecret, OAuthToken, Result};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    key_ring::{KeyRing, Label, Purpose, random_text},
    record::CLOCK_SKEW,
    records::{Precondition, RecordKey, RecordStore},
    time::{from_unix_seconds, unix_seconds},
};

/// How long before its end a token is renewed: it stays good while it is in use, whichever instance's clock is wrong.
const MARGIN: Duration = CLOCK_SKEW.saturating_add(Duration::from_secs(60));

pub(super) const REMEDY: &str = "The person has to sign in again";

/// Where the tokens of a login are: random, and part of its record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TokenHandle(String);

impl TokenHandle {
    pub(super) fn random() -> Result<Self> {
        random_text().map(|text| Self(text.to_string()))
    }
}

impl fmt::Debug for TokenHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHandle(..)")
    }
}

/// What is kept of a login.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Name of the instance that gave the token. No record says to which provider a refresh token goes.
    pub(super) provider: String,
    /// From when the access token is renewed, in seconds since 1970; nothing if it is not known to end.
    renewed_from: Option<u64>,
    #[serde(with = "oauth_core::cleartext")]
    pub(super) token: OAuthToken,
}

impl Kept {
    pub(super) fn new(provider: String, token: OAuthToken, now: SystemTime) -> Self {
        let renewed_from = token.expires_at().map(|end| {
            let lifetime = end.duration_since(now).unwrap_or_default();
            unix_seconds(end).saturating_sub(MARGIN.min(lifetime / 2).as_secs())
        });
        Self { provider, renewed_from, token }
    }

    /// Whether the access token is to be renewed.
    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        self.renewed_from.is_some_and(|from| unix_seconds(now) >= from)
    }
}

/// A record as it was read.
#[derive(Clone)]
pub(super) struct Found {
    /// As it is in the store, which makes it its own version.
    pub(super) sealed: String,
    pub(super) kept: Kept,
    /// When the record ends.
    pub(super) until: SystemTime,
}

impl Found {
    pub(super) fn version(&self) -> RecordKey {
        RecordKey::new("version", "", &self.sealed)
    }
}

/// The store, and what opens what is in it.
pub(super) struct Vault {
    pub(super) store: Arc<dyn RecordStore>,
    keys: Arc<KeyRing>,
    app: Arc<str>,
}

impl Vault {
    pub(super) fn new(store: Arc<dyn RecordStore>, keys: Arc<KeyRing>, app: Arc<str>) -> Self {
        Self { store, keys, app }
    }

    fn key(&self, handle: &TokenHandle) -> RecordKey {
        RecordKey::new("tokens", &self.app, &handle.0)
    }

    pub(super) fn lease_key(&self, handle: &TokenHandle) -> RecordKey {
        RecordKey::new("lease", &self.app, &handle.0)
    }

    pub(super) async fn create(
        &self,
        handle: &TokenHandle,
        kept: &Kept,
        until: SystemTime,
        now: SystemTime,
    ) -> Result<()> {
        let sealed = self.seal(handle, kept, until)?;
        if self.store.write(&self.key(handle), &sealed, lifetime(until, now)?, Precondition::Absent).await? {
            return Ok(());
        }
        Err(Error::new(ErrorKind::StoreUnavailable, "the store has a record under a key that is new"))
    }

    /// Replaces what was read by what was sealed, if it has not changed. Returns whether it did.
    pub(super) async fn replace(
        &self,
        handle: &TokenHandle,
        old: &Found,
        sealed: &str,
        now: SystemTime,
    ) -> Result<bool> {
        let unchanged = Precondition::Unchanged(&old.sealed);
        self.store.write(&self.key(handle), sealed, lifetime(old.until, now)?, unchanged).await
    }

    pub(super) async fn find(&self, handle: &TokenHandle, now: SystemTime) -> Result<Option<Found>> {
        let key = self.key(handle);
        Ok(self.store.read(&key).await?.and_then(|sealed| self.open(&key, sealed, now)))
    }

    /// Removes a record, and returns what was in it.
    pub(super) async fn remove(&self, handle: &TokenHandle, now: SystemTime) -> Result<Option<Kept>> {
        let found = self.find(handle, now).await?;
        self.store.remove(&self.key(handle), Precondition::Present).await?;
        Ok(found.map(|found| found.kept))
    }

    pub(super) async fn remove_unchanged(&self, handle: &TokenHandle, old: &Found) -> Result<()> {
        self.store.remove(&self.key(handle), Precondition::Unchanged(&old.sealed)).await.map(drop)
    }

    pub(super) fn seal(&self, handle: &TokenHandle, kept: &Kept, until: SystemTime) -> Result<String> {
        let token = &kept.token;
        let secrets = [Some(token.access_token()), token.refresh_token(), Some(token.raw())];
        let size: usize = secrets.into_iter().flatten().map(|secret| secret.expose_secret().len()).sum();
        // With room to spare: a growing buffer would leave copies of the tokens behind.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(2 * size + 1024));
        // The cause could quote a token.
        serde_json::to_writer(&mut *plaintext, kept)
            .map_err(|_| Error::new(ErrorKind::TokenReplyInvalid, "the tokens have no form in JSON"))?;
        self.keys.seal(&self.label(&self.key(handle)), until, &plaintext)
    }

    /// What is in a record. One that does not open holds nothing for us.
    fn open(&self, key: &RecordKey, sealed: String, now: SystemTime) -> Option<Found> {
        let opened = self.keys.open_stored(&self.label(key), now, &sealed)?;
        let Ok(kept) = serde_json::from_slice(&opened.plaintext) else {
            tracing::warn!(target: "oauth_login", "stored tokens are not in the form that this version reads");
            return None;
        };
        Some(Found { sealed, kept, until: from_unix_seconds(opened.expires_at) })
    }

    fn label<'a>(&'a self, key: &'a RecordKey) -> Label<'a> {
        Label { purpose: Purpose::Tokens, name: key.as_str(), app: &self.app }
    }
}

/// What is left until then.
fn lifetime(until: SystemTime, now: SystemTime) -> Result<Duration> {
    let left = until.duration_since(now).unwrap_or_default();
    if left.is_zero() { Err(ended("the session has lasted as long as it may")) } else { Ok(left) }
}

/// There is no valid token any more.
pub(super) fn ended(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidGrant, message).with_remedy(REMEDY)
}
