//! Each rule for an ID token, its header and the keys that verify it, by a token that breaks this rule alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_pass_by_value)]

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
        (json!({ "auth_time": NOW - 161, "acr": "gold" }), "is of a sign-in longer ago than was asked for (auth_time)"),
        (json!({ "auth_time": NOW + 61, "acr": "gold" }), "is of a sign-in longer ago than was asked for (auth_time)"),
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

// Proves: QF6, QF8
#[test]
fn signed_user_info_is_held_to_what_it_says_of_itself() {
    let rule = exact();
    let table = [
        (json!({}), "accepted"),
        (json!({ "iss": ISSUER, "aud": ["client", "another"], "exp": NOW - 59, "nbf": NOW + 60 }), "accepted"),
        (json!({ "exp": NOW - 60 }), "has expired"),
        (json!({ "nbf": NOW + 61 }), "is not valid yet"),
        (json!({ "iss": "https://elsewhere.test/" }), "is from another issuer"),
        (json!({ "aud": "another" }), "is for another client"),
    ];
    for (claims, text) in table {
        let json = claims.to_string();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        let checked = check_signed_reply(&Object::parse(&json).unwrap(), &rule, "client", now);
        assert_eq!(checked.map_or_else(|refused| refused.to_string(), |()| "accepted".to_owned()), text, "{json}");
    }
    assert!(check_signed_reply(&Object::parse(r#"{"exp":"1"}"#).unwrap(), &rule, "client", SystemTime::now()).is_err());
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
        (json!({ "iss": "https://id.test/1111/v2.0", "tid": "1111" }), "has no member tid that names a tenant"),
        (json!({ "iss": issuer, "tid": format!("{GUID}0") }), "has no member tid that names a tenant"),
        (json!({ "iss": issuer, "tid": "x".repeat(36) }), "has no member tid that names a tenant"),
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
        (r#"{"alg":"ES256","kid":""}"#, "is not signed by a key of the provider"),
        (r#"{"alg":"ES256","kid":"k1\u0000"}"#, "is not signed by a key of the provider"),
        (r#"{"alg":"ES256","kid":"../../k1"}"#, "is not signed by a key of the provider"),
        (r#"{"alg":"ES256","kid":null}"#, "has a member kid that is not text"),
        (r#"{"alg":"ES256","kid":7}"#, "has a member kid that is not text"),
        (r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "has critical header members, of which none is known"),
        // Without `crit` nobody may write the payload in another way, and it is not read in another way.
        (r#"{"alg":"ES256","b64":false}"#, "accepted"),
        (r#"{"alg":"ES256","crit":null}"#, "has critical header members, of which none is known"),
        (r#"{"alg":"ES256","crit":[]}"#, "has critical header members, of which none is known"),
        (r#"{"alg":"ES256","enc":"A128GCM"}"#, "is encrypted or compressed, which is not supported"),
        (r#"{"alg":"ES256","zip":"DEF"}"#, "is encrypted or compressed, which is not supported"),
        (r#"{"alg":"ES256","zip":null}"#, "is encrypted or compressed, which is not supported"),
        (r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#, "is not signed with an accepted algorithm"),
        (r#"{"alg":"dir","enc":"A128GCM"}"#, "is not signed with an accepted algorithm"),
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
        (r#"{"alg":"ES256 "}"#, "is not signed with an accepted algorithm"),
        (r#"{"alg":"ES256\u0000"}"#, "is not signed with an accepted algorithm"),
        (r#"{"alg":""}"#, "is not signed with an accepted algorithm"),
        (r#"{"alg":null}"#, "has a member alg that is not text"),
        ("", "has a header that is not a JSON object"),
        // Keys that the header brings or points to are not looked at.
        (r#"{"alg":"ES256","jku":"https://evil.test/keys","x5u":"https://evil.test/","jwk":{},"x5c":[]}"#, "accepted"),
    ];
    let issuer = exact();
    for (header, text) in table {
        let outcome = outcome(verify_token(&KEY.token_of(header, &payload), &expected(&issuer)));
        assert!(outcome.starts_with(text), "{header}\n{outcome}");
    }
    assert!(outcome(verify_token(&none, &expected(&issuer))).starts_with("is not signed with"), "unsigned");
    // Nor is a key that fits the signature.
    let stranger = Signer::new("ES256", "k1");
    let own = json!({ "alg": "ES256", "kid": "k1", "jwk": stranger.jwk() }).to_string();
    assert_eq!(
        outcome(verify_token(&stranger.token_of(&own, &payload), &expected(&issuer))),
        "is not signed by a key of the provider"
    );
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
        (".".repeat(60_000), "is not a signed token in compact form"),
        (format!(".{payload}.{signature}"), "has a header that is not a JSON object"),
        (format!("{header}..{signature}"), "is not signed by a key of the provider"),
        (format!("{token}="), "is not base64url without padding"),
        (format!("{token}\n"), "is not base64url without padding"),
        (format!(" {token}"), "is not base64url without padding"),
        (format!("{header}=.{payload}.{signature}"), "is not base64url without padding"),
        (format!("{header}.{payload}=.{signature}"), "is not base64url without padding"),
        (format!("{header}.{payload}.{}\n{}", &signature[..20], &signature[20..]), "is not base64url without padding"),
        (format!("{header}.{payload}.+{}", &signature[1..]), "is not base64url without padding"),
        (format!("{header}.{payload}.{}", with_stray_bits(signature)), "is not base64url without padding"),
        (format!("{header}.{}.{signature}", with_stray_bits(&base64url("{}"))), "is not base64url without padding"),
        (format!("{}.{payload}.{signature}", base64url([0xff, 0xfe])), "is not UTF-8"),
        (format!("{header}.{payload}."), "is not signed by a key of the provider"),
        (json!({ "payload": payload, "signatures": [] }).to_string(), "is not a signed token in compact form"),
        (
            json!({ "protected": header, "payload": payload, "signature": signature, "header": { "alg": "ES256" } })
                .to_string(),
            "is not a signed token in compact form",
        ),
        // A token in a token, signed outside only.
        (KEY.token_of(r#"{"alg":"ES256","cty":"JWT"}"#, &format!("{header}.{payload}.")), "is not a JSON object"),
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

/// The same bytes, written with bits behind them that belong to no byte.
fn with_stray_bits(encoded: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = encoded.split_at(encoded.len() - 1);
    let value = ALPHABET.find(last).unwrap();
    assert!(!encoded.len().is_multiple_of(4) && value.is_multiple_of(4), "the last character has spare bits");
    format!("{rest}{}", &ALPHABET[value + 1..=value + 1])
}

// Proves: QF5
#[test]
fn a_token_of_64_kib_is_read_and_no_longer_one() {
    let of = |padding: usize| KEY.token(&with(json!({ "x": "x".repeat(padding) })));
    let nearly = (64 * 1024 - of(0).len()) * 3 / 4 - 4;
    let padding = (nearly..nearly + 8).find(|padding| of(*padding).len() > 64 * 1024).unwrap();
    let issuer = exact();
    assert_eq!(outcome(verify_token(&of(padding - 1), &expected(&issuer))), "accepted");
    assert_eq!(outcome(verify_token(&of(padding), &expected(&issuer))), "is longer than 64 KiB");
}

// Proves: QF6, QF7, QF8, QF9
#[test]
fn a_claim_of_another_type_is_never_taken_for_an_absent_one() {
    let hash = half_hash(SigningAlgorithm::Es256, "the access token");
    let table = [
        ("iss", "null", "has a member iss that is not text"),
        ("aud", "null", "has a member aud that is not text or a list of texts"),
        ("aud", "[null]", "has a member aud that is not text or a list of texts"),
        ("aud", r#"[["client"]]"#, "has a member aud that is not text or a list of texts"),
        ("aud", r#""[\"client\"]""#, "is for another client"),
        ("azp", "null", "has a member azp that is not text"),
        ("azp", r#""""#, "was issued to another client (azp)"),
        ("exp", "null", "has a member exp that is not a number"),
        ("exp", "true", "has a member exp that is not a number"),
        ("exp", "{}", "has a member exp that is not a number"),
        ("exp", r#""""#, "has a member exp that is not a number"),
        ("exp", r#""1e10""#, "has a member exp that is not a number"),
        ("exp", r#""Infinity""#, "has a member exp that is not a number"),
        ("exp", "1e400", "has a member exp that is not a number"),
        ("exp", "-1e400", "has a member exp that is not a number"),
        ("exp", "1e308", "accepted"),
        ("exp", "1800000300.75", "accepted"),
        ("exp", "1.8000003e9", "accepted"),
        ("exp", "99999999999999999999999999", "accepted"),
        ("exp", "-1800000300", "has expired"),
        ("exp", "0", "has expired"),
        ("exp", "-0", "has expired"),
        ("iat", "null", "has a member iat that is not a number"),
        ("iat", r#""1800000000""#, "has a member iat that is not a number"),
        ("iat", "1e400", "has a member iat that is not a number"),
        ("iat", "1e308", "was issued in the future"),
        ("iat", "-1e308", "was issued too long ago"),
        ("iat", "0", "was issued too long ago"),
        ("nbf", "null", "has a member nbf that is not a number"),
        ("nbf", "[]", "has a member nbf that is not a number"),
        ("nbf", "1e400", "has a member nbf that is not a number"),
        ("nbf", "1e308", "is not valid yet"),
        ("nbf", "-1e308", "accepted"),
        ("nonce", "null", "has a member nonce that is not text"),
        ("nonce", r#""the nonce ""#, "has another nonce than this login"),
        ("nonce", r#""the\u0020nonce""#, "accepted"),
        ("at_hash", "null", "has a member at_hash that is not text"),
        ("at_hash", &format!("[{hash:?}]"), "has a member at_hash that is not text"),
        ("at_hash", &format!("\"{hash}=\""), "belongs to another token reply (at_hash)"),
        ("at_hash", &format!("{:?}", &hash[..20]), "belongs to another token reply (at_hash)"),
        ("c_hash", "null", "has a member c_hash that is not text"),
        ("c_hash", "{}", "has a member c_hash that is not text"),
        ("sub", "null", "has a member sub that is not text"),
        ("sub", r#"["user-1"]"#, "has a member sub that is not text"),
        ("sub", r#""\ud800""#, "has a member sub that is not text"),
        ("sub", r#""a\u0000""#, "has a sub that is no subject"),
        ("sub", r#""a\u007f""#, "has a sub that is no subject"),
        ("sub", r#""a\u0085""#, "has a sub that is no subject"),
    ];
    let issuer = exact();
    for (name, value, text) in table {
        let claims = with(json!({ name: null })).to_string();
        let payload = format!(r#"{{"{name}":{value},{}"#, &claims[1..]);
        let token = KEY.token_of(r#"{"alg":"ES256"}"#, &payload);
        assert_eq!(outcome(verify_token(&token, &expected(&issuer))), text, "{name}: {value}");
    }
}

// Proves: QF7
#[test]
fn a_subject_is_kept_byte_for_byte() {
    let issuer = exact();
    // Two spellings of one letter, and what trimming or folding would make equal.
    for subject in ["User-1", " user-1 ", "\u{e9}", "e\u{301}", "user-1/../2", "00042"] {
        let identity = verify(&with(json!({ "sub": subject })), &expected(&issuer)).unwrap();
        assert_eq!(identity.subject(), subject);
    }
}

// Proves: QF10
#[test]
fn a_claim_that_comes_twice_is_no_claim_however_it_is_spelled() {
    let issuer = exact();
    let claims = claims().to_string();
    for member in
        [r#""aud":"other""#, r#""\u0061ud":"other""#, r#""x":1,"x":1"#, r#""x":1,"\u0078":1"#, r#""\u0069\u0073s":1"#]
    {
        let token = KEY.token_of(r#"{"alg":"ES256"}"#, &format!("{{{member},{}", &claims[1..]));
        assert_eq!(outcome(verify_token(&token, &expected(&issuer))), "has a member twice", "{member}");
    }
    // Further inside nobody looks, but for who asks for what is there.
    for (org, id) in [(r#"{"id":"acme"}"#, Some("acme")), (r#"{"id":"acme","\u0069d":"evil"}"#, None)] {
        let token = KEY.token_of(r#"{"alg":"ES256"}"#, &format!(r#"{{"org":{org},{}"#, &claims[1..]));
        let identity = verify_token(&token, &expected(&issuer)).unwrap();
        assert_eq!(identity.claim("org.id").as_deref(), id, "{org}");
    }
}

// Proves: QF9
#[test]
fn a_hash_is_half_of_the_digest_that_belongs_to_the_signature() {
    use SigningAlgorithm::{EdDsa, Es256, Es384, Es512, Hs256, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    let table = [
        (&[Rs256, Ps256, Es256, Hs256][..], "8kJybPby-BwHrrSnx_oS4A"),
        (&[Rs384, Ps384, Es384], "bwQ8xKcdxyVod9eOF5vTvZq2eiU96lY5"),
        (&[Rs512, Ps512, Es512, EdDsa], "rJq7e2CTaULjAi2cpsvtkzpr3rW65IwDOQ6JhWhRCao"),
    ];
    let all: Vec<&str> = table.iter().map(|(_, hash)| *hash).collect();
    for (algorithms, hash) in table {
        for algorithm in algorithms {
            for claimed in &all {
                let json = json!({ "at_hash": claimed, "c_hash": claimed }).to_string();
                let claims = Object::parse(&json).unwrap();
                for name in ["at_hash", "c_hash"] {
                    let checked = check_hash(&claims, name, Some("the access token"), *algorithm);
                    assert_eq!(checked.is_ok(), *claimed == hash, "{algorithm:?} {name} {claimed}");
                }
            }
        }
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
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64url(KEY.public_key()));
    for key in [public.as_str(), &pem, pem.trim_end(), KEY.jwk()["x"].as_str().unwrap(), ""] {
        let outcome = outcome(verify_token(&Signer::secret(key).token(&claims()), &expected(&issuer)));
        assert!(outcome.starts_with("is signed with HS256; accepted are RS256"), "{outcome}");
    }
    // Where HS256 is what the spec says, the key is the secret and never a key of the set.
    let jws = Jws::parse(&forged, &[SigningAlgorithm::Hs256], TokenType::Jwt).unwrap();
    assert!(!SecretKey::new(b"the client secret of 32 characters").unwrap().verify(&jws));
    assert!(SecretKey::new(&[b'x'; 31]).is_none() && SecretKey::new(&[b'x'; 32]).is_some());
    assert!(SecretKey::new(b"").is_none());
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
