//! What the application asks the provider for at one login.

use oauth_core::AuthorizationRequest;

use super::*;

/// Where the browser is sent.
async fn ask(login: &Login, provider: &str, ask: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest) -> String {
    let request = BrowserRequest::new("GET", "prompt=none&scope=everything&login_hint=mallory%40example.com&next=/me");
    let answer = login.begin_with(provider, &request, ask).await;
    assert_eq!(answer.status(), 303);
    answer.location().unwrap().to_owned()
}

// Proves: QA5
#[tokio::test]
async fn the_application_changes_what_is_asked_and_the_visitor_does_not() {
    let (world, login) = world();
    let further = |ask: AuthorizationRequest| ask.prompt("select_account").scopes(["profile", "calendar"]);
    let url = Url::parse(&ask(&login, "alpha", further).await).unwrap();
    for (name, value) in [("prompt", "select_account"), ("scope", "profile calendar"), ("tenant", "a")] {
        assert_eq!(parameter(&url, name), value);
    }
    assert!(!url.as_str().contains("mallory"));

    let mut browser = Browser::default();
    let answer = login.begin_with("alpha", &BrowserRequest::new("GET", "next=/me"), further).await;
    browser.keep(&answer);
    let approval = world.approve(answer.location().unwrap());
    assert_eq!(browser.callback(&login, "alpha", &approval.query()).await.signed_in_at(), "/me");
}

// Proves: QA2, QA5
#[tokio::test]
async fn what_cannot_be_asked_begins_nothing() {
    let (world, login) = world();
    let elsewhere = |_| AuthorizationRequest::new("https://elsewhere.example/callback");
    assert_eq!(ask(&login, "alpha", elsewhere).await, "/?error=server_error");
    // No ID token will say when that was.
    assert_eq!(ask(&login, "alpha", |ask| ask.max_age(Duration::ZERO)).await, "/?error=server_error");
    for name in ["state", "redirect_uri", "code_challenge", "tenant"] {
        assert_eq!(ask(&login, "alpha", |ask| ask.param(name, "x")).await, "/?error=server_error", "{name}");
    }
    assert_eq!(world.requests(), 0);
}
