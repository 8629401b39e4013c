//! What goes wrong on demand.

/// What an endpoint does in place of its work.
///
/// ```
/// use oauth_testkit::Fault;
///
/// let rate_limited = Fault::json(429, r#"{"message": "slow down"}"#).header("retry-after", "60");
/// let overloaded = Fault::html(503, "<h1>Try again later</h1>");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub(crate) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Reply { status: u16, headers: Vec<(String, String)>, body: String },
    Hang,
    Drop,
}

impl Fault {
    /// A status with an empty body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self(Kind::Reply { status, headers: Vec::new(), body: String::new() })
    }

    /// A status with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::with_body(status, "application/json", body.into())
    }

    /// A status with an HTML body, as proxies and overloaded servers answer.
    #[must_use]
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::with_body(status, "text/html; charset=utf-8", body.into())
    }

    /// A status with a body of plain text.
    #[must_use]
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::with_body(status, "text/plain; charset=utf-8", body.into())
    }

    /// A redirect that keeps method and body (307). A client that follows it carries its secrets along.
    #[must_use]
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::status(307).header("location", location)
    }

    /// No answer at all, for as long as the provider runs.
    #[must_use]
    pub fn hang() -> Self {
        Self(Kind::Hang)
    }

    /// The connection ends without an answer.
    #[must_use]
    pub fn drop_connection() -> Self {
        Self(Kind::Drop)
    }

    /// Adds a header to a reply.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Kind::Reply { headers, .. } = &mut self.0 {
            headers.push((name.into(), value.into()));
        }
        self
    }

    fn with_body(status: u16, content_type: &str, body: String) -> Self {
        Self(Kind::Reply { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body })
    }
}
