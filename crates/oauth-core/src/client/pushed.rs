//! Pushing the authorization request to the provider, so that the browser carries only a reference (RFC 9126).

use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::Inner;
use crate::{
    Error, ErrorKind, Result,
    authorization::PendingAuthorization,
    claims::{Wanted, text},
    endpoints::PushedAuthorization,
    http::{HttpResponse, Method, REPLY_HEADERS},
    provider::TokenRequest,
    token::ErrorReader,
};

/// Longest reference that is passed on, in bytes: it stands in a URL.
const MAX_REQUEST_URI: usize = 2048;

const ENDPOINT: &str = "the pushed authorization request endpoint";

impl Inner {
    /// Pushes a form-encoded request, and returns the URL to send the browser to.
    pub(super) async fn push(
        &self,
        pushed: &PushedAuthorization,
        request: String,
        pending: &PendingAuthorization,
    ) -> Result<String> {
        let mut credentials = TokenRequest { params: Vec::new(), headers: Vec::new() };
        self.authenticate(&mut credentials)?;
        self.provider.token_request(&mut credentials, &self.settings)?;
        // The request names the client itself.
        credentials.params.retain(|(name, _)| *name != self.facts().client_id_param);
        let params = || credentials.params.iter().map(|(name, value)| (name.as_ref(), value.expose_secret()));
        let body = form_urlencoded::Serializer::new(request).extend_pairs(params()).finish();

        let mut http = pushed.endpoint.request(Method::Post, |_| None)?;
        http.set_header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in &credentials.headers {
            http.set_header(name.clone(), value.expose_secret());
        }
        http.body = Some(body.into_bytes());
        http.wanted_headers = REPLY_HEADERS;
        let response = self.http.send(http).await?;

        let of_login = [Some(&pending.state), pending.nonce.as_ref(), pending.code_verifier.as_ref()];
        let known = of_login.into_iter().chain([self.client_secret.as_ref()]).flatten();
        let secrets: Vec<&str> =
            known.map(ExposeSecret::expose_secret).chain(params().map(|(_, value)| value)).collect();
        let request_uri = self.pushed_reader.read(response, &secrets)?;
        let mut url = pushed.authorize_head.clone();
        url.push_str("&request_uri=");
        url.extend(form_urlencoded::byte_serialize(request_uri.as_bytes()));
        Ok(url)
    }
}

/// Reads what a push is answered with.
pub(super) struct PushedReader {
    reply: Wanted,
    request_uri: usize,
    errors: ErrorReader,
}

impl PushedReader {
    pub(super) fn new() -> Self {
        let mut reply = Wanted::default();
        let errors = ErrorReader::new(&mut reply, ENDPOINT, ErrorKind::AuthorizationRefused);
        Self { request_uri: reply.mark(["request_uri"].into_iter()), errors, reply }
    }

    /// The reference to the request. `secrets` are the values that no error text may repeat.
    fn read(&self, response: HttpResponse, secrets: &[&str]) -> Result<String> {
        let status = response.status;
        if response.is_rate_limit() {
            return Err(Error::new(ErrorKind::RateLimited, format!("{ENDPOINT} answered {status}")));
        }
        let refused = |what: String| Error::new(ErrorKind::AuthorizationRefused, format!("{ENDPOINT} {what}"));
        let json = response.into_text().ok_or_else(|| refused("answered what is not text".to_owned()))?;
        let captured = self.reply.capture(&json);
        if let Some(error) = captured.as_ref().ok().and_then(|captured| self.errors.read(captured, status, secrets)) {
            return Err(error);
        }
        if !matches!(status, 200 | 201) {
            return Err(refused(format!("answered {status}")));
        }
        let captured = captured.map_err(|unreadable| refused(format!("answered what is {unreadable}")))?;
        let request_uri = captured.get(self.request_uri).filter(|raw| raw.get().starts_with('"')).and_then(text);
        let is_reference =
            |uri: &str| (1..=MAX_REQUEST_URI).contains(&uri.len()) && uri.bytes().all(|byte| byte.is_ascii_graphic());
        let request_uri = request_uri.filter(|uri| is_reference(uri));
        request_uri.map(Into::into).ok_or_else(|| refused("answered without a request_uri".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        // Proves: QA9, QH6
        #[test]
        fn no_reply_makes_it_panic(body in "\\PC{0,64}|[{}\"a-z_:,\\[\\]0-9 ]{0,80}", status in 100_u16..600) {
            let answer = [format!(r#"{{"request_uri":{body}}}"#), body];
            for body in answer {
                let reference = PushedReader::new().read(HttpResponse::new(status, body.into_bytes()), &[]);
                let is_fit = reference.is_ok_and(|uri| !uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_graphic()));
                proptest::prop_assert!(!is_fit || matches!(status, 200 | 201));
            }
        }
    }
}
