//! OpenID Connect over the wire: discovery, keys, ID tokens and their faults.

use oauth_core::{AuthorizationRequest, ErrorKind};
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault, IdTokenFault};

use crate::{
    Callback, REDIRECT_URI, client,
    kinds::{self, DISCOVERED, IN_ID_TOKEN, TENANTS},
    sign_in, start,
};

async fn authorized(client: &oauth_core::OAuthClient) -> String {
    client.authorize(&AuthorizationRequest::new(REDIRECT_URI)).await.unwrap().url().to_owned()
}

#[tokio::test]
async fn everybody_signs_in_at_every_kind_of_openid_provider() {
    for spec in kinds::OPENID {
        let (provider, client) = start(spec).await;
        for person in provider.people() {
            let (token, user) =
                sign_in(&client, &person.key).await.unwrap_or_else(|error| panic!("{}: {error}", spec.name()));
            assert_eq!(user.oauth_id, person.id, "{}", spec.name());
            let identity = token.identity().unwrap();
            assert_eq!(identity.subject(), person.id, "{}", spec.name());
            assert_eq!(client.refresh_token(&token).await.unwrap().identity(), Some(identity), "{}", spec.name());
        }
    }
}

#[tokio::test]
async fn what_is_discovered_is_asked_for_once() {
    let (provider, client) = start(&DISCOVERED).await;
    assert_eq!(client.issuer(), Some(provider.base_url()));
    for _ in 0..3 {
        sign_in(&client, "jane").await.unwrap();
    }
    assert_eq!((provider.count(Endpoint::Discovery), provider.count(Endpoint::Jwks)), (1, 1));
    let url = authorized(&client).await;
    assert!(url.starts_with(&format!("{}/authorize?", provider.base_url())), "{url}");
}

// Proves: QA9
#[tokio::test]
async fn metadata_may_demand_that_requests_are_pushed() {
    let builder = || DevProvider::builder(&DISCOVERED).require_pushed_authorization();
    let provider = builder().start().await.unwrap();
    let client = client(&provider);
    sign_in(&client, "jane").await.unwrap();
    assert_eq!(provider.count(Endpoint::PushedAuthorization), 1);

    // Nothing may stand beside the reference, and it is one of a request that was pushed here.
    let url = authorized(&client).await;
    let whole = provider.requests().into_iter().find(|request| request.endpoint == Endpoint::PushedAuthorization);
    assert!(whole.unwrap().body.contains(&"nonce".to_owned()));
    let browser = Browser::new();
    assert_eq!(browser.open(&url).await.unwrap().status(), 200);
    let (address, _) = url.split_once('?').unwrap();
    for (spoilt, said) in [
        (format!("{url}&state=mine"), "state stands beside"),
        (format!("{url}x"), "nothing that was pushed"),
        (url.replace("development-client", "other"), "not that of the request"),
        (format!("{address}?client_id=development-client&response_type=code"), "has to be pushed"),
    ] {
        let page = browser.get(&spoilt).await.unwrap();
        assert!(page.status() == 400 && page.text().contains(said), "{spoilt} {}", page.text());
    }
    let refused = DevProvider::builder(&IN_ID_TOKEN).require_pushed_authorization().start().await.unwrap_err();
    assert!(refused.to_string().contains("no metadata"), "{refused}");

    provider.fail(Endpoint::PushedAuthorization, Fault::status(503));
    let refused = client.authorize(&AuthorizationRequest::new(REDIRECT_URI)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AuthorizationRefused);
    provider.recover(Endpoint::PushedAuthorization);
    sign_in(&client, "jane").await.unwrap();
}

#[tokio::test]
async fn a_callback_names_the_issuer_of_its_tenant() {
    let (_provider, client) = start(&TENANTS).await;
    let callback = Callback::of(&client, "jane").await;
    let issuer = callback.get("iss").unwrap().to_owned();
    assert!(issuer.starts_with("https://login.test/") && !issuer.contains("common"), "{issuer}");
    let (token, _) = callback.sign_in(&client).await.unwrap();
    assert_eq!(token.identity().unwrap().issuer(), issuer);
}

#[tokio::test]
async fn each_fault_of_an_id_token_ends_the_login_until_it_is_mended() {
    for spec in [&DISCOVERED, &IN_ID_TOKEN] {
        let (provider, client) = start(spec).await;
        for fault in IdTokenFault::ALL {
            provider.spoil_id_tokens(*fault);
            let end = sign_in(&client, "jane").await.map(drop).map_err(|error| error.kind());
            // One of the two says that its nonce may be missing.
            let is_fine = *fault == IdTokenFault::NoNonce && spec.name() == IN_ID_TOKEN.name();
            let expected = if is_fine { Ok(()) } else { Err(ErrorKind::IdTokenInvalid) };
            assert_eq!(end, expected, "{} {fault:?}", spec.name());
        }
        provider.spoil_id_tokens(None);
        sign_in(&client, "jane").await.unwrap();
    }
}

#[tokio::test]
async fn new_keys_are_found_by_whoever_knows_the_old_ones() {
    let (provider, client) = start(&DISCOVERED).await;
    sign_in(&client, "jane").await.unwrap();
    provider.rotate_keys().unwrap();
    sign_in(&client, "jane").await.unwrap();
    assert_eq!(provider.count(Endpoint::Jwks), 2);
}

#[tokio::test]
async fn a_request_without_nonce_or_openid_ends_on_a_page() {
    let (_provider, client) = start(&DISCOVERED).await;
    let url = authorized(&client).await;
    for (from, to, told) in
        [("nonce=", "n=", "parameter nonce is missing"), ("scope=openid", "scope=x", "scope openid")]
    {
        let page = oauth_testkit::Browser::new().open(&url.replace(from, to)).await.unwrap();
        assert_eq!(page.status(), 400);
        assert!(page.text().contains(told), "{}", page.text());
    }
}

#[tokio::test]
async fn the_answer_comes_as_the_instance_wants_it() {
    let (provider, _) = start(&DISCOVERED).await;
    let config = provider.config().setting("RESPONSE_MODE", "form_post");
    let http = oauth_reqwest::ReqwestClient::new().unwrap();
    let posted = oauth_core::OAuthClient::new(&DISCOVERED, config, http).unwrap();
    assert!(sign_in(&posted, "jane").await.is_ok());
    assert!(authorized(&posted).await.contains("response_mode=form_post"));
    assert!(sign_in(&client(&provider), "jane").await.is_ok());
}
