//! OpenID Connect from discovery to the user, on a scripted provider that signs for real.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "support/signer.rs"]
#[allow(dead_code, unreachable_pub)]
mod signer;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use oauth_core::{
    Authorization, AuthorizationRequest, CallbackParameters, Claims, Error, ErrorKind, ExposeSecret, HttpClient,
    HttpRequest, HttpResponse, Identity, IssuerTemplate, Membership, Nonce, OAuthClient, OAuthToken, OAuthUserInfo,
    Provider, ProviderConfig, ProviderSpec, Registry, ResponseMode, Result, SecretString, Settings, SigningAlgorithm,
    SubjectForm, UrlTrust, UserInfoSource, Variable, async_trait,
};
use serde_json::{Value, json};
use signer::Signer;
use url::Url;

const ISSUER: &str = "https://id.test";
const SECRET: &str = "planted-client-secret-of-forty-characters";

static SPEC: ProviderSpec = ProviderSpec::openid_from_settings("oidc");
static KEY: LazyLock<Arc<Signer>> = LazyLock::new(|| Arc::new(Signer::new("ES256", "k1")));

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// A provider: answers by the last part of the path and keeps what was asked.
#[derive(Clone)]
struct Op(Arc<Mutex<State>>);

struct State {
    metadata: Value,
    cache_control: &'static str,
    keys: Vec<Value>,
    signer: Arc<Signer>,
    nonce: Value,
    claims: Value,
    token_reply: Value,
    user_info: Option<String>,
    /// The endpoint that does not answer 200, and what it answers.
    status: Option<(&'static str, u16)>,
    down: bool,
    requests: Vec<HttpRequest>,
}

impl Op {
    fn new(issuer: &str) -> Self {
        let root = issuer.trim_end_matches('/');
        Self(Arc::new(Mutex::new(State {
            metadata: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{root}/authorize"),
                "token_endpoint": format!("{root}/token"),
                "userinfo_endpoint": format!("{root}/userinfo"),
                "revocation_endpoint": format!("{root}/revoke"),
                "jwks_uri": format!("{root}/jwks"),
            }),
            cache_control: "max-age=0",
            keys: vec![KEY.jwk()],
            signer: Arc::clone(&KEY),
            nonce: Value::Null,
            claims: json!({ "iss": issuer, "sub": "user-1", "aud": "the id" }),
            token_reply: json!({ "access_token": "planted-at", "refresh_token": "planted-rt", "token_type": "Bearer" }),
            user_info: Some(json!({ "sub": "user-1", "email": "jane@id.test", "email_verified": true }).to_string()),
            status: None,
            down: false,
            requests: Vec::new(),
        })))
    }

    fn set<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.0.lock().unwrap())
    }

    /// Sets claims of the next ID tokens; `null` leaves one out.
    fn claim(&self, claims: Value) {
        let Value::Object(claims) = claims else { panic!("an object") };
        self.set(|state| state.claims.as_object_mut().unwrap().extend(claims));
    }

    fn metadata(&self, members: Value) {
        self.set(|state| merge(&mut state.metadata, members));
    }

    fn count(&self, path: &str) -> usize {
        self.set(|state| state.requests.iter().filter(|request| request.url.path().ends_with(path)).count())
    }

    fn client_of(&self, spec: &'static dyn Provider, config: ProviderConfig) -> OAuthClient {
        OAuthClient::new(spec, config, self.clone()).unwrap()
    }

    fn client(&self) -> OAuthClient {
        let issuer = self.set(|state| state.metadata["issuer"].as_str().unwrap().to_owned());
        self.client_of(&SPEC, config(&issuer))
    }

    /// Begins a login and lets the provider see its nonce.
    async fn begin(&self, client: &OAuthClient) -> Result<Authorization> {
        let authorization = client.authorize(&AuthorizationRequest::new("https://app.test/cb")).await?;
        self.see(&authorization);
        Ok(authorization)
    }

    fn see(&self, authorization: &Authorization) {
        let params = params(authorization);
        self.set(|state| state.nonce = params.get("nonce").map_or(Value::Null, |nonce| json!(nonce)));
    }

    async fn sign_in(&self, client: &OAuthClient) -> Result<(OAuthToken, OAuthUserInfo)> {
        let authorization = self.begin(client).await?;
        client.sign_in("the code", authorization.pending(), &CallbackParameters::default()).await
    }
}

impl State {
    fn id_token(&self) -> String {
        let mut claims = json!({ "iat": now(), "exp": now() + 300, "nonce": self.nonce });
        merge(&mut claims, self.claims.clone());
        claims.as_object_mut().unwrap().retain(|_, claim| !claim.is_null());
        self.signer.token(&claims)
    }

    fn answer(&self, request: &HttpRequest) -> (u16, String) {
        let endpoint = request.url.path().rsplit('/').next().unwrap();
        let body = match endpoint {
            "openid-configuration" => self.metadata.to_string(),
            "jwks" => json!({ "keys": self.keys }).to_string(),
            "token" => {
                let mut reply = json!({ "id_token": self.id_token() });
                merge(&mut reply, self.token_reply.clone());
                reply.to_string()
            }
            "userinfo" => self.user_info.clone().unwrap(),
            "revoke" => String::new(),
            other => panic!("unexpected request to {other}"),
        };
        (self.status.filter(|(odd, _)| *odd == endpoint).map_or(200, |(_, status)| status), body)
    }
}

#[async_trait]
impl HttpClient for Op {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        tokio::task::yield_now().await;
        self.set(|state| {
            let answer = if state.down { None } else { Some(state.answer(&request)) };
            state.requests.push(request);
            let (status, body) = answer.ok_or_else(|| Error::new(ErrorKind::Transport, "connection refused"))?;
            let mut response = HttpResponse::new(status, body.into_bytes());
            response.headers.push(("cache-control".to_owned(), state.cache_control.to_owned()));
            Ok(response)
        })
    }
}

fn merge(into: &mut Value, members: Value) {
    let Value::Object(members) = members else { panic!("an object") };
    for (name, value) in members {
        match value {
            Value::Null => drop(into.as_object_mut().unwrap().remove(&name)),
            value => into[name] = value,
        }
    }
}

fn config(issuer: &str) -> ProviderConfig {
    ProviderConfig::new("oidc", "the id", SECRET).setting("ISSUER", issuer.to_owned())
}

fn params(authorization: &Authorization) -> BTreeMap<String, String> {
    let url = Url::parse(authorization.url()).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[tokio::test]
async fn an_issuer_is_all_that_a_login_needs() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let authorization = op.begin(&client).await.unwrap();
    assert!(authorization.url().starts_with("https://id.test/authorize?response_type=code&client_id=the+id&"));
    let sent = params(&authorization);
    assert_eq!(sent["scope"], "openid profile email");
    assert_eq!(sent["nonce"].len(), 43);
    assert_eq!(sent["code_challenge_method"], "S256");

    // The pending part survives being stored.
    let pending = serde_json::from_str(&serde_json::to_string(authorization.pending()).unwrap()).unwrap();
    let (token, user) = client.sign_in("the code", &pending, &CallbackParameters::default()).await.unwrap();
    assert_eq!(token.identity(), Some(&Identity::new(ISSUER, "user-1")));
    assert_eq!(token.identity().unwrap().claim("aud").as_deref(), Some("the id"));
    assert_eq!(user.oauth_id, "user-1");
    assert_eq!(user.verified_email().unwrap().as_str(), "jane@id.test");
    client.revoke_token(&token).await.unwrap();
    assert_eq!(op.count("/revoke"), 2, "both tokens");

    let shown = format!("{token:?} {authorization:?} {client:?} {pending:?}");
    for secret in ["planted", sent["nonce"].as_str(), sent["state"].as_str()] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

// Proves: QA4
#[tokio::test]
async fn a_nonce_is_fresh_every_time() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..100 {
        assert!(seen.insert(params(&op.begin(&client).await.unwrap())["nonce"].clone()));
    }
}

// Proves: QA4
#[tokio::test]
async fn the_scope_openid_is_asked_for_whatever_else_is() {
    let op = Op::new(ISSUER);
    let client = op.client_of(&SPEC, config(ISSUER).scopes(["email"]));
    assert_eq!(params(&op.begin(&client).await.unwrap())["scope"], "openid email");
    let request = AuthorizationRequest::new("https://app.test/cb").scopes(["phone"]);
    assert_eq!(params(&client.authorize(&request).await.unwrap())["scope"], "openid phone");
}

// Proves: QE2
#[tokio::test]
async fn a_redirect_is_no_answer_at_any_endpoint_whatever_its_body_says() {
    for status in [301, 302, 303, 307, 308] {
        for endpoint in ["openid-configuration", "jwks", "token", "userinfo", "revoke"] {
            let op = Op::new(ISSUER);
            op.set(|state| state.status = Some((endpoint, status)));
            let client = op.client();
            let used = async { client.revoke_token(&op.sign_in(&client).await?.0).await };
            let error = used.await.err().unwrap_or_else(|| panic!("{status} of {endpoint} is an answer"));
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(format!("{error} {cause}").contains(&status.to_string()), "{endpoint}: {error}");
        }
        // The same for a refresh, and for keys that are fetched again.
        for (endpoint, kid) in [("token", "k1"), ("jwks", "k2")] {
            let op = Op::new(ISSUER);
            let client = op.client();
            let (token, _) = op.sign_in(&client).await.unwrap();
            op.set(|state| {
                state.status = Some((endpoint, status));
                if kid != "k1" {
                    state.signer = Arc::new(Signer::new("ES256", kid));
                    state.keys = vec![state.signer.jwk()];
                }
            });
            client.refresh_token(&token).await.unwrap_err();
        }
    }
}

// Proves: QF11, QF13
#[tokio::test]
async fn metadata_and_key_set_have_at_most_512_kib() {
    let limit = 512 * 1024;
    for (over, outcome) in [(0, None), (1, Some(ErrorKind::ReplyTooLarge))] {
        let op = Op::new(ISSUER);
        let client = op.client();
        op.metadata(json!({ "x": "" }));
        let length = op.set(|state| state.metadata.to_string().len());
        op.metadata(json!({ "x": "x".repeat(limit - length + over) }));
        assert_eq!(op.begin(&client).await.err().map(|error| error.kind()), outcome);

        let op = Op::new(ISSUER);
        let client = op.client();
        op.set(|state| {
            state.keys.push(json!({ "kty": "" }));
            let length = json!({ "keys": state.keys }).to_string().len();
            state.keys[1] = json!({ "kty": "x".repeat(limit - length + over) });
        });
        assert_eq!(op.sign_in(&client).await.err().map(|error| error.kind()), outcome);
    }
}

// Proves: QF14
#[tokio::test]
async fn an_answer_without_an_id_token_ends_the_login() {
    // Without the member, and with an empty one.
    for id_token in [Value::Null, json!("")] {
        let op = Op::new(ISSUER);
        op.set(|state| state.token_reply["id_token"] = id_token.clone());
        let error = op.sign_in(&op.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IdTokenInvalid, "{id_token}");
        assert!(error.to_string().contains("the token reply has no id_token"), "{error}");
        assert!(error.remedy().unwrap().contains("scope openid"), "{error}");
        assert_eq!(op.count("/userinfo"), 0);
    }
}

// Proves: QF1, QF2
#[tokio::test]
async fn a_token_that_proves_nothing_ends_the_login() {
    let table = [
        (json!({ "aud": "another client" }), "the ID token is for another client"),
        (json!({ "iss": "https://evil.test" }), "the ID token is from another issuer"),
        (json!({ "exp": now() - 3600 }), "the ID token has expired"),
        (json!({ "exp": null }), "the ID token has no exp"),
        (json!({ "iat": now() - 3600 }), "the ID token was issued too long ago"),
        (json!({ "nonce": null }), "the ID token has no nonce"),
        (json!({ "nonce": "of another login" }), "the ID token has another nonce than this login"),
        (json!({ "aud": ["the id", "another"] }), "the ID token is for an audience besides this client"),
        (json!({ "sub": null }), "the ID token has no sub"),
        (json!({ "at_hash": "of-another-token" }), "the ID token belongs to another token reply (at_hash)"),
    ];
    for (claims, text) in table {
        let op = Op::new(ISSUER);
        op.claim(claims.clone());
        let error = op.sign_in(&op.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IdTokenInvalid, "{claims}");
        assert!(error.to_string().contains(text), "{claims}: {error}");
        assert_eq!(op.count("/userinfo"), 0, "nothing is asked before it is known of whom");
    }
}

// Proves: QF1
#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_ends_the_login() {
    let none = |state: &State| {
        let claims = json!({ "iss": ISSUER, "sub": "user-1", "aud": "the id", "iat": now(), "exp": now() + 300,
            "nonce": state.nonce });
        let encoded = [r#"{"alg":"none"}"#.to_owned(), claims.to_string()].map(signer::base64url);
        format!("{}.{}.", encoded[0], encoded[1])
    };
    let op = Op::new(ISSUER);
    // What the metadata offers is no permission.
    op.metadata(json!({ "id_token_signing_alg_values_supported": ["none", "HS256"] }));
    let client = op.client();
    let authorization = op.begin(&client).await.unwrap();
    let finish = async |reply: Value| {
        op.set(|state| merge(&mut state.token_reply, reply));
        let callback = CallbackParameters::default();
        client.exchange_code("the code", authorization.pending(), &callback).await.unwrap_err().to_string()
    };
    let unsigned = op.set(|state| none(state));
    assert!(finish(json!({ "id_token": unsigned })).await.contains("not signed with an accepted algorithm"));
    let forged = op.set(|state| Signer::new("ES256", "k1").token(&state.claims));
    assert!(finish(json!({ "id_token": forged })).await.contains("not signed by a key of the provider"));
    let with_secret = op.set(|state| Signer::secret(SECRET).token(&state.claims));
    assert!(finish(json!({ "id_token": with_secret })).await.contains("is signed with HS256; accepted are RS256"));
    let shown = finish(json!({ "id_token": "planted.planted.planted" })).await;
    assert!(!shown.contains("planted"), "{shown}");
}

// Proves: QF11
#[tokio::test]
async fn five_hundred_cold_logins_fetch_the_metadata_and_the_keys_once() {
    let op = Op::new(ISSUER);
    op.set(|state| state.nonce = "shared".into());
    let client = op.client();
    let logins = join_all((0..500).map(|_| async {
        let authorization = client.authorize(&AuthorizationRequest::new("https://app.test/cb")).await.unwrap();
        let callback = CallbackParameters::default();
        // All finish at once, so the provider cannot know the nonce of each; that is another test's.
        client.exchange_code("the code", authorization.pending(), &callback).await.unwrap_err().kind()
    }))
    .await;
    assert!(logins.into_iter().all(|kind| kind == ErrorKind::IdTokenInvalid));
    assert_eq!((op.count("/openid-configuration"), op.count("/token"), op.count("/jwks")), (1, 500, 1));
}

#[tokio::test]
async fn a_max_age_of_zero_is_no_reason_to_fetch_all_the_time() {
    let op = Op::new(ISSUER);
    let client = op.client();
    for _ in 0..20 {
        op.sign_in(&client).await.unwrap();
    }
    assert_eq!((op.count("/openid-configuration"), op.count("/jwks")), (1, 1));
}

// Proves: QF11
#[tokio::test]
async fn keys_are_rotated_while_the_application_runs() {
    // To a key of a new name, of the old name and of none.
    for kid in [Some("k2"), Some("k1"), None] {
        let op = Op::new(ISSUER);
        let client = op.client();
        op.sign_in(&client).await.unwrap();
        op.set(|state| {
            state.signer = Arc::new(Signer::new("EdDSA", kid));
            state.keys = vec![state.signer.jwk()];
        });
        op.sign_in(&client).await.unwrap();
        op.sign_in(&client).await.unwrap();
        assert_eq!(op.count("/jwks"), 2, "{kid:?}");
    }
}

// Proves: QF11
#[tokio::test]
async fn a_flood_of_unknown_keys_is_one_more_fetch() {
    let op = Op::new(ISSUER);
    let client = op.client();
    op.sign_in(&client).await.unwrap();
    op.set(|state| state.signer = Arc::new(Signer::new("ES256", "unknown")));
    for _ in 0..50 {
        op.sign_in(&client).await.unwrap_err();
    }
    let parallel = join_all((0..50).map(|_| op.sign_in(&client))).await;
    assert!(parallel.into_iter().all(|login| login.is_err()));
    assert_eq!(op.count("/jwks"), 2);
}

#[tokio::test]
async fn one_key_without_a_name_is_enough() {
    for alg in ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"] {
        let op = Op::new(ISSUER);
        op.set(|state| {
            state.signer = Arc::new(Signer::new(alg, None));
            state.keys = vec![state.signer.jwk()];
        });
        op.sign_in(&op.client()).await.unwrap_or_else(|error| panic!("{alg}: {error}"));
    }
}

#[tokio::test]
async fn the_application_starts_with_the_provider_down() {
    let op = Op::new(ISSUER);
    op.set(|state| state.down = true);
    let client = op.client();
    for _ in 0..3 {
        let error = op.begin(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(op.count("/openid-configuration"), 1, "the failure is remembered for a moment");
}

// Proves: QF13
#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    for named in ["https://evil.test", "https://id.test/", "https://ID.test"] {
        let op = Op::new(ISSUER);
        let client = op.client();
        op.metadata(json!({ "issuer": named }));
        let error = op.begin(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MetadataInvalid);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            cause.contains("names another issuer") && cause.contains(r#"It must name "https://id.test""#),
            "{cause}"
        );
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_and_a_slash_stays_as_it_is() {
    let issuer = "https://id.test/realms/a/";
    let op = Op::new(issuer);
    let client = op.client();
    let (token, _) = op.sign_in(&client).await.unwrap();
    assert_eq!(token.identity().unwrap().issuer(), issuer);
    assert_eq!(client.issuer(), Some(issuer));
    let first = op.set(|state| state.requests[0].url.to_string());
    assert_eq!(first, "https://id.test/realms/a/.well-known/openid-configuration");
}

#[tokio::test]
async fn without_a_user_info_endpoint_the_id_token_is_the_profile() {
    let op = Op::new(ISSUER);
    op.metadata(json!({ "userinfo_endpoint": null }));
    op.claim(json!({ "email": "jane@id.test", "email_verified": "true", "name": "Jane Doe" }));
    let (_, user) = op.sign_in(&op.client()).await.unwrap();
    assert_eq!(user.email.as_deref(), Some("jane@id.test"));
    assert!(user.verified_email().is_none(), "a text is no flag unless the spec says so");
    assert_eq!(user.full_name().as_deref(), Some("Jane Doe"));
    assert_eq!(user.raw_data.parse::<Value>().unwrap()["sub"], "user-1");
}

// Proves: QG1
#[tokio::test]
async fn user_info_of_another_subject_is_refused() {
    let table = [
        (json!({ "sub": "user-2" }), "is about another subject than the ID token"),
        (json!({ "sub": "USER-1" }), "is about another subject than the ID token"),
        (json!({ "sub": 1 }), "has a member sub that is not text"),
        (json!({ "email": "jane@id.test" }), "has no sub"),
    ];
    for (user_info, text) in table {
        let op = Op::new(ISSUER);
        op.set(|state| state.user_info = Some(user_info.to_string()));
        let error = op.sign_in(&op.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UserInfoInvalid);
        assert!(error.to_string().contains(text), "{user_info}: {error}");
    }
}

// Proves: QG2, QG3
#[tokio::test]
async fn the_id_token_says_what_user_info_leaves_out() {
    let signed = json!({
        "email": "jane@id.test", "email_verified": true, "preferred_username": "jane", "name": "Jane Doe",
        "picture": "https://id.test/jane.png",
    });
    let with = |members: Value| {
        let mut claims = signed.clone();
        merge(&mut claims, members);
        claims
    };
    let said = |user: &OAuthUserInfo| {
        let name = user.full_name().unwrap_or_default();
        let email = user.email.clone().unwrap_or_default();
        (email, Option::<bool>::from(user.email_verified), user.username.clone().unwrap_or_default(), name)
    };
    let table = [
        (json!({}), json!({}), ("", None, "", "")),
        (signed.clone(), json!({}), ("jane@id.test", Some(true), "jane", "Jane Doe")),
        (json!({}), signed.clone(), ("jane@id.test", Some(true), "jane", "Jane Doe")),
        // What user info says counts, each field for itself, but a name as a whole.
        (signed.clone(), json!({ "preferred_username": "j" }), ("jane@id.test", Some(true), "j", "Jane Doe")),
        (signed.clone(), json!({ "given_name": "Zoë" }), ("jane@id.test", Some(true), "jane", "Zoë")),
        // A flag is about one address: another one brings its own.
        (signed.clone(), json!({ "email": "j@id.test" }), ("j@id.test", None, "jane", "Jane Doe")),
        (signed.clone(), json!({ "email": "JANE@id.test" }), ("JANE@id.test", None, "jane", "Jane Doe")),
        (
            signed.clone(),
            json!({ "email": "j@id.test", "email_verified": false }),
            ("j@id.test", Some(false), "jane", "Jane Doe"),
        ),
        (signed.clone(), json!({ "email": "jane@id.test" }), ("jane@id.test", Some(true), "jane", "Jane Doe")),
        // A flag without an address is about none.
        (
            with(json!({ "email_verified": null })),
            json!({ "email_verified": true }),
            ("jane@id.test", None, "jane", "Jane Doe"),
        ),
        (with(json!({ "email": null })), json!({ "email": "j@id.test" }), ("j@id.test", None, "jane", "Jane Doe")),
        // Of two words about one address a denial counts.
        (
            with(json!({ "email_verified": false })),
            json!({ "email": "jane@id.test", "email_verified": true }),
            ("jane@id.test", Some(false), "jane", "Jane Doe"),
        ),
        (
            signed.clone(),
            json!({ "email": "jane@id.test", "email_verified": false }),
            ("jane@id.test", Some(false), "jane", "Jane Doe"),
        ),
        (
            with(json!({ "email_verified": "true" })),
            json!({ "email": "jane@id.test" }),
            ("jane@id.test", None, "jane", "Jane Doe"),
        ),
    ];
    for (id_token, user_info, expected) in table {
        let op = Op::new(ISSUER);
        op.claim(id_token.clone());
        let mut reply = json!({ "sub": "user-1" });
        merge(&mut reply, user_info.clone());
        op.set(|state| state.user_info = Some(reply.to_string()));
        let (token, user) = op.sign_in(&op.client()).await.unwrap();
        let (email, verified, username, name) = said(&user);
        assert_eq!((email.as_str(), verified, username.as_str(), name.as_str()), expected, "{id_token} {user_info}");
        assert_eq!(user.raw_data.parse::<Value>().unwrap(), reply, "the raw profile is the reply");
        // A stored identity has no claims to complete anything with.
        let stored = OAuthToken::from_access_token("planted-at").with_identity(Identity::new(ISSUER, "user-1"));
        assert_eq!(token.identity(), stored.identity());
        let later = op.client().user_info(&stored).await.unwrap();
        assert_eq!(later.email.as_deref(), user_info["email"].as_str(), "{user_info}");
    }
}

static OBJECTS: ProviderSpec = ProviderSpec::openid("objects", ISSUER).claims(Claims::id("oid").email("email"));

#[tokio::test]
async fn the_account_id_is_read_in_one_place() {
    let op = Op::new(ISSUER);
    op.claim(json!({ "oid": "of the token", "email": "jane@id.test" }));
    op.set(|state| state.user_info = Some(json!({ "sub": "user-1" }).to_string()));
    let client = op.client_of(&OBJECTS, ProviderConfig::new("objects", "the id", SECRET));
    assert_eq!(op.sign_in(&client).await.unwrap_err().kind(), ErrorKind::UserInfoInvalid);
    op.set(|state| state.user_info = Some(json!({ "sub": "user-1", "oid": "of the reply" }).to_string()));
    let (_, user) = op.sign_in(&client).await.unwrap();
    assert_eq!((user.oauth_id.as_str(), user.email.as_deref()), ("of the reply", Some("jane@id.test")));
}

// Proves: QG9
#[tokio::test]
async fn nothing_is_fetched_that_a_claim_points_to() {
    let elsewhere = json!({
        "picture": "https://elsewhere.test/picture", "profile": "https://elsewhere.test/profile",
        "website": "https://elsewhere.test/website", "email": "jane@id.test",
        "_claim_names": { "email_verified": "source", "address": "source" },
        "_claim_sources": { "source": { "endpoint": "https://elsewhere.test/claims", "access_token": "at" } },
    });
    let op = Op::new(ISSUER);
    op.claim(elsewhere.clone());
    let mut reply = elsewhere;
    reply["sub"] = "user-1".into();
    op.set(|state| state.user_info = Some(reply.to_string()));
    let (_, user) = op.sign_in(&op.client()).await.unwrap();
    assert_eq!(user.avatar_url.as_deref(), Some("https://elsewhere.test/picture"));
    assert!(user.verified_email().is_none());
    let hosts: Vec<String> =
        op.set(|state| state.requests.iter().map(|request| request.url.origin().ascii_serialization()).collect());
    assert_eq!(hosts, [ISSUER; 4], "metadata, token, keys and user info");
}

static MEMBERS: ProviderSpec = ProviderSpec::openid("members", ISSUER).membership(Membership {
    setting: "ORG",
    description: "the organization that people must belong to",
    param: "org",
    claim: "org.id",
});

// Proves: QG8
#[tokio::test]
async fn who_does_not_belong_is_refused_wherever_an_identity_comes_from() {
    let table = [
        (json!({ "id": "acme" }), true),
        (json!({ "id": "ACME" }), false),
        (json!({ "id": "acme " }), false),
        (json!({ "id": "acme.evil" }), false),
        (json!({ "id": "evil.acme" }), false),
        (json!({ "id": ["acme"] }), false),
        (json!({ "id": { "acme": true } }), false),
        (json!({ "id": "" }), false),
        (json!({ "id": null }), false),
        (json!("acme"), false),
        (Value::Null, false),
    ];
    let config = || ProviderConfig::new("members", "the id", SECRET).setting("ORG", "acme");
    for (org, belongs) in table {
        let refusal = (!belongs).then_some(ErrorKind::AccountRefused);
        let op = Op::new(ISSUER);
        // What the provider says of itself in a reply that it did not sign counts for nothing.
        let reply = json!({ "sub": "user-1", "org": { "id": "acme" }, "email": "jane@acme" });
        op.set(|state| state.user_info = Some(reply.to_string()));
        let client = op.client_of(&MEMBERS, config());
        op.claim(json!({ "org": { "id": "acme" } }));
        let (token, _) = op.sign_in(&client).await.unwrap();

        op.claim(json!({ "org": org }));
        let end = op.sign_in(&client).await;
        assert_eq!(end.err().map(|error| error.kind()), refusal, "a login: {org}");
        let end = client.refresh_token(&token).await;
        assert_eq!(end.err().map(|error| error.kind()), refusal, "a refresh: {org}");
        let authorization = op.begin(&client).await.unwrap();
        let id_token = SecretString::from(op.set(|state| state.id_token()));
        let end = client.verify_id_token(&id_token, authorization.pending()).await;
        assert_eq!(end.err().map(|error| error.kind()), refusal, "an ID token: {org}");
    }
    for wrong in ["", " ", "acme,other", "jane@acme", "acme/other", "acme other"] {
        let config = ProviderConfig::new("members", "the id", SECRET).setting("ORG", wrong);
        let error = OAuthClient::new(&MEMBERS, config, Op::new(ISSUER)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{wrong:?}");
        assert!(error.to_string().contains("OAUTH_MEMBERS_ORG"), "{error}");
    }
}

// Proves: QG10
#[tokio::test]
async fn an_id_token_out_of_proportion_ends_the_login_before_the_application_sees_it() {
    let deep = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
    for (claim, accepted) in
        [(deep(64), true), (deep(65), false), (json!(vec![0; 9_000]), true), (json!(vec![0; 10_000]), false)]
    {
        let op = Op::new(ISSUER);
        op.claim(json!({ "x": claim }));
        let client = op.client();
        let authorization = op.begin(&client).await.unwrap();
        let token = client.exchange_code("c", authorization.pending(), &CallbackParameters::default()).await;
        let kind = token.as_ref().err().map(Error::kind);
        assert_eq!(kind, (!accepted).then_some(ErrorKind::IdTokenInvalid), "{:.40}", claim.to_string());
    }
}

/// Several providers, by host.
struct Network(Vec<Op>);

#[async_trait]
impl HttpClient for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let host = request.url.origin().ascii_serialization();
        let is_its = |op: &&Op| op.set(|state| state.metadata["issuer"] == host);
        self.0.iter().find(is_its).unwrap().send(request).await
    }
}

static NUMBERS: ProviderSpec = ProviderSpec::openid("numbers", ISSUER).user_info_subject(SubjectForm::TextOrNumber);

#[tokio::test]
async fn a_subject_spelled_as_a_number_counts_only_where_the_spec_says_so() {
    let big = "900719925474099312345";
    for (user_info, accepted) in [
        (format!(r#"{{"sub":{big}}}"#), true),
        (format!(r#"{{"sub":"{big}"}}"#), true),
        (r#"{"sub":900719925474099312346}"#.to_owned(), false),
        (r#"{"sub":9.00719925474099312345e20}"#.to_owned(), false),
        (r#"{"sub":null}"#.to_owned(), false),
    ] {
        let op = Op::new(ISSUER);
        op.claim(json!({ "sub": big }));
        op.set(|state| state.user_info = Some(user_info.clone()));
        let client = op.client_of(&NUMBERS, ProviderConfig::new("numbers", "the id", SECRET));
        assert_eq!(op.sign_in(&client).await.is_ok(), accepted, "{user_info}");
    }
}

// Proves: QG3, QG4
#[tokio::test]
async fn two_issuers_side_by_side_with_one_subject_are_two_identities() {
    let ops = ["https://a.test", "https://b.test"].map(Op::new);
    let variables = [
        ("OAUTH_OIDC_CLIENT_ID", "the id"),
        ("OAUTH_OIDC_CLIENT_SECRET", SECRET),
        ("OAUTH_OIDC_ISSUER", "https://a.test"),
        ("OAUTH_WORK_PROVIDER", "oidc"),
        ("OAUTH_WORK_CLIENT_ID", "the id"),
        ("OAUTH_WORK_CLIENT_SECRET", SECRET),
        ("OAUTH_WORK_ISSUER", "https://b.test"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let registry = Registry::builder().provider(&SPEC).http_client(Network(ops.to_vec())).from_vars(variables).unwrap();
    let (a, user_a) = ops[0].sign_in(registry.get("oidc").unwrap()).await.unwrap();
    let (b, user_b) = ops[1].sign_in(registry.get("work").unwrap()).await.unwrap();
    assert_eq!(a.identity().unwrap().subject(), b.identity().unwrap().subject());
    assert_ne!(a.identity(), b.identity());
    assert_eq!((user_a.provider.as_str(), user_b.provider.as_str()), ("oidc", "work"));
}

// Proves: QE9
#[tokio::test]
async fn the_keys_are_there_before_a_refresh_token_is_spent() {
    let op = Op::new(ISSUER);
    let stored = OAuthToken::from_access_token("at").with_refresh_token("rt");
    op.client().refresh_token(&stored.with_identity(Identity::new(ISSUER, "user-1"))).await.unwrap();
    let asked: Vec<_> = op.set(|state| state.requests.iter().map(|request| request.url.path().to_owned()).collect());
    assert!(asked[asked.len() - 2].ends_with("/jwks") && asked[asked.len() - 1].ends_with("/token"), "{asked:?}");
}

// Proves: QE9
#[tokio::test]
async fn a_refresh_may_leave_the_id_token_out_but_not_change_the_subject() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let (token, _) = op.sign_in(&client).await.unwrap();

    op.set(|state| state.nonce = Value::Null);
    let renewed = client.refresh_token(&token).await.unwrap();
    assert_eq!(renewed.identity(), token.identity());

    op.set(|state| merge(&mut state.token_reply, json!({ "id_token": "" })));
    let renewed = client.refresh_token(&renewed).await.unwrap();
    assert_eq!(renewed.identity(), token.identity());
    assert_eq!(client.user_info(&renewed).await.unwrap().oauth_id, "user-1");

    op.set(|state| merge(&mut state.token_reply, json!({ "id_token": null })));
    op.claim(json!({ "sub": "user-2" }));
    let error = client.refresh_token(&renewed).await.unwrap_err();
    assert!(error.to_string().contains("the refreshed token is about another subject"), "{error}");

    // The same for a token that was stored in between.
    let stored = OAuthToken::from_access_token("at").with_refresh_token("rt");
    let error = client.user_info(&stored).await.unwrap_err();
    assert!(error.to_string().contains("with_identity()"), "{error}");
    let stored = stored.with_identity(Identity::new(ISSUER, "user-1"));
    assert_eq!(client.user_info(&stored).await.unwrap().oauth_id, "user-1");
    client.refresh_token(&stored).await.unwrap_err();
}

// Proves: QE9, QF1
#[tokio::test]
async fn the_id_token_of_a_refresh_is_verified_like_the_first() {
    let stranger = || Arc::new(Signer::new("ES256", "k1"));
    let table = [
        (json!({}), KEY.clone(), None),
        (json!({ "iss": "https://evil.test" }), KEY.clone(), Some("is from another issuer")),
        (json!({ "aud": "another" }), KEY.clone(), Some("is for another client")),
        (json!({ "exp": now() - 3600 }), KEY.clone(), Some("has expired")),
        (json!({ "iat": now() - 3600 }), KEY.clone(), Some("was issued too long ago")),
        (json!({ "at_hash": "of-another-token" }), KEY.clone(), Some("belongs to another token reply (at_hash)")),
        (json!({ "sub": "USER-1" }), KEY.clone(), Some("is about another subject")),
        (json!({}), stranger(), Some("is not signed by a key of the provider")),
    ];
    for (claims, signer, text) in table {
        let op = Op::new(ISSUER);
        let client = op.client();
        let (token, _) = op.sign_in(&client).await.unwrap();
        op.claim(claims.clone());
        op.set(|state| state.signer = signer);
        let said = client.refresh_token(&token).await.err().map(|error| error.to_string());
        assert_eq!(said.is_some(), text.is_some(), "{claims}");
        assert!(said.unwrap_or_default().contains(text.unwrap_or_default()), "{claims}");
    }
}

// Proves: QA2, QH1
#[tokio::test]
async fn a_code_goes_to_no_other_endpoint_than_the_login_began_with() {
    let op = Op::new(ISSUER);
    let began = op.begin(&op.client()).await.unwrap();
    for changes in [
        json!({ "token_endpoint": "https://evil.test/token" }),
        json!({ "authorization_endpoint": "https://evil.test/a" }),
    ] {
        let op = Op::new(ISSUER);
        op.metadata(changes);
        let error =
            op.client().exchange_code("the code", began.pending(), &CallbackParameters::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MetadataInvalid);
        assert_eq!(op.count("/token"), 0);
    }
}

// Proves: QE4
#[tokio::test]
async fn addresses_that_only_the_metadata_names_are_guarded() {
    let op = Op::new(ISSUER);
    op.metadata(json!({
        "token_endpoint": "https://elsewhere.test/token", "jwks_uri": "https://elsewhere.test/jwks",
        "revocation_endpoint": "https://elsewhere.test/revoke",
    }));
    let client = op.client();
    let (token, _) = op.sign_in(&client).await.unwrap();
    client.refresh_token(&token).await.unwrap();
    client.revoke_token(&token).await.unwrap();
    let refreshes = op.set(|state| {
        let tokens = state.requests.iter().filter(|request| request.url.path() == "/token");
        tokens.map(|request| request.url_trust).collect::<Vec<_>>()
    });
    assert_eq!(refreshes, [UrlTrust::FromData; 2], "the code and the refresh token");
    let trust: BTreeMap<String, UrlTrust> = op
        .set(|state| state.requests.iter().map(|request| (request.url.path().to_owned(), request.url_trust)).collect());
    assert_eq!(trust["/.well-known/openid-configuration"], UrlTrust::Configured);
    assert_eq!(trust["/token"], UrlTrust::FromData);
    assert_eq!(trust["/jwks"], UrlTrust::FromData);
    assert_eq!(trust["/revoke"], UrlTrust::FromData);
    assert_eq!(trust["/userinfo"], UrlTrust::Configured);
    let op = Op::new(ISSUER);
    op.metadata(json!({ "userinfo_endpoint": "https://elsewhere.test/userinfo" }));
    op.sign_in(&op.client()).await.unwrap();
    assert_eq!(op.set(|state| state.requests.pop().unwrap().url_trust), UrlTrust::FromData);
}

// Proves: QB6
#[tokio::test]
async fn the_issuer_in_the_callback_is_the_one_that_the_login_began_with() {
    let table = [
        (None, Some(ISSUER), true),
        (None, None, true),
        (None, Some("https://id.test/"), false),
        (None, Some("https://evil.test"), false),
        (Some(true), Some(ISSUER), true),
        (Some(true), None, false),
        (Some(true), Some(""), false),
    ];
    for (flag, iss, accepted) in table {
        let op = Op::new(ISSUER);
        op.metadata(json!({ "authorization_response_iss_parameter_supported": flag }));
        let client = op.client();
        let authorization = op.begin(&client).await.unwrap();
        assert_eq!(authorization.pending().requires_iss(), flag == Some(true));
        assert_eq!(authorization.pending().issuer(), Some(ISSUER));
        let result = client.check_issuer(authorization.pending(), iss);
        let kind = result.err().map(|error| error.kind());
        assert_eq!(kind, (!accepted).then_some(ErrorKind::IssuerMismatch), "{flag:?} {iss:?}");
    }
}

static FIXED: ProviderSpec = ProviderSpec::openid("fixed", ISSUER)
    .authorize("https://login.test/authorize")
    .token("https://login.test/token")
    .jwks("https://login.test/jwks")
    .issuer_aliases(&["id.test"])
    .claims(Claims::openid().username("id_token:nickname"));

#[tokio::test]
async fn endpoints_that_the_spec_gives_are_not_discovered() {
    let op = Op::new(ISSUER);
    let client = op.client_of(&FIXED, ProviderConfig::new("fixed", "the id", SECRET));
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    op.see(&authorization);
    op.claim(json!({ "iss": "id.test", "nickname": "jane" }));
    let (token, user) =
        client.sign_in("the code", authorization.pending(), &CallbackParameters::default()).await.unwrap();
    assert_eq!(token.identity(), Some(&Identity::new(ISSUER, "user-1")));
    assert_eq!(user.username.as_deref(), Some("jane"));
    assert_eq!((op.count("/openid-configuration"), op.count("/userinfo")), (0, 0));

    // Where they have to be discovered, the synchronous way says so.
    let error = op.client().authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn another_issuer_is_asked_for_its_own_endpoints() {
    let issuer = "https://self-hosted.test";
    let op = Op::new(issuer);
    let config = || ProviderConfig::new("fixed", "the id", SECRET).setting("ISSUER", issuer.to_owned());
    let client = op.client_of(&FIXED, config());
    let authorization = op.begin(&client).await.unwrap();
    assert!(authorization.url().starts_with("https://self-hosted.test/authorize?"), "{}", authorization.url());
    op.sign_in(&client).await.unwrap();
    let hosts = op.set(|state| state.requests.iter().all(|request| request.url.host_str() == Some("self-hosted.test")));
    assert!(hosts);
    // An alias belongs to the issuer of the spec.
    op.claim(json!({ "iss": "id.test" }));
    op.sign_in(&client).await.unwrap_err();
    // What the settings name stays.
    let client = op.client_of(&FIXED, config().endpoint("authorize", "https://front.test/authorize"));
    assert!(op.begin(&client).await.unwrap().url().starts_with("https://front.test/authorize?"));
}

static WITH_CALL: ProviderSpec = ProviderSpec::openid("with-call", ISSUER)
    .calls(&[oauth_core::ExtraCall::get("emails", "https://api.id.test/emails")]);

#[test]
fn a_token_of_another_issuer_does_not_go_to_the_providers_own_api() {
    let config =
        || ProviderConfig::new("with-call", "the id", SECRET).setting("ISSUER", "https://self-hosted.test".to_owned());
    let error = OAuthClient::new(&WITH_CALL, config(), Op::new(ISSUER)).unwrap_err();
    assert!(error.to_string().contains("OAUTH_WITH_CALL_EMAILS_URL is not set, and OAUTH_WITH_CALL_ISSUER"), "{error}");
    let config = config().endpoint("emails", "https://self-hosted.test/emails");
    OAuthClient::new(&WITH_CALL, config, Op::new(ISSUER)).unwrap();
}

static ELSEWHERE: ProviderSpec =
    ProviderSpec::openid("elsewhere", ISSUER).discovery("https://meta.test/oauth/.well-known/openid-configuration");

#[tokio::test]
async fn metadata_may_be_kept_elsewhere() {
    let op = Op::new(ISSUER);
    op.sign_in(&op.client_of(&ELSEWHERE, ProviderConfig::new("elsewhere", "the id", SECRET))).await.unwrap();
    let first = op.set(|state| state.requests[0].url.to_string());
    assert_eq!(first, "https://meta.test/oauth/.well-known/openid-configuration");
}

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const FOREIGN: &str = "99999999-2222-3333-4444-555555555555";

static TENANTS_SPEC: ProviderSpec = ProviderSpec::openid("tenants", "https://login.test/{tenant}/v2.0")
    .variables(&[Variable::with_default("tenant", "common")])
    .issuer_template(IssuerTemplate::new("https://login.test/{tenantid}/v2.0", "tid"));

/// A provider of many tenants of which one may not sign in.
struct Tenants;

impl Provider for Tenants {
    fn spec(&self) -> &ProviderSpec {
        &TENANTS_SPEC
    }

    fn identity(&self, identity: &Identity, _: &Settings) -> Result<()> {
        if identity.issuer().contains(FOREIGN) {
            return Err(Error::new(ErrorKind::IdTokenInvalid, "this tenant may not sign in"));
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_tenant_is_accepted_by_its_own_issuer_and_the_providers_rule() {
    let of = |tenant: &str| format!("https://login.test/{tenant}/v2.0");
    let table = [
        ("common", "{tenantid}", of(TENANT), TENANT, Ok(())),
        ("common", "{tenantid}", of(TENANT), FOREIGN, Err("is from another issuer")),
        ("common", "{tenantid}", of(FOREIGN), FOREIGN, Err("this tenant may not sign in")),
        ("common", "{tenantid}", of("common"), "common", Err("names a tenant")),
        // One tenant by its id, and by its domain.
        (TENANT, TENANT, of(TENANT), TENANT, Ok(())),
        (TENANT, TENANT, of(FOREIGN), FOREIGN, Err("is from another issuer")),
        ("contoso.test", TENANT, of(TENANT), TENANT, Ok(())),
        ("contoso.test", TENANT, of(FOREIGN), FOREIGN, Err("is from another issuer")),
    ];
    for (setting, named, iss, tid, outcome) in table {
        let op = Op::new(&of(named));
        op.claim(json!({ "iss": iss, "tid": tid }));
        let config = ProviderConfig::new("tenants", "the id", SECRET).setting("TENANT", setting.to_owned());
        let client = op.client_of(&Tenants, config);
        let result = op.sign_in(&client).await;
        match outcome {
            Ok(()) => assert_eq!(result.unwrap().0.identity().unwrap().issuer(), of(TENANT), "{setting}"),
            Err(text) => assert!(result.unwrap_err().to_string().contains(text), "{setting} {iss}"),
        }
        let pending = op.begin(&client).await.unwrap();
        assert!(client.check_issuer(pending.pending(), Some(&of(TENANT))).is_ok(), "{setting}");
        assert!(client.check_issuer(pending.pending(), Some("https://evil.test")).is_err(), "{setting}");
        assert_eq!(client.issuer().is_some(), setting == TENANT);
    }
}

static HS256: ProviderSpec = ProviderSpec::openid("hs256", ISSUER).id_token_algorithms(&[SigningAlgorithm::Hs256]);

// Proves: QF3
#[tokio::test]
async fn the_client_secret_verifies_where_the_spec_says_so() {
    let op = Op::new(ISSUER);
    op.set(|state| state.signer = Arc::new(Signer::secret(SECRET)));
    op.sign_in(&op.client_of(&HS256, ProviderConfig::new("hs256", "the id", SECRET))).await.unwrap();
    assert_eq!(op.count("/jwks"), 0);

    let op = Op::new(ISSUER);
    let error = op.sign_in(&op.client_of(&HS256, ProviderConfig::new("hs256", "the id", SECRET))).await.unwrap_err();
    assert!(error.to_string().contains("is signed with ES256; accepted are HS256"), "{error}");

    let error = OAuthClient::new(&HS256, ProviderConfig::new("hs256", "the id", "short"), op).unwrap_err();
    assert_eq!(error.to_string(), "hs256: OAUTH_HS256_CLIENT_SECRET is shorter than the 32 bytes that HS256 needs");
}

static SIGNED: ProviderSpec = ProviderSpec::openid("signed", ISSUER).user_info_source(UserInfoSource::SignedEndpoint);

// Proves: QF1, QF2, QF10
#[tokio::test]
async fn signed_user_info_is_verified() {
    let reply = |changes: Value| {
        let mut claims = json!({ "iss": ISSUER, "aud": "the id", "sub": "user-1", "email": "jane@id.test" });
        merge(&mut claims, changes);
        claims
    };
    let stranger = Signer::new("ES256", "k1");
    let table = [
        (KEY.token(&reply(json!({}))), Ok(())),
        (KEY.token(&reply(json!({ "iss": null, "aud": null }))), Ok(())),
        (KEY.token(&reply(json!({ "sub": "user-2" }))), Err("is about another subject")),
        (KEY.token(&reply(json!({ "iss": "https://evil.test" }))), Err("is from another issuer")),
        (KEY.token(&reply(json!({ "aud": "another" }))), Err("is for another client")),
        (KEY.token(&reply(json!({ "aud": ["another", "the id"] }))), Ok(())),
        (KEY.token(&reply(json!({ "aud": 7 }))), Err("has a member aud that is not text")),
        (KEY.token(&reply(json!({ "iss": [ISSUER] }))), Err("has a member iss that is not text")),
        (KEY.token(&reply(json!({ "exp": 1 }))), Err("has expired")),
        (KEY.token(&reply(json!({ "exp": "1" }))), Err("has a member exp that is not a number")),
        (Signer::secret(SECRET).token(&reply(json!({}))), Err("is signed with HS256")),
        (KEY.token_of(r#"{"alg":"ES256"}"#, r#"{"sub":"user-1","\u0073ub":"user-2"}"#), Err("has a member twice")),
        (KEY.token(&reply(json!({ "nbf": now() + 3600 }))), Err("is not valid yet")),
        (stranger.token(&reply(json!({}))), Err("is not signed by a key of the provider")),
        (reply(json!({})).to_string(), Err("is not ")),
    ];
    for (body, outcome) in table {
        let op = Op::new(ISSUER);
        op.set(|state| state.user_info = Some(body));
        let result = op.sign_in(&op.client_of(&SIGNED, ProviderConfig::new("signed", "the id", SECRET))).await;
        match outcome {
            Ok(()) => assert_eq!(result.unwrap().1.email.as_deref(), Some("jane@id.test")),
            Err(text) => {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::UserInfoInvalid);
                assert!(error.to_string().contains(text), "{error}");
            }
        }
    }
}

static GAME: ProviderSpec = ProviderSpec::openid("game", ISSUER)
    .user_info_source(UserInfoSource::AccessToken)
    .trusted_audiences(&["The Game"])
    .scopes(&["public"])
    .claims(Claims::id("sub#last").username("access_token:name"));

#[tokio::test]
async fn an_access_token_that_is_signed_may_stand_for_an_id_token() {
    let op = Op::new(ISSUER);
    let client = op.client_of(&GAME, ProviderConfig::new("game", "the id", SECRET));
    let claims = |changes: Value| {
        let mut claims = json!({ "iss": ISSUER, "aud": ["the id", "The Game"], "azp": "the id", "sub": "CHARACTER:7",
            "name": "Jane", "iat": now(), "exp": now() + 1200 });
        merge(&mut claims, changes);
        json!({ "access_token": KEY.token(&claims), "id_token": null })
    };
    op.set(|state| merge(&mut state.token_reply, claims(json!({}))));
    let authorization = op.begin(&client).await.unwrap();
    assert_eq!(params(&authorization)["scope"], "public");
    assert!(!params(&authorization).contains_key("nonce"));
    let (token, user) = op.sign_in(&client).await.unwrap();
    assert_eq!((user.oauth_id.as_str(), user.username.as_deref()), ("7", Some("Jane")));
    assert_eq!(token.identity().unwrap().subject(), "CHARACTER:7");
    op.set(|state| merge(&mut state.token_reply, claims(json!({ "aud": ["the id", "Another Game"] }))));
    let error = op.sign_in(&client).await.unwrap_err();
    assert!(error.to_string().contains("the access token is for an audience"), "{error}");
}

static FORGETFUL: ProviderSpec = ProviderSpec::openid("forgetful", ISSUER).nonce(Nonce::MayBeMissing);

#[tokio::test]
async fn a_nonce_may_be_missing_only_where_the_spec_says_so() {
    let op = Op::new(ISSUER);
    let client = op.client_of(&FORGETFUL, ProviderConfig::new("forgetful", "the id", SECRET));
    op.claim(json!({ "nonce": null }));
    op.sign_in(&client).await.unwrap();
    op.claim(json!({ "nonce": "of another login" }));
    op.sign_in(&client).await.unwrap_err();

    // Without a code it is all that binds a token to a login.
    let authorization = op.begin(&client).await.unwrap();
    for (nonce, text) in [(json!(null), Some("has no nonce")), (op.set(|state| state.nonce.clone()), None)] {
        op.claim(json!({ "nonce": nonce }));
        let id_token = SecretString::from(op.set(|state| state.id_token()));
        let result = client.verify_id_token(&id_token, authorization.pending()).await;
        match text {
            None => drop(result.unwrap()),
            Some(text) => assert!(result.unwrap_err().to_string().contains(text)),
        }
    }
}

// Proves: QA10
#[tokio::test]
async fn what_the_application_demands_of_the_sign_in_is_checked() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let request = || {
        AuthorizationRequest::new("https://app.test/cb")
            .max_age(Duration::from_secs(300))
            .acr_values(["gold", "silver"])
    };
    let table = [
        (json!({ "auth_time": now(), "acr": "silver" }), None),
        (json!({ "auth_time": now() - 3600, "acr": "gold" }), Some("longer ago")),
        (json!({ "auth_time": now(), "acr": "bronze" }), Some("another acr")),
        (json!({}), Some("has no auth_time")),
    ];
    for (claims, text) in table {
        let authorization = client.authorize(&request()).await.unwrap();
        let sent = params(&authorization);
        assert_eq!((sent["max_age"].as_str(), sent["acr_values"].as_str()), ("300", "gold silver"));
        op.see(&authorization);
        op.claim(json!({ "auth_time": null, "acr": null }));
        op.claim(claims);
        let pending = serde_json::from_str(&serde_json::to_string(authorization.pending()).unwrap()).unwrap();
        let result = client.exchange_code("the code", &pending, &CallbackParameters::default()).await;
        match text {
            None => drop(result.unwrap()),
            Some(text) => assert!(result.unwrap_err().to_string().contains(text)),
        }
    }
    // Unchecked they would be worth nothing.
    for name in ["max_age", "acr_values", "nonce", "response_mode"] {
        let request = AuthorizationRequest::new("https://app.test/cb").param(name, "1");
        assert_eq!(client.authorize(&request).await.unwrap_err().kind(), ErrorKind::Configuration, "{name}");
    }
}

#[tokio::test]
async fn an_id_token_that_came_another_way_needs_a_nonce_of_this_server() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let (began, other) = (op.begin(&client).await.unwrap(), op.begin(&client).await.unwrap());
    let id_token = SecretString::from(op.set(|state| state.id_token()));
    let identity = client.verify_id_token(&id_token, other.pending()).await.unwrap();
    assert_eq!(identity, Identity::new(ISSUER, "user-1"));
    let error = client.verify_id_token(&id_token, began.pending()).await.unwrap_err();
    assert!(error.to_string().contains("another nonce"), "{error}");
    assert!(!error.to_string().contains(id_token.expose_secret()));
}

// Proves: QA4, QF9
#[tokio::test]
async fn a_login_that_lost_its_nonce_is_refused() {
    let op = Op::new(ISSUER);
    let client = op.client();
    let authorization = op.begin(&client).await.unwrap();
    let mut pending = serde_json::to_value(authorization.pending()).unwrap();
    pending.as_object_mut().unwrap().remove("n").unwrap();
    let pending = serde_json::from_value(pending).unwrap();
    let error = client.exchange_code("the code", &pending, &CallbackParameters::default()).await.unwrap_err();
    assert!(error.to_string().contains("belongs to a login that has no nonce"), "{error}");
}

#[test]
fn the_response_mode_is_a_setting() {
    let op = Op::new(ISSUER);
    let config = ProviderConfig::new("fixed", "the id", SECRET).setting("RESPONSE_MODE", "form_post".to_owned());
    let client = op.client_of(&FIXED, config);
    assert_eq!(client.response_mode(), ResponseMode::FormPost);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
    assert_eq!(params(&authorization)["response_mode"], "form_post");
}

#[tokio::test]
async fn how_the_client_authenticates_is_a_setting_where_nothing_else_says_so() {
    let table = [
        (None, true, false),
        (Some("client_secret_basic"), true, false),
        (Some("client_secret_post"), false, true),
        (Some("none"), false, false),
    ];
    for (method, header, body) in table {
        let op = Op::new(ISSUER);
        let config = match method {
            Some(method) => config(ISSUER).setting("TOKEN_ENDPOINT_AUTH_METHOD", method.to_owned()),
            None => config(ISSUER),
        };
        op.sign_in(&op.client_of(&SPEC, config)).await.unwrap();
        op.set(|state| {
            let request = state.requests.iter().find(|request| request.url.path() == "/token").unwrap();
            let sent = String::from_utf8(request.body.clone().unwrap()).unwrap();
            assert_eq!(request.headers.iter().any(|(name, _)| name == "authorization"), header, "{method:?}");
            assert_eq!(sent.contains(SECRET), body, "{method:?}");
            assert_eq!(sent.contains("client_id=the+id"), !header, "{method:?}");
        });
    }
    let public = ProviderConfig::public("oidc", "the id")
        .setting("ISSUER", ISSUER.to_owned())
        .setting("TOKEN_ENDPOINT_AUTH_METHOD", "none".to_owned());
    let op = Op::new(ISSUER);
    op.sign_in(&op.client_of(&SPEC, public)).await.unwrap();
}

const CLIENT_KEY: &str = include_str!("keys/p256.pem");

/// A client that proves itself with a private key.
fn by_key(key: Option<&str>) -> ProviderConfig {
    let config = ProviderConfig::public("oidc", "the id")
        .setting("ISSUER", ISSUER.to_owned())
        .setting("TOKEN_ENDPOINT_AUTH_METHOD", "private_key_jwt".to_owned());
    key.into_iter().fold(config, |config, key| config.setting("PRIVATE_KEY", key))
}

// Proves: QE5, QE10
#[tokio::test]
async fn a_client_with_a_key_proves_itself_to_its_issuer_anew_for_each_request() {
    let op = Op::new(ISSUER);
    let client = op.client_of(&SPEC, by_key(Some(CLIENT_KEY)).setting("KEY_ID", "k1".to_owned()));
    let (token, _) = op.sign_in(&client).await.unwrap();
    client.refresh_token(&token).await.unwrap();
    client.revoke_token(&token).await.unwrap();

    let mut sent = op.set(|state| std::mem::take(&mut state.requests));
    sent.retain(|request| ["/token", "/revoke"].contains(&request.url.path()));
    // An exchange, a renewal, and the end of both tokens.
    assert_eq!(sent.len(), 4);
    let mut seen = std::collections::HashSet::new();
    for request in sent {
        assert!(request.headers.iter().all(|(name, _)| name != "authorization"));
        let body = request.body.unwrap();
        let params: BTreeMap<_, _> = url::form_urlencoded::parse(&body).into_owned().collect();
        assert_eq!(params["client_id"], "the id");
        assert_eq!(params["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert!(!params.contains_key("client_secret"));
        let part = |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        let (header, rest) = params["client_assertion"].split_once('.').unwrap();
        assert_eq!(part(header), json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }));
        let claims = part(rest.split_once('.').unwrap().0);
        for (claim, value) in [("iss", "the id"), ("sub", "the id"), ("aud", ISSUER)] {
            assert_eq!(claims[claim], value);
        }
        let (issued, ends) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        assert!(issued <= now() && ends - issued == 60, "{claims}");
        assert!(seen.insert(claims["jti"].as_str().unwrap().to_owned()));
    }
    assert!(!format!("{client:?}").contains("PRIVATE"), "{client:?}");
}

static OAUTH2: ProviderSpec = ProviderSpec::oauth2("plain", "https://a.test/authorize", "https://a.test/token");

#[test]
fn every_mistake_in_an_openid_setting_is_named() {
    let generic = || ProviderConfig::new("oidc", "the id", SECRET);
    let table: Vec<(&'static ProviderSpec, ProviderConfig, &str)> = vec![
        (&SPEC, generic(), "oidc: OAUTH_OIDC_ISSUER is not set"),
        (&SPEC, config("http://id.test"), "OAUTH_OIDC_ISSUER: the URL is plain http"),
        (&SPEC, config("id.test"), "OAUTH_OIDC_ISSUER: the URL is not an absolute URL"),
        (&SPEC, config("https://id.test?a=b"), "OAUTH_OIDC_ISSUER: an issuer has no query"),
        (&SPEC, config("https://id.test#a"), "OAUTH_OIDC_ISSUER: the URL is with a fragment"),
        (
            &SPEC,
            config(ISSUER).setting("RESPONSE_MODE", "fragment".to_owned()),
            "OAUTH_OIDC_RESPONSE_MODE must be query or form_post",
        ),
        (
            &SPEC,
            config(ISSUER).setting("TOKEN_ENDPOINT_AUTH_METHOD", "basic".to_owned()),
            "OAUTH_OIDC_TOKEN_ENDPOINT_AUTH_METHOD must be client_secret_basic, client_secret_post, private_key_jwt or none",
        ),
        (&SPEC, by_key(None), "OAUTH_OIDC_PRIVATE_KEY is not set. It is the key in PEM"),
        (
            &SPEC,
            by_key(Some("planted")),
            "OAUTH_OIDC_PRIVATE_KEY is not usable. It is the whole text of the key's file",
        ),
        (
            &SPEC,
            by_key(Some(CLIENT_KEY)).setting("CLIENT_SECRET", SECRET),
            "OAUTH_OIDC_CLIENT_SECRET is set, but the client authenticates with a key",
        ),
        (
            &SPEC,
            config(ISSUER).setting("PRIVATE_KEY", CLIENT_KEY),
            "OAUTH_OIDC_PRIVATE_KEY is set, but OAUTH_OIDC_TOKEN_ENDPOINT_AUTH_METHOD is not private_key_jwt",
        ),
        (
            &FIXED,
            ProviderConfig::new("fixed", "the id", SECRET).setting("PRIVATE_KEY", CLIENT_KEY),
            "OAUTH_FIXED_PRIVATE_KEY is not a setting of this provider",
        ),
        (
            &FIXED,
            ProviderConfig::new("fixed", "the id", SECRET)
                .setting("TOKEN_ENDPOINT_AUTH_METHOD", "client_secret_post".to_owned()),
            "OAUTH_FIXED_TOKEN_ENDPOINT_AUTH_METHOD is not a setting of this provider",
        ),
        (&SPEC, config(ISSUER).endpoint("jwks", "http://id.test/jwks"), "OAUTH_OIDC_JWKS_URL: the URL is plain http"),
        (&SPEC, config(ISSUER).setting("ISSUERS", "x".to_owned()), "Did you mean OAUTH_OIDC_ISSUER?"),
        (&OAUTH2, config(ISSUER), "is not a setting of this provider"),
    ];
    for (spec, config, text) in table {
        let error = OAuthClient::new(spec, config, Op::new(ISSUER)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(text), "{text}\n{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn an_oauth_provider_promises_nothing_about_the_sign_in() {
    let client = OAuthClient::new(&OAUTH2, ProviderConfig::new("plain", "the id", SECRET), Op::new(ISSUER)).unwrap();
    let request = AuthorizationRequest::new("https://app.test/cb").max_age(Duration::from_secs(1));
    assert_eq!(client.authorization_url(&request).unwrap_err().kind(), ErrorKind::Configuration);
}
