//! Signing in with the certified npm `oidc-provider`, through the example application and without it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod application;

use oauth_core::{AuthorizationRequest, CallbackParameters, ErrorKind, ExposeSecret, OAuthClient, ProviderConfig};
use oauth_providers::oidc::OIDC;
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, Page};
use oauth_tests::OidcProvider;
use serde_json::Value;
use url::Url;

use application::{Application, ORIGIN, me, redirect_uri};

/// Instances, each a client of the provider's with a way of its own, and the settings that say so.
const INSTANCES: [(&str, Option<(&str, &str)>); 8] = [
    ("basic", None),
    ("post", Some(("TOKEN_ENDPOINT_AUTH_METHOD", "client_secret_post"))),
    ("es256", None),
    ("eddsa", None),
    ("form", Some(("RESPONSE_MODE", "form_post"))),
    ("pairwise", None),
    ("pushed", None),
    ("key", None),
];

fn variables(server: &OidcProvider) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for (name, more) in INSTANCES {
        variables.extend(server.variables(name));
        variables.extend(
            more.map(|(setting, value)| (format!("OAUTH_{}_{setting}", name.to_uppercase()), value.to_owned())),
        );
    }
    variables
}

/// The client "basic" without an application.
fn config(server: &OidcProvider) -> ProviderConfig {
    ProviderConfig::new("basic", "basic", server.secret()).provider("oidc").setting("ISSUER", server.issuer())
}

async fn rotate_keys(server: &OidcProvider) {
    let page = Browser::new().request("POST", format!("{}/_test/rotate", server.issuer())).send().await.unwrap();
    assert_eq!(page.status(), 200);
}

/// Opens `url` and does what `person` does on the provider's pages, up to the answer for the application.
async fn answer_of(browser: &Browser, url: &str, person: &str) -> Page {
    let mut page = browser.get(url).await.unwrap();
    for _ in 0..20 {
        if let Some(location) = page.location() {
            if location.path().ends_with("/callback") {
                return page;
            }
            page = browser.follow(&page).await.unwrap();
        } else if page.text().contains("/callback") && page.text().contains("name=\"code\"") {
            return page;
        } else {
            let action = page.text().split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
            let action = page
                .url()
                .join(action.unwrap_or_else(|| panic!("no form on {}: {}", page.url(), page.text())))
                .unwrap();
            let fields = if page.text().contains("value=\"login\"") {
                vec![("prompt", "login"), ("login", person), ("password", "any")]
            } else {
                vec![("prompt", "consent")]
            };
            page = browser.request("POST", action).from(&page).form(fields).send().await.unwrap();
        }
    }
    panic!("the provider does not come to an end");
}

async fn sign_in(browser: &Browser, instance: &str, person: &str) -> Value {
    let login = format!("{ORIGIN}/auth/{instance}/login");
    let answer = answer_of(browser, &login, person).await;
    let page = match answer.location() {
        Some(_) => browser.follow(&answer).await.unwrap(),
        None => browser.submit(&answer).await.unwrap(),
    };
    let landed = page.location().map(|location| location.path().to_owned() + location.query().unwrap_or_default());
    assert!(page.url().path() == "/" || landed.as_deref() == Some("/"), "{instance}: {} {landed:?}", page.status());
    me(browser).await
}

// Proves: QA9, QE10, QF1, QF11
#[tokio::test]
async fn every_way_of_signing_in_works_and_survives_new_keys() {
    let server = OidcProvider::start(ORIGIN);
    for round in ["first keys", "new keys"] {
        for (instance, _) in INSTANCES {
            let application = Application::start(&variables(&server)).await;
            let browser = application.browser();
            let user = sign_in(&browser, instance, "alice").await;
            assert_eq!(user["provider"], instance, "{round}");
            assert_eq!(user["email"], "alice@example.com", "{instance}, {round}");
            assert_eq!(user["email_verified"], true);
            assert_eq!(user["username"], "alice");
            assert_eq!((user["first_name"].as_str(), user["last_name"].as_str()), (Some("Test"), Some("alice")));
            assert_eq!(user["oauth_id"] == "alice", instance != "pairwise");
        }
        rotate_keys(&server).await;
    }
}

#[tokio::test]
async fn keys_may_change_while_the_application_runs() {
    let server = OidcProvider::start(ORIGIN);
    let application = Application::start(&variables(&server)).await;
    let browser = application.browser();
    sign_in(&browser, "basic", "alice").await;
    rotate_keys(&server).await;
    browser.clear_cookies();
    assert_eq!(sign_in(&browser, "basic", "bob").await["oauth_id"], "bob");
}

#[tokio::test]
async fn what_the_provider_says_of_an_address_is_kept() {
    let server = OidcProvider::start(ORIGIN);
    let application = Application::start(&variables(&server)).await;
    let browser = application.browser();
    assert_eq!(sign_in(&browser, "basic", "unsure").await["email_verified"], false);
    browser.clear_cookies();
    let nobody = sign_in(&browser, "basic", "nobody").await;
    assert_eq!((&nobody["email"], &nobody["email_verified"]), (&Value::Null, &Value::Null));
}

// Proves: QA9
#[tokio::test]
async fn a_provider_that_demands_pushed_requests_gets_them() {
    let server = OidcProvider::start(ORIGIN);
    let application = Application::start(&variables(&server)).await;
    let browser = application.browser();
    let begun = browser.get(format!("{ORIGIN}/auth/pushed/login")).await.unwrap();
    let location = begun.location().unwrap();
    let names: Vec<_> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    assert_eq!(sign_in(&browser, "pushed", "alice").await["oauth_id"], "alice");

    // It would have refused what others are sent.
    let request = AuthorizationRequest::new(redirect_uri("pushed"));
    let offered = OAuthClient::new(&OIDC, config(&server), ReqwestClient::new().unwrap()).unwrap();
    let url = offered
        .authorize(&request)
        .await
        .unwrap()
        .url()
        .replace(server.issuer(), &location.origin().ascii_serialization());
    let refused = Browser::new().get(url.replace("basic", "pushed")).await.unwrap().location().unwrap();
    let said = refused.query_pairs().find(|(name, _)| name == "error_description").unwrap().1.into_owned();
    assert_eq!(said, "Pushed Authorization Request must be used");
}

// Proves: QB6, QH1
#[tokio::test]
async fn a_callback_without_its_issuer_or_with_another_is_refused() {
    let server = OidcProvider::start(ORIGIN);
    let application = Application::start(&variables(&server)).await;
    let browser = application.browser();
    for issuer in [None, Some("https://evil.example")] {
        let answer = answer_of(&browser, &format!("{ORIGIN}/auth/basic/login"), "alice").await;
        let mut callback = answer.location().unwrap();
        let parameters: Vec<(String, String)> = callback
            .query_pairs()
            .filter(|(name, _)| name != "iss")
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        assert_eq!(parameters.len(), 2, "the provider names its issuer");
        callback.query_pairs_mut().clear().extend_pairs(&parameters).extend_pairs(issuer.map(|issuer| ("iss", issuer)));
        let page = browser.get(callback).await.unwrap();
        assert_eq!(page.location().unwrap().query(), Some("error=issuer_mismatch"));
    }
    let log = Browser::new().get(format!("{}/_test/log", server.issuer())).await.unwrap();
    assert_eq!(log.text(), "[]", "no code was exchanged");
}

// Proves: QE9
#[tokio::test]
async fn a_refresh_replaces_the_refresh_token_and_keeps_the_identity() {
    let server = OidcProvider::start(ORIGIN);
    let client = OAuthClient::new(&OIDC, config(&server), ReqwestClient::new().unwrap()).unwrap();
    let authorization = client.authorize(&AuthorizationRequest::new(redirect_uri("basic"))).await.unwrap();
    let answer = answer_of(&Browser::new(), authorization.url(), "alice").await;
    let callback: Url = answer.location().unwrap();
    let parameter = |name: &str| callback.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    assert_eq!(parameter("state"), authorization.pending().state().expose_secret());
    client.check_issuer(authorization.pending(), Some(&parameter("iss"))).unwrap();

    let none = CallbackParameters::default();
    let (token, user) = client.sign_in(&parameter("code"), authorization.pending(), &none).await.unwrap();
    assert_eq!(user.oauth_id, "alice");
    let renewed = client.refresh_token(&token).await.unwrap();
    assert_eq!(renewed.identity().unwrap().subject(), "alice");
    let secret = |token: &oauth_core::OAuthToken| token.refresh_token().unwrap().expose_secret().to_owned();
    assert_ne!(secret(&renewed), secret(&token));
    client.revoke_token(&renewed).await.unwrap();
    assert_eq!(client.refresh_token(&renewed).await.unwrap_err().kind(), ErrorKind::InvalidGrant);
    // A code works once.
    let error = client.exchange_code(&parameter("code"), authorization.pending(), &none).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidGrant);
}
