//! Text with `{variables}`: the URLs, extra parameters and header values of a spec.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::{Error, ErrorKind, Result, http::UrlTrust};

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text and the names of the variables in it.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Template {
    /// `text` has its braces in pairs: specs are checked while they are compiled.
    pub(crate) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Self(pieces)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Replaces the variables that `value` knows and keeps the others.
    pub(crate) fn fill(self, value: impl Fn(&str) -> Option<String>) -> Self {
        let mut filled = String::new();
        let mut pieces = Vec::new();
        for piece in self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(&text),
                Piece::Variable(name) => match value(&name) {
                    Some(text) => filled.push_str(&encode(&filled, &text)),
                    None => {
                        pieces.push(Piece::Text(std::mem::take(&mut filled)));
                        pieces.push(Piece::Variable(name));
                    }
                },
            }
        }
        pieces.push(Piece::Text(filled));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Self(pieces)
    }

    /// The URL, with every variable replaced. A value that a login brings is a whole URL at the start, and elsewhere never
    /// more than its place: in a host, what ends a host is no host.
    pub(crate) fn url(&self, value: impl Fn(&str) -> Option<String>) -> Result<Url> {
        let text = self.resolve(value, |before, value| match before {
            "" => Cow::Borrowed(value),
            _ => utf8_percent_encode(value, &RESERVED).into(),
        })?;
        parse_url(&text)
    }

    /// Whether a document or a callback, which somebody else wrote, brings the host or a part of it.
    fn has_host_from_data(&self) -> bool {
        let mut before = String::new();
        self.0.iter().any(|piece| match piece {
            Piece::Text(text) => {
                before.push_str(text);
                false
            }
            Piece::Variable(name) => name.contains(':') && is_in_authority(&before),
        })
    }

    /// The text, with every variable replaced as it is.
    pub(crate) fn text(&self, value: impl Fn(&str) -> Option<String>) -> Result<String> {
        self.resolve(value, |_, text| Cow::Borrowed(text))
    }

    fn resolve(
        &self,
        value: impl Fn(&str) -> Option<String>,
        insert: impl for<'t> Fn(&str, &'t str) -> Cow<'t, str>,
    ) -> Result<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Variable(name) => {
                    // A path segment of dots would climb to another endpoint.
                    let usable = |value: &String| !value.bytes().all(|byte| byte == b'.');
                    let value = value(name).filter(usable).ok_or_else(|| {
                        Error::new(
                            ErrorKind::UserInfoInvalid,
                            format!("the provider gave no usable value for {{{name}}}"),
                        )
                    })?;
                    let inserted = insert(&text, &value).into_owned();
                    text.push_str(&inserted);
                }
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Variable(name) => write!(f, "{{{name}}}"),
        })
    }
}

/// The URL of an endpoint: parsed once, unless a login brings a part of it.
#[derive(Clone, Debug)]
pub(crate) enum EndpointUrl {
    Fixed(Url),
    PerLogin(Template),
}

impl EndpointUrl {
    pub(crate) fn new(template: Template) -> Result<Self> {
        match template.0.as_slice() {
            [Piece::Text(text)] => parse_url(text).map(Self::Fixed),
            _ => Ok(Self::PerLogin(template)),
        }
    }

    /// The URL, with every variable replaced.
    pub(crate) fn url(&self, value: impl Fn(&str) -> Option<String>) -> Result<Url> {
        match self {
            Self::Fixed(url) => Ok(url.clone()),
            Self::PerLogin(template) => template.url(value),
        }
    }

    /// Whether the address guard applies.
    pub(crate) fn trust(&self) -> UrlTrust {
        match self {
            Self::PerLogin(template) if template.has_host_from_data() => UrlTrust::FromData,
            _ => UrlTrust::Configured,
        }
    }

    /// The variables that a login brings.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        let template = match self {
            Self::Fixed(_) => None,
            Self::PerLogin(template) => Some(template),
        };
        template.into_iter().flat_map(Template::variables)
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(url) => url.fmt(f),
            Self::PerLogin(template) => template.fmt(f),
        }
    }
}

/// How `value` stands after `before`: as it is at the start and in the host, percent-encoded in path and query.
fn encode<'v>(before: &str, value: &'v str) -> Cow<'v, str> {
    if is_in_authority(before) { Cow::Borrowed(value) } else { utf8_percent_encode(value, &RESERVED).into() }
}

/// Whether what follows `before` is at the start of a URL or in its host.
fn is_in_authority(before: &str) -> bool {
    before.split_once("://").is_none_or(|(_, rest)| !rest.contains(['/', '?']))
}

/// An absolute URL that a request may go to: `https`, or `http` on loopback; no credentials, no fragment.
pub(crate) fn parse_url(text: &str) -> Result<Url> {
    let refuse = |why: &str| Error::configuration(format!("the URL is {why}"));
    let url = Url::parse(text).map_err(|_| refuse("not an absolute URL"))?;
    url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refuse("without a host"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(refuse("plain http to an address that is not loopback; use https")),
        _ => return Err(refuse("neither https nor http")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("with credentials in it"));
    }
    if url.fragment().is_some() {
        return Err(refuse("with a fragment"));
    }
    Ok(url)
}

/// Whether the host of a URL is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    })
}

/// A variable's value, a host or an id: letters, digits, `.`, `-`, `_` and a port. It stays where a template puts it.
pub(crate) fn is_host_or_id(value: &str) -> bool {
    !value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url(template: &str, value: &'static str) -> String {
        Template::new(template)
            .url(|_| Some(value.to_owned()))
            .map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    // Proves: QF12
    #[test]
    fn a_value_cannot_leave_its_place() {
        let table = [
            ("https://{shop}.test/a", "x", "https://x.test/a"),
            ("{base_url}/a", "https://x.test/root", "https://x.test/root/a"),
            ("https://x.test/users/{userinfo:slug}", "a/../b?c#d", "https://x.test/users/a%2F..%2Fb%3Fc%23d"),
            ("https://x.test/users/{userinfo:slug}/z", "..", "the provider gave no usable value for {userinfo:slug}"),
            ("https://x.test/users/{userinfo:slug}/z", "", "the provider gave no usable value for {userinfo:slug}"),
            ("https://x.test/?q={q}", "a&b=c d", "https://x.test/?q=a%26b%3Dc%20d"),
            ("https://{token:host}/a", "api.y.test", "https://api.y.test/a"),
            ("https://{token:shop}.x.test/a", "evil.test/", "the URL is not an absolute URL"),
            ("https://{token:shop}.x.test/a", "evil.test?", "the URL is not an absolute URL"),
            ("https://{token:shop}.x.test/a", "evil.test#", "the URL is not an absolute URL"),
            ("https://{token:shop}.x.test/a", "evil.test\\", "the URL is not an absolute URL"),
            ("https://{token:shop}.x.test/a", "evil.test:443/", "the URL is not an absolute URL"),
            ("https://{token:shop}.x.test/a", "user@evil.test", "the URL is not an absolute URL"),
            (
                "{token:api}/a",
                "http://evil.test",
                "the URL is plain http to an address that is not loopback; use https",
            ),
            ("{token:api}/a", "https://user:password@evil.test", "the URL is with credentials in it"),
        ];
        for (template, value, expected) in table {
            assert_eq!(url(template, value), expected, "{template} {value}");
        }
    }

    // Proves: QE4
    #[test]
    fn a_host_that_data_brings_is_guarded() {
        let table = [
            ("https://x.test/{token:id}?q={userinfo:slug}", UrlTrust::Configured),
            ("https://{region}.x.test/a", UrlTrust::Configured),
            ("https://{token:host}/a", UrlTrust::FromData),
            ("https://{callback:shop}.x.test", UrlTrust::FromData),
            ("https://{region}.{userinfo:host}/a", UrlTrust::FromData),
            ("{token:instance_url}/users/{userinfo:slug}", UrlTrust::FromData),
        ];
        for (template, trust) in table {
            assert_eq!(EndpointUrl::new(Template::new(template)).unwrap().trust(), trust, "{template}");
        }
    }

    // Proves: QE1
    #[test]
    fn only_https_and_loopback_http_are_spoken_to() {
        let table = [
            ("https://x.test/a", true),
            ("http://localhost:8000/a", true),
            ("http://127.0.0.1/a", true),
            ("http://[::1]:9/a", true),
            ("http://x.test/a", false),
            ("http://localhost.x.test/a", false),
            ("ftp://x.test/a", false),
            ("https://user@x.test/", false),
            ("https://x.test/#a", false),
            ("/a", false),
            ("", false),
        ];
        for (text, accepted) in table {
            assert_eq!(parse_url(text).is_ok(), accepted, "{text}");
        }
    }
}
