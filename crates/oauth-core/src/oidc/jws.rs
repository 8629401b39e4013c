//! JSON Web Signatures in compact form (RFC 7515): what is looked at before a signature is checked.
//!
//! The algorithms that are accepted are fixed before the header is read. Keys that a header brings or points to (`jwk`,
//! `jku`, `x5c`, `x5u`) are never looked at; `kid` is compared and nothing else.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;

use super::json::{Object, Refused};
use crate::spec::SigningAlgorithm;

/// Longest token that is looked at, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// What a token may call itself (RFC 8725 section 3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    /// No `typ`, or `JWT`: ID tokens and signed user-info replies.
    Jwt,
    /// Also `at+jwt` (RFC 9068 section 2.1).
    AccessToken,
}

impl TokenType {
    /// Media types compare without case, and `application/` may be left out (RFC 7515 section 4.1.9).
    fn accepts(self, typ: &str) -> bool {
        let typ = typ.to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "jwt" => true,
            "at+jwt" => self == Self::AccessToken,
            _ => false,
        }
    }
}

/// A token that was taken apart. Nothing in it is to be believed before its signature was checked.
pub(crate) struct Jws<'t> {
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) kid: Option<Arc<str>>,
    /// What is signed: header and payload as they stand in the token.
    pub(crate) signed: &'t [u8],
    pub(crate) payload: String,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Jws<'t> {
    pub(crate) fn parse(token: &'t str, accepted: &[SigningAlgorithm], types: TokenType) -> Result<Self, Refused> {
        Self::parse_with(token, |header| Header::read(header, accepted, types))
    }

    fn parse_with(token: &'t str, read_header: impl FnOnce(&str) -> Result<Header, Refused>) -> Result<Self, Refused> {
        if token.len() > MAX_LEN {
            return Err(Refused::new("is longer than 64 KiB"));
        }
        let [header, payload, signature] = segments(token)?;
        let Header { algorithm, kid } = read_header(header)?;
        let signed = token.as_bytes().get(..header.len() + 1 + payload.len()).unwrap_or_default();
        Ok(Self { algorithm, kid, signed, payload: decode_text(payload)?, signature: decode(signature)? })
    }
}

fn segments(token: &str) -> Result<[&str; 3], Refused> {
    let outer = token.split_once('.').and_then(|(header, rest)| Some((header, rest.rsplit_once('.')?)));
    match outer {
        Some((header, (payload, signature))) if !payload.contains('.') => Ok([header, payload, signature]),
        _ if token.matches('.').count() == 4 => Err(Refused::new("is encrypted, which is not supported")),
        _ => Err(Refused::new("is not a signed token in compact form")),
    }
}

/// What is used of a header.
#[derive(Clone)]
struct Header {
    algorithm: SigningAlgorithm,
    kid: Option<Arc<str>>,
}

impl Header {
    fn read(encoded: &str, accepted: &[SigningAlgorithm], types: TokenType) -> Result<Self, Refused> {
        let header = decode_text(encoded)?;
        let header = Object::parse(&header).map_err(|Refused(why)| Refused::new(format!("has a header that {why}")))?;
        let name = header.text("alg")?.ok_or_else(|| Refused::new("names no algorithm"))?;
        let Some(algorithm) = accepted.iter().copied().find(|algorithm| algorithm.is_named(&name)) else {
            return Err(not_accepted(&name, accepted));
        };
        if header.get("crit").is_some() {
            return Err(Refused::new("has critical header members, of which none is known"));
        }
        if header.get("enc").is_some() || header.get("zip").is_some() {
            return Err(Refused::new("is encrypted or compressed, which is not supported"));
        }
        if header.text("typ")?.is_some_and(|typ| !types.accepts(&typ)) {
            return Err(Refused::new("is of another type than expected (header member typ)"));
        }
        Ok(Self { algorithm, kid: header.text("kid")?.map(Arc::from) })
    }
}

/// Takes the tokens of one provider apart, and remembers the last header that its rules let through: until the provider
/// changes its key, all tokens have the same one, byte for byte.
pub(crate) struct Parser {
    accepted: &'static [SigningAlgorithm],
    types: TokenType,
    last: Mutex<Option<(String, Header)>>,
}

impl Parser {
    pub(crate) fn new(accepted: &'static [SigningAlgorithm], types: TokenType) -> Self {
        Self { accepted, types, last: Mutex::new(None) }
    }

    pub(crate) fn parse<'t>(&self, token: &'t str) -> Result<Jws<'t>, Refused> {
        Jws::parse_with(token, |header| self.read_header(header))
    }

    fn read_header(&self, encoded: &str) -> Result<Header, Refused> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, header)) = last().as_ref()
            && known == encoded
        {
            return Ok(header.clone());
        }
        let header = Header::read(encoded, self.accepted, self.types)?;
        *last() = Some((encoded.to_owned(), header.clone()));
        Ok(header)
    }
}

/// The name in the header is repeated only where it is one of ours.
fn not_accepted(name: &str, accepted: &[SigningAlgorithm]) -> Refused {
    let names = accepted.iter().map(|algorithm| algorithm.as_str()).collect::<Vec<_>>().join(", ");
    let known = SigningAlgorithm::PUBLIC_KEY.iter().chain(&[SigningAlgorithm::Hs256]);
    match known.copied().find(|algorithm| algorithm.is_named(name)) {
        Some(known) => Refused::new(format!("is signed with {}; accepted are {names}", known.as_str())),
        None => Refused::new(format!("is not signed with an accepted algorithm ({names})")),
    }
}

impl SigningAlgorithm {
    /// `Ed25519` is the fully specified name of what `EdDSA` means here (RFC 9864 section 2.2).
    pub(crate) fn is_named(self, name: &str) -> bool {
        name == self.as_str() || (self == Self::EdDsa && name == "Ed25519")
    }
}

/// With the vector instructions of the processor where there are any: tokens are long.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
static BASE64URL: std::sync::LazyLock<base64::engine::Simd> =
    std::sync::LazyLock::new(|| base64::engine::Simd::url_safe(base64::engine::general_purpose::NO_PAD));
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
static BASE64URL: base64::engine::GeneralPurpose = base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// base64url without padding and without stray bits (RFC 7515 section 2).
pub(crate) fn decode(segment: &str) -> Result<Vec<u8>, Refused> {
    // Not `decode()`: memory that comes zeroed is the slow kind to ask for.
    let mut bytes = Vec::new();
    BASE64URL.decode_vec(segment, &mut bytes).map_err(|_| Refused::new("is not base64url without padding"))?;
    Ok(bytes)
}

fn decode_text(segment: &str) -> Result<String, Refused> {
    String::from_utf8(decode(segment)?).map_err(|_| Refused::new("is not UTF-8"))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::oidc::signer::base64url;

    // Proves: QF2, QF4
    #[test]
    fn a_remembered_header_speaks_for_no_other() {
        let parser = Parser::new(&[SigningAlgorithm::Es256, SigningAlgorithm::EdDsa], TokenType::Jwt);
        let read = |header: &str| {
            let token = format!("{}.e30.AA", base64url(header));
            parser.parse(&token).map(|jws| (jws.algorithm, jws.kid.as_deref().map(str::to_owned), jws.payload)).ok()
        };
        let of = |algorithm, kid: Option<&str>| Some((algorithm, kid.map(str::to_owned), "{}".to_owned()));
        let table = [
            (r#"{"alg":"ES256","kid":"k1"}"#, of(SigningAlgorithm::Es256, Some("k1"))),
            (r#"{"alg":"ES256","kid":"k2"}"#, of(SigningAlgorithm::Es256, Some("k2"))),
            (r#"{"alg":"EdDSA","kid":"k2"}"#, of(SigningAlgorithm::EdDsa, Some("k2"))),
            (r#"{"alg":"EdDSA"}"#, of(SigningAlgorithm::EdDsa, None)),
            (r#"{"alg":"EdDSA"} "#, of(SigningAlgorithm::EdDsa, None)),
            (r#"{"alg":"EdDSA","crit":[]}"#, None),
            (r#"{"alg":"RS256"}"#, None),
            (r#"{"alg":"EdDSA","typ":"at+jwt"}"#, None),
            ("", None),
        ];
        for (header, expected) in &table {
            assert_eq!(read(header), *expected, "{header}");
            for (other, expected) in &table {
                assert_eq!(read(other), *expected, "{other} after {header}");
            }
        }
    }

    // Proves: QF2
    #[test]
    fn an_algorithm_has_its_own_name_and_no_other() {
        assert!(SigningAlgorithm::EdDsa.is_named("EdDSA") && SigningAlgorithm::EdDsa.is_named("Ed25519"));
        for (algorithm, name) in [
            (SigningAlgorithm::EdDsa, "ES256"),
            (SigningAlgorithm::EdDsa, "none"),
            (SigningAlgorithm::EdDsa, "eddsa"),
            (SigningAlgorithm::Es256, "Ed25519"),
        ] {
            assert!(!algorithm.is_named(name), "{name}");
        }
    }

    // Proves: QF4
    #[test]
    fn an_access_token_is_one_only_where_one_is_expected() {
        let token = format!("{}.e30.AA", base64url(r#"{"alg":"ES256","typ":"application/at+JWT"}"#));
        let is_read = |types| Parser::new(&[SigningAlgorithm::Es256], types).parse(&token).is_ok();
        assert!(is_read(TokenType::AccessToken) && !is_read(TokenType::Jwt));
    }

    proptest::proptest! {
        // Proves: QF5
        #[test]
        fn base64url_is_as_strict_at_any_length_and_at_any_place(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), at in 0..300_usize, odd in "[ -~\n\u{e9}]"
        ) {
            let encoded = base64url(&bytes);
            proptest::prop_assert_eq!(decode(&encoded), Ok(bytes));
            let at = at % (encoded.len() + 1);
            let replaced = encoded.get(at + 1..).map(|rest| format!("{}{odd}{rest}", &encoded[..at]));
            for text in [format!("{}{odd}{}", &encoded[..at], &encoded[at..])].into_iter().chain(replaced) {
                proptest::prop_assert_eq!(decode(&text).ok(), URL_SAFE_NO_PAD.decode(&text).ok(), "{}", text);
            }
        }
    }
}
