//! Whole logins at Bitbucket as its spec describes it.

use oauth_bitbucket::BITBUCKET;
use oauth_core::{AuthorizationRequest, ErrorKind, ExposeSecret, Registry};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, DevProvider, Endpoint, TestPerson};

use crate::{Callback, REDIRECT_URI, client, parameters, sign_in, start};

#[tokio::test]
async fn every_built_in_person_signs_in_as_who_they_are() {
    let (provider, client) = start(&BITBUCKET).await;
    let table = [
        ("jane", Some("Jane"), Some("Doe"), Some("jane"), Some("jane.doe@example.com"), Some(true), true),
        ("omar", Some("Omar"), Some("Haddad"), Some("omar"), Some("omar@example.net"), Some(false), true),
        ("noor", None, None, Some("noor"), None, None, false),
        ("priya", Some("Priya"), Some("Raman"), Some("priya"), None, None, true),
        ("lucia", Some("Lucía"), Some("Fernández Ortega"), Some("lucia"), Some("lucia@example.com"), Some(true), true),
        (
            "tricky",
            Some("שירה"),
            Some("<script>alert(1)</script> O’Neil & Søn 🦊"),
            Some("shira"),
            Some("shira+tag@example.com"),
            Some(true),
            true,
        ),
    ];
    assert_eq!(provider.people().len(), table.len());
    for (key, first, last, username, email, verified, has_pages) in table {
        let (_, user) = sign_in(&client, key).await.unwrap_or_else(|error| panic!("{key}: {error}"));
        let id = provider.people().iter().find(|person| person.key == key).map(|person| person.id.as_str());
        assert_eq!(Some(user.oauth_id.as_str()), id, "{key}");
        assert_eq!(user.first_name.as_deref(), first, "{key}");
        assert_eq!(user.last_name.as_deref(), last, "{key}");
        assert_eq!(user.username.as_deref(), username, "{key}");
        assert_eq!(user.email.as_deref(), email, "{key}");
        assert_eq!(Option::<bool>::from(user.email_verified), verified, "{key}");
        let page = format!("{}/people/{key}", provider.base_url());
        assert_eq!(user.profile_url, has_pages.then(|| page.clone()), "{key}");
        assert_eq!(user.avatar_url, has_pages.then(|| format!("{page}/avatar.svg")), "{key}");
        for url in [user.profile_url, user.avatar_url].into_iter().flatten() {
            assert_eq!(Browser::new().get(&url).await.unwrap().status(), 200, "{url}");
        }
    }
}

#[tokio::test]
async fn an_address_on_the_second_page_is_found_there() {
    let (provider, client) = start(&BITBUCKET).await;
    let (_, user) = sign_in(&client, "lucia").await.unwrap();
    let pages: Vec<serde_json::Value> =
        user.raw_data.call("emails").map(|page| serde_json::from_str(page).unwrap()).collect();
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0]["values"].as_array().unwrap().len(), 2);
    assert_eq!(pages[0]["next"], format!("{}/calls/emails?page=2", provider.base_url()));
    assert_eq!(pages[1]["values"][0]["is_primary"], true);
    assert!(pages[1].get("next").is_none());
    assert_eq!(provider.count(Endpoint::Call("emails")), 2);
}

#[tokio::test]
async fn a_person_who_keeps_the_addresses_back_has_their_call_refused() {
    let (provider, client) = start(&BITBUCKET).await;
    for (person, status) in [("jane", 200), ("priya", 403)] {
        sign_in(&client, person).await.unwrap();
        let requests = provider.requests();
        let call = requests.iter().rfind(|request| request.endpoint == Endpoint::Call("emails")).unwrap();
        assert_eq!(call.status, Some(status), "{person}");
    }
}

#[tokio::test]
async fn a_refresh_token_works_once_and_is_replaced() {
    let (_provider, client) = start(&BITBUCKET).await;
    let (first, _) = sign_in(&client, "jane").await.unwrap();
    let second = client.refresh_token(&first).await.unwrap();
    let refresh = |token: &oauth_core::OAuthToken| token.refresh_token().unwrap().expose_secret().to_owned();
    assert_ne!(refresh(&first), refresh(&second));
    assert_eq!(client.user_info(&second).await.unwrap().username.as_deref(), Some("jane"));

    let error = client.refresh_token(&first).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidGrant);
    assert_eq!(client.user_info(&second).await.unwrap_err().kind(), ErrorKind::UserInfoUnauthorized);
    assert!(client.refresh_token(&second).await.is_err(), "a replayed refresh token ends all that came of the login");
}

#[tokio::test]
async fn a_person_who_denies_is_sent_back_with_the_state() {
    let (provider, client) = start(&BITBUCKET).await;
    let authorization = client.authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let browser = Browser::new();
    let page = browser.open(authorization.url()).await.unwrap();
    let answer = browser.request("POST", page.url()).form([("decision", "deny")]).from(&page).send().await.unwrap();
    let params = parameters(&answer);
    assert_eq!(params[0], ("error".to_owned(), "access_denied".to_owned()));
    assert!(params.contains(&("state".to_owned(), authorization.pending().state().expose_secret().to_owned())));
    assert!(!params.iter().any(|(name, _)| name == "code"));
    assert_eq!(provider.count(Endpoint::Token), 0);
}

#[tokio::test]
async fn an_access_token_ends_with_its_lifetime() {
    let provider =
        DevProvider::builder(&BITBUCKET).access_token_lifetime(std::time::Duration::ZERO).start().await.unwrap();
    let error = sign_in(&client(&provider), "jane").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UserInfoUnauthorized);
}

#[tokio::test]
async fn tokens_have_the_length_asked_for() {
    let provider = DevProvider::builder(&BITBUCKET).token_length(3000).start().await.unwrap();
    let (token, user) = sign_in(&client(&provider), "jane").await.unwrap();
    assert_eq!(token.access_token().expose_secret().len(), 3000);
    assert_eq!(token.refresh_token().unwrap().expose_secret().len(), 3000);
    assert_eq!(user.username.as_deref(), Some("jane"));
}

#[tokio::test]
async fn granted_scopes_stand_where_the_test_wants_them() {
    for member in ["scope", "scopes"] {
        let provider = DevProvider::builder(&BITBUCKET).scope_member(member).start().await.unwrap();
        let (token, _) = sign_in(&client(&provider), "jane").await.unwrap();
        let raw: serde_json::Value = serde_json::from_str(token.raw().expose_secret()).unwrap();
        assert_eq!(raw[member], "account email");
        assert_eq!(raw.as_object().unwrap().keys().filter(|key| key.starts_with("scope")).count(), 1);
        assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), ["account", "email"]);
    }
}

#[tokio::test]
async fn what_was_asked_is_recorded_by_name_and_secrets_are_only_told_when_asked_for() {
    let (provider, client) = start(&BITBUCKET).await;
    let callback = Callback::of(&client, "jane").await;
    let (token, _) = callback.sign_in(&client).await.unwrap();
    let requests = provider.requests();
    let token_request = requests.iter().find(|request| request.endpoint == Endpoint::Token).unwrap();
    assert_eq!((token_request.method.as_str(), token_request.status), ("POST", Some(200)));
    assert_eq!(token_request.body, ["grant_type", "code", "redirect_uri", "code_verifier"]);
    assert!(token_request.query.is_empty());
    assert_eq!(provider.count(Endpoint::Authorize), 2);

    let secrets = provider.secrets();
    let state = callback.pending.state().expose_secret();
    for secret in [state, callback.code(), token.access_token().expose_secret()] {
        assert!(secrets.iter().any(|known| known == secret));
    }
    // Client secret, state, code, verifier, two tokens.
    assert_eq!(secrets.len(), 6);
    let shown = format!("{provider:?} {requests:?} {:?}", provider.config());
    assert!(!secrets.iter().any(|secret| shown.contains(secret.as_str())), "{shown}");
}

#[tokio::test]
async fn the_environment_describes_the_same_instance() {
    let (provider, _) = start(&BITBUCKET).await;
    let registry = Registry::builder()
        .provider(&BITBUCKET)
        .http_client(ReqwestClient::new().unwrap())
        .instance(provider.config_as("second"))
        .from_vars(provider.variables())
        .unwrap();
    for name in ["bitbucket", "second"] {
        let (_, user) = sign_in(registry.get(name).unwrap(), "jane").await.unwrap();
        assert_eq!((user.provider.as_str(), user.full_name().as_deref()), (name, Some("Jane Doe")));
    }
}

#[tokio::test]
async fn the_page_shows_people_safely() {
    let bare = TestPerson::new("bare", "1");
    let provider = DevProvider::builder(&BITBUCKET).person(bare).start().await.unwrap();
    let authorization = client(&provider).authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let page = Browser::new().open(authorization.url()).await.unwrap();
    assert_eq!(page.status(), 200);
    for wanted in [
        "Development provider:",
        "Sign in to <span class=\"application\">localhost:8000</span>",
        "Read e-mail addresses",
        "Jane Doe",
        "&#60;script&#62;alert(1)&#60;/script&#62; O’Neil &#38; Søn",
        ">bare<",
        "Deny access",
    ] {
        assert!(page.text().contains(wanted), "{wanted}");
    }
    assert!(!page.text().contains("<script"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-"));
    assert!(!policy.contains("form-action") && !policy.contains("script-src") && !policy.contains("unsafe"));
    for (name, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!(page.header(name), Some(value));
    }
}
