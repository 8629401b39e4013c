//! What an adapter needs to keep a login in a session: the text to store, and the cookie that names the session.

use std::time::{Duration, SystemTime};

use oauth_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::{
    cookie::{self, Secure},
    record::LoginRecord,
    time::unix_seconds,
};

/// A session without a request for this long ends.
pub const SESSION_IDLE: Duration = Duration::from_secs(24 * 60 * 60);
/// A session ends this long after the login, however much it is used.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How old the last trace of activity gets before it is written anew: not every request shall write to the store.
const RENEW_AFTER: Duration = Duration::from_secs(15 * 60);

/// A login as it is found in a session, where it is one string.
///
/// An adapter writes the string at login, into a session with a new id and nothing else in it, and reads it at each
/// request that asks who is signed in:
///
/// ```
/// use std::time::SystemTime;
/// use oauth_core::OAuthUserInfo;
/// use oauth_login::{LoginRecord, StoredLogin};
///
/// # let mut session = std::collections::HashMap::new();
/// let now = SystemTime::now();
/// let record = LoginRecord::new(OAuthUserInfo::new("github", "583231"), None, now);
/// session.insert(StoredLogin::KEY, StoredLogin::write(&record, now)?);
///
/// let signed_in = match StoredLogin::read(&session[StoredLogin::KEY], now) {
///     StoredLogin::Current(record) => Some(record),
///     StoredLogin::Renew(record) => {
///         session.insert(StoredLogin::KEY, StoredLogin::write(&record, now)?);
///         Some(record)
///     }
///     StoredLogin::Ended => {
///         session.clear();
///         None
///     }
///     StoredLogin::Unreadable => None,
/// };
/// assert_eq!(signed_in, Some(record));
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum StoredLogin {
    /// Signed in.
    Current(LoginRecord),
    /// Signed in, and to be [written](Self::write) again, so that the store keeps the session for another
    /// [`SESSION_IDLE`].
    Renew(LoginRecord),
    /// Nobody is signed in any more: the session is to be ended on the server.
    Ended,
    /// Another version wrote it: nobody is signed in.
    Unreadable,
}

impl StoredLogin {
    /// Under what name the string is kept in a session.
    pub const KEY: &str = "oauth_login";

    /// The string for `record`, used just `now`.
    ///
    /// It is JSON, and for the session a text: the provider's raw reply would not survive a generic JSON value
    /// unchanged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UserInfoInvalid`] if the record has no form in JSON.
    pub fn write(record: &LoginRecord, now: SystemTime) -> Result<String> {
        // The cause could quote the profile.
        serde_json::to_string(&Written { record, seen_at: unix_seconds(now) })
            .map_err(|_| Error::new(ErrorKind::UserInfoInvalid, "the profile cannot be kept in a session"))
    }

    /// What the string says `now`.
    pub fn read(text: &str, now: SystemTime) -> Self {
        let Ok(Written { record, seen_at }) = serde_json::from_str::<Written<LoginRecord>>(text) else {
            tracing::warn!(
                target: "oauth_login",
                "a session has a login record that this version does not read; the person has to sign in again"
            );
            return Self::Unreadable;
        };
        if !record.is_current(now) {
            Self::Ended
        } else if unix_seconds(now).saturating_sub(seen_at) >= RENEW_AFTER.as_secs() {
            Self::Renew(record)
        } else {
            Self::Current(record)
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Written<R> {
    record: R,
    /// Seconds since 1970.
    seen_at: u64,
}

/// The session cookie's name and attributes, the same whichever session library writes it.
///
/// Always `HttpOnly`, `Path=/`, no `Domain`, and `SameSite=Lax`: with `Strict` the first page after the provider's
/// redirect would look signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCookie(pub(crate) Secure);

impl SessionCookie {
    /// `__Host-session` on https, `session` on loopback http.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Secure::Yes => "__Host-session",
            Secure::Loopback => "session",
        }
    }

    /// Whether the cookie has the attribute `Secure`.
    #[must_use]
    pub fn is_secure(self) -> bool {
        self.0 == Secure::Yes
    }

    /// The `Set-Cookie` value that deletes it. Browsers take none for `__Host-` that lacks `Secure` or the path.
    #[must_use]
    pub fn deletion(self) -> String {
        cookie::delete_cookie(self.name(), self.0)
    }

    /// Whether a `Set-Cookie` value may go out that a session library wrote: all may but its deletions of this cookie.
    ///
    /// Libraries delete it now and then, each at other moments and some without `Secure`, which browsers ignore. The
    /// cookie goes at the logout, by [`deletion`](Self::deletion); one that names no session any more does no harm.
    #[must_use]
    pub fn admits(self, set_cookie: &[u8]) -> bool {
        let value = set_cookie.strip_prefix(self.name().as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        let deletes = value.is_some_and(|value| value.trim_ascii_start().first().is_none_or(|byte| *byte == b';'));
        !deletes || set_cookie == self.deletion().as_bytes()
    }

    /// The `Cookie` header to hand to a session library in place of those of the request, if they are not all text: the
    /// cookies that are. One that is not, which any script of any subdomain can set, would otherwise hide the others, and
    /// sign people out.
    ///
    /// ```
    /// use oauth_login::SessionCookie;
    ///
    /// let headers = [b"theme=d\xf6rk; session=a".as_slice(), b"x=y".as_slice()];
    /// assert_eq!(SessionCookie::legible(headers).as_deref(), Some("session=a; x=y"));
    /// assert_eq!(SessionCookie::legible(["theme=dörk; session=a".as_bytes()]), None);
    /// ```
    #[must_use]
    pub fn legible<'h>(headers: impl IntoIterator<Item = &'h [u8]>) -> Option<String> {
        let pairs = headers.into_iter().flat_map(|header| header.split(|byte| *byte == b';'));
        let pairs: Vec<_> = pairs.map(|pair| std::str::from_utf8(pair).ok()).collect();
        let is_illegible = pairs.contains(&None);
        is_illegible.then(|| pairs.into_iter().flatten().map(str::trim).collect::<Vec<_>>().join("; "))
    }

    /// Whether the `Cookie` headers of a request have it more than once. Then nobody is signed in: at least one was
    /// planted, by a sibling host perhaps, and which one cannot be told.
    ///
    /// It takes the raw values of all `Cookie` headers, because what a framework has parsed no longer shows it.
    ///
    /// ```
    /// # fn example(login: &oauth_login::Login) {
    /// let cookie = login.session_cookie();
    /// assert!(!cookie.is_repeated([b"session=a; theme=dark".as_slice()]));
    /// assert!(cookie.is_repeated([b"session=a; session=b".as_slice()]));
    /// # }
    /// # let registry = oauth_core::Registry::builder().build()?;
    /// # example(&oauth_login::Login::builder(registry).build()?);
    /// # Ok::<(), oauth_core::Error>(())
    /// ```
    #[must_use]
    pub fn is_repeated<'h>(self, headers: impl IntoIterator<Item = &'h [u8]>) -> bool {
        cookie::is_repeated(headers, self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use oauth_core::OAuthUserInfo;

    use super::*;
    use crate::time::from_unix_seconds;

    const LOGIN: u64 = 1_800_000_000;

    fn record() -> LoginRecord {
        LoginRecord::new(OAuthUserInfo::new("github", "583231"), None, from_unix_seconds(LOGIN))
    }

    // Proves: QC10
    #[test]
    fn activity_is_written_now_and_then_and_the_login_ends_in_any_case() {
        let (renew, lifetime) = (RENEW_AFTER.as_secs(), SESSION_LIFETIME.as_secs());
        for (seen_at, now, expected) in [
            (LOGIN, LOGIN, StoredLogin::Current(record())),
            (LOGIN, LOGIN + renew - 1, StoredLogin::Current(record())),
            (LOGIN, LOGIN + renew, StoredLogin::Renew(record())),
            (LOGIN + renew, LOGIN + renew, StoredLogin::Current(record())),
            // Another instance's clock is ahead.
            (LOGIN + 60, LOGIN, StoredLogin::Current(record())),
            (LOGIN + lifetime - 1, LOGIN + lifetime - 1, StoredLogin::Current(record())),
            (LOGIN + lifetime - 1, LOGIN + lifetime, StoredLogin::Ended),
            (LOGIN, LOGIN + lifetime, StoredLogin::Ended),
            (LOGIN, LOGIN - 61, StoredLogin::Ended),
        ] {
            let text = StoredLogin::write(&record(), from_unix_seconds(seen_at)).unwrap();
            assert_eq!(StoredLogin::read(&text, from_unix_seconds(now)), expected, "{seen_at} {now}");
        }
    }

    #[test]
    fn the_raw_reply_survives_as_it_was() {
        let raw = r#"{"id":12345678901234567890123, "z":1.10,"a":null}"#;
        let profile = format!(r#"{{"provider":"github","oauth_id":"1","raw_data":{raw}}}"#);
        let mut user: OAuthUserInfo = serde_json::from_str(&profile).unwrap();
        user.username = Some("Zoë \"z\" \\".into());
        let record = LoginRecord { user, ..record() };
        let now = from_unix_seconds(LOGIN);
        let text = StoredLogin::write(&record, now).unwrap();
        let StoredLogin::Current(read) = StoredLogin::read(&text, now) else { unreachable!("{text}") };
        assert_eq!((read.user.raw_data.as_str(), &read), (raw, &record));
    }

    // Proves: QH7
    #[test]
    fn what_another_version_wrote_signs_nobody_in() {
        let now = from_unix_seconds(LOGIN);
        let text = StoredLogin::write(&record(), now).unwrap();
        let (cut, renamed) = (text.get(1..).unwrap(), text.replace("seen_at", "seen"));
        for text in ["", "null", "{}", "[]", r#"{"record":null,"seen_at":0}"#, cut, &renamed] {
            assert_eq!(StoredLogin::read(text, now), StoredLogin::Unreadable, "{text}");
        }
    }

    // Proves: QC1, QC2
    #[test]
    fn of_all_deletions_only_the_right_one_goes_out() {
        for cookie in [SessionCookie(Secure::Yes), SessionCookie(Secure::Loopback)] {
            let name = cookie.name();
            for (set_cookie, goes) in [
                (cookie.deletion(), true),
                (format!("{name}=; Path=/; Max-Age=0"), false),
                (format!("{name}="), false),
                (format!("{name}=;"), false),
                (format!("{name}=a; Path=/"), true),
                (format!("{name}2=; Path=/; Max-Age=0"), true),
                (format!("x{name}=; Path=/; Max-Age=0"), true),
                ("theme=; Max-Age=0".to_owned(), true),
            ] {
                assert_eq!(cookie.admits(set_cookie.as_bytes()), goes, "{set_cookie}");
            }
        }
    }

    #[test]
    fn the_cookie_is_deleted_as_it_was_set() {
        for (secure, deletion) in [
            (Secure::Yes, "__Host-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"),
            (Secure::Loopback, "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
        ] {
            assert_eq!(SessionCookie(secure).deletion(), deletion);
        }
    }
}
