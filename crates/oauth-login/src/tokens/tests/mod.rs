//! What holds while providers are slow, stores fail and processes die. Time is Tokio's and paused: nobody waits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod login;
mod provider;
mod simulation;
mod store;

use std::{
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

use oauth_core::{AuthorizationRequest, CallbackParameters, OAuthUserInfo};
use provider::{Point, Provider, Trouble};
use store::{Fault, FaultyStore, Step};
use tokio::runtime::Runtime;

use super::*;

const KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
const OTHER_KEY: &str = "Zt3b1n9Qk5e7U8wq0sXv2yB4d6F1hJ3kL5mN7pR9tVc=";

/// Of the two hours of an access token a hundred seconds are left: it is due, and not over.
const DUE: Duration = Duration::from_secs(7100);
/// What takes longer does not happen.
const NEVER: Duration = Duration::from_secs(60);
const OVER: Duration = Duration::from_secs(7201);

/// An instance of the application.
fn instance(provider: &Provider, store: &FaultyStore) -> TokenKeeper {
    instance_with_key(provider, store, KEY)
}

fn instance_with_key(provider: &Provider, store: &FaultyStore, key: &str) -> TokenKeeper {
    let keys = KeyRing::from_base64_list(key).unwrap();
    TokenKeeper::new(
        provider::registry(provider.clone()),
        Arc::new(store.clone()),
        Arc::new(keys),
        "https://app.example".into(),
    )
}

fn world() -> (Provider, FaultyStore, TokenKeeper) {
    let (provider, store) = (Provider::new(), FaultyStore::default());
    let keeper = instance(&provider, &store);
    (provider, store, keeper)
}

async fn sign_in(keeper: &TokenKeeper) -> LoginRecord {
    let client = keeper.0.registry.get("acme").unwrap();
    let authorization = client.authorize(&AuthorizationRequest::new("https://app.example/cb")).await.unwrap();
    let callback = CallbackParameters::default();
    let token = client.exchange_code("code", authorization.pending(), &callback).await.unwrap();
    let now = SystemTime::now();
    let mut record = LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, now);
    record.tokens = Some(keeper.keep(&token, &record, now).await.unwrap());
    record
}

/// A login whose access token has just ended. Those that come after it are good.
async fn sign_in_earlier(provider: &Provider, keeper: &TokenKeeper) -> LoginRecord {
    let usual = provider.set(|state| state.expires_in.replace(0.001));
    let record = sign_in(keeper).await;
    provider.set(|state| state.expires_in = usual);
    record
}

/// The access token that `keeper` hands out.
async fn ask(keeper: &TokenKeeper, record: &LoginRecord) -> Result<String> {
    keeper.access_token(record).await.map(|token| text(&token))
}

/// The same when so much time has passed, by this instance's clock.
async fn ask_after(passed: Duration, keeper: &TokenKeeper, record: &LoginRecord) -> Result<String> {
    keeper.access_token_at(record, None, SystemTime::now() + passed).await.map(|token| text(&token))
}

fn text(token: &OAuthToken) -> String {
    token.access_token().expose_secret().to_owned()
}

/// [`ask`] in a task of its own.
fn spawn_ask(keeper: &TokenKeeper, record: &LoginRecord) -> tokio::task::JoinHandle<Result<String>> {
    let (keeper, record) = (keeper.clone(), record.clone());
    tokio::spawn(async move { ask(&keeper, &record).await })
}

fn process() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

// Proves: QE9
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_over_two_instances_refresh_once() {
    let (provider, store, one) = world();
    let other = instance(&provider, &store);
    let record = sign_in_earlier(&provider, &one).await;
    let requests: Vec<_> = (0..100).flat_map(|_| [spawn_ask(&one, &record), spawn_ask(&other, &record)]).collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap(), provider.newest());
    }
    assert_eq!(provider.refreshes(), 1);
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_two_minutes_before_its_end_or_halfway() {
    for (lifetime, passed, renewed) in [
        (7200.0, 0, false),
        (7200.0, 7079, false),
        (7200.0, 7081, true),
        // A second before its end, by a clock that is a minute behind.
        (7200.0, 7139, true),
        (7200.0, 7201, true),
        (60.0, 28, false),
        (60.0, 31, true),
        (2.0, 0, false),
    ] {
        let (provider, store, keeper) = world();
        provider.set(|state| state.expires_in = Some(lifetime));
        let record = sign_in(&keeper).await;
        let first = provider.newest();
        store.steps();
        let token = ask_after(Duration::from_secs(passed), &keeper, &record).await.unwrap();
        assert_eq!((token != first, provider.refreshes() > 0), (renewed, renewed), "{lifetime} {passed}");
        if !renewed {
            assert_eq!(store.steps(), [Step::Read]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_stated_end_is_given_until_the_api_refuses_it() {
    let (provider, store, keeper) = world();
    let other = instance(&provider, &store);
    provider.set(|state| state.expires_in = None);
    let record = sign_in(&keeper).await;
    let first = keeper.access_token_at(&record, None, SystemTime::now() + OVER).await.unwrap();
    assert_eq!(provider.refreshes(), 0);

    // Everybody meets the refusal at the same time.
    let all = (0..50).flat_map(|_| [keeper.clone(), other.clone()]).map(|keeper| {
        let (record, first) = (record.clone(), first.clone());
        tokio::spawn(async move { keeper.replace_rejected(&record, &first).await })
    });
    for request in all.collect::<Vec<_>>() {
        assert_eq!(text(&request.await.unwrap().unwrap()), provider.newest());
    }
    assert_eq!(provider.refreshes(), 1);

    // And somebody later.
    let second = keeper.replace_rejected(&record, &first).await.unwrap();
    assert_eq!((text(&second), provider.refreshes()), (provider.newest(), 1));
    keeper.replace_rejected(&record, &second).await.unwrap();
    assert_eq!(provider.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_out_has_no_refresh_token() {
    let (_, _, keeper) = world();
    let record = sign_in(&keeper).await;
    for passed in [Duration::ZERO, OVER] {
        let token = keeper.access_token_at(&record, None, SystemTime::now() + passed).await.unwrap();
        assert!(token.refresh_token().is_none() && !token.raw().expose_secret().contains("PLANTED"));
        assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), ["account", "email"]);
    }
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_kept_until_another_one_comes() {
    let (provider, _, keeper) = world();
    let record = sign_in_earlier(&provider, &keeper).await;
    // Every call renews it.
    provider.set(|state| state.expires_in = Some(0.001));
    for (rotates, used) in [(false, 1), (false, 1), (true, 1), (true, 4), (true, 5)] {
        provider.set(|state| state.rotates = rotates);
        ask(&keeper, &record).await.unwrap();
        let refresh_token = provider.set(|state| state.refreshes.last().cloned()).unwrap();
        assert!(refresh_token.starts_with(&format!("PLANTED-refresh-{used}-")), "{refresh_token:.20}");
    }
}

/// Where an instance dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    BeforeTheProviderRotates,
    AfterTheProviderRotated,
    BeforeTheTokenIsStored,
    AfterTheTokenIsStored,
}

// Proves: QE9
#[test]
fn a_grant_survives_the_death_of_the_instance_that_renews_it() {
    for (death, refreshes) in [
        (Death::BeforeTheProviderRotates, 2),
        (Death::AfterTheProviderRotated, 2),
        (Death::BeforeTheTokenIsStored, 2),
        (Death::AfterTheTokenIsStored, 1),
    ] {
        let (provider, store) = (Provider::new(), FaultyStore::default());
        let dying = process();
        let record = dying.block_on(async {
            let keeper = instance(&provider, &store);
            let record = sign_in_earlier(&provider, &keeper).await;
            match death {
                Death::BeforeTheProviderRotates => provider.set(|state| state.hold = Some(Point::BeforeRotation)),
                Death::AfterTheProviderRotated => provider.set(|state| state.hold = Some(Point::AfterRotation)),
                Death::BeforeTheTokenIsStored => store.fail(Step::Replace, Fault::Hangs, 1),
                Death::AfterTheTokenIsStored => store.fail(Step::EndLease, Fault::Hangs, 1),
            }
            spawn_ask(&keeper, &record);
            match death {
                Death::BeforeTheProviderRotates | Death::AfterTheProviderRotated => provider.reached().await,
                Death::BeforeTheTokenIsStored | Death::AfterTheTokenIsStored => store.hanging().await,
            }
            record
        });
        drop(dying);
        assert_eq!(provider.refreshes(), 1, "{death:?}");

        process().block_on(async {
            let began = tokio::time::Instant::now();
            let token = ask(&instance(&provider, &store), &record).await;
            assert_eq!(token.unwrap(), provider.newest(), "{death:?}");
            assert_eq!(provider.refreshes(), refreshes, "{death:?}");
            assert!(began.elapsed() < Duration::from_secs(17), "{death:?}: the lease outlived its holder");
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_goes_on_when_nobody_waits_for_it() {
    let (provider, _, keeper) = world();
    let record = sign_in_earlier(&provider, &keeper).await;
    provider.set(|state| state.hold = Some(Point::AfterRotation));
    let request = spawn_ask(&keeper, &record);
    provider.reached().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    provider.release();
    assert_eq!(ask(&keeper, &record).await.unwrap(), provider.newest());
    assert_eq!(provider.refreshes(), 1);
}

#[test]
fn a_runtime_that_shuts_down_leaves_nobody_waiting() {
    let (provider, _, keeper) = world();
    let living = process();
    let record = living.block_on(sign_in_earlier(&provider, &keeper));
    let gone = process().handle().clone();
    let error = living.block_on(async {
        let _tasks_begin_there = gone.enter();
        ask(&keeper, &record).await.unwrap_err()
    });
    assert_eq!(error.to_string(), "renewing the access token was interrupted");
    assert_eq!(living.block_on(ask(&keeper, &record)).unwrap(), provider.newest());
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn a_slow_provider_is_asked_once_because_the_lease_is_renewed() {
    let (provider, store, one) = world();
    let other = instance(&provider, &store);
    let record = sign_in_earlier(&provider, &one).await;
    provider.set(|state| state.hold = Some(Point::BeforeRotation));
    // One renewal of the lease may fail.
    store.fail(Step::RenewLease, Fault::Down, 1);
    let requests = [spawn_ask(&one, &record), spawn_ask(&other, &record)];
    provider.reached().await;
    tokio::time::sleep(Duration::from_secs(28)).await;
    provider.release();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap(), provider.newest());
    }
    assert_eq!(provider.refreshes(), 1);
    assert_eq!(store.len(), 1, "the lease is gone");
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn who_comes_to_the_lease_late_takes_what_the_sibling_stored() {
    let (provider, store, one) = world();
    let other = instance(&provider, &store);
    let record = sign_in_earlier(&provider, &one).await;
    store.fail(Step::TakeLease, Fault::Late, 1);
    let late = spawn_ask(&one, &record);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let token = ask(&other, &record).await.unwrap();
    assert_eq!((late.await.unwrap().unwrap(), provider.refreshes()), (token, 1));
}

/// One instance holds its request at the provider until it has lost the lease, and another one renews the token.
async fn lose_the_lease(provider: &Provider, store: &FaultyStore, point: Point) -> [Result<String>; 2] {
    let (one, other) = (instance(provider, store), instance(provider, store));
    let record = sign_in_earlier(provider, &one).await;
    store.fail(Step::RenewLease, Fault::Down, usize::MAX);
    provider.set(|state| state.hold = Some(point));
    let slow = spawn_ask(&one, &record);
    provider.reached().await;
    let fast = ask(&other, &record).await;
    provider.release();
    [slow.await.unwrap(), fast]
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn who_lost_the_lease_takes_what_the_sibling_stored() {
    let (provider, store, _) = world();
    let [slow, fast] = lose_the_lease(&provider, &store, Point::AfterRotation).await;
    let fast = fast.unwrap();
    assert!(fast.starts_with("PLANTED-access-3-"));
    assert_eq!((slow.unwrap(), provider.refreshes()), (fast, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_a_sibling_used_ends_nothing() {
    let (provider, store, _) = world();
    provider.set(|state| state.grace = Duration::ZERO);
    let [slow, fast] = lose_the_lease(&provider, &store, Point::BeforeRotation).await;
    assert_eq!(slow.unwrap(), fast.unwrap());
    assert_eq!(store.len(), 1);
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn invalid_grant_ends_the_grant() {
    let (provider, store, keeper) = world();
    let record = sign_in(&keeper).await;
    provider.set(|state| state.trouble = Some(Trouble::Answers(400, r#"{"error":"invalid_grant"}"#)));
    // Although the access token may last a minute more.
    for passed in [DUE, OVER, Duration::ZERO] {
        let error = ask_after(passed, &keeper, &record).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidGrant);
        assert!(error.to_string().starts_with("acme: "), "{error}");
        assert_eq!(error.remedy(), Some("The person has to sign in again"));
        assert_eq!((provider.refreshes(), store.len()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn other_failures_cost_nothing_and_are_not_repeated_at_once() {
    for trouble in [
        Trouble::Unreachable,
        Trouble::Answers(503, "down"),
        Trouble::Answers(200, "no token"),
        Trouble::Answers(429, ""),
        Trouble::Answers(401, r#"{"error":"invalid_client"}"#),
    ] {
        let (provider, _, keeper) = world();
        let record = sign_in(&keeper).await;
        let first = provider.newest();
        provider.set(|state| state.trouble = Some(trouble));
        for (passed, seconds, refreshes) in [(DUE, 0, 1), (OVER, 4, 1), (OVER, 2, 2), (DUE, 0, 2)] {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            for _ in 0..3 {
                let token = ask_after(passed, &keeper, &record).await;
                assert_eq!(token.ok(), (passed == DUE).then(|| first.clone()), "{trouble:?}");
            }
            assert_eq!(provider.refreshes(), refreshes, "{trouble:?}");
        }
        provider.set(|state| state.trouble = None);
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!(ask_after(OVER, &keeper, &record).await.unwrap(), provider.newest(), "{trouble:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_answers_is_given_up() {
    let (provider, _, keeper) = world();
    let record = sign_in_earlier(&provider, &keeper).await;
    provider.set(|state| state.hold = Some(Point::BeforeRotation));
    let began = tokio::time::Instant::now();
    let error = ask(&keeper, &record).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(31));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "acme: the provider takes too long");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_while_its_renewal_is_waited_for_is_not_handed_out() {
    for (left, given) in [(100, true), (10, false)] {
        let (provider, _, keeper) = world();
        let record = sign_in(&keeper).await;
        provider.set(|state| state.hold = Some(Point::BeforeRotation));
        let token = ask_after(Duration::from_secs(7200 - left), &keeper, &record).await;
        assert_eq!(token.ok(), given.then(|| provider.newest()), "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_refresh_token_the_access_token_is_used_to_its_end() {
    let (provider, _, keeper) = world();
    provider.set(|state| state.gives_refresh_tokens = false);
    let record = sign_in(&keeper).await;
    assert_eq!(ask_after(DUE, &keeper, &record).await.unwrap(), provider.newest());
    let error = ask_after(OVER, &keeper, &record).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "acme: the access token has ended, and the provider gave no refresh token. The person has to sign in again"
    );
    assert_eq!((error.kind(), provider.refreshes()), (ErrorKind::InvalidGrant, 0));
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_at_any_step_loses_no_grant() {
    const ALWAYS: usize = usize::MAX;
    for (step, fault, times, valid, over, refreshes) in [
        (Step::Read, Fault::Down, ALWAYS, false, false, 0),
        (Step::TakeLease, Fault::Down, ALWAYS, true, false, 0),
        // It is taken, and nobody knows until it ends.
        (Step::TakeLease, Fault::AnswerLost, 1, true, false, 0),
        (Step::Replace, Fault::Down, 5, true, true, 1),
        (Step::Replace, Fault::AnswerLost, 1, true, true, 1),
        (Step::Replace, Fault::Down, ALWAYS, true, false, 1),
        (Step::EndLease, Fault::Down, ALWAYS, true, true, 1),
        (Step::EndLease, Fault::AnswerLost, ALWAYS, true, true, 1),
    ] {
        for (passed, succeeds) in [(DUE, valid), (OVER, over)] {
            let (provider, store, keeper) = world();
            let record = sign_in(&keeper).await;
            let first = provider.newest();
            store.fail(step, fault, times);
            let what = format!("{step:?} {fault:?} {times} {passed:?}");
            let token = ask_after(passed, &keeper, &record).await;
            assert_eq!((token.is_ok(), provider.refreshes()), (succeeds, refreshes), "{what}");
            store.recover();
            match token {
                // The old one, for as long as it lasts, or one that is stored.
                Ok(token) if token == first => assert_eq!(passed, DUE, "{what}"),
                Ok(token) => assert_eq!(token, ask(&keeper, &record).await.unwrap(), "{what}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::StoreUnavailable, "{what}"),
            }

            let other = instance(&provider, &store);
            tokio::time::sleep(Duration::from_secs(20)).await;
            assert_eq!(ask_after(OVER, &other, &record).await.unwrap(), provider.newest(), "{what}");
            assert_eq!(provider.most_at_once(), 1, "{what}");
        }
    }
}

// Proves: QE9
#[tokio::test(start_paused = true)]
async fn nobody_gets_a_token_that_is_not_stored() {
    let (provider, store, keeper) = world();
    let record = sign_in_earlier(&provider, &keeper).await;
    store.fail(Step::Replace, Fault::Hangs, 1);
    let request = spawn_ask(&keeper, &record);
    store.hanging().await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(!request.is_finished());
    assert_eq!(provider.refreshes(), 1);
}

// Proves: QE12
#[tokio::test(start_paused = true)]
async fn signing_out_removes_and_revokes_the_tokens() {
    let (provider, store, keeper) = world();
    let record = sign_in(&keeper).await;
    provider.set(|state| state.hold = Some(Point::Revocation));
    tokio::time::timeout(NEVER, keeper.forget(&record)).await.unwrap();
    assert_eq!(store.len(), 0);
    let error = ask(&keeper, &record).await.unwrap_err();
    assert_eq!(error.to_string(), "acme: no tokens are kept of this login. The person has to sign in again");
    // Nobody has waited for the provider.
    provider.reached().await;
    provider.release();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let revoked = provider.set(|state| std::mem::take(&mut state.revoked));
    let [refresh, access] = &revoked[..] else { panic!("both tokens, once: {revoked:?}") };
    assert!(refresh.starts_with("PLANTED-refresh-1-") && access.starts_with("PLANTED-access-1-"));

    keeper.forget(&record).await;
    let record = sign_in(&keeper).await;
    store.fail(Step::Remove, Fault::Down, 1);
    keeper.forget(&record).await;
}

// Proves: QE12
#[tokio::test(start_paused = true)]
async fn a_renewal_does_not_outlive_the_sign_out() {
    for point in [Point::BeforeRotation, Point::AfterRotation] {
        let (provider, store, keeper) = world();
        let record = sign_in_earlier(&provider, &keeper).await;
        provider.set(|state| state.hold = Some(point));
        let request = spawn_ask(&keeper, &record);
        provider.reached().await;
        keeper.forget(&record).await;
        provider.release();
        assert_eq!(request.await.unwrap().unwrap_err().kind(), ErrorKind::InvalidGrant);
        assert_eq!(store.len(), 0);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut revoked = provider.set(|state| state.revoked.clone());
        revoked.sort();
        let expected = ["access-1-", "access-2-", "refresh-1-", "refresh-2-"].map(|token| format!("PLANTED-{token}"));
        assert_eq!(revoked, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_end_with_the_session() {
    let (provider, store, keeper) = world();
    let record = sign_in(&keeper).await;
    let (day, lifetime) = (Duration::from_secs(24 * 3600), crate::SESSION_LIFETIME);
    // Renewals do not prolong it.
    for days in 1..7 {
        tokio::time::advance(day).await;
        ask_after(days * day, &keeper, &record).await.unwrap();
    }
    assert_eq!(provider.refreshes(), 6);
    assert_eq!(store.len(), 1);
    assert_eq!(ask_after(lifetime, &keeper, &record).await.unwrap_err().kind(), ErrorKind::InvalidGrant);
    tokio::time::advance(day).await;
    assert_eq!(ask(&keeper, &record).await.unwrap_err().kind(), ErrorKind::InvalidGrant);
    assert_eq!(store.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_login_has_tokens_of_its_own() {
    let (provider, _, keeper) = world();
    let (one, first) = (sign_in(&keeper).await, provider.newest());
    let (other, second) = (sign_in(&keeper).await, provider.newest());
    assert_eq!([ask(&keeper, &one).await.unwrap(), ask(&keeper, &other).await.unwrap()], [first, second.clone()]);
    keeper.forget(&one).await;
    assert_eq!(ask(&keeper, &other).await.unwrap(), second);
}

// Proves: QC9
#[tokio::test(start_paused = true)]
async fn the_store_learns_nothing_and_opens_for_this_application_only() {
    let (provider, store, keeper) = world();
    // As long as some real ones.
    provider.set(|state| state.padding = 3000);
    let record = sign_in(&keeper).await;
    let written = store.written();
    assert!(written.len() == 1 && (8000..10_000).contains(&written[0].len()), "each token once");
    let handle = serde_json::to_value(&record).unwrap()["tokens"].as_str().unwrap().to_owned();
    for value in &written {
        assert!(!value.contains("PLANTED") && !value.contains(&handle));
    }
    let others = instance_with_key(&provider, &store, OTHER_KEY);
    assert_eq!(ask(&others, &record).await.unwrap_err().kind(), ErrorKind::InvalidGrant);

    // A key that was retired opens what it sealed, and the next renewal seals with the new one.
    let rotated = instance_with_key(&provider, &store, &format!("{OTHER_KEY},{KEY}"));
    ask_after(OVER, &rotated, &record).await.unwrap();
    assert_eq!(ask(&others, &record).await.unwrap(), provider.newest());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_goes_to_the_provider_that_gave_it() {
    let (provider, _, keeper) = world();
    let mut record = sign_in(&keeper).await;
    record.user.provider = "evil".to_owned();
    assert_eq!(ask_after(OVER, &keeper, &record).await.unwrap(), provider.newest());
    assert_eq!(provider.refreshes(), 1);
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.lock().write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_text_shows_a_token_or_where_it_is() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());

    let (provider, store, keeper) = world();
    let record = sign_in(&keeper).await;
    let handle = serde_json::to_value(&record).unwrap()["tokens"].as_str().unwrap().to_owned();
    let mut texts = vec![format!("{record:?} {keeper:?}")];
    texts.push(format!("{:?}", keeper.access_token(&record).await.unwrap()));
    store.fail(Step::RenewLease, Fault::Down, 2);
    store.fail(Step::Replace, Fault::Down, 2);
    ask_after(OVER, &keeper, &record).await.unwrap();
    for answer in [r#"{"error":"invalid_request"}"#, r#"{"error":"invalid_grant"}"#] {
        provider.set(|state| state.trouble = Some(Trouble::Answers(400, answer)));
        let error = ask_after(OVER, &keeper, &record).await.unwrap_err();
        texts.push(format!("{error} {error:?}"));
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    texts.push(String::from_utf8(log.lock().clone()).unwrap());
    assert!(texts.iter().any(|text| text.contains("access token not renewed")));
    for text in texts {
        assert!(!text.contains("PLANTED") && !text.contains(&handle), "{text}");
    }
}
