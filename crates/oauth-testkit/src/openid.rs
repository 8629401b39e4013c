//! What an OpenID provider says about itself, and what it signs.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth_core::{Document, Error, ErrorKind, ProviderSpec, Result, SigningAlgorithm, UserInfoSource, Variable};
use serde_json::{Map, Value, json};

use crate::{
    builder::Options,
    document::set_member,
    endpoint::{Endpoint, variables},
    grants::{Grant, random},
    shared::Shared,
    wire::Reply,
};

/// The tenant of everybody, at a provider whose tenants each have their own issuer.
const TENANT: &str = "7c0e4a52-9b1d-4f36-8a7e-2d5c6b3f1e90";

/// What is wrong with the ID tokens that a [`DevProvider`](crate::DevProvider) gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdTokenFault {
    /// There is none.
    Missing,
    /// It is for another client.
    Audience,
    /// It is from another issuer.
    Issuer,
    /// It has the nonce of another login.
    Nonce,
    /// It has no nonce.
    NoNonce,
    /// It has ended.
    Expired,
    /// It will be issued tomorrow.
    Future,
    /// It belongs to another access token.
    AccessTokenHash,
    /// It has no subject.
    NoSubject,
    /// It says that it is not signed (`alg` `none`).
    Unsigned,
    /// It is signed with another key under the name of the right one.
    Signature,
    /// It is signed with a key that is not in the key set.
    UnknownKey,
}

impl IdTokenFault {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Audience,
        Self::Issuer,
        Self::Nonce,
        Self::NoNonce,
        Self::Expired,
        Self::Future,
        Self::AccessTokenHash,
        Self::NoSubject,
        Self::Unsigned,
        Self::Signature,
        Self::UnknownKey,
    ];
}

/// Whether the endpoints are found by discovery. Else they are settings, and the issuer is the spec's own.
pub(crate) fn is_discovered(spec: &ProviderSpec) -> bool {
    let facts = spec.facts();
    facts.openid.is_some_and(|openid| {
        let is_given = facts.authorize_url.is_some() && facts.token_url.is_some() && openid.jwks_url.is_some();
        openid.issuer_template.is_none() && (!is_given || facts.issuer.is_none())
    })
}

/// Whether a login ends with an ID token.
pub(crate) fn has_id_token(spec: &ProviderSpec) -> bool {
    spec.facts().openid.is_some() && spec.facts().user_info_source != UserInfoSource::AccessToken
}

/// The issuer that tokens and callbacks name.
pub(crate) fn issuer(spec: &ProviderSpec, base_url: &str) -> Option<String> {
    let facts = spec.facts();
    let Some(openid) = facts.openid else { return facts.issuer.map(str::to_owned) };
    if let Some(template) = openid.issuer_template {
        return Some(template.issuer_of(TENANT));
    }
    if is_discovered(spec) {
        return Some(base_url.to_owned());
    }
    let issuer = facts.issuer?;
    let value = |name: &str| {
        let variable = facts.variables.iter().find(|variable| variable.name() == name);
        if name == "base_url" { facts.base_url } else { variable.and_then(Variable::default) }
    };
    Some(variables(issuer).fold(issuer.to_owned(), |text, name| match value(name) {
        Some(value) => text.replace(&format!("{{{name}}}"), value),
        None => text,
    }))
}

/// A signing key.
pub(crate) struct Signer {
    algorithm: SigningAlgorithm,
    kid: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed25519(Ed25519KeyPair),
    Secret(Box<hmac::Key>),
}

impl Signer {
    /// A fresh key for an algorithm that the spec accepts; a quick one if there is a choice.
    pub(crate) fn new(spec: &ProviderSpec, client_secret: &str) -> Result<Option<Self>> {
        use SigningAlgorithm::{EdDsa, Es256, Es384, Es512, Hs256, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let Some(openid) = spec.facts().openid else { return Ok(None) };
        let failed = || Error::new(ErrorKind::RandomSource, "no signing key could be made").with_provider(spec.name());
        let quick = [Es256, EdDsa, Es384, Es512].into_iter().find(|quick| openid.algorithms.contains(quick));
        let algorithm = quick.or(openid.algorithms.first().copied()).ok_or_else(failed)?;
        let ec = |algorithm: &'static EcdsaSigningAlgorithm, curve| {
            EcdsaKeyPair::generate(algorithm).map(|pair| Key::Ec(pair, curve)).map_err(|_| failed())
        };
        let rsa = |encoding: &'static dyn RsaEncoding| {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048);
            pair.map(|pair| Key::Rsa(Box::new(pair), encoding)).map_err(|_| failed())
        };
        let key = match algorithm {
            Es256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256")?,
            Es384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384")?,
            Es512 => ec(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521")?,
            EdDsa => Key::Ed25519(Ed25519KeyPair::generate().map_err(|_| failed())?),
            Rs256 => rsa(&RSA_PKCS1_SHA256)?,
            Rs384 => rsa(&RSA_PKCS1_SHA384)?,
            Rs512 => rsa(&RSA_PKCS1_SHA512)?,
            Ps256 => rsa(&RSA_PSS_SHA256)?,
            Ps384 => rsa(&RSA_PSS_SHA384)?,
            Ps512 => rsa(&RSA_PSS_SHA512)?,
            Hs256 => Key::Secret(Box::new(hmac::Key::new(hmac::HMAC_SHA256, client_secret.as_bytes()))),
            _ => return Err(failed()),
        };
        Ok(Some(Self { algorithm, kid: random(16).map_err(|_| failed())?, key }))
    }

    /// The name of the algorithm.
    pub(crate) fn algorithm(&self) -> &'static str {
        self.algorithm.as_str()
    }

    /// The name of the key.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key (RFC 7517); a client secret has none.
    pub(crate) fn jwk(&self) -> Option<Value> {
        let mut jwk = match &self.key {
            Key::Rsa(pair, _) => {
                let (modulus, exponent) = rsa_components(pair.public_key().as_ref())?;
                json!({ "kty": "RSA", "n": base64url(modulus), "e": base64url(exponent) })
            }
            Key::Ec(pair, curve) => {
                let point = pair.public_key().as_ref().get(1..)?;
                let (x, y) = point.split_at_checked(point.len() / 2)?;
                json!({ "kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y) })
            }
            Key::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref()) })
            }
            Key::Secret(_) => return None,
        };
        for (name, value) in [("kid", self.kid.as_str()), ("alg", self.algorithm.as_str()), ("use", "sig")] {
            set_member(&mut jwk, name, value);
        }
        Some(jwk)
    }

    /// A signed token in compact form (RFC 7515 section 7.1).
    pub(crate) fn token(&self, typ: &str, claims: &Value) -> Option<String> {
        self.token_as(&self.kid, typ, claims)
    }

    fn token_as(&self, kid: &str, typ: &str, claims: &Value) -> Option<String> {
        let mut header = self.header(typ);
        if !matches!(self.key, Key::Secret(_)) {
            set_member(&mut header, "kid", kid);
        }
        self.compact(&header.to_string(), &base64url(claims.to_string()))
    }

    /// The header of its tokens.
    pub(crate) fn header(&self, typ: &str) -> Value {
        let mut header = json!({ "alg": self.algorithm.as_str(), "typ": typ });
        if !matches!(self.key, Key::Secret(_)) {
            set_member(&mut header, "kid", self.kid.as_str());
        }
        header
    }

    /// Signs a payload that is encoded already, under any header.
    pub(crate) fn compact(&self, header: &str, payload: &str) -> Option<String> {
        let signed = format!("{}.{payload}", base64url(header));
        let signature = self.sign(signed.as_bytes())?;
        Some(format!("{signed}.{}", base64url(signature)))
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Key::Ec(pair, _) => pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
            Key::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Key::Secret(key) => Some(hmac::sign(key, message).as_ref().to_vec()),
        }
    }

    /// The left half of a digest by the hash of the algorithm (OpenID Connect Core section 3.1.3.6).
    pub(crate) fn half_hash(&self, value: &str) -> String {
        use SigningAlgorithm::{EdDsa, Es384, Es512, Ps384, Ps512, Rs384, Rs512};
        let hash = match self.algorithm {
            Rs384 | Ps384 | Es384 => &digest::SHA384,
            Rs512 | Ps512 | Es512 | EdDsa => &digest::SHA512,
            _ => &digest::SHA256,
        };
        let digest = digest::digest(hash, value.as_bytes());
        base64url(digest.as_ref().get(..digest.as_ref().len() / 2).unwrap_or_default())
    }
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Modulus and exponent in an `RSAPublicKey` of a modulus of 2048 bits (RFC 8017 appendix A.1.1).
fn rsa_components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const MODULUS: std::ops::Range<usize> = 9..9 + 256;
    Some((der.get(MODULUS)?, der.get(MODULUS.end + 2..)?))
}

/// The keys of a provider: the one that signs, and one that nobody knows.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) signer: Arc<Signer>,
    pub(crate) stranger: Arc<Signer>,
}

impl Keys {
    /// Whether the key is the client secret.
    pub(crate) fn are_secret(&self) -> bool {
        matches!(self.signer.key, Key::Secret(_))
    }

    pub(crate) fn new(options: &Options) -> Result<Option<Self>> {
        let signer = || Ok::<_, Error>(Signer::new(options.spec, &options.client_secret)?.map(Arc::new));
        let stranger = Signer::new(options.spec, "the client secret of somebody else")?.map(Arc::new);
        Ok(signer()?.zip(stranger).map(|(signer, stranger)| Self { signer, stranger }))
    }
}

/// The provider's metadata (OpenID Connect Discovery 1.0 section 4).
pub(crate) fn metadata(shared: &Shared) -> Reply {
    let spec = shared.spec();
    let mut metadata = json!({
        "issuer": issuer(spec, &shared.base_url),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "scopes_supported": spec.facts().scopes,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "require_pushed_authorization_requests": shared.options.requires_pushed_authorization(),
        "id_token_signing_alg_values_supported":
            shared.state().keys.as_ref().map(|keys| [keys.signer.algorithm.as_str()]),
    });
    for (name, endpoint) in [
        ("authorization_endpoint", Endpoint::Authorize),
        ("pushed_authorization_request_endpoint", Endpoint::PushedAuthorization),
        ("token_endpoint", Endpoint::Token),
        ("jwks_uri", Endpoint::Jwks),
        ("userinfo_endpoint", Endpoint::UserInfo),
        ("revocation_endpoint", Endpoint::Revoke),
    ] {
        if shared.options.endpoints().contains(&endpoint) && endpoint.login_variables(spec).is_empty() {
            set_member(&mut metadata, name, format!("{}{}", shared.base_url, endpoint.path()));
        }
    }
    Reply::json(200, &metadata)
}

/// The key set (RFC 7517 section 5).
pub(crate) fn key_set(shared: &Shared) -> Reply {
    let key = shared.state().keys.as_ref().and_then(|keys| keys.signer.jwk());
    Reply::json(200, &json!({ "keys": key.into_iter().collect::<Vec<_>>() }))
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What every token of this provider says.
fn base_claims(shared: &Shared, subject: &str, further: Value) -> Map<String, Value> {
    let mut claims = match further {
        Value::Object(claims) => claims,
        _ => Map::new(),
    };
    let spec = shared.spec();
    let template = spec.facts().openid.and_then(|openid| openid.issuer_template);
    let tenant = template.map(|template| (template.claim(), json!(TENANT)));
    let now = now();
    let standard = [
        ("iss", json!(issuer(spec, &shared.base_url))),
        ("sub", json!(subject)),
        ("aud", json!(shared.options.client_id)),
        ("iat", json!(now)),
        ("exp", json!(now + 600)),
    ];
    claims.extend(standard.into_iter().chain(tenant).map(|(name, value)| (name.to_owned(), value)));
    claims
}

/// An access token that is a signed token itself (RFC 9068).
pub(crate) fn access_token(shared: &Shared, subject: &str, claims: Value) -> Option<String> {
    let mut claims = base_claims(shared, subject, claims);
    claims.insert("jti".to_owned(), random(16).ok()?.into());
    let mut claims = Value::Object(claims);
    shared.edit(&Document::AccessToken, &mut claims);
    let signer = Arc::clone(&shared.state().keys.as_ref()?.signer);
    signer.token("at+jwt", &claims)
}

/// A user-info reply that is a signed token (OpenID Connect Core section 5.3.2).
pub(crate) fn signed_user_info(shared: &Shared, claims: &Value) -> Option<String> {
    let mut claims = claims.clone();
    for (name, value) in
        [("iss", json!(issuer(shared.spec(), &shared.base_url))), ("aud", json!(shared.options.client_id))]
    {
        if let Value::Object(claims) = &mut claims {
            claims.insert(name.to_owned(), value);
        }
    }
    let signer = Arc::clone(&shared.state().keys.as_ref()?.signer);
    signer.token("JWT", &claims)
}

/// Whether an ID token is one of a login or one of a refresh, which has no nonce (section 12.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    Login,
    Refresh,
}

/// The ID token (section 2), with its fault if there is to be one.
pub(crate) fn id_token(
    shared: &Shared,
    grant: &Grant,
    subject: &str,
    access_token: &str,
    claims: Value,
    occasion: Occasion,
) -> Option<String> {
    let (signer, stranger, fault) = {
        let state = shared.state();
        let keys = state.keys.as_ref()?;
        (Arc::clone(&keys.signer), Arc::clone(&keys.stranger), state.id_token_fault)
    };
    let mut claims = Value::Object(base_claims(shared, subject, claims));
    set_member(&mut claims, "auth_time", now());
    set_member(&mut claims, "at_hash", signer.half_hash(access_token));
    if let Some(nonce) = grant.nonce.as_ref().filter(|_| occasion == Occasion::Login) {
        set_member(&mut claims, "nonce", nonce.as_str());
    }
    if let Some(acr) = &grant.acr {
        set_member(&mut claims, "acr", acr.as_str());
    }
    shared.edit(&Document::IdToken, &mut claims);
    match fault {
        Some(IdTokenFault::Missing) => return None,
        Some(IdTokenFault::Audience) => set_member(&mut claims, "aud", "another-client"),
        Some(IdTokenFault::Issuer) => set_member(&mut claims, "iss", "https://another-issuer.example"),
        Some(IdTokenFault::Nonce) => set_member(&mut claims, "nonce", "nonce-of-another-login"),
        Some(IdTokenFault::Expired) => set_member(&mut claims, "exp", now().saturating_sub(24 * 3600)),
        Some(IdTokenFault::Future) => set_member(&mut claims, "iat", now() + 24 * 3600),
        Some(IdTokenFault::AccessTokenHash) => set_member(&mut claims, "at_hash", signer.half_hash("another token")),
        Some(IdTokenFault::NoNonce) => remove(&mut claims, "nonce"),
        Some(IdTokenFault::NoSubject) => remove(&mut claims, "sub"),
        Some(IdTokenFault::Unsigned) => {
            let header = json!({ "alg": "none", "typ": "JWT" });
            return Some(format!("{}.{}.", base64url(header.to_string()), base64url(claims.to_string())));
        }
        Some(IdTokenFault::Signature) => return stranger.token_as(&signer.kid, "JWT", &claims),
        Some(IdTokenFault::UnknownKey) => return stranger.token("JWT", &claims),
        None => {}
    }
    signer.token("JWT", &claims)
}

fn remove(claims: &mut Value, name: &str) {
    if let Value::Object(claims) = claims {
        claims.remove(name);
    }
}
