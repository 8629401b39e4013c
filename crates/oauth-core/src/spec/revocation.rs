//! How a token is revoked: [`Revocation`].

use super::{ClientAuthentication, RequestBody, TokenPlacement, check};
use crate::http::Method;

/// How a token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// `POST` of the token to this endpoint (RFC 7009).
    Endpoint(&'static str),
    /// A request of the provider's own.
    Request(RevocationRequest),
    /// Not at all. `instead` says where the person can do it.
    NotOffered {
        /// A sentence for people, or empty.
        instead: &'static str,
    },
}

impl Revocation {
    /// The endpoint, with its variables. The setting `REVOKE_URL` can override it.
    #[must_use]
    pub const fn url(&self) -> Option<&'static str> {
        match self {
            Self::Endpoint(url) => Some(*url),
            Self::Request(request) => Some(request.url),
            Self::NotOffered { .. } => None,
        }
    }
}

/// A request that revokes an access token where the provider does not follow RFC 7009.
///
/// It goes to the provider's API, with the headers of the user-info request. Form fields and client id make its body, if there are
/// any.
///
/// ```
/// use oauth_core::{ClientAuthentication, RequestBody, Revocation, RevocationRequest, TokenPlacement};
///
/// // DELETE with HTTP Basic and {"access_token": "…"}
/// const ACME: Revocation = Revocation::Request(
///     RevocationRequest::delete("https://api.acme.example/apps/{client_id}/token", TokenPlacement::Form("access_token"))
///         .client(ClientAuthentication::Basic)
///         .body(RequestBody::Json),
/// );
/// // POST with the token as bearer and nothing else
/// const BEARER: Revocation =
///     Revocation::Request(RevocationRequest::post("https://api.acme.example/token/revoke", TokenPlacement::Bearer));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationRequest {
    pub(crate) url: &'static str,
    pub(crate) method: Method,
    pub(crate) token: TokenPlacement,
    pub(crate) client: Option<ClientAuthentication>,
    pub(crate) body: RequestBody,
}

impl RevocationRequest {
    /// A `POST` with the access token at `token`.
    ///
    /// # Panics
    ///
    /// In const evaluation, which does not compile: when the URL is not valid.
    #[must_use]
    pub const fn post(url: &'static str, token: TokenPlacement) -> Self {
        Self { url: check::url(url), method: Method::Post, token, client: None, body: RequestBody::Form }
    }

    /// A `DELETE` with the access token at `token`.
    ///
    /// # Panics
    ///
    /// In const evaluation, which does not compile: when the URL is not valid.
    #[must_use]
    pub const fn delete(url: &'static str, token: TokenPlacement) -> Self {
        Self { method: Method::Delete, ..Self::post(url, token) }
    }

    /// How the client authenticates; not at all unless set. [`ClientAuthentication::None`] sends the client id alone.
    #[must_use]
    pub const fn client(mut self, authentication: ClientAuthentication) -> Self {
        self.client = Some(authentication);
        self
    }

    /// Encoding of the body; a form unless set.
    #[must_use]
    pub const fn body(mut self, body: RequestBody) -> Self {
        self.body = body;
        self
    }

    /// Method of the request.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Where the access token goes.
    #[must_use]
    pub const fn token(&self) -> TokenPlacement {
        self.token
    }

    /// How the client authenticates.
    #[must_use]
    pub const fn client_authentication(&self) -> Option<ClientAuthentication> {
        self.client
    }

    /// Encoding of the body.
    #[must_use]
    pub const fn request_body(&self) -> RequestBody {
        self.body
    }
}
