//! A document of the provider, fetched once for everybody and kept for as long as it says, within bounds.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::lock::Mutex as FlightLock;
use tracing::{debug, warn};

use crate::{Error, Result, http::HttpResponse};

/// How long a document is fresh when it does not say.
const DEFAULT_AGE: Duration = Duration::from_secs(60 * 60);
/// Shortest and longest time that a document is fresh, whatever it says.
const AGES: (Duration, Duration) = (Duration::from_secs(5 * 60), Duration::from_secs(24 * 60 * 60));
/// How long a document that is no longer fresh is used on while the provider fails.
const STALE_FOR: Duration = Duration::from_secs(6 * 60 * 60);
/// How long the failure of a first fetch is remembered.
const FAILURE_FOR: Duration = Duration::from_secs(5);
/// Shortest time between two renewals that were asked for before their time, and between two attempts to replace a
/// document that still serves.
const COOLDOWN: Duration = Duration::from_secs(60);

/// A document and the rules of its renewal.
///
/// One fetch is in flight at a time. Whoever has a document to go on with does not wait for it; the others do, and share
/// its outcome. When the future that fetches is dropped, the next one takes over.
pub(crate) struct Cached<T> {
    state: Mutex<State<T>>,
    flight: FlightLock<()>,
}

struct State<T> {
    document: Option<Document<T>>,
    failure: Option<Failure>,
    /// When a renewal before its time was last asked for.
    renewed: Option<Instant>,
}

struct Document<T> {
    value: Arc<T>,
    fresh_until: Instant,
}

struct Failure {
    error: Arc<Error>,
    until: Instant,
}

/// A document as it was fetched, and how long it says that it is fresh.
pub(crate) struct Fetched<T> {
    pub(crate) value: T,
    pub(crate) max_age: Option<Duration>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        let state = State { document: None, failure: None, renewed: None };
        Self { state: Mutex::new(state), flight: FlightLock::new(()) }
    }
}

impl<T> Cached<T> {
    /// The document, fetched if there is none that is fresh.
    pub(crate) async fn get<F>(&self, now: Instant, fetch: impl FnOnce() -> F) -> Result<Arc<T>>
    where
        F: Future<Output = Result<Fetched<T>>>,
    {
        match self.with_state(|state| state.known(now)) {
            Some(known) => known,
            // On the heap: a fetch is rare, and its future is large.
            None => Box::pin(self.fetch(now, fetch)).await,
        }
    }

    async fn fetch<F>(&self, now: Instant, fetch: impl FnOnce() -> F) -> Result<Arc<T>>
    where
        F: Future<Output = Result<Fetched<T>>>,
    {
        let stale = self.with_state(|state| state.usable(now));
        let _flight = match stale {
            Some(stale) => match self.flight.try_lock() {
                Some(flight) => flight,
                None => return Ok(stale),
            },
            None => self.flight.lock().await,
        };
        if let Some(known) = self.with_state(|state| state.known(now)) {
            return known;
        }
        let fetched = fetch().await;
        self.with_state(|state| state.accept(now, fetched))
    }

    /// A document that is newer than `seen`, if there is one or one may be fetched before its time.
    pub(crate) async fn renew<F>(&self, now: Instant, seen: &Arc<T>, fetch: impl FnOnce() -> F) -> Option<Arc<T>>
    where
        F: Future<Output = Result<Fetched<T>>>,
    {
        let _flight = self.flight.lock().await;
        let newer = |state: &State<T>| state.usable(now).filter(|value| !Arc::ptr_eq(value, seen));
        if let Some(newer) = self.with_state(|state| newer(state)) {
            return Some(newer);
        }
        let allowed = self.with_state(|state| {
            let allowed = state.renewed.is_none_or(|at| now.saturating_duration_since(at) >= COOLDOWN);
            if allowed {
                state.renewed = Some(now);
            }
            allowed
        });
        if !allowed {
            return None;
        }
        let fetched = fetch().await.ok()?;
        self.with_state(|state| state.accept(now, Ok(fetched))).ok()
    }

    fn with_state<R>(&self, act: impl FnOnce(&mut State<T>) -> R) -> R {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> State<T> {
    /// What is known without a fetch: a fresh document, an older one in a pause between two attempts, or a failure.
    fn known(&self, now: Instant) -> Option<Result<Arc<T>>> {
        if let Some(document) = self.document.as_ref().filter(|document| now < document.fresh_until) {
            return Some(Ok(Arc::clone(&document.value)));
        }
        let failure = self.failure.as_ref().filter(|failure| now < failure.until)?;
        Some(self.usable(now).ok_or_else(|| failure.repeat()))
    }

    fn usable(&self, now: Instant) -> Option<Arc<T>> {
        let document = self.document.as_ref()?;
        let usable = now.saturating_duration_since(document.fresh_until) < STALE_FOR;
        usable.then(|| Arc::clone(&document.value))
    }

    fn accept(&mut self, now: Instant, fetched: Result<Fetched<T>>) -> Result<Arc<T>> {
        match fetched {
            Ok(Fetched { value, max_age }) => {
                let age = max_age.unwrap_or(DEFAULT_AGE).clamp(AGES.0, AGES.1);
                let value = Arc::new(value);
                self.document = Some(Document { value: Arc::clone(&value), fresh_until: now + age });
                self.failure = None;
                debug!(target: "oauth_core", "metadata or keys of an OpenID provider read anew");
                Ok(value)
            }
            Err(error) => {
                let usable = self.usable(now);
                if usable.is_some() {
                    warn!(target: "oauth_core", %error, "an OpenID provider fails; what it said before serves on");
                }
                let pause = if usable.is_some() { COOLDOWN } else { FAILURE_FOR };
                let failure = Failure { error: Arc::new(error), until: now + pause };
                let result = usable.ok_or_else(|| failure.repeat());
                self.failure = Some(failure);
                result
            }
        }
    }
}

impl Failure {
    /// The failure again, for everybody who asks while it is remembered.
    fn repeat(&self) -> Error {
        Error::new(self.error.kind(), "the provider's OpenID configuration cannot be had")
            .with_source(Arc::clone(&self.error))
    }
}

/// How long a reply says that it is fresh (RFC 9111 section 5.2.2): nothing at all where it must not be stored.
pub(crate) fn max_age(response: &HttpResponse) -> Option<Duration> {
    let directives = response.header("cache-control")?.to_ascii_lowercase();
    let mut directives = directives.split(',').map(str::trim);
    let seconds = |directive: &str| directive.strip_prefix("max-age=")?.trim_matches('"').parse().ok();
    directives
        .find_map(|directive| match directive {
            "no-store" | "no-cache" => Some(0),
            _ => seconds(directive),
        })
        .map(Duration::from_secs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::{FutureExt, join_all};

    use super::*;
    use crate::ErrorKind;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A provider that counts its fetches, answers with their number, and fails when told to.
    #[derive(Default)]
    struct Provider {
        cached: Cached<usize>,
        fetches: AtomicUsize,
        max_age: Option<Duration>,
        down: std::sync::atomic::AtomicBool,
    }

    impl Provider {
        async fn fetch(&self) -> Result<Fetched<usize>> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            if self.down.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Timeout, "no answer"));
            }
            Ok(Fetched { value: number, max_age: self.max_age })
        }

        async fn get(&self, now: Instant) -> Result<usize> {
            self.cached.get(now, || self.fetch()).await.map(|value| *value)
        }

        async fn renew(&self, now: Instant, seen: &Arc<usize>) -> Option<usize> {
            self.cached.renew(now, seen, || self.fetch()).await.map(|value| *value)
        }

        fn fetches(&self) -> usize {
            self.fetches.load(Ordering::SeqCst)
        }

        fn set_down(&self, down: bool) {
            self.down.store(down, Ordering::SeqCst);
        }
    }

    // Proves: QF11
    #[tokio::test]
    async fn five_hundred_cold_readers_share_one_fetch_and_its_outcome() {
        let (provider, now) = (Provider::default(), Instant::now());
        let values = join_all((0..500).map(|_| provider.get(now))).await;
        assert!(values.into_iter().all(|value| value.unwrap() == 1));
        assert_eq!(provider.fetches(), 1);

        let failing = Provider::default();
        failing.set_down(true);
        let failures = join_all((0..500).map(|_| failing.get(now))).await;
        assert!(failures.into_iter().all(|failure| failure.unwrap_err().kind() == ErrorKind::Timeout));
        assert_eq!(failing.fetches(), 1);
    }

    #[tokio::test]
    async fn a_document_is_fresh_for_as_long_as_it_says_within_bounds() {
        for (max_age, fresh) in [
            (None, 60 * MINUTE),
            (Some(Duration::ZERO), 5 * MINUTE),
            (Some(10 * MINUTE), 10 * MINUTE),
            (Some(Duration::MAX), 24 * 60 * MINUTE),
        ] {
            let (provider, now) = (Provider { max_age, ..Provider::default() }, Instant::now());
            provider.get(now).await.unwrap();
            provider.get(now + fresh.saturating_sub(Duration::from_secs(1))).await.unwrap();
            assert_eq!(provider.fetches(), 1, "{max_age:?}");
            assert_eq!(provider.get(now + fresh).await.unwrap(), 2, "{max_age:?}");
        }
    }

    #[tokio::test]
    async fn a_first_failure_is_remembered_for_seconds_only() {
        let (provider, now) = (Provider::default(), Instant::now());
        provider.set_down(true);
        for _ in 0..10 {
            provider.get(now).await.unwrap_err();
        }
        assert_eq!(provider.fetches(), 1);
        provider.set_down(false);
        provider.get(now + FAILURE_FOR).await.unwrap();
        assert_eq!(provider.fetches(), 2);
    }

    // Proves: QF11
    #[tokio::test]
    async fn the_last_good_document_serves_for_a_bounded_time_when_the_provider_fails() {
        let (provider, now) = (Provider::default(), Instant::now());
        provider.get(now).await.unwrap();
        provider.set_down(true);
        let stale = now + DEFAULT_AGE;
        for _ in 0..10 {
            assert_eq!(provider.get(stale).await.unwrap(), 1);
        }
        assert_eq!(provider.fetches(), 2, "attempts pause in between");
        assert_eq!(provider.get(stale + COOLDOWN).await.unwrap(), 1);
        assert_eq!(provider.fetches(), 3);
        provider.get(stale + STALE_FOR).await.unwrap_err();
        provider.set_down(false);
        provider.get(stale + STALE_FOR + MINUTE).await.unwrap();
    }

    #[tokio::test]
    async fn readers_of_a_document_that_still_serves_do_not_wait_for_its_successor() {
        let (provider, now) = (Provider::default(), Instant::now());
        provider.get(now).await.unwrap();
        let mut values = Vec::new();
        for value in join_all((0..100).map(|_| provider.get(now + DEFAULT_AGE))).await {
            values.push(value.unwrap());
        }
        assert_eq!(provider.fetches(), 2);
        assert_eq!(values.iter().filter(|value| **value == 2).count(), 1, "{values:?}");
    }

    // Proves: QF11
    #[tokio::test]
    async fn a_flood_of_renewals_is_one_fetch_in_a_minute() {
        let (provider, now) = (Provider::default(), Instant::now());
        let seen = provider.cached.get(now, || provider.fetch()).await.unwrap();
        let renewed = join_all((0..500).map(|_| provider.renew(now, &seen))).await;
        assert!(renewed.into_iter().all(|value| value == Some(2)));
        let seen = provider.cached.get(now, || provider.fetch()).await.unwrap();
        for _ in 0..500 {
            assert_eq!(provider.renew(now + Duration::from_secs(59), &seen).await, None);
        }
        assert_eq!(provider.fetches(), 2);
        assert_eq!(provider.renew(now + MINUTE, &seen).await, Some(3));
    }

    #[tokio::test]
    async fn a_renewal_that_fails_keeps_what_there_is_and_counts() {
        let (provider, now) = (Provider::default(), Instant::now());
        let seen = provider.cached.get(now, || provider.fetch()).await.unwrap();
        provider.set_down(true);
        for _ in 0..10 {
            assert_eq!(provider.renew(now, &seen).await, None);
        }
        assert_eq!(provider.fetches(), 2);
        assert_eq!(provider.get(now).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_fetch_that_is_given_up_is_taken_over() {
        let (provider, now) = (Provider::default(), Instant::now());
        let mut given_up = Box::pin(provider.get(now));
        assert!(given_up.as_mut().now_or_never().is_none());
        let mut waiting = Box::pin(provider.get(now));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(given_up);
        assert_eq!(waiting.await.unwrap(), 2);
    }

    #[test]
    fn the_age_is_read_from_the_reply() {
        let age = |value: &str| {
            let mut response = HttpResponse::new(200, Vec::new());
            response.headers.push(("cache-control".to_owned(), value.to_owned()));
            max_age(&response).map(|age| age.as_secs())
        };
        let table = [
            ("public, max-age=86400, must-revalidate", Some(86_400)),
            ("Max-Age=\"60\"", Some(60)),
            ("no-store, max-age=60", Some(0)),
            ("max-age=-1", None),
            ("max-age=99999999999999999999999", None),
            ("s-maxage=7", None),
            ("", None),
        ];
        for (value, seconds) in table {
            assert_eq!(age(value), seconds, "{value}");
        }
    }
}
