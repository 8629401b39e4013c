//! An OpenID provider on a scripted network that signs for real.

#[path = "../../../oauth-core/tests/support/signer.rs"]
#[allow(dead_code, unreachable_pub)]
mod signer;

use std::{
    sync::{Arc, LazyLock, Mutex},
    time::SystemTime,
};

use oauth_core::{
    AuthorizationRequest, HttpClient, HttpRequest, HttpResponse, OAuthClient, OAuthToken, OAuthUserInfo, Provider,
    ProviderConfig, Result, async_trait,
};
use serde_json::{Value, json};
use signer::Signer;
use url::Url;

static KEY: LazyLock<Signer> = LazyLock::new(|| Signer::new("ES256", "k1"));

/// Answers by the last part of the path.
#[derive(Clone)]
pub(crate) struct Op(Arc<Mutex<State>>);

struct State {
    claims: Value,
    metadata: fn(&str) -> Value,
    nonce: String,
    asked: Vec<(String, String)>,
}

/// `object` with these members added or replaced.
pub(crate) fn with(mut object: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
    object
}

impl Op {
    /// A provider whose ID tokens have these claims besides the usual ones.
    pub(crate) fn new(claims: Value) -> Self {
        let state = State { claims, metadata: |_| json!({}), nonce: String::new(), asked: Vec::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// What the metadata beside the issuer says, beyond the endpoints there.
    #[allow(dead_code, reason = "not every provider is discovered")]
    pub(crate) fn metadata(self, metadata: fn(&str) -> Value) -> Self {
        self.0.lock().unwrap().metadata = metadata;
        self
    }

    pub(crate) async fn sign_in(
        &self,
        provider: &'static dyn Provider,
        config: ProviderConfig,
    ) -> Result<(OAuthToken, OAuthUserInfo)> {
        self.sign_in_with(&OAuthClient::new(provider, config, self.clone())?, &[]).await
    }

    /// Signs in with further parameters in the callback.
    pub(crate) async fn sign_in_with(
        &self,
        client: &OAuthClient,
        callback: &[(&str, &str)],
    ) -> Result<(OAuthToken, OAuthUserInfo)> {
        let authorization = client.authorize(&AuthorizationRequest::new("https://app.example/callback")).await?;
        let url = Url::parse(authorization.url()).unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").map(|(_, nonce)| nonce.into_owned());
        self.0.lock().unwrap().nonce = nonce.unwrap();
        let callback = callback.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        client.sign_in("code-1", authorization.pending(), &callback).await
    }

    /// The URLs that were asked since the last call, with the bodies sent there.
    pub(crate) fn asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

#[async_trait]
impl HttpClient for Op {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let mut state = self.0.lock().unwrap();
        let url = request.url.to_string();
        state.asked.push((url.clone(), String::from_utf8(request.body.unwrap_or_default()).unwrap()));
        let reply = match url.rsplit('/').next().unwrap() {
            "openid-configuration" => {
                let root = url.trim_end_matches("/.well-known/openid-configuration");
                let endpoint = |name| format!("{root}/{name}");
                let endpoints = json!({
                    "authorization_endpoint": endpoint("authorize"),
                    "token_endpoint": endpoint("token"),
                    "jwks_uri": endpoint("keys"),
                });
                with(endpoints, &(state.metadata)(root))
            }
            "keys" => json!({ "keys": [KEY.jwk()] }),
            "token" => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
                let claims = json!({ "sub": "user-1", "aud": "the id", "nonce": state.nonce });
                let claims = with(with(claims, &state.claims), &json!({ "iat": now, "exp": now + 300 }));
                json!({
                    "access_token": "access-1",
                    "refresh_token": "refresh-1",
                    "token_type": "Bearer",
                    "id_token": KEY.token(&claims),
                })
            }
            _ => json!({}),
        };
        Ok(HttpResponse::new(200, reply.to_string().into_bytes()))
    }
}
