//! Settings of [`Login`], all checked before the first request.

use std::{collections::HashMap, env, fmt, sync::Arc, time::Duration};

use oauth_core::{Error, ErrorKind, Registry, Result};

use crate::{
    ended::EndedSessions,
    key_ring::KeyRing,
    login::{Inner, Login},
    next::NextPath,
    pending::PendingLogins,
    records::RecordStore,
    site::Site,
    store::{PendingStore, Spent, Waiting},
    tokens::TokenKeeper,
};

const BASE_URL: &str = "OAUTH_BASE_URL";
const COOKIE_KEY: &str = "OAUTH_COOKIE_KEY";
const LOGIN_TTL: &str = "OAUTH_LOGIN_TTL";
const STORE_URL: &str = "OAUTH_STORE_URL";

const DEFAULT_BASE_URL: &str = "http://localhost:8000";
const DEFAULT_TTL: Duration = Duration::from_secs(600);
const MAX_TTL: Duration = Duration::from_secs(3600);

/// Settings of a [`Login`]; the later call wins. [`build`](Self::build) checks them all.
///
/// ```
/// use oauth_core::Registry;
/// use oauth_login::Login;
///
/// let registry = Registry::builder().build()?;
/// let login = Login::builder(registry)
///     .base_url("https://app.example")
///     .cookie_key("hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=")
///     .failure_path("/sign-in")
///     .build()?;
/// assert_eq!(login.login_path("github"), "/auth/github/login");
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[must_use = "call `build`"]
pub struct LoginBuilder {
    registry: Registry,
    base_url: String,
    keys: Option<Result<KeyRing>>,
    ttl: Result<Duration>,
    mount_path: String,
    failure_path: Option<String>,
    login_page: Option<String>,
    store: Option<Arc<dyn PendingStore>>,
    token_store: Option<Arc<dyn RecordStore>>,
    store_expected: bool,
}

impl LoginBuilder {
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            registry,
            base_url: DEFAULT_BASE_URL.to_owned(),
            keys: None,
            ttl: Ok(DEFAULT_TTL),
            mount_path: "/auth".to_owned(),
            failure_path: None,
            login_page: None,
            store: None,
            token_store: None,
            store_expected: false,
        }
    }

    /// Reads `OAUTH_BASE_URL`, `OAUTH_COOKIE_KEY` and `OAUTH_LOGIN_TTL` (seconds) where they are set.
    ///
    /// `OAUTH_STORE_URL` is for the crate that makes the store, such as `oauth-redis`; if it is set and nobody calls
    /// [`store`](Self::store), [`build`](Self::build) says so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if one of them is not Unicode. Their meaning is checked by [`build`](Self::build).
    pub fn from_env(self) -> Result<Self> {
        let mut vars = Vec::new();
        for name in [BASE_URL, COOKIE_KEY, LOGIN_TTL, STORE_URL] {
            match env::var(name) {
                Ok(value) => vars.push((name.to_owned(), value)),
                Err(env::VarError::NotPresent) => {}
                // The cause would print the value.
                Err(env::VarError::NotUnicode(_)) => {
                    return Err(Error::new(ErrorKind::Configuration, format!("{name} is not Unicode")));
                }
            }
        }
        Ok(self.from_vars(vars))
    }

    /// The same from a list of variables; others than these are passed over.
    pub fn from_vars(mut self, vars: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in vars {
            match name.as_str() {
                BASE_URL => self.base_url = value,
                COOKIE_KEY => self = self.cookie_key(&value),
                LOGIN_TTL => self.ttl = read_ttl(&value),
                STORE_URL => self.store_expected = true,
                _ => {}
            }
        }
        self
    }

    /// The public address of the application: https, or http on loopback. Default `http://localhost:8000`.
    ///
    /// Every redirect URI is built from it, and nothing else has a say: no `Host` header, no forwarding header. A path
    /// is for an application behind a proxy that strips it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The keys that seal flow cookies, sessions and kept tokens, as a comma-separated list of base64; see [`KeyRing::from_base64_list`].
    ///
    /// Without keys a loopback base URL gets a random one, and any other is refused.
    pub fn cookie_key(mut self, list: &str) -> Self {
        self.keys = Some(KeyRing::from_base64_list(list));
        self
    }

    /// The keys that seal flow cookies, sessions and kept tokens.
    pub fn key_ring(mut self, keys: KeyRing) -> Self {
        self.keys = Some(Ok(keys));
        self
    }

    /// How long a begun login stays good: 1 second to 1 hour, 10 minutes by default.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Ok(ttl);
        self
    }

    /// Where the routes are, `/auth` by default: `{mount}/{provider}/login`, `{mount}/{provider}/callback`,
    /// `{mount}/{provider}/link`, `{mount}/logout`.
    pub fn mount_path(mut self, path: impl Into<String>) -> Self {
        self.mount_path = path.into();
        self
    }

    /// The page that explains a failed login, `/` by default; it gets the parameter `error`.
    pub fn failure_path(mut self, path: impl Into<String>) -> Self {
        self.failure_path = Some(path.into());
        self
    }

    /// The page that a browser is sent to when a route needs somebody signed in, `/` by default.
    pub fn login_page(mut self, path: impl Into<String>) -> Self {
        self.login_page = Some(path.into());
        self
    }

    /// Keeps pending logins in a store that all instances share, so that each is used once across them.
    pub fn store(mut self, store: impl PendingStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Keeps the tokens of every login in a store that all instances share, sealed with the application's keys, for
    /// [`Login::token_keeper`]. Without this they are kept nowhere.
    pub fn keep_tokens(mut self, store: impl RecordStore + 'static) -> Self {
        self.token_store = Some(Arc::new(store));
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] naming the setting and what would be right.
    pub fn build(self) -> Result<Login> {
        let site = Site::new(&self.base_url, &self.mount_path)?;
        let ttl = self.ttl?;
        if ttl < Duration::from_secs(1) || ttl > MAX_TTL {
            return Err(ttl_refused());
        }
        if self.store_expected && self.store.is_none() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{STORE_URL} is set and the application has no store"),
            )
            .with_remedy(format!(
                "Give `LoginBuilder::store` the store of that address, such as `oauth_redis::RedisStore::from_env`, or \
                     unset {STORE_URL}"
            )));
        }
        let keys = Arc::new(match self.keys {
            Some(keys) => keys?,
            None if site.is_loopback() => {
                tracing::warn!(
                    target: "oauth_login",
                    "{COOKIE_KEY} is not set: using a random key, so logins under way are lost when the process restarts, and no \
                     other instance can read them"
                );
                KeyRing::random()?
            }
            None => {
                return Err(Error::new(ErrorKind::Configuration, format!("{COOKIE_KEY} is not set"))
                    .with_remedy("Set it to the output of `openssl rand -base64 32`, the same for all instances"));
            }
        });
        let home = NextPath::parse(&site.path("/"), &site).ok_or_else(|| path_refused("base URL"))?;
        let page = |path: Option<String>, name: &str| match path {
            Some(path) => NextPath::parse(&path, &site).ok_or_else(|| path_refused(name)),
            None => Ok(home.clone()),
        };
        let failure_path = page(self.failure_path, "failure path")?;
        let login_page = page(self.login_page, "login page")?;
        let redirect_uris: HashMap<_, _> =
            self.registry.iter().map(|client| (client.name().to_owned(), site.redirect_uri(client.name()))).collect();
        let waiting = match self.store {
            Some(store) => Waiting::InStore(store),
            None => Waiting::InCookies(Spent::new()),
        };
        let pending = PendingLogins::new(keys.clone(), waiting, site.base_url().into(), site.secure(), ttl);
        let token_keeper = self
            .token_store
            .map(|store| TokenKeeper::new(self.registry.clone(), store, keys.clone(), site.base_url().into()));
        Ok(Login::new(Inner {
            registry: self.registry,
            token_keeper,
            redirect_uris,
            keys,
            pending,
            home,
            failure_path,
            login_page,
            ended: EndedSessions::default(),
            site,
        }))
    }
}

/// Says where the routes are; a base URL that has not been checked may contain a password.
impl fmt::Debug for LoginBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginBuilder")
            .field("registry", &self.registry)
            .field("mount_path", &self.mount_path)
            .finish_non_exhaustive()
    }
}

fn read_ttl(text: &str) -> Result<Duration> {
    text.trim().parse().map(Duration::from_secs).map_err(|_| ttl_refused())
}

fn ttl_refused() -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("{LOGIN_TTL} is not a number of seconds from 1 to {}", MAX_TTL.as_secs()),
    )
    .with_remedy(format!("Leave it out for {} seconds", DEFAULT_TTL.as_secs()))
}

fn path_refused(name: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the {name} is not a page of this application"))
        .with_remedy("Give a path such as /sign-in that is not one of the login routes")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing;

    const KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

    fn from_vars(vars: &[(&str, &str)]) -> Result<Login> {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Login::from_vars(testing::registry(), vars)
    }

    // Proves: QC7, QE1
    #[test]
    fn settings_that_cannot_be_right_are_refused_by_name() {
        for (vars, fault) in [
            (&[(BASE_URL, "https://app.example")][..], "OAUTH_COOKIE_KEY is not set. Set it to the output of `openssl"),
            (&[(BASE_URL, "http://app.example"), (COOKIE_KEY, KEY)], "OAUTH_BASE_URL is plain http"),
            (&[(BASE_URL, ""), (COOKIE_KEY, KEY)], "OAUTH_BASE_URL is not an absolute URL"),
            (&[(COOKIE_KEY, "")], "OAUTH_COOKIE_KEY has 0 bytes"),
            (&[(COOKIE_KEY, "c2hvcnQ=")], "OAUTH_COOKIE_KEY has 5 bytes"),
            (&[(LOGIN_TTL, "")], "OAUTH_LOGIN_TTL is not a number of seconds from 1 to 3600"),
            (&[(LOGIN_TTL, "10m")], "OAUTH_LOGIN_TTL is not"),
            (&[(LOGIN_TTL, "0")], "OAUTH_LOGIN_TTL is not"),
            (&[(LOGIN_TTL, "-1")], "OAUTH_LOGIN_TTL is not"),
            (&[(LOGIN_TTL, "3601")], "OAUTH_LOGIN_TTL is not"),
            (&[(LOGIN_TTL, "99999999999999999999")], "OAUTH_LOGIN_TTL is not"),
        ] {
            let error = from_vars(vars).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(fault), "{vars:?}: {error}");
        }
    }

    #[test]
    fn pages_must_be_the_applications_own() {
        for path in ["", "sign-in", "//evil.example", "https://evil.example/", "/auth/alpha/login", "/auth/logout"] {
            let builder = || Login::builder(testing::registry());
            for result in [builder().failure_path(path).build(), builder().login_page(path).build()] {
                assert!(result.unwrap_err().to_string().contains("is not a page of this application"), "{path}");
            }
        }
    }

    #[test]
    fn loopback_needs_no_settings() {
        let login = from_vars(&[("PATH", "/bin"), ("OAUTH_LISTEN", "127.0.0.1:1")]).unwrap();
        assert_eq!(login.redirect_uri("alpha"), Some("http://localhost:8000/auth/alpha/callback"));
        assert_eq!(login.redirect_uri("nowhere"), None);
        assert_eq!(login.base_url(), "http://localhost:8000");
        assert_eq!(login.session_cookie().name(), "session");
        assert!(!login.session_cookie().is_secure());
    }

    #[test]
    fn a_prefix_is_part_of_every_address_browsers_see() {
        let login = from_vars(&[(BASE_URL, "https://app.example/team/"), (COOKIE_KEY, KEY)]).unwrap();
        assert_eq!(login.base_url(), "https://app.example/team");
        assert_eq!(login.mount_path(), "/auth");
        assert_eq!(login.login_path("alpha"), "/team/auth/alpha/login");
        assert_eq!(login.logout_path(), "/team/auth/logout");
        assert_eq!(login.redirect_uri("alpha"), Some("https://app.example/team/auth/alpha/callback"));
        assert_eq!(login.session_cookie().name(), "__Host-session");
        assert!(login.session_cookie().is_secure());
    }
}
