//! From axum's types to the plain data of `oauth-login`, and back.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use oauth_login::{Answer, BrowserRequest, Login};

pub(crate) fn request<'a>(parts: &'a Parts, body: &'a [u8]) -> BrowserRequest<'a> {
    BrowserRequest::new(parts.method.as_str(), parts.uri.query().unwrap_or_default())
        .headers(parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
        .body(body)
}

/// Reads a body as far as [`Login`] wants it. One that breaks off is none.
pub(crate) async fn body(body: Body) -> Vec<u8> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while bytes.len() <= Login::BODY_LIMIT {
        match chunks.next().await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(_)) => return Vec::new(),
            None => break,
        }
    }
    bytes
}

pub(crate) fn response(answer: Answer) -> Response {
    let (status, headers, body) = answer.into_parts();
    let Ok(status) = StatusCode::from_u16(status) else { return unsendable() };
    let mut response = (status, Body::from(body)).into_response();
    response.headers_mut().clear();
    for (name, value) in headers {
        let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return unsendable();
        };
        // They carry `state` and cookies: whatever logs the response's headers leaves these out.
        value.set_sensitive(matches!(name, header::LOCATION | header::SET_COOKIE));
        response.headers_mut().append(name, value);
    }
    response
}

/// Adds what a handler of the application wants to say. What the login itself says stays.
pub(crate) fn add(response: &mut Response, mut further: Response) {
    let own = response.headers().clone();
    for (name, value) in further.headers() {
        if name == header::SET_COOKIE || !own.contains_key(name) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.extensions_mut().extend(std::mem::take(further.extensions_mut()));
}

fn unsendable() -> Response {
    tracing::error!("an answer has a status or a header that HTTP does not allow");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
