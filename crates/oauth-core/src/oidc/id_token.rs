//! The rules for the claims of a token whose signature holds (OpenID Connect Core section 3.1.3.7).

use std::time::{Duration, SystemTime};

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    json::{Object, Refused},
    jws::Jws,
};
use crate::{
    identity::Identity,
    spec::{IssuerTemplate, SigningAlgorithm},
};

/// How far two clocks may differ.
const SKEW: f64 = 60.0;

/// How long ago a token may have been issued, beyond the skew: a token of the code flow is fresh.
const MAX_AGE: f64 = 600.0;

/// Who may have issued a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IssuerRule {
    /// This issuer, character by character, or a known other spelling of it.
    Exact { issuer: String, aliases: &'static [&'static str] },
    /// The issuer that a claim of the token makes of a template.
    Template(IssuerTemplate),
}

impl IssuerRule {
    /// The rule for an issuer that may be the one of a single tenant.
    pub(crate) fn of_tenant(template: IssuerTemplate, issuer: &str) -> Self {
        if issuer.split(['/', '.']).any(|part| is_guid(part) && template.issuer_of(part) == issuer) {
            return Self::Exact { issuer: issuer.to_owned(), aliases: &[] };
        }
        Self::Template(template)
    }

    /// The issuer, if there is only one.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact { issuer, .. } => Some(issuer),
            Self::Template(_) => None,
        }
    }

    /// The issuer of a token, in the spelling that identities are kept in.
    fn check(&self, iss: &str, claims: &Object<'_>) -> Result<String, Refused> {
        let another = || Refused::new("is from another issuer");
        match self {
            Self::Exact { issuer, aliases } => {
                (iss == issuer || aliases.contains(&iss)).then(|| issuer.clone()).ok_or_else(another)
            }
            Self::Template(template) => {
                let tenant = claims
                    .text(template.claim())?
                    .filter(|tenant| is_guid(tenant))
                    .ok_or_else(|| Refused::new(format!("has no member {} that names a tenant", template.claim())))?;
                let issuer = template.issuer_of(&tenant);
                (iss == issuer).then_some(issuer).ok_or_else(another)
            }
        }
    }
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// What is known about the nonce of a token.
#[derive(Clone, Copy)]
pub(crate) enum ExpectedNonce<'e> {
    /// It was sent and must come back.
    Required(&'e str),
    /// It must be this one if it is there.
    IfPresent(&'e str),
    /// One was sent, but the login has lost it.
    Lost,
    /// None is expected: the token is no ID token, or it is one of a refresh.
    None,
}

/// What a token is held against.
pub(crate) struct Expected<'e> {
    pub(crate) issuer: &'e IssuerRule,
    pub(crate) client_id: &'e str,
    /// Audiences that may stand beside the client id.
    pub(crate) trusted_audiences: &'e [&'static str],
    pub(crate) nonce: ExpectedNonce<'e>,
    pub(crate) access_token: Option<&'e str>,
    pub(crate) code: Option<&'e str>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) acr_values: &'e [String],
    pub(crate) now: SystemTime,
}

/// Checks the claims of a token whose signature holds. The first rule that it breaks is the error.
pub(crate) fn check(jws: Jws<'_>, expected: &Expected<'_>) -> Result<Identity, Refused> {
    let claims = Object::parse(&jws.payload)?;
    let iss = required(claims.text("iss")?, "iss")?;
    let issuer = expected.issuer.check(&iss, &claims)?;
    check_audience(&claims, expected)?;
    check_times(&claims, expected)?;
    check_nonce(&claims, expected.nonce)?;
    check_hash(&claims, "at_hash", expected.access_token, jws.algorithm)?;
    check_hash(&claims, "c_hash", expected.code, jws.algorithm)?;
    if !expected.acr_values.is_empty() {
        let acr = required(claims.text("acr")?, "acr")?;
        if !expected.acr_values.iter().any(|wanted| *wanted == acr) {
            return Err(Refused::new("has another acr than was asked for"));
        }
    }
    let subject = check_subject(&claims)?;
    Ok(Identity::verified(issuer, subject, jws.payload))
}

/// Checks what a signed user-info reply says about itself (section 5.3.2); each of these claims may be missing.
pub(crate) fn check_signed_reply(
    claims: &Object<'_>,
    issuer: &IssuerRule,
    client_id: &str,
    now: SystemTime,
) -> Result<(), Refused> {
    if let Some(iss) = claims.text("iss")? {
        issuer.check(&iss, claims)?;
    }
    if claims.texts("aud")?.is_some_and(|audiences| !audiences.iter().any(|audience| audience == client_id)) {
        return Err(Refused::new("is for another client"));
    }
    let now = seconds(now);
    if claims.number("exp")?.is_some_and(|exp| now >= exp + SKEW) {
        return Err(Refused::new("has expired"));
    }
    check_not_before(claims, now)
}

/// The subject of a document: 1 to 255 characters, none of them a control character.
pub(crate) fn check_subject(claims: &Object<'_>) -> Result<String, Refused> {
    let subject = required(claims.text("sub")?, "sub")?;
    if !(1..=255).contains(&subject.chars().count()) || subject.chars().any(char::is_control) {
        return Err(Refused::new("has a sub that is no subject"));
    }
    Ok(subject.into_owned())
}

fn required<T>(claim: Option<T>, name: &str) -> Result<T, Refused> {
    claim.ok_or_else(|| Refused::new(format!("has no {name}")))
}

fn check_audience(claims: &Object<'_>, expected: &Expected<'_>) -> Result<(), Refused> {
    let audiences = required(claims.texts("aud")?, "aud")?;
    if !audiences.iter().any(|audience| audience == expected.client_id) {
        return Err(Refused::new("is for another client"));
    }
    let trusted = |audience: &str| audience == expected.client_id || expected.trusted_audiences.contains(&audience);
    if !audiences.iter().all(trusted) {
        return Err(Refused::new("is for an audience besides this client that is not trusted"));
    }
    match claims.text("azp")? {
        Some(azp) if azp == expected.client_id => Ok(()),
        Some(_) => Err(Refused::new("was issued to another client (azp)")),
        None if audiences.len() > 1 => Err(Refused::new("has several audiences and no azp")),
        None => Ok(()),
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn check_times(claims: &Object<'_>, expected: &Expected<'_>) -> Result<(), Refused> {
    let now = seconds(expected.now);
    let exp = required(claims.number("exp")?, "exp")?;
    let iat = required(claims.number("iat")?, "iat")?;
    if now >= exp + SKEW {
        return Err(Refused::new("has expired"));
    }
    if iat > now + SKEW {
        return Err(Refused::new("was issued in the future"));
    }
    if now - iat > MAX_AGE + SKEW {
        return Err(Refused::new("was issued too long ago"));
    }
    check_not_before(claims, now)?;
    if let Some(max_age) = expected.max_age {
        let auth_time = required(claims.number("auth_time")?, "auth_time")?;
        if auth_time > now + SKEW || now - auth_time > max_age.as_secs_f64() + SKEW {
            return Err(Refused::new("is of a sign-in longer ago than was asked for (auth_time)"));
        }
    }
    Ok(())
}

fn check_not_before(claims: &Object<'_>, now: f64) -> Result<(), Refused> {
    if claims.number("nbf")?.is_some_and(|nbf| nbf > now + SKEW) {
        return Err(Refused::new("is not valid yet"));
    }
    Ok(())
}

fn check_nonce(claims: &Object<'_>, expected: ExpectedNonce<'_>) -> Result<(), Refused> {
    let (sent, nonce) = match (expected, claims.text("nonce")?) {
        (ExpectedNonce::None, _) | (ExpectedNonce::IfPresent(_), None) => return Ok(()),
        (ExpectedNonce::Lost, _) => return Err(Refused::new("belongs to a login that has no nonce")),
        (ExpectedNonce::Required(_), None) => return Err(Refused::new("has no nonce")),
        (ExpectedNonce::Required(sent) | ExpectedNonce::IfPresent(sent), Some(nonce)) => (sent, nonce),
    };
    verify_slices_are_equal(sent.as_bytes(), nonce.as_bytes())
        .map_err(|_| Refused::new("has another nonce than this login"))
}

/// `at_hash` and `c_hash` are optional in the code flow; one that is there must fit (section 3.1.3.8).
fn check_hash(
    claims: &Object<'_>,
    name: &'static str,
    value: Option<&str>,
    algorithm: SigningAlgorithm,
) -> Result<(), Refused> {
    let (Some(hash), Some(value)) = (claims.text(name)?, value) else { return Ok(()) };
    verify_slices_are_equal(half_hash(algorithm, value).as_bytes(), hash.as_bytes())
        .map_err(|_| Refused::new(format!("belongs to another token reply ({name})")))
}

/// The left half of a digest, by the hash of the signature algorithm; for Ed25519 that is SHA-512 (RFC 8032 section 5.1).
fn half_hash(algorithm: SigningAlgorithm, value: &str) -> String {
    use SigningAlgorithm::{EdDsa, Es256, Es384, Es512, Hs256, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    let hash = match algorithm {
        Rs256 | Ps256 | Es256 | Hs256 => &digest::SHA256,
        Rs384 | Ps384 | Es384 => &digest::SHA384,
        Rs512 | Ps512 | Es512 | EdDsa => &digest::SHA512,
    };
    let digest = digest::digest(hash, value.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..digest.as_ref().len() / 2).unwrap_or_default())
}

#[cfg(test)]
mod tests;
