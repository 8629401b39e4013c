//! The key of a client that proves itself with assertions (RFC 7523 section 2.2), of which a provider has the public half.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use oauth_core::{ClientAuthentication, Error, ErrorKind, ProviderSpec, Result};
use serde_json::Value;

/// How long an assertion may be good, in seconds.
const LONGEST: u64 = 300;

pub(crate) struct ClientKey {
    /// The private half, for the settings of an instance.
    pub(crate) pem: String,
    public: UnparsedPublicKey<Vec<u8>>,
}

impl ClientKey {
    /// A fresh key, if clients of `spec` have one.
    pub(crate) fn new(spec: &ProviderSpec) -> Result<Option<Self>> {
        if spec.facts().client_authentication != ClientAuthentication::PrivateKeyJwt {
            return Ok(None);
        }
        let failed = |_| Error::new(ErrorKind::RandomSource, "no key could be made").with_provider(spec.name());
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
        let pkcs8 = STANDARD.encode(pair.to_pkcs8v1().map_err(failed)?);
        Ok(Some(Self {
            pem: format!("-----BEGIN PRIVATE KEY-----\n{pkcs8}\n-----END PRIVATE KEY-----\n"),
            public: UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref().to_vec()),
        }))
    }

    /// Whether the client made this assertion, for `audience` and for now (RFC 7523 section 3).
    pub(crate) fn made(&self, assertion: &str, client_id: &str, audience: &str) -> bool {
        let claims = || {
            let (signed, signature) = assertion.rsplit_once('.')?;
            self.public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?).ok()
        };
        let Some(claims) = claims() else { return false };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let ends = claims.get("exp").and_then(Value::as_u64).unwrap_or_default();
        claims.get("iss").is_some_and(|iss| iss == client_id)
            && claims.get("sub").is_some_and(|sub| sub == client_id)
            && claims.get("aud").is_some_and(|aud| aud == audience)
            && claims.get("jti").and_then(Value::as_str).is_some_and(|jti| jti.len() >= 20)
            && (now..=now + LONGEST).contains(&ends)
    }
}
