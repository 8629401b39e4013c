//! The tokens of signed-in people, kept on the server and renewed in time: [`TokenKeeper`].
//!
//! A process can die between any two steps, and so can the network. What holds all the same:
//!
//! - one process renews a token once at a time (`flights`), and so do all instances together (`lease`);
//! - whoever has the lease reads the record again, and takes what a sibling stored meanwhile (`renewal`);
//! - what the provider gave is stored before anybody gets it, and replaces only the record that it renews;
//! - nothing is given up but on the provider's word that the grant has ended.

mod flights;
mod lease;
mod renewal;
#[cfg(test)]
mod tests;
mod vault;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use oauth_core::{ErrorKind, ExposeSecret, OAuthToken, Registry, Result};
use tokio::time::{Instant, timeout};

use crate::{key_ring::KeyRing, record::LoginRecord, records::RecordStore};
use flights::Flights;
use renewal::Renewal;
pub(crate) use vault::TokenHandle;
use vault::{Kept, Vault, ended};

/// How long the provider may take to revoke a token, while nobody waits.
const LONGEST_REVOCATION: Duration = Duration::from_secs(30);

/// Valid access tokens of the people who are signed in, for calling the provider's API on their behalf.
///
/// It exists if the application asked for it by [`LoginBuilder::keep_tokens`](crate::LoginBuilder::keep_tokens). The
/// tokens of each login are then sealed in the store, and the login's [`LoginRecord`] says where. They are gone when the
/// person signs out, and at the latest when the session has to end ([`SESSION_LIFETIME`](crate::SESSION_LIFETIME)).
///
/// ```
/// use oauth_core::{ErrorKind, ExposeSecret};
/// use oauth_login::{LoginRecord, TokenKeeper};
///
/// async fn repositories(keeper: &TokenKeeper, record: &LoginRecord) -> oauth_core::Result<()> {
///     match keeper.access_token(record).await {
///         Ok(token) => println!("authorization: Bearer {}", token.access_token().expose_secret()),
///         Err(error) if error.kind() == ErrorKind::InvalidGrant => println!("Please sign in again."),
///         Err(error) => return Err(error),
///     }
///     Ok(())
/// }
/// ```
///
/// An access token is renewed two minutes before it ends, or halfway if it lives less than four. However many requests
/// ask, in however many instances, the provider is asked once. It works on a Tokio runtime.
#[derive(Clone)]
pub struct TokenKeeper(Arc<Inner>);

struct Inner {
    registry: Registry,
    vault: Vault,
    flights: Flights,
}

impl TokenKeeper {
    pub(crate) fn new(registry: Registry, store: Arc<dyn RecordStore>, keys: Arc<KeyRing>, app: Arc<str>) -> Self {
        Self(Arc::new(Inner { registry, vault: Vault::new(store, keys, app), flights: Flights::default() }))
    }

    /// An access token that is valid now, with what came along, but without the refresh token, which stays here.
    ///
    /// If the provider cannot be asked for a new one, the old one is given for as long as it lasts. Whoever does not want
    /// to wait that long sets a deadline: a renewal goes on without them.
    ///
    /// # Errors
    ///
    /// [`InvalidGrant`](ErrorKind::InvalidGrant): there is no valid token any more, and the person has to sign in again.
    /// [`StoreUnavailable`](ErrorKind::StoreUnavailable), or what kept the provider from renewing it: a later attempt may
    /// succeed. For a few seconds after a failure the provider is not asked again.
    pub async fn access_token(&self, record: &LoginRecord) -> Result<OAuthToken> {
        self.access_token_at(record, None, SystemTime::now()).await
    }

    /// An access token in place of `rejected`, which came from here and which the provider's API answered with 401.
    ///
    /// Some providers do not say when a token ends, and all can end it early. Call it once for a request: if the API
    /// refuses the new token too, the token is not what it objects to.
    ///
    /// # Errors
    ///
    /// As for [`access_token`](Self::access_token).
    pub async fn replace_rejected(&self, record: &LoginRecord, rejected: &OAuthToken) -> Result<OAuthToken> {
        self.access_token_at(record, Some(rejected), SystemTime::now()).await
    }

    /// Forgets the tokens of a login: they are removed from the store, and revoked at the provider if it offers that
    /// (RFC 7009).
    ///
    /// Nobody waits for the provider, and no failure is an error: what could not be removed ends with the session's
    /// lifetime, sealed, and nothing says where it is. Failures are logged.
    pub async fn forget(&self, record: &LoginRecord) {
        if let Some(kept) = self.remove(record).await {
            self.revoke(kept);
        }
    }

    /// Keeps the tokens of a login. The handle goes into its record.
    pub(crate) async fn keep(&self, token: &OAuthToken, record: &LoginRecord, now: SystemTime) -> Result<TokenHandle> {
        let handle = TokenHandle::random()?;
        let kept = Kept::new(record.provider().to_owned(), token.clone(), now);
        self.0.vault.create(&handle, &kept, record.ends_at(), now).await?;
        Ok(handle)
    }

    /// Removes the tokens of a login that came to nothing. At the provider they end by themselves, like those of any login
    /// whose tokens are not kept.
    pub(crate) fn discard(&self, record: LoginRecord) {
        if record.tokens.is_some() {
            let keeper = self.clone();
            tokio::spawn(async move { keeper.remove(&record).await });
        }
    }

    async fn remove(&self, record: &LoginRecord) -> Option<Kept> {
        let removed = self.0.vault.remove(record.tokens.as_ref()?, SystemTime::now()).await;
        removed.unwrap_or_else(|error| {
            let provider = record.provider();
            tracing::warn!(target: "oauth_login", provider, %error, "tokens stay in the store until they end");
            None
        })
    }

    async fn access_token_at(
        &self,
        record: &LoginRecord,
        rejected: Option<&OAuthToken>,
        now: SystemTime,
    ) -> Result<OAuthToken> {
        let provider = record.provider();
        let none = || ended("no tokens are kept of this login").with_provider(provider);
        let handle = record.tokens.as_ref().ok_or_else(none)?;
        let found = self.0.vault.find(handle, now).await?.ok_or_else(none)?;
        let token = &found.kept.token;
        let begun = Instant::now();

        let is_rejected = rejected
            .is_some_and(|rejected| rejected.access_token().expose_secret() == token.access_token().expose_secret());
        let is_usable = |now| !is_rejected && token.expires_at().is_none_or(|end| now < end);
        if is_usable(now) && (token.refresh_token().is_none() || !found.kept.is_due(now)) {
            return Ok(token.clone().access_only());
        }
        if token.refresh_token().is_none() {
            let message = "the access token has ended, and the provider gave no refresh token";
            return Err(ended(message).with_provider(provider));
        }
        let renewal =
            Renewal { keeper: self.clone(), handle: handle.clone(), old: found.clone(), asked_at: now, begun };
        match self.0.flights.join(found.version(), || renewal.run()).await {
            // Waiting has taken its time.
            Err(error) if error.kind() != ErrorKind::InvalidGrant && is_usable(now + begun.elapsed()) => {
                Ok(token.clone().access_only())
            }
            renewed => renewed,
        }
    }

    /// Asks the provider to end tokens that nobody has any more. Nobody waits for it.
    fn revoke(&self, kept: Kept) {
        let keeper = self.clone();
        tokio::spawn(async move {
            let Kept { provider, token, .. } = kept;
            let revocation = async { keeper.0.registry.get(&provider)?.revoke_token(&token).await };
            match timeout(LONGEST_REVOCATION, revocation).await {
                Ok(Ok(())) => tracing::debug!(target: "oauth_login", provider, "tokens revoked"),
                Ok(Err(error)) if error.kind() == ErrorKind::Unsupported => {}
                Ok(Err(error)) => tracing::warn!(target: "oauth_login", provider, %error, "tokens not revoked"),
                Err(_) => tracing::warn!(target: "oauth_login", provider, "tokens not revoked: no answer"),
            }
        });
    }
}

impl fmt::Debug for TokenKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeeper").field("registry", &self.0.registry).finish_non_exhaustive()
    }
}
