//! The endpoints of one instance: given by spec and settings, or found in the provider's metadata.

use std::borrow::Cow;

use url::Url;

use crate::{
    Error, ErrorKind, Result,
    authorization::CallbackIssuer,
    http::{HttpRequest, Method, UrlTrust},
    oidc::Server,
    secret,
    spec::{MANAGED, ProviderSpec, ResponseMode},
    template::Template,
};

/// One endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: Template,
    trust: UrlTrust,
}

impl Endpoint {
    /// An endpoint of the spec or of the settings.
    pub(crate) fn configured(url: Template) -> Self {
        Self { url, trust: UrlTrust::Configured }
    }

    /// An endpoint of the metadata.
    #[cfg(feature = "oidc")]
    pub(crate) fn discovered(url: &Url, trust: UrlTrust) -> Self {
        Self { url: Template::fixed(url.as_str()), trust }
    }

    /// A request to the endpoint, with every variable of its URL replaced.
    pub(crate) fn request(&self, method: Method, value: impl Fn(&str) -> Option<String>) -> Result<HttpRequest> {
        let mut request = HttpRequest::new(method, self.url.url(value)?);
        request.url_trust = self.trust;
        Ok(request)
    }
}

/// The endpoints of an instance, complete.
pub(crate) struct Endpoints {
    /// The authorization URL up to the parameters of one request.
    pub(crate) authorize_head: String,
    pub(crate) token: Endpoint,
    pub(crate) refresh: Endpoint,
    pub(crate) revoke: Option<Endpoint>,
    pub(crate) user_info: Option<Endpoint>,
    /// The issuer that callbacks name, if it is the same for everybody.
    pub(crate) issuer: Option<String>,
    pub(crate) callback_issuer: CallbackIssuer,
    /// Digest of issuer and endpoints, at an OpenID provider.
    pub(crate) identity: Option<String>,
    pub(crate) server: Option<Server>,
}

/// The endpoints that spec and settings give.
pub(crate) struct Given {
    pub(crate) authorize: Option<Url>,
    pub(crate) authorize_params: AuthorizeParams,
    pub(crate) token: Option<Endpoint>,
    pub(crate) refresh: Option<Endpoint>,
    pub(crate) revoke: Option<Endpoint>,
    pub(crate) user_info: Option<Endpoint>,
}

/// What an OpenID provider says about itself. Nothing of it replaces what is given.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) authorize: Option<Url>,
    pub(crate) token: Option<Endpoint>,
    pub(crate) revoke: Option<Endpoint>,
    pub(crate) user_info: Option<Endpoint>,
    pub(crate) issuer: Option<String>,
    pub(crate) callback_issuer: CallbackIssuer,
    pub(crate) server: Option<Server>,
}

impl Given {
    pub(crate) fn complete(&self, found: Found) -> Result<Endpoints> {
        let missing = |name| Error::new(ErrorKind::MetadataInvalid, format!("the provider's metadata has no {name}"));
        let authorize = self.authorize.clone().or(found.authorize).ok_or_else(|| missing("authorization_endpoint"))?;
        let token = self.token.clone().or(found.token).ok_or_else(|| missing("token_endpoint"))?;
        let identity = found.server.as_ref().map(|_| {
            let issuer = found.issuer.as_deref().unwrap_or_default();
            secret::s256(&format!("{issuer}\n{authorize}\n{}", token.url))
        });
        Ok(Endpoints {
            authorize_head: self.authorize_params.head(authorize)?,
            refresh: self.refresh.clone().unwrap_or_else(|| token.clone()),
            token,
            revoke: self.revoke.clone().or(found.revoke),
            user_info: self.user_info.clone().or(found.user_info),
            issuer: found.issuer,
            callback_issuer: found.callback_issuer,
            identity,
            server: found.server,
        })
    }
}

/// What every authorization URL of an instance begins with.
pub(crate) struct AuthorizeParams {
    pub(crate) spec: &'static ProviderSpec,
    pub(crate) client_id: String,
    pub(crate) response_mode: ResponseMode,
    pub(crate) further: Vec<(Cow<'static, str>, String)>,
}

impl AuthorizeParams {
    /// Endpoint, `response_type`, client id and fixed parameters. A query that the endpoint has is kept.
    fn head(&self, mut url: Url) -> Result<String> {
        let facts = self.spec.facts();
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| is_managed(name)) {
            return Err(Error::configuration(format!(
                "the authorization URL brings the parameter {name}, which the client sets"
            )));
        }
        if let Some((name, _)) = self.further.iter().find(|(name, _)| is_managed(name)) {
            return Err(Error::configuration(format!("the provider sets the parameter {name}, which the client sets")));
        }
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("response_type", "code").append_pair(facts.client_id_param, &self.client_id);
            if self.response_mode == ResponseMode::FormPost {
                query.append_pair("response_mode", self.response_mode.as_str());
            }
            query.extend_pairs(facts.authorize_params);
            query.extend_pairs(&self.further);
        }
        Ok(url.into())
    }
}

/// Whether a parameter is the client's own.
pub(crate) fn is_managed(name: &str) -> bool {
    MANAGED.contains(&name)
}
