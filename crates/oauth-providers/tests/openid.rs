//! What is peculiar to single OpenID providers, on a provider that signs for real.
#![cfg(all(feature = "gitlab", feature = "google", feature = "oidc", feature = "slack"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../../oauth-core/tests/support/signer.rs"]
#[allow(dead_code, unreachable_pub)]
mod signer;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
    time::SystemTime,
};

use oauth_core::{
    AuthorizationRequest, CallbackParameters, EmailVerified, ErrorKind, HttpClient, HttpRequest, HttpResponse,
    Identity, OAuthClient, OAuthToken, OAuthUserInfo, Provider, ProviderConfig, Result, async_trait,
};
use oauth_providers::{gitlab::GITLAB, google::GOOGLE, slack::SLACK};
use serde_json::{Value, json};
use signer::Signer;
use url::Url;

static KEY: LazyLock<Signer> = LazyLock::new(|| Signer::new("ES256", "k1"));

/// Answers as the providers do: at `token` and `user` with these members added to the usual ones.
#[derive(Clone, Default)]
struct Op(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    claims: Value,
    token: Value,
    user: Value,
    nonce: String,
    asked: Vec<(String, String)>,
}

#[async_trait]
impl HttpClient for Op {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let mut state = self.0.lock().unwrap();
        let url = request.url.to_string();
        let body = String::from_utf8(request.body.unwrap_or_default()).unwrap();
        state.asked.push((url.clone(), body));
        let reply = if url.ends_with("/.well-known/openid-configuration") {
            let issuer = state.claims["iss"].as_str().unwrap();
            let root = issuer.trim_end_matches('/');
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{root}/authorize"),
                "token_endpoint": format!("{root}/token"),
                "userinfo_endpoint": format!("{root}/userinfo"),
                "jwks_uri": format!("{root}/keys"),
            })
        } else if url.ends_with("keys") || url.ends_with("certs") {
            json!({ "keys": [KEY.jwk()] })
        } else if url.to_lowercase().ends_with("userinfo") {
            with(json!({ "sub": "user-1" }), &state.user)
        } else {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            let claims =
                json!({ "sub": "user-1", "aud": "the id", "iat": now, "exp": now + 300, "nonce": state.nonce });
            let id_token = KEY.token(&with(claims, &state.claims));
            with(json!({ "access_token": "access-1", "token_type": "Bearer", "id_token": id_token }), &state.token)
        };
        Ok(HttpResponse::new(200, reply.to_string().into_bytes()))
    }
}

fn with(mut object: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
    object
}

impl Op {
    fn new(claims: Value) -> Self {
        Self(Arc::new(Mutex::new(State { claims, ..State::default() })))
    }

    fn token(self, members: Value) -> Self {
        self.0.lock().unwrap().token = members;
        self
    }

    fn user(self, members: Value) -> Self {
        self.0.lock().unwrap().user = members;
        self
    }

    async fn sign_in(
        &self,
        provider: &'static dyn Provider,
        config: ProviderConfig,
    ) -> Result<(OAuthToken, OAuthUserInfo)> {
        self.sign_in_with(&OAuthClient::new(provider, config, self.clone())?).await
    }

    async fn sign_in_with(&self, client: &OAuthClient) -> Result<(OAuthToken, OAuthUserInfo)> {
        let authorization = client.authorize(&AuthorizationRequest::new("https://app.example/callback")).await?;
        self.0.lock().unwrap().nonce = sent(authorization.url()).remove("nonce").unwrap();
        client.sign_in("4724469134.b4e6d82c", authorization.pending(), &CallbackParameters::default()).await
    }

    /// The URLs that were asked, and the bodies sent there.
    fn asked(&self) -> Vec<(String, String)> {
        let mut asked = std::mem::take(&mut self.0.lock().unwrap().asked);
        asked.sort();
        asked
    }
}

/// The parameters of an authorization URL.
fn sent(url: &str) -> BTreeMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

fn config(name: &str) -> ProviderConfig {
    ProviderConfig::new(name, "the id", "a-secret-of-the-client")
}

fn authorize(provider: &'static dyn Provider, config: ProviderConfig) -> Result<BTreeMap<String, String>> {
    let client = OAuthClient::new(provider, config, Op::default())?;
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.example/callback"))?;
    Ok(sent(authorization.url()))
}

#[tokio::test]
async fn google_is_one_issuer_under_two_spellings() {
    for (iss, accepted) in [
        ("https://accounts.google.com", true),
        ("accounts.google.com", true),
        ("https://accounts.google.com/", false),
        ("https://accounts.google.example", false),
    ] {
        let op = Op::new(json!({ "iss": iss }));
        match op.sign_in(&GOOGLE, config("google")).await {
            Ok((token, _)) => {
                assert!(accepted, "{iss}");
                assert_eq!(token.identity(), Some(&Identity::new("https://accounts.google.com", "user-1")));
            }
            Err(error) => assert!(!accepted && error.kind() == ErrorKind::IdTokenInvalid, "{iss}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_google_account_without_family_name_and_picture_signs_in() {
    let op = Op::new(json!({ "iss": "https://accounts.google.com" }))
        .user(json!({ "given_name": "Jane", "name": "Jane", "email": "jane@example.com", "email_verified": true }));
    let (_, user) = op.sign_in(&GOOGLE, config("google")).await.unwrap();
    assert_eq!((user.first_name.as_deref(), &user.last_name, &user.avatar_url), (Some("Jane"), &None, &None));
    assert_eq!(user.verified_email().unwrap().as_str(), "jane@example.com");
    // The credentials are in the body, and nothing had to be discovered.
    let asked = op.asked();
    assert!(asked.iter().all(|(url, _)| !url.contains("well-known")), "{asked:?}");
    let (_, body) = asked.iter().find(|(url, _)| url == "https://oauth2.googleapis.com/token").unwrap();
    assert!(body.contains("client_secret=a-secret-of-the-client"));
}

// Proves: QG8
#[tokio::test]
async fn a_workspace_domain_is_read_from_the_token_and_not_from_the_address() {
    for (setting, hd, accepted) in [
        (None, Value::Null, true),
        (None, json!("other.example"), true),
        (Some("acme.example"), json!("acme.example"), true),
        (Some("acme.example"), json!("other.example"), false),
        (Some("acme.example"), json!("sub.acme.example"), false),
        (Some("acme.example"), json!("acme.example.evil.example"), false),
        (Some("acme.example"), json!("ACME.example"), false),
        (Some("acme.example"), json!(["acme.example"]), false),
        (Some("acme.example"), Value::Null, false),
    ] {
        let claims = json!({ "iss": "https://accounts.google.com", "email": "jane@acme.example" });
        // Neither the address nor the reply that nobody signed says where somebody belongs.
        let op = Op::new(if hd.is_null() { claims } else { with(claims, &json!({ "hd": hd })) })
            .user(json!({ "hd": "acme.example", "email": "jane@acme.example", "email_verified": true }));
        let config = setting.map_or(config("google"), |domain| config("google").setting("HD", domain.to_owned()));
        let refusal = op.sign_in(&GOOGLE, config.clone()).await.err().map(|error| error.kind());
        assert_eq!(refusal, (!accepted).then_some(ErrorKind::AccountRefused), "{setting:?} {hd:?}");
        assert_eq!(authorize(&GOOGLE, config).unwrap().get("hd").map(String::as_str), setting);
    }
}

// Proves: QG8
#[test]
fn googles_settings_are_checked_at_the_start() {
    for (name, value, accepted) in [
        ("HD", "acme.example", true),
        ("HD", "@acme.example", false),
        ("HD", "acme.example other.example", false),
        ("ACCESS_TYPE", "offline", true),
        ("ACCESS_TYPE", "ofline", false),
    ] {
        let outcome = authorize(&GOOGLE, config("google").setting(name, value.to_owned()));
        match outcome {
            Ok(sent) => assert!(accepted && sent.values().any(|sent| sent == value), "{name}={value}"),
            Err(error) => assert!(!accepted && error.kind() == ErrorKind::Configuration, "{name}={value}: {error}"),
        }
    }
    assert_eq!(authorize(&GOOGLE, config("google")).unwrap()["access_type"], "online");
    // One request cannot ask for another domain than the settings.
    let client = OAuthClient::new(&GOOGLE, config("google").setting("HD", "acme.example"), Op::default()).unwrap();
    let request = AuthorizationRequest::new("https://app.example/callback").param("hd", "other.example");
    assert_eq!(client.authorization_url(&request).unwrap_err().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn a_gitlab_of_ones_own_is_the_issuer_and_has_every_endpoint() {
    for (base_url, root) in [
        (None, "https://gitlab.com"),
        (Some("https://git.example.com"), "https://git.example.com"),
        (Some("https://example.com/gitlab/"), "https://example.com/gitlab"),
    ] {
        let config = base_url.map_or(config("gitlab"), |url| config("gitlab").setting("BASE_URL", url.to_owned()));
        let op = Op::new(json!({ "iss": root })).user(json!({ "nickname": "jane", "profile": format!("{root}/jane") }));
        let (token, user) = op.sign_in(&GITLAB, config.clone()).await.unwrap();
        assert_eq!(token.identity().unwrap().issuer(), root);
        assert_eq!(user.username.as_deref(), Some("jane"));
        let asked: Vec<String> = op.asked().into_iter().map(|(url, _)| url).collect();
        let expected = ["oauth/discovery/keys", "oauth/token", "oauth/userinfo"].map(|path| format!("{root}/{path}"));
        assert_eq!(asked, expected);

        let elsewhere = Op::new(json!({ "iss": "https://gitlab.example" })).sign_in(&GITLAB, config).await;
        assert_eq!(elsewhere.unwrap_err().kind(), ErrorKind::IdTokenInvalid);
    }
}

#[tokio::test]
async fn a_gitlab_address_counts_as_verified_if_gitlab_says_so() {
    for (flag, expected) in [
        (json!(true), EmailVerified::Verified),
        (json!(false), EmailVerified::Unverified),
        (Value::Null, EmailVerified::NotStated),
    ] {
        let user = json!({ "email": "jane@example.com", "email_verified": flag });
        let op = Op::new(json!({ "iss": "https://gitlab.com" })).user(user);
        let (_, user) = op.sign_in(&GITLAB, config("gitlab")).await.unwrap();
        assert_eq!(user.email_verified, expected, "{flag}");
    }
}

#[tokio::test]
async fn a_failure_that_slack_calls_200_is_a_failure() {
    let claims = json!({ "iss": "https://slack.com" });
    let failure = json!({ "ok": false, "error": "code_already_used" });
    let error = Op::new(claims.clone()).token(failure).sign_in(&SLACK, config("slack")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRefused);
    assert!(error.to_string().contains("code_already_used"), "{error}");

    let op = Op::new(claims.clone()).token(json!({ "ok": true }));
    let failure = json!({ "ok": false, "error": "token_revoked" });
    let error = op.user(failure).sign_in(&SLACK, config("slack")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UserInfoRefused);
    assert!(error.to_string().contains("token_revoked"), "{error}");

    let op = Op::new(claims).token(json!({ "ok": true })).user(json!({ "ok": true }));
    assert_eq!(op.sign_in(&SLACK, config("slack")).await.unwrap().1.oauth_id, "user-1");
}

#[tokio::test]
async fn a_slack_workspace_is_read_from_the_token() {
    for (setting, team, accepted) in
        [(None, "T2", true), (Some("T1"), "T1", true), (Some("T1"), "T2", false), (Some("T1"), "T11", false)]
    {
        let op = Op::new(json!({ "iss": "https://slack.com", "https://slack.com/team_id": team }))
            .token(json!({ "ok": true }))
            .user(json!({ "ok": true }));
        let config = setting.map_or(config("slack"), |team| config("slack").setting("TEAM", team.to_owned()));
        let refusal = op.sign_in(&SLACK, config.clone()).await.err().map(|error| error.kind());
        assert_eq!(refusal, (!accepted).then_some(ErrorKind::AccountRefused), "{setting:?} {team}");
        assert_eq!(authorize(&SLACK, config).unwrap().get("team").map(String::as_str), setting);
    }
}

// Proves: QG4
#[tokio::test]
async fn one_subject_at_two_issuers_is_two_people() {
    let mut identities = Vec::new();
    for (name, issuer) in [
        ("keycloak", "https://sso.example.com/realms/acme"),
        ("auth0", "https://acme.eu.auth0.com/"),
        ("okta", "https://acme.okta.com/oauth2/default"),
        ("authentik", "https://auth.example.com/application/o/app/"),
    ] {
        let op =
            Op::new(json!({ "iss": issuer })).user(json!({ "email": "jane@example.com", "email_verified": "true" }));
        let variables =
            [("PROVIDER", "oidc"), ("CLIENT_ID", "the id"), ("CLIENT_SECRET", "secret"), ("ISSUER", issuer)]
                .map(|(setting, value)| (format!("OAUTH_{}_{setting}", name.to_uppercase()), value.to_owned()));
        let registry = oauth_providers::registry().http_client(op.clone()).from_vars(variables).unwrap();
        let (token, user) = op.sign_in_with(registry.get(name).unwrap()).await.unwrap();
        assert_eq!((user.provider.as_str(), user.oauth_id.as_str()), (name, "user-1"));
        // A text is no flag: a provider that is known to send texts has a spec that says so.
        assert_eq!(user.email_verified, EmailVerified::NotStated);
        let metadata = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        assert!(op.asked().iter().any(|(url, _)| *url == metadata), "{metadata}");
        identities.push(token.identity().unwrap().clone());
    }
    for (i, identity) in identities.iter().enumerate() {
        assert!(identities[i + 1..].iter().all(|other| other != identity));
    }
}

#[cfg(feature = "linkedin")]
#[test]
fn linkedin_is_sent_nothing_that_it_refuses() {
    let sent = authorize(&oauth_providers::linkedin::LINKEDIN, config("linkedin")).unwrap();
    for refused in ["code_challenge", "code_challenge_method", "nonce"] {
        assert!(!sent.contains_key(refused), "{refused}");
    }
    assert_eq!(sent["scope"], "openid profile email");
}
