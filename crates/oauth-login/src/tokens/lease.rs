//! One renewal at a time across instances: a record that says who is at it.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use oauth_core::Result;
use tokio::time::sleep;

use super::vault::{TokenHandle, Vault};
use crate::{
    key_ring::random_text,
    records::{Precondition, RecordKey},
};

/// How long a lease outlasts an instance that died.
const LIFETIME: Duration = Duration::from_secs(15);
/// How often it is renewed: two attempts may fail.
const RENEWAL: Duration = Duration::from_secs(4);

/// The right to renew one token. It lasts while it is renewed, and it is renewed only by whoever works under it.
pub(super) struct Lease<'v> {
    vault: &'v Vault,
    key: RecordKey,
    /// A random value that tells this lease from any other.
    holder: String,
}

impl<'v> Lease<'v> {
    /// The lease for a token; `None` if another instance has it.
    pub(super) async fn take(vault: &'v Vault, handle: &TokenHandle) -> Result<Option<Self>> {
        let lease = Self { vault, key: vault.lease_key(handle), holder: random_text()?.to_string() };
        let taken = vault.store.write(&lease.key, &lease.holder, LIFETIME, Precondition::Absent).await?;
        Ok(taken.then_some(lease))
    }

    /// Does `work`, renewing the lease meanwhile. Both are one future: neither goes on without the other.
    pub(super) async fn while_held<T>(&self, work: impl Future<Output = T>) -> T {
        let (mut work, mut renewal) = (pin!(work), pin!(self.renew()));
        poll_fn(|context| match renewal.as_mut().poll(context) {
            Poll::Ready(never) => match never {},
            Poll::Pending => work.as_mut().poll(context),
        })
        .await
    }

    async fn renew(&self) -> Infallible {
        loop {
            sleep(RENEWAL).await;
            let unchanged = Precondition::Unchanged(&self.holder);
            match self.vault.store.write(&self.key, &self.holder, LIFETIME, unchanged).await {
                Ok(true) => {}
                Ok(false) => {
                    // The work goes on: what it asked of the provider cannot be taken back, and it replaces nothing but
                    // the record that it began with.
                    tracing::warn!(target: "oauth_login", "the lease on a token was lost");
                    return pending().await;
                }
                Err(error) => tracing::warn!(target: "oauth_login", %error, "the lease on a token was not renewed"),
            }
        }
    }

    /// Ends the lease before its time.
    pub(super) async fn end(self) {
        if let Err(error) = self.vault.store.remove(&self.key, Precondition::Unchanged(&self.holder)).await {
            tracing::warn!(target: "oauth_login", %error, "the lease on a token ends by itself");
        }
    }
}
