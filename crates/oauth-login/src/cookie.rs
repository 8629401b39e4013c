//! Reading `Cookie` headers and writing `Set-Cookie`, for the names and values of this crate only.
//!
//! Own code and not a cookie jar, because a jar keeps one of two cookies of the same name and hides the other (a
//! sibling host can plant one), and because our names and values never need quoting or escaping.

use std::time::Duration;

/// The cookies of a request, as the browser sent them.
#[derive(Clone, Copy)]
pub(crate) struct Cookies<'r, 'h>(&'r [&'h [u8]]);

/// The browser sent two cookies of one name, so at least one of them is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SameName;

impl<'r, 'h> Cookies<'r, 'h> {
    /// The cookies of all `Cookie` headers of one request.
    pub(crate) fn new(headers: &'r [&'h [u8]]) -> Self {
        Self(headers)
    }

    /// The value of the cookie `name`.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'h str>, SameName> {
        let mut found = self.iter().filter(|(other, _)| *other == name);
        let value = found.next().map(|(_, value)| value);
        if found.next().is_some() { Err(SameName) } else { Ok(value) }
    }

    /// Every cookie, in the order sent, with those of the same name. What is not text is skipped: it is not ours.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'h str, &'h str)> + use<'r, 'h> {
        self.0.iter().flat_map(|header| header.split(|byte| *byte == b';')).filter_map(|pair| {
            let (name, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
            Some((name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t'])))
        })
    }
}

/// Whether more than one cookie is called `name`, be their values text or not, or missing.
pub(crate) fn is_repeated<'h>(headers: impl IntoIterator<Item = &'h [u8]>, name: &str) -> bool {
    let pairs = headers.into_iter().flat_map(|header| header.split(|byte| *byte == b';'));
    let names = pairs.filter_map(|pair| pair.split(|byte| *byte == b'=').next());
    names.filter(|found| found.trim_ascii() == name.as_bytes()).nth(1).is_some()
}

/// How a cookie travels from another site (RFC 6265bis section 5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// With top-level navigations by a safe method.
    Lax,
    /// With every request; browsers demand `Secure` beside it.
    None,
}

/// A `Set-Cookie` value: `HttpOnly`, `Path=/`, no `Domain`.
pub(crate) fn set_cookie(name: &str, value: &str, same_site: SameSite, secure: Secure, max_age: Duration) -> String {
    let mut cookie = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly", max_age.as_secs());
    cookie.push_str(match same_site {
        SameSite::Lax => "; SameSite=Lax",
        SameSite::None => "; SameSite=None",
    });
    if secure == Secure::Yes || same_site == SameSite::None {
        cookie.push_str("; Secure");
    }
    cookie
}

/// A `Set-Cookie` value that deletes the cookie `name`.
pub(crate) fn delete_cookie(name: &str, secure: Secure) -> String {
    set_cookie(name, "", SameSite::Lax, secure, Duration::ZERO)
}

/// Whether cookies are for https only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secure {
    /// The application is reached by https: `Secure`, and names with the prefix `__Host-`.
    Yes,
    /// The application is reached by http on a loopback address: another name, no prefix.
    Loopback,
}

impl Secure {
    /// The name that browsers guard: with `__Host-` they refuse to let a sibling host or plain http set it.
    pub(crate) fn name(self, base: &str) -> String {
        match self {
            Self::Yes => format!("__Host-{base}"),
            Self::Loopback => base.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cookies_are_found_across_headers_and_odd_spacing() {
        let headers: [&[u8]; 3] = [b"a=1;b=2 ; c = 3", b"d=x=y==", b"junk; =nameless; \xff=\xfe; e="];
        let cookies = Cookies::new(&headers);
        for (name, value) in [
            ("a", Some("1")),
            ("b", Some("2")),
            ("c", Some("3")),
            ("d", Some("x=y==")),
            ("e", Some("")),
            ("junk", None),
            ("A", None),
            ("f", None),
        ] {
            assert_eq!(cookies.get(name), Ok(value), "{name}");
        }
    }

    // Proves: QC3
    #[test]
    fn two_cookies_of_one_name_are_seen() {
        for headers in [&[b"a=1; a=2".as_slice()][..], &[b"a=1", b"b=2; a=1"], &[b"a=; a"], &[b" a=1;\ta=1"]] {
            let expected = if headers == [b"a=; a".as_slice()] { Ok(Some("")) } else { Err(SameName) };
            assert_eq!(Cookies::new(headers).get("a"), expected);
        }
    }

    #[test]
    fn a_name_is_repeated_whatever_the_values() {
        for (headers, expected) in [
            (&[][..], false),
            (&[b"a=1; b=2".as_slice()], false),
            (&[b"a=1; xa=1; ax=1; A=1; b=a"], false),
            (&[b"a=1; a=2"], true),
            (&[b"a=1;a=1"], true),
            (&[b"a=1", b"b=2; a=1"], true),
            (&[b"a=1; a"], true),
            (&[b"a=;\ta =1"], true),
            (&[b"a=1; a=\xff"], true),
            (&[b"a=1; \xff=a; a=2"], true),
        ] {
            assert_eq!(is_repeated(headers.iter().copied(), "a"), expected, "{headers:?}");
        }
    }

    // Proves: QC1, QC2
    #[test]
    fn set_cookie_has_the_attributes_of_its_place() {
        let minute = Duration::from_secs(60);
        assert_eq!(
            set_cookie("__Host-a", "v", SameSite::Lax, Secure::Yes, minute),
            "__Host-a=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            set_cookie("a", "v", SameSite::Lax, Secure::Loopback, minute),
            "a=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        // Browsers drop SameSite=None without Secure, on loopback too.
        assert_eq!(
            set_cookie("a", "v", SameSite::None, Secure::Loopback, minute),
            "a=v; Path=/; Max-Age=60; HttpOnly; SameSite=None; Secure"
        );
        assert_eq!(delete_cookie("a", Secure::Loopback), "a=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    proptest! {
        // Proves: QH6
        #[test]
        fn any_bytes_are_read_without_panic(header in proptest::collection::vec(any::<u8>(), 0..300)) {
            let headers = [header.as_slice()];
            let cookies = Cookies::new(&headers);
            for (name, _) in cookies.iter() {
                prop_assert!(cookies.get(name) != Ok(None));
            }
        }
    }
}
