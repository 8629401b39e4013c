//! `next`: where to land after signing in. Only a path of this application, and only after parsing it as a browser will.
//!
//! Open redirects are the most common hole of login code, and nearly all came from judging the text by patterns while
//! the browser parsed it. So the judge here is the parser of the URL standard, twice: on the text as it is, and on the
//! text decoded once, since a proxy or router behind us may decode it.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::site::Site;

/// Longest `next`, in bytes, before and after encoding.
const MAX_LEN: usize = 2048;

/// A path, perhaps with a query, of this application; visible ASCII only, so fit for a `Location` header.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NextPath(String);

impl NextPath {
    /// Reads an untrusted `next`, and prints it anew from what was parsed. A fragment is dropped.
    pub(crate) fn parse(text: &str, site: &Site) -> Option<Self> {
        if text.len() > MAX_LEN || text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
            return None;
        }
        if !text.starts_with('/') || text.starts_with("//") {
            return None;
        }
        let (path, query) = normalise(text, site)?;
        let decoded = percent_decode_str(&path).decode_utf8_lossy();
        // What "/%2f" means is a matter of who decodes it when, so it means nothing to us.
        if decoded.chars().nth(1).is_some_and(|second| matches!(second, '/' | '\\' | ' ') || second.is_control()) {
            return None;
        }
        let (decoded, _) = normalise(&decoded, site)?;
        // A login that ends at a login loops, and one that ends at the logout surprises.
        if site.is_route(&decoded) {
            return None;
        }
        let printed = match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let visible = printed.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        (printed.len() <= MAX_LEN && visible).then_some(Self(printed))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path with one more query parameter; `name` and `value` must need no encoding.
    pub(crate) fn with_parameter(&self, name: &str, value: &str) -> String {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{separator}{name}={value}", self.0)
    }
}

/// Shows the path only: what follows `?` may be the visitor's own.
impl fmt::Debug for NextPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.split('?').next().unwrap_or_default();
        f.debug_tuple("NextPath").field(&path).finish()
    }
}

/// Path and query of `text` as a browser on `site` resolves it, if that stays on `site` and cannot be taken for a
/// network path.
fn normalise(text: &str, site: &Site) -> Option<(String, Option<String>)> {
    let url = site.origin_url().join(text).ok()?;
    let stays = url.origin() == site.origin_url().origin() && url.username().is_empty() && url.password().is_none();
    (stays && !url.path().starts_with("//")).then(|| (url.path().to_owned(), url.query().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn site() -> Site {
        Site::new("https://app.example", "/auth").unwrap()
    }

    #[test]
    fn paths_of_the_application_are_kept_in_parsed_form() {
        for (text, expected) in [
            ("/", "/"),
            ("/me", "/me"),
            ("/a/b?c=d&e=%2F%2Fevil.example", "/a/b?c=d&e=%2F%2Fevil.example"),
            ("/a?", "/a?"),
            ("/a?next=https://evil.example", "/a?next=https://evil.example"),
            ("/a#top", "/a"),
            ("/a/../b", "/b"),
            ("/../../b", "/b"),
            ("/a/./b/%2e%2e/c", "/a/c"),
            ("/a//b", "/a//b"),
            ("/grüße?wer=müller", "/gr%C3%BC%C3%9Fe?wer=m%C3%BCller"),
            ("/\u{ff0f}evil.example", "/%EF%BC%8Fevil.example"),
            ("/@evil.example", "/@evil.example"),
            ("/:80", "/:80"),
            ("/a%20b%0d%0aSet-Cookie:x", "/a%20b%0d%0aSet-Cookie:x"),
            ("/%252f%252fevil.example", "/%252f%252fevil.example"),
            ("/auth", "/auth"),
            ("/authors/login", "/authors/login"),
            ("/auth/github/settings", "/auth/github/settings"),
            ("/.well-known/x", "/.well-known/x"),
            ("/.%2fa", "/.%2fa"),
        ] {
            let next = NextPath::parse(text, &site());
            assert_eq!(next.as_ref().map(NextPath::as_str), Some(expected), "{text}");
        }
    }

    // Proves: QD1, QD3
    #[test]
    fn everything_that_leads_elsewhere_is_refused() {
        let long = format!("/{}", "a".repeat(MAX_LEN));
        let long_when_encoded = format!("/{}", "ü".repeat(MAX_LEN / 4));
        for text in [
            "",
            " ",
            "me",
            "?a=b",
            "#top",
            "https://evil.example",
            "https://app.example/me",
            "https:evil.example",
            "HTTP:/evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "//evil.example@app.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "/a?b=\\",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "/a b",
            "/a\r\nSet-Cookie: x=y",
            "/\u{0}",
            "/\u{7f}",
            "/%2fevil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5C/evil.example",
            "/%09/evil.example",
            "/%0a/evil.example",
            "/%20/evil.example",
            "/%00",
            "/%7f",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/a/../..//evil.example",
            "/%2e//evil.example",
            "/%2e%2E//evil.example",
            "/a/%2e%2e//evil.example",
            "/.%2f/evil.example",
            "/a%2f..%2f/evil.example",
            "/a/../%2fevil.example",
            "/a/..%5c%5cevil.example",
            "/.%09/%2fevil.example",
            "/auth/logout",
            "/auth/logout?next=/",
            "/auth/logout/",
            "/auth//logout",
            "/auth/github/login",
            "/auth/github/login?next=/a",
            "/auth/github/link",
            "/auth/x/../github/callback",
            "/auth/github/l%6fgin",
            "/%61uth/github%2Flogin",
            "/AUTH/github/Login",
            "/a%2f..%2fauth/logout",
            "/auth%5clogout",
            "/auth/logout%3fa=b",
            &long,
            &long_when_encoded,
        ] {
            assert_eq!(NextPath::parse(text, &site()), None, "{text:?}");
        }
    }

    #[test]
    fn the_failure_code_is_added_behind_an_existing_query() {
        let path = |text| NextPath::parse(text, &site()).unwrap();
        assert_eq!(path("/").with_parameter("error", "login_expired"), "/?error=login_expired");
        assert_eq!(path("/a?b=c").with_parameter("error", "login_expired"), "/a?b=c&error=login_expired");
    }

    proptest! {
        // Proves: QD1, QD4, QH6
        #[test]
        fn what_is_accepted_stays_on_the_site_and_is_stable(
            text in prop_oneof![
                any::<String>(),
                // The alphabet that attacks are made of.
                proptest::collection::vec(
                    proptest::sample::select(vec![
                        "/", "\\", ".", "..", "%2f", "%5c", "%2e", "%09", "%00", "\t", "\n", "\r", " ", "?", "#", "@",
                        ":", ";", "a", "evil.example", "https:", "http://", "javascript:", "auth", "login", "ü", "／",
                    ]),
                    0..10,
                ).prop_map(|parts| format!("/{}", parts.concat())),
            ],
        ) {
            let site = site();
            if let Some(next) = NextPath::parse(&text, &site) {
                let next = next.as_str();
                prop_assert!(next.len() <= MAX_LEN && next.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'));
                let url = Url::parse("https://app.example/auth/github/callback?code=x").unwrap().join(next).unwrap();
                prop_assert_eq!(url.origin(), site.origin_url().origin());
                prop_assert!(!site.is_route(url.path()));
                // Checked again when it is used: that must not change it.
                let again = NextPath::parse(next, &site);
                prop_assert_eq!(again.as_ref().map(NextPath::as_str), Some(next));
            }
        }
    }
}
