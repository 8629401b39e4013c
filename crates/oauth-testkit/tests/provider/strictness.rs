//! What the provider refuses, so that a client that passes has done it right.

use std::time::Duration;

use oauth_bitbucket::BITBUCKET;
use oauth_core::{
    AuthorizationRequest, CallbackParameters, Claims, ErrorKind, ExposeSecret, OAuthToken, PendingAuthorization,
    ProviderSpec,
};
use oauth_testkit::{Browser, DevProvider, PkceEnforcement, TestPerson};
use serde_json::{Value, json};

use crate::{Callback, REDIRECT_URI, client, sign_in, start, url};

type Pairs = Vec<(String, String)>;
type Change = fn(&mut Pairs);

#[tokio::test]
async fn an_invalid_authorization_request_ends_on_a_page() {
    let provider = DevProvider::builder(&BITBUCKET).registered_redirect_uri(REDIRECT_URI).start().await.unwrap();
    let good = client(&provider).authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let table: [(&str, Change); 12] = [
        ("client_id other is unknown", |query| set(query, "client_id", "other")),
        ("client_id is missing", |query| drop_param(query, "client_id")),
        ("response_type is token", |query| set(query, "response_type", "token")),
        ("response_type is missing", |query| drop_param(query, "response_type")),
        ("is not the registered one", |query| set(query, "redirect_uri", "http://localhost:8000/auth/devil")),
        ("redirect_uri is missing", |query| drop_param(query, "redirect_uri")),
        ("state is missing", |query| drop_param(query, "state")),
        ("state is missing", |query| set(query, "state", "")),
        ("state is there twice", |query| query.push(("state".into(), "x".into()))),
        ("code_challenge is missing", |query| drop_param(query, "code_challenge")),
        ("code_challenge_method must be S256", |query| set(query, "code_challenge_method", "plain")),
        ("code_challenge is not 43", |query| set(query, "code_challenge", "short")),
    ];
    for (fault, change) in table {
        let mut url = url(good.url());
        let mut query = url.query_pairs().into_owned().collect();
        change(&mut query);
        url.query_pairs_mut().clear().extend_pairs(query);
        for request in
            [Browser::new().request("GET", &url), Browser::new().request("POST", &url).form([("person", "jane")])]
        {
            let page = request.send().await.unwrap();
            assert_eq!(page.status(), 400, "{fault}");
            assert!(page.text().contains(fault), "{fault}: {}", page.text());
            assert!(page.location().is_none(), "{fault}");
        }
    }
    let page = Browser::new().request("POST", good.url()).form([("person", "nobody")]).send().await.unwrap();
    assert_eq!(page.status(), 400);
}

fn set(query: &mut [(String, String)], name: &str, value: &str) {
    query.iter_mut().filter(|(known, _)| known == name).for_each(|(_, old)| value.clone_into(old));
}

fn drop_param(query: &mut Pairs, name: &str) {
    query.retain(|(known, _)| known != name);
}

#[tokio::test]
async fn a_wrong_verifier_is_refused() {
    let (_provider, client) = start(&BITBUCKET).await;
    let mine = Callback::of(&client, "jane").await;
    let other = Callback::of(&client, "jane").await;
    let error = client.exchange_code(mine.code(), &other.pending, &CallbackParameters::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidGrant);
    assert!(error.to_string().contains("code_verifier"), "{error}");
}

#[tokio::test]
async fn pkce_is_enforced_as_far_as_the_test_says() {
    let without = |pending: &PendingAuthorization| -> PendingAuthorization {
        let mut pending = serde_json::to_value(pending).unwrap();
        pending.as_object_mut().unwrap().remove("v");
        serde_json::from_value(pending).unwrap()
    };
    for (enforcement, accepted) in
        [(PkceEnforcement::Required, false), (PkceEnforcement::Optional, false), (PkceEnforcement::Ignored, true)]
    {
        let provider = DevProvider::builder(&BITBUCKET).pkce(enforcement).start().await.unwrap();
        let client = client(&provider);
        let mut callback = Callback::of(&client, "jane").await;
        callback.pending = without(&callback.pending);
        assert_eq!(callback.sign_in(&client).await.is_ok(), accepted, "{enforcement:?}");
    }
}

#[tokio::test]
async fn a_code_works_once_and_its_second_use_ends_the_first_ones_tokens() {
    let (_provider, client) = start(&BITBUCKET).await;
    let callback = Callback::of(&client, "jane").await;
    let (token, _) = callback.sign_in(&client).await.unwrap();
    assert_eq!(callback.sign_in(&client).await.unwrap_err().kind(), ErrorKind::InvalidGrant);
    assert_eq!(client.user_info(&token).await.unwrap_err().kind(), ErrorKind::UserInfoUnauthorized);
}

#[tokio::test]
async fn a_code_ends_with_its_lifetime() {
    let provider = DevProvider::builder(&BITBUCKET).code_lifetime(Duration::ZERO).start().await.unwrap();
    let error = sign_in(&client(&provider), "jane").await.unwrap_err();
    assert!(error.to_string().contains("the code has ended"), "{error}");
}

/// Sends the token request of a fresh login, changed, and returns status and error.
async fn token_request(provider: &DevProvider, secret: &str, change: impl Fn(&mut Raw)) -> (u16, Value) {
    let client = client(provider);
    let callback = Callback::of(&client, "jane").await;
    let verifier = serde_json::to_value(&callback.pending).unwrap()["v"].as_str().unwrap().to_owned();
    let params = [
        ("grant_type", "authorization_code"),
        ("code", callback.code()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", &verifier),
    ];
    let mut raw = Raw {
        method: "POST",
        query: String::new(),
        content_type: "application/x-www-form-urlencoded",
        authorization: Some(basic("development-client", secret)),
        params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    };
    change(&mut raw);
    let browser = Browser::new();
    let mut request = browser.request(raw.method, format!("{}/token{}", provider.base_url(), raw.query));
    request = request.form(raw.params).header("content-type", raw.content_type);
    if let Some(authorization) = raw.authorization {
        request = request.header("authorization", authorization);
    }
    let page = request.send().await.unwrap();
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let reply: Value = serde_json::from_str(page.text()).unwrap();
    (page.status(), reply.get("error").cloned().unwrap_or_default())
}

type RawChange<'c> = Box<dyn Fn(&mut Raw) + 'c>;

struct Raw {
    method: &'static str,
    query: String,
    content_type: &'static str,
    authorization: Option<String>,
    params: Pairs,
}

fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn a_token_request_is_made_exactly_as_the_spec_says() {
    const SECRET: &str = "s+e c:r%t";
    let provider = DevProvider::builder(&BITBUCKET).client("development-client", SECRET).start().await.unwrap();
    let encoded = "s%2Be+c%3Ar%25t";
    let add = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(token_request(&provider, encoded, |_| {}).await, (200, Value::Null));
    let table: Vec<(u16, &str, RawChange<'_>)> = vec![
        (401, "invalid_client", Box::new(|raw| raw.authorization = Some(basic("development-client", SECRET)))),
        (401, "invalid_client", Box::new(|raw| raw.authorization = Some(basic("other", encoded)))),
        (401, "invalid_client", Box::new(|raw| raw.authorization = Some("Bearer x".into()))),
        (401, "invalid_client", Box::new(|raw| raw.authorization = None)),
        (
            401,
            "invalid_client",
            Box::new(|raw| {
                raw.authorization = None;
                raw.params.extend([add("client_id", "development-client"), add("client_secret", SECRET)]);
            }),
        ),
        (400, "invalid_request", Box::new(|raw| raw.params.push(add("client_secret", SECRET)))),
        (400, "invalid_request", Box::new(|raw| raw.params.push(add("grant_type", "authorization_code")))),
        (400, "invalid_request", Box::new(|raw| raw.query = "?client_id=development-client".into())),
        (400, "invalid_request", Box::new(|raw| raw.content_type = "application/json")),
        (400, "invalid_request", Box::new(|raw| raw.content_type = "text/plain")),
        (405, "invalid_request", Box::new(|raw| raw.method = "GET")),
        (400, "invalid_request", Box::new(|raw| drop_param(&mut raw.params, "grant_type"))),
        (400, "unsupported_grant_type", Box::new(|raw| set(&mut raw.params, "grant_type", "password"))),
        (400, "invalid_request", Box::new(|raw| drop_param(&mut raw.params, "code"))),
        (400, "invalid_grant", Box::new(|raw| set(&mut raw.params, "code", "x"))),
        (400, "invalid_grant", Box::new(|raw| drop_param(&mut raw.params, "redirect_uri"))),
        (
            400,
            "invalid_grant",
            Box::new(|raw| set(&mut raw.params, "redirect_uri", "http://localhost:8000/auth/dev/callback/")),
        ),
        (400, "invalid_grant", Box::new(|raw| drop_param(&mut raw.params, "code_verifier"))),
    ];
    for (number, (status, error, change)) in table.into_iter().enumerate() {
        assert_eq!(token_request(&provider, encoded, change).await, (status, json!(error)), "row {number}");
    }
}

#[tokio::test]
async fn an_access_token_is_read_in_the_specs_place_only() {
    let (provider, client) = start(&BITBUCKET).await;
    let (token, _) = sign_in(&client, "jane").await.unwrap();
    let token = token.access_token().expose_secret();
    let (bearer, browser) = (format!("Bearer {token}"), Browser::new());
    let here = |query: &str| format!("{}/userinfo{query}", provider.base_url());
    let in_query = here(&format!("?access_token={token}"));
    let table = [
        (browser.request("GET", here("")).header("authorization", &bearer), 200),
        (
            browser
                .request("GET", here(""))
                .header("authorization", bearer.to_lowercase().replacen(&token.to_lowercase(), token, 1)),
            200,
        ),
        (browser.request("GET", here("")), 401),
        (browser.request("GET", here("")).header("authorization", "Bearer x"), 401),
        (browser.request("GET", here("")).header("authorization", format!("token {token}")), 401),
        (browser.request("GET", &in_query), 401),
        (browser.request("GET", &in_query).header("authorization", &bearer), 401),
        (browser.request("POST", here("")).form([("access_token", token)]), 405),
    ];
    for (number, (request, status)) in table.into_iter().enumerate() {
        let page = request.send().await.unwrap();
        assert_eq!(page.status(), status, "row {number}: {}", page.text());
    }
}

#[tokio::test]
async fn what_cannot_be_played_safely_does_not_start() {
    static SIGNED: ProviderSpec =
        ProviderSpec::oauth2("signed", "https://x.test/a", "https://x.test/t").claims(Claims::id("id_token:sub"));
    let person = || TestPerson::new("ada", "1");
    let table = [
        (DevProvider::builder(&BITBUCKET).listen(([0, 0, 0, 0], 0).into()), "cannot listen on 0.0.0.0"),
        (DevProvider::builder(&SIGNED), "the spec has no OpenID Connect"),
        (DevProvider::builder(&BITBUCKET).people([person(), person()]), "key \"ada\""),
        (DevProvider::builder(&BITBUCKET).person(TestPerson::new("a/b", "1")), "key \"a/b\""),
        (DevProvider::builder(&BITBUCKET).page_size(0), "page size"),
        (DevProvider::builder(&BITBUCKET).member(oauth_testkit::Endpoint::Revoke, "ok", true), "no endpoint Revoke"),
        (DevProvider::builder(&BITBUCKET).member(oauth_testkit::Endpoint::Token, "a..b", true), "\"a..b\" is no path"),
        (DevProvider::builder(&BITBUCKET).scope_member(""), "\"\" is no path"),
    ];
    for (builder, why) in table {
        let error = builder.start().await.err().unwrap_or_else(|| panic!("started: {why}"));
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_token_of_another_provider_is_unknown_here() {
    let ((_one, first), (_two, second)) = (start(&BITBUCKET).await, start(&BITBUCKET).await);
    let (token, _) = sign_in(&first, "jane").await.unwrap();
    let alien = OAuthToken::from_access_token(token.access_token().clone());
    assert_eq!(second.user_info(&alien).await.unwrap_err().kind(), ErrorKind::UserInfoUnauthorized);
}
