//! A registry of one provider that cannot be reached, for unit tests.

#![allow(clippy::unwrap_used)]

use oauth_core::{
    Claims, Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, ProviderConfig, ProviderSpec, Registry, Result,
    async_trait,
};

static ALPHA: ProviderSpec =
    ProviderSpec::oauth2("alpha", "https://alpha.example/authorize", "https://alpha.example/token")
        .user_info("https://alpha.example/me")
        .claims(Claims::id("id"));

struct Unreachable;

#[async_trait]
impl HttpClient for Unreachable {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse> {
        Err(Error::new(ErrorKind::Transport, "unreachable"))
    }
}

pub(crate) fn registry() -> Registry {
    Registry::builder()
        .http_client(Unreachable)
        .provider(&ALPHA)
        .instance(ProviderConfig::new("alpha", "alpha-id", "alpha-secret"))
        .build()
        .unwrap()
}
