//! Who signed in, as an OpenID provider vouches for it: [`Identity`].

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::Deserialize;

use crate::claims::Lookup;

/// An issuer and its subject, from a verified ID token (OpenID Connect Core section 2).
///
/// The pair is the key of an account: a subject means nothing without its issuer, and an e-mail address or a user name
/// is no key at all. Both compare byte for byte.
///
/// ```
/// use oauth_core::Identity;
///
/// let here = Identity::new("https://id.example", "248289761001");
/// let there = Identity::new("https://id.example.org", "248289761001");
/// assert_ne!(here, there);
/// ```
#[derive(Clone)]
pub struct Identity {
    issuer: String,
    subject: String,
    claims: Option<String>,
}

impl Identity {
    /// The identity of an earlier login, as the application stored it.
    #[must_use]
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), subject: subject.into(), claims: None }
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn verified(issuer: String, subject: String, claims: String) -> Self {
        Self { issuer, subject, claims: Some(claims) }
    }

    /// The issuer (`iss`), where a provider has several spellings always the same one.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject (`sub`): the account's id at this issuer.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// All claims of the token as JSON text, if this identity comes from a token and not from a store.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// One claim of the token as text, by a path as in [`Claims`](crate::Claims).
    ///
    /// None where the token has no such claim, or this identity comes from a store.
    #[must_use]
    pub fn claim(&self, path: &str) -> Option<String> {
        Lookup::new(path).text(self.claims()?)
    }

    /// When the person last proved to the provider who they are (`auth_time`, OpenID Connect Core section 2), to the second;
    /// `None` where the token does not say. Ask for it with [`AuthorizationRequest::max_age`](crate::AuthorizationRequest::max_age).
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use oauth_core::OAuthToken;
    ///
    /// fn is_fresh_proof(token: &OAuthToken) -> bool {
    ///     let proved_at = token.identity().and_then(|identity| identity.auth_time());
    ///     let age = proved_at.and_then(|at| SystemTime::now().duration_since(at).ok());
    ///     age.is_some_and(|age| age < Duration::from_secs(300))
    /// }
    /// ```
    #[must_use]
    pub fn auth_time(&self) -> Option<SystemTime> {
        #[derive(Deserialize)]
        struct Claims {
            /// A JSON number, which may have a fraction.
            auth_time: f64,
        }
        let Claims { auth_time } = serde_json::from_str(self.claims()?).ok()?;
        let seconds = Duration::try_from_secs_f64(auth_time).ok()?.as_secs();
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        (&self.issuer, &self.subject) == (&other.issuer, &other.subject)
    }
}

impl Eq for Identity {}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.issuer).field("subject", &self.subject).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_the_proof_is_a_number_or_unknown() {
        let auth_time = |claims: &str| {
            let mut identity = Identity::new("https://id.example", "1");
            identity.claims = Some(claims.into());
            let time = identity.auth_time()?;
            time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
        };
        for (claims, seconds) in [
            (r#"{"auth_time":1800000000,"sub":"1"}"#, Some(1_800_000_000)),
            (r#"{"auth_time":1800000000.9}"#, Some(1_800_000_000)),
            (r#"{"auth_time":0}"#, Some(0)),
            (r#"{"auth_time":"1800000000"}"#, None),
            (r#"{"auth_time":-1}"#, None),
            (r#"{"auth_time":1e300}"#, None),
            (r#"{"auth_time":null}"#, None),
            (r#"{"sub":"1"}"#, None),
        ] {
            assert_eq!(auth_time(claims), seconds, "{claims}");
        }
        assert_eq!(Identity::new("https://id.example", "1").auth_time(), None);
    }
}
