//! What a provider can be asked, and the record of what was asked.

use oauth_core::{DescribedBy, ProviderSpec, UserInfoSource};

use crate::openid::is_discovered;

/// An endpoint of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// Authorization endpoint: the page in the browser.
    Authorize,
    /// Endpoint for pushed authorization requests (RFC 9126), where they are demanded.
    PushedAuthorization,
    /// Token endpoint.
    Token,
    /// Endpoint for refreshing, where it is not the token endpoint.
    Refresh,
    /// User-info endpoint.
    UserInfo,
    /// Revocation endpoint.
    Revoke,
    /// Metadata of an OpenID provider whose endpoints are discovered.
    Discovery,
    /// Key set of an OpenID provider.
    Jwks,
    /// An extra call of the spec, by its name.
    Call(&'static str),
}

impl Endpoint {
    /// The endpoints that `spec` has.
    pub(crate) fn of(spec: &ProviderSpec) -> Vec<Self> {
        let facts = spec.facts();
        let mut endpoints = vec![Self::Authorize, Self::Token];
        endpoints.extend(facts.pushed_authorization_url.map(|_| Self::PushedAuthorization));
        endpoints.extend(facts.refresh_url.map(|_| Self::Refresh));
        if facts.openid.is_some() {
            endpoints.push(Self::Jwks);
        }
        let is_discovered = is_discovered(spec);
        endpoints.extend(is_discovered.then_some(Self::Discovery));
        let is_asked = match facts.user_info_source {
            UserInfoSource::TokenReply | UserInfoSource::IdToken | UserInfoSource::AccessToken => false,
            _ => facts.user_info_url.is_some() || is_discovered || facts.described_by == DescribedBy::Settings,
        };
        endpoints.extend(is_asked.then_some(Self::UserInfo));
        endpoints.extend(facts.revocation.url().map(|_| Self::Revoke));
        endpoints.extend(facts.calls.iter().map(|call| Self::Call(call.name())));
        endpoints
    }

    /// Name as in [`ProviderConfig::endpoint`](oauth_core::ProviderConfig::endpoint).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::PushedAuthorization => "pushed-authorization",
            Self::Token => "token",
            Self::Refresh => "refresh",
            Self::UserInfo => "userinfo",
            Self::Revoke => "revoke",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Call(name) => name,
        }
    }

    /// The URL of this endpoint in `spec`.
    pub(crate) fn url_in(self, spec: &ProviderSpec) -> Option<&'static str> {
        let facts = spec.facts();
        match self {
            Self::Authorize => facts.authorize_url,
            Self::PushedAuthorization => facts.pushed_authorization_url,
            Self::Token => facts.token_url,
            Self::Refresh => facts.refresh_url,
            Self::UserInfo => facts.user_info_url,
            Self::Revoke => facts.revocation.url(),
            Self::Discovery => facts.openid.and_then(|openid| openid.discovery_url),
            Self::Jwks => facts.openid.and_then(|openid| openid.jwks_url),
            Self::Call(name) => facts.calls.iter().find(|call| call.name() == name).map(oauth_core::ExtraCall::url),
        }
    }

    /// Path on the development provider.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Call(name) => format!("/calls/{name}"),
            Self::Discovery => "/.well-known/openid-configuration".to_owned(),
            _ => format!("/{}", self.name()),
        }
    }

    /// Values of one login that the URL of this endpoint takes, such as `userinfo:slug`. Each stands in a segment of
    /// its own after the path, so that the client sends it here as well.
    pub(crate) fn login_variables(self, spec: &ProviderSpec) -> Vec<&'static str> {
        self.url_in(spec).into_iter().flat_map(variables).filter(|name| name.contains(':')).collect()
    }
}

/// The names of the variables in a text of a spec.
pub(crate) fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|tail| tail.split_once('}')).map(|(name, _)| name)
}

/// A request that arrived, without any value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Where it arrived.
    pub endpoint: Endpoint,
    /// Request method.
    pub method: String,
    /// Names of the query parameters in order.
    pub query: Vec<String>,
    /// Names of the body's parameters or JSON members in order.
    pub body: Vec<String>,
    /// Status of the answer; `None` while there is none, and when the connection was dropped.
    pub status: Option<u16>,
}
