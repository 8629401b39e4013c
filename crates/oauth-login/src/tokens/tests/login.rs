//! From the login to the logout, as an adapter calls it.

use url::Url;

use super::*;
use crate::{BrowserRequest, FailureCode, Login, LoginOutcome, StoredLogin};

fn login(provider: &Provider, store: &FaultyStore) -> Login {
    let builder = Login::builder(provider::registry(provider.clone()));
    builder.base_url("https://app.example").cookie_key(KEY).keep_tokens(store.clone()).build().unwrap()
}

async fn outcome(login: &Login) -> LoginOutcome {
    let answer = login.begin("acme", &BrowserRequest::new("GET", "")).await;
    let url = Url::parse(answer.location().unwrap()).unwrap();
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    let (_, cookie) = answer.headers().iter().find(|(name, _)| *name == "set-cookie").unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let query = format!("code=code&state={state}");
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
    login.callback("acme", &request).await.unwrap()
}

// Proves: QC9
#[tokio::test(start_paused = true)]
async fn tokens_are_kept_from_the_login_to_the_logout() {
    let (provider, store) = (Provider::new(), FaultyStore::default());
    let login = login(&provider, &store);
    let mut outcome = outcome(&login).await;
    outcome.keep_tokens().await.unwrap();
    let text = StoredLogin::write(&outcome.record(), SystemTime::now()).unwrap();
    assert_eq!(outcome.accept().status(), 303);
    assert!(!text.contains("PLANTED"), "the session has no tokens");

    let StoredLogin::Current(record) = StoredLogin::read(&text, SystemTime::now()) else { unreachable!("{text}") };
    let keeper = login.token_keeper().unwrap();
    assert_eq!(ask(keeper, &record).await.unwrap(), provider.newest());

    login.forget_tokens(&record).await;
    assert_eq!((store.len(), provider.refreshes()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_unless_it_is_asked_for() {
    let provider = Provider::new();
    let login = Login::builder(provider::registry(provider.clone())).build().unwrap();
    let mut outcome = outcome(&login).await;
    outcome.keep_tokens().await.unwrap();
    let record = outcome.record();
    assert!(login.token_keeper().is_none() && !serde_json::to_string(&record).unwrap().contains("tokens"));
    login.forget_tokens(&record).await;
    let _ = outcome.refuse(FailureCode::LoginRefused);

    // Neither is anything found for such a login by an application that begins to keep tokens.
    let error = ask(&instance(&provider, &FaultyStore::default()), &record).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidGrant);
}

#[tokio::test(start_paused = true)]
async fn a_login_whose_tokens_cannot_be_kept_is_none() {
    let (provider, store) = (Provider::new(), FaultyStore::default());
    let login = login(&provider, &store);
    let mut outcome = outcome(&login).await;
    store.fail(Step::Keep, Fault::Down, 1);
    let code = outcome.keep_tokens().await.unwrap_err();
    assert_eq!(outcome.refuse(code).location(), Some("/?error=session_unavailable"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_leaves_no_tokens_in_the_store() {
    let (provider, store) = (Provider::new(), FaultyStore::default());
    let mut outcome = outcome(&login(&provider, &store)).await;
    outcome.keep_tokens().await.unwrap();
    assert_eq!(store.len(), 1);
    let _ = outcome.refuse(FailureCode::LoginRefused);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // They are not revoked: that might end the person's other logins.
    assert_eq!((store.len(), provider.set(|state| state.revoked.len())), (0, 0));
}
