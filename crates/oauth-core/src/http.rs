//! The one door to the network: [`HttpClient`] and the plain request and reply that pass through it.
//!
//! No HTTP library is named here. `oauth-reqwest` is the implementation that applications use; a test may
//! implement the trait in a few lines.

use std::{borrow::Cow, fmt};

use async_trait::async_trait;
use url::Url;

use crate::Result;

/// Sends one HTTP request and reads the whole reply.
///
/// What an implementation must hold to, because the protocol layer relies on it:
///
/// - a redirect is not followed, it is an error of kind [`RedirectRefused`](crate::ErrorKind::RedirectRefused)
///   (RFC 9700 section 4.12: a followed redirect carries the client secret to another host);
/// - connecting and the whole exchange have a deadline ([`Timeout`](crate::ErrorKind::Timeout));
/// - the *decoded* body has a size limit ([`ReplyTooLarge`](crate::ErrorKind::ReplyTooLarge));
/// - plain `http` is spoken to loopback addresses only;
/// - for [`UrlTrust::FromData`] the resolved address must be public ([`AddressRefused`](crate::ErrorKind::AddressRefused));
/// - no error text contains a URL's query, a header or a body.
///
/// ```
/// use oauth_core::{HttpClient, HttpRequest, HttpResponse, Result, async_trait};
///
/// /// Answers every request with the same profile.
/// struct Canned;
///
/// #[async_trait]
/// impl HttpClient for Canned {
///     async fn send(&self, _request: HttpRequest) -> Result<HttpResponse> {
///         Ok(HttpResponse::new(200, br#"{"uuid": "{1}"}"#.to_vec()))
///     }
/// }
/// ```
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends `request`; any status is a reply, only a failed exchange is an error.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse>;
}

/// The request methods that login protocols use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Reading; also the token request of a few providers.
    Get,
    /// Token requests, GraphQL profiles.
    Post,
    /// Revocation at a few providers.
    Delete,
}

/// Where a URL comes from, which decides whether the address guard applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlTrust {
    /// Written in code or in the operator's settings.
    Configured,
    /// Read from a document that somebody else wrote, such as discovery metadata.
    FromData,
}

/// One request. Its `Debug` shows method, scheme, host and path; never a query, a header value or a body.
pub struct HttpRequest {
    /// Request method.
    pub method: Method,
    /// Absolute URL.
    pub url: Url,
    /// Where the URL comes from.
    pub url_trust: UrlTrust,
    /// Header names in lower case, with their values.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// Body, if any; its type is among the headers.
    pub body: Option<Vec<u8>>,
    /// Reply headers to keep, in lower case. All others may be dropped unread.
    pub wanted_headers: &'static [&'static str],
}

impl HttpRequest {
    /// A `GET` of a configured URL that asks for JSON.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url)
    }

    /// A request without body that asks for JSON.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let mut headers = Vec::with_capacity(4);
        headers.push((Cow::Borrowed("accept"), "application/json".to_owned()));
        Self { method, url, url_trust: UrlTrust::Configured, headers, body: None, wanted_headers: &[] }
    }

    /// Sets a header, replacing an earlier value of the same name.
    pub fn set_header(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = name.into();
        self.headers.retain(|(existing, _)| *existing != name);
        self.headers.push((name, value.into()));
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &format_args!("{}", Location(&self.url)))
            .field("url_trust", &self.url_trust)
            .finish_non_exhaustive()
    }
}

/// The headers of a reply that [`HttpResponse::into_text`] and [`HttpResponse::is_rate_limit`] look at.
pub(crate) const REPLY_HEADERS: &[&str] = &["content-type", "retry-after", "x-ratelimit-remaining"];

/// One reply. Its `Debug` shows status and length, never the body.
pub struct HttpResponse {
    /// Status code, 100 to 599.
    pub status: u16,
    /// The headers that were asked for, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// A reply with a body and no headers.
    #[must_use]
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// Whether the status is 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the provider was asked too often: status 429 (RFC 6585 section 4), or a 403 that only means "not now".
    pub(crate) fn is_rate_limit(&self) -> bool {
        let is_for_now = || self.header("retry-after").is_some() || self.header("x-ratelimit-remaining") == Some("0");
        self.status == 429 || (self.status == 403 && is_for_now())
    }

    /// The body as text: UTF-8 with or without a byte order mark, else Latin-1 where the `content-type` says so.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        let latin1 = self.header("content-type").is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("charset=iso-8859-1") || value.contains("charset=latin1")
        });
        match String::from_utf8(self.body) {
            Ok(mut text) => {
                if text.starts_with('\u{feff}') {
                    text.drain(..'\u{feff}'.len_utf8());
                }
                Some(text)
            }
            Err(error) if latin1 => Some(error.into_bytes().into_iter().map(char::from).collect()),
            Err(_) => None,
        }
    }

    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(existing, _)| existing == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A URL without what may be secret in it: scheme, host, port and path.
///
/// ```
/// let url = url::Url::parse("https://api.example/user?access_token=secret").unwrap();
/// assert_eq!(oauth_core::Location(&url).to_string(), "https://api.example/user");
/// ```
#[derive(Clone, Copy)]
pub struct Location<'a>(pub &'a Url);

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0;
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())
    }
}
