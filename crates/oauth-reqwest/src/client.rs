//! One exchange: judge the URL, send, read.

use std::{fmt, sync::Arc};

use oauth_core::{
    Error, ErrorKind, HttpClient, HttpRequest, HttpResponse, Location, Method, Result, UrlTrust, async_trait,
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Host;

use crate::{
    body,
    builder::{Limits, ReqwestClientBuilder},
    bulkhead::{Bulkhead, Full},
    failure::{self, Exchange},
    guard::{self, Guard},
};

/// The [`HttpClient`] that applications use.
///
/// Cloning it is cheap and shares the pool of connections. See the crate's documentation for what it guarantees.
///
/// ```
/// use oauth_core::{HttpClient, HttpRequest};
/// use oauth_reqwest::ReqwestClient;
///
/// # async fn example() -> oauth_core::Result<()> {
/// let client = ReqwestClient::new()?;
/// let url = "https://api.bitbucket.org/2.0/user".parse().unwrap();
/// let reply = client.send(HttpRequest::get(url)).await?;
/// assert_eq!(reply.status, 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReqwestClient(Arc<Inner>);

struct Inner {
    /// For URLs from code and settings.
    configured: reqwest::Client,
    /// The same for loopback addresses: never through a proxy.
    direct: reqwest::Client,
    /// For URLs from data.
    guarded: reqwest::Client,
    guard: Arc<Guard>,
    bulkhead: Bulkhead,
    limits: Limits,
}

impl ReqwestClient {
    /// A client with the defaults.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) if TLS cannot be set up, as on a machine without any certificate
    /// authority.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts from the defaults.
    pub fn builder() -> ReqwestClientBuilder {
        ReqwestClientBuilder::new()
    }

    pub(crate) fn from_parts(
        configured: reqwest::Client,
        direct: reqwest::Client,
        guarded: reqwest::Client,
        guard: Arc<Guard>,
        limits: Limits,
    ) -> Self {
        let bulkhead = Bulkhead::new(limits.max_concurrent_requests);
        Self(Arc::new(Inner { configured, direct, guarded, guard, bulkhead, limits }))
    }
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpClient for ReqwestClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let limits = &self.0.limits;
        let wanted = request.wanted_headers;
        let method = method(request.method)?;
        let client = self.0.client_for(&request, &method)?;
        let mut request = outgoing(request, method.clone())?;

        let place = self.0.bulkhead.enter(request.url(), limits.timeout).await;
        let place =
            place.map_err(|Full| failure::host_full(&Exchange { method: &method, url: request.url() }, limits))?;
        if place.left.is_some() {
            *request.timeout_mut() = place.left;
        }
        let mut reply = client.execute(request).await.map_err(|error| failure::send_failed(&method, error, limits))?;
        if reply.status().is_redirection() {
            return Err(failure::redirect_refused(&Exchange { method: &method, url: reply.url() }, &reply));
        }
        let body = body::read(&mut reply, limits.max_body_bytes).await;
        let body =
            body.map_err(|error| failure::body_failed(&Exchange { method: &method, url: reply.url() }, error, limits))?;
        Ok(HttpResponse { status: reply.status().as_u16(), headers: kept(reply.headers(), wanted), body })
    }
}

impl Inner {
    /// The pool for this URL, or why it is not asked for at all.
    fn client_for(&self, request: &HttpRequest, method: &reqwest::Method) -> Result<&reqwest::Client> {
        let url = &request.url;
        let exchange = Exchange { method, url };
        // The operator can correct a URL from the settings, but not one from data.
        let (kind, from_data) = match request.url_trust {
            UrlTrust::Configured => (ErrorKind::Configuration, false),
            _ => (ErrorKind::Transport, true),
        };
        let refused =
            |why: &str, remedy: &'static str| Err(Error::new(kind, format!("{exchange}: {why}")).with_remedy(remedy));

        if !url.username().is_empty() || url.password().is_some() {
            return refused("the URL contains a user name or password", "Take it out of the URL.");
        }
        let Some(host) = url.host() else {
            return refused("the URL has no host", "Use an https URL.");
        };
        let loopback = guard::is_loopback(&host);
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return refused(
                "the URL is not https",
                "Use https; plain http is spoken to localhost, 127.0.0.0/8 and [::1] only.",
            );
        }
        if !from_data {
            return Ok(if loopback { &self.direct } else { &self.configured });
        }
        // An address in the URL needs no resolver, so the guarded one would not see it.
        let permitted = match host {
            Host::Domain(_) => true,
            Host::Ipv4(address) => self.guard.permits(address.into()),
            Host::Ipv6(address) => self.guard.permits(address.into()),
        };
        if permitted { Ok(&self.guarded) } else { Err(failure::address_refused(&exchange)) }
    }
}

fn method(method: Method) -> Result<reqwest::Method> {
    Ok(match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
        _ => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("the method {method:?} is not known to this client"),
            ));
        }
    })
}

fn outgoing(request: HttpRequest, method: reqwest::Method) -> Result<reqwest::Request> {
    let mut outgoing = reqwest::Request::new(method, request.url);
    for (name, value) in request.headers {
        let (Ok(header), Ok(mut value)) = (HeaderName::try_from(name.as_ref()), HeaderValue::try_from(value)) else {
            return Err(Error::new(
                ErrorKind::Transport,
                format!("{}: the header {name:?} has characters that HTTP does not allow", Location(outgoing.url())),
            ));
        };
        // Any of them may carry a credential, and which does is the provider's affair.
        value.set_sensitive(true);
        outgoing.headers_mut().insert(header, value);
    }
    *outgoing.body_mut() = request.body.map(Into::into);
    Ok(outgoing)
}

fn kept(headers: &HeaderMap, wanted: &[&str]) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    for &name in wanted {
        for value in headers.get_all(name) {
            // A value that is not text has no use here.
            if let Ok(value) = value.to_str() {
                kept.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    kept
}
