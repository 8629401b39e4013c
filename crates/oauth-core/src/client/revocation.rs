//! Revoking a token: as RFC 7009 has it, or by a request of the provider's own.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Inner, Values,
    token::{basic_credentials, set_body},
};
use crate::{
    Error, ErrorKind, Result,
    endpoints::Endpoint,
    http::{HttpRequest, Method},
    spec::{ClientAuthentication, RequestBody, Revocation, RevocationRequest, TokenPlacement},
    token::OAuthToken,
};

impl Inner {
    pub(super) async fn revoke_token(&self, token: &OAuthToken) -> Result<()> {
        let endpoints = self.endpoints().await?;
        let revocation = self.facts().revocation;
        let Some(endpoint) = &endpoints.revoke else {
            let error = Error::new(ErrorKind::Unsupported, "the provider offers no token revocation");
            return Err(match revocation {
                Revocation::NotOffered { instead } if !instead.is_empty() => error.with_remedy(instead),
                _ => error,
            });
        };
        if let Revocation::Request(own) = revocation {
            return revoked(self.status(self.own_revocation(endpoint, &own, token)?).await?);
        }
        let access = self.standard_revocation(endpoint, token, token.access_token(), "access_token")?;
        let Some(refresh_token) = token.refresh_token() else {
            return revoked(self.status(access).await?);
        };
        let refresh = self.standard_revocation(endpoint, token, refresh_token, "refresh_token")?;
        let (refresh, access) = (self.status(refresh).await, self.status(access).await);
        revoked(refresh?)?;
        match access? {
            // It ended with the refresh token and is no longer known, or the server ends no access tokens.
            400 => Ok(()),
            status => revoked(status),
        }
    }

    async fn status(&self, request: HttpRequest) -> Result<u16> {
        self.http.send(request).await.map(|response| response.status)
    }

    /// RFC 7009 section 2.1.
    fn standard_revocation(
        &self,
        endpoint: &Endpoint,
        token: &OAuthToken,
        secret: &SecretString,
        hint: &'static str,
    ) -> Result<HttpRequest> {
        let values = Values::of(token);
        let mut request = self.token_request("", values)?;
        request.params.retain(|(name, _)| name != "grant_type");
        request.set_param("token", secret.clone());
        request.set_param("token_type_hint", hint);
        self.provider.token_request(&mut request, &self.settings)?;
        let mut http = endpoint.request(Method::Post, |name| self.value(name, values))?;
        let params = request.params.iter().map(|(name, value)| (name.as_ref(), value.expose_secret()));
        set_body(&mut http, RequestBody::Form, params);
        for (name, value) in &request.headers {
            http.set_header(name.clone(), value.expose_secret());
        }
        Ok(http)
    }

    fn own_revocation(&self, endpoint: &Endpoint, own: &RevocationRequest, token: &OAuthToken) -> Result<HttpRequest> {
        let (facts, values) = (self.facts(), Values::of(token));
        let request = endpoint.request(own.method, |name| self.value(name, values))?;
        let mut request = self.authorized(request, own.token, token, values)?;
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        let mut params = Vec::new();
        match (own.client, secret) {
            (Some(ClientAuthentication::Basic), Some(secret)) => {
                request.set_header("authorization", basic_credentials(&self.client_id, secret).expose_secret());
            }
            (Some(ClientAuthentication::Body), Some(secret)) => {
                params.extend([(facts.client_id_param, self.client_id.as_str()), (facts.client_secret_param, secret)]);
            }
            (Some(_), _) => params.push((facts.client_id_param, &self.client_id)),
            (None, _) => {}
        }
        if let TokenPlacement::Form(name) = own.token {
            params.push((name, token.access_token().expose_secret()));
        }
        if !params.is_empty() {
            set_body(&mut request, own.body, params.into_iter());
        }
        Ok(request)
    }
}

fn revoked(status: u16) -> Result<()> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TokenRefused, format!("the revocation endpoint answered {status}")))
}
