//! One configured provider: [`OAuthClient`] makes its requests and reads its replies.
//!
//! Everything that does not change between two logins is prepared when the client is built.

mod authorization;
mod pushed;
mod revocation;
mod token;
mod user_info;

use std::{borrow::Cow, fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};

use self::{authorization::scope_parameter, pushed::PushedReader, token::basic_credentials};

#[cfg(feature = "oidc")]
use crate::identity::Identity;
use crate::{
    Error, ErrorKind, Result,
    authorization::{Authorization, AuthorizationRequest, CallbackParameters, PendingAuthorization},
    claims::Lookup,
    config::{CheckedConfig, KEY_ID, PRIVATE_KEY, ProviderConfig, RESPONSE_MODE, variable_name},
    described::Described,
    endpoints::{AuthorizeParams, Endpoint, Endpoints, Found, Given, Texts},
    http::HttpClient,
    oidc::{OpenId, Setup},
    provider::{Provider, Settings},
    spec::{ClientAuthentication, DescribedBy, ExtraCall, ProviderSpec, ResponseMode, SpecFacts},
    template::Template,
    token::{OAuthToken, SuccessReader, TokenReader},
    user::OAuthUserInfo,
};

/// A provider with credentials: what [`Registry::get`](crate::Registry::get) gives.
///
/// Cheap to clone and shared by all requests.
///
/// ```no_run
/// use oauth_core::{AuthorizationRequest, CallbackParameters, OAuthClient};
///
/// async fn sign_in(client: &OAuthClient) -> oauth_core::Result<()> {
///     let request = AuthorizationRequest::new("https://example.com/auth/bitbucket/callback");
///     let authorization = client.authorize(&request).await?;
///     println!("open {}", authorization.url());
///
///     // The browser comes back with `code` and `state`; compare the state with authorization.pending().state().
///     let code = "the code";
///     let token = client.exchange_code(code, authorization.pending(), &CallbackParameters::default()).await?;
///     let user = client.user_info(&token).await?;
///     println!("hello {}", user.oauth_id);
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct OAuthClient(Arc<Inner>);

struct Inner {
    provider: &'static dyn Provider,
    http: Arc<dyn HttpClient>,
    name: String,
    client_id: String,
    client_secret: Option<SecretString>,
    client_authentication: ClientAuthentication,
    settings: Settings,
    scopes: Vec<String>,
    /// The instance's own scopes as they stand in the authorization URL.
    authorize_scopes: String,
    response_mode: ResponseMode,
    issuer: Option<String>,
    given: Given,
    /// The endpoints, where no metadata is needed to know them.
    fixed: Option<Arc<Endpoints>>,
    openid: Option<OpenId>,
    token_params: Vec<(&'static str, Template)>,
    token_headers: Vec<(&'static str, Template)>,
    user_info_query: Vec<(&'static str, Template)>,
    user_info_form: Vec<(&'static str, Template)>,
    user_info_headers: Vec<(&'static str, Template)>,
    calls: Vec<Call>,
    basic: Option<SecretString>,
    pushed_reader: PushedReader,
    token_reader: TokenReader,
    user_info_success: Option<SuccessReader>,
    described: Described,
}

struct Call {
    spec: &'static ExtraCall,
    endpoint: Endpoint,
    next_page: Option<Lookup>,
    after_user_info: bool,
}

/// Values that stand in for the variables of URLs, parameters and headers.
#[derive(Clone, Copy)]
struct Values<'a> {
    token: Option<&'a OAuthToken>,
    callback: Option<&'a CallbackParameters>,
    user_info: Option<&'a str>,
}

impl<'a> Values<'a> {
    fn of(token: &'a OAuthToken) -> Self {
        Self { token: Some(token), callback: Some(token.callback()), user_info: None }
    }
}

impl OAuthClient {
    /// A client of `provider`, without a registry.
    ///
    /// # Errors
    ///
    /// A setting is missing, unknown or not valid.
    pub fn new(
        provider: &'static dyn Provider,
        config: ProviderConfig,
        http: impl HttpClient + 'static,
    ) -> Result<Self> {
        Self::from_parts(provider, config, Arc::new(http))
    }

    pub(crate) fn from_parts(
        provider: &'static dyn Provider,
        config: ProviderConfig,
        http: Arc<dyn HttpClient>,
    ) -> Result<Self> {
        provider.spec().check_whole().map_err(|error| error.with_provider(&config.instance))?;
        let config = CheckedConfig::new(provider, config)?;
        let name = config.instance.clone();
        Inner::new(provider, config, http)
            .map(|inner| Self(Arc::new(inner)))
            .map_err(|error| error.with_provider(&name))
    }

    /// Name of the instance, as in `registry.get(name)`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The description of the provider.
    #[must_use]
    pub fn spec(&self) -> &'static ProviderSpec {
        self.0.provider.spec()
    }

    /// The issuer of this provider, if it has one and not one for each tenant.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        let issuer = self.0.issuer.as_deref()?;
        let of_everybody =
            self.0.openid.as_ref().is_none_or(|openid| !openid.has_template() || openid.is_of_tenant(issuer));
        of_everybody.then_some(issuer)
    }

    /// How the callback arrives.
    #[must_use]
    pub fn response_mode(&self) -> ResponseMode {
        self.0.response_mode
    }

    /// The scopes that are asked for unless a request says otherwise.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// Makes the URL to send the browser to, with a fresh state, PKCE verifier and nonce from the operating system.
    ///
    /// Works for every provider: where an OpenID provider names its endpoints itself, its metadata is fetched first, once for
    /// all logins of an hour or so; where the provider wants the request pushed (RFC 9126), it is.
    ///
    /// # Errors
    ///
    /// As for [`authorization_url`](Self::authorization_url), or the provider's metadata cannot be had, or it did not take
    /// the pushed request.
    pub async fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        self.0.authorize(request).await.map_err(|error| self.explain(error))
    }

    /// Makes the URL to send the browser to, like [`authorize`](Self::authorize), for a provider whose endpoints are known
    /// without asking it.
    ///
    /// # Errors
    ///
    /// No random bytes, a further parameter that the client manages itself, or
    /// [`Unsupported`](ErrorKind::Unsupported) where the endpoints are discovered or the request has to be pushed.
    pub fn authorization_url(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        let endpoints = self.0.fixed.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "the provider's endpoints are discovered").with_remedy("Use authorize()")
        });
        endpoints.and_then(|endpoints| self.0.authorization(endpoints, request)).map_err(|error| self.explain(error))
    }

    /// Checks the `iss` parameter of a callback (RFC 9207 section 2.4), before its code is used and before its error is
    /// believed.
    ///
    /// # Errors
    ///
    /// [`IssuerMismatch`](ErrorKind::IssuerMismatch): the callback comes from another server than the login went to, or does
    /// not say where it comes from although this provider always does.
    pub fn check_issuer(&self, pending: &PendingAuthorization, iss: Option<&str>) -> Result<()> {
        let matches = match (iss, &pending.issuer) {
            (Some(iss), Some(issuer)) => iss == issuer,
            (Some(iss), None) => self.0.openid.as_ref().is_none_or(|openid| openid.is_of_tenant(iss)),
            (None, _) => !pending.requires_iss(),
        };
        if matches {
            return Ok(());
        }
        let message = match iss {
            Some(_) => "the callback names another issuer than the login began with",
            None => "the callback does not name its issuer",
        };
        Err(self.error(ErrorKind::IssuerMismatch, message))
    }

    /// Exchanges the code of a callback for a token (RFC 6749 section 4.1.3).
    ///
    /// At an OpenID provider the ID token is verified: [`OAuthToken::identity`] is who signed in. A code is sent once: after
    /// any error the login starts anew.
    ///
    /// # Errors
    ///
    /// The provider cannot be reached, refuses, or answers with what is no token;
    /// [`IdTokenInvalid`](ErrorKind::IdTokenInvalid) where it does not prove who signed in.
    pub async fn exchange_code(
        &self,
        code: &str,
        pending: &PendingAuthorization,
        callback: &CallbackParameters,
    ) -> Result<OAuthToken> {
        self.0.exchange_code(code, pending, callback).await.map_err(|error| self.explain(error))
    }

    /// Renews a token (RFC 6749 section 6). Where the reply has no new refresh token the old one stays.
    ///
    /// # Errors
    ///
    /// [`InvalidGrant`](ErrorKind::InvalidGrant) when the refresh token has ended: the person signs in again.
    pub async fn refresh_token(&self, token: &OAuthToken) -> Result<OAuthToken> {
        self.0.refresh_token(token).await.map_err(|error| self.explain(error))
    }

    /// Revokes a token (RFC 7009): the refresh token, if there is one, and the access token. Where the provider has a request
    /// of its own for it, what that revokes.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](ErrorKind::Unsupported) where the provider has no way to do it; the remedy says what people can do.
    /// Otherwise a token may still be good, and a later attempt may end it.
    pub async fn revoke_token(&self, token: &OAuthToken) -> Result<()> {
        self.0.revoke_token(token).await.map_err(|error| self.explain(error))
    }

    /// Verifies an ID token that came by another way than the code, from a native application or a sign-in widget, say.
    ///
    /// `pending` is a login that this server began: the token must carry its nonce, so that nobody signs in with a token that
    /// was issued for another occasion.
    ///
    /// # Errors
    ///
    /// [`IdTokenInvalid`](ErrorKind::IdTokenInvalid), or the provider's keys cannot be had.
    #[cfg(feature = "oidc")]
    pub async fn verify_id_token(&self, id_token: &SecretString, pending: &PendingAuthorization) -> Result<Identity> {
        self.0.verify_id_token(id_token, pending).await.map_err(|error| self.explain(error))
    }

    /// Asks who signed in. Independent requests are sent at the same time.
    ///
    /// At an OpenID provider the reply must be about the [`identity`](OAuthToken::identity) of the token.
    ///
    /// # Errors
    ///
    /// The provider cannot be reached, refuses, or gives no account id.
    pub async fn user_info(&self, token: &OAuthToken) -> Result<OAuthUserInfo> {
        self.0.user_info(token).await.map_err(|error| self.explain(error))
    }

    /// Exchanges the code and asks who signed in: what a callback needs, in one call.
    pub async fn sign_in(
        &self,
        code: &str,
        pending: &PendingAuthorization,
        callback: &CallbackParameters,
    ) -> Result<(OAuthToken, OAuthUserInfo)> {
        let token = self.exchange_code(code, pending, callback).await?;
        let user = self.0.user_info(&token).await.map_err(|error| self.explain(error))?;
        Ok((token, user))
    }

    /// An error of this provider for a demand of the application, with the provider's remedy: a missing e-mail address, say.
    #[must_use]
    pub fn error(&self, kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        self.explain(Error::new(kind, message))
    }

    fn explain(&self, error: Error) -> Error {
        let remedy = self.spec().remedy(error.kind());
        let error = error.with_provider(&self.0.name);
        match remedy {
            Some(remedy) => error.with_remedy(remedy),
            None => error,
        }
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("name", &self.0.name)
            .field("provider", &self.spec().name())
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn new(provider: &'static dyn Provider, config: CheckedConfig, http: Arc<dyn HttpClient>) -> Result<Self> {
        let facts = provider.spec().facts();
        let CheckedConfig { instance, client_id, client_secret, client_authentication, scopes, settings, described } =
            config;
        let texts = Texts::new(provider.spec(), &instance, &client_id, &settings)?;
        let issuer = texts.issuer().map(str::to_owned);
        let response_mode = settings.get(RESPONSE_MODE).and_then(ResponseMode::named).unwrap_or(facts.response_mode);
        let authorize_params = AuthorizeParams {
            spec: provider.spec(),
            client_id: client_id.clone(),
            response_mode,
            further: [texts.authorize_params()?, provider.authorize_params(&settings)?].concat(),
        };
        let given = texts.given(authorize_params)?;
        let openid = OpenId::new(&Setup {
            spec: provider.spec(),
            variable: &|setting| variable_name(&instance, setting),
            client_id: &client_id,
            client_secret: client_secret.as_ref().map(ExposeSecret::expose_secret),
            private_key: match client_authentication {
                ClientAuthentication::PrivateKeyJwt => settings.get(PRIVATE_KEY).map(|key| (key, settings.get(KEY_ID))),
                _ => None,
            },
            issuer: issuer.as_deref(),
            is_foreign_issuer: texts.is_foreign_issuer(),
            discovery_url: texts.discovery_url()?,
            jwks: texts.jwks()?,
            has_endpoints: given.authorize.is_some() && given.token.is_some(),
        })?;
        let found = match &openid {
            Some(openid) => openid.known(),
            None => Some(Found { issuer: issuer.clone(), ..Found::default() }),
        };
        let fixed_endpoints = found.map(|found| given.complete(found).map(Arc::new)).transpose()?;
        let calls = facts
            .calls
            .iter()
            .map(|spec| {
                let endpoint = texts.call(spec)?;
                let after_user_info = endpoint.variables().any(|name| name.starts_with("userinfo:"));
                Ok(Call { spec, endpoint, next_page: spec.next_page.map(Lookup::new), after_user_info })
            })
            .collect::<Result<Vec<_>>>()?;
        let basic = match (client_authentication, &client_secret) {
            (ClientAuthentication::Basic, Some(secret)) => Some(basic_credentials(&client_id, secret.expose_secret())),
            _ => None,
        };
        let token_reply = match facts.described_by {
            DescribedBy::Spec => facts.token_reply,
            // A server grants scopes as it is asked for them.
            DescribedBy::Settings => facts.token_reply.scope_separator(described.scope_separator),
        };
        Ok(Self {
            authorize_scopes: scope_parameter(described.scope_separator, &scopes),
            response_mode,
            issuer,
            given,
            fixed: fixed_endpoints,
            openid,
            token_params: texts.filled(facts.token_params),
            token_headers: texts.filled(facts.token_headers),
            user_info_query: texts.filled(facts.user_info_query),
            user_info_form: texts.filled(facts.user_info_form),
            user_info_headers: texts.filled(facts.user_info_headers),
            calls,
            basic,
            pushed_reader: PushedReader::new(),
            token_reader: TokenReader::new(&token_reply),
            user_info_success: facts.user_info_success.as_ref().map(SuccessReader::new),
            described,
            name: instance,
            client_id,
            client_secret,
            client_authentication,
            settings,
            scopes,
            provider,
            http,
        })
    }

    fn facts(&self) -> &'static SpecFacts {
        self.provider.spec().facts()
    }

    /// The endpoints, discovered where they have to be.
    async fn endpoints(&self) -> Result<Arc<Endpoints>> {
        match (&self.fixed, &self.openid) {
            (Some(fixed), _) => Ok(Arc::clone(fixed)),
            (None, Some(openid)) => openid.endpoints(&*self.http, &self.given).await,
            (None, None) => Err(Error::configuration("the spec has no endpoints")),
        }
    }

    /// The value of a variable that is known only while a login runs.
    fn value(&self, name: &str, values: Values<'_>) -> Option<String> {
        if let Some(path) = name.strip_prefix("token:") {
            return Lookup::new(path).text(values.token?.raw().expose_secret());
        }
        if let Some(path) = name.strip_prefix("userinfo:") {
            return Lookup::new(path).text(values.user_info?);
        }
        if let Some(param) = name.strip_prefix("callback:") {
            return values.callback?.get(param).map(str::to_owned);
        }
        let variable = self.facts().variables.iter().find(|variable| variable.name == name)?;
        let brought = values.callback.and_then(|callback| callback.get(variable.callback_param?));
        // The callback is not a trusted document: it may choose among the spec's values and bring none of its own.
        brought.filter(|value| variable.allowed.contains(value)).or(variable.default).map(str::to_owned)
    }
}
