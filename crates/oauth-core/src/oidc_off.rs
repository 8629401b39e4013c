//! Stands in for `oidc` while the feature is off: no value of its types exists, and a spec that needs one is refused.
#![allow(clippy::unused_async, reason = "the signatures are those of the module it stands in for")]

use std::sync::Arc;

use secrecy::SecretString;

use crate::{
    Error, Result,
    authorization::PendingAuthorization,
    endpoints::{Endpoint, Endpoints, Found, Given},
    http::HttpClient,
    identity::Identity,
    spec::ProviderSpec,
    token::OAuthToken,
};

pub(crate) enum OpenId {}

pub(crate) enum Server {}

/// What a client of an OpenID provider is made of.
#[expect(dead_code, reason = "only the spec is looked at while the feature is off")]
pub(crate) struct Setup<'s> {
    pub(crate) spec: &'static ProviderSpec,
    pub(crate) variable: &'s dyn Fn(&str) -> String,
    pub(crate) client_id: &'s str,
    pub(crate) client_secret: Option<&'s str>,
    pub(crate) private_key: Option<(&'s str, Option<&'s str>)>,
    pub(crate) issuer: Option<&'s str>,
    pub(crate) is_foreign_issuer: bool,
    pub(crate) discovery_url: Option<String>,
    pub(crate) jwks: Option<Endpoint>,
    pub(crate) has_endpoints: bool,
}

impl OpenId {
    /// Refuses a spec of an OpenID provider: without its rules nobody would know who signed in.
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Option<Self>> {
        match setup.spec.facts().openid {
            None => Ok(None),
            Some(_) => Err(Error::configuration("the provider speaks OpenID Connect, which is not compiled in")
                .with_remedy("Turn on the cargo feature \"oidc\" of oauth-core")),
        }
    }

    pub(crate) fn known(&self) -> Option<Found> {
        match *self {}
    }

    pub(crate) fn client_assertion(&self) -> Result<Option<SecretString>> {
        match *self {}
    }

    pub(crate) fn is_of_tenant(&self, _: &str) -> bool {
        match *self {}
    }

    pub(crate) fn has_template(&self) -> bool {
        match *self {}
    }

    pub(crate) async fn endpoints(&self, _: &dyn HttpClient, _: &Given) -> Result<Arc<Endpoints>> {
        match *self {}
    }

    pub(crate) async fn warm_up(&self, _: &dyn HttpClient, _: &Server) {
        match *self {}
    }

    pub(crate) async fn identify(
        &self,
        _: &dyn HttpClient,
        _: &Server,
        _: &OAuthToken,
        _: &PendingAuthorization,
        _: &str,
    ) -> Result<Identity> {
        match *self {}
    }

    pub(crate) async fn identify_refreshed(
        &self,
        _: &dyn HttpClient,
        _: &Server,
        _: &OAuthToken,
        _: Option<&Identity>,
    ) -> Result<Option<Identity>> {
        match *self {}
    }

    pub(crate) async fn user_info(&self, _: &dyn HttpClient, _: &Server, _: String, _: &Identity) -> Result<String> {
        match *self {}
    }
}
