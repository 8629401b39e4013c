//! Values drawn from the operating system and the secret strings of the protocol.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, Result};

/// 256 random bits from the operating system as 43 characters of base64url, fit for `state` (RFC 6749 section
/// 10.10), `nonce` and `code_verifier` (RFC 7636 section 4.1).
pub(crate) fn random() -> Result<SecretString> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| {
        Error::new(ErrorKind::RandomSource, "the operating system gave no random bytes").with_source(error)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes.as_slice()).into())
}

/// `code_challenge` of a verifier, method `S256` (RFC 7636 section 4.2).
pub(crate) fn s256(code_verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier))
}
