//! Requests and replies as plain values, and what both sides of a form have in common.

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{HeaderName, HeaderValue},
};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::server::Body;

/// Names and values in the order of the text.
pub(crate) type Pairs = Vec<(String, String)>;

/// Far more than a login needs.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A request that was read to its end.
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) async fn read(request: Request<Incoming>) -> Result<Self, Reply> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
        let body = body.map_err(|_| Reply::text(400, "the body cannot be read, or is too large"))?;
        Ok(Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        })
    }

    /// The value of a header, if it is there once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    /// The body's media type without its parameters.
    pub(crate) fn media_type(&self) -> String {
        let content_type = self.header("content-type").unwrap_or_default();
        content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body's form fields; none if it is no form.
    pub(crate) fn form(&self) -> Pairs {
        if self.media_type() == FORM { pairs(&self.body) } else { Pairs::new() }
    }

    /// The body's JSON object.
    pub(crate) fn json(&self) -> Option<Map<String, Value>> {
        if self.media_type() == JSON { serde_json::from_slice(&self.body).ok() } else { None }
    }
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

pub(crate) fn pairs(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// The first value of a parameter.
pub(crate) fn value<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A parameter that is there twice (RFC 6749 section 3.1).
pub(crate) fn repeated(pairs: &Pairs) -> Option<&str> {
    let names = || pairs.iter().map(|(name, _)| name.as_str());
    names().enumerate().find(|(at, name)| names().take(*at).any(|earlier| earlier == *name)).map(|(_, name)| name)
}

/// A reply.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.header("content-type", content_type)
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// JSON that nobody keeps (RFC 6749 section 5.1).
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string()).header("cache-control", "no-store")
    }

    /// An error by RFC 6749 section 5.2, which RFC 6750 section 3 shares.
    pub(crate) fn error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": error, "error_description": description }))
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The reply for hyper; what cannot be sent becomes a plain 500.
    pub(crate) fn into_response(self) -> Response<Body> {
        let Ok(status) = StatusCode::from_u16(self.status) else { return impossible() };
        let mut response = Response::new(whole(self.body));
        *response.status_mut() = status;
        for (name, value) in self.headers {
            let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
                return impossible();
            };
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// A body that is there as a whole.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

fn impossible() -> Response<Body> {
    let mut response = Response::new(whole("the reply has a status or a header that HTTP does not allow"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_there_twice_is_found() {
        assert_eq!(repeated(&pairs(b"a=1&b=2&a=3")), Some("a"));
        assert_eq!(repeated(&pairs(b"a=1&b=2&c=1")), None);
    }
}
