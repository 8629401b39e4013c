//! One renewal at a time in this process, whoever asks for it: the others wait for its result.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use oauth_core::{Error, ErrorKind, OAuthToken, Result};
use tokio::{sync::watch, time::sleep};

use crate::records::RecordKey;

/// How long a failed renewal stands for the next ones.
const BACK_OFF: Duration = Duration::from_secs(5);

/// Renewals under way, and those that have just failed, by the version of the record they renew.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<RecordKey, Landing>>>);

type Landing = watch::Receiver<Option<Result<OAuthToken, Arc<Error>>>>;

impl Flights {
    /// The result of the flight for `version`, which begins if there is none. It is a task of its own: that somebody no
    /// longer waits for it does not end it halfway.
    pub(super) async fn join<F>(&self, version: RecordKey, flight: impl FnOnce() -> F) -> Result<OAuthToken>
    where
        F: Future<Output = Result<OAuthToken>> + Send + 'static,
    {
        let (mut landing, beginning) = match self.lock().entry(version) {
            Entry::Occupied(entry) => (entry.get().clone(), None),
            Entry::Vacant(entry) => {
                let (sender, landing) = watch::channel(None);
                let place = Place { flights: self.clone(), version: entry.key().clone() };
                (entry.insert(landing).clone(), Some((sender, place)))
            }
        };
        // Not under the lock: a runtime that is shutting down drops the task at once, and with it the place.
        if let Some((sender, place)) = beginning {
            tokio::spawn(fly(flight(), sender, place));
        }
        match landing.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone()) {
            Some(landed) => landed.map_err(shared),
            None => Err(Error::new(ErrorKind::Timeout, "renewing the access token was interrupted")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordKey, Landing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fly(
    flight: impl Future<Output = Result<OAuthToken>>,
    sender: watch::Sender<Option<Result<OAuthToken, Arc<Error>>>>,
    _place: Place,
) {
    let landed = flight.await.map_err(Arc::new);
    let failed = landed.is_err();
    sender.send_replace(Some(landed));
    if failed {
        // Whoever comes meanwhile gets the same error.
        sleep(BACK_OFF).await;
    }
}

/// A flight's place among those under way, given up however it ends.
struct Place {
    flights: Flights,
    version: RecordKey,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.version);
    }
}

/// The error of a flight for one of those who waited.
fn shared(cause: Arc<Error>) -> Error {
    let mut error = Error::new(cause.kind(), "the access token could not be renewed");
    if let Some(provider) = cause.provider() {
        error = error.with_provider(provider);
    }
    if let Some(remedy) = cause.remedy() {
        error = error.with_remedy(remedy.to_owned());
    }
    error.with_source(cause)
}
