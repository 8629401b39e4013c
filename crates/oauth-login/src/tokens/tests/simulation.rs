//! Many instances, deaths and outages at random: whatever happens, the grant goes on.

use std::sync::atomic::{AtomicBool, Ordering};

use oauth_core::{HttpClient, HttpRequest, HttpResponse, async_trait};
use proptest::prelude::*;

use super::*;
use crate::{Precondition, RecordKey};

const INSTANCES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// Somebody asks this instance for a token.
    Ask(usize),
    /// This instance dies at its so-manieth step from now, and a new one takes its place.
    Die(usize, usize, Moment),
    /// For so many milliseconds, as are the others.
    ProviderDown(u64),
    StoreDown(u64),
    Wait(u64),
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    Before,
    After,
}

fn event() -> impl Strategy<Value = Event> {
    let moment = prop_oneof![Just(Moment::Before), Just(Moment::After)];
    prop_oneof![
        6 => (0..INSTANCES).prop_map(Event::Ask),
        2 => (0..INSTANCES, 0_usize..8, moment).prop_map(|(who, steps, moment)| Event::Die(who, steps, moment)),
        1 => (1_u64..8000).prop_map(Event::ProviderDown),
        // Shorter than what a lease outlasts.
        1 => (1_u64..5000).prop_map(Event::StoreDown),
        4 => (1_u64..3000).prop_map(Event::Wait),
    ]
}

/// The outer world as one instance sees it, until it dies.
#[derive(Clone)]
struct Life {
    provider: Provider,
    store: FaultyStore,
    death: Arc<Mutex<Option<(usize, Moment)>>>,
    is_dead: Arc<AtomicBool>,
}

impl Life {
    fn new(provider: &Provider, store: &FaultyStore) -> Self {
        let (provider, store) = (provider.clone(), store.clone());
        Self { provider, store, death: Arc::default(), is_dead: Arc::default() }
    }

    fn keeper(&self) -> TokenKeeper {
        let keys = KeyRing::from_base64_list(KEY).unwrap();
        let registry = provider::registry(self.clone());
        TokenKeeper::new(registry, Arc::new(self.clone()), Arc::new(keys), "https://app.example".into())
    }

    /// Does a step, or never ends: of a dead process nobody hears again.
    async fn step<T>(&self, act: impl Future<Output = T>) -> T {
        let death = self.death.lock().unwrap().as_mut().and_then(|(left, moment)| {
            let now = *left == 0;
            *left = left.saturating_sub(1);
            now.then_some(*moment)
        });
        match death {
            None => act.await,
            Some(moment) => {
                if matches!(moment, Moment::After) && !self.is_dead.load(Ordering::SeqCst) {
                    act.await;
                }
                self.is_dead.store(true, Ordering::SeqCst);
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl HttpClient for Life {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.step(self.provider.send(request)).await
    }
}

#[async_trait]
impl RecordStore for Life {
    async fn read(&self, key: &RecordKey) -> Result<Option<String>> {
        self.step(self.store.read(key)).await
    }

    async fn write(&self, key: &RecordKey, value: &str, lifetime: Duration, when: Precondition<'_>) -> Result<bool> {
        self.step(self.store.write(key, value, lifetime, when)).await
    }

    async fn remove(&self, key: &RecordKey, when: Precondition<'_>) -> Result<bool> {
        self.step(self.store.remove(key, when)).await
    }
}

/// Tokens are numbered as they are issued.
fn number(token: &str) -> usize {
    token.split('-').nth(2).unwrap().parse().unwrap()
}

async fn live_through(events: Vec<Event>) {
    let (provider, store) = (Provider::new(), FaultyStore::default());
    // Every request for a token renews it.
    provider.set(|state| state.expires_in = Some(0.001));
    let mut lives: Vec<_> = (0..INSTANCES).map(|_| Life::new(&provider, &store)).collect();
    let mut keepers: Vec<_> = lives.iter().map(Life::keeper).collect();
    let observer = instance(&provider, &store.without_faults());
    let record = sign_in(&keepers[0]).await;

    let mut requests = Vec::new();
    for event in events {
        match event {
            Event::Ask(who) => {
                let (keeper, observer, record) = (keepers[who].clone(), observer.clone(), record.clone());
                let request = async move {
                    let token = ask(&keeper, &record).await;
                    let stored = observer.0.vault.find(record.tokens.as_ref().unwrap(), SystemTime::now()).await;
                    let stored = text(&stored.unwrap().unwrap().kept.token);
                    match token {
                        Ok(token) => assert!(number(&token) <= number(&stored), "it is not stored"),
                        Err(error) => assert_ne!(error.kind(), ErrorKind::InvalidGrant, "{error:?}"),
                    }
                };
                requests.push((lives[who].is_dead.clone(), tokio::spawn(request)));
            }
            Event::Die(who, steps, moment) => {
                *lives[who].death.lock().unwrap() = Some((steps, moment));
                let life = Life::new(&provider, &store);
                keepers[who] = life.keeper();
                lives[who] = life;
            }
            Event::ProviderDown(millis) => {
                provider.set(|state| state.trouble = Some(Trouble::Unreachable));
                tokio::time::sleep(Duration::from_millis(millis)).await;
                provider.set(|state| state.trouble = None);
            }
            Event::StoreDown(millis) => {
                store.fail_everywhere();
                tokio::time::sleep(Duration::from_millis(millis)).await;
                store.recover();
            }
            Event::Wait(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        }
    }
    tokio::time::sleep(Duration::from_secs(300)).await;
    for (is_dead, request) in requests {
        if request.is_finished() {
            request.await.unwrap();
        } else {
            assert!(is_dead.load(Ordering::SeqCst), "a living instance does not answer");
        }
    }
    assert_eq!(ask(&observer, &record).await.unwrap(), provider.newest());
    assert_eq!(provider.most_at_once(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    // Proves: QE9
    #[test]
    fn the_grant_survives_deaths_and_outages(events in proptest::collection::vec(event(), 1..30)) {
        process().block_on(live_through(events));
    }
}
