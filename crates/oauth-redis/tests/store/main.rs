//! The store against servers on loopback that work, misbehave, hang, go and return.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[cfg(feature = "cluster")]
mod cluster;
mod keys;
mod logins;
mod operations;
mod outages;
mod proxy;
#[path = "../../../../tests/src/redis_server.rs"]
mod redis_server;
mod refusals;
mod settings;
// The browser and the provider of oauth-login's own tests.
#[allow(dead_code)]
#[path = "../../../oauth-login/tests/support/mod.rs"]
mod support;
#[cfg(feature = "rustls")]
mod tls;

use std::time::Duration;

use oauth_core::{Error, ErrorKind};

const MINUTE: Duration = Duration::from_secs(60);

/// What a refusal of the store says, if it is one.
#[track_caller]
fn unavailable<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StoreUnavailable, "{error}");
    assert!(error.remedy().is_some(), "{error}");
    error.to_string()
}

/// Tries until it succeeds.
async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut attempt: impl FnMut() -> F) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(value) = attempt().await {
            return value;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} does not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
