//! The endpoints of one instance: given by spec and settings, or found in the provider's metadata.

use std::borrow::Cow;

use url::{Url, form_urlencoded};

use crate::{
    Error, ErrorKind, Result,
    authorization::CallbackIssuer,
    config::{ISSUER, PUSHED_AUTHORIZATION_URL, setting_name, variable_name},
    http::{HttpRequest, Method, UrlTrust},
    oidc::Server,
    provider::Settings,
    secret,
    spec::{ExtraCall, MANAGED, ProviderSpec, ResponseMode, SpecFacts, Variable},
    template::{EndpointUrl, Template},
};

/// One endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: EndpointUrl,
    trust: UrlTrust,
}

impl Endpoint {
    /// An endpoint of the metadata.
    #[cfg(feature = "oidc")]
    pub(crate) fn discovered(url: &Url, trust: UrlTrust) -> Self {
        Self { url: EndpointUrl::Fixed(url.clone()), trust }
    }

    /// An endpoint of spec or settings.
    fn given(template: Template) -> Result<Self> {
        let url = EndpointUrl::new(template)?;
        Ok(Self { trust: url.trust(), url })
    }

    /// The variables of its URL that a login brings.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.url.variables()
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
    /// Where the authorization request goes first, if the browser is to carry only a reference to it.
    pub(crate) pushed: Option<PushedAuthorization>,
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

impl Endpoints {
    /// Whether every authorization URL has this parameter: because the endpoint has it, or the provider sets it.
    pub(crate) fn asks_for(&self, name: &str) -> bool {
        Url::parse(&self.authorize_head).is_ok_and(|url| url.query_pairs().any(|(known, _)| known == name))
    }
}

/// How an authorization request is pushed (RFC 9126).
pub(crate) struct PushedAuthorization {
    pub(crate) endpoint: Endpoint,
    /// The request up to the parameters of one login.
    pub(crate) request_head: String,
    /// The URL that the browser is sent to, up to the reference.
    pub(crate) authorize_head: String,
}

/// The endpoints that spec and settings give.
pub(crate) struct Given {
    pub(crate) authorize: Option<Url>,
    pub(crate) authorize_params: AuthorizeParams,
    pub(crate) token: Option<Endpoint>,
    pub(crate) refresh: Option<Endpoint>,
    pub(crate) pushed_authorization: Option<Endpoint>,
    pub(crate) revoke: Option<Endpoint>,
    pub(crate) user_info: Option<Endpoint>,
}

/// What an OpenID provider says about itself. Nothing of it replaces what is given.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) authorize: Option<Url>,
    pub(crate) token: Option<Endpoint>,
    /// Only if it must be used.
    pub(crate) pushed_authorization: Option<Endpoint>,
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
        let pushed = self.pushed_authorization.clone().or(found.pushed_authorization);
        let pushed = pushed.map(|endpoint| PushedAuthorization {
            endpoint,
            request_head: self.authorize_params.request_head(),
            authorize_head: self.authorize_params.reference_head(authorize.clone()),
        });
        Ok(Endpoints {
            authorize_head: self.authorize_params.head(authorize)?,
            pushed,
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

/// The texts of a spec with the values that the settings of one instance have for their variables.
pub(crate) struct Texts<'t> {
    facts: &'static SpecFacts,
    instance: &'t str,
    client_id: &'t str,
    settings: &'t Settings,
    issuer: Option<String>,
    /// The settings name another issuer than the spec: what the spec says of its own server says nothing of that one.
    is_foreign_issuer: bool,
}

impl<'t> Texts<'t> {
    pub(crate) fn new(
        spec: &'static ProviderSpec,
        instance: &'t str,
        client_id: &'t str,
        settings: &'t Settings,
    ) -> Result<Self> {
        let facts = spec.facts();
        let mut texts = Self { facts, instance, client_id, settings, issuer: None, is_foreign_issuer: false };
        let of_spec = facts.issuer.map(|issuer| texts.fill(issuer).text(|_| None)).transpose()?;
        let set = settings.get(ISSUER).map(str::to_owned);
        texts.is_foreign_issuer = set.is_some() && set != of_spec;
        texts.issuer = set.or(of_spec);
        Ok(texts)
    }

    pub(crate) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    pub(crate) fn is_foreign_issuer(&self) -> bool {
        self.is_foreign_issuer
    }

    /// The endpoints, as far as spec and settings give them.
    pub(crate) fn given(&self, authorize_params: AuthorizeParams) -> Result<Given> {
        let authorize = self.url("AUTHORIZE_URL", self.facts.authorize_url)?;
        Ok(Given {
            authorize: authorize.map(|url| url.url(|_| None)).transpose()?,
            authorize_params,
            token: self.endpoint("TOKEN_URL", self.facts.token_url)?,
            refresh: self.endpoint("REFRESH_URL", self.facts.refresh_url)?,
            pushed_authorization: self.endpoint(PUSHED_AUTHORIZATION_URL, self.facts.pushed_authorization_url)?,
            revoke: self.endpoint("REVOKE_URL", self.facts.revocation.url())?,
            user_info: self.endpoint("USERINFO_URL", self.facts.user_info_url)?,
        })
    }

    /// The spec's further parameters of the authorization request.
    pub(crate) fn authorize_params(&self) -> Result<Vec<(Cow<'static, str>, String)>> {
        let mut params = Vec::with_capacity(self.facts.authorize_params.len() + 1);
        for (name, value) in self.filled(self.facts.authorize_params) {
            params.push((Cow::Borrowed(name), value.text(|_| None)?));
        }
        let membership = self.facts.openid.and_then(|openid| openid.membership);
        params.extend(membership.and_then(|membership| {
            Some((Cow::Borrowed(membership.param), self.settings.get(membership.setting)?.to_owned()))
        }));
        Ok(params)
    }

    pub(crate) fn discovery_url(&self) -> Result<Option<String>> {
        let of_spec = self.facts.openid.and_then(|openid| openid.discovery_url);
        self.url("DISCOVERY_URL", of_spec)?.map(|url| url.text(|_| None)).transpose()
    }

    pub(crate) fn jwks(&self) -> Result<Option<Endpoint>> {
        self.endpoint("JWKS_URL", self.facts.openid.and_then(|openid| openid.jwks_url))
    }

    /// The endpoint of an extra call.
    pub(crate) fn call(&self, call: &ExtraCall) -> Result<Endpoint> {
        let setting = format!("{}_URL", setting_name(call.name));
        let url = self.url(&setting, Some(call.url))?.ok_or_else(|| {
            let (url, issuer) = (variable_name(self.instance, &setting), variable_name(self.instance, ISSUER));
            Error::configuration(format!("{url} is not set, and {issuer} is another server than the provider's own"))
        })?;
        Endpoint::given(url)
    }

    /// Parameters or headers.
    pub(crate) fn filled(&self, pairs: &'static [(&'static str, &'static str)]) -> Vec<(&'static str, Template)> {
        pairs.iter().map(|(name, value)| (*name, self.fill(value))).collect()
    }

    fn endpoint(&self, setting: &str, of_spec: Option<&'static str>) -> Result<Option<Endpoint>> {
        self.url(setting, of_spec)?.map(Endpoint::given).transpose()
    }

    fn url(&self, setting: &str, of_spec: Option<&'static str>) -> Result<Option<Template>> {
        let of_spec = of_spec.filter(|_| !self.is_foreign_issuer);
        let Some(url) = self.settings.get(setting).or(of_spec) else { return Ok(None) };
        let template = self.fill(url);
        let late = |name: &str| {
            let brought = |variable: &Variable| variable.name == name && variable.callback_param.is_some();
            name.contains(':') || self.facts.variables.iter().any(brought)
        };
        if let Some(name) = template.variables().find(|name| !late(name)) {
            let variable = variable_name(self.instance, setting);
            return Err(Error::configuration(format!("{{{name}}} in the URL {variable} has no value")));
        }
        Ok(Some(template))
    }

    fn fill(&self, text: &str) -> Template {
        Template::new(text).fill(|name| self.value(name))
    }

    /// The value of a variable that the settings give, once and for all.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "client_id" => Some(self.client_id.to_owned()),
            "base_url" => {
                let url = self.settings.get("BASE_URL").or(self.facts.base_url);
                url.map(|url| url.trim_end_matches('/').to_owned())
            }
            _ => {
                let variable = self.facts.variables.iter().find(|variable| variable.name == name)?;
                let set = self.settings.get(&setting_name(name));
                let default = if variable.callback_param.is_some() { None } else { variable.default };
                set.or(default).map(str::to_owned)
            }
        }
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
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| is_managed(name)) {
            return Err(Error::configuration(format!(
                "the authorization URL brings the parameter {name}, which the client sets"
            )));
        }
        if let Some((name, _)) = self.further.iter().find(|(name, _)| is_managed(name)) {
            return Err(Error::configuration(format!("the provider sets the parameter {name}, which the client sets")));
        }
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| self.further.iter().any(|(known, _)| known == name))
        {
            return Err(Error::configuration(format!("the authorization URL brings the parameter {name} already")));
        }
        url.query_pairs_mut().extend_pairs(self.own());
        Ok(url.into())
    }

    /// The same without an endpoint, for a request that is pushed.
    fn request_head(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.own()).finish()
    }

    /// `response_type`, client id and fixed parameters.
    fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_form_post = self.response_mode == ResponseMode::FormPost;
        let response_mode = is_form_post.then(|| ("response_mode", self.response_mode.as_str()));
        let client = [("response_type", "code"), (self.spec.facts().client_id_param, self.client_id.as_str())];
        let further = self.further.iter().map(|(name, value)| (name.as_ref(), value.as_str()));
        client.into_iter().chain(response_mode).chain(further)
    }

    /// What stands before the reference to a pushed request (RFC 9126 section 4).
    fn reference_head(&self, mut url: Url) -> String {
        url.query_pairs_mut().append_pair(self.spec.facts().client_id_param, &self.client_id);
        url.into()
    }
}

/// Whether a parameter is the client's own.
pub(crate) fn is_managed(name: &str) -> bool {
    MANAGED.contains(&name)
}
