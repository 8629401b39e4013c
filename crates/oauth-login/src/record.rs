//! What is known about a login afterwards, and what guards make of it.

use std::time::{Duration, SystemTime};

use oauth_core::{OAuthUserInfo, VerifiedEmail};
use serde::{Deserialize, Serialize};

use crate::{
    answer::Answer,
    session::SESSION_LIFETIME,
    time::{from_unix_seconds, unix_seconds},
    tokens::TokenHandle,
};

/// How far clocks of two instances may differ.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// What an application keeps about a login in its session: who, by whom, since when. No tokens.
///
/// Whoever needs to call the provider later lets a [`TokenKeeper`](crate::TokenKeeper) keep them; the record then says
/// where they are.
///
/// ```
/// use std::time::SystemTime;
/// use oauth_core::OAuthUserInfo;
/// use oauth_login::{LoginRecord, Refusal};
///
/// let user = OAuthUserInfo::new("github", "583231");
/// let record = LoginRecord::new(user, None, SystemTime::now());
///
/// assert!(record.is_current(SystemTime::now()));
/// assert_eq!(record.require_provider("bitbucket"), Err(Refusal::OtherProvider));
/// assert_eq!(record.require_verified_email(), Err(Refusal::EmailNotVerified));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoginRecord {
    /// Who signed in, as the provider said at that moment.
    pub user: OAuthUserInfo,
    /// The OpenID issuer, if the provider has one. It is the same for all instances of one provider, and different for
    /// two tenants: (`issuer`, `user.oauth_id`) names a person where (`user.provider`, `user.oauth_id`) does not suffice.
    pub issuer: Option<String>,
    /// When, in seconds since 1970.
    pub logged_in_at: u64,
    /// When the person last proved to the provider who they are, in seconds since 1970, if the ID token says so
    /// (`auth_time`, OpenID Connect Core section 2). That may be long before the login: see
    /// [`has_proved_within`](Self::has_proved_within).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<u64>,
    /// Where the tokens are, if they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokens: Option<TokenHandle>,
}

impl LoginRecord {
    /// A record of a login at `logged_in_at`.
    #[must_use]
    pub fn new(user: OAuthUserInfo, issuer: Option<String>, logged_in_at: SystemTime) -> Self {
        Self { user, issuer, logged_in_at: unix_seconds(logged_in_at), auth_time: None, tokens: None }
    }

    /// Name of the provider instance.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.user.provider
    }

    /// Whether the login is younger than [`SESSION_LIFETIME`]. One from the future is none.
    #[must_use]
    pub fn is_current(&self, now: SystemTime) -> bool {
        let logged_in_at = from_unix_seconds(self.logged_in_at);
        match now.duration_since(logged_in_at) {
            Ok(age) => age < SESSION_LIFETIME,
            Err(ahead) => ahead.duration() <= CLOCK_SKEW,
        }
    }

    /// Guard for what matters more than the rest: whether the person proved to the provider who they are in the last
    /// `age`, give or take a minute of the clocks.
    ///
    /// A fresh login alone does not say so, since a provider lets people through who are still signed in there. Where this
    /// is false, begin a login that asks for proof: [`Login::begin_with`](crate::Login::begin_with) with `max_age`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use oauth_core::OAuthUserInfo;
    /// use oauth_login::LoginRecord;
    ///
    /// let now = SystemTime::now();
    /// let mut record = LoginRecord::new(OAuthUserInfo::new("google", "10769150350006150715113082367"), None, now);
    /// assert!(!record.has_proved_within(Duration::from_secs(300), now));
    ///
    /// record.auth_time = Some(record.logged_in_at - 120);
    /// assert!(record.has_proved_within(Duration::from_secs(300), now));
    /// ```
    #[must_use]
    pub fn has_proved_within(&self, age: Duration, now: SystemTime) -> bool {
        self.auth_time.map(from_unix_seconds).is_some_and(|proved| match now.duration_since(proved) {
            Ok(ago) => ago <= age.saturating_add(CLOCK_SKEW),
            Err(ahead) => ahead.duration() <= CLOCK_SKEW,
        })
    }

    /// When the session of this login ends at the latest.
    pub(crate) fn ends_at(&self) -> SystemTime {
        from_unix_seconds(self.logged_in_at.saturating_add(SESSION_LIFETIME.as_secs()))
    }

    /// Guard: signed in with the provider instance `name`.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProvider`].
    pub fn require_provider(&self, name: &str) -> Result<(), Refusal> {
        if self.provider() == name { Ok(()) } else { Err(Refusal::OtherProvider) }
    }

    /// Guard: the provider vouches for the e-mail address.
    ///
    /// # Errors
    ///
    /// [`Refusal::EmailNotVerified`].
    pub fn require_verified_email(&self) -> Result<VerifiedEmail<'_>, Refusal> {
        self.user.verified_email().ok_or(Refusal::EmailNotVerified)
    }
}

/// Why a guarded route or a logout is not answered as asked. [`Login::turn_away`](crate::Login::turn_away) makes the
/// response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody is signed in: 401, or the login page for a browser.
    NotSignedIn,
    /// Somebody is, but with another provider than the route demands: 403.
    OtherProvider,
    /// The route demands a verified e-mail address: 403.
    EmailNotVerified,
    /// Who is signed in cannot be told, or the session not be ended, because the session store failed: 503.
    SessionUnavailable,
}

impl Refusal {
    /// Status code for a program.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NotSignedIn => 401,
            Self::OtherProvider | Self::EmailNotVerified => 403,
            Self::SessionUnavailable => 503,
        }
    }

    /// The code in the JSON answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::OtherProvider => "other_provider",
            Self::EmailNotVerified => "email_not_verified",
            Self::SessionUnavailable => "session_unavailable",
        }
    }

    /// A sentence fit for a page.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotSignedIn => "Please sign in first.",
            Self::OtherProvider => "Please sign in with another provider.",
            Self::EmailNotVerified => "This page needs a verified e-mail address.",
            Self::SessionUnavailable => "Sessions are not available at the moment.",
        }
    }

    /// The answer for a program: JSON with `error` and `message`.
    pub fn answer(self) -> Answer {
        let body = serde_json::json!({ "error": self.as_str(), "message": self.message() });
        Answer::json(self.status(), body.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use oauth_core::EmailVerified;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        from_unix_seconds(seconds)
    }

    // Proves: QC10, QH7
    #[test]
    fn a_record_ends_and_does_not_begin_in_the_future() {
        let record =
            |logged_in_at| LoginRecord { logged_in_at, ..LoginRecord::new(OAuthUserInfo::new("a", "1"), None, at(0)) };
        let now = 1_800_000_000;
        let lifetime = SESSION_LIFETIME.as_secs();
        for (logged_in_at, current) in [
            (now, true),
            (now - lifetime + 1, true),
            (now - lifetime, false),
            (0, false),
            (now + 60, true),
            (now + 61, false),
            (u64::MAX, false),
        ] {
            assert_eq!(record(logged_in_at).is_current(at(now)), current, "{logged_in_at}");
        }
    }

    // Proves: QA10, QC11
    #[test]
    fn a_fresh_login_is_no_fresh_proof() {
        let now = 1_800_000_000;
        let mut record = LoginRecord::new(OAuthUserInfo::new("a", "1"), None, at(now));
        for (auth_time, fresh) in [
            (None, false),
            (Some(now), true),
            (Some(now - 360), true),
            (Some(now - 361), false),
            (Some(0), false),
            (Some(now + 60), true),
            (Some(now + 61), false),
            (Some(u64::MAX), false),
        ] {
            record.auth_time = auth_time;
            assert_eq!(record.has_proved_within(Duration::from_secs(300), at(now)), fresh, "{auth_time:?}");
        }
        record.auth_time = Some(now);
        assert!(record.has_proved_within(Duration::MAX, at(now + 60)));
    }

    #[test]
    fn a_record_survives_json() {
        let mut user = OAuthUserInfo::new("github", "583231");
        user.email = Some("a@example.com".into());
        user.email_verified = EmailVerified::Verified;
        let record = LoginRecord::new(user, Some("https://issuer.example".into()), at(1_800_000_000));
        let json = serde_json::to_value(&record).unwrap();
        let read: LoginRecord = serde_json::from_value(json).unwrap();
        assert_eq!(read, record);
        assert_eq!(read.require_verified_email().unwrap().as_str(), "a@example.com");
    }

    // Proves: QG2, QG3
    #[test]
    fn only_a_verified_address_passes() {
        for (verified, passes) in
            [(EmailVerified::Verified, true), (EmailVerified::Unverified, false), (EmailVerified::NotStated, false)]
        {
            let mut user = OAuthUserInfo::new("a", "1");
            user.email = Some("a@example.com".into());
            user.email_verified = verified;
            assert_eq!(LoginRecord::new(user, None, at(0)).require_verified_email().is_ok(), passes);
        }
    }
}
