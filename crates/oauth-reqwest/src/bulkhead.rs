//! How many exchanges one host may keep under way, so that a provider that hangs uses up its own places and no others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};
use url::{Position, Url};

/// Hosts that are remembered while nothing is under way to them. Only metadata and a provider's own variables can name new
/// ones, so an honest application has a handful.
const MAX_IDLE_HOSTS: usize = 1000;

/// Places for exchanges, so and so many for each scheme, host and port.
pub(crate) struct Bulkhead {
    places: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A place that was free in time.
pub(crate) struct Place {
    /// Frees it when the exchange is over.
    _permit: OwnedSemaphorePermit,
    /// What is left of the deadline, if some of it was spent on waiting.
    pub(crate) left: Option<Duration>,
}

/// No place was free before the deadline.
pub(crate) struct Full;

impl Bulkhead {
    pub(crate) fn new(places: usize) -> Self {
        Self { places, hosts: Mutex::default() }
    }

    /// A place for an exchange with `url` that may take `timeout` in all, waiting included.
    pub(crate) async fn enter(&self, url: &Url, timeout: Duration) -> Result<Place, Full> {
        let host = self.host(url);
        if let Ok(permit) = Arc::clone(&host).try_acquire_owned() {
            return Ok(Place { _permit: permit, left: None });
        }
        let begun = Instant::now();
        match time::timeout(timeout, host.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place { _permit: permit, left: Some(timeout.saturating_sub(begun.elapsed())) }),
            _ => Err(Full),
        }
    }

    fn host(&self, url: &Url) -> Arc<Semaphore> {
        let name = &url[..Position::AfterPort];
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Arc::clone(host);
        }
        if hosts.len() >= MAX_IDLE_HOSTS {
            // Each exchange, waiting or under way, holds its host.
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(Semaphore::new(self.places));
        hosts.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn hosts_with_nothing_under_way_are_forgotten() {
        let bulkhead = Bulkhead::new(1);
        let url = |index: usize| Url::parse(&format!("https://host-{index}.example/path")).unwrap();
        let busy = bulkhead.enter(&url(0), SECOND).await;
        for index in 1..3 * MAX_IDLE_HOSTS {
            assert!(bulkhead.enter(&url(index), SECOND).await.is_ok());
        }
        assert!(bulkhead.hosts.lock().unwrap().len() <= MAX_IDLE_HOSTS);
        assert!(bulkhead.host(&url(0)).try_acquire().is_err(), "its place is still taken");
        drop(busy);
        assert!(bulkhead.enter(&url(0), SECOND).await.is_ok());
    }
}
