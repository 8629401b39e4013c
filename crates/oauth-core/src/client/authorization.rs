//! The authorization request, by URL or pushed: state, nonce and PKCE are made here.

use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::Inner;
use crate::{
    Error, ErrorKind, Result,
    authorization::{Authorization, AuthorizationRequest, PendingAuthorization},
    endpoints::{Endpoints, is_managed},
    secret,
    spec::{Pkce, SpaceEncoding},
};

impl Inner {
    /// The authorization whose whole request is in its URL.
    pub(super) fn authorization(&self, endpoints: &Endpoints, request: &AuthorizationRequest) -> Result<Authorization> {
        if endpoints.pushed.is_some() {
            let error = Error::new(ErrorKind::Unsupported, "the provider takes only pushed authorization requests");
            return Err(error.with_remedy("Use authorize()"));
        }
        let (url, pending) = self.prepare(endpoints, &endpoints.authorize_head, request)?;
        Ok(self.leading_to(url, pending))
    }

    /// The same, pushed first where that is demanded.
    pub(super) async fn authorize(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        let endpoints = self.endpoints().await?;
        let Some(pushed) = &endpoints.pushed else { return self.authorization(&endpoints, request) };
        let (request, pending) = self.prepare(&endpoints, &pushed.request_head, request)?;
        let url = self.push(pushed, request, &pending).await?;
        Ok(self.leading_to(url, pending))
    }

    fn leading_to(&self, mut url: String, pending: PendingAuthorization) -> Authorization {
        if let Some(fragment) = self.facts().authorize_fragment {
            url.push('#');
            url.push_str(fragment);
        }
        Authorization { url, pending }
    }

    /// Everything that is asked, behind `head`, and what must be kept until the callback.
    fn prepare(
        &self,
        endpoints: &Endpoints,
        head: &str,
        request: &AuthorizationRequest,
    ) -> Result<(String, PendingAuthorization)> {
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
        let mut url =
            String::with_capacity(head.len() + request.redirect_uri.len() + self.authorize_scopes.len() + 320);
        url.push_str(head);
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
        Ok((url, pending))
    }
}

/// `&scope=…`, or nothing when there are no scopes.
pub(super) fn scope_parameter(separator: &str, scopes: &[String]) -> String {
    if scopes.is_empty() {
        return String::new();
    }
    let scopes = scopes.join(separator);
    form_urlencoded::byte_serialize(scopes.as_bytes()).fold("&scope=".to_owned(), |url, part| url + part)
}
