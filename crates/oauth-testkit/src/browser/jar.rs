//! The cookie jar: which cookies a browser keeps, and which of them a request carries (RFC 6265bis).

use cookie::{Cookie as Parsed, SameSite};
use url::{Host, Url};

/// A cookie in the jar.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cookie {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Host that gets it.
    pub host: String,
    /// Whether its subdomains get it too: the `Domain` attribute was there.
    pub has_domain: bool,
    /// Path below which it is sent.
    pub path: String,
    /// `Secure` attribute.
    pub secure: bool,
    /// `HttpOnly` attribute.
    pub http_only: bool,
    /// `SameSite` attribute as it was written: `Strict`, `Lax` or `None`.
    pub same_site: Option<String>,
    /// `Max-Age` attribute in seconds.
    pub max_age: Option<i64>,
}

impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("secure", &self.secure)
            .field("http_only", &self.http_only)
            .field("same_site", &self.same_site)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// Where a request comes from, as far as cookies care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    /// From the site itself, or from the address bar.
    Same,
    /// From another site, by a `GET` that changes the page.
    CrossByLink,
    /// From another site, by another method.
    Cross,
}

#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Cookie>);

impl Jar {
    /// Keeps, replaces or deletes a cookie. Returns whether the browser accepts the line.
    pub(super) fn store(&mut self, url: &Url, set_cookie: &str) -> bool {
        let Ok(parsed) = Parsed::parse(set_cookie) else { return false };
        let Some(cookie) = accepted(url, &parsed) else { return false };
        let is_same =
            |known: &Cookie| (&known.name, &known.host, &known.path) == (&cookie.name, &cookie.host, &cookie.path);
        let has_ended = parsed.max_age().is_some_and(|age| !age.is_positive())
            || (parsed.max_age().is_none()
                && parsed.expires_datetime().is_some_and(|expires| expires <= cookie::time::OffsetDateTime::now_utc()));
        match (self.0.iter().position(is_same), has_ended) {
            (Some(at), true) => {
                self.0.remove(at);
            }
            // A replaced cookie keeps its place in the order.
            (Some(at), false) => {
                if let Some(known) = self.0.get_mut(at) {
                    *known = cookie;
                }
            }
            (None, true) => {}
            (None, false) => self.0.push(cookie),
        }
        true
    }

    pub(super) fn matching(&self, url: &Url, site: Site) -> Vec<Cookie> {
        let mut cookies: Vec<Cookie> = self.0.iter().filter(|cookie| is_sent(cookie, url, site)).cloned().collect();
        // Longer paths first; the sort keeps the order of age.
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        cookies
    }

    /// The `Cookie` header of a request, if there is anything in it.
    pub(super) fn header(&self, url: &Url, site: Site) -> Option<String> {
        let cookies = self.matching(url, site);
        let pairs: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// The cookie, if a browser accepts it from `url`.
fn accepted(url: &Url, parsed: &Parsed<'_>) -> Option<Cookie> {
    let host = url.host_str()?.to_owned();
    let domain = parsed.domain().map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
    let has_domain = domain.is_some();
    let cookie = Cookie {
        name: parsed.name().to_owned(),
        value: parsed.value().to_owned(),
        host: domain.unwrap_or_else(|| host.clone()),
        has_domain,
        path: parsed.path().filter(|path| path.starts_with('/')).map_or_else(|| default_path(url), str::to_owned),
        secure: parsed.secure() == Some(true),
        http_only: parsed.http_only() == Some(true),
        same_site: parsed.same_site().map(|same_site| same_site.to_string()),
        max_age: parsed.max_age().map(cookie::time::Duration::whole_seconds),
    };
    let has_prefix =
        |prefix: &str| cookie.name.get(..prefix.len()).is_some_and(|name| name.eq_ignore_ascii_case(prefix));
    let fits = domain_matches(&host, &cookie.host, has_domain)
        && cookie.name.len() + cookie.value.len() <= 4096
        && (!cookie.secure || is_trustworthy(url))
        && (cookie.secure || parsed.same_site() != Some(SameSite::None))
        && (cookie.secure || !(has_prefix("__Secure-") || has_prefix("__Host-")))
        && (!has_prefix("__Host-") || (!has_domain && parsed.path() == Some("/")));
    fits.then_some(cookie)
}

fn is_sent(cookie: &Cookie, url: &Url, site: Site) -> bool {
    let from_here = match (site, cookie.same_site.as_deref()) {
        (Site::Same, _) | (_, Some("None")) => true,
        (Site::CrossByLink, Some("Strict")) | (Site::Cross, _) => false,
        (Site::CrossByLink, _) => true,
    };
    let path = url.path();
    let below = path.strip_prefix(cookie.path.as_str());
    from_here
        && url.host_str().is_some_and(|host| domain_matches(host, &cookie.host, cookie.has_domain))
        && below.is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'))
        && (!cookie.secure || is_trustworthy(url))
}

/// A host gets its own cookies, and those that a parent domain set for all below it. A single label such as `com`, or
/// `localhost`, is no parent of anybody.
fn domain_matches(host: &str, domain: &str, has_domain: bool) -> bool {
    let is_name = host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[');
    let is_below = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || (has_domain && is_name && domain.contains('.') && is_below())
}

/// Browsers treat loopback like `https`.
fn is_trustworthy(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

/// The folder of the address (RFC 6265bis section 5.1.4).
fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_browser_refuses_what_browsers_refuse() {
        let (plain, secure) = ("http://app.test/auth/callback", "https://app.test/auth/callback");
        let loopback = "http://127.0.0.1:8000/";
        let table = [
            (plain, "a=1", true),
            (plain, "a=1; Secure", false),
            (secure, "a=1; Secure", true),
            (loopback, "a=1; Secure", true),
            (secure, "a=1; SameSite=None", false),
            (secure, "a=1; SameSite=None; Secure", true),
            (secure, "__Host-a=1; Secure; Path=/", true),
            (loopback, "__Host-a=1; Secure; Path=/", true),
            (secure, "__Host-a=1; Path=/", false),
            (secure, "__Host-a=1; Secure", false),
            (secure, "__Host-a=1; Secure; Path=/auth", false),
            (secure, "__host-a=1; Secure; Path=/; Domain=app.test", false),
            (secure, "__Secure-a=1", false),
            (secure, "a=1; Domain=test", false),
            (secure, "a=1; Domain=other.test", false),
            (secure, "a=1; Domain=app.test", true),
            ("https://x.app.test/", "a=1; Domain=app.test", true),
            (secure, "nonsense", false),
        ];
        for (from, line, kept) in table {
            assert_eq!(Jar::default().store(&url(from), line), kept, "{from} {line}");
        }
        assert!(!Jar::default().store(&url(secure), &format!("a={}", "x".repeat(4096))));
    }

    #[test]
    fn a_cookie_goes_where_it_belongs() {
        let table = [
            ("a=1", "https://app.test/auth/x", Site::Same, true),
            ("a=1", "https://app.test/other", Site::Same, false),
            ("a=1; Path=/", "https://app.test/other", Site::Same, true),
            ("a=1; Path=/au", "https://app.test/auth", Site::Same, false),
            ("a=1; Path=/", "https://sub.app.test/", Site::Same, false),
            ("a=1; Path=/; Domain=app.test", "https://sub.app.test/", Site::Same, true),
            ("a=1; Path=/; Secure", "http://app.test/", Site::Same, false),
            ("a=1; Path=/; SameSite=Lax", "https://app.test/", Site::CrossByLink, true),
            ("a=1; Path=/; SameSite=Lax", "https://app.test/", Site::Cross, false),
            ("a=1; Path=/", "https://app.test/", Site::Cross, false),
            ("a=1; Path=/; SameSite=Strict", "https://app.test/", Site::CrossByLink, false),
            ("a=1; Path=/; SameSite=None; Secure", "https://app.test/", Site::Cross, true),
        ];
        for (line, to, site, sent) in table {
            let mut jar = Jar::default();
            assert!(jar.store(&url("https://app.test/auth/callback"), line), "{line}");
            assert_eq!(jar.header(&url(to), site).is_some(), sent, "{line} {to} {site:?}");
        }
    }

    #[test]
    fn a_cookie_is_replaced_and_deleted_by_name_host_and_path() {
        let here = url("https://app.test/");
        let mut jar = Jar::default();
        for line in ["a=1; Path=/", "b=2; Path=/", "a=3; Path=/", "a=4; Path=/sub"] {
            jar.store(&here, line);
        }
        assert_eq!(jar.header(&here, Site::Same).as_deref(), Some("a=3; b=2"));
        assert_eq!(jar.header(&url("https://app.test/sub"), Site::Same).as_deref(), Some("a=4; a=3; b=2"));
        jar.store(&here, "a=; Path=/; Max-Age=0");
        jar.store(&here, "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(jar.header(&url("https://app.test/sub"), Site::Same).as_deref(), Some("a=4"));
    }
}
