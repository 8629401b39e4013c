//! Where the application lives: the public base URL, the mount path, and every address built from them.
//!
//! All of it is configuration. Nothing here ever sees a `Host`, `X-Forwarded-*` or `Referer` header.

use oauth_core::{Error, ErrorKind, Result};
use url::{Host, Url};

use crate::cookie::Secure;

/// The public address of the application and of our routes below it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Scheme, host and port, path `/`.
    origin: Url,
    /// As browsers write it in `Origin`.
    origin_text: String,
    /// Origin and prefix.
    base_url: String,
    /// Path of the base URL without the trailing slash: empty, or `/app`.
    prefix: String,
    /// Path below the prefix where our routes are: `/auth`.
    mount: String,
}

impl Site {
    pub(crate) fn new(base_url: &str, mount: &str) -> Result<Self> {
        let refused = |fault: &str| {
            Error::new(ErrorKind::Configuration, format!("OAUTH_BASE_URL {fault}")).with_remedy(
                "Give the address that people type, such as https://app.example; plain http is for loopback only",
            )
        };
        let mut url = Url::parse(base_url).map_err(|_| refused("is not an absolute URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(refused("is plain http on an address that is not loopback")),
            _ => return Err(refused("is not an https URL")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("contains a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("has a query or a fragment"));
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        if !prefix.is_empty() && !is_plain_path(&prefix) {
            return Err(refused("has a path with other characters than letters, digits, '-', '_', '.', '~'"));
        }
        if !is_plain_path(mount) {
            return Err(Error::new(ErrorKind::Configuration, "the mount path is not of the form /auth")
                .with_remedy("Begin it with one slash, end it without, and use letters, digits, '-', '_', '.', '~'"));
        }
        url.set_path("/");
        let origin_text = url.origin().ascii_serialization();
        let base_url = format!("{origin_text}{prefix}");
        Ok(Self { origin: url, origin_text, base_url, prefix, mount: mount.to_owned() })
    }

    /// Scheme, host and port as in an `Origin` header.
    pub(crate) fn origin(&self) -> &str {
        &self.origin_text
    }

    pub(crate) fn origin_url(&self) -> &Url {
        &self.origin
    }

    /// The base URL without a trailing slash. It names this application among others that share its keys.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn mount(&self) -> &str {
        &self.mount
    }

    pub(crate) fn secure(&self) -> Secure {
        if self.origin.scheme() == "https" { Secure::Yes } else { Secure::Loopback }
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.origin)
    }

    /// A path of the application as browsers see it: behind the prefix.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.prefix)
    }

    /// A path of ours as browsers see it.
    pub(crate) fn route(&self, below: &str) -> String {
        format!("{}{}{below}", self.prefix, self.mount)
    }

    /// The redirect URI of one provider instance.
    pub(crate) fn redirect_uri(&self, provider: &str) -> String {
        format!("{}{}", self.origin_text, self.route(&format!("/{provider}/callback")))
    }

    /// Whether a decoded path leads to one of our routes, read as leniently as any router might.
    pub(crate) fn is_route(&self, path: &str) -> bool {
        fn segments(path: &str) -> impl Iterator<Item = &str> {
            path.split(['/', '\\']).filter(|segment| !segment.is_empty())
        }
        let mut rest = segments(path);
        let mount = self.route("");
        for ours in segments(&mount) {
            if !rest.next().is_some_and(|segment| segment.eq_ignore_ascii_case(ours)) {
                return false;
            }
        }
        let is = |segment: Option<&str>, name: &str| segment.is_some_and(|segment| segment.eq_ignore_ascii_case(name));
        let (first, second, third) = (rest.next(), rest.next(), rest.next());
        let of_provider = ["login", "link", "callback"].iter().any(|name| is(second, name));
        third.is_none() && (of_provider || (second.is_none() && is(first, "logout")))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `/` and unreserved characters, in segments that mean what they say.
pub(crate) fn is_plain_path(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|segment| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    // Proves: QE1, QD3
    #[test]
    fn base_urls_that_cannot_be_public_are_refused_by_name() {
        for url in [
            "",
            "app.example",
            "/app",
            "ftp://app.example",
            "javascript:alert(1)",
            "http://app.example",
            "http://localhost.evil.example",
            "http://0.0.0.0:8000",
            "http://10.0.0.1",
            "https://user@app.example",
            "https://user:secret@app.example",
            "https://app.example?a=b",
            "https://app.example/#top",
            "https://app.example/a//b",
            "https://app.example/%61",
            "https://app.example/a b",
        ] {
            let error = Site::new(url, "/auth").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().starts_with("OAUTH_BASE_URL "), "{url}: {error}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    // Proves: QH1, QH2
    #[test]
    fn redirect_uris_follow_from_base_url_and_mount_path() {
        for (base, mount, expected) in [
            ("https://app.example", "/auth", "https://app.example/auth/github/callback"),
            ("https://APP.example:443/", "/auth", "https://app.example/auth/github/callback"),
            ("https://app.example:8443", "/a/b", "https://app.example:8443/a/b/github/callback"),
            ("https://app.example/team/", "/auth", "https://app.example/team/auth/github/callback"),
            ("http://localhost:8000", "/auth", "http://localhost:8000/auth/github/callback"),
            ("http://127.0.0.1:8000", "/auth", "http://127.0.0.1:8000/auth/github/callback"),
            ("http://[::1]:8000", "/auth", "http://[::1]:8000/auth/github/callback"),
        ] {
            assert_eq!(Site::new(base, mount).unwrap().redirect_uri("github"), expected);
        }
    }

    #[test]
    fn mount_paths_are_plain() {
        for mount in ["", "/", "auth", "/auth/", "//auth", "/a b", "/{x}", "/..", "/a/./b", "/auth?x", "/%61"] {
            assert!(Site::new("https://app.example", mount).is_err(), "{mount}");
        }
    }

    // Proves: QD1
    #[test]
    fn own_routes_are_known_in_every_spelling() {
        let site = Site::new("https://app.example/team", "/auth").unwrap();
        for path in [
            "/team/auth/logout",
            "/team/auth/logout/",
            "/TEAM/auth/LogOut",
            "/team//auth//github/login",
            "/team/auth/github/Link",
            "/team/auth/github/callback/",
            "/team\\auth\\github\\login",
        ] {
            assert!(site.is_route(path), "{path}");
        }
        for path in
            ["/", "/auth/logout", "/team/auth", "/team/auth/github", "/team/auth/settings/login/now", "/team/logout"]
        {
            assert!(!site.is_route(path), "{path}");
        }
    }
}
