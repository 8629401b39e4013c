//! ID tokens that prove nothing, made of a good one.

use aws_lc_rs::{digest, hmac};
use serde_json::{Value, json};

use super::lie::Forgery;
use crate::{
    document::set_member,
    openid::{Keys, base64url, from_base64url, now},
};

/// What a forger knows.
pub(super) struct Forger<'f> {
    pub(super) keys: &'f Keys,
    pub(super) client_id: &'f str,
    pub(super) client_secret: &'f str,
    pub(super) trap: &'f str,
}

impl Forger<'_> {
    /// A forgery that is made of `token`.
    pub(super) fn forge(&self, token: &str, forgery: Forgery) -> Option<String> {
        let mut parts = token.split('.');
        let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let mut claims: Value = serde_json::from_slice(&from_base64url(payload)?).ok()?;
        let signer = self.keys.signer.as_ref();
        let unsigned = |header: &Value| format!("{}.{payload}.", base64url(header.to_string()));
        let mut with = |name: &str, value: Value| {
            set_member(&mut claims, name, value);
            Some(claims.clone())
        };

        let changed = match forgery {
            Forgery::NoneInOtherCase => return Some(unsigned(&json!({ "alg": "nOnE", "typ": "JWT" }))),
            Forgery::NoAlgorithm => return self.signed_with(&[("alg", Value::Null)], payload),
            Forgery::AlgorithmInList => return self.signed_with(&[("alg", json!([signer.algorithm()]))], payload),
            Forgery::NoSignature => return Some(format!("{header}.{payload}.")),
            Forgery::ZeroSignature => {
                let zeros = vec![0_u8; from_base64url(signature)?.len()];
                return Some(format!("{header}.{payload}.{}", base64url(zeros)));
            }
            Forgery::ChangedClaims => {
                let changed = with("name", json!("Somebody Else"))?;
                return Some(format!("{header}.{}.{signature}", base64url(changed.to_string())));
            }
            Forgery::HmacWithPublicKey => return Some(self.hmac(signer.jwk()?.to_string().as_bytes(), payload)),
            Forgery::HmacWithClientSecret => return Some(self.hmac(self.client_secret.as_bytes(), payload)),
            Forgery::HmacWithNothing => return Some(self.hmac(&[], payload)),
            Forgery::OwnKey => return self.own(&[("jwk", self.keys.stranger.jwk()?)], payload),
            Forgery::OwnKeyUrl => return self.own(&[("jku", json!(format!("{}/jwks", self.trap)))], payload),
            Forgery::OwnCertificate => return self.own(&[("x5c", json!(["MIIB"]))], payload),
            Forgery::OwnCertificateUrl => return self.own(&[("x5u", json!(format!("{}/x5u", self.trap)))], payload),
            Forgery::UrlAsKeyName => return self.own(&[("kid", json!(format!("{}/kid", self.trap)))], payload),
            Forgery::PathAsKeyName => {
                let header = json!({ "alg": "HS256", "kid": "../../../../../../dev/null" });
                return Some(hmac_signed(&header, &[], payload));
            }
            Forgery::Critical => return self.signed_with(&[("crit", json!(["x"])), ("x", json!(1))], payload),
            Forgery::PlainPayload => {
                return self.signed_with(&[("b64", false.into()), ("crit", json!(["b64"]))], payload);
            }
            Forgery::AccessToken => return self.signed_with(&[("typ", json!("at+jwt"))], payload),
            Forgery::LogoutToken => return self.signed_with(&[("typ", json!("logout+jwt"))], payload),
            Forgery::Compressed => return self.signed_with(&[("zip", json!("DEF"))], payload),
            Forgery::Encrypted => {
                let header = base64url(json!({ "alg": "RSA-OAEP", "enc": "A256GCM" }).to_string());
                return Some(format!("{header}.{payload}.AAAA.{payload}.AAAA"));
            }
            Forgery::Json => {
                let json = json!({ "protected": header, "payload": payload, "signature": signature });
                return Some(json.to_string());
            }
            Forgery::FourParts => return Some(format!("{token}.{signature}")),
            Forgery::ManyParts => return Some(format!("{token}{}", ".".repeat(60_000))),
            Forgery::Padded => return Some(format!("{header}=.{payload}=.{signature}==")),
            Forgery::LineBreak => return Some(format!("{header}.{payload}.\n{signature}")),
            Forgery::AlgorithmTwice => {
                let text = signer.header("JWT").to_string();
                return signer.compact(&text.replacen('{', r#"{"alg":"none","#, 1), payload);
            }
            Forgery::SubjectTwice => return self.twice(&claims, "sub", "somebody-else"),
            Forgery::AudienceTwice => return self.twice(&claims, "aud", "somebody-else"),
            Forgery::ClaimsInList => Some(json!([claims])),
            Forgery::Huge => with("padding", json!("a".repeat(64 * 1024))),
            Forgery::SecondAudience => with("aud", json!([self.client_id, "somebody-else"])),
            Forgery::LongerAudience => with("aud", json!(format!("{}-2", self.client_id))),
            Forgery::AuthorizedParty => with("azp", json!("somebody-else")),
            Forgery::IssuerWithSlash => {
                let issuer = format!("{}/", claims.get("iss")?.as_str()?);
                set_member(&mut claims, "iss", issuer);
                Some(claims)
            }
            Forgery::SubjectNumber => with("sub", json!(7)),
            Forgery::EmptySubject => with("sub", json!("")),
            Forgery::LongSubject => with("sub", json!("a".repeat(300))),
            Forgery::ControlInSubject => with("sub", json!("a\u{0}b")),
            Forgery::ExpiryText => with("exp", json!((now() + 600).to_string())),
            Forgery::NoExpiry => with("exp", Value::Null),
            Forgery::IssuedText => with("iat", json!(now().to_string())),
            Forgery::NoIssued => with("iat", Value::Null),
            Forgery::IssuedLongAgo => with("iat", json!(now().saturating_sub(3600))),
            Forgery::NotYet => with("nbf", json!(now() + 3600)),
            Forgery::NotYetText => with("nbf", json!(now().to_string())),
            Forgery::NonceInList => {
                let nonce = json!([claims.get("nonce")?]);
                set_member(&mut claims, "nonce", nonce);
                Some(claims)
            }
            Forgery::HashNumber => with("at_hash", json!(7)),
            Forgery::CodeHash => with("c_hash", json!(signer.half_hash("the code of another login"))),
        };
        let mut changed = changed?;
        // Null stands for a claim that is not there.
        if let Value::Object(claims) = &mut changed {
            claims.retain(|_, claim| !claim.is_null());
        }
        signer.token("JWT", &changed)
    }

    /// Signed by the right key, with changes to the header; null takes a member out.
    fn signed_with(&self, changes: &[(&str, Value)], payload: &str) -> Option<String> {
        let signer = self.keys.signer.as_ref();
        signer.compact(&changed(signer.header("JWT"), changes).to_string(), payload)
    }

    /// Signed by a key that is not the provider's, and says so.
    fn own(&self, changes: &[(&str, Value)], payload: &str) -> Option<String> {
        let stranger = self.keys.stranger.as_ref();
        stranger.compact(&changed(stranger.header("JWT"), changes).to_string(), payload)
    }

    fn hmac(&self, key: &[u8], payload: &str) -> String {
        let mut header = self.keys.signer.header("JWT");
        set_member(&mut header, "alg", "HS256");
        hmac_signed(&header, key, payload)
    }

    /// Signed by the right key, with a claim that is there before it is there rightly.
    fn twice(&self, claims: &Value, name: &str, value: &str) -> Option<String> {
        let signer = self.keys.signer.as_ref();
        let text = claims.to_string().replacen('{', &format!("{{\"{name}\":\"{value}\","), 1);
        signer.compact(&signer.header("JWT").to_string(), &base64url(text))
    }
}

fn changed(mut header: Value, changes: &[(&str, Value)]) -> Value {
    if let Value::Object(members) = &mut header {
        for (name, value) in changes {
            members.insert((*name).to_owned(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
    }
    header
}

fn hmac_signed(header: &Value, key: &[u8], payload: &str) -> String {
    let signed = format!("{}.{payload}", base64url(header.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
    format!("{signed}.{}", base64url(tag))
}

/// A secret that everybody can read in the key set.
const SHARED: &[u8; 32] = b"for everybody to read, 32 bytes.";

/// It as a key (RFC 7518 section 6.4).
pub(super) fn shared_key() -> Value {
    json!({ "kty": "oct", "kid": "shared", "alg": "HS256", "use": "sig", "k": base64url(SHARED) })
}

/// The token, signed with it.
pub(super) fn signed_with_shared_key(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    Some(hmac_signed(&json!({ "alg": "HS256", "typ": "JWT", "kid": "shared" }), SHARED, payload))
}

/// Modulus of 1,024 bits. With the exponent 1 every number is its own signature, so nobody has to factor it.
const WEAK_MODULUS: [u8; 128] = [0xc3; 128];

/// It as a key.
pub(super) fn weak_key() -> Value {
    json!({ "kty": "RSA", "kid": "weak", "use": "sig", "n": base64url(WEAK_MODULUS), "e": base64url([1]) })
}

/// The token, signed with it: the padded digest as it is (RFC 8017 section 9.2).
pub(super) fn signed_with_weak_key(token: &str) -> Option<String> {
    const DIGEST_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let payload = token.split('.').nth(1)?;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "weak" });
    let signed = format!("{}.{payload}", base64url(header.to_string()));
    let digest = digest::digest(&digest::SHA256, signed.as_bytes());
    let padding = vec![0xff; WEAK_MODULUS.len() - 3 - DIGEST_INFO.len() - digest.as_ref().len()];
    let signature = [&[0, 1], padding.as_slice(), &[0], &DIGEST_INFO, digest.as_ref()].concat();
    Some(format!("{signed}.{}", base64url(signature)))
}

/// A key of somebody else under the name of the provider's.
pub(super) fn foreign_key(keys: &Keys) -> Option<Value> {
    let mut key = keys.stranger.jwk()?;
    set_member(&mut key, "kid", keys.signer.kid());
    Some(key)
}
