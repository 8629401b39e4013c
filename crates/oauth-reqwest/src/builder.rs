//! Settings, and making a client of them: what is wrong is an error here, never a weaker client.

use std::{fmt, sync::Arc, time::Duration};

use oauth_core::{Error, ErrorKind, Result};
use reqwest::{
    Certificate,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue},
    redirect, retry,
};

use crate::{
    body,
    client::ReqwestClient,
    guard::{Guard, Resolver},
};

/// Shorter than the 60 s and more after which servers and load balancers drop an idle connection. A request that
/// meets the drop half-way is lost, and a code must not be sent again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of a [`ReqwestClient`]; every one has a default.
///
/// ```
/// use std::time::Duration;
///
/// use oauth_reqwest::ReqwestClient;
///
/// let client = ReqwestClient::builder()
///     .user_agent("example-app/1.0")
///     .timeout(Duration::from_secs(5))
///     .allow_private_network("10.20.0.0/16")
///     .build()?;
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "settings do nothing before `build`"]
pub struct ReqwestClientBuilder {
    user_agent: String,
    limits: Limits,
    exceptions: Vec<String>,
    roots: Vec<Vec<u8>>,
    proxy: Proxy,
}

/// What an exchange may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_concurrent_requests: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proxy {
    None,
    System,
}

impl ReqwestClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits {
                connect_timeout: Duration::from_secs(3),
                timeout: Duration::from_secs(10),
                max_body_bytes: 1024 * 1024,
                max_concurrent_requests: 128,
            },
            exceptions: Vec::new(),
            roots: Vec::new(),
            proxy: Proxy::None,
        }
    }

    /// Sets the `User-Agent` of requests that bring none. Default: this crate's name and version.
    ///
    /// Some providers refuse requests without one, others ask for the application's own name.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the deadline for one connection: name resolution, TCP and TLS. Default: 3 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect_timeout = limit;
        self
    }

    /// Sets the deadline for the whole exchange, from connecting to the reply's last byte. Default: 10 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = limit;
        self
    }

    /// Sets the most bytes a reply's body may have, counted before decoding and after. Default: 1 MiB.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.limits.max_body_bytes = limit;
        self
    }

    /// Sets how many requests to one host may be under way at the same time. Default: 128.
    ///
    /// Further ones wait for a place, within their deadline. So a provider that hangs takes neither the connections nor the
    /// file descriptors that the users of the others need.
    pub fn max_concurrent_requests(mut self, limit: usize) -> Self {
        self.limits.max_concurrent_requests = limit;
        self
    }

    /// Lets URLs from data lead to one more network or host, for identity providers on the premises.
    ///
    /// A network is written `10.20.0.0/16` or `fd00:1::/32`, an address or a host name as it is; call it once for
    /// each. Name as little as possible: whoever writes the provider's discovery document can make this machine send
    /// requests there. URLs from code and settings need no exception.
    pub fn allow_private_network(mut self, network_or_host: impl Into<String>) -> Self {
        self.exceptions.push(network_or_host.into());
        self
    }

    /// Trusts one more certificate authority, or several in one PEM text, beside those of the platform.
    pub fn add_root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Sends requests through the proxy that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name when the client is built.
    ///
    /// Loopback addresses and URLs from data are always reached directly: a proxy resolves names itself, where no
    /// guard sees the address.
    pub fn system_proxy(mut self) -> Self {
        self.proxy = Proxy::System;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), naming the setting, if one is not valid or TLS cannot be set up.
    pub fn build(self) -> Result<ReqwestClient> {
        self.check()?;
        let roots = self.root_certificates()?;
        let guard = Arc::new(Guard::with_exceptions(&self.exceptions)?);

        // A pooled connection is reused without asking the resolver again. So URLs from data have a pool of their own,
        // or they would reach private addresses over connections that the operator's URLs opened.
        let guarded = self.client(&roots, Resolver::guarded(Arc::clone(&guard)), Proxy::None)?;
        let direct = self.client(&roots, Resolver::unguarded(), Proxy::None)?;
        let configured = match self.proxy {
            Proxy::None => direct.clone(),
            Proxy::System => self.client(&roots, Resolver::unguarded(), Proxy::System)?,
        };
        Ok(ReqwestClient::from_parts(configured, direct, guarded, guard, self.limits))
    }

    fn check(&self) -> Result<()> {
        let Limits { connect_timeout, timeout, max_body_bytes, max_concurrent_requests } = self.limits;
        if connect_timeout.is_zero() {
            return Err(invalid("connect_timeout is zero", "Give it a duration such as 3 s."));
        }
        if timeout.is_zero() {
            return Err(invalid("timeout is zero", "Give it a duration such as 10 s."));
        }
        if max_body_bytes == 0 {
            return Err(invalid("max_body_bytes is zero", "Give it a size such as 1 MiB."));
        }
        // More than that a semaphore does not count, and no machine has.
        if max_concurrent_requests == 0 || max_concurrent_requests > 65_536 {
            return Err(invalid("max_concurrent_requests is not from 1 to 65536", "Give it a number such as 128."));
        }
        if self.user_agent.is_empty() || HeaderValue::from_str(&self.user_agent).is_err() {
            return Err(invalid("user_agent is not a header value", "Write it in visible ASCII, such as my-app/1.0."));
        }
        // Without this check reqwest would panic.
        if cfg!(not(feature = "rustls")) && rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(invalid(
                "no cryptography for TLS",
                "Enable the feature `rustls` of oauth-reqwest, or install a rustls CryptoProvider first.",
            ));
        }
        Ok(())
    }

    fn root_certificates(&self) -> Result<Vec<Certificate>> {
        const REMEDY: &str = "Give it the authority's certificate as PEM, with -----BEGIN CERTIFICATE-----.";
        let mut certificates = Vec::new();
        for pem in &self.roots {
            let found = Certificate::from_pem_bundle(pem)
                .map_err(|_| invalid("add_root_certificate: the PEM text is damaged", REMEDY))?;
            if found.is_empty() {
                return Err(invalid("add_root_certificate: no certificate in the PEM text", REMEDY));
            }
            certificates.extend(found);
        }
        Ok(certificates)
    }

    fn client(&self, roots: &[Certificate], resolver: Resolver, proxy: Proxy) -> Result<reqwest::Client> {
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED));

        // What another crate of the application can switch on through reqwest's features is switched off by name.
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .default_headers(headers)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .redirect(redirect::Policy::none())
            .referer(false)
            // By default reqwest sends again what the server refused early. Zero also spares a copy of each request.
            .retry(retry::never().max_retries_per_request(0))
            .connect_timeout(self.limits.connect_timeout)
            .timeout(self.limits.timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true)
            .tls_backend_rustls()
            .dns_resolver(resolver);
        if proxy == Proxy::None {
            builder = builder.no_proxy();
        }
        for root in roots {
            builder = builder.add_root_certificate(root.clone());
        }
        builder.build().map_err(|error| {
            invalid(
                "the TLS client cannot be made",
                "Check the certificates given to add_root_certificate, and that the machine has certificate \
                 authorities (package ca-certificates, or the variable SSL_CERT_FILE).",
            )
            .with_source(error.without_url())
        })
    }
}

impl fmt::Debug for ReqwestClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClientBuilder")
            .field("user_agent", &self.user_agent)
            .field("limits", &self.limits)
            .field("exceptions", &self.exceptions)
            .field("roots", &self.roots.len())
            .field("proxy", &self.proxy)
            .finish()
    }
}

fn invalid(message: &'static str, remedy: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, message).with_remedy(remedy)
}
