//! What a client sends and what it makes of the replies, knob by knob, on a scripted network.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use oauth_core::{
    AuthorizationRequest, CallbackParameters, Claims, ClientAuthentication, ErrorKind, ExposeSecret, ExtraCall,
    HttpClient, HttpRequest, HttpResponse, Method, OAuthClient, OAuthToken, Pkce, Provider, ProviderConfig,
    ProviderSpec, Registry, RequestBody, ResponseMode, Result, Revocation, RevocationRequest, Settings, SpaceEncoding,
    SuccessCheck, TokenPlacement, TokenReply, TokenRequest, UrlTrust, UserInfoSource, Variable, async_trait,
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

// Proves: QA5
#[test]
fn what_is_asked_for_twice_is_asked_once() {
    static TENANT: ProviderSpec =
        ProviderSpec::oauth2("tenant", "https://a.test/authorize?tenant=a", "https://a.test/token")
            .user_info("https://a.test/me")
            .authorize_params(&[("access_type", "offline")])
            .claims(Claims::id("id"));
    let client = Script::default().client(&TENANT);
    let request = || AuthorizationRequest::new("https://app.test/cb").prompt("login");
    let url = client.authorization_url(&request().prompt("select_account").login_hint("a")).unwrap().url().to_owned();
    // Fails where a name stands twice.
    assert_eq!(params(Url::parse(&url).unwrap().query().unwrap())["prompt"], "select_account");
    for name in ["tenant", "access_type"] {
        let refused = client.authorization_url(&request().param(name, "x")).unwrap_err();
        assert!(refused.to_string().contains(name), "{refused}");
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

// Proves: QE5
#[tokio::test]
async fn a_client_that_is_refused_does_not_try_another_way() {
    for spec in [&PLAIN, &BASIC] {
        for (status, reply) in
            [(401, r#"{"error":"invalid_client"}"#), (400, r#"{"error":"invalid_request"}"#), (401, "")]
        {
            let script = Script::new(&[("a.test/token", status, reply)]);
            let client = script.client(spec);
            sign_in(&client).await.unwrap_err();
            assert_eq!(script.take().len(), 1, "{} {status} {reply}", spec.name());
            client.refresh_token(&OAuthToken::from_access_token("at").with_refresh_token("rt")).await.unwrap_err();
            assert_eq!(script.take().len(), 1, "{} {status} {reply}", spec.name());
        }
    }
}

// Proves: QE8
#[tokio::test]
async fn no_scope_is_granted_but_those_that_the_reply_states() {
    let table: [(&str, Option<&[&str]>); 4] = [
        (r#"{"access_token":"at"}"#, None),
        (r#"{"access_token":"at","scope":"one"}"#, Some(&["one"])),
        (r#"{"access_token":"at","scope":"two:x one"}"#, Some(&["two:x", "one"])),
        (r#"{"access_token":"at","scope":""}"#, Some(&[])),
    ];
    for (reply, granted) in table {
        let script = Script::new(&[("a.test/token", 200, reply), ("a.test/me", 200, r#"{"id":7}"#)]);
        let client = script.client(&PLAIN);
        let (token, _) = sign_in(&client).await.unwrap();
        let of = |token: &OAuthToken| token.scopes().map(|scopes| scopes.iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            of(&token).as_deref(),
            granted.map(|scopes| scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).as_deref(),
            "{reply}"
        );
        // What an earlier reply stated says nothing about a later token.
        let script = Script::new(&[("a.test/token", 200, r#"{"access_token":"new"}"#)]);
        let renewed = script.client(&PLAIN).refresh_token(&token.with_refresh_token("rt")).await.unwrap();
        assert_eq!(of(&renewed), None, "{reply}");
    }
}

static EVERYWHERE: ProviderSpec =
    ProviderSpec::oauth2("everywhere", "https://a.test/authorize", "https://a.test/token")
        .refresh("https://a.test/refresh")
        .user_info("https://a.test/me")
        .calls(&[
            ExtraCall::get("more", "https://a.test/more"),
            ExtraCall::get("last", "https://a.test/{userinfo:id}/last"),
        ])
        .revocation(Revocation::Endpoint("https://a.test/revoke"));

// Proves: QE2
#[tokio::test]
async fn a_redirect_is_no_answer_at_any_endpoint_whatever_its_body_says() {
    let endpoints =
        [("token", TOKEN), ("me", r#"{"id":7}"#), ("more", "{}"), ("7/last", "{}"), ("refresh", TOKEN), ("revoke", "")];
    for status in [301, 302, 303, 307, 308] {
        for (redirecting, _) in endpoints {
            let paths = endpoints
                .map(|(path, reply)| (format!("a.test/{path}"), if path == redirecting { status } else { 200 }, reply));
            let script = Script::new(&paths.each_ref().map(|(path, status, reply)| (path.as_str(), *status, *reply)));
            let client = script.client(&EVERYWHERE);
            let used = async {
                let (token, _) = sign_in(&client).await?;
                let token = client.refresh_token(&token).await?;
                client.revoke_token(&token).await
            };
            let error = used.await.err().unwrap_or_else(|| panic!("{status} of {redirecting} is an answer"));
            assert!(error.to_string().contains(&status.to_string()), "{redirecting}: {error}");
            assert!(script.take().iter().all(|request| request.url.host_str() == Some("a.test")));
        }
    }
}

static HOSTED: ProviderSpec = ProviderSpec::oauth2("hosted", "https://a.test/authorize", "https://a.test/token")
    .user_info("https://{token:api}.a.test/me")
    .calls(&[
        ExtraCall::get("pages", "{token:base}/pages").next_page("next"),
        ExtraCall::get("fixed", "https://a.test/{token:api}"),
    ]);

// Proves: QE4, QF12
#[tokio::test]
async fn a_host_that_a_reply_names_is_guarded() {
    let token = |api: &str| format!(r#"{{"access_token":"at","api":"{api}","base":"https://b.test"}}"#);
    let script = Script::new(&[
        ("a.test/token", 200, &token("eu")),
        ("eu.a.test/me", 200, r#"{"id":7}"#),
        ("b.test/pages", 200, r#"{"next":"/pages/2"}"#),
        ("b.test/pages/2", 200, "{}"),
        ("a.test/eu", 200, "{}"),
    ]);
    sign_in(&script.client(&HOSTED)).await.unwrap();
    let trust: BTreeMap<String, UrlTrust> =
        script.take().into_iter().map(|request| (request.url.to_string(), request.url_trust)).collect();
    for (url, expected) in [
        ("https://a.test/token", UrlTrust::Configured),
        ("https://eu.a.test/me", UrlTrust::FromData),
        ("https://b.test/pages", UrlTrust::FromData),
        ("https://b.test/pages/2", UrlTrust::FromData),
        ("https://a.test/eu", UrlTrust::Configured),
    ] {
        assert_eq!(trust.get(url), Some(&expected), "{url}");
    }
    // A part of a host cannot become another host.
    let script = Script::new(&[
        ("a.test/token", 200, &token("evil.test/")),
        ("b.test/pages", 200, "{}"),
        ("a.test/evil.test%2F", 200, "{}"),
    ]);
    sign_in(&script.client(&HOSTED)).await.unwrap_err();
    assert!(script.take().iter().all(|request| request.url.host_str() != Some("evil.test")));
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
    .callback_params(&["location", "device_id", "state"])
    .token_body(RequestBody::Json)
    .token_params(&[("device_id", "{callback:device_id}"), ("state", "{callback:state}"), ("action", "requesttoken")])
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

    let callback: CallbackParameters = [("location", "us"), ("device_id", "d-1"), ("state", "another")]
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
    assert_eq!(sent["state"], authorization.pending().state().expose_secret());
    assert_eq!(sent["action"], "requesttoken");
    assert_eq!(sent["redirect_url"], "https://app.test/cb");
    assert_eq!(header(&requests[0], "x-version"), Some("2"));
    assert_eq!(header(&requests[0], "content-type"), Some("application/json"));
    assert_eq!(header(&requests[0], "accept"), Some("application/json"), "some answer with a form unless asked");
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

const fn revoking(request: RevocationRequest) -> ProviderSpec {
    PLAIN.user_info_headers(&[("api-version", "3")]).revocation(Revocation::Request(request))
}

static BY_APPLICATION: ProviderSpec = revoking(
    RevocationRequest::delete("https://a.test/apps/{client_id}/token", TokenPlacement::Form("access_token"))
        .client(ClientAuthentication::Basic)
        .body(RequestBody::Json),
);
static BY_BEARER: ProviderSpec = revoking(RevocationRequest::delete("https://a.test/me/grant", TokenPlacement::Bearer));
static BY_CLIENT_ID: ProviderSpec = revoking(
    RevocationRequest::post("https://a.test/revoke", TokenPlacement::Form("token")).client(ClientAuthentication::None),
);
static BY_SECRET: ProviderSpec = revoking(
    RevocationRequest::post("https://a.test/revoke", TokenPlacement::Query("token")).client(ClientAuthentication::Body),
);

#[tokio::test]
async fn a_request_of_the_providers_own_revokes_what_it_says() {
    let basic = Some("Basic dGhlK2lkOnRoZStzZWNyZXQ=");
    let (json, form) = (Some("application/json"), Some("application/x-www-form-urlencoded"));
    let table = [
        (
            &BY_APPLICATION,
            Method::Delete,
            "https://a.test/apps/the%20id/token",
            basic,
            json,
            r#"{"access_token":"at"}"#,
        ),
        (&BY_BEARER, Method::Delete, "https://a.test/me/grant", Some("Bearer at"), None, ""),
        (&BY_CLIENT_ID, Method::Post, "https://a.test/revoke", None, form, "client_id=the+id&token=at"),
        (
            &BY_SECRET,
            Method::Post,
            "https://a.test/revoke?token=at",
            None,
            form,
            "client_id=the+id&client_secret=the+secret",
        ),
    ];
    for (spec, method, url, authorization, content_type, sent) in table {
        let paths = ["a.test/apps/the%20id/token", "a.test/me/grant", "a.test/revoke"].map(|path| (path, 204, ""));
        let script = Script::new(&paths);
        // The refresh token is not what such a request is about.
        let token = OAuthToken::from_access_token("at").with_refresh_token("rt");
        script.client(spec).revoke_token(&token).await.unwrap();
        let request = script.take().pop().unwrap();
        assert_eq!((request.method, request.url.as_str()), (method, url));
        assert_eq!(header(&request, "authorization"), authorization, "{url}");
        assert_eq!(header(&request, "content-type"), content_type, "{url}");
        assert_eq!(header(&request, "api-version"), Some("3"), "{url}");
        assert_eq!(body(&request), sent, "{url}");
    }
}

/// A revocation endpoint that answers by what the token is said to be.
#[derive(Clone)]
struct Revoking {
    refresh: u16,
    access: u16,
    tokens: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl HttpClient for Revoking {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let params = params(&body(&request));
        self.tokens.lock().unwrap().push(params["token"].clone());
        Ok(HttpResponse::new(
            if params["token_type_hint"] == "refresh_token" { self.refresh } else { self.access },
            Vec::new(),
        ))
    }
}

// Proves: QE12
#[tokio::test]
async fn both_tokens_are_revoked_though_one_may_end_with_the_other() {
    let table = [
        (200, 200, true),
        (200, 204, true),
        // No longer known, or not a kind of token that this server revokes.
        (200, 400, true),
        (200, 401, false),
        (200, 429, false),
        (200, 503, false),
        (400, 200, false),
        (503, 200, false),
        (503, 503, false),
    ];
    for (refresh, access, revoked) in table {
        let http = Revoking { refresh, access, tokens: Arc::default() };
        let config = ProviderConfig::new("everywhere", "the id", "the secret");
        let client = OAuthClient::new(&EVERYWHERE, config, http.clone()).unwrap();
        let token = OAuthToken::from_access_token("at").with_refresh_token("rt");
        let end = client.revoke_token(&token).await;
        assert_eq!(
            end.err().map(|error| error.kind()),
            (!revoked).then_some(ErrorKind::TokenRefused),
            "{refresh} {access}"
        );
        assert_eq!(*http.tokens.lock().unwrap(), ["rt", "at"], "{refresh} {access}");
        // On its own it has to end.
        let end = client.revoke_token(&token.access_only()).await;
        assert_eq!(end.is_ok(), access < 300, "{access}");
    }
}

#[tokio::test]
async fn a_revocation_that_is_refused_is_an_error_and_goes_where_the_settings_say() {
    let script = Script::new(&[("elsewhere.test/revoke", 404, "")]);
    let config = ProviderConfig::new("plain", "id", "secret").endpoint("revoke", "https://elsewhere.test/revoke");
    let client = OAuthClient::new(&BY_APPLICATION, config, script).unwrap();
    let error = client.revoke_token(&OAuthToken::from_access_token("at")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRefused);
    assert!(error.to_string().contains("the revocation endpoint answered 404"), "{error}");
}

static ANY: ProviderSpec = ProviderSpec::oauth2_from_settings("any");

fn registry_of_any(script: &Script, variables: &[(&str, &str)]) -> Result<Registry> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Registry::builder().provider(&ANY).http_client(script.clone()).from_vars(variables)
}

const ACME: [(&str, &str); 9] = [
    ("OAUTH_ACME_PROVIDER", "any"),
    ("OAUTH_ACME_CLIENT_ID", "the id"),
    ("OAUTH_ACME_CLIENT_SECRET", "planted-secret"),
    ("OAUTH_ACME_AUTHORIZE_URL", "https://acme.test/authorize"),
    ("OAUTH_ACME_TOKEN_URL", "https://acme.test/token"),
    ("OAUTH_ACME_USERINFO_URL", "https://acme.test/me"),
    ("OAUTH_ACME_CLAIM_SUB", "user.id"),
    ("OAUTH_ACME_CLAIM_EMAIL", "user.emails[primary=true].value | user.email"),
    ("OAUTH_ACME_CLAIM_NAME", "user.name"),
];

const BETA: [(&str, &str); 17] = [
    ("OAUTH_BETA_PROVIDER", "any"),
    ("OAUTH_BETA_CLIENT_ID", "the id"),
    ("OAUTH_BETA_TOKEN_ENDPOINT_AUTH_METHOD", "client_secret_post"),
    ("OAUTH_BETA_CLIENT_SECRET", "planted-secret"),
    ("OAUTH_BETA_AUTHORIZE_URL", "https://beta.test/authorize"),
    ("OAUTH_BETA_TOKEN_URL", "https://beta.test/token"),
    ("OAUTH_BETA_USERINFO_URL", "https://beta.test/me"),
    ("OAUTH_BETA_REVOKE_URL", "https://beta.test/revoke"),
    ("OAUTH_BETA_SCOPES", "one two"),
    ("OAUTH_BETA_SCOPE_SEPARATOR", ","),
    ("OAUTH_BETA_CODE_CHALLENGE_METHOD", "none"),
    ("OAUTH_BETA_CLAIM_SUB", "token:person.id"),
    ("OAUTH_BETA_CLAIM_EMAIL", "mail"),
    ("OAUTH_BETA_CLAIM_EMAIL_VERIFIED", "mail_ok"),
    ("OAUTH_BETA_CLAIM_PREFERRED_USERNAME", "login"),
    ("OAUTH_BETA_CLAIM_PICTURE", "tmpl:https://beta.test/pictures/{login}.png"),
    ("OAUTH_BETA_CLAIM_PROFILE", "links[0]"),
];

#[tokio::test]
async fn two_instances_that_their_settings_describe_stand_side_by_side() {
    let script = Script::new(&[
        ("acme.test/token", 200, TOKEN),
        ("acme.test/me", 200, r#"{"user":{"id":7,"email":"jane@example.com","name":"Jane Doe"}}"#),
        ("beta.test/token", 200, r#"{"access_token":"at","scope":"one,two","person":{"id":"7"}}"#),
        (
            "beta.test/me",
            200,
            r#"{"mail":"jane@example.com","mail_ok":true,"login":"jane","links":["https://beta.test/jane"],"id":"8"}"#,
        ),
        ("beta.test/revoke", 200, ""),
    ]);
    let registry = registry_of_any(&script, &[ACME.as_slice(), BETA.as_slice()].concat()).unwrap();

    let acme = registry.get("acme").unwrap();
    let authorization = acme.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    assert!(authorization.url().contains("&code_challenge_method=S256"), "{}", authorization.url());
    assert!(!authorization.url().contains("scope="), "{}", authorization.url());
    let (token, user) = sign_in(acme).await.unwrap();
    assert_eq!((user.provider.as_str(), user.oauth_id.as_str()), ("acme", "7"));
    assert_eq!((user.first_name.as_deref(), user.last_name.as_deref()), (Some("Jane"), Some("Doe")));
    assert_eq!(user.email.as_deref(), Some("jane@example.com"));
    assert!(user.verified_email().is_none(), "nobody said so");
    let requests = script.take();
    assert_eq!(header(&requests[0], "authorization"), Some("Basic dGhlK2lkOnBsYW50ZWQtc2VjcmV0"));
    assert_eq!(acme.revoke_token(&token).await.unwrap_err().kind(), ErrorKind::Unsupported);

    let beta = registry.get("beta").unwrap();
    let authorization = beta.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    assert!(authorization.url().ends_with("&scope=one%2Ctwo"), "{}", authorization.url());
    assert!(!authorization.url().contains("code_challenge"), "{}", authorization.url());
    let (token, user) = sign_in(beta).await.unwrap();
    assert_eq!((user.provider.as_str(), user.oauth_id.as_str()), ("beta", "7"));
    assert_eq!(user.verified_email().unwrap().as_str(), "jane@example.com");
    assert_eq!(user.username.as_deref(), Some("jane"));
    assert_eq!(user.avatar_url.as_deref(), Some("https://beta.test/pictures/jane.png"));
    assert_eq!(user.profile_url.as_deref(), Some("https://beta.test/jane"));
    assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), ["one", "two"]);
    let sent = params(&body(&script.take()[0]));
    assert_eq!(sent["client_secret"], "planted-secret");
    assert!(!sent.contains_key("code_verifier"));
    beta.revoke_token(&token).await.unwrap();
}

#[test]
fn settings_that_do_not_describe_a_provider_are_named() {
    let table: &[(&str, Option<&str>, &str)] = &[
        ("AUTHORIZE_URL", None, "acme: OAUTH_ACME_AUTHORIZE_URL is not set. It is the authorization endpoint, a URL"),
        ("TOKEN_URL", None, "acme: OAUTH_ACME_TOKEN_URL is not set"),
        ("USERINFO_URL", None, "acme: OAUTH_ACME_USERINFO_URL is not set"),
        ("USERINFO_URL", Some("http://acme.test/me"), "OAUTH_ACME_USERINFO_URL: the URL is plain http"),
        ("CLAIM_SUB", None, "acme: OAUTH_ACME_CLAIM_SUB is not set. It is the path to the account's id"),
        ("CLAIM_SUB", Some("user..id"), "OAUTH_ACME_CLAIM_SUB is no path, at character 6: a key is expected"),
        ("CLAIM_SUB", Some("'ü'.x y"), "OAUTH_ACME_CLAIM_SUB is no path, at character 7: a key is expected"),
        ("CLAIM_SUB", Some("ids[first]"), "at character 5: brackets hold an index"),
        ("CLAIM_NAME", Some("'name"), "OAUTH_ACME_CLAIM_NAME is no path, at character 1: a quoted key"),
        ("CLAIM_NAME", Some("name#upper"), "at character 6: the transforms are #last and #trim:"),
        ("CLAIM_NAME", Some("tmpl:{first"), "at character 12: a template has {field}"),
        (
            "CLAIM_EMAIL",
            Some("@emails.value"),
            "OAUTH_ACME_CLAIM_EMAIL reads a document that the provider does not have",
        ),
        ("CLAIM_EMAIL", Some("id_token:email"), "reads a document that the provider does not have"),
        ("CLAIM_NAME", Some("tmpl:{callback:name}"), "reads a document that the provider does not have"),
        (
            "CLAIM_MAIL",
            Some("mail"),
            "OAUTH_ACME_CLAIM_MAIL is not a setting of this provider. Did you mean OAUTH_ACME_CLAIM_",
        ),
        ("SCOPE_SEPARATOR", Some("x"), "OAUTH_ACME_SCOPE_SEPARATOR must be one of , ; +"),
        ("CODE_CHALLENGE_METHOD", Some("s256"), "OAUTH_ACME_CODE_CHALLENGE_METHOD must be S256, plain or none"),
        ("TOKEN_ENDPOINT_AUTH_METHOD", Some("basic"), "must be client_secret_basic, client_secret_post or none"),
    ];
    for (setting, value, text) in table {
        let name = format!("OAUTH_ACME_{setting}");
        let mut variables: Vec<(&str, &str)> = ACME.into_iter().filter(|(known, _)| *known != name).collect();
        variables.extend(value.map(|value| (name.as_str(), value)));
        let error =
            registry_of_any(&Script::default(), &variables).err().unwrap_or_else(|| panic!("{setting} {value:?}"));
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(text), "{setting} {value:?}\n{error}");
        assert!(!format!("{error} {error:?}").contains("planted-secret"), "{error:?}");
    }
    let unbound = [("OAUTH_ACME_CODE_CHALLENGE_METHOD", "none"), ("OAUTH_ACME_TOKEN_ENDPOINT_AUTH_METHOD", "none")];
    let error = registry_of_any(&Script::default(), &[ACME.as_slice(), &unbound].concat()).unwrap_err();
    assert!(error.to_string().contains("are both none. Remove one of them"), "{error}");
    let flag_alone: Vec<_> = ACME
        .into_iter()
        .filter(|(name, _)| !name.ends_with("CLAIM_EMAIL"))
        .chain([("OAUTH_ACME_CLAIM_EMAIL_VERIFIED", "ok")])
        .collect();
    let error = registry_of_any(&Script::default(), &flag_alone).unwrap_err();
    assert!(error.to_string().contains("is set, but OAUTH_ACME_CLAIM_EMAIL is not"), "{error}");
}

#[test]
fn a_provider_that_its_spec_describes_has_no_settings_for_claims_or_pkce() {
    for setting in ["CLAIM_SUB", "CODE_CHALLENGE_METHOD", "SCOPE_SEPARATOR"] {
        let config = ProviderConfig::new("plain", "id", "secret").setting(setting, "none");
        let error = OAuthClient::new(&PLAIN, config, Script::default()).unwrap_err();
        assert!(
            error.to_string().contains(&format!("OAUTH_PLAIN_{setting} is not a setting of this provider")),
            "{error}"
        );
    }
}

static PUSHED: ProviderSpec = PLAIN
    .pushed_authorization("https://a.test/par")
    .authorize_params(&[("audience", "api")])
    .authorize_fragment("here")
    .space_encoding(SpaceEncoding::Percent20);
static PUSHED_BASIC: ProviderSpec = PUSHED.client_authentication(ClientAuthentication::Basic);
static PUSHED_PUBLIC: ProviderSpec = PUSHED.client_authentication(ClientAuthentication::None);

const REFERENCE: &str = r#"{"request_uri":"urn:ietf:params:oauth:request_uri:a+b&c","expires_in":60}"#;

// Proves: QA9, QA5
#[tokio::test]
async fn a_request_that_is_pushed_leaves_only_its_reference_in_the_url() {
    for (spec, is_basic, has_secret) in
        [(&PUSHED, false, true), (&PUSHED_BASIC, true, false), (&PUSHED_PUBLIC, false, false)]
    {
        let script = Script::new(&[("a.test/par", 201, REFERENCE)]);
        let client = script.client(spec);
        let request = AuthorizationRequest::new("https://app.test/cb?x=1").scopes(["one", "two"]).login_hint("a b");
        let authorization = client.authorize(&request).await.unwrap();

        let url = Url::parse(authorization.url()).unwrap();
        assert_eq!(url.fragment(), Some("here"));
        let carried = params(url.query().unwrap());
        let expected =
            [("client_id", "the id"), ("keep", "1"), ("request_uri", "urn:ietf:params:oauth:request_uri:a+b&c")];
        assert_eq!(carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);

        let [pushed] = &script.take()[..] else { panic!("one request") };
        assert_eq!((pushed.method, pushed.url.as_str()), (Method::Post, "https://a.test/par"));
        assert_eq!(header(pushed, "content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(header(pushed, "authorization").is_some(), is_basic);
        let mut sent = params(&body(pushed));
        assert_eq!(sent.remove("client_secret").is_some(), has_secret);
        assert_eq!(sent.remove("state").unwrap(), authorization.pending().state().expose_secret());
        assert_eq!(sent.remove("code_challenge").unwrap().len(), 43);
        let expected = [
            ("audience", "api"),
            ("client_id", "the id"),
            ("code_challenge_method", "S256"),
            ("login_hint", "a b"),
            ("redirect_uri", "https://app.test/cb?x=1"),
            ("response_type", "code"),
            ("scope", "one two"),
        ];
        assert_eq!(sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
    }
}

// Proves: QA9
#[tokio::test]
async fn a_login_that_has_to_be_pushed_is_begun_in_no_other_way() {
    let error = Script::default().client(&PUSHED).authorization_url(&AuthorizationRequest::new("https://app.test/cb"));
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().ends_with("Use authorize()"), "{error}");
}

/// A server that offers it and does not demand it is pushed to where the settings say so.
#[tokio::test]
async fn the_settings_may_have_requests_pushed() {
    static OPENID: ProviderSpec = ProviderSpec::oauth2_from_settings("any");
    let script = Script::new(&[("b.test/par", 201, REFERENCE)]);
    let config = ProviderConfig::new("any", "the id", "the secret")
        .endpoint("authorize", "https://b.test/authorize")
        .endpoint("token", "https://b.test/token")
        .endpoint("userinfo", "https://b.test/me")
        .endpoint("pushed-authorization", "https://b.test/par")
        .setting("CLAIM_SUB", "id".to_owned());
    let client = OAuthClient::new(&OPENID, config, script.clone()).unwrap();
    client.authorize(&AuthorizationRequest::new("https://app.test/cb")).await.unwrap();
    assert_eq!(script.take().len(), 1);
}

// Proves: QA9, QE6, QH5
#[tokio::test]
async fn a_push_that_is_refused_or_unreadable_ends_the_login_and_tells_no_secret() {
    let long = format!(r#"{{"request_uri":"urn:{}"}}"#, "x".repeat(2048));
    let table = [
        (400, r#"{"error":"invalid_request","error_description":"no such scope"}"#, ErrorKind::AuthorizationRefused),
        (200, r#"{"error":"invalid_request","request_uri":"urn:x"}"#, ErrorKind::AuthorizationRefused),
        (401, r#"{"error":"invalid_client"}"#, ErrorKind::ClientRefused),
        (
            400,
            r#"{"error":"invalid_request","error_description":"redirect_uri unknown"}"#,
            ErrorKind::RedirectUriMismatch,
        ),
        (400, r#"{"error":"x","error_description":"the secret"}"#, ErrorKind::AuthorizationRefused),
        (429, "slower", ErrorKind::RateLimited),
        (503, "<html>", ErrorKind::AuthorizationRefused),
        (204, "", ErrorKind::AuthorizationRefused),
        (302, REFERENCE, ErrorKind::AuthorizationRefused),
        (201, "", ErrorKind::AuthorizationRefused),
        (201, "[]", ErrorKind::AuthorizationRefused),
        (201, "{}", ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":""}"#, ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":7}"#, ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":null}"#, ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":"urn:a b"}"#, ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":"urn:\r\nx"}"#, ErrorKind::AuthorizationRefused),
        (201, r#"{"request_uri":"urn:x","request_uri":"urn:y"}"#, ErrorKind::AuthorizationRefused),
        (201, &long, ErrorKind::AuthorizationRefused),
    ];
    for (status, reply, kind) in table {
        let script = Script::new(&[("a.test/par", status, reply)]);
        let error = script.client(&PUSHED).authorize(&AuthorizationRequest::new("https://app.test/cb")).await;
        let error = error.map(|authorization| authorization.url().to_owned()).unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {reply}");
        assert!(error.to_string().starts_with("plain: the pushed authorization request endpoint"), "{error}");
        assert!(!format!("{error}{error:?}").contains("the secret"), "{error}");
    }
}
