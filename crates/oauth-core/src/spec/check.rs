//! What a spec may contain, checked while it is compiled.

/// Lower-case letters, digits and `-`: the name stands in URLs, in environment variables and in feature names.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); the index is bounded by the loop")]
pub(crate) const fn name(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty() && bytes.len() <= 64, "a provider name has 1 to 64 characters");
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            bytes[i].is_ascii_lowercase() || bytes[i].is_ascii_digit() || bytes[i] == b'-',
            "a provider name consists of lower-case letters, digits and '-'"
        );
        i += 1;
    }
    name
}

/// `https` with a host, or a variable in its place; printable; no fragment (RFC 6749 section 3.1); braces in pairs.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); the index is bounded by the loop")]
#[allow(clippy::panic, reason = "const evaluation reports a malformed spec by a panic")]
pub(crate) const fn url(url: &'static str) -> &'static str {
    const HTTPS: &[u8] = b"https://";
    let bytes = url.as_bytes();
    assert!(!bytes.is_empty(), "a URL is empty");
    if bytes[0] != b'{' {
        assert!(bytes.len() > HTTPS.len(), "a URL must start with https:// or with a {{variable}}");
        let mut i = 0;
        while i < HTTPS.len() {
            assert!(bytes[i] == HTTPS[i], "a URL must start with https:// or with a {{variable}}");
            i += 1;
        }
    }
    let mut open = false;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'{' => {
                assert!(!open, "a URL has a brace inside a variable");
                open = true;
            }
            b'}' => {
                assert!(open, "a URL closes a variable that it did not open");
                open = false;
            }
            b'#' => panic!("a URL must not have a fragment"),
            byte => assert!(byte.is_ascii_graphic(), "a URL must be printable ASCII without spaces"),
        }
        i += 1;
    }
    assert!(!open, "a URL has a variable that is not closed");
    url
}

/// Parameters that the client manages and nobody else may set.
pub(crate) const MANAGED: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// Further parameters must leave the managed ones alone: no spec can replace the state.
#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); the indices are bounded by the loops")]
pub(crate) const fn free_params(
    params: &'static [(&'static str, &'static str)],
) -> &'static [(&'static str, &'static str)] {
    let mut i = 0;
    while i < params.len() {
        let mut j = 0;
        while j < MANAGED.len() {
            assert!(!equal(params[i].0, MANAGED[j]), "an extra parameter has the name of one that the client manages");
            j += 1;
        }
        i += 1;
    }
    params
}

#[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); the index is bounded by the loop")]
const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
