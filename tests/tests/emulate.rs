//! Signing in with GitHub, Google, Slack, Apple, Microsoft and Okta as npm `emulate` plays them: somebody else's reading of
//! what they send. Where it is known to differ from the real ones, `emulate/server.mjs` says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod application;

use oauth_core::{AuthorizationRequest, CallbackParameters, ErrorKind};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, Page};
use oauth_tests::Emulate;
use serde_json::{Value, json};

use application::{Application, ORIGIN, me, redirect_uri};

/// Opens the login, chooses `person` on the provider's page and returns where the application leads then.
async fn sign_in(browser: &Browser, instance: &str, person: &str) -> String {
    let page = browser.open(format!("{ORIGIN}/auth/{instance}/login")).await.unwrap();
    let chosen = format!("<span class=\"user-login\">{person}</span>");
    let form = page.text().split("<form ").find(|form| form.contains(&chosen));
    let form = form.unwrap_or_else(|| panic!("{person} is not on {}: {}", page.url(), page.text()));
    let answer = submit(browser, &page, form).await;
    let page = match answer.location() {
        Some(_) => browser.follow(&answer).await.unwrap(),
        None => submit(browser, &answer, answer.text()).await,
    };
    let landing = page.location().unwrap_or_else(|| panic!("{instance}: {} {}", page.status(), page.text()));
    landing.as_str().strip_prefix(ORIGIN).unwrap().to_owned()
}

/// Sends the form on `page` whose source is `form`.
async fn submit(browser: &Browser, page: &Page, form: &str) -> Page {
    let attribute = |source: &str, name: &str| -> Option<String> {
        let value = source.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
        let entities = [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        Some(entities.into_iter().fold(value.to_owned(), |text, (entity, character)| text.replace(entity, character)))
    };
    let fields = form.split("<input type=\"hidden\"").skip(1);
    let fields = fields.map(|field| (attribute(field, "name").unwrap(), attribute(field, "value").unwrap()));
    let action = page.url().join(&attribute(form, "action").unwrap()).unwrap();
    browser.request("POST", action).from(page).form(fields.collect::<Vec<_>>()).send().await.unwrap()
}

#[tokio::test]
async fn people_sign_in_and_are_known_again() {
    let emulate = Emulate::start(ORIGIN);
    let application = Application::start(emulate.variables()).await;
    let table = [
        (
            "github",
            "jane",
            json!({
                "email": "jane@example.com", "email_verified": true, "username": "jane",
                "first_name": "Jane", "last_name": "Doe",
                "avatar_url": "https://github.com/avatars/u/jane", "profile_url": "https://github.com/jane",
            }),
        ),
        ("github", "nameless", json!({ "username": "nameless", "first_name": null, "last_name": null })),
        (
            "google",
            "jane@company.example",
            json!({
                "email": "jane@company.example", "email_verified": true, "username": null,
                "first_name": "Jane", "last_name": "Doe", "avatar_url": "https://img.example/jane.png",
            }),
        ),
        ("google", "unsure@gmail.com", json!({ "email": "unsure@gmail.com", "email_verified": false })),
        ("workspace", "jane@company.example", json!({ "email": "jane@company.example", "email_verified": true })),
        // The flag comes as a text.
        ("apple", "jane@icloud.com", json!({ "email": "jane@icloud.com", "email_verified": true, "username": null })),
        ("apple", "hidden@icloud.com", json!({ "email_verified": true })),
        // Nobody vouches for an address of a directory.
        (
            "microsoft",
            "jane@company.example",
            json!({
                "email": "jane@company.example", "email_verified": null, "username": "jane@company.example",
                "first_name": "Jane", "last_name": "Doe",
            }),
        ),
        ("microsoft", "jane@outlook.com", json!({ "email": "jane@outlook.com", "email_verified": null })),
        ("entra", "jane@company.example", json!({ "email": "jane@company.example", "email_verified": null })),
        (
            "okta",
            "jane@company.example",
            json!({
                "oauth_id": "00u1", "email": "jane@company.example", "email_verified": true,
                "username": "jane@company.example", "first_name": "Jane", "last_name": "Doe",
            }),
        ),
    ];
    for (instance, person, expected) in table {
        let browser = application.browser();
        assert_eq!(sign_in(&browser, instance, person).await, "/", "{instance}, {person}");
        let user = me(&browser).await;
        let seen: Value = expected.as_object().unwrap().keys().map(|name| (name.clone(), user[name].clone())).collect();
        assert_eq!(seen, expected, "{instance}, {person}");
        assert_eq!(user["provider"], instance);

        let again = application.browser();
        assert_eq!(sign_in(&again, instance, person).await, "/", "{instance}, {person}");
        assert_eq!(me(&again).await["oauth_id"], user["oauth_id"], "{instance}, {person}");
    }
}

#[tokio::test]
async fn apple_tells_the_name_once_and_a_relay_address_for_a_hidden_one() {
    let emulate = Emulate::start(ORIGIN);
    let application = Application::start(emulate.variables()).await;
    let mut users = Vec::new();
    for _ in 0..2 {
        let browser = application.browser();
        assert_eq!(sign_in(&browser, "apple", "hidden@icloud.com").await, "/");
        users.push(me(&browser).await);
    }
    assert_eq!((&users[0]["first_name"], &users[0]["last_name"]), (&json!("Hidden"), &json!("Person")));
    assert_eq!((&users[1]["first_name"], &users[1]["last_name"]), (&Value::Null, &Value::Null));
    assert!(users[0]["email"].as_str().unwrap().ends_with("@privaterelay.appleid.com"));
    assert_eq!(users[0]["email"], users[1]["email"]);
}

#[tokio::test]
async fn who_does_not_belong_is_turned_away() {
    let emulate = Emulate::start(ORIGIN);
    let application = Application::start(emulate.variables()).await;
    let table = [
        // An account that is in no company's Workspace, and one of another tenant.
        ("workspace", "unsure@gmail.com", "login_refused"),
        ("entra", "jane@outlook.com", "provider_refused"),
        // A token of the installation of an app, which says nothing of who signed in.
        ("slack", "jane", "provider_refused"),
    ];
    for (instance, person, code) in table {
        let browser = application.browser();
        assert_eq!(sign_in(&browser, instance, person).await, format!("/?error={code}"), "{instance}");
        assert_eq!(browser.get(format!("{ORIGIN}/me")).await.unwrap().status(), 401, "{instance}");
    }
}

#[tokio::test]
async fn the_error_says_whether_the_secret_or_the_code_was_wrong() {
    const CLIENT: (ErrorKind, &str) = (ErrorKind::ClientRefused, "invalid_client");
    const GRANT: (ErrorKind, &str) = (ErrorKind::InvalidGrant, "invalid_grant");
    let emulate = Emulate::start(ORIGIN);
    let other_key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let with_wrong_secrets: Vec<(String, String)> = emulate
        .variables()
        .iter()
        .map(|(name, value)| match name.rsplit_once('_').unwrap().1 {
            "SECRET" => (name.clone(), "wrong".to_owned()),
            // Apple's secret is signed with it.
            "KEY" => (name.clone(), other_key.clone()),
            _ => (name.clone(), value.clone()),
        })
        .collect();
    // GitHub and Slack have codes of their own, in replies of status 200.
    let github =
        [(ErrorKind::TokenRefused, "incorrect_client_credentials"), (ErrorKind::TokenRefused, "bad_verification_code")];
    let slack = [(ErrorKind::TokenRefused, "invalid_client_id"), (ErrorKind::TokenRefused, "invalid_code")];
    let table = [
        ("github", "jane", github),
        ("google", "jane@company.example", [CLIENT, GRANT]),
        ("slack", "jane", slack),
        ("apple", "jane@icloud.com", [CLIENT, GRANT]),
        ("microsoft", "jane@outlook.com", [CLIENT, GRANT]),
        ("okta", "jane@company.example", [CLIENT, GRANT]),
    ];
    let application = Application::start(&with_wrong_secrets).await;
    let registry = |variables: &[(String, String)]| {
        oauth_providers::registry().http_client(ReqwestClient::new().unwrap()).from_vars(variables.iter().cloned())
    };
    let registries = [registry(&with_wrong_secrets).unwrap(), registry(emulate.variables()).unwrap()];
    for (instance, person, expected) in table {
        assert_eq!(sign_in(&application.browser(), instance, person).await, "/?error=provider_refused", "{instance}");
        for (registry, (kind, code)) in registries.iter().zip(expected) {
            let client = registry.get(instance).unwrap();
            let authorization = client.authorize(&AuthorizationRequest::new(redirect_uri(instance))).await.unwrap();
            let none = CallbackParameters::default();
            let error = client.exchange_code("wrong", authorization.pending(), &none).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{instance}: {error}");
            assert!(error.to_string().contains(&format!(" with {code}")), "{instance}: {error}");
        }
    }
}
