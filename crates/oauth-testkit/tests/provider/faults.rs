//! Faults on demand, and the end of the provider.

use oauth_bitbucket::BITBUCKET;
use oauth_core::ErrorKind;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault};

use crate::{Callback, client, sign_in, start};

#[tokio::test]
async fn an_endpoint_fails_as_told() {
    let (provider, client) = start(&BITBUCKET).await;
    let emails = Endpoint::Call("emails");
    let table = [
        (Endpoint::Token, Fault::status(500), ErrorKind::TokenRefused),
        (Endpoint::Token, Fault::html(200, "<h1>Sign in</h1>"), ErrorKind::TokenReplyInvalid),
        (Endpoint::Token, Fault::status(200), ErrorKind::TokenReplyInvalid),
        (Endpoint::Token, Fault::json(400, r#"{"error":"invalid_grant"}"#), ErrorKind::InvalidGrant),
        (Endpoint::Token, Fault::redirect("http://127.0.0.1:9/token"), ErrorKind::RedirectRefused),
        (Endpoint::Token, Fault::drop_connection(), ErrorKind::Transport),
        (Endpoint::UserInfo, Fault::text(401, "no"), ErrorKind::UserInfoUnauthorized),
        (Endpoint::UserInfo, Fault::drop_connection(), ErrorKind::Transport),
        (emails, Fault::status(500), ErrorKind::UserInfoRefused),
    ];
    for (endpoint, fault, kind) in table {
        provider.fail_once(endpoint, fault.clone());
        let error = sign_in(&client, "jane").await.err().unwrap_or_else(|| panic!("{endpoint:?} {fault:?}"));
        assert_eq!(error.kind(), kind, "{endpoint:?} {fault:?}");
        assert!(sign_in(&client, "jane").await.is_ok(), "{endpoint:?} {fault:?} was for one request");
    }
}

#[tokio::test]
async fn a_lasting_fault_lasts_until_recovery() {
    let emails = Endpoint::Call("emails");
    let provider = DevProvider::builder(&BITBUCKET).fault(emails, Fault::status(403)).start().await.unwrap();
    let client = client(&provider);
    for _ in 0..2 {
        assert_eq!(sign_in(&client, "jane").await.unwrap().1.email, None);
    }
    provider.recover(emails);
    assert!(sign_in(&client, "jane").await.unwrap().1.email.is_some());
    provider.fail(emails, Fault::status(500));
    assert!(sign_in(&client, "jane").await.is_err());
}

#[tokio::test]
async fn a_dropped_connection_has_no_status() {
    let (provider, client) = start(&BITBUCKET).await;
    provider.fail_once(Endpoint::Token, Fault::drop_connection());
    assert!(sign_in(&client, "jane").await.is_err());
    let requests = provider.requests();
    assert_eq!(requests.last().map(|request| (request.endpoint, request.status)), Some((Endpoint::Token, None)));
}

#[tokio::test]
async fn stopping_ends_even_requests_that_hang() {
    let (provider, client) = start(&BITBUCKET).await;
    provider.fail(Endpoint::Token, Fault::hang());
    let callback = Callback::of(&client, "jane").await;
    let login = tokio::spawn(async move { callback.sign_in(&client).await.map(drop) });
    while provider.count(Endpoint::Token) == 0 {
        tokio::task::yield_now().await;
    }
    let address = provider.base_url().to_owned();
    provider.stop().await;
    assert_eq!(login.await.unwrap().unwrap_err().kind(), ErrorKind::Transport);
    assert!(Browser::new().get(&address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn dropping_stops_it() {
    let (provider, _client) = start(&BITBUCKET).await;
    let address = provider.base_url().to_owned();
    let browser = Browser::new();
    assert_eq!(browser.get(&address).await.unwrap().status(), 200);
    drop(provider);
    while browser.get(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
