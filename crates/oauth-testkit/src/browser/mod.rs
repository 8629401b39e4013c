//! A browser for tests: it keeps cookies, tells where a request comes from and posts forms as browsers do, and shows
//! every step of a redirect.

mod form;
mod jar;
mod page;

use std::{
    io,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use oauth_core::{Error, ErrorKind, Result};
use tokio::{net::TcpStream, task::JoinSet};
use url::{Origin, Url, form_urlencoded};

pub use jar::Cookie;
use jar::Jar;
use page::Initiator;
pub use page::Page;

/// Redirects that are followed before it is taken for a loop: as in browsers.
const MAX_REDIRECTS: usize = 20;

const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// A browser with a cookie jar of its own, to drive an application from outside. Two of them are two people.
///
/// It speaks plain HTTP. An application that believes to be behind a TLS proxy is reached by
/// [`tls_proxy`](Self::tls_proxy). Cookies follow the rules of RFC 6265bis as Chromium applies them: `__Host-` and
/// `__Secure-` prefixes, `Secure`, `SameSite`, sizes, deletion; they do not age. Requests carry `Origin` and
/// `Sec-Fetch-*` headers.
///
/// ```
/// use oauth_bitbucket::BITBUCKET;
/// use oauth_testkit::{Browser, DevProvider};
///
/// # #[tokio::main]
/// # async fn main() -> oauth_core::Result<()> {
/// # let provider = DevProvider::builder(&BITBUCKET).start().await?;
/// let browser = Browser::new();
/// let page = browser.get(provider.base_url()).await?;
/// assert_eq!(page.status(), 200);
/// assert!(page.text().contains("Development provider"));
///
/// // With an application: open its login, choose somebody, land signed in.
/// // let page = browser.open("http://localhost:8000/auth/bitbucket/login").await?;
/// // let page = browser.sign_in_as(&page, "jane").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Browser {
    jar: Mutex<Jar>,
    proxies: Vec<(Origin, SocketAddr)>,
}

impl Browser {
    /// A browser without cookies.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends requests for `origin`, such as `https://app.example`, in plain HTTP to `address`, as a TLS proxy in front
    /// of an application does.
    ///
    /// # Panics
    ///
    /// When `origin` is not a URL: the test is wrong.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a set-up mistake of a test")]
    pub fn tls_proxy(mut self, origin: &str, address: SocketAddr) -> Self {
        self.proxies.push((Url::parse(origin).expect("an origin").origin(), address));
        self
    }

    /// Types `url` into the address bar; a redirect is not followed.
    pub async fn get(&self, url: impl AsRef<str>) -> Result<Page> {
        self.request("GET", url).send().await
    }

    /// Types `url` into the address bar and goes where it leads.
    pub async fn open(&self, url: impl AsRef<str>) -> Result<Page> {
        let page = self.get(url).await?;
        self.follow_all(page).await
    }

    /// A request of any kind.
    pub fn request(&self, method: &str, url: impl AsRef<str>) -> BrowserRequest<'_> {
        BrowserRequest {
            browser: self,
            method: method.to_owned(),
            url: url.as_ref().to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            initiator: None,
            hops: Vec::new(),
        }
    }

    /// Goes one step: to where `page` redirects.
    ///
    /// # Errors
    ///
    /// `page` is no redirect.
    pub async fn follow(&self, page: &Page) -> Result<Page> {
        let location = page.location().ok_or_else(|| mistaken(page, "redirects nowhere"))?;
        let mut request = self.request("GET", location);
        request.initiator.clone_from(&page.initiator);
        request.hops.clone_from(&page.hops);
        request.hops.push(page.url.clone());
        request.send().await
    }

    async fn follow_all(&self, mut page: Page) -> Result<Page> {
        for _ in 0..MAX_REDIRECTS {
            if page.location().is_none() {
                return Ok(page);
            }
            page = self.follow(&page).await?;
        }
        Err(mistaken(&page, "is in a loop of redirects"))
    }

    /// Chooses a person, by key, on a page of the development provider. The answer is not followed.
    ///
    /// # Errors
    ///
    /// `page` does not offer the person.
    pub async fn choose(&self, page: &Page, person: &str) -> Result<Page> {
        if !page.text().contains(&format!("name=\"person\" value=\"{person}\"")) {
            return Err(mistaken(page, "does not offer this person"));
        }
        self.request("POST", page.url()).form([("person", person)]).from(page).send().await
    }

    /// Chooses a person on a page of the development provider and goes back to the application.
    pub async fn sign_in_as(&self, page: &Page, person: &str) -> Result<Page> {
        let answer = self.choose(page, person).await?;
        self.return_to_application(answer).await
    }

    /// Denies the application on a page of the development provider and goes back to it.
    pub async fn deny(&self, page: &Page) -> Result<Page> {
        let answer = self.request("POST", page.url()).form([("decision", "deny")]).from(page).send().await?;
        self.return_to_application(answer).await
    }

    /// Submits the form of a `form_post` answer, as its script does. The answer is not followed.
    ///
    /// # Errors
    ///
    /// `page` has no such form.
    pub async fn submit(&self, page: &Page) -> Result<Page> {
        let form = page.hidden_form().ok_or_else(|| mistaken(page, "has no form to submit"))?;
        let (content_type, body) = form.encode();
        self.request("POST", form.action).header("content-type", content_type).body(body).from(page).send().await
    }

    async fn return_to_application(&self, answer: Page) -> Result<Page> {
        let answer = if answer.hidden_form().is_some() { self.submit(&answer).await? } else { answer };
        self.follow_all(answer).await
    }

    /// The cookies that a request to `url`, typed into the address bar, would carry.
    #[must_use]
    pub fn cookies(&self, url: impl AsRef<str>) -> Vec<Cookie> {
        let url = Url::parse(url.as_ref()).ok();
        url.map(|url| self.jar().matching(&url, jar::Site::Same)).unwrap_or_default()
    }

    /// Puts a cookie into the jar as if `url` had set it with this `Set-Cookie` line. Returns whether a browser keeps it.
    pub fn set_cookie(&self, url: impl AsRef<str>, set_cookie: &str) -> bool {
        Url::parse(url.as_ref()).is_ok_and(|url| self.jar().store(&url, set_cookie))
    }

    /// Forgets all cookies.
    pub fn clear_cookies(&self) {
        *self.jar() = Jar::default();
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self, url: &Url) -> Result<TcpStream> {
        let failed = |error: io::Error| transport(url, "cannot be reached").with_source(error);
        if let Some((_, address)) = self.proxies.iter().find(|(origin, _)| *origin == url.origin()) {
            return TcpStream::connect(address).await.map_err(failed);
        }
        if url.scheme() != "http" {
            return Err(transport(url, "is not plain http"));
        }
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await.map_err(failed)
    }
}

/// A request in the making.
#[derive(Debug)]
#[must_use = "a request does nothing before `send`"]
pub struct BrowserRequest<'b> {
    browser: &'b Browser,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    initiator: Option<Initiator>,
    hops: Vec<Url>,
}

impl BrowserRequest<'_> {
    /// Sets a header, in place of an earlier value and of what the browser would send. A `cookie` header replaces the jar for this request.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        let name = name.to_ascii_lowercase();
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body to form fields.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(mut self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        self.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Sets the body as it is.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Says that something on `page` makes the request: a link that was clicked, a form that was sent.
    pub fn from(mut self, page: &Page) -> Self {
        self.initiator = Some(Initiator::new(page));
        self
    }

    /// Sends it. A redirect is not followed.
    ///
    /// # Errors
    ///
    /// No answer came, or the request cannot be one.
    pub async fn send(self) -> Result<Page> {
        let Self { browser, method, url, headers, body, initiator, hops } = self;
        let parsed = Url::parse(&url);
        let mut url = parsed
            .map_err(|_| Error::new(ErrorKind::Configuration, format!("the browser cannot open {url:?}: no URL")))?;
        url.set_fragment(None);

        let mut sent = page::browser_headers(&method, &url, initiator.as_ref(), &hops);
        let site = page::cookie_site(&method, &url, initiator.as_ref());
        let cookies = browser.jar().header(&url, site);
        sent.extend(cookies.map(|cookies| ("cookie".to_owned(), cookies)));
        sent.retain(|(name, _)| !headers.iter().any(|(own, _)| own == name));
        sent.extend(headers);

        let target = &url[url::Position::BeforePath..];
        let mut request = Request::builder().method(method.as_str()).uri(target);
        for (name, value) in &sent {
            request = request.header(name, value);
        }
        let request = request.body(Full::<Bytes>::from(body)).map_err(|error| {
            Error::new(ErrorKind::Configuration, "the browser cannot send this request").with_source(error)
        })?;

        let stream = browser.connect(&url).await?;
        let broken = |error: hyper::Error| transport(&url, "ended the connection").with_source(error);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Ends with this function, whatever becomes of the answer.
        let mut connections = JoinSet::new();
        connections.spawn(connection);
        let (parts, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
        let body = body.map_err(|error| transport(&url, "sent no complete answer").with_source(error))?.to_bytes();

        let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> =
            parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        for (_, set_cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            browser.jar().store(&url, set_cookie);
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Page { url, status: parts.status.as_u16(), headers, body, initiator, hops })
    }
}

fn transport(url: &Url, what: &str) -> Error {
    Error::new(ErrorKind::Transport, format!("{} {what}", oauth_core::Location(url)))
}

fn mistaken(page: &Page, what: &str) -> Error {
    let at = oauth_core::Location(&page.url);
    Error::new(ErrorKind::Configuration, format!("the page at {at} (status {}) {what}", page.status))
}
