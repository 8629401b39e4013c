//! From actix-web's types to the plain data of `oauth-login`, and back.

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use futures_util::StreamExt as _;
use oauth_login::{Answer, BrowserRequest, Login};

pub(crate) fn request<'a>(request: &'a HttpRequest, query: &'a str, body: &'a [u8]) -> BrowserRequest<'a> {
    BrowserRequest::new(request.method().as_str(), query)
        .headers(request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
        .body(body)
}

/// Reads a body as far as [`Login`] wants it. One that breaks off is none.
pub(crate) async fn body(mut body: Payload) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() <= Login::BODY_LIMIT {
        match body.next().await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(_)) => return Vec::new(),
            None => break,
        }
    }
    bytes
}

pub(crate) fn response(answer: Answer) -> HttpResponse {
    let (status, headers, body) = answer.into_parts();
    let Ok(status) = StatusCode::from_u16(status) else { return unsendable() };
    let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
    for (name, value) in headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return unsendable();
        };
        response.headers_mut().append(name, sensitive(value));
    }
    response
}

/// Adds what a handler of the application wants to say. What the login itself says stays.
pub(crate) fn add(response: &mut HttpResponse, further: HeaderMap) {
    let own = response.headers().clone();
    for (name, value) in further {
        if name == header::SET_COOKIE || !own.contains_key(&name) {
            response.headers_mut().append(name, value);
        }
    }
}

/// Marks what carries `state` or a cookie: whatever logs headers leaves it out.
pub(crate) fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

fn unsendable() -> HttpResponse {
    tracing::error!("an answer has a status or a header that HTTP does not allow");
    HttpResponse::InternalServerError().finish()
}
