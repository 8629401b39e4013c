//! Verification keys: a JSON Web Key Set (RFC 7517), or the client secret.
//!
//! A public key is prepared once, when its set is read, for every algorithm it may be used with.

use aws_lc_rs::{
    hmac,
    signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents},
};

use super::{
    json::{Object, Refused, text},
    jws::{Jws, decode},
};
use crate::{
    claims::elements,
    spec::SigningAlgorithm::{self, EdDsa, Es256, Es384, Es512, Hs256, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512},
};

/// Most keys that a set may have.
const MAX_KEYS: usize = 100;

/// Most signature checks for one token, where several keys could have signed it.
const MAX_CHECKS: usize = 8;

const RSA: [SigningAlgorithm; 6] = [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];

/// The usable keys of a set.
pub(crate) struct KeySet(Vec<Key>);

struct Key {
    kid: Option<String>,
    verifiers: Vec<(SigningAlgorithm, ParsedPublicKey)>,
}

impl KeySet {
    /// Reads a set. A key that is unknown, unusable or not for signatures is skipped, as RFC 7517 section 5 asks.
    pub(crate) fn parse(json: &str, accepted: &[SigningAlgorithm]) -> Result<Self, Refused> {
        let set = Object::parse(json)?;
        let keys = set.get("keys").and_then(elements).ok_or_else(|| Refused::new("has no list of keys"))?;
        if keys.len() > MAX_KEYS {
            return Err(Refused::new("has more than 100 keys"));
        }
        Ok(Self(keys.into_iter().filter_map(|key| Key::parse(key.get(), accepted)).collect()))
    }

    /// Whether a key of the set signed the token. Where the set has the key that the token names, no other is tried; a key
    /// or a token without a name could be anyone's.
    pub(crate) fn verify(&self, jws: &Jws<'_>) -> bool {
        let named = |key: &&Key| jws.kid.is_some() && key.kid.as_deref() == jws.kid.as_deref();
        if self.0.iter().any(|key| named(&key)) {
            return check(self.0.iter().filter(named), jws);
        }
        check(self.0.iter().filter(|key| jws.kid.is_none() || key.kid.is_none()), jws)
    }
}

fn check<'k>(keys: impl Iterator<Item = &'k Key>, jws: &Jws<'_>) -> bool {
    keys.filter_map(|key| key.verifiers.iter().find(|(algorithm, _)| *algorithm == jws.algorithm))
        .take(MAX_CHECKS)
        .any(|(_, verifier)| verifier.verify_sig(jws.signed, &jws.signature).is_ok())
}

impl Key {
    fn parse(json: &str, accepted: &[SigningAlgorithm]) -> Option<Self> {
        let key = Object::parse(json).ok()?;
        let member = |name| key.text(name).ok();
        if member("use")?.is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(operations) = key.get("key_ops")
            && !elements(operations)?.into_iter().filter_map(text).any(|operation| operation == "verify")
        {
            return None;
        }
        let alg = member("alg")?;
        let usable = |algorithm: &&SigningAlgorithm| {
            accepted.contains(algorithm) && alg.as_deref().is_none_or(|alg| algorithm.is_named(alg))
        };
        let bytes = |name| decode(&member(name)??).ok();
        let verifiers = match member("kty")??.as_ref() {
            "RSA" => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                // Some servers write the sign byte of DER, which RFC 7518 section 6.3.1.1 does not allow.
                let components = RsaPublicKeyComponents { n: without_leading_zeros(&n), e: without_leading_zeros(&e) };
                if !(2048..=8192).contains(&bit_length(components.n)) || !is_exponent(components.e) {
                    return None;
                }
                let prepare = |algorithm: &SigningAlgorithm| {
                    Some((*algorithm, components.to_parsed_public_key(rsa_parameters(*algorithm)?).ok()?))
                };
                RSA.iter().filter(usable).map(prepare).collect::<Option<Vec<_>>>()?
            }
            "EC" => {
                let (algorithm, verification, length): (_, &'static signature::EcdsaVerificationAlgorithm, _) =
                    match member("crv")??.as_ref() {
                        "P-256" => (Es256, &signature::ECDSA_P256_SHA256_FIXED, 32),
                        "P-384" => (Es384, &signature::ECDSA_P384_SHA384_FIXED, 48),
                        "P-521" => (Es512, &signature::ECDSA_P521_SHA512_FIXED, 66),
                        _ => return None,
                    };
                let (x, y) = (bytes("x")?, bytes("y")?);
                if !usable(&&algorithm) || x.len() != length || y.len() != length {
                    return None;
                }
                let point = [&[4], x.as_slice(), &y].concat();
                vec![(algorithm, ParsedPublicKey::new(verification, point).ok()?)]
            }
            "OKP" => {
                let x = bytes("x")?;
                if member("crv")?? != "Ed25519" || !usable(&&EdDsa) || x.len() != 32 {
                    return None;
                }
                vec![(EdDsa, ParsedPublicKey::new(&signature::ED25519, x).ok()?)]
            }
            _ => return None,
        };
        let kid = member("kid")?.map(std::borrow::Cow::into_owned);
        (!verifiers.is_empty()).then_some(Self { kid, verifiers })
    }
}

fn rsa_parameters(algorithm: SigningAlgorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Es256 | Es384 | Es512 | EdDsa | Hs256 => None,
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    number.get(first..).unwrap_or_default()
}

/// An odd number from 3 on (RFC 8017 section 3.1), of no more digits than anybody uses: with 1 every message is its own
/// signature, and a huge one is slow.
fn is_exponent(e: &[u8]) -> bool {
    e.last().is_some_and(|last| last % 2 == 1) && (2..=33).contains(&bit_length(e))
}

/// Length of a big-endian number that has no leading zeros.
fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The client secret as the key of `HS256`: no value of this type comes from a key set.
pub(crate) struct SecretKey(hmac::Key);

impl SecretKey {
    /// Shortest secret in bytes (RFC 7518 section 3.2).
    pub(crate) const MIN_LEN: usize = 32;

    pub(crate) fn new(client_secret: &[u8]) -> Option<Self> {
        let long_enough = client_secret.len() >= Self::MIN_LEN;
        long_enough.then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, client_secret)))
    }

    pub(crate) fn verify(&self, jws: &Jws<'_>) -> bool {
        jws.algorithm == Hs256 && hmac::verify(&self.0, jws.signed, &jws.signature).is_ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::signer::{Signer, base64url};

    /// An odd number of this many bits.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut number = vec![0xa5; bits.div_ceil(8)];
        let unused = number.len() * 8 - bits;
        number[0] = 0xff >> unused;
        number
    }

    fn is_usable(n: &[u8], e: &[u8]) -> bool {
        let key = json!({ "kty": "RSA", "n": base64url(n), "e": base64url(e) });
        let set = KeySet::parse(&json!({ "keys": [key] }).to_string(), SigningAlgorithm::PUBLIC_KEY).unwrap();
        assert!(set.0.iter().all(|key| key.verifiers.len() == RSA.len()), "all of RSA or nothing");
        !set.0.is_empty()
    }

    // Proves: QF11
    #[test]
    fn each_coordinate_has_the_length_of_its_curve() {
        let mut key = Signer::new("ES256", "k1").jwk();
        let parse = |key: &serde_json::Value| Key::parse(&key.to_string(), SigningAlgorithm::PUBLIC_KEY);
        assert!(parse(&key).is_some());
        let [mut x, mut y] = ["x", "y"].map(|name| decode(key[name].as_str().unwrap()).unwrap());
        // Side by side they are what they were.
        x.push(y.remove(0));
        (key["x"], key["y"]) = (base64url(&x).into(), base64url(&y).into());
        assert!(parse(&key).is_none());
    }

    // Proves: QF11
    #[test]
    fn an_rsa_key_has_2048_to_8192_bits() {
        let sizes = [
            (512, false),
            (1024, false),
            (2047, false),
            (2048, true),
            (2049, true),
            (3072, true),
            (8191, true),
            (8192, true),
            (8193, false),
            (16_384, false),
        ];
        for (bits, usable) in sizes {
            let n = modulus(bits);
            assert_eq!(is_usable(&n, &[1, 0, 1]), usable, "{bits}");
            // Zeros in front are no bits.
            assert_eq!(is_usable(&[&[0, 0], n.as_slice()].concat(), &[0, 1, 0, 1]), usable, "{bits}");
        }
        assert!(!is_usable(&[], &[1, 0, 1]) && !is_usable(&[0; 256], &[1, 0, 1]));
    }

    // Proves: QF11
    #[test]
    fn an_rsa_exponent_is_odd_and_neither_one_nor_huge() {
        let table: [(&[u8], bool); 9] = [
            (&[3], true),
            (&[1, 0, 1], true),
            (&[0xff, 0xff, 0xff, 0xff], true),
            (&[], false),
            (&[0], false),
            (&[1], false),
            (&[2], false),
            (&[1, 0, 0], false),
            (&[0xff; 256], false),
        ];
        for (e, usable) in table {
            assert_eq!(is_usable(&modulus(2048), e), usable, "{e:?}");
        }
    }
}
