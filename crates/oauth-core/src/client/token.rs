//! Token requests: the exchange of a code, the renewal, and who signed in by what comes back.

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::join;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::{Inner, Values};
use crate::{
    Error, ErrorKind, Result,
    authorization::{CallbackParameters, PendingAuthorization},
    config::variable_name,
    endpoints::Endpoint,
    http::{HttpRequest, Method, REPLY_HEADERS},
    identity::Identity,
    provider::TokenRequest,
    spec::{ClientAuthentication, RequestBody},
    token::OAuthToken,
};

impl Inner {
    pub(super) async fn exchange_code(
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
    pub(super) async fn verify_id_token(
        &self,
        id_token: &SecretString,
        pending: &PendingAuthorization,
    ) -> Result<Identity> {
        let endpoints = self.endpoints().await?;
        let (Some(openid), Some(server)) = (&self.openid, &endpoints.server) else {
            return Err(Error::new(ErrorKind::Unsupported, "the provider does not speak OpenID Connect"));
        };
        let id_token = id_token.expose_secret();
        let identity = openid.identify_by_id_token(&*self.http, server, id_token, pending).await?;
        self.admit(&identity)?;
        Ok(identity)
    }

    pub(super) async fn refresh_token(&self, token: &OAuthToken) -> Result<OAuthToken> {
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
    pub(super) fn token_request(&self, grant_type: &'static str, values: Values<'_>) -> Result<TokenRequest> {
        let mut request = TokenRequest { params: Vec::with_capacity(8), headers: Vec::with_capacity(4) };
        request.set_param("grant_type", grant_type);
        for (name, value) in &self.token_params {
            request.set_param(*name, value.text(|name| self.value(name, values))?);
        }
        for (name, value) in &self.token_headers {
            request.set_header(*name, value.text(|name| self.value(name, values))?);
        }
        self.authenticate(&mut request)?;
        Ok(request)
    }

    /// Says who the client is, and proves it where it has a secret (RFC 6749 section 2.3.1) or a key (RFC 7523 section 2.2).
    pub(super) fn authenticate(&self, request: &mut TokenRequest) -> Result<()> {
        let facts = self.facts();
        match (&self.basic, self.client_authentication, &self.client_secret) {
            (Some(basic), ..) => request.set_header("authorization", basic.clone()),
            (None, ClientAuthentication::Body, Some(secret)) => {
                request.set_param(facts.client_id_param, self.client_id.as_str());
                request.set_param(facts.client_secret_param, secret.clone());
            }
            _ => request.set_param(facts.client_id_param, self.client_id.as_str()),
        }
        if let Some(openid) = &self.openid
            && let Some(assertion) = openid.client_assertion()?
        {
            request.set_param("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            request.set_param("client_assertion", assertion);
        }
        Ok(())
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
                set_body(&mut http, facts.token_body, params());
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
}

/// Form-encoded id and secret in HTTP Basic (RFC 6749 section 2.3.1). Only what the form encoding escapes is escaped: some
/// servers do not undo more.
pub(super) fn basic_credentials(client_id: &str, client_secret: &str) -> SecretString {
    let mut credentials: String = form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    credentials.push(':');
    credentials.extend(form_urlencoded::byte_serialize(client_secret.as_bytes()));
    format!("Basic {}", STANDARD.encode(credentials)).into()
}

/// Gives a request these parameters as its body.
pub(super) fn set_body<'p>(
    request: &mut HttpRequest,
    body: RequestBody,
    params: impl Iterator<Item = (&'p str, &'p str)>,
) {
    let (content_type, body) = match body {
        RequestBody::Form => ("application/x-www-form-urlencoded", form(params)),
        RequestBody::Json => {
            let object = params.map(|(name, value)| (name.to_owned(), value.into())).collect();
            ("application/json", serde_json::Value::Object(object).to_string())
        }
    };
    request.set_header("content-type", content_type);
    request.body = Some(body.into_bytes());
}

fn form<'p>(params: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    form_urlencoded::Serializer::new(String::with_capacity(512)).extend_pairs(params).finish()
}
