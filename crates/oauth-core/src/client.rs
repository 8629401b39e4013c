//! One configured provider: [`OAuthClient`] makes its requests and reads its replies.
//!
//! Everything that does not change between two logins is prepared when the client is built.

mod revocation;

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::{join, try_join, try_join_all};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tracing::warn;
use url::{Url, form_urlencoded};

use crate::{
    Error, ErrorKind, Result,
    authorization::{Authorization, AuthorizationRequest, CallbackParameters, PendingAuthorization},
    claims::{Document, Lookup},
    config::{CheckedConfig, ProviderConfig, RESPONSE_MODE, variable_name},
    described::Described,
    endpoints::{AuthorizeParams, Endpoint, Endpoints, Found, Given, Texts, is_managed},
    http::{HttpClient, HttpRequest, HttpResponse, Location, Method, REPLY_HEADERS},
    identity::Identity,
    oidc::{OpenId, Setup},
    provider::{Provider, Settings, TokenRequest},
    secret,
    spec::{
        ClientAuthentication, DescribedBy, ExtraCall, Pkce, ProviderSpec, RequestBody, ResponseMode, SpaceEncoding,
        TokenPlacement, UserInfoSource,
    },
    template::Template,
    token::{OAuthToken, SuccessReader, TokenReader, repeatable, without_secrets},
    user::{OAuthUserInfo, RawData},
};

/// How many pages of one extra call are read.
const MAX_PAGES: usize = 10;

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
    /// all logins of an hour or so.
    ///
    /// # Errors
    ///
    /// As for [`authorization_url`](Self::authorization_url), or the provider's metadata cannot be had.
    pub async fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        let begin = async { self.0.authorization(&*self.0.endpoints().await?, request) };
        begin.await.map_err(|error| self.explain(error))
    }

    /// Makes the URL to send the browser to, like [`authorize`](Self::authorize), for a provider whose endpoints are known
    /// without asking it.
    ///
    /// # Errors
    ///
    /// No random bytes, a further parameter that the client manages itself, or
    /// [`Unsupported`](ErrorKind::Unsupported) where the endpoints are discovered.
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

    fn facts(&self) -> &'static crate::spec::SpecFacts {
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

    fn authorization(&self, endpoints: &Endpoints, request: &AuthorizationRequest) -> Result<Authorization> {
        let facts = self.facts();
        let own = [facts.redirect_uri_param, "response_mode", "max_age", "acr_values"];
        let taken = |name: &str| is_managed(name) || own.contains(&name) || endpoints.asks_for(name);
        if let Some((name, _)) = request.params.iter().find(|(name, _)| taken(name)) {
            return Err(Error::configuration(format!("the parameter {name} is set by the client itself")));
        }
        if self.openid.is_none() && (request.max_age.is_some() || !request.acr_values.is_empty()) {
            return Err(Error::configuration("the provider does not speak OpenID Connect: no max_age, no acr_values"));
        }
        let state = secret::random()?;
        let nonce = if self.provider.spec().needs_id_token() { Some(secret::random()?) } else { None };
        let code_verifier = match self.described.pkce {
            Pkce::S256 | Pkce::Plain => Some(secret::random()?),
            Pkce::Unsupported => None,
        };
        let mut url = String::with_capacity(
            endpoints.authorize_head.len() + request.redirect_uri.len() + self.authorize_scopes.len() + 320,
        );
        url.push_str(&endpoints.authorize_head);
        let mut push = |name: &str, value: &str| {
            url.push('&');
            url.push_str(name);
            url.push('=');
            url.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        };
        push(facts.redirect_uri_param, &request.redirect_uri);
        push("state", state.expose_secret());
        if let Some(verifier) = &code_verifier {
            if self.described.pkce == Pkce::S256 {
                push("code_challenge", &secret::s256(verifier.expose_secret()));
                push("code_challenge_method", "S256");
            } else {
                push("code_challenge", verifier.expose_secret());
                push("code_challenge_method", "plain");
            }
        }
        if let Some(nonce) = &nonce {
            push("nonce", nonce.expose_secret());
        }
        let max_age = request.max_age.map(|max_age| max_age.as_secs());
        if let Some(max_age) = max_age {
            push("max_age", &max_age.to_string());
        }
        if !request.acr_values.is_empty() {
            push("acr_values", &request.acr_values.join(" "));
        }
        for (name, value) in &request.params {
            push(name, value);
        }
        let spec = self.provider.spec();
        match &request.scopes {
            None => url.push_str(&self.authorize_scopes),
            Some(scopes) => {
                url.push_str(&scope_parameter(self.described.scope_separator, &spec.with_openid_scope(scopes.clone())));
            }
        }
        if facts.space_encoding == SpaceEncoding::Percent20 {
            url = url.replace('+', "%20");
        }
        if let Some(fragment) = facts.authorize_fragment {
            url.push('#');
            url.push_str(fragment);
        }
        let pending = PendingAuthorization {
            state,
            code_verifier,
            redirect_uri: request.redirect_uri.clone(),
            scopes: request.scopes.clone(),
            nonce,
            issuer: endpoints.issuer.clone(),
            callback_issuer: endpoints.callback_issuer,
            server: endpoints.identity.clone(),
            max_age,
            acr_values: request.acr_values.clone(),
        };
        Ok(Authorization { url, pending })
    }

    async fn exchange_code(
        &self,
        code: &str,
        pending: &PendingAuthorization,
        callback: &CallbackParameters,
    ) -> Result<OAuthToken> {
        let facts = self.facts();
        let endpoints = self.endpoints().await?;
        if pending.server != endpoints.identity {
            return Err(Error::new(ErrorKind::MetadataInvalid, "the provider's endpoints changed while the login ran")
                .with_remedy("Sign in again"));
        }
        let kept = callback.kept(facts.callback_params, pending);
        let values = Values { token: None, callback: Some(&kept), user_info: None };
        let mut request = self.token_request("authorization_code", values)?;
        request.set_param("code", code);
        request.set_param(facts.redirect_uri_param, pending.redirect_uri.as_str());
        if let Some(verifier) = &pending.code_verifier {
            request.set_param("code_verifier", verifier.clone());
        }
        let token = self.request_token(&endpoints.token, request, values);
        let (Some(openid), Some(server)) = (&self.openid, &endpoints.server) else {
            return Ok(token.await?.with_callback(kept));
        };
        let (token, ()) = join(token, openid.warm_up(&*self.http, server)).await;
        let token = token?;
        let identity = openid.identify(&*self.http, server, &token, pending, code).await?;
        self.admit(&identity)?;
        Ok(token.with_callback(kept).with_identity(identity))
    }

    /// Refuses who may not sign in, by the settings and by the provider's own rule.
    fn admit(&self, identity: &Identity) -> Result<()> {
        let membership = self.facts().openid.and_then(|openid| openid.membership);
        if let Some(membership) = membership
            && let Some(demanded) = self.settings.get(membership.setting)
            && identity.claim(membership.claim).as_deref() != Some(demanded)
        {
            let variable = variable_name(&self.name, membership.setting);
            let message = format!("the account does not belong to what {variable} names");
            return Err(Error::new(ErrorKind::AccountRefused, message).with_remedy("Sign in with an account that does"));
        }
        self.provider.identity(identity, &self.settings)
    }

    #[cfg(feature = "oidc")]
    async fn verify_id_token(&self, id_token: &SecretString, pending: &PendingAuthorization) -> Result<Identity> {
        let endpoints = self.endpoints().await?;
        let (Some(openid), Some(server)) = (&self.openid, &endpoints.server) else {
            return Err(Error::new(ErrorKind::Unsupported, "the provider does not speak OpenID Connect"));
        };
        let id_token = id_token.expose_secret();
        let identity = openid.identify_by_id_token(&*self.http, server, id_token, pending).await?;
        self.admit(&identity)?;
        Ok(identity)
    }

    async fn refresh_token(&self, token: &OAuthToken) -> Result<OAuthToken> {
        let Some(refresh_token) = token.refresh_token() else {
            return Err(Error::new(ErrorKind::Unsupported, "the token has no refresh token"));
        };
        let values = Values::of(token);
        let mut request = self.token_request("refresh_token", values)?;
        request.set_param("refresh_token", refresh_token.clone());
        let endpoints = self.endpoints().await?;
        let (Some(openid), Some(server)) = (&self.openid, &endpoints.server) else {
            return Ok(self.request_token(&endpoints.refresh, request, values).await?.succeeding(token));
        };
        // First, because the request may spend the refresh token: a reply that cannot be verified is lost.
        openid.warm_up(&*self.http, server).await;
        let renewed = self.request_token(&endpoints.refresh, request, values).await?.succeeding(token);
        match openid.identify_refreshed(&*self.http, server, &renewed, token.identity()).await? {
            None => Ok(renewed),
            Some(identity) => {
                self.admit(&identity)?;
                Ok(renewed.with_identity(identity))
            }
        }
    }

    /// A token request with its grant type and client authentication, the same for an exchange and for a refresh.
    fn token_request(&self, grant_type: &'static str, values: Values<'_>) -> Result<TokenRequest> {
        let facts = self.facts();
        let mut request = TokenRequest { params: Vec::with_capacity(8), headers: Vec::with_capacity(4) };
        request.set_param("grant_type", grant_type);
        for (name, value) in &self.token_params {
            request.set_param(*name, value.text(|name| self.value(name, values))?);
        }
        for (name, value) in &self.token_headers {
            request.set_header(*name, value.text(|name| self.value(name, values))?);
        }
        match (&self.basic, self.client_authentication, &self.client_secret) {
            (Some(basic), ..) => request.set_header("authorization", basic.clone()),
            (None, ClientAuthentication::Body, Some(secret)) => {
                request.set_param(facts.client_id_param, self.client_id.as_str());
                request.set_param(facts.client_secret_param, secret.clone());
            }
            _ => request.set_param(facts.client_id_param, self.client_id.as_str()),
        }
        Ok(request)
    }

    async fn request_token(
        &self,
        endpoint: &Endpoint,
        mut request: TokenRequest,
        values: Values<'_>,
    ) -> Result<OAuthToken> {
        let facts = self.facts();
        self.provider.token_request(&mut request, &self.settings)?;
        let mut http = endpoint.request(facts.token_method, |name| self.value(name, values))?;
        let params = || request.params.iter().map(|(name, value)| (name.as_ref(), value.expose_secret()));
        match facts.token_method {
            Method::Post => {
                let (content_type, body) = encoded(facts.token_body, params());
                http.headers.push((Cow::Borrowed("content-type"), content_type.to_owned()));
                http.body = Some(body);
            }
            _ => {
                http.url.query_pairs_mut().extend_pairs(params());
            }
        }
        for (name, value) in &request.headers {
            http.set_header(name.clone(), value.expose_secret());
        }
        http.wanted_headers = REPLY_HEADERS;
        let response = self.http.send(http).await?;
        if response.is_rate_limit() {
            return Err(Error::new(ErrorKind::RateLimited, format!("the token endpoint answered {}", response.status)));
        }
        let secrets: Vec<&str> = params()
            .filter(|(name, _)| {
                !matches!(*name, "grant_type") && *name != facts.redirect_uri_param && *name != facts.client_id_param
            })
            .map(|(_, value)| value)
            .chain(self.client_secret.as_ref().map(ExposeSecret::expose_secret))
            .collect();
        self.token_reader.read(response, SystemTime::now(), &secrets)
    }

    async fn user_info(&self, token: &OAuthToken) -> Result<OAuthUserInfo> {
        let values = Values::of(token);
        let independent = self.calls.iter().filter(|call| !call.after_user_info);
        let (user_info, mut calls) = try_join(
            self.user_info_reply(token, values),
            try_join_all(independent.map(|call| self.call(call, token, values))),
        )
        .await?;
        let values = Values { user_info: Some(&user_info), ..values };
        let dependent = self.calls.iter().filter(|call| call.after_user_info);
        calls.extend(try_join_all(dependent.map(|call| self.call(call, token, values))).await?);

        let signed_claims = token.identity().and_then(Identity::claims);
        let callback_json = self.described.claims.reads(&Document::Callback).then(|| token.callback().to_json());
        let mut user = self.described.claims.read(&self.name, |document| match document {
            Document::UserInfo => vec![user_info.as_str()],
            Document::Call(name) => {
                let pages = calls.iter().filter(|(call, _)| call == name);
                pages.flat_map(|(_, pages)| pages.iter().map(String::as_str)).collect()
            }
            Document::Token => vec![token.raw().expose_secret()],
            Document::Callback => callback_json.as_deref().into_iter().collect(),
            Document::IdToken | Document::AccessToken => signed_claims.into_iter().collect(),
        })?;
        // Where there is no user-info endpoint the two are one.
        if let Some(claims) = signed_claims.filter(|claims| *claims != user_info) {
            self.described.claims.complete(&mut user, claims)?;
        }
        let user_info = match self.facts().user_info_source {
            UserInfoSource::TokenReply => without_secrets(&user_info),
            _ => user_info,
        };
        let calls =
            calls.into_iter().flat_map(|(name, pages)| pages.into_iter().map(move |page| (name, page))).collect();
        let raw = RawData::new(user_info, calls);
        self.provider.user_info(&mut user, &raw)?;
        user.raw_data = raw;
        Ok(user)
    }

    async fn user_info_reply(&self, token: &OAuthToken, values: Values<'_>) -> Result<String> {
        let facts = self.facts();
        let identity = match (&self.openid, token.identity()) {
            (Some(_), None) => {
                return Err(Error::new(ErrorKind::IdTokenInvalid, "the token does not say who signed in")
                    .with_remedy("Give it the identity of the login by with_identity()"));
            }
            (_, identity) => identity,
        };
        let signed_claims = || {
            identity.and_then(Identity::claims).map(str::to_owned).ok_or_else(|| {
                Error::new(ErrorKind::UserInfoInvalid, "the claims of the login's token are no longer there")
            })
        };
        let endpoints = self.endpoints().await?;
        let endpoint = match (facts.user_info_source, &endpoints.user_info) {
            (UserInfoSource::TokenReply, _) => return Ok(token.raw().expose_secret().to_owned()),
            (UserInfoSource::IdToken | UserInfoSource::AccessToken, _) => return signed_claims(),
            (UserInfoSource::Endpoint, None) if identity.is_some() => return signed_claims(),
            (_, Some(endpoint)) => endpoint,
            (_, None) => {
                return Err(Error::configuration("the provider has no user-info URL"));
            }
        };
        let mut request = endpoint.request(facts.user_info_method, |name| self.value(name, values))?;
        for (name, value) in &self.user_info_query {
            let value = value.text(|name| self.value(name, values))?;
            request.url.query_pairs_mut().append_pair(name, &value);
        }
        let mut request = self.authorized(request, facts.token_placement, token, values)?;
        if facts.user_info_source == UserInfoSource::SignedEndpoint {
            request.set_header("accept", "application/jwt");
        }
        if let UserInfoSource::Headers(names) = facts.user_info_source {
            request.wanted_headers = names;
        }
        if let Some(json) = facts.user_info_json {
            request.set_header("content-type", "application/json");
            request.body = Some(json.as_bytes().to_vec());
        } else if facts.user_info_method == Method::Post {
            let mut fields = Vec::new();
            for (name, value) in &self.user_info_form {
                fields.push((*name, value.text(|name| self.value(name, values))?));
            }
            if let TokenPlacement::Form(name) = facts.token_placement {
                fields.push((name, token.access_token().expose_secret().to_owned()));
            }
            request.set_header("content-type", "application/x-www-form-urlencoded");
            request.body = Some(form(fields.iter().map(|(name, value)| (*name, value.as_str()))).into_bytes());
        }
        let response = self.http.send(request).await?;
        if !response.is_success() {
            return Err(refused("user info", response, token));
        }
        if let UserInfoSource::Headers(names) = facts.user_info_source {
            return Ok(headers_as_json(&response, names));
        }
        let json = response
            .into_text()
            .ok_or_else(|| Error::new(ErrorKind::UserInfoInvalid, "the profile reply is not text"))?;
        let secrets = [token.access_token().expose_secret()];
        match self.user_info_success.as_ref().and_then(|success| success.failure(&json, &secrets)) {
            None => {}
            Some(code) => {
                return Err(Error::new(ErrorKind::UserInfoRefused, format!("the user-info endpoint refused: {code}")));
            }
        }
        match (&self.openid, &endpoints.server, identity) {
            (Some(openid), Some(server), Some(identity)) => openid.user_info(&*self.http, server, json, identity).await,
            _ => Ok(json),
        }
    }

    /// The pages of an extra call; none if the provider does not permit it.
    async fn call(&self, call: &Call, token: &OAuthToken, values: Values<'_>) -> Result<(&'static str, Vec<String>)> {
        let mut pages = Vec::new();
        let mut next = Some(call.endpoint.request(Method::Get, |name| self.value(name, values))?);
        let placement = self.facts().token_placement;
        while let Some(request) = next.take() {
            let (url, trust) = (request.url.clone(), request.url_trust);
            let request = self.authorized(request, placement, token, values)?;
            let response = self.http.send(request).await?;
            if call.spec.optional_statuses.contains(&response.status) && !response.is_rate_limit() {
                break;
            }
            if !response.is_success() {
                return Err(refused(call.spec.name, response, token));
            }
            let json = response.into_text().ok_or_else(|| {
                Error::new(ErrorKind::UserInfoInvalid, format!("the reply of {} is not text", call.spec.name))
            })?;
            if let Some(link) = call.next_page.as_ref().and_then(|lookup| lookup.text(&json)) {
                let page = self.next_page(call.spec.name, &url, &link, pages.len());
                next = page.map(|page| HttpRequest { url_trust: trust, ..HttpRequest::get(page) });
            }
            pages.push(json);
        }
        Ok((call.spec.name, pages))
    }

    /// The next page, if it is one: a token goes to no other origin, and a list has an end.
    fn next_page(&self, call: &str, current: &Url, link: &str, read: usize) -> Option<Url> {
        let next = current.join(link).ok()?;
        if next.origin() != current.origin() || next == *current {
            warn!(provider = %self.name, call, next = %Location(&next), "next page is not followed: it is elsewhere");
            return None;
        }
        if read + 1 >= MAX_PAGES {
            warn!(provider = %self.name, call, limit = MAX_PAGES, "further pages are not read");
            return None;
        }
        Some(next)
    }

    /// Puts the access token and the spec's headers on a request.
    fn authorized(
        &self,
        mut request: HttpRequest,
        placement: TokenPlacement,
        token: &OAuthToken,
        values: Values<'_>,
    ) -> Result<HttpRequest> {
        let secret = token.access_token().expose_secret();
        match placement {
            TokenPlacement::Bearer => {
                request.headers.push((Cow::Borrowed("authorization"), ["Bearer ", secret].concat()));
            }
            TokenPlacement::Scheme(scheme) => request.set_header("authorization", format!("{scheme} {secret}")),
            TokenPlacement::Header(name) => request.set_header(name, secret),
            TokenPlacement::Query(name) => {
                request.url.query_pairs_mut().append_pair(name, secret);
            }
            TokenPlacement::Form(_) => {}
        }
        for (name, value) in &self.user_info_headers {
            request.set_header(*name, value.text(|name| self.value(name, values))?);
        }
        request.wanted_headers = REPLY_HEADERS;
        self.provider.user_info_request(&mut request, token, &self.settings)?;
        Ok(request)
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

/// `&scope=…`, or nothing when there are no scopes.
fn scope_parameter(separator: &str, scopes: &[String]) -> String {
    if scopes.is_empty() {
        return String::new();
    }
    let scopes = scopes.join(separator);
    form_urlencoded::byte_serialize(scopes.as_bytes()).fold("&scope=".to_owned(), |url, part| url + part)
}

/// Form-encoded id and secret in HTTP Basic (RFC 6749 section 2.3.1). Only what the form encoding escapes is escaped: some
/// servers do not undo more.
fn basic_credentials(client_id: &str, client_secret: &str) -> SecretString {
    let mut credentials: String = form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    credentials.push(':');
    credentials.extend(form_urlencoded::byte_serialize(client_secret.as_bytes()));
    format!("Basic {}", STANDARD.encode(credentials)).into()
}

/// Content type and body of a request with these parameters.
fn encoded<'p>(body: RequestBody, params: impl Iterator<Item = (&'p str, &'p str)>) -> (&'static str, Vec<u8>) {
    match body {
        RequestBody::Form => ("application/x-www-form-urlencoded", form(params).into_bytes()),
        RequestBody::Json => {
            let object = params.map(|(name, value)| (name.to_owned(), value.into())).collect();
            ("application/json", serde_json::Value::Object(object).to_string().into_bytes())
        }
    }
}

fn form<'p>(params: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    form_urlencoded::Serializer::new(String::with_capacity(512)).extend_pairs(params).finish()
}

/// The headers of `names` as a JSON object.
fn headers_as_json(response: &HttpResponse, names: &[&str]) -> String {
    let value = |name| Some(percent_decode_str(response.header(name)?).decode_utf8_lossy().into_owned());
    let members = names.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?.into())));
    serde_json::Value::Object(members.collect()).to_string()
}

/// The error of a refused profile request. Of the reply only a short message of the API is told.
fn refused(what: &str, response: HttpResponse, token: &OAuthToken) -> Error {
    let status = response.status;
    let kind = match status {
        _ if response.is_rate_limit() => ErrorKind::RateLimited,
        401 => ErrorKind::UserInfoUnauthorized,
        403 => ErrorKind::UserInfoForbidden,
        _ => ErrorKind::UserInfoRefused,
    };
    let message =
        response.into_text().and_then(|json| Lookup::new("error.message | error_description | message").text(&json));
    let secrets = [token.access_token().expose_secret()];
    match message.as_deref().and_then(|message| repeatable(message, &secrets)) {
        Some(message) => Error::new(kind, format!("{what} answered {status} ({})", message.trim_end_matches('.'))),
        None => Error::new(kind, format!("{what} answered {status}")),
    }
}
