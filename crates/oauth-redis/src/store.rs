//! The store: which commands keep what, and under which keys.

use std::{env, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use oauth_core::{Error, ErrorKind, Result};
use oauth_login::{PendingKey, PendingStore, Precondition, RecordKey, RecordStore};
use redis::Cmd;
use tokio::time::Instant;

use crate::{address::Address, link::Link, scripts};

const STORE_URL: &str = "OAUTH_STORE_URL";
const KEY_PREFIX: &str = "oauth:";
const MAX_PENDING: usize = 100_000;
/// The last part of an operation's time, in which nothing is carried out any more but answers may arrive.
const WAY_BACK: Duration = Duration::from_millis(500);

/// Pending logins and records in Redis or Valkey.
///
/// Clones share one connection. The server need not be up when the store is made, and may go and return at any time.
///
/// ```
/// use oauth_redis::RedisStore;
///
/// let store = RedisStore::connect("redis://localhost:6379")?.key_prefix("shop:");
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct RedisStore {
    link: Arc<Link>,
    key_prefix: Arc<str>,
    max_pending: usize,
}

impl RedisStore {
    /// The store at `url`, in one of the [spellings](crate#addresses). Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if that is not the URL of a store. The error quotes nothing of it.
    pub fn connect(url: &str) -> Result<Self> {
        Self::at(Address::parse(url, "the store's URL")?)
    }

    /// The store that `OAUTH_STORE_URL` names, or `None` if it is not set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it is set to something else.
    pub fn from_env() -> Result<Option<Self>> {
        match env::var(STORE_URL) {
            Ok(url) => Self::from_vars([(STORE_URL.to_owned(), url)]),
            Err(env::VarError::NotPresent) => Ok(None),
            // The cause would print the value.
            Err(env::VarError::NotUnicode(_)) => {
                Err(Error::new(ErrorKind::Configuration, format!("{STORE_URL} is not Unicode")))
            }
        }
    }

    /// The same from a list of variables; others are passed over.
    ///
    /// ```
    /// use oauth_redis::RedisStore;
    ///
    /// let variable = ("OAUTH_STORE_URL".to_owned(), "rediss://:password@cache.example:6380".to_owned());
    /// assert!(RedisStore::from_vars([variable])?.is_some());
    /// assert!(RedisStore::from_vars([])?.is_none());
    /// # Ok::<(), oauth_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Option<Self>> {
        let url = vars.into_iter().find(|(name, _)| name == STORE_URL);
        url.map(|(name, url)| Self::at(Address::parse(&url, &name)?)).transpose()
    }

    fn at(address: Address) -> Result<Self> {
        let link = Arc::new(Link::new(address)?);
        Ok(Self { link, key_prefix: KEY_PREFIX.into(), max_pending: MAX_PENDING })
    }

    /// What all keys begin with, `oauth:` by default: for applications that share a database, or a user that may touch
    /// certain keys only. All instances of an application need the same.
    #[must_use]
    pub fn key_prefix(mut self, prefix: &str) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// How many logins may wait at a time, 100,000 by default: strangers can begin them, and each takes about 1 KiB of
    /// the server's memory. Further ones travel in cookies until some have finished or expired.
    #[must_use]
    pub fn max_pending(mut self, max: usize) -> Self {
        self.max_pending = max;
        self
    }

    /// Certificates, in PEM, one of which must have signed the server's, in place of the platform's trust store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if they cannot be read, or the URL does not ask for TLS.
    #[cfg(feature = "rustls")]
    pub fn root_certificates(self, pem: impl AsRef<[u8]>) -> Result<Self> {
        let address = self.link.address().clone().trusting(pem.as_ref())?;
        Ok(Self { link: Arc::new(Link::new(address)?), ..self })
    }

    /// A certificate (with those between it and its root) and its key, both in PEM, for a server that demands one of its
    /// clients, as Redis does unless `tls-auth-clients` says otherwise.
    ///
    /// # Errors
    ///
    /// As [`root_certificates`](Self::root_certificates).
    #[cfg(feature = "rustls")]
    pub fn client_certificate(self, certificates_pem: impl AsRef<[u8]>, key_pem: impl AsRef<[u8]>) -> Result<Self> {
        let address = self.link.address().clone().identified(certificates_pem.as_ref(), key_pem.as_ref());
        Ok(Self { link: Arc::new(Link::new(address)?), ..self })
    }

    /// Pending logins are counted and kept in one step, for which a cluster needs them on one node: hence the braces.
    fn pending_index(&self) -> String {
        format!("{}{{pending}}", self.key_prefix)
    }

    fn pending(&self, key: &PendingKey) -> String {
        format!("{}{{pending}}:{}", self.key_prefix, key.as_str())
    }

    fn spent(&self, key: &PendingKey) -> String {
        format!("{}spent:{}", self.key_prefix, key.as_str())
    }

    fn record(&self, key: &RecordKey) -> String {
        format!("{}record:{}", self.key_prefix, key.as_str())
    }

    /// The moment, by the clock of the server that has `key`, after which nobody waits for an answer any more.
    async fn not_after(&self, deadline: Instant, key: &str) -> Result<u64> {
        let clock: u64 = self.link.ask(&scripts::run(scripts::CLOCK, &[key]), deadline).await?;
        let left = deadline.saturating_duration_since(Instant::now()).saturating_sub(WAY_BACK);
        Ok(clock.saturating_add(millis(left)))
    }

    /// Writes unless it is too late. Two answers more than a plain `SET`, for what must not happen behind its caller's
    /// back.
    async fn write_in_time(&self, script: &str, key: &str, arguments: impl FnOnce(&mut Cmd)) -> Result<bool> {
        let deadline = Link::deadline();
        let mut command = scripts::run_until(self.not_after(deadline, key).await?, script, &[key]);
        arguments(&mut command);
        self.link.ask_once(&command, deadline).await
    }
}

#[async_trait]
impl PendingStore for RedisStore {
    async fn put(&self, key: &PendingKey, sealed: &str, lifetime: Duration) -> Result<()> {
        let mut command = scripts::run(scripts::PUT, &[&self.pending(key), &self.pending_index()]);
        command.arg(key.as_str()).arg(sealed).arg(millis(lifetime)).arg(self.max_pending);
        if self.link.ask(&command, Link::deadline()).await? {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::StoreUnavailable, format!("{} logins are pending", self.max_pending))
                .with_remedy("Nobody is turned away; if they are real, raise RedisStore::max_pending"))
        }
    }

    async fn take(&self, key: &PendingKey) -> Result<Option<String>> {
        let (deadline, pending) = (Link::deadline(), self.pending(key));
        let not_after = self.not_after(deadline, &pending).await?;
        let mut command = scripts::run_until(not_after, scripts::TAKE, &[&pending, &self.pending_index()]);
        command.arg(key.as_str());
        let sealed: Option<Vec<u8>> = self.link.ask_once(&command, deadline).await?;
        Ok(sealed.map(text))
    }

    async fn spend(&self, key: &PendingKey, lifetime: Duration) -> Result<bool> {
        self.write_in_time(scripts::WRITE_ABSENT, &self.spent(key), |command| {
            command.arg("").arg(millis(lifetime));
        })
        .await
    }
}

#[async_trait]
impl RecordStore for RedisStore {
    async fn read(&self, key: &RecordKey) -> Result<Option<String>> {
        let value: Option<Vec<u8>> = self.link.ask(&Cmd::get(self.record(key)), Link::deadline()).await?;
        Ok(value.map(text))
    }

    async fn write(
        &self,
        key: &RecordKey,
        value: &str,
        lifetime: Duration,
        precondition: Precondition<'_>,
    ) -> Result<bool> {
        let (key, lifetime) = (self.record(key), millis(lifetime));
        match precondition {
            Precondition::Absent => {
                self.write_in_time(scripts::WRITE_ABSENT, &key, |command| {
                    command.arg(value).arg(lifetime);
                })
                .await
            }
            Precondition::Present => {
                let mut command = redis::cmd("SET");
                command.arg(&key).arg(value).arg("XX").arg("PX").arg(lifetime);
                self.link.ask(&command, Link::deadline()).await
            }
            Precondition::Unchanged(expected) => {
                self.write_in_time(scripts::WRITE_UNCHANGED, &key, |command| {
                    command.arg(value).arg(lifetime).arg(expected);
                })
                .await
            }
        }
    }

    async fn remove(&self, key: &RecordKey, precondition: Precondition<'_>) -> Result<bool> {
        let key = self.record(key);
        match precondition {
            Precondition::Absent => Ok(false),
            Precondition::Present => self.link.ask(&Cmd::del(&key), Link::deadline()).await,
            Precondition::Unchanged(expected) => {
                self.write_in_time(scripts::REMOVE_UNCHANGED, &key, |command| {
                    command.arg(expected);
                })
                .await
            }
        }
    }
}

/// Where it is, and nothing of how to get in.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("at", &self.link.address().shown())
            .field("key_prefix", &self.key_prefix)
            .field("max_pending", &self.max_pending)
            .finish_non_exhaustive()
    }
}

/// As Redis wants it: at least one, and not more than it can add to its clock.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 52)
}

/// Somebody else's bytes become a text that does not open, rather than an outage.
fn text(value: Vec<u8>) -> String {
    String::from_utf8(value).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
