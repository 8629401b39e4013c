//! What a client sends and what it makes of the replies, knob by knob, on a scripted network.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use oauth_core::{
    AuthorizationRequest, CallbackParameters, Claims, ClientAuthentication, ErrorKind, ExposeSecret, ExtraCall,
    HttpClient, HttpRequest, HttpResponse, Method, OAuthClient, OAuthToken, Pkce, Provider, ProviderConfig,
    ProviderSpec, RequestBody, ResponseMode, Result, Revocation, Settings, SpaceEncoding, SuccessCheck, TokenPlacement,
    TokenReply, TokenRequest, UserInfoSource, Variable, async_trait,
};
use url::Url;

const TOKEN: &str = r#"{"access_token":"at","refresh_token":"rt","token_type":"bearer"}"#;

/// Answers by path and keeps what was asked.
#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Script {
    fn new(replies: &[(&str, u16, &str)]) -> Self {
        let script = Self::default();
        for (path, status, body) in replies {
            script.replies.lock().unwrap().insert((*path).to_owned(), (*status, (*body).to_owned()));
        }
        script
    }

    fn take(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    fn client(&self, spec: &'static ProviderSpec) -> OAuthClient {
        OAuthClient::new(spec, ProviderConfig::new(spec.name(), "the id", "the secret"), self.clone()).unwrap()
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let location = format!("{}{}", request.url.host_str().unwrap(), request.url.path());
        self.requests.lock().unwrap().push(request);
        let replies = self.replies.lock().unwrap();
        let (status, body) = replies.get(&location).unwrap_or_else(|| panic!("unexpected request to {location}"));
        Ok(HttpResponse::new(*status, body.clone().into_bytes()))
    }
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone().unwrap_or_default()).unwrap()
}

fn params(text: &str) -> BTreeMap<String, String> {
    let mut params = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        assert!(params.insert(name.to_string(), value.to_string()).is_none(), "{name} twice in {text}");
    }
    params
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

async fn sign_in(client: &OAuthClient) -> Result<(OAuthToken, oauth_core::OAuthUserInfo)> {
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb"))?;
    client.sign_in("the code", authorization.pending(), &CallbackParameters::default()).await
}

static PLAIN: ProviderSpec = ProviderSpec::oauth2("plain", "https://a.test/authorize?keep=1", "https://a.test/token")
    .scopes(&["one", "two:x"])
    .user_info("https://a.test/me");

// Proves: QA5
#[test]
fn the_authorization_url_has_every_parameter_once() {
    let client = Script::default().client(&PLAIN);
    let authorization =
        client.authorization_url(&AuthorizationRequest::new("https://app.test/cb?x=1").login_hint("a b")).unwrap();
    let url = Url::parse(authorization.url()).unwrap();
    let params = params(url.query().unwrap());
    let names: Vec<&str> = params.keys().map(String::as_str).collect();
    let expected = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "keep",
        "login_hint",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(names, expected);
    assert_eq!(params["response_type"], "code");
    assert_eq!(params["client_id"], "the id");
    assert_eq!(params["redirect_uri"], "https://app.test/cb?x=1");
    assert_eq!(params["scope"], "one two:x");
    assert_eq!(params["code_challenge_method"], "S256");
    assert_eq!(params["code_challenge"].len(), 43);
    assert_eq!(params["state"], authorization.pending().state().expose_secret());
    assert_eq!(params["state"].len(), 43);
}

// Proves: QA1, QA3
#[test]
fn state_and_challenge_are_fresh_every_time() {
    let client = Script::default().client(&PLAIN);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
        let params = params(Url::parse(authorization.url()).unwrap().query().unwrap());
        assert!(seen.insert(params["state"].clone()));
        assert!(seen.insert(params["code_challenge"].clone()));
    }
}

// Proves: QA5
#[test]
fn an_application_cannot_replace_what_the_client_manages() {
    let client = Script::default().client(&PLAIN);
    for name in ["state", "redirect_uri", "response_type", "client_id", "code_challenge", "nonce", "scope"] {
        let request = AuthorizationRequest::new("https://app.test/cb").param(name, "x");
        assert_eq!(client.authorization_url(&request).unwrap_err().kind(), ErrorKind::Configuration, "{name}");
    }
}

// Proves: QA3
#[tokio::test]
async fn the_verifier_of_the_challenge_goes_to_the_token_endpoint() {
    let script = Script::new(&[("a.test/token", 200, TOKEN), ("a.test/me", 200, r#"{"id":7}"#)]);
    let client = script.client(&PLAIN);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let challenge = params(Url::parse(authorization.url()).unwrap().query().unwrap())["code_challenge"].clone();
    let (_, pending) = authorization.into_parts();
    // The pending part survives being stored.
    let pending = serde_json::from_str(&serde_json::to_string(&pending).unwrap()).unwrap();
    client.sign_in("the code", &pending, &CallbackParameters::default()).await.unwrap();
    let requests = script.take();
    let sent = params(&body(&requests[0]));
    let verifier = &sent["code_verifier"];
    let digest = <sha2::Sha256 as sha2::Digest>::digest(verifier);
    assert_eq!(base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest), challenge);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "the code");
    assert_eq!(sent["redirect_uri"], "https://app.test/cb");
    assert_eq!(sent["client_id"], "the id");
    assert_eq!(sent["client_secret"], "the secret");
    assert_eq!(header(&requests[0], "authorization"), None);
    assert_eq!(header(&requests[0], "accept"), Some("application/json"));
    assert_eq!(header(&requests[1], "authorization"), Some("Bearer at"));
    assert_eq!(requests[1].url.as_str(), "https://a.test/me");
}

static BASIC: ProviderSpec = ProviderSpec::oauth2("basic", "https://a.test/authorize", "https://a.test/token")
    .client_authentication(ClientAuthentication::Basic)
    .user_info("https://a.test/me");

// Proves: QE5
#[tokio::test]
async fn basic_credentials_are_form_encoded_and_nothing_more() {
    let script = Script::new(&[("a.test/token", 200, TOKEN), ("a.test/me", 200, r#"{"id":"x"}"#)]);
    let config = ProviderConfig::new("basic", "id:1-2_3.4*", "p%+ /?&=é~");
    let client = OAuthClient::new(&BASIC, config, script.clone()).unwrap();
    let (token, _) = sign_in(&client).await.unwrap();
    client.refresh_token(&token).await.unwrap();
    let requests = script.take();
    for request in [&requests[0], &requests[2]] {
        assert_eq!(header(request, "accept"), Some("application/json"));
        let header = header(request, "authorization").unwrap().strip_prefix("Basic ").unwrap();
        let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, header).unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), "id%3A1-2_3.4*:p%25%2B+%2F%3F%26%3D%C3%A9%7E");
        let params = params(&body(request));
        assert!(
            !params.contains_key("client_secret") && !params.contains_key("client_id"),
            "one way of authentication only"
        );
    }
}

// Proves: QE9
#[tokio::test]
async fn a_refresh_keeps_the_old_refresh_token_only_when_none_came() {
    let script = Script::new(&[("a.test/token", 200, r#"{"access_token":"new","refresh_token":""}"#)]);
    let client = script.client(&BASIC);
    let old = OAuthToken::from_access_token("old").with_refresh_token("rt-1");
    let token = client.refresh_token(&old).await.unwrap();
    assert_eq!(token.access_token().expose_secret(), "new");
    assert_eq!(token.refresh_token().unwrap().expose_secret(), "rt-1");
    let request = script.take().remove(0);
    assert_eq!(params(&body(&request))["refresh_token"], "rt-1");

    let script = Script::new(&[("a.test/token", 200, r#"{"access_token":"new","refresh_token":"rt-2"}"#)]);
    let token = script.client(&BASIC).refresh_token(&old).await.unwrap();
    assert_eq!(token.refresh_token().unwrap().expose_secret(), "rt-2");

    let error = script.client(&BASIC).refresh_token(&OAuthToken::from_access_token("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

static ODD: ProviderSpec = ProviderSpec::oauth2("odd", "https://a.test/authorize", "https://{region}.a.test/token")
    .variables(&[Variable::with_default("region", "eu").allowed(&["eu", "us"]).from_callback("location")])
    .scopes(&["a", "b c"])
    .scope_separator(",")
    .space_encoding(SpaceEncoding::Percent20)
    .authorize_params(&[("owner", "user one")])
    .authorize_fragment("redirect")
    .client_params("client_key", "client_password")
    .redirect_uri_param("redirect_url")
    .pkce(Pkce::Plain)
    .response_mode(ResponseMode::FormPost)
    .callback_params(&["location", "device_id"])
    .token_body(RequestBody::Json)
    .token_params(&[("device_id", "{callback:device_id}"), ("action", "requesttoken")])
    .token_headers(&[("x-version", "2")])
    .token_reply(
        TokenReply::standard()
            .object("data")
            .success(SuccessCheck::member("status").absent_or(&["0"]).error_code("message")),
    )
    .user_info("https://a.test/graphql")
    .user_info_json(r#"{"query":"{viewer{id}}"}"#)
    .user_info_query(&[("openid", "{token:data.openid}")])
    .user_info_headers(&[("client-id", "{client_id}"), ("x-fixed", "1")])
    .token_placement(TokenPlacement::Scheme("OAuth"))
    .user_info_success(SuccessCheck::member("ok").is(&["true"]).error_code("error"))
    .calls(&[ExtraCall::get("more", "https://a.test/users/{userinfo:data.viewer.slug}")])
    .claims(
        Claims::id("data.viewer.id")
            .username("@more.login")
            .first_name("token:data.given")
            .last_name("callback:device_id"),
    )
    .revocation(Revocation::Endpoint("https://a.test/revoke"));

#[tokio::test]
async fn the_odd_knobs_do_what_they_say() {
    let script = Script::new(&[
        ("us.a.test/token", 200, r#"{"status":0,"data":{"access_token":"at","openid":"o p","given":"Jane"}}"#),
        ("a.test/graphql", 200, r#"{"ok":true,"data":{"viewer":{"id":12345678901234567890123,"slug":"j/../x"}}}"#),
        ("a.test/users/j%2F..%2Fx", 200, r#"{"login":"jane"}"#),
        ("a.test/revoke", 200, ""),
    ]);
    let client = script.client(&ODD);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let url = authorization.url();
    assert!(url.ends_with("&scope=a%2Cb%20c#redirect"), "{url}");
    assert!(
        url.contains("?response_type=code&client_key=the%20id&response_mode=form_post&owner=user%20one&redirect_url="),
        "{url}"
    );
    assert!(url.contains("&code_challenge_method=plain"), "{url}");

    let callback: CallbackParameters = [("location", "us"), ("device_id", "d-1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .collect();
    let (token, user) = client.sign_in("c", authorization.pending(), &callback).await.unwrap();
    assert_eq!(user.oauth_id, "12345678901234567890123");
    assert_eq!(user.username.as_deref(), Some("jane"));
    assert_eq!(user.first_name.as_deref(), Some("Jane"));
    assert_eq!(user.last_name.as_deref(), Some("d-1"));
    client.revoke_token(&token).await.unwrap();

    let requests = script.take();
    let sent: serde_json::Value = serde_json::from_str(&body(&requests[0])).unwrap();
    assert_eq!(sent["client_key"], "the id");
    assert_eq!(sent["client_password"], "the secret");
    assert_eq!(sent["device_id"], "d-1");
    assert_eq!(sent["action"], "requesttoken");
    assert_eq!(sent["redirect_url"], "https://app.test/cb");
    assert_eq!(header(&requests[0], "x-version"), Some("2"));
    assert_eq!(header(&requests[0], "content-type"), Some("application/json"));
    assert_eq!(requests[1].method, Method::Post);
    assert_eq!(requests[1].url.query(), Some("openid=o+p"));
    assert_eq!(header(&requests[1], "authorization"), Some("OAuth at"));
    assert_eq!(header(&requests[1], "client-id"), Some("the id"));
    assert_eq!(body(&requests[1]), r#"{"query":"{viewer{id}}"}"#);
    let revoked = params(&body(&requests[3]));
    assert_eq!((revoked["token"].as_str(), revoked["token_type_hint"].as_str()), ("at", "access_token"));
}

// Proves: QF12
#[tokio::test]
async fn the_callback_cannot_bring_a_host_of_its_own() {
    let script = Script::new(&[("eu.a.test/token", 400, r#"{"error":"invalid_grant"}"#)]);
    let client = script.client(&ODD);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let callback = [("location".to_owned(), "evil.test/".to_owned()), ("device_id".to_owned(), "d".to_owned())];
    let error = client.exchange_code("c", authorization.pending(), &callback.into_iter().collect()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidGrant);
    assert_eq!(script.take()[0].url.as_str(), "https://eu.a.test/token");
}

#[tokio::test]
async fn a_failure_inside_a_reply_of_200_is_a_failure() {
    let script = Script::new(&[
        ("eu.a.test/token", 200, r#"{"data":{"access_token":"at","openid":"o"}}"#),
        ("a.test/graphql", 200, r#"{"ok":false,"error":"account_inactive"}"#),
    ]);
    let callback = [("device_id".to_owned(), "d".to_owned())].into_iter().collect();
    let client = script.client(&ODD);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let error = client.sign_in("c", authorization.pending(), &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UserInfoRefused);
    assert!(error.to_string().contains("account_inactive"), "{error}");
}

static GET_TOKEN: ProviderSpec = ProviderSpec::oauth2("get-token", "https://a.test/authorize", "https://a.test/token")
    .token_method(Method::Get)
    .pkce(Pkce::Unsupported)
    .user_info("https://a.test/me")
    .token_placement(TokenPlacement::Query("access_token"));

#[tokio::test]
async fn credentials_go_into_a_query_only_where_the_spec_demands_it() {
    let script = Script::new(&[("a.test/token", 200, "access_token=at"), ("a.test/me", 200, r#"{"id":1}"#)]);
    let client = script.client(&GET_TOKEN);
    sign_in(&client).await.unwrap();
    let requests = script.take();
    let sent = params(requests[0].url.query().unwrap());
    assert_eq!(sent["client_secret"], "the secret");
    assert!(!sent.contains_key("code_verifier"));
    assert_eq!(requests[1].url.query(), Some("access_token=at"));
    assert_eq!(header(&requests[1], "authorization"), None);
    for request in &requests {
        let shown = format!("{request:?}");
        assert!(!shown.contains("secret") && !shown.contains("at\""), "{shown}");
    }
}

static FROM_TOKEN: ProviderSpec =
    ProviderSpec::oauth2("from-token", "https://a.test/authorize", "https://a.test/token")
        .user_info_source(UserInfoSource::TokenReply)
        .claims(Claims::id("user.id").email("user.email"));

#[tokio::test]
async fn a_profile_in_the_token_reply_is_kept_without_the_tokens() {
    let reply = r#"{"access_token":"planted-at","refresh_token":"planted-rt","x_token":"planted-x","user":{"id":1,"email":"a@b.test","secret_token":"planted-y"}}"#;
    let script = Script::new(&[("a.test/token", 200, reply)]);
    let (token, user) = sign_in(&script.client(&FROM_TOKEN)).await.unwrap();
    assert_eq!(user.oauth_id, "1");
    let shown = format!("{} {token:?}", serde_json::to_string(&user).unwrap());
    assert!(!shown.contains("planted"), "{shown}");
}

static FORM_INFO: ProviderSpec = ProviderSpec::oauth2("form-info", "https://a.test/authorize", "https://a.test/token")
    .client_authentication(ClientAuthentication::None)
    .user_info("https://a.test/me")
    .user_info_form(&[("client_id", "{client_id}")])
    .token_placement(TokenPlacement::Form("access_token"));

#[tokio::test]
async fn a_public_client_sends_its_id_and_no_secret() {
    let script = Script::new(&[("a.test/token", 200, TOKEN), ("a.test/me", 200, r#"{"id":1}"#)]);
    let client = OAuthClient::new(&FORM_INFO, ProviderConfig::public("form-info", "the id"), script.clone()).unwrap();
    sign_in(&client).await.unwrap();
    let requests = script.take();
    let sent = params(&body(&requests[0]));
    assert_eq!(sent["client_id"], "the id");
    assert!(!sent.contains_key("client_secret") && sent.contains_key("code_verifier"));
    assert_eq!(body(&requests[1]), "client_id=the+id&access_token=at");
}

#[tokio::test]
async fn a_refused_profile_says_the_status_and_the_message_but_no_token() {
    let table = [
        (
            401,
            r#"{"type":"error","error":{"message":"Access token expired."}}"#,
            ErrorKind::UserInfoUnauthorized,
            "(Access token expired)",
        ),
        (403, "", ErrorKind::UserInfoForbidden, "403"),
        (410, "gone", ErrorKind::UserInfoRefused, "410"),
        (500, "<html>at</html>", ErrorKind::UserInfoRefused, "500"),
        (401, r#"{"message":"bad token at-planted"}"#, ErrorKind::UserInfoUnauthorized, "user info answered 401"),
    ];
    for (status, reply, kind, text) in table {
        let script =
            Script::new(&[("a.test/token", 200, r#"{"access_token":"at-planted"}"#), ("a.test/me", status, reply)]);
        let error = sign_in(&script.client(&PLAIN)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

/// A provider without a fixed secret: each request has one of its own.
struct Signing;

static SIGNING: ProviderSpec = ProviderSpec::oauth2("signing", "https://s.test/authorize", "https://s.test/token")
    .client_authentication(ClientAuthentication::Signed)
    .revocation(Revocation::Endpoint("https://s.test/revoke"))
    .callback_params(&["user"])
    .user_info("https://s.test/me")
    .claims(Claims::id("id").first_name("callback:user.name.first").username("callback:user"));

impl Provider for Signing {
    fn spec(&self) -> &ProviderSpec {
        &SIGNING
    }

    fn token_request(&self, request: &mut TokenRequest, _settings: &Settings) -> Result<()> {
        request.set_param("client_secret", "signed just now");
        Ok(())
    }
}

#[tokio::test]
async fn a_secret_is_signed_for_every_request_that_needs_one_and_cannot_be_configured() {
    let script = Script::new(&[("s.test/token", 200, TOKEN), ("s.test/revoke", 200, "")]);
    let client = OAuthClient::new(&Signing, ProviderConfig::public("signing", "the id"), script.clone()).unwrap();
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    let token = client.exchange_code("c", authorization.pending(), &CallbackParameters::default()).await.unwrap();
    let token = client.refresh_token(&token).await.unwrap();
    client.revoke_token(&token).await.unwrap();
    for request in script.take() {
        let params = params(&body(&request));
        assert_eq!((params["client_id"].as_str(), params["client_secret"].as_str()), ("the id", "signed just now"));
    }
    let config = ProviderConfig::new("signing", "the id", "a secret");
    let error = OAuthClient::new(&Signing, config, script).unwrap_err();
    assert!(error.to_string().contains("OAUTH_SIGNING_CLIENT_SECRET is set"), "{error}");
}

#[tokio::test]
async fn a_callback_parameter_that_is_an_object_has_members_and_any_other_is_text() {
    let script = Script::new(&[("s.test/token", 200, TOKEN), ("s.test/me", 200, r#"{"id":"7"}"#)]);
    let client = OAuthClient::new(&Signing, ProviderConfig::public("signing", "the id"), script).unwrap();
    let table = [
        (r#"{"name":{"first":"Jane"}}"#, (Some("Jane"), None)),
        (r#"{"name":"Jane"}"#, (None, None)),
        ("jane", (None, Some("jane"))),
        ("7", (None, Some("7"))),
        ("{", (None, Some("{"))),
    ];
    for (sent, (first_name, username)) in table {
        let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
        let callback = [("user".to_owned(), sent.to_owned())].into_iter().collect();
        let (_, user) = client.sign_in("c", authorization.pending(), &callback).await.unwrap();
        assert_eq!((user.first_name.as_deref(), user.username.as_deref()), (first_name, username), "{sent}");
    }
}
