//! From what goes wrong in an exchange to the error that says so: kind, place and remedy, and nothing secret.

use std::{error::Error as StdError, fmt, io, iter};

use oauth_core::{Error, ErrorKind, Location};
use reqwest::{Method, Response, header::LOCATION};
use url::Url;

use crate::{
    body::{self, BodyError},
    builder::Limits,
    guard::Refused,
};

const CHECK_NETWORK: &str = "Check that this machine reaches the host: its name, DNS, firewalls, proxies.";
const ALLOW_PRIVATE: &str = "If this identity provider is meant to be on a private network, name its network or host \
                             in `allow_private_network`.";
const RIGHT_URL: &str = "Check the URL of the endpoint.";

/// What was being done, for error texts: method and URL without query.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
}

impl fmt::Display for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, Location(self.url))
    }
}

/// No reply came.
pub(crate) fn send_failed(method: &Method, error: reqwest::Error, limits: &Limits) -> Error {
    match error.url().cloned() {
        Some(url) => exchange_failed(&Exchange { method, url: &url }, error, limits),
        // Never seen: reqwest names the URL in every error of sending.
        None => Error::new(ErrorKind::Transport, format!("{method} failed")),
    }
}

/// The reply's body could not be read.
pub(crate) fn body_failed(exchange: &Exchange<'_>, error: BodyError, limits: &Limits) -> Error {
    match error {
        BodyError::Exchange(error) => exchange_failed(exchange, error, limits),
        BodyError::TooLarge => Error::new(
            ErrorKind::ReplyTooLarge,
            format!("{exchange} answered with more than {} bytes", limits.max_body_bytes),
        )
        .with_remedy("Check the URL of the endpoint; if replies are truly that large, raise `max_body_bytes`."),
        BodyError::UnknownCoding => Error::new(
            ErrorKind::Transport,
            format!("{exchange} answered in a content coding other than {}, or in more than one", body::ACCEPTED),
        )
        .with_remedy(RIGHT_URL),
        #[cfg(feature = "gzip")]
        BodyError::Damaged => {
            Error::new(ErrorKind::Transport, format!("{exchange} answered with damaged gzip")).with_remedy(RIGHT_URL)
        }
    }
}

/// The reply is a redirect. Of its target only the origin is named: the rest may repeat what was sent.
pub(crate) fn redirect_refused(exchange: &Exchange<'_>, reply: &Response) -> Error {
    let status = reply.status().as_u16();
    let location = reply.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let message = match location.and_then(|location| exchange.url.join(location).ok()) {
        Some(target) => {
            format!("{exchange} answered {status}, a redirect to {}", target.origin().ascii_serialization())
        }
        None => format!("{exchange} answered {status}, a redirect"),
    };
    Error::new(ErrorKind::RedirectRefused, message)
        .with_remedy("Configure the final URL of the endpoint; a followed redirect could carry the client secret away.")
}

/// Too many exchanges with this host are under way, and none ended in time.
pub(crate) fn host_full(exchange: &Exchange<'_>, limits: &Limits) -> Error {
    let Limits { max_concurrent_requests, timeout, .. } = limits;
    let message = format!(
        "{exchange} was not begun: {max_concurrent_requests} requests to this host take longer than {timeout:?}"
    );
    Error::new(ErrorKind::Timeout, message).with_remedy(
        "Try again later; if the provider is well and the application busy, raise `max_concurrent_requests`.",
    )
}

/// A URL from data names an address that is not public.
pub(crate) fn address_refused(exchange: &Exchange<'_>) -> Error {
    Error::new(ErrorKind::AddressRefused, format!("{exchange}: the address is not public")).with_remedy(ALLOW_PRIVATE)
}

fn exchange_failed(exchange: &Exchange<'_>, error: reqwest::Error, limits: &Limits) -> Error {
    let described = match find::<Refused>(&error) {
        Some(Refused::NotPublic(_)) => address_refused(exchange),
        Some(Refused::NotLoopback(_)) => {
            Error::new(ErrorKind::Configuration, format!("{exchange}: localhost is not this machine"))
                .with_remedy("Correct the hosts file, or write 127.0.0.1 or [::1].")
        }
        None if error.is_timeout() && error.is_connect() => {
            let limit = limits.connect_timeout;
            Error::new(ErrorKind::Timeout, format!("{exchange}: connecting did not end within {limit:?}"))
                .with_remedy(CHECK_NETWORK)
        }
        None if error.is_timeout() => {
            Error::new(ErrorKind::Timeout, format!("{exchange} did not end within {:?}", limits.timeout))
                .with_remedy("Try again later; if the provider is known to be slow, raise `timeout`.")
        }
        None if matches!(find::<rustls::Error>(&error), Some(rustls::Error::InvalidCertificate(_))) => {
            Error::new(ErrorKind::Transport, format!("{exchange}: the server's certificate is not trusted"))
                .with_remedy("If a private authority issued it, add that authority with `add_root_certificate`.")
        }
        None if error.is_connect() => {
            Error::new(ErrorKind::Transport, format!("{exchange}: no connection")).with_remedy(CHECK_NETWORK)
        }
        None => Error::new(ErrorKind::Transport, format!("{exchange} failed before the reply was complete")),
    };
    match harmless(error) {
        Some(source) => described.with_source(source),
        None => described,
    }
}

/// The error without its URL, or nothing if an error inside has one too: that one cannot be taken out.
fn harmless(error: reqwest::Error) -> Option<reqwest::Error> {
    let error = error.without_url();
    let url_inside =
        causes(&error).any(|cause| cause.downcast_ref::<reqwest::Error>().is_some_and(|inner| inner.url().is_some()));
    (!url_inside).then_some(error)
}

fn find<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// The error and its causes, also those that an I/O error wraps: its `source` passes over them.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error as &'a (dyn StdError + 'static)), |&error: &&'a (dyn StdError + 'static)| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}
