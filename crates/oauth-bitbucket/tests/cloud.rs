//! The rules of Bitbucket Cloud: each as a login or a reply that would go wrong without it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{fmt::Write, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_bitbucket::{BITBUCKET, scope};
use oauth_core::{
    AuthorizationRequest, CallbackParameters, ErrorKind, ExposeSecret, HttpClient, HttpRequest, HttpResponse,
    OAuthClient, OAuthToken, OAuthUserInfo, PendingAuthorization, ProviderConfig, Registry, Result, async_trait,
};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use url::{Url, form_urlencoded};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

const REDIRECT_URI: &str = "https://app.example/auth/bitbucket/callback";
const SECRET: &str = "consumer-secret";
const CODE: &str = "code-of-this-login";

/// A reply of Bitbucket, as recorded but for the person in it.
fn fixture(name: &str) -> Value {
    let file = format!("{}/../../fixtures/bitbucket/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn reply(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// Bitbucket's endpoints, each with the reply that a test gives it.
struct Bitbucket {
    server: MockServer,
    client: OAuthClient,
}

impl Bitbucket {
    async fn start() -> Self {
        let server = MockServer::start().await;
        let client = client(&server, "consumer-key", SECRET);
        Self { server, client }
    }

    /// The usual person, whose e-mail addresses are what the test says.
    async fn with_emails(emails: impl wiremock::Respond + 'static) -> Self {
        Self::start().await.get("/user", reply(200, &fixture("full/user"))).await.get("/user/emails", emails).await
    }

    /// The usual addresses, of a person whose profile is what the test says.
    async fn with_user(user: impl wiremock::Respond + 'static) -> Self {
        Self::start().await.get("/user", user).await.get("/user/emails", reply(200, &fixture("full/emails"))).await
    }

    async fn with_token(token: ResponseTemplate) -> Self {
        let bitbucket = Self::start().await;
        Mock::given(method("POST")).and(path("/token")).respond_with(token).mount(&bitbucket.server).await;
        bitbucket
    }

    async fn get(self, at: &str, reply: impl wiremock::Respond + 'static) -> Self {
        Mock::given(method("GET")).and(path(at)).respond_with(reply).mount(&self.server).await;
        self
    }

    async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    async fn user_info(&self) -> Result<OAuthUserInfo> {
        self.client.user_info(&OAuthToken::from_access_token("access-1")).await
    }

    async fn exchange(&self) -> Result<OAuthToken> {
        self.client.exchange_code(CODE, &pending(&self.client), &CallbackParameters::default()).await
    }
}

fn client(server: &MockServer, id: &str, secret: &str) -> OAuthClient {
    OAuthClient::new(&BITBUCKET, config(server, id, secret), ReqwestClient::new().unwrap()).unwrap()
}

fn config(server: &MockServer, id: &str, secret: &str) -> ProviderConfig {
    ProviderConfig::new("bitbucket", id, secret)
        .endpoint("token", format!("{}/token", server.uri()))
        .endpoint("userinfo", format!("{}/user", server.uri()))
        .endpoint("emails", format!("{}/user/emails", server.uri()))
}

fn pending(client: &OAuthClient) -> PendingAuthorization {
    client.authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap().into_parts().1
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.get(name).map(|value| value.to_str().unwrap())
}

// --- Authorization request ---

#[tokio::test]
async fn the_authorization_url_has_each_parameter_once() {
    let client = OAuthClient::new(
        &BITBUCKET,
        ProviderConfig::new("bitbucket", "consumer-key", SECRET),
        ReqwestClient::new().unwrap(),
    )
    .unwrap();
    let authorization = client.authorization_url(&AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let url = Url::parse(authorization.url()).unwrap();
    assert_eq!(&url[..url::Position::AfterPath], "https://bitbucket.org/site/oauth2/authorize");

    let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    query.sort();
    let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type", "scope", "state"]
    );
    let value = |name: &str| query.iter().find(|(known, _)| known == name).unwrap().1.as_str();
    assert_eq!(value("client_id"), "consumer-key");
    assert_eq!(value("code_challenge").len(), 43);
    assert_eq!(value("code_challenge_method"), "S256");
    assert_eq!(value("redirect_uri"), REDIRECT_URI);
    assert_eq!(value("response_type"), "code");
    assert_eq!(value("scope"), "account email");
    assert_eq!(value("state"), authorization.pending().state().expose_secret());
    assert_eq!(value("state").len(), 43);
    assert!(url.fragment().is_none());

    let request = AuthorizationRequest::new(REDIRECT_URI).scopes([scope::ACCOUNT, scope::REPOSITORY]);
    let narrowed = client.authorization_url(&request).unwrap();
    assert!(narrowed.url().ends_with("&scope=account+repository"), "{}", narrowed.url());
}

// --- Token request ---

// Proves: QE5
#[tokio::test]
async fn the_token_request_authenticates_by_basic_and_by_nothing_else() {
    // Escaped is what the form encoding escapes and no more: '-' stays, although a URL library might escape it.
    let table = [
        ("consumer-key", "consumer-secret", "consumer-key:consumer-secret"),
        ("key", "a-b.c_d*e", "key:a-b.c_d*e"),
        ("k%+ :/?&=", "s%+ :/?&=~", "k%25%2B+%3A%2F%3F%26%3D:s%25%2B+%3A%2F%3F%26%3D%7E"),
        ("schlüssel", "ß", "schl%C3%BCssel:%C3%9F"),
    ];
    for (id, secret, credentials) in table {
        let bitbucket = Bitbucket::with_token(reply(200, &fixture("full/token"))).await;
        let client = client(&bitbucket.server, id, secret);
        let kept = pending(&client);
        client.exchange_code(CODE, &kept, &CallbackParameters::default()).await.unwrap();

        let requests = bitbucket.requests("/token").await;
        let [request] = requests.as_slice() else { panic!("{} token requests", requests.len()) };
        assert_eq!(header(request, "authorization"), Some(format!("Basic {}", STANDARD.encode(credentials)).as_str()));
        assert_eq!(header(request, "content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(header(request, "accept"), Some("application/json"));
        assert_eq!(request.url.query(), None);
        let verifier = serde_json::to_value(&kept).unwrap()["v"].clone();
        let body: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        let expected = [
            ("grant_type", "authorization_code"),
            ("code", CODE),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", verifier.as_str().unwrap()),
        ];
        assert_eq!(body, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

#[tokio::test]
async fn the_development_provider_agrees_on_the_credentials() {
    let provider = DevProvider::builder(&BITBUCKET).client("k%+ :/?&=-", "s%+ :/?&=-~ß").start().await.unwrap();
    assert!(sign_in(&provider, "jane").await.is_ok());
}

// Proves: QE8
#[tokio::test]
async fn granted_scopes_are_read_under_their_new_name_and_their_old_one() {
    for (name, scopes) in [("full/token", ["account", "email"]), ("before-may-2026/token", ["email", "account"])] {
        let token = Bitbucket::with_token(reply(200, &fixture(name))).await.exchange().await.unwrap();
        assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), scopes, "{name}");
        assert_eq!(token.access_token().expose_secret(), "access-1");
        assert_eq!(token.refresh_token().unwrap().expose_secret(), "refresh-1");
        assert!(token.expires_at().is_some());
    }
    let mut unstated = fixture("full/token");
    unstated.as_object_mut().unwrap().remove("scope");
    let token = Bitbucket::with_token(reply(200, &unstated)).await.exchange().await.unwrap();
    assert!(token.scopes().is_none(), "what is not stated was not granted");
}

#[tokio::test]
async fn a_refresh_takes_the_new_refresh_token_and_keeps_the_old_one_if_none_came() {
    let stored = || OAuthToken::from_access_token("access-0").with_refresh_token("refresh-0");
    let mut silent = fixture("full/token");
    silent.as_object_mut().unwrap().remove("refresh_token");
    for (body, expected) in [(fixture("full/token"), "refresh-1"), (silent, "refresh-0")] {
        let bitbucket = Bitbucket::with_token(reply(200, &body)).await;
        let token = bitbucket.client.refresh_token(&stored()).await.unwrap();
        assert_eq!(token.access_token().expose_secret(), "access-1");
        assert_eq!(token.refresh_token().unwrap().expose_secret(), expected);
        let request = &bitbucket.requests("/token").await[0];
        assert_eq!(String::from_utf8_lossy(&request.body), "grant_type=refresh_token&refresh_token=refresh-0");
        assert!(header(request, "authorization").unwrap().starts_with("Basic "));
    }
}

#[tokio::test]
async fn a_refused_token_request_says_what_to_do() {
    let table = [
        (
            400,
            json!({ "error": "invalid_grant", "error_description": "The specified code is not valid." }),
            ErrorKind::InvalidGrant,
            "a code works once",
        ),
        (
            400,
            json!({
                "error": "unauthorized_client",
                "error_description": "Requests must be authenticated using OAuth client credentials"
            }),
            ErrorKind::ClientRefused,
            "Copy Key and Secret",
        ),
        (
            400,
            json!({ "error": "invalid_request", "error_description": "redirect_uri does not match" }),
            ErrorKind::RedirectUriMismatch,
            "exact callback URL",
        ),
    ];
    for (status, body, kind, remedy) in table {
        let error = Bitbucket::with_token(reply(status, &body)).await.exchange().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.provider(), Some("bitbucket"));
        assert!(error.remedy().unwrap().contains(remedy), "{error}");
    }
}

#[tokio::test]
async fn a_token_reply_that_is_none_is_an_error_without_its_text() {
    let html = "<!DOCTYPE html><title>MARKER</title>access_token=MARKER";
    let table = [
        (410, "application/json", fixture("error-gone").to_string(), ErrorKind::TokenRefused),
        (400, "text/plain", String::new(), ErrorKind::TokenRefused),
        (401, "text/plain", "Login failed MARKER".to_owned(), ErrorKind::TokenRefused),
        (500, "text/html", html.to_owned(), ErrorKind::TokenRefused),
        (200, "text/html", html.to_owned(), ErrorKind::TokenReplyInvalid),
        (200, "application/json", String::new(), ErrorKind::TokenReplyInvalid),
        (
            200,
            "application/json",
            r#"{"access_token":"MARKER","access_token":"x"}"#.to_owned(),
            ErrorKind::TokenReplyInvalid,
        ),
        (200, "application/json", r#"{"refresh_token":"MARKER"}"#.to_owned(), ErrorKind::TokenReplyInvalid),
        (
            400,
            "application/json",
            format!(r#"{{"error":"invalid_grant","error_description":"MARKER {CODE}"}}"#),
            ErrorKind::InvalidGrant,
        ),
    ];
    for (status, content_type, body, kind) in table {
        let template = ResponseTemplate::new(status).set_body_raw(body.clone(), content_type);
        let error = Bitbucket::with_token(template).await.exchange().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        let shown = whole(&error);
        for hidden in ["MARKER", CODE, SECRET] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}

/// All that an error can show, its causes included.
fn whole(error: &oauth_core::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        write!(text, " {inner} {inner:?}").unwrap();
        cause = inner.source();
    }
    text
}

// Proves: QE2
#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_refused() {
    let elsewhere = MockServer::start().await;
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    provider.fail(Endpoint::Token, Fault::redirect(elsewhere.uri()));
    let error = sign_in(&provider, "jane").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RedirectRefused);
    assert!(elsewhere.received_requests().await.unwrap().is_empty(), "code and secret stayed here");
}

#[tokio::test]
async fn a_token_cannot_be_revoked_and_the_error_says_where_people_do_it() {
    let bitbucket = Bitbucket::start().await;
    let error = bitbucket.client.revoke_token(&OAuthToken::from_access_token("access-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.remedy().unwrap().contains("Personal settings > App authorizations"), "{error}");
    assert!(bitbucket.server.received_requests().await.unwrap().is_empty());
}

// --- Profile ---

#[tokio::test]
async fn the_recorded_replies_give_the_expected_user() {
    let bitbucket = Bitbucket::with_emails(reply(200, &fixture("full/emails"))).await;
    let user = bitbucket.user_info().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(user.raw_data.as_str()).unwrap(), fixture("full/user"));
    let mut user = serde_json::to_value(user).unwrap();
    assert_eq!(user.as_object_mut().unwrap().remove("raw_data").unwrap(), fixture("full/user"));
    assert_eq!(user, fixture("full/expected"));
}

#[tokio::test]
async fn the_access_token_goes_into_the_header_only() {
    let bitbucket = Bitbucket::with_emails(reply(200, &fixture("full/emails"))).await;
    bitbucket.user_info().await.unwrap();
    let requests = bitbucket.server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.method.as_str(), "GET");
        assert_eq!(header(&request, "authorization"), Some("Bearer access-1"));
        assert_eq!(request.url.query(), None);
        assert!(request.body.is_empty());
    }
}

/// Lets a request through when as many are on their way as the barrier wants.
struct Gate {
    barrier: Arc<Barrier>,
    http: ReqwestClient,
}

#[async_trait]
impl HttpClient for Gate {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.barrier.wait().await;
        self.http.send(request).await
    }
}

#[tokio::test]
async fn profile_and_addresses_are_asked_for_at_the_same_time() {
    let bitbucket = Bitbucket::with_emails(reply(200, &fixture("full/emails"))).await;
    let gate = Gate { barrier: Arc::new(Barrier::new(2)), http: ReqwestClient::new().unwrap() };
    let client = OAuthClient::new(&BITBUCKET, config(&bitbucket.server, "consumer-key", SECRET), gate).unwrap();
    // One after the other would wait at the gate for ever.
    let user = client.user_info(&OAuthToken::from_access_token("access-1")).await.unwrap();
    assert_eq!(user.email.as_deref(), Some("jane@example.com"));
}

#[tokio::test]
async fn everything_but_the_uuid_may_be_missing() {
    let bitbucket = Bitbucket::with_user(reply(200, &fixture("minimal/user"))).await;
    let user = bitbucket.user_info().await.unwrap();
    assert_eq!(user.oauth_id, "123e4567-e89b-12d3-a456-426614174000");
    assert_eq!((user.username, user.first_name, user.last_name), (None, None, None));
    assert_eq!((user.avatar_url, user.profile_url), (None, None));
    assert_eq!(user.email.as_deref(), Some("jane@example.com"));
}

/// The usual profile with some members replaced; `null` removes.
fn user_with(changes: &Value) -> Value {
    let mut user = fixture("full/user");
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => user.as_object_mut().unwrap().remove(name),
            value => user.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    user
}

// Proves: QG5, QG6
#[tokio::test]
async fn a_profile_without_uuid_is_an_error_and_never_an_empty_id() {
    for uuid in [json!(null), json!(""), json!("{}"), json!(true), json!(["{1}"])] {
        let bitbucket = Bitbucket::with_user(reply(200, &user_with(&json!({ "uuid": uuid })))).await;
        let error = bitbucket.user_info().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UserInfoInvalid, "{uuid}");
    }
}

#[tokio::test]
async fn id_user_name_and_names_come_from_where_bitbucket_puts_them() {
    let table = [
        (json!({}), "jane_doe", Some("Jane"), Some("van Doe")),
        (json!({ "username": null }), "Jane", Some("Jane"), Some("van Doe")),
        (json!({ "username": "", "nickname": "jd" }), "jd", Some("Jane"), Some("van Doe")),
        (json!({ "display_name": "Plato" }), "jane_doe", Some("Plato"), None),
        (json!({ "display_name": "  Zoë   Ångström " }), "jane_doe", Some("Zoë"), Some("Ångström")),
        (json!({ "display_name": null }), "jane_doe", None, None),
        // The id survives a rename of everything else, and account_id has no part in it.
        (json!({ "account_id": "other", "nickname": "x" }), "jane_doe", Some("Jane"), Some("van Doe")),
    ];
    for (changes, username, first, last) in table {
        let user = Bitbucket::with_user(reply(200, &user_with(&changes))).await.user_info().await.unwrap();
        assert_eq!(user.oauth_id, "123e4567-e89b-12d3-a456-426614174000", "{changes}");
        assert_eq!(user.username.as_deref(), Some(username), "{changes}");
        assert_eq!((user.first_name.as_deref(), user.last_name.as_deref()), (first, last), "{changes}");
    }
}

#[tokio::test]
async fn a_refused_profile_names_the_permission_to_tick() {
    for (status, kind) in [(401, ErrorKind::UserInfoUnauthorized), (403, ErrorKind::UserInfoForbidden)] {
        let error =
            Bitbucket::with_user(reply(status, &fixture("error-forbidden"))).await.user_info().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.remedy().unwrap().contains("\"Account: Read\""), "{error}");
        assert!(error.to_string().contains("Your credentials lack one or more required privilege scopes"), "{error}");
    }
}

#[tokio::test]
async fn a_failed_profile_request_is_an_error_without_its_text() {
    let html = "<!DOCTYPE html><title>MARKER</title>";
    let table = [
        (401, "application/json", fixture("error-expired").to_string(), ErrorKind::UserInfoUnauthorized),
        (401, "text/plain", "Login failed MARKER".to_owned(), ErrorKind::UserInfoUnauthorized),
        (400, "text/plain", String::new(), ErrorKind::UserInfoRefused),
        (410, "application/json", fixture("error-gone").to_string(), ErrorKind::UserInfoRefused),
        (503, "text/html", html.to_owned(), ErrorKind::UserInfoRefused),
        (200, "text/html", html.to_owned(), ErrorKind::UserInfoInvalid),
        (200, "application/json", String::new(), ErrorKind::UserInfoInvalid),
        (200, "application/json", r#"{"uuid":"{1}","uuid":"{MARKER}"}"#.to_owned(), ErrorKind::UserInfoInvalid),
        (
            403,
            "application/json",
            r#"{"error":{"message":"MARKER of access-1"}}"#.to_owned(),
            ErrorKind::UserInfoForbidden,
        ),
    ];
    for (status, content_type, body, kind) in table {
        let template = ResponseTemplate::new(status).set_body_raw(body.clone(), content_type);
        let error = Bitbucket::with_user(template).await.user_info().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}: {error}");
        let shown = whole(&error);
        assert!(!shown.contains("MARKER") && !shown.contains("access-1"), "{shown}");
    }
}

// --- E-mail addresses ---

/// An address with its flags, `None` for one that is missing.
fn email(address: &str, primary: Option<bool>, confirmed: Option<bool>) -> Value {
    let mut email = json!({ "type": "email", "email": address });
    let flags = [("is_primary", primary), ("is_confirmed", confirmed)];
    for (name, flag) in flags.into_iter().filter_map(|(name, flag)| Some((name, flag?))) {
        email[name] = flag.into();
    }
    email
}

#[tokio::test]
async fn the_address_is_the_primary_one_else_a_confirmed_one_else_the_first_each_with_its_own_flag() {
    let (yes, no) = (Some(true), Some(false));
    let table = [
        (vec![email("a@x.test", no, yes), email("b@x.test", yes, yes)], Some(("b@x.test", yes))),
        (vec![email("a@x.test", no, yes), email("b@x.test", yes, no)], Some(("b@x.test", no))),
        (vec![email("a@x.test", no, no), email("b@x.test", no, yes)], Some(("b@x.test", yes))),
        (vec![email("a@x.test", no, no), email("b@x.test", no, no)], Some(("a@x.test", no))),
        (vec![email("a@x.test", None, None)], Some(("a@x.test", None))),
        (vec![email("a@x.test", yes, None)], Some(("a@x.test", None))),
        (vec![email("no address", yes, yes), email("b@x.test", no, no)], Some(("b@x.test", no))),
        (vec![email("", yes, yes)], None),
        (vec![], None),
    ];
    for (list, expected) in table {
        let shown = json!({ "values": list });
        let user = Bitbucket::with_emails(reply(200, &shown)).await.user_info().await.unwrap();
        let chosen = user.email.as_deref().map(|address| (address, Option::<bool>::from(user.email_verified)));
        assert_eq!(chosen, expected, "{shown}");
        assert_eq!(user.verified_email().is_some(), expected.is_some_and(|(_, flag)| flag == yes), "{shown}");
    }
}

#[tokio::test]
async fn without_the_email_permission_the_login_succeeds_and_has_no_address() {
    for status in [403, 404] {
        let bitbucket = Bitbucket::with_emails(reply(status, &fixture("error-forbidden"))).await;
        let user = bitbucket.user_info().await.unwrap_or_else(|error| panic!("{status}: {error}"));
        assert_eq!((user.email.as_deref(), Option::<bool>::from(user.email_verified)), (None, None));
        assert_eq!(user.username.as_deref(), Some("jane_doe"));
    }
    let remedy = Bitbucket::start().await.client.error(ErrorKind::EmailMissing, "no e-mail address");
    assert!(remedy.to_string().contains("\"Email: Read\""), "{remedy}");
}

#[tokio::test]
async fn a_failure_of_the_addresses_is_not_silent() {
    let kinds = [
        (400, ErrorKind::UserInfoRefused),
        (401, ErrorKind::UserInfoUnauthorized),
        (410, ErrorKind::UserInfoRefused),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::UserInfoRefused),
    ];
    for (status, kind) in kinds {
        let error = Bitbucket::with_emails(ResponseTemplate::new(status)).await.user_info().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(&format!("emails answered {status}")), "{error}");
    }
}

/// A page number, from 1.
fn page_of(request: &Request) -> usize {
    let page = request.url.query_pairs().find(|(name, _)| name == "page").map(|(_, page)| page.parse().unwrap());
    page.unwrap_or(1)
}

#[tokio::test]
async fn an_address_on_a_later_page_is_found_and_the_token_goes_along() {
    for relative in [false, true] {
        let bitbucket = Bitbucket::start().await.get("/user", reply(200, &fixture("full/user"))).await;
        let base = if relative { String::new() } else { bitbucket.server.uri() };
        let pages = move |request: &Request| match page_of(request) {
            1 => reply(
                200,
                &json!({
                    "values": [email("a@x.test", Some(false), Some(true))],
                    "next": format!("{base}/user/emails?page=2"),
                }),
            ),
            _ => reply(200, &json!({ "values": [email("b@x.test", Some(true), Some(true))] })),
        };
        let bitbucket = bitbucket.get("/user/emails", pages).await;
        assert_eq!(bitbucket.user_info().await.unwrap().email.as_deref(), Some("b@x.test"));
        let requests = bitbucket.requests("/user/emails").await;
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|request| header(request, "authorization") == Some("Bearer access-1")));
    }
}

// Proves: QG9
#[tokio::test]
async fn a_next_page_on_another_origin_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let next = json!({
        "values": [email("a@x.test", Some(false), Some(true))],
        "next": format!("{}/user/emails?page=2", elsewhere.uri()),
    });
    let user = Bitbucket::with_emails(reply(200, &next)).await.user_info().await.unwrap();
    assert_eq!(user.email.as_deref(), Some("a@x.test"));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_without_end_is_read_for_ten_pages() {
    let bitbucket = Bitbucket::start().await.get("/user", reply(200, &fixture("full/user"))).await;
    let base = bitbucket.server.uri();
    let endless = move |request: &Request| {
        let page = page_of(request);
        reply(
            200,
            &json!({
                "values": [email(&format!("{page}@x.test"), Some(false), Some(page == 10))],
                "next": format!("{base}/user/emails?page={}", page + 1),
            }),
        )
    };
    let bitbucket = bitbucket.get("/user/emails", endless).await;
    assert_eq!(bitbucket.user_info().await.unwrap().email.as_deref(), Some("10@x.test"));
    assert_eq!(bitbucket.requests("/user/emails").await.len(), 10);
}

// --- Whole logins ---

async fn sign_in(provider: &DevProvider, person: &str) -> Result<(OAuthToken, OAuthUserInfo)> {
    let client = OAuthClient::new(&BITBUCKET, provider.config(), ReqwestClient::new()?)?;
    sign_in_with(&client, person).await
}

async fn sign_in_with(client: &OAuthClient, person: &str) -> Result<(OAuthToken, OAuthUserInfo)> {
    let authorization = client.authorization_url(&AuthorizationRequest::new(REDIRECT_URI))?;
    let browser = Browser::new();
    let page = browser.open(authorization.url()).await?;
    let callback = browser.choose(&page, person).await?.location().unwrap();
    let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    client.sign_in(&code, authorization.pending(), &CallbackParameters::default()).await
}

#[tokio::test]
async fn tokens_of_three_thousand_characters_work() {
    let provider = DevProvider::builder(&BITBUCKET).token_length(3000).start().await.unwrap();
    let (token, user) = sign_in(&provider, "lucia").await.unwrap();
    assert_eq!(token.access_token().expose_secret().len(), 3000);
    assert_eq!(user.email.as_deref(), Some("lucia@example.com"));
    let client = OAuthClient::new(&BITBUCKET, provider.config(), ReqwestClient::new().unwrap()).unwrap();
    assert!(client.refresh_token(&token).await.is_ok());
}

#[tokio::test]
async fn every_endpoint_can_be_set_in_the_environment() {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let registry = |variables: Vec<(String, String)>| {
        Registry::builder().provider(&BITBUCKET).http_client(ReqwestClient::new().unwrap()).from_vars(variables)
    };
    let names: Vec<String> =
        provider.variables().into_iter().map(|(name, _)| name).filter(|name| name.ends_with("_URL")).collect();
    assert_eq!(names, ["AUTHORIZE", "TOKEN", "USERINFO", "EMAILS"].map(|name| format!("OAUTH_BITBUCKET_{name}_URL")));
    let bitbucket = registry(provider.variables()).unwrap();
    sign_in_with(bitbucket.get("bitbucket").unwrap(), "jane").await.unwrap();
    for endpoint in [Endpoint::Token, Endpoint::UserInfo, Endpoint::Call("emails")] {
        assert_eq!(provider.count(endpoint), 1, "{endpoint:?}");
    }

    let mut misspelt = provider.variables();
    misspelt.push(("OAUTH_BITBUCKET_EMAIL_URL".to_owned(), provider.base_url().to_owned()));
    let error = registry(misspelt).unwrap_err();
    assert!(error.to_string().contains("Did you mean OAUTH_BITBUCKET_EMAILS_URL?"), "{error}");
}

#[cfg(feature = "profile")]
#[tokio::test]
async fn the_raw_replies_read_into_their_types() {
    use oauth_bitbucket::{EmailAddress, Profile};

    let user = Bitbucket::with_emails(reply(200, &fixture("full/emails"))).await.user_info().await.unwrap();
    let profile: Profile = user.raw_data.parse().unwrap();
    assert_eq!(profile.uuid, "{123e4567-e89b-12d3-a456-426614174000}");
    assert_eq!(profile.account_id.as_deref(), Some("557058:0a1b2c3d-4e5f-6789-abcd-ef0123456789"));
    assert_eq!(profile.account_status.as_deref(), Some("active"));
    assert_eq!(profile.has_2fa_enabled, None);
    assert!(profile.links.this.unwrap().href.starts_with("https://api.bitbucket.org/2.0/users/"));

    let page: Value = serde_json::from_str(user.raw_data.call("emails").next().unwrap()).unwrap();
    let addresses: Vec<EmailAddress> = serde_json::from_value(page["values"].clone()).unwrap();
    assert_eq!(
        (addresses[1].email.as_str(), addresses[1].is_primary, addresses[1].is_confirmed),
        ("jane@example.com", true, true)
    );

    let user = Bitbucket::with_user(reply(200, &fixture("minimal/user"))).await.user_info().await.unwrap();
    assert_eq!(user.raw_data.parse::<Profile>().unwrap().links, oauth_bitbucket::Links::default());
}
