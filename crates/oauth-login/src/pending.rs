//! Pending logins: begun, and waiting for the browser to come back.
//!
//! Each has a cookie of its own, so that logins in several tabs do not disturb each other. The cookie's name carries a
//! hash of `state`: the callback finds the cookie by the `state` parameter, and whoever only sees names learns nothing.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{Error, ErrorKind, ExposeSecret, PendingAuthorization, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    cookie::{Cookies, SameName, SameSite, Secure, delete_cookie, set_cookie},
    key_ring::{KeyRing, Label, NotOpened, Opened, Purpose, random_text},
    link::Intent,
    store::{PendingKey, Waiting},
    time::unix_seconds,
};

/// Logins one browser may have begun and not finished; the oldest go first.
const MAX_PER_BROWSER: usize = 5;
/// Most bytes of flow cookies that one browser may send back, names and separators included. Also the size of a cookie
/// that every browser takes (RFC 6265 section 6.1).
const MAX_COOKIE_BYTES: usize = 4096;
/// Cookies that look like ours and are looked at; more than that only a hostile neighbour can plant.
const MAX_LOOKED_AT: usize = 32;
/// Bytes of the hash of `state` in a cookie's name: enough that nobody finds a second `state` for a name.
const HANDLE_BYTES: usize = 12;
/// Length of the handle in base64url.
const HANDLE_LEN: usize = 16;

/// Everything a login needs when the browser comes back, kept as one value so that nothing can be forgotten.
#[derive(Serialize, Deserialize)]
pub(crate) struct PendingLogin {
    /// Name of the provider instance.
    pub(crate) provider: String,
    /// `state`, PKCE verifier, `nonce`, redirect URI, issuer.
    pub(crate) authorization: PendingAuthorization,
    /// Whether it signs somebody in or connects an account. Versions before knew only the one.
    #[serde(default, skip_serializing_if = "Intent::is_sign_in")]
    pub(crate) intent: Intent,
    /// Where to land afterwards.
    pub(crate) next: String,
    /// Seconds since 1970.
    pub(crate) begun_at: u64,
}

/// Keeps pending logins and gives each back once, to the browser that began it.
pub(crate) struct PendingLogins {
    keys: Arc<KeyRing>,
    waiting: Waiting,
    app: Arc<str>,
    secure: Secure,
    /// What the names of this application's flow cookies begin with. Cookies are shared by all ports of a host, so the
    /// application is part of it: two of them on localhost must not sweep each other's logins.
    prefix: String,
    ttl: Duration,
}

/// Why a login is not kept.
pub(crate) enum NotKept {
    /// The cookie would be larger than browsers take.
    TooLarge,
    Error(Error),
}

/// Why there is no login to go on with.
pub(crate) enum Lost {
    /// This browser has none for this `state`, or it was used before.
    NotFound,
    Expired,
    /// The cookie belongs to another `state`.
    Mismatch,
    /// The browser sent two cookies of that name.
    Ambiguous,
    Error(Error),
}

/// A `state` and what its hash names: the flow cookie of its login, and the login among those that are spent.
pub(crate) struct Handle<'s> {
    state: &'s str,
    digest: [u8; 32],
    cookie: String,
}

impl From<NotOpened> for Lost {
    fn from(not_opened: NotOpened) -> Self {
        match not_opened {
            NotOpened::Unreadable => Self::NotFound,
            NotOpened::Expired => Self::Expired,
        }
    }
}

impl PendingLogins {
    pub(crate) fn new(keys: Arc<KeyRing>, waiting: Waiting, app: Arc<str>, secure: Secure, ttl: Duration) -> Self {
        let digest: [u8; 32] =
            Sha256::new_with_prefix(b"oauth-login app\0").chain_update(app.as_bytes()).finalize().into();
        let tag = URL_SAFE_NO_PAD.encode(digest.first_chunk::<6>().unwrap_or(&[0; 6]));
        let prefix = secure.name(&format!("login-{tag}-"));
        Self { keys, waiting, app, secure, prefix, ttl }
    }

    /// Keeps `login`; returns the `Set-Cookie` values, which also delete what is too old or too much.
    pub(crate) async fn keep(
        &self,
        login: &PendingLogin,
        cookies: &Cookies<'_, '_>,
        same_site: SameSite,
        now: SystemTime,
    ) -> Result<Vec<String>, NotKept> {
        let state = login.authorization.state().expose_secret();
        let Handle { cookie: name, .. } = self.handle(state);
        let expires_at = now.checked_add(self.ttl).unwrap_or(now);
        // With room for the longest, so that growing leaves no copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(MAX_COOKIE_BYTES));
        serde_json::to_writer(&mut *json, login)
            .map_err(|_| NotKept::Error(Error::new(ErrorKind::Configuration, "a pending login cannot be written")))?;
        let seal = |purpose, plaintext: &[u8]| {
            self.keys.seal(&self.label(purpose, &name), expires_at, plaintext).map_err(NotKept::Error)
        };
        let mut value = None;
        if let Waiting::InStore(store) = &self.waiting {
            let binding = random_text().map_err(NotKept::Error)?;
            let sealed = seal(Purpose::Stored, &json)?;
            match store.put(&PendingKey::new(state, &binding), &sealed, self.ttl).await {
                Ok(()) => value = Some(seal(Purpose::Cookie, binding.as_bytes())?),
                Err(error) => {
                    tracing::warn!(target: "oauth_login", %error, "a login begins in a cookie, since the store did not take it");
                }
            }
        }
        let value = value.map_or_else(|| seal(Purpose::Cookie, &json), Ok)?;
        let Some(room) = MAX_COOKIE_BYTES.checked_sub(cost(&name, &value)) else { return Err(NotKept::TooLarge) };
        let mut set = self.sweep(cookies, room, now);
        set.push(set_cookie(&name, &value, same_site, self.secure, self.ttl));
        Ok(set)
    }

    /// What the hash of `state` names.
    pub(crate) fn handle<'s>(&self, state: &'s str) -> Handle<'s> {
        // With a short prefix the two are one block of the hash.
        let digest: [u8; 32] = Sha256::new_with_prefix(b"flow handle\0").chain_update(state).finalize().into();
        let handle = URL_SAFE_NO_PAD.encode(digest.first_chunk::<HANDLE_BYTES>().unwrap_or(&[0; HANDLE_BYTES]));
        Handle { state, digest, cookie: [self.prefix.as_str(), &handle].concat() }
    }

    /// The login of a `state`, if this browser began it. Whatever becomes of it, it cannot be taken again.
    pub(crate) async fn take(
        &self,
        Handle { state, digest, cookie }: &Handle<'_>,
        cookies: &Cookies<'_, '_>,
        now: SystemTime,
    ) -> Result<PendingLogin, Lost> {
        let value = cookies.get(cookie).map_err(|SameName| Lost::Ambiguous)?.ok_or(Lost::NotFound)?;
        let opened = self.open(Purpose::Cookie, cookie, value, now)?;
        match (binding(&opened), &self.waiting) {
            (Some(binding), Waiting::InStore(store)) => {
                let sealed = store.take(&PendingKey::new(state, binding)).await.map_err(Lost::Error)?;
                let sealed = sealed.ok_or(Lost::NotFound)?;
                read_login(&self.open(Purpose::Stored, cookie, &sealed, now)?, state)
            }
            (Some(_), Waiting::InCookies(_)) => Err(Lost::NotFound),
            // With a store too: it was begun while the store could not be reached.
            (None, waiting) => {
                let login = read_login(&opened, state)?;
                let first = match waiting {
                    Waiting::InCookies(spent) => spent.spend(digest, unix_seconds(now), self.ttl),
                    Waiting::InStore(store) => {
                        store.spend(&PendingKey::spent(state), self.ttl).await.map_err(Lost::Error)?
                    }
                };
                if first { Ok(login) } else { Err(Lost::NotFound) }
            }
        }
    }

    /// The `Set-Cookie` value that deletes the cookie of a `state`.
    pub(crate) fn forget(&self, handle: &Handle<'_>) -> String {
        delete_cookie(&handle.cookie, self.secure)
    }

    /// `Set-Cookie` values deleting the flow cookies that are expired, unreadable or, oldest first, more than fit in
    /// `room` bytes.
    fn sweep(&self, cookies: &Cookies<'_, '_>, room: usize, now: SystemTime) -> Vec<String> {
        let mut found: Vec<_> = cookies
            .iter()
            .filter(|(name, _)| self.is_flow_cookie(name))
            .take(MAX_LOOKED_AT)
            .map(|(name, value)| {
                let opened = self.open(Purpose::Cookie, name, value, now).ok().filter(|_| cookies.get(name).is_ok());
                (opened.map(|opened| opened.expires_at), name, cost(name, value))
            })
            .collect();
        // Newest first, the unreadable last. Browsers send the older of two cookies first, which settles ties.
        found.reverse();
        found.sort_by_key(|(expires_at, ..)| std::cmp::Reverse(*expires_at));
        let mut kept = 1;
        let mut room = Some(room);
        found.retain(|(expires_at, _, cost)| {
            let left = room.and_then(|room| room.checked_sub(*cost));
            let keep = expires_at.is_some() && kept < MAX_PER_BROWSER && left.is_some();
            if keep {
                kept += 1;
            }
            // Once one does not fit, no older one stays in its place.
            room = left;
            !keep
        });
        let mut names: Vec<_> = found.into_iter().map(|(_, name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| delete_cookie(name, self.secure)).collect()
    }

    /// Whether a name is one that [`handle`](Self::handle) may have made, and so may be written to a header.
    fn is_flow_cookie(&self, name: &str) -> bool {
        name.strip_prefix(&self.prefix).is_some_and(|handle| handle.len() == HANDLE_LEN && is_base64url(handle))
    }

    fn label<'a>(&'a self, purpose: Purpose, name: &'a str) -> Label<'a> {
        Label { purpose, name, app: &self.app }
    }

    fn open(&self, purpose: Purpose, name: &str, sealed: &str, now: SystemTime) -> Result<Opened, NotOpened> {
        self.keys.open(&self.label(purpose, name), now, sealed)
    }
}

/// What is in an opened flow cookie, unless it is the whole login: the browser's half of one that waits in a store. It is
/// base64url, which has no brace, and a login is a JSON object.
fn binding(opened: &Opened) -> Option<&str> {
    std::str::from_utf8(&opened.plaintext).ok().filter(|text| !text.starts_with('{'))
}

/// Reads an opened login and makes sure that it is the one of `state`: the name only carries a part of a hash.
fn read_login(opened: &Opened, state: &str) -> Result<PendingLogin, Lost> {
    let login: PendingLogin = serde_json::from_slice(&opened.plaintext).map_err(|_| Lost::NotFound)?;
    let same: bool = login.authorization.state().expose_secret().as_bytes().ct_eq(state.as_bytes()).into();
    if same { Ok(login) } else { Err(Lost::Mismatch) }
}

pub(crate) fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// What a cookie takes of the `Cookie` header, with `=` and `; `.
fn cost(name: &str, value: &str) -> usize {
    name.len() + value.len() + 3
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use oauth_core::AuthorizationRequest;

    use super::*;
    use crate::{store::Spent, testing, time::from_unix_seconds};

    const TTL: Duration = Duration::from_secs(600);
    const NOW: u64 = 1_800_000_000;

    fn pending_logins(app: &str) -> PendingLogins {
        let keys = Arc::new(KeyRing::random().unwrap());
        PendingLogins::new(keys, Waiting::InCookies(Spent::new()), app.into(), Secure::Yes, TTL)
    }

    fn login(next: &str, begun_at: u64) -> PendingLogin {
        let registry = testing::registry();
        let client = registry.get("alpha").unwrap();
        let request = AuthorizationRequest::new("https://app.example/auth/alpha/callback");
        let (_, authorization) = client.authorization_url(&request).unwrap().into_parts();
        let (provider, next) = ("alpha".to_owned(), next.to_owned());
        PendingLogin { provider, authorization, intent: Intent::SignIn, next, begun_at }
    }

    /// What a browser keeps: name and value, oldest first.
    #[derive(Default)]
    struct Jar(Vec<(String, String)>);

    impl Jar {
        fn header(&self) -> String {
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        }

        fn apply(&mut self, set_cookies: Vec<String>) {
            for cookie in set_cookies {
                let (name, rest) = cookie.split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.0.retain(|(known, _)| known != name);
                if !rest.contains("Max-Age=0;") {
                    self.0.push((name.to_owned(), value.to_owned()));
                }
            }
        }

        async fn begin(&mut self, pending: &PendingLogins, login: &PendingLogin) -> Result<(), ()> {
            let header = self.header();
            let headers = [header.as_bytes()];
            let now = from_unix_seconds(login.begun_at);
            let set = pending.keep(login, &Cookies::new(&headers), SameSite::Lax, now).await.map_err(|_| ())?;
            self.apply(set);
            Ok(())
        }

        async fn take(&self, pending: &PendingLogins, login: &PendingLogin, now: u64) -> Result<String, Lost> {
            let header = self.header();
            let headers = [header.as_bytes()];
            let state = login.authorization.state().expose_secret();
            let now = from_unix_seconds(now);
            pending.take(&pending.handle(state), &Cookies::new(&headers), now).await.map(|login| login.next)
        }
    }

    // Proves: QA8
    #[tokio::test]
    async fn a_browser_keeps_the_five_newest_logins() {
        let (pending, mut jar) = (pending_logins("https://app.example"), Jar::default());
        let logins: Vec<_> = (0..8).map(|index| login(&format!("/{index}"), NOW + index)).collect();
        for login in &logins {
            jar.begin(&pending, login).await.unwrap();
        }
        assert_eq!(jar.0.len(), MAX_PER_BROWSER);
        for (index, login) in logins.iter().enumerate() {
            let next = jar.take(&pending, login, NOW + 10).await.ok();
            assert_eq!(next, (index >= 3).then(|| format!("/{index}")));
        }
    }

    // Proves: QC8, QA8
    #[tokio::test]
    async fn flow_cookies_stay_below_four_kibibytes_together() {
        let (pending, mut jar) = (pending_logins("https://app.example"), Jar::default());
        for (index, next_len) in [2000, 1, 900, 2000, 100, 1, 1, 1, 500, 1900, 1].into_iter().enumerate() {
            let login = login(&format!("/{}", "n".repeat(next_len)), NOW + index as u64);
            jar.begin(&pending, &login).await.unwrap();
            assert!(jar.header().len() <= MAX_COOKIE_BYTES, "{}", jar.header().len());
            assert!(jar.take(&pending, &login, NOW + 20).await.is_ok(), "the newest is always there");
        }
        assert!(jar.begin(&pending, &login(&"/n".repeat(2000), NOW)).await.is_err());
    }

    #[tokio::test]
    async fn expired_and_unreadable_logins_are_swept_and_foreign_cookies_are_not() {
        let app = "http://localhost:8000";
        let (pending, mut jar) = (pending_logins(app), Jar::default());
        // The same application before its keys were thrown away, another one on the same host, and the application's own.
        jar.begin(&pending_logins(app), &login("/", NOW + 599)).await.unwrap();
        let neighbour = pending_logins("http://localhost:3000");
        let theirs = login("/theirs", NOW + 599);
        jar.begin(&neighbour, &theirs).await.unwrap();
        jar.begin(&pending, &login("/", NOW)).await.unwrap();
        jar.0.push(("session".to_owned(), "s".to_owned()));
        let junk = pending.handle("junk").cookie;
        jar.0.push((junk.clone(), "junk".to_owned()));
        jar.0.push((format!("{}\u{7f}\r\nset-cookie: a=b", pending.prefix), "x".to_owned()));

        let ours = login("/ours", NOW + 600);
        jar.begin(&pending, &ours).await.unwrap();
        let own: Vec<_> = jar.0.iter().filter(|(name, _)| pending.is_flow_cookie(name)).collect();
        assert_eq!(own.len(), 1);
        assert!(!jar.0.iter().any(|(name, _)| *name == junk));
        assert_eq!(jar.take(&neighbour, &theirs, NOW + 601).await.ok().as_deref(), Some("/theirs"));
        assert_eq!(jar.take(&pending, &ours, NOW + 601).await.ok().as_deref(), Some("/ours"));
    }

    // Proves: QA1, QB5
    #[tokio::test]
    async fn a_login_expires_to_the_second() {
        for (later, expired) in [(599, false), (600, true), (u64::from(u32::MAX), true)] {
            let (pending, mut jar) = (pending_logins("https://app.example"), Jar::default());
            let login = login("/", NOW);
            jar.begin(&pending, &login).await.unwrap();
            let lost = jar.take(&pending, &login, NOW + later).await.err();
            assert_eq!(matches!(lost, Some(Lost::Expired)), expired, "{later}");
        }
    }

    // Proves: QC6
    #[tokio::test]
    async fn a_cookie_moved_to_the_name_of_another_state_opens_nothing() {
        let (pending, mut jar) = (pending_logins("https://app.example"), Jar::default());
        let (mine, other) = (login("/mine", NOW), login("/other", NOW));
        jar.begin(&pending, &mine).await.unwrap();
        for (name, _) in &mut jar.0 {
            *name = pending.handle(other.authorization.state().expose_secret()).cookie;
        }
        assert!(matches!(jar.take(&pending, &other, NOW).await, Err(Lost::NotFound)));
    }

    // Proves: QC6
    #[test]
    fn the_browsers_half_of_a_login_is_told_from_a_whole_one() {
        let opened = |plaintext: &[u8]| Opened { expires_at: NOW, plaintext: Zeroizing::new(plaintext.to_vec()) };
        let half = random_text().unwrap();
        assert_eq!(binding(&opened(half.as_bytes())), Some(half.as_str()));
        assert_eq!(binding(&opened(&serde_json::to_vec(&login("/", NOW)).unwrap())), None);
    }

    // Proves: QA1
    #[test]
    fn the_state_itself_is_compared_and_not_only_its_handle() {
        let login = login("/", NOW);
        let plaintext = Zeroizing::new(serde_json::to_vec(&login).unwrap());
        let opened = Opened { expires_at: NOW, plaintext };
        let state = login.authorization.state().expose_secret();
        assert!(read_login(&opened, state).is_ok());
        for other in [&state[1..], &format!("{state}A"), "", &state.to_ascii_lowercase()] {
            assert!(matches!(read_login(&opened, other), Err(Lost::Mismatch)));
        }
    }
}
