//! An [`OAuthToken`] as data with its secrets in clear, for whoever seals what they store.
//!
//! Made for `#[serde(with = "oauth_core::cleartext")]`, so that a type that contains a token is serialisable only where
//! somebody wrote that down:
//!
//! ```
//! use oauth_core::{ExposeSecret, OAuthToken};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Kept {
//!     provider: String,
//!     #[serde(with = "oauth_core::cleartext")]
//!     token: OAuthToken,
//! }
//!
//! let token = OAuthToken::from_access_token("2YotnFZFEjr1zCsicMWpAA");
//! let json = serde_json::to_string(&Kept { provider: "github".to_owned(), token })?;
//! // Encrypt it here.
//! let kept: Kept = serde_json::from_str(&json)?;
//! assert_eq!(kept.token.access_token().expose_secret(), "2YotnFZFEjr1zCsicMWpAA");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! What a refresh and the calls after it need is kept: both tokens, expiry to the second, scopes, identity, and of
//! [`raw`](OAuthToken::raw) what is not a token. The ID token is not: it proved one login.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{OAuthToken, Scopes, without_secrets};
use crate::identity::Identity;

#[derive(Serialize, Deserialize)]
struct Cleartext<'t> {
    access_token: Cow<'t, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'t, str>>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Cow<'t, [String]>>,
    raw: Cow<'t, str>,
    /// Issuer and subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<(Cow<'t, str>, Cow<'t, str>)>,
    #[serde(default, skip_serializing_if = "is_empty")]
    callback: Cow<'t, [(String, String)]>,
}

fn is_empty(callback: &[(String, String)]) -> bool {
    callback.is_empty()
}

/// Writes `token` with its secrets in clear.
///
/// # Errors
///
/// The serialiser's.
pub fn serialize<S: Serializer>(token: &OAuthToken, serializer: S) -> Result<S::Ok, S::Error> {
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Cleartext {
        access_token: token.access_token.expose_secret().into(),
        refresh_token: token.refresh_token.as_ref().map(|secret| secret.expose_secret().into()),
        expires_at: token.expires_at.map(seconds),
        scopes: token.scopes.as_ref().map(|scopes| scopes.0.as_slice().into()),
        raw: without_secrets(token.raw.expose_secret().to_owned()).into(),
        identity: token.identity.as_ref().map(|identity| (identity.issuer().into(), identity.subject().into())),
        callback: token.callback.pairs().into(),
    }
    .serialize(serializer)
}

/// Reads what [`serialize`] wrote.
///
/// # Errors
///
/// The deserialiser's. Its text may quote what was read: it belongs in no log.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OAuthToken, D::Error> {
    let clear = Cleartext::deserialize(deserializer)?;
    Ok(OAuthToken {
        access_token: clear.access_token.into_owned().into(),
        refresh_token: clear.refresh_token.map(|secret| secret.into_owned().into()),
        id_token: None,
        expires_at: clear
            .expires_at
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
        scopes: clear.scopes.map(|scopes| Scopes(scopes.into_owned())),
        raw: clear.raw.into_owned().into(),
        identity: clear.identity.map(|(issuer, subject)| Identity::new(issuer, subject)),
        callback: clear.callback.into_owned().into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::authorization::CallbackParameters;

    #[derive(Serialize, Deserialize)]
    struct Wrapped(#[serde(with = "super")] OAuthToken);

    #[test]
    fn what_a_refresh_needs_survives_and_nothing_is_there_twice() {
        let raw = r#"{"access_token":"an-access","user":{"id_token":"an-id","id":7},"instance_url":"https://a.test"}"#;
        let token = OAuthToken {
            id_token: Some("an-id".into()),
            expires_at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_900)),
            scopes: Some(Scopes::from_iter(["account", "email"])),
            raw: raw.into(),
            identity: Some(Identity::new("https://id.test", "7")),
            callback: CallbackParameters::from_iter([("shop".to_owned(), "a.test".to_owned())]),
            ..OAuthToken::from_access_token("an-access").with_refresh_token("a-refresh \"\\")
        };
        let json = serde_json::to_string(&Wrapped(token.clone())).unwrap();
        assert_eq!(json.matches("an-access").count(), 1);
        assert!(!json.contains("an-id"));

        let Wrapped(read) = serde_json::from_str(&json).unwrap();
        let text = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
        assert_eq!(text(read.access_token()), "an-access");
        assert_eq!(read.refresh_token().map(text).unwrap(), "a-refresh \"\\");
        assert!(read.id_token().is_none());
        // Rounded down: it ends no later than the provider said.
        assert_eq!(read.expires_at(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
        assert_eq!(read.scopes(), token.scopes());
        assert_eq!(read.identity(), token.identity());
        assert_eq!(read.callback().get("shop"), Some("a.test"));
        assert_eq!(text(read.raw()), r#"{"instance_url":"https://a.test","user":{"id":7}}"#);
    }

    #[test]
    fn a_token_alone_stays_one() {
        let json = serde_json::to_string(&Wrapped(OAuthToken::from_access_token("a"))).unwrap();
        assert_eq!(json, r#"{"access_token":"a","raw":"{}"}"#);
        let Wrapped(read) = serde_json::from_str(&json).unwrap();
        assert!(read.refresh_token().is_none() && read.expires_at().is_none() && read.scopes().is_none());
    }
}
