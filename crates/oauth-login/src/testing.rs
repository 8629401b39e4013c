//! A registry of one provider, for unit tests.

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

/// Lets everybody in, under one id.
pub(crate) struct Agreeable;

#[async_trait]
impl HttpClient for Agreeable {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let reply = if request.url.path() == "/token" {
            r#"{"access_token":"token","token_type":"bearer"}"#
        } else {
            r#"{"id":"7"}"#
        };
        Ok(HttpResponse::new(200, reply.as_bytes().to_vec()))
    }
}

/// With a provider that cannot be reached.
pub(crate) fn registry() -> Registry {
    registry_with(Unreachable)
}

pub(crate) fn registry_with(http: impl HttpClient + 'static) -> Registry {
    Registry::builder()
        .http_client(http)
        .provider(&ALPHA)
        .instance(ProviderConfig::new("alpha", "alpha-id", "alpha-secret"))
        .build()
        .unwrap()
}
