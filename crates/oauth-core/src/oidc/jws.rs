//! JSON Web Signatures in compact form (RFC 7515): what is looked at before a signature is checked.
//!
//! The algorithms that are accepted are fixed before the header is read. Keys that a header brings or points to (`jwk`,
//! `jku`, `x5c`, `x5u`) are never looked at; `kid` is compared and nothing else.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

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
    pub(crate) kid: Option<String>,
    /// What is signed: header and payload as they stand in the token.
    pub(crate) signed: &'t [u8],
    pub(crate) payload: String,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Jws<'t> {
    pub(crate) fn parse(token: &'t str, accepted: &[SigningAlgorithm], types: TokenType) -> Result<Self, Refused> {
        if token.len() > MAX_LEN {
            return Err(Refused::new("is longer than 64 KiB"));
        }
        let mut segments = token.splitn(6, '.');
        let (header, payload, signature) = match std::array::from_fn(|_| segments.next()) {
            [Some(header), Some(payload), Some(signature), None, None, None] => (header, payload, signature),
            [Some(_), Some(_), Some(_), Some(_), Some(_), None] => {
                return Err(Refused::new("is encrypted, which is not supported"));
            }
            _ => return Err(Refused::new("is not a signed token in compact form")),
        };
        let decoded_header = decode_text(header)?;
        let (algorithm, kid) = read_header(&decoded_header, accepted, types)?;
        let signed = token.as_bytes().get(..header.len() + 1 + payload.len()).unwrap_or_default();
        Ok(Self { algorithm, kid, signed, payload: decode_text(payload)?, signature: decode(signature)? })
    }
}

fn read_header(
    header: &str,
    accepted: &[SigningAlgorithm],
    types: TokenType,
) -> Result<(SigningAlgorithm, Option<String>), Refused> {
    let header = Object::parse(header).map_err(|Refused(why)| Refused::new(format!("has a header that {why}")))?;
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
    Ok((algorithm, header.text("kid")?.map(Cow::into_owned)))
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

/// base64url without padding and without stray bits (RFC 7515 section 2).
pub(crate) fn decode(segment: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| Refused::new("is not base64url without padding"))
}

fn decode_text(segment: &str) -> Result<String, Refused> {
    String::from_utf8(decode(segment)?).map_err(|_| Refused::new("is not UTF-8"))
}
