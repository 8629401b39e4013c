//! How often strangers may ask. The adapters hand in where a request comes from, and send what is decided here.

use std::{
    fmt,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    NotUntil, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, StateStore},
};
use oauth_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use crate::{
    answer::Answer,
    client_address::{ClientAddress, TrustedProxies},
    generations::Generations,
};

/// Longest time in which an exhausted quota may become whole again.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// 20 requests at once, which is ten logins, and then one each second.
const PER_CLIENT: governor::Quota =
    governor::Quota::per_second(NonZeroU32::MIN).allow_burst(NonZeroU32::MIN.saturating_add(19));

/// How many requests are let through: a burst, and then one in each interval.
///
/// ```
/// use std::time::Duration;
/// use oauth_login::Quota;
///
/// // Ten at once, then six a minute.
/// let quota = Quota::one_every(Duration::from_secs(10)).burst(10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Quota {
    interval: Duration,
    burst: u32,
}

impl Quota {
    /// One request in each `interval`, and no burst.
    pub const fn one_every(interval: Duration) -> Self {
        Self { interval, burst: 1 }
    }

    /// Lets through `requests` at once, after a rest of as many intervals.
    pub const fn burst(self, requests: u32) -> Self {
        Self { burst: requests, ..self }
    }

    fn checked(self) -> Result<governor::Quota> {
        let quota = governor::Quota::with_period(self.interval).zip(NonZeroU32::new(self.burst));
        let quota = quota.filter(|_| self.interval.checked_mul(self.burst).is_some_and(|whole| whole <= DAY));
        quota.map(|(quota, burst)| quota.allow_burst(burst)).ok_or_else(|| {
            let problem = format!("{self:?} is no quota");
            Error::new(ErrorKind::Configuration, problem).with_remedy(
                "Choose a burst of at least 1, and an interval above 0 that times the burst is at most a day",
            )
        })
    }
}

/// A limit on the requests of each client, and if wanted of all together.
///
/// A client is an address, or the /64 network of an IPv6 address, as [`TrustedProxies`] finds it. The default lets
/// each make 20 requests at once and then one a second.
///
/// Clones count together: make one for all routes and all worker threads. It counts in this process, so several
/// instances let through several times as much. It remembers at most 131,072 clients, in less than ten megabytes; when
/// more than that come, the longest unseen are forgotten, and [`in_total`](Self::in_total) is what still holds.
///
/// ```
/// use std::time::Duration;
/// use oauth_login::{Quota, RateLimit, TrustedProxies};
///
/// let limit = RateLimit::per_client(Quota::one_every(Duration::from_secs(2)).burst(2))?
///     .in_total(Quota::one_every(Duration::from_millis(5)).burst(1000))?
///     .trusted_proxies(TrustedProxies::parse("10.0.0.0/8")?);
///
/// let headers = [("x-forwarded-for", b"198.51.100.7".as_slice())];
/// assert!(limit.check("10.1.2.3".parse()?, headers).is_ok());
/// assert!(limit.check("10.1.2.3".parse()?, headers).is_ok());
/// let answer = limit.check("10.1.2.3".parse()?, headers).unwrap_err();
/// assert_eq!(answer.status(), 429);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RateLimit {
    clients: Arc<Limiter<Clients>>,
    total: Option<Arc<Limiter<InMemoryState>>>,
    /// How often it is logged that requests are refused: who floods us shall not flood the log.
    warnings: Arc<Limiter<InMemoryState>>,
    proxies: Arc<TrustedProxies>,
    time: Time,
}

type Limiter<S> = RateLimiter<<S as StateStore>::Key, S, Time, NoOpMiddleware<Duration>>;

impl RateLimit {
    /// A limit on the requests of each client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for a quota that lets nothing through, or takes more than a day to become whole.
    pub fn per_client(quota: Quota) -> Result<Self> {
        quota.checked().map(Self::new)
    }

    /// Limits the requests of all clients together, too. Those that the limit of their client refuses do not count.
    ///
    /// # Errors
    ///
    /// As [`per_client`](Self::per_client).
    pub fn in_total(mut self, quota: Quota) -> Result<Self> {
        self.total = Some(Arc::new(RateLimiter::new(quota.checked()?, InMemoryState::default(), self.time)));
        Ok(self)
    }

    /// Believes `X-Forwarded-For` of these proxies. Without, everybody behind a proxy is one client.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = Arc::new(proxies);
        self
    }

    fn new(per_client: governor::Quota) -> Self {
        let time = Time(Instant::now());
        let clients = Clients(Mutex::new(Generations::new(per_client.burst_size_replenished_in())));
        let one_a_minute = governor::Quota::per_minute(NonZeroU32::MIN);
        Self {
            clients: Arc::new(RateLimiter::new(per_client, clients, time)),
            total: None,
            warnings: Arc::new(RateLimiter::new(one_a_minute, InMemoryState::default(), time)),
            proxies: Arc::default(),
            time,
        }
    }

    /// Counts a request over a connection from `peer`, with these headers as names in any case and raw values.
    ///
    /// Hand over all headers: which of them matter is decided here.
    ///
    /// # Errors
    ///
    /// The answer to send at once, without looking at the request: 429 with `Retry-After`.
    pub fn check<'r>(
        &self,
        peer: IpAddr,
        headers: impl IntoIterator<Item = (&'r str, &'r [u8])>,
    ) -> Result<(), Answer> {
        let headers = headers.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for"));
        let client = self.proxies.client(peer, headers.map(|(_, value)| value).collect::<Vec<_>>());
        // In this order, so that one client cannot use up what is for all.
        self.clients.check_key(&client).map_err(|until| self.refuse(client, "per_client", &until))?;
        match &self.total {
            Some(total) => total.check().map_err(|until| self.refuse(client, "in_total", &until)),
            None => Ok(()),
        }
    }

    fn refuse(&self, client: ClientAddress, limit: &str, until: &NotUntil<Duration>) -> Answer {
        if self.warnings.check().is_ok() {
            tracing::warn!(target: "oauth_login", %client, limit, "too many requests: some are refused");
        }
        let wait = until.wait_time_from(self.time.now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Answer::text(429, "Too many requests. Please wait a moment and reload this page.")
            .with_header("retry-after", seconds.max(1).to_string())
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::new(PER_CLIENT)
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// Tokio's time, which tests can pause, since the limit was made.
#[derive(Clone, Copy)]
struct Time(Instant);

impl Clock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The clients whose quotas are not whole.
struct Clients(Mutex<Generations<ClientAddress, Nanos>>);

impl StateStore for Clients {
    type Key = ClientAddress;

    fn measure_and_replace<T, F, E>(&self, client: &ClientAddress, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, state) = decide(clients.get(client).copied())?;
        clients.insert(*client, state, Instant::now().into_std());
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::net::Ipv6Addr;

    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const A: &str = "203.0.113.1";
    const B: &str = "203.0.113.2";

    fn two_at_once() -> RateLimit {
        RateLimit::per_client(Quota::one_every(10 * SECOND).burst(2)).unwrap()
    }

    /// How long the client has to wait, if it has to.
    fn wait(limit: &RateLimit, peer: &str, forwarded_for: &[&str]) -> Option<String> {
        let headers = forwarded_for.iter().map(|value| ("X-Forwarded-For", value.as_bytes()));
        let answer = limit.check(peer.parse().unwrap(), headers).err()?;
        let header = |wanted| answer.headers().iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
        assert_eq!((answer.status(), header("cache-control").as_deref()), (429, Some("no-store")));
        header("retry-after")
    }

    // Proves: QA8
    #[tokio::test(start_paused = true)]
    async fn whoever_asks_too_often_waits_and_nobody_else_does() {
        let limit = two_at_once();
        let elsewhere = limit.clone();
        assert_eq!([(); 2].map(|()| wait(&limit, A, &[])), [None, None]);
        assert_eq!(wait(&elsewhere, A, &[]).as_deref(), Some("10"));
        assert_eq!([(); 2].map(|()| wait(&elsewhere, B, &[])), [None, None]);

        advance(Duration::from_millis(9_001)).await;
        assert_eq!(wait(&limit, A, &[]).as_deref(), Some("1"), "a part of a second is a second");
        advance(SECOND).await;
        // To have asked too early has cost nothing.
        assert_eq!(wait(&limit, A, &[]), None);
        assert_eq!(wait(&limit, A, &[]).as_deref(), Some("10"));
        // A rest makes the burst whole again, and not larger.
        advance(1000 * SECOND).await;
        assert_eq!([(); 2].map(|()| wait(&limit, A, &[])), [None, None]);
        assert!(wait(&limit, A, &[]).is_some());
    }

    // Proves: QA8, QH2
    #[tokio::test(start_paused = true)]
    async fn clients_are_told_apart_by_what_they_cannot_write() {
        let proxies = TrustedProxies::parse("10.0.0.0/8").unwrap();
        for (what, limit, requests) in [
            ("no proxy is trusted", two_at_once(), [(A, "1.1.1.1"), (A, "2.2.2.2"), (A, "3.3.3.3")]),
            (
                "the peer is no proxy",
                two_at_once().trusted_proxies(proxies.clone()),
                [(A, "1.1.1.1"), (A, "2.2.2.2"), (A, "3.3.3.3")],
            ),
            (
                "the client wrote the left part",
                two_at_once().trusted_proxies(proxies.clone()),
                [("10.0.0.1", "1.1.1.1, 198.51.100.7"), ("10.0.0.2", "2.2.2.2, 198.51.100.7"), ("198.51.100.7", "")],
            ),
            (
                "an IPv6 network is one customer's",
                two_at_once(),
                [("2001:db8:1:2::1", ""), ("2001:db8:1:2:ffff::", ""), ("2001:db8:1:2:3:4:5:6", "")],
            ),
            ("an address in two spellings", two_at_once(), [(A, ""), ("::ffff:203.0.113.1", ""), (A, "")]),
        ] {
            let waits = requests.map(|(peer, forwarded_for)| wait(&limit, peer, &[forwarded_for]).is_some());
            assert_eq!(waits, [false, false, true], "{what}");
        }

        let limit = RateLimit::per_client(Quota::one_every(SECOND)).unwrap().trusted_proxies(proxies);
        for (peer, forwarded_for) in [
            ("10.0.0.1", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.8"),
            ("2001:db8:1:2::1", ""),
            ("2001:db8:1:3::1", ""),
        ] {
            assert_eq!(wait(&limit, peer, &[forwarded_for]), None, "{peer} {forwarded_for}");
        }
    }

    // Proves: QA8
    #[tokio::test(start_paused = true)]
    async fn all_together_have_a_limit_that_one_client_cannot_use_up() {
        let limit = two_at_once().in_total(Quota::one_every(SECOND).burst(4)).unwrap();
        for _ in 0..10 {
            wait(&limit, A, &[]);
        }
        assert_eq!([(); 2].map(|()| wait(&limit, B, &[])), [None, None]);
        assert_eq!(wait(&limit, "203.0.113.3", &[]).as_deref(), Some("1"));
        advance(SECOND).await;
        assert_eq!(wait(&limit, "203.0.113.4", &[]), None);
        assert_eq!(wait(&limit, "203.0.113.5", &[]).as_deref(), Some("1"));
    }

    // Proves: QA8
    #[tokio::test(start_paused = true)]
    async fn strangers_cannot_fill_the_memory_with_their_addresses() {
        let limit = two_at_once();
        for network in 0..200_000_u128 {
            let peer = Ipv6Addr::from(0x2001_0db8 << 96 | network << 64);
            assert!(limit.check(peer.into(), []).is_ok());
        }
        assert_eq!([(); 2].map(|()| wait(&limit, A, &[])), [None, None]);
        assert!(wait(&limit, A, &[]).is_some(), "the limit holds all the same");
        let clients = Arc::into_inner(limit.clients).unwrap().into_state_store();
        assert!(clients.0.into_inner().unwrap().len() <= 2 * Generations::<ClientAddress, Nanos>::CAPACITY);
    }

    #[test]
    fn a_quota_that_is_none_is_refused() {
        for quota in [
            Quota::one_every(Duration::ZERO).burst(5),
            Quota::one_every(SECOND).burst(0),
            Quota::one_every(DAY).burst(2),
            Quota::one_every(Duration::MAX),
            Quota::one_every(Duration::MAX).burst(u32::MAX),
        ] {
            for error in [RateLimit::per_client(quota).err(), RateLimit::default().in_total(quota).err()] {
                let error = error.unwrap();
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert!(error.to_string().contains("interval"), "{error}");
            }
        }
        for quota in [Quota::one_every(DAY), Quota::one_every(Duration::from_nanos(1)).burst(u32::MAX)] {
            let limit = RateLimit::per_client(quota).unwrap().in_total(quota).unwrap();
            assert_eq!(wait(&limit, A, &[]), None);
        }
    }
}
