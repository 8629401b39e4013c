//! A private key that proves who the client is: [`SigningKey`].

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use serde::Serialize;

use crate::{Error, ErrorKind, Result, spec::SigningAlgorithm};

/// A private key that signs what proves who the client is, such as a client assertion (RFC 7523 section 2.2).
///
/// ```
/// use oauth_core::{SigningAlgorithm, SigningKey};
///
/// # let pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzHM8Zw6AF1il+qPP\nQd3PbY7igKB32wz5F8G2wlfuTiqhRANCAARjtvNKQ4tC5ZAB6CKC91z5e4voxY+G\nIYrw+KqrM4jZ5IO/SKabxhON5eiRnPpGu2aSK+yq9I4BXR2gnc8ANuBp\n-----END PRIVATE KEY-----";
/// let key = SigningKey::from_pem(pem)?;
/// assert_eq!(key.algorithm(), SigningAlgorithm::Es256);
/// let assertion = key.sign(Some("2026-11"), &serde_json::json!({ "iss": "the client id" }))?;
/// assert_eq!(assertion.split('.').count(), 3);
/// # Ok::<(), oauth_core::Error>(())
/// ```
pub struct SigningKey {
    algorithm: SigningAlgorithm,
    pair: Pair,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

const CURVES: [(SigningAlgorithm, &EcdsaSigningAlgorithm); 2] = [
    (SigningAlgorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING),
    (SigningAlgorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING),
];

impl SigningKey {
    /// Reads a key in PEM (RFC 7468), also where `\n` stands for the ends of its lines, as an environment variable may have it.
    ///
    /// A key on P-256 signs `ES256`, one on P-384 `ES384`, on Ed25519 `EdDSA`, and an RSA key of 2048 to 8192 bits `RS256`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration): it is no such key.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let pem = zeroize::Zeroizing::new(pem.replace("\\n", "\n"));
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| unusable())?;
        let read = match &der {
            PrivateKeyDer::Pkcs8(der) => from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Sec1(der) => {
                on_any_curve(|curve| EcdsaKeyPair::from_private_key_der(curve, der.secret_sec1_der()).ok())
            }
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().map(rsa),
            _ => None,
        };
        let (algorithm, pair) = read.ok_or_else(unusable)?;
        Ok(Self { algorithm, pair })
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// Signs claims as a compact JSON Web Signature (RFC 7515 section 7.1). `kid` is the name under which the other side knows
    /// the key.
    ///
    /// # Errors
    ///
    /// The claims are no JSON, or the operating system gave no random bytes.
    pub fn sign(&self, kid: Option<&str>, claims: &impl Serialize) -> Result<String> {
        #[derive(Serialize)]
        struct Header<'h> {
            alg: &'h str,
            #[serde(skip_serializing_if = "Option::is_none")]
            kid: Option<&'h str>,
            typ: &'h str,
        }
        let part = |json: serde_json::Result<Vec<u8>>| {
            let json = json.map_err(|_| Error::configuration("the claims to be signed are no JSON"))?;
            Ok::<_, Error>(URL_SAFE_NO_PAD.encode(json))
        };
        let header = Header { alg: self.algorithm.as_str(), kid, typ: "JWT" };
        let signed = [part(serde_json::to_vec(&header))?, part(serde_json::to_vec(claims))?].join(".");
        let signature = self.signature(signed.as_bytes()).map_err(|_| {
            Error::new(ErrorKind::RandomSource, "nothing can be signed: the operating system gave no random bytes")
        })?;
        Ok([signed, URL_SAFE_NO_PAD.encode(signature)].join("."))
    }

    fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => Ok(pair.sign(&random, signed)?.as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.sign(signed).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn from_pkcs8(der: &[u8]) -> Option<(SigningAlgorithm, Pair)> {
    on_any_curve(|curve| EcdsaKeyPair::from_pkcs8(curve, der).ok())
        .or_else(|| {
            Some((SigningAlgorithm::EdDsa, Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?)))
        })
        .or_else(|| RsaKeyPair::from_pkcs8(der).ok().map(rsa))
}

fn on_any_curve(
    read: impl Fn(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>,
) -> Option<(SigningAlgorithm, Pair)> {
    CURVES.iter().find_map(|(algorithm, curve)| Some((*algorithm, Pair::Ec(read(curve)?))))
}

fn rsa(pair: RsaKeyPair) -> (SigningAlgorithm, Pair) {
    (SigningAlgorithm::Rs256, Pair::Rsa(Box::new(pair)))
}

fn unusable() -> Error {
    Error::configuration("it is no private key on P-256, P-384 or Ed25519, nor an RSA key of 2048 bits or more, in PEM")
        .with_remedy("It is the whole text of the key's file, with its first and last line")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    };

    use super::*;

    fn key(name: &str) -> Result<SigningKey> {
        let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        SigningKey::from_pem(&std::fs::read_to_string(path).unwrap())
    }

    fn verifies(key: &SigningKey, jws: &str) -> bool {
        let public = match &key.pair {
            Pair::Ec(pair) if key.algorithm == SigningAlgorithm::Es256 => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key())
            }
            Pair::Ec(pair) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, pair.public_key()),
            Pair::Ed25519(pair) => ParsedPublicKey::new(&ED25519, pair.public_key()),
            Pair::Rsa(pair) => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()),
        };
        let (signed, signature) = jws.rsplit_once('.').unwrap();
        public.unwrap().verify_sig(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_ok()
    }

    // Proves: QE10
    #[test]
    fn a_key_of_every_kind_signs_with_its_algorithm() {
        for (name, algorithm) in [
            ("p256", SigningAlgorithm::Es256),
            ("p256-sec1", SigningAlgorithm::Es256),
            ("p384", SigningAlgorithm::Es384),
            ("ed25519", SigningAlgorithm::EdDsa),
            ("rsa", SigningAlgorithm::Rs256),
            ("rsa-pkcs1", SigningAlgorithm::Rs256),
        ] {
            let key = key(name).unwrap();
            assert_eq!(key.algorithm(), algorithm, "{name}");
            let jws = key.sign(Some("k1"), &serde_json::json!({ "iss": "me" })).unwrap();
            assert!(verifies(&key, &jws), "{name}");
            let mut parts = jws.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
            let header = format!(r#"{{"alg":"{}","kid":"k1","typ":"JWT"}}"#, algorithm.as_str());
            assert_eq!(String::from_utf8(parts.next().unwrap()).unwrap(), header);
            assert_eq!(String::from_utf8(parts.next().unwrap()).unwrap(), r#"{"iss":"me"}"#);
        }
    }

    #[test]
    fn a_key_may_be_on_one_line_and_without_a_name() {
        let path = format!("{}/tests/keys/p256.pem", env!("CARGO_MANIFEST_DIR"));
        let line = std::fs::read_to_string(path).unwrap().trim().replace('\n', "\\n");
        let jws = SigningKey::from_pem(&line).unwrap().sign(None, &()).unwrap();
        assert!(jws.starts_with(&URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT"}"#)));
    }

    // Proves: QH4, QE10
    #[test]
    fn what_is_no_key_is_refused_and_no_key_is_told() {
        for name in ["p521", "rsa-1024"] {
            assert_eq!(key(name).unwrap_err().kind(), ErrorKind::Configuration, "{name}");
        }
        for text in ["", "secret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"] {
            let error = SigningKey::from_pem(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("c2VjcmV0"), "{error}");
            assert!(std::error::Error::source(&error).is_none());
        }
        assert_eq!(format!("{:?}", key("ed25519").unwrap()), "SigningKey { algorithm: EdDsa, .. }");
    }
}
