//! Answers, and what a browser says about where a request comes from.

use std::fmt;

use url::Url;

use super::{form::HiddenForm, jar::Site};

/// An answer: a page, or a step on the way to one.
pub struct Page {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) initiator: Option<Initiator>,
    /// Addresses that led here by redirects.
    pub(super) hops: Vec<Url>,
}

impl Page {
    /// The address in the address bar.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// Every value of a header, by its lower-case name.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.body
    }

    /// Where a redirect leads; `None` if it is none.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        let location = self.header("location").filter(|_| (300..400).contains(&self.status))?;
        self.url.join(location).ok()
    }

    /// Where the form of a `form_post` answer leads, and its fields, for a test that sends them in another way; `None` if
    /// there is none.
    #[must_use]
    pub fn form_post(&self) -> Option<(Url, Vec<(String, String)>)> {
        self.hidden_form().map(|form| (form.action, form.fields))
    }

    /// A form whose fields are all hidden, as a `form_post` answer has it.
    pub(super) fn hidden_form(&self) -> Option<HiddenForm> {
        HiddenForm::find(&self.url, &self.body)
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("url", &format_args!("{}", oauth_core::Location(&self.url)))
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The page that began a navigation.
#[derive(Clone, Debug)]
pub(super) struct Initiator {
    url: Url,
    tells_origin: TellsOrigin,
}

/// Whether the `Referrer-Policy` of a page lets `Origin` be sent (Fetch standard, "append a request Origin header").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TellsOrigin {
    Everywhere,
    SameOrigin,
    Nowhere,
}

impl Initiator {
    pub(super) fn new(page: &Page) -> Self {
        let tells_origin = match page.header("referrer-policy") {
            Some("no-referrer") => TellsOrigin::Nowhere,
            Some("same-origin") => TellsOrigin::SameOrigin,
            _ => TellsOrigin::Everywhere,
        };
        Self { url: page.url.clone(), tells_origin }
    }
}

/// Headers that a browser adds to a navigation.
pub(super) fn browser_headers(
    method: &str,
    url: &Url,
    initiator: Option<&Initiator>,
    hops: &[Url],
) -> Vec<(String, String)> {
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut headers = vec![
        ("host", authority.to_owned()),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned()),
        ("sec-fetch-mode", "navigate".to_owned()),
        ("sec-fetch-dest", "document".to_owned()),
        ("sec-fetch-site", fetch_site(url, initiator, hops).to_owned()),
    ];
    if let Some(initiator) = initiator.filter(|_| !matches!(method, "GET" | "HEAD")) {
        let told = match initiator.tells_origin {
            TellsOrigin::Everywhere => true,
            TellsOrigin::SameOrigin => initiator.url.origin() == url.origin(),
            TellsOrigin::Nowhere => false,
        };
        let origin = if told { initiator.url.origin().ascii_serialization() } else { "null".to_owned() };
        headers.push(("origin", origin));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// How far the addresses of a navigation are from the page that began it.
fn fetch_site(url: &Url, initiator: Option<&Initiator>, hops: &[Url]) -> &'static str {
    let Some(initiator) = initiator else { return "none" };
    let all = || hops.iter().chain([url]);
    if all().all(|address| address.origin() == initiator.url.origin()) {
        "same-origin"
    } else if all().all(|address| is_same_site(address, &initiator.url)) {
        "same-site"
    } else {
        "cross-site"
    }
}

/// The cookies that go along, as Chromium decides it: by the page that began the navigation, not by its redirects.
pub(super) fn cookie_site(method: &str, url: &Url, initiator: Option<&Initiator>) -> Site {
    match initiator {
        Some(initiator) if !is_same_site(url, &initiator.url) => match method {
            "GET" | "HEAD" => Site::CrossByLink,
            _ => Site::Cross,
        },
        _ => Site::Same,
    }
}

/// Scheme and host. Without the public suffix list, subdomains are sites of their own; no test needs more.
fn is_same_site(a: &Url, b: &Url) -> bool {
    (a.scheme(), a.host()) == (b.scheme(), b.host())
}
