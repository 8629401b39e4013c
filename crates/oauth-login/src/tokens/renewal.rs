//! Renewing one token, together with the other instances.

use std::time::{Duration, SystemTime};

use oauth_core::{Error, ErrorKind, OAuthToken, Result};
use tokio::time::{Instant, sleep, timeout};

use super::{
    TokenKeeper,
    lease::Lease,
    vault::{Found, Kept, REMEDY, TokenHandle, ended},
};

/// How long the provider may take.
const LONGEST_REFRESH: Duration = Duration::from_secs(30);
/// How long a renewed token is offered to a store that does not take it. The lease is kept meanwhile.
const STORE_PATIENCE: Duration = Duration::from_secs(30);
/// How long another instance is waited for: longer than a lease lasts that nobody renews.
const SIBLING_PATIENCE: Duration = Duration::from_secs(45);

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The renewal of what was found under a handle.
pub(super) struct Renewal {
    pub(super) keeper: TokenKeeper,
    pub(super) handle: TokenHandle,
    pub(super) old: Found,
    /// When the token was asked for, by the clock of the system,
    pub(super) asked_at: SystemTime,
    /// and by one that waiting is measured with.
    pub(super) begun: Instant,
}

/// How the record looks beside what was found.
enum Sight {
    Unchanged,
    /// With a token to give away.
    Newer(OAuthToken),
    Gone,
}

impl Renewal {
    /// A new access token. What went wrong is logged, once for all who wait.
    pub(super) async fn run(self) -> Result<OAuthToken> {
        let renewed = self.renew_or_wait().await;
        let provider = self.old.kept.provider.as_str();
        match &renewed {
            Ok(_) => tracing::debug!(target: "oauth_login", provider, "access token renewed"),
            Err(error) => {
                tracing::warn!(target: "oauth_login", provider, kind = ?error.kind(), %error, "access token not renewed");
            }
        }
        renewed.map_err(|error| error.with_provider(provider))
    }

    fn now(&self) -> SystemTime {
        self.asked_at + self.begun.elapsed()
    }

    async fn renew_or_wait(&self) -> Result<OAuthToken> {
        let patience = Instant::now() + SIBLING_PATIENCE;
        for pause in pauses() {
            if let Some(lease) = Lease::take(&self.keeper.0.vault, &self.handle).await? {
                let renewed = lease.while_held(self.renew()).await;
                lease.end().await;
                return renewed;
            }
            if Instant::now() >= patience {
                break;
            }
            sleep(pause).await;
            match self.look().await? {
                Sight::Unchanged => {}
                Sight::Newer(token) => return Ok(token),
                Sight::Gone => return Err(forgotten()),
            }
        }
        Err(Error::new(ErrorKind::Timeout, "another instance takes too long to renew the access token"))
    }

    /// With the lease: asks the provider, unless somebody did before there was the lease.
    async fn renew(&self) -> Result<OAuthToken> {
        match self.look().await? {
            Sight::Unchanged => {}
            Sight::Newer(token) => return Ok(token),
            Sight::Gone => return Err(forgotten()),
        }
        let client = self.keeper.0.registry.get(&self.old.kept.provider)?;
        let refreshed = timeout(LONGEST_REFRESH, client.refresh_token(&self.old.kept.token)).await;
        match refreshed.unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, "the provider takes too long"))) {
            Ok(token) => self.replace(token).await,
            Err(error) if error.kind() == ErrorKind::InvalidGrant => self.end(error).await,
            Err(error) => Err(error),
        }
    }

    /// Stores what the provider gave, in place of what it renews, and only then gives it away.
    async fn replace(&self, token: OAuthToken) -> Result<OAuthToken> {
        let vault = &self.keeper.0.vault;
        let new = Kept::new(self.old.kept.provider.clone(), token, self.now());
        let sealed = vault.seal(&self.handle, &new, self.old.until)?;
        let patience = Instant::now() + STORE_PATIENCE;
        for pause in pauses() {
            match vault.replace(&self.handle, &self.old, &sealed, self.now()).await {
                Ok(true) => return Ok(new.token.access_only()),
                Ok(false) => break,
                // The record still has the old refresh token, which may be good for a while.
                Err(error) if Instant::now() >= patience => return Err(error),
                Err(error) => {
                    tracing::warn!(target: "oauth_login", %error, "a renewed token could not be stored, trying again");
                    sleep(pause).await;
                }
            }
        }
        match self.look().await? {
            // A sibling's, or this one, if the store took it and its answer was lost.
            Sight::Newer(token) => Ok(token),
            Sight::Unchanged => Err(Error::new(ErrorKind::StoreUnavailable, "the store did not replace a token")),
            Sight::Gone => {
                self.keeper.revoke(new);
                Err(forgotten())
            }
        }
    }

    /// The provider says that the refresh token is no longer good: so it is, unless a sibling used it.
    async fn end(&self, error: Error) -> Result<OAuthToken> {
        if let Sight::Newer(token) = self.look().await? {
            return Ok(token);
        }
        if let Err(error) = self.keeper.0.vault.remove_unchanged(&self.handle, &self.old).await {
            tracing::warn!(target: "oauth_login", %error, "tokens that have ended stay in the store");
        }
        Err(error.with_remedy(REMEDY))
    }

    async fn look(&self) -> Result<Sight> {
        Ok(match self.keeper.0.vault.find(&self.handle, self.now()).await? {
            None => Sight::Gone,
            Some(found) if found.sealed == self.old.sealed => Sight::Unchanged,
            Some(found) => Sight::Newer(found.kept.token.access_only()),
        })
    }
}

/// Growing pauses between attempts, without end.
fn pauses() -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(FIRST_PAUSE), |pause| Some((*pause * 2).min(LONGEST_PAUSE)))
}

fn forgotten() -> Error {
    ended("the person signed out while the access token was renewed")
}
