//! Two providers that answer as told, and an application that trusts them.

use std::sync::Arc;

use oauth_core::{
    Claims, Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig, ProviderSpec,
    Registry, ResponseMode, Result, async_trait,
};
use oauth_login::Login;

pub(crate) const BASE_URL: &str = "https://app.example";
pub(crate) const ISSUER: &str = "https://id.example";
/// The code that the provider gave.
pub(crate) const CODE: &str = "the-code";

const KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
const TOKEN_REPLY: &[u8] = br#"{"access_token":"at","token_type":"bearer","scope":"profile","id_token":null}"#;
const USER_INFO: &[u8] = br#"{"id":7,"login":"jane","sub":"user-1"}"#;
const METADATA: &[u8] = br#"{"issuer":"https://id.example","authorization_endpoint":"https://id.example/authorize","token_endpoint":"https://id.example/token","userinfo_endpoint":"https://id.example/userinfo","jwks_uri":"https://id.example/jwks"}"#;
/// A public key whose private half nobody has kept: RFC 8037 appendix A.2.
const KEY_SET: &[u8] =
    br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

pub(crate) static PLAIN: ProviderSpec =
    ProviderSpec::oauth2("plain", "https://plain.example/authorize", "https://plain.example/token")
        .user_info("https://plain.example/userinfo")
        .scopes(&["profile"])
        .claims(
            Claims::id("id")
                .username("login")
                .name("name")
                .email("email")
                .email_verified("verified")
                .avatar_url("picture"),
        );
static POSTY: ProviderSpec =
    ProviderSpec::oauth2("posty", "https://posty.example/authorize", "https://posty.example/token")
        .user_info("https://posty.example/userinfo")
        .response_mode(ResponseMode::FormPost)
        .callback_params(&["user"])
        .claims(Claims::id("id").first_name("callback:user.name"));
pub(crate) static OPENID: ProviderSpec = ProviderSpec::openid("openid", ISSUER);

/// Where a reply comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Token,
    UserInfo,
    Metadata,
    KeySet,
}

/// The network: honest replies, but for one that a test has chosen.
#[derive(Clone, Default)]
pub(crate) struct Network(Option<Arc<(Endpoint, Vec<u8>)>>);

impl Network {
    pub(crate) fn answering(endpoint: Endpoint, reply: &[u8]) -> Self {
        Self(Some(Arc::new((endpoint, reply.to_vec()))))
    }

    /// A new client of one provider, which has fetched nothing yet.
    pub(crate) fn client(&self, spec: &'static ProviderSpec) -> OAuthClient {
        OAuthClient::new(spec, config(spec), self.clone()).expect("a client")
    }

    pub(crate) fn login(&self) -> Login {
        let registry = Registry::builder().http_client(self.clone()).provider(&PLAIN).provider(&POSTY);
        let registry = registry.instance(config(&PLAIN)).instance(config(&POSTY)).build().expect("a registry");
        let builder = Login::builder(registry).base_url(BASE_URL).cookie_key(KEY);
        builder.build().expect("an application")
    }
}

fn config(spec: &ProviderSpec) -> ProviderConfig {
    ProviderConfig::new(spec.facts().name, "the id", "a secret of more than thirty-two bytes")
}

#[async_trait]
impl HttpClient for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let (endpoint, honest) = match request.url.path() {
            "/token" => (Endpoint::Token, TOKEN_REPLY),
            "/userinfo" => (Endpoint::UserInfo, USER_INFO),
            "/jwks" => (Endpoint::KeySet, KEY_SET),
            "/.well-known/openid-configuration" => (Endpoint::Metadata, METADATA),
            _ => return Err(Error::new(ErrorKind::Transport, "nobody is there")),
        };
        let body = match self.0.as_deref() {
            Some((of, reply)) if *of == endpoint => reply.clone(),
            _ => honest.to_vec(),
        };
        Ok(HttpResponse::new(200, body))
    }
}
