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
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_pass_by_value)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::{Value, json};

    use super::*;
    use crate::oidc::{
        jws::TokenType,
        keys::{KeySet, SecretKey},
        signer::{Signer, base64url},
    };

    const ISSUER: &str = "https://id.test/realm/";
    const NOW: u64 = 1_800_000_000;
    const GUID: &str = "11111111-2222-3333-4444-5555aaaaBBBB";
    const TEMPLATE: IssuerTemplate = IssuerTemplate::new("https://id.test/{tenantid}/v2.0", "tid");

    static KEY: LazyLock<Signer> = LazyLock::new(|| Signer::new("ES256", "k1"));

    fn exact() -> IssuerRule {
        IssuerRule::Exact { issuer: ISSUER.to_owned(), aliases: &["id.test"] }
    }

    fn expected(issuer: &IssuerRule) -> Expected<'_> {
        Expected {
            issuer,
            client_id: "client",
            trusted_audiences: &["https://api.test"],
            nonce: ExpectedNonce::Required("the nonce"),
            access_token: Some("the access token"),
            code: Some("the code"),
            max_age: None,
            acr_values: &[],
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(NOW),
        }
    }

    fn claims() -> Value {
        json!({ "iss": ISSUER, "sub": "user-1", "aud": "client", "exp": NOW + 300, "iat": NOW, "nonce": "the nonce" })
    }

    /// The usual claims with some replaced; `null` removes one.
    fn with(changes: Value) -> Value {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    fn verify_token(token: &str, expected: &Expected<'_>) -> Result<Identity, Refused> {
        let keys = KeySet::parse(&json!({ "keys": [KEY.jwk()] }).to_string(), SigningAlgorithm::PUBLIC_KEY).unwrap();
        let jws = Jws::parse(token, SigningAlgorithm::PUBLIC_KEY, TokenType::Jwt)?;
        if !keys.verify(&jws) {
            return Err(Refused::new("is not signed by a key of the provider"));
        }
        check(jws, expected)
    }

    fn verify(claims: &Value, expected: &Expected<'_>) -> Result<Identity, Refused> {
        verify_token(&KEY.token(claims), expected)
    }

    fn outcome(result: Result<Identity, Refused>) -> String {
        result.map_or_else(|refused| refused.to_string(), |_| "accepted".to_owned())
    }

    // Proves: QF6, QF7, QF8, QF9, QF10
    #[test]
    fn every_claim_rule_is_held() {
        let past = NOW - 61;
        let table = [
            (json!({}), "accepted"),
            (json!({ "iss": "https://id.test/realm" }), "is from another issuer"),
            (json!({ "iss": "https://ID.test/realm/" }), "is from another issuer"),
            (json!({ "iss": "id.test" }), "accepted"),
            (json!({ "iss": null }), "has no iss"),
            (json!({ "iss": [ISSUER] }), "has a member iss that is not text"),
            (json!({ "aud": ["client"] }), "accepted"),
            (json!({ "aud": [] }), "is for another client"),
            (json!({ "aud": "other" }), "is for another client"),
            (json!({ "aud": "client " }), "is for another client"),
            (json!({ "aud": null }), "has no aud"),
            (json!({ "aud": { "client": true } }), "has a member aud that is not text or a list of texts"),
            (json!({ "aud": ["client", 7] }), "has a member aud that is not text or a list of texts"),
            (
                json!({ "aud": ["client", "other"], "azp": "client" }),
                "is for an audience besides this client that is not trusted",
            ),
            (json!({ "aud": ["client", "https://api.test"], "azp": "client" }), "accepted"),
            (json!({ "aud": ["client", "https://api.test"] }), "has several audiences and no azp"),
            (json!({ "azp": "client" }), "accepted"),
            (json!({ "azp": "other" }), "was issued to another client (azp)"),
            (json!({ "azp": 7 }), "has a member azp that is not text"),
            (json!({ "exp": NOW - 59 }), "accepted"),
            (json!({ "exp": NOW - 60 }), "has expired"),
            (json!({ "exp": 1e300 }), "accepted"),
            (json!({ "exp": null }), "has no exp"),
            (json!({ "exp": "1900000000" }), "has a member exp that is not a number"),
            (json!({ "exp": [1_900_000_000] }), "has a member exp that is not a number"),
            (json!({ "iat": f64_of(NOW) + 0.5 }), "accepted"),
            (json!({ "iat": NOW + 60 }), "accepted"),
            (json!({ "iat": NOW + 61 }), "was issued in the future"),
            (json!({ "iat": NOW - 660 }), "accepted"),
            (json!({ "iat": NOW - 661 }), "was issued too long ago"),
            (json!({ "iat": null }), "has no iat"),
            (json!({ "iat": true }), "has a member iat that is not a number"),
            (json!({ "nbf": NOW + 60 }), "accepted"),
            (json!({ "nbf": NOW + 61 }), "is not valid yet"),
            (json!({ "nbf": "soon" }), "has a member nbf that is not a number"),
            (json!({ "nonce": null }), "has no nonce"),
            (json!({ "nonce": "another" }), "has another nonce than this login"),
            (json!({ "nonce": "" }), "has another nonce than this login"),
            (json!({ "nonce": ["the nonce"] }), "has a member nonce that is not text"),
            (json!({ "sub": null }), "has no sub"),
            (json!({ "sub": "" }), "has a sub that is no subject"),
            (json!({ "sub": 7 }), "has a member sub that is not text"),
            (json!({ "sub": "a\nb" }), "has a sub that is no subject"),
            (json!({ "sub": "é".repeat(255) }), "accepted"),
            (json!({ "sub": "x".repeat(256) }), "has a sub that is no subject"),
            (json!({ "at_hash": half_hash(SigningAlgorithm::Es256, "the access token") }), "accepted"),
            (
                json!({ "at_hash": half_hash(SigningAlgorithm::Es256, "another") }),
                "belongs to another token reply (at_hash)",
            ),
            (json!({ "at_hash": "" }), "belongs to another token reply (at_hash)"),
            (json!({ "at_hash": 7 }), "has a member at_hash that is not text"),
            (json!({ "c_hash": half_hash(SigningAlgorithm::Es256, "the code") }), "accepted"),
            (
                json!({ "c_hash": half_hash(SigningAlgorithm::Es512, "the code") }),
                "belongs to another token reply (c_hash)",
            ),
            // Asked for by nobody, so of any type.
            (json!({ "auth_time": past, "acr": 0 }), "accepted"),
        ];
        let issuer = exact();
        for (changes, text) in table {
            assert_eq!(outcome(verify(&with(changes.clone()), &expected(&issuer))), text, "{changes}");
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn f64_of(seconds: u64) -> f64 {
        seconds as f64
    }

    // Proves: QA10
    #[test]
    fn what_was_asked_for_must_be_answered() {
        let issuer = exact();
        let acr_values = ["gold".to_owned(), "silver".to_owned()];
        let table = [
            (json!({ "auth_time": NOW - 100, "acr": "gold" }), "accepted"),
            (json!({ "auth_time": f64_of(NOW) - 159.5, "acr": "silver" }), "accepted"),
            (
                json!({ "auth_time": NOW - 161, "acr": "gold" }),
                "is of a sign-in longer ago than was asked for (auth_time)",
            ),
            (
                json!({ "auth_time": NOW + 61, "acr": "gold" }),
                "is of a sign-in longer ago than was asked for (auth_time)",
            ),
            (json!({ "acr": "gold" }), "has no auth_time"),
            (json!({ "auth_time": "yesterday", "acr": "gold" }), "has a member auth_time that is not a number"),
            (json!({ "auth_time": NOW }), "has no acr"),
            (json!({ "auth_time": NOW, "acr": "bronze" }), "has another acr than was asked for"),
        ];
        for (changes, text) in table {
            let expected =
                Expected { max_age: Some(Duration::from_secs(100)), acr_values: &acr_values, ..expected(&issuer) };
            assert_eq!(outcome(verify(&with(changes.clone()), &expected)), text, "{changes}");
        }
    }

    #[test]
    fn a_nonce_that_may_be_missing_may_not_be_another() {
        let issuer = exact();
        for (changes, text) in [
            (json!({ "nonce": null }), "accepted"),
            (json!({}), "accepted"),
            (json!({ "nonce": "another" }), "has another nonce than this login"),
        ] {
            let expected = Expected { nonce: ExpectedNonce::IfPresent("the nonce"), ..expected(&issuer) };
            assert_eq!(outcome(verify(&with(changes.clone()), &expected)), text, "{changes}");
        }
    }

    // Proves: QF12, QF13
    #[test]
    fn a_templated_issuer_is_the_one_of_its_own_tenant() {
        let rule = IssuerRule::Template(TEMPLATE);
        let issuer = format!("https://id.test/{GUID}/v2.0");
        let other = "99999999-2222-3333-4444-555555555555";
        let table = [
            (json!({ "iss": issuer, "tid": GUID }), "accepted"),
            (json!({ "iss": issuer, "tid": other }), "is from another issuer"),
            (json!({ "iss": issuer, "tid": GUID.to_ascii_lowercase() }), "is from another issuer"),
            (json!({ "iss": issuer }), "has no member tid that names a tenant"),
            (json!({ "iss": "https://id.test/common/v2.0", "tid": "common" }), "has no member tid that names a tenant"),
            (json!({ "iss": "https://id.test/{tenantid}/v2.0", "tid": GUID }), "is from another issuer"),
        ];
        for (changes, text) in table {
            assert_eq!(outcome(verify(&with(changes.clone()), &expected(&rule))), text, "{changes}");
        }
        let identity = verify(&with(json!({ "iss": issuer, "tid": GUID })), &expected(&rule)).unwrap();
        assert_eq!(identity, Identity::new(issuer, "user-1"));
    }

    #[test]
    fn an_alias_and_its_issuer_are_one_identity() {
        let rule = exact();
        let identity = verify(&with(json!({ "iss": "id.test" })), &expected(&rule)).unwrap();
        assert_eq!(identity, Identity::new(ISSUER, "user-1"));
        assert!(!format!("{identity:?}").contains("nonce"), "{identity:?}");
    }

    // Proves: QF2, QF4, QF10
    #[test]
    fn every_header_rule_is_held() {
        let payload = claims().to_string();
        let none = format!("{}.{}.", base64url(r#"{"alg":"none"}"#), base64url(&payload));
        let table = [
            (r#"{"alg":"ES256"}"#, "accepted"),
            (r#"{"alg":"ES256","typ":"jwt","kid":"k1"}"#, "accepted"),
            (r#"{"alg":"ES256","typ":"application/JWT"}"#, "accepted"),
            (r#"{"alg":"ES256","typ":"at+jwt"}"#, "is of another type than expected (header member typ)"),
            (r#"{"alg":"ES256","typ":"logout+jwt"}"#, "is of another type than expected (header member typ)"),
            (r#"{"alg":"ES256","typ":null}"#, "has a member typ that is not text"),
            (r#"{"alg":"ES256","kid":"k2"}"#, "is not signed by a key of the provider"),
            (r#"{"alg":"ES256","kid":7}"#, "has a member kid that is not text"),
            (r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "has critical header members, of which none is known"),
            (r#"{"alg":"ES256","crit":[]}"#, "has critical header members, of which none is known"),
            (r#"{"alg":"ES256","enc":"A128GCM"}"#, "is encrypted or compressed, which is not supported"),
            (r#"{"alg":"ES256","alg":"none"}"#, "has a header that has a member twice"),
            (r#"{"alg":"ES256","\u0061lg":"none"}"#, "has a header that has a member twice"),
            (r#"{"alg":["ES256"]}"#, "has a member alg that is not text"),
            (r#"{"kid":"k1"}"#, "names no algorithm"),
            (r#"["ES256"]"#, "has a header that is not a JSON object"),
            (r#"{"alg":"ES384"}"#, "is not signed by a key of the provider"),
            (r#"{"alg":"HS256"}"#, "is signed with HS256; accepted are RS256, RS384"),
            (r#"{"alg":"es256"}"#, "is not signed with an accepted algorithm"),
            (r#"{"alg":"none"}"#, "is not signed with an accepted algorithm"),
            (r#"{"alg":"NonE"}"#, "is not signed with an accepted algorithm"),
            // Keys that the header brings or points to are not looked at.
            (
                r#"{"alg":"ES256","jku":"https://evil.test/keys","x5u":"https://evil.test/","jwk":{},"x5c":[]}"#,
                "accepted",
            ),
        ];
        let issuer = exact();
        for (header, text) in table {
            let outcome = outcome(verify_token(&KEY.token_of(header, &payload), &expected(&issuer)));
            assert!(outcome.starts_with(text), "{header}\n{outcome}");
        }
        assert!(outcome(verify_token(&none, &expected(&issuer))).starts_with("is not signed with"), "unsigned");
    }

    // Proves: QF5
    #[test]
    fn only_three_well_formed_segments_are_a_token() {
        let token = KEY.token(&claims());
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else { panic!("three segments") };
        let duplicate = format!(r#"{{"nonce":"x",{}"#, &claims().to_string()[1..]);
        let table = [
            (String::new(), "is not a signed token in compact form"),
            (format!("{header}.{payload}"), "is not a signed token in compact form"),
            (format!("{token}.{signature}"), "is not a signed token in compact form"),
            (format!("{token}.a.b"), "is encrypted, which is not supported"),
            (format!("{token}.a.b.c"), "is not a signed token in compact form"),
            (".".repeat(70_000), "is longer than 64 KiB"),
            (format!("{token}="), "is not base64url without padding"),
            (format!("{token}\n"), "is not base64url without padding"),
            (format!(" {token}"), "is not base64url without padding"),
            (format!("{header}.{payload}.+{}", &signature[1..]), "is not base64url without padding"),
            (format!("{header}.{payload}."), "is not signed by a key of the provider"),
            (json!({ "payload": payload, "signatures": [] }).to_string(), "is not a signed token in compact form"),
            (KEY.token_of(r#"{"alg":"ES256"}"#, &duplicate), "has a member twice"),
            (KEY.token_of(r#"{"alg":"ES256"}"#, "[]"), "is not a JSON object"),
            (KEY.token_of(r#"{"alg":"ES256"}"#, "{} {}"), "is not a JSON object"),
        ];
        let issuer = exact();
        for (token, text) in table {
            let outcome = outcome(verify_token(&token, &expected(&issuer)));
            assert!(outcome.starts_with(text) && outcome != "accepted", "{token:.80}\n{outcome}");
        }
    }

    #[test]
    fn every_public_key_algorithm_verifies_by_a_set_of_one_key_without_a_name() {
        let issuer = exact();
        for algorithm in SigningAlgorithm::PUBLIC_KEY {
            let signer = Signer::new(algorithm.as_str(), None);
            let keys = KeySet::parse(&json!({ "keys": [signer.jwk()] }).to_string(), &[*algorithm]).unwrap();
            let claims = with(json!({ "at_hash": half_hash(*algorithm, "the access token") }));
            let token = signer.token(&claims);
            let jws = Jws::parse(&token, &[*algorithm], TokenType::Jwt).unwrap();
            assert!(keys.verify(&jws), "{algorithm:?}");
            check(jws, &expected(&issuer)).unwrap();
            // The key of one algorithm is no key of another, even of its own kind.
            let others: Vec<_> = SigningAlgorithm::PUBLIC_KEY.iter().copied().filter(|a| a != algorithm).collect();
            let keys = KeySet::parse(&json!({ "keys": [signer.jwk()] }).to_string(), &others).unwrap();
            let jws = Jws::parse(&token, &[*algorithm], TokenType::Jwt).unwrap();
            assert!(!keys.verify(&jws), "{algorithm:?}");
        }
    }

    // Proves: QF2, QF3
    #[test]
    fn a_public_key_is_no_hmac_key() {
        let public = KEY.jwk().to_string();
        let forged = Signer::secret(&public).token(&claims());
        let issuer = exact();
        assert!(verify_token(&forged, &expected(&issuer)).is_err());
        // Where HS256 is what the spec says, the key is the secret and never a key of the set.
        let jws = Jws::parse(&forged, &[SigningAlgorithm::Hs256], TokenType::Jwt).unwrap();
        assert!(!SecretKey::new(b"the client secret of 32 characters").unwrap().verify(&jws));
        assert!(SecretKey::new(b"a short secret").is_none());
        let set = json!({ "keys": [{ "kty": "oct", "k": base64url(&public), "alg": "HS256" }] }).to_string();
        assert!(!KeySet::parse(&set, &[SigningAlgorithm::Hs256]).unwrap().verify(&jws));
    }

    // Proves: QF11
    #[test]
    fn only_signature_keys_of_a_usable_kind_are_taken_from_a_set() {
        let token = KEY.token(&claims());
        let verify = |keys: Value| {
            let jws = Jws::parse(&token, SigningAlgorithm::PUBLIC_KEY, TokenType::Jwt).unwrap();
            KeySet::parse(&json!({ "keys": keys }).to_string(), SigningAlgorithm::PUBLIC_KEY)
                .map(|keys| keys.verify(&jws))
                .map_err(|refused| refused.to_string())
        };
        let key = |changes: Value| {
            let mut key = KEY.jwk();
            for (name, value) in changes.as_object().unwrap() {
                key[name] = value.clone();
            }
            key
        };
        let odd = json!([
            { "kty": "AKP", "alg": "ML-DSA-44", "pub": "" }, { "kty": "OKP", "crv": "Ed448", "x": "" }, { "kty": "RSA" },
            7, null, { "kty": "RSA", "n": "AQAB", "e": "AQAB" }, { "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ" },
            key(json!({ "use": "enc" })), KEY.jwk()
        ]);
        let mut odd_first = Signer::new("ES256", "k1").jwk();
        odd_first["use"] = "enc".into();
        let table = [
            (json!([KEY.jwk()]), Ok(true)),
            (odd, Ok(true)),
            (json!([odd_first, KEY.jwk()]), Ok(true)),
            // Two keys of one name: both are tried.
            (json!([Signer::new("ES256", "k1").jwk(), KEY.jwk()]), Ok(true)),
            (json!([key(json!({ "use": "enc" }))]), Ok(false)),
            (json!([key(json!({ "use": 7 }))]), Ok(false)),
            (json!([key(json!({ "key_ops": ["verify"] }))]), Ok(true)),
            (json!([key(json!({ "key_ops": ["sign"] }))]), Ok(false)),
            (json!([key(json!({ "alg": "ES256" }))]), Ok(true)),
            (json!([key(json!({ "alg": "ES384" }))]), Ok(false)),
            (json!([key(json!({ "alg": "ECDH-ES" }))]), Ok(false)),
            (json!([key(json!({ "crv": "P-384" }))]), Ok(false)),
            (json!([key(json!({ "crv": "secp256k1" }))]), Ok(false)),
            (json!([key(json!({ "y": KEY.jwk()["x"] }))]), Ok(false)),
            (json!([key(json!({ "kid": "k2" }))]), Ok(false)),
            (json!([key(json!({ "kid": "K1" }))]), Ok(false)),
            (json!([]), Ok(false)),
            (json!({}), Err("has no list of keys".to_owned())),
            (json!(vec![KEY.jwk(); 100]), Ok(true)),
            (json!(vec![KEY.jwk(); 101]), Err("has more than 100 keys".to_owned())),
        ];
        for (keys, result) in table {
            assert_eq!(verify(keys.clone()), result, "{:.300}", keys.to_string());
        }
    }

    // Proves: QF11
    #[test]
    fn a_token_without_a_key_name_is_tried_with_a_bounded_number_of_keys() {
        let token = KEY.token_of(r#"{"alg":"ES256"}"#, &claims().to_string());
        let strangers: Vec<Value> = (0..8).map(|_| Signer::new("ES256", None).jwk()).collect();
        for (before, verified) in [(0, true), (7, true), (8, false)] {
            let mut keys = strangers[..before].to_vec();
            keys.push(KEY.jwk());
            let set = json!({ "keys": keys }).to_string();
            let keys = KeySet::parse(&set, SigningAlgorithm::PUBLIC_KEY).unwrap();
            let jws = Jws::parse(&token, SigningAlgorithm::PUBLIC_KEY, TokenType::Jwt).unwrap();
            assert_eq!(keys.verify(&jws), verified, "{before}");
        }
    }

    proptest::proptest! {
        // Proves: QH6
        #[test]
        fn no_token_and_no_key_set_makes_it_panic(
            header in ".{0,80}", payload in ".{0,80}", signature in ".{0,80}", raw in ".{0,200}", keys in ".{0,200}"
        ) {
            let issuer = exact();
            let encoded = format!("{}.{}.{}", base64url(&header), base64url(&payload), base64url(&signature));
            for token in [raw.clone(), encoded, format!("{header}.{payload}.{signature}"), KEY.token_of(r#"{"alg":"ES256"}"#, &payload)] {
                let _ = verify_token(&token, &expected(&issuer));
            }
            let key = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": raw, "y": keys }, { "kty": "RSA", "n": keys, "e": raw }] });
            for set in [keys, raw, key.to_string()] {
                let _ = KeySet::parse(&set, SigningAlgorithm::PUBLIC_KEY);
            }
        }
    }
}
