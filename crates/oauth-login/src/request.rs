//! What a web framework hands in: a request as plain borrowed data.

use std::fmt;

/// The parts of a request that signing in looks at.
///
/// Hand over *all* headers: which of them matter is decided here, once for every framework. `Host`, `Referer` and
/// forwarding headers are not among them.
///
/// ```
/// use oauth_login::BrowserRequest;
///
/// // With axum: `parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))`
/// let headers = [("cookie", b"theme=dark".as_slice()), ("accept", b"text/html")];
/// let request = BrowserRequest::new("GET", "next=/me").headers(headers);
/// ```
#[derive(Clone)]
pub struct BrowserRequest<'a> {
    method: &'a str,
    query: &'a str,
    headers: Vec<(Header, &'a [u8])>,
    body: &'a [u8],
}

/// The request headers that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Accept,
    ContentType,
    Cookie,
    Origin,
    Purpose,
    SecFetchDest,
    SecFetchMode,
    SecFetchSite,
    SecPurpose,
}

impl Header {
    const ALL: [(&'static str, Self); 10] = [
        ("accept", Self::Accept),
        ("content-type", Self::ContentType),
        ("cookie", Self::Cookie),
        ("origin", Self::Origin),
        ("purpose", Self::Purpose),
        ("sec-fetch-dest", Self::SecFetchDest),
        ("sec-fetch-mode", Self::SecFetchMode),
        ("sec-fetch-site", Self::SecFetchSite),
        ("sec-purpose", Self::SecPurpose),
        ("x-moz", Self::Purpose),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, header)| *header)
    }
}

/// A header that may appear once appeared twice, or is not text: it proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

impl<'a> BrowserRequest<'a> {
    /// A request without headers and body. `query` is the raw text behind the `?`, empty if there is none.
    #[must_use]
    pub fn new(method: &'a str, query: &'a str) -> Self {
        Self { method, query, headers: Vec::new(), body: &[] }
    }

    /// Adds headers, as names in any case and raw values; repeated ones each on their own.
    #[must_use]
    pub fn headers(mut self, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        self.headers.extend(headers.into_iter().filter_map(|(name, value)| Some((Header::named(name)?, value))));
        self
    }

    /// Sets the body. Read no more than [`Login::BODY_LIMIT`](crate::Login::BODY_LIMIT) bytes of it and one.
    #[must_use]
    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn method(&self) -> &'a str {
        self.method
    }

    pub(crate) fn query(&self) -> &'a str {
        self.query
    }

    pub(crate) fn raw_body(&self) -> &'a [u8] {
        self.body
    }

    pub(crate) fn all(&self, wanted: Header) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(header, _)| *header == wanted).map(|(_, value)| *value)
    }

    /// The only value of a header.
    pub(crate) fn one(&self, wanted: Header) -> Result<Option<&'a str>, Unusable> {
        let mut values = self.all(wanted);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Unusable);
        }
        std::str::from_utf8(value).map(|text| Some(text.trim())).map_err(|_| Unusable)
    }

    /// Whether the browser asks ahead of the user: prefetch, prerender, preview.
    pub(crate) fn is_speculative(&self) -> bool {
        self.all(Header::SecPurpose).chain(self.all(Header::Purpose)).any(|value| {
            let value = value.to_ascii_lowercase();
            [b"prefetch".as_slice(), b"prerender", b"preview"].iter().any(|word| contains(&value, word))
        })
    }

    /// Whether a page of a tab is asked for, as far as the browser says: not a frame, an image or a script's request.
    pub(crate) fn is_page(&self) -> bool {
        matches!(self.one(Header::SecFetchDest), Ok(None | Some("document")))
    }

    /// Whether a person looks at the answer, and not a program that wants JSON.
    pub(crate) fn is_navigation(&self) -> bool {
        match self.one(Header::SecFetchMode) {
            Ok(Some(mode)) => mode == "navigate",
            _ => self.all(Header::Accept).any(|accept| contains(&accept.to_ascii_lowercase(), b"text/html")),
        }
    }
}

/// Shows the method only: the rest is full of secrets.
impl fmt::Debug for BrowserRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(name: &'a str, value: &'a str) -> BrowserRequest<'a> {
        BrowserRequest::new("GET", "").headers([(name, value.as_bytes())])
    }

    // Proves: QA8
    #[test]
    fn requests_ahead_of_the_user_are_known() {
        for (name, value) in [
            ("Sec-Purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch;anonymous-client-ip"),
            ("Purpose", "Prefetch"),
            ("purpose", "preview"),
            ("X-Moz", "prefetch"),
        ] {
            assert!(with(name, value).is_speculative(), "{name}: {value}");
        }
        assert!(!with("accept", "prefetch").is_speculative());
    }

    #[test]
    fn only_pages_are_pages() {
        assert!(BrowserRequest::new("GET", "").is_page());
        for (dest, expected) in
            [("document", true), ("iframe", false), ("frame", false), ("image", false), ("empty", false)]
        {
            assert_eq!(with("sec-fetch-dest", dest).is_page(), expected, "{dest}");
        }
        let twice = with("sec-fetch-dest", "document").headers([("Sec-Fetch-Dest", b"iframe".as_slice())]);
        assert!(!twice.is_page());
    }

    #[test]
    fn browsers_and_programs_are_told_apart() {
        for (headers, navigation) in [
            (&[("sec-fetch-mode", "navigate"), ("accept", "*/*")][..], true),
            (&[("sec-fetch-mode", "cors"), ("accept", "text/html")], false),
            (&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")], true),
            (&[("Accept", "TEXT/HTML")], true),
            (&[("accept", "application/json")], false),
            (&[("accept", "*/*")], false),
            (&[], false),
        ] {
            let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
            assert_eq!(BrowserRequest::new("GET", "").headers(headers).is_navigation(), navigation);
        }
    }

    // Proves: QA7
    #[test]
    fn a_header_sent_twice_proves_nothing() {
        let request = with("origin", "https://a.example").headers([("Origin", b"https://a.example".as_slice())]);
        assert_eq!(request.one(Header::Origin), Err(Unusable));
        let request = BrowserRequest::new("GET", "").headers([("origin", b"\xff".as_slice())]);
        assert_eq!(request.one(Header::Origin), Err(Unusable));
    }
}
