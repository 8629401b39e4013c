//! What a web framework sends back: status, headers and body as plain data.

use std::{borrow::Cow, fmt};

/// A complete response for a framework to send as it is.
///
/// Every answer forbids caching and sends no `Referer` onwards (RFC 9700 section 4.2.4). Header names are lower case,
/// values are visible ASCII and spaces; `set-cookie` may appear several times.
///
/// ```
/// # async fn example(login: oauth_login::Login) {
/// use oauth_login::BrowserRequest;
///
/// let answer = login.begin("github", &BrowserRequest::new("GET", "next=/me")).await;
/// println!("HTTP/1.1 {}", answer.status());
/// for (name, value) in answer.headers() {
///     println!("{name}: {value}");
/// }
/// println!("\n{}", answer.body());
/// # }
/// ```
#[derive(Clone)]
#[must_use = "an answer does nothing unless it is sent"]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Cow<'static, str>,
}

impl Answer {
    /// Status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// All headers, in order.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// Body; empty for a redirect.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Status, headers and body, to move into a framework's response.
    #[must_use]
    pub fn into_parts(self) -> (u16, Vec<(&'static str, String)>, Cow<'static, str>) {
        (self.status, self.headers, self.body)
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| *name == "location").map(|(_, value)| value.as_str())
    }

    /// 303: whatever the method was, go there by `GET` (RFC 9110 section 15.4.4).
    pub(crate) fn see_other(location: impl Into<String>) -> Self {
        let mut answer = Self::empty(303);
        answer.headers.push(("location", location.into()));
        answer
    }

    /// A short plain text.
    pub(crate) fn text(status: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self::empty(status).with_body("text/plain; charset=utf-8", text.into())
    }

    pub(crate) fn json(status: u16, json: String) -> Self {
        Self::empty(status).with_body("application/json", json.into())
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn empty(status: u16) -> Self {
        let headers = vec![("cache-control", "no-store".to_owned()), ("referrer-policy", "no-referrer".to_owned())];
        Self { status, headers, body: Cow::Borrowed("") }
    }

    fn with_body(mut self, content_type: &str, body: Cow<'static, str>) -> Self {
        self.body = body;
        self.with_header("content-type", content_type)
            .with_header("x-content-type-options", "nosniff")
            .with_header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
    }
}

/// Shows the status, where a redirect leads without its query, and how many cookies are set: an authorization URL
/// contains `state`, a cookie the sealed login.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location().map(|location| location.split(['?', '#']).next().unwrap_or_default());
        let cookies = self.headers.iter().filter(|(name, _)| *name == "set-cookie").count();
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("location", &location)
            .field("cookies", &cookies)
            .finish_non_exhaustive()
    }
}
