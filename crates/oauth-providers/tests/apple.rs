//! Apple: a secret signed for each request, and a name that is only a name.
#![cfg(feature = "apple")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::needless_pass_by_value, missing_docs)]

#[path = "support/op.rs"]
mod op;

use std::{collections::BTreeMap, sync::LazyLock};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use oauth_core::{AuthorizationRequest, EmailVerified, ErrorKind, Identity, OAuthClient, ProviderConfig, ResponseMode};
use oauth_providers::apple::APPLE;
use op::Op;
use serde_json::{Value, json};

static KEY: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

/// The key as Apple's download has it: 64 characters a line.
fn pem() -> String {
    let base64 = STANDARD.encode(KEY.to_pkcs8v1().unwrap());
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn config() -> ProviderConfig {
    config_with(&pem())
}

fn config_with(key: &str) -> ProviderConfig {
    ProviderConfig::public("apple", "com.example.web")
        .setting("TEAM_ID", "TEAM123456")
        .setting("KEY_ID", "KEY1234567")
        .setting("PRIVATE_KEY", key.to_owned())
}

fn apple(claims: Value) -> Op {
    Op::new(op::with(json!({ "iss": "https://appleid.apple.com", "aud": "com.example.web" }), &claims))
}

fn form(body: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

// Proves: QE10
#[tokio::test]
async fn each_request_has_a_fresh_secret_that_the_key_signed() {
    let op = apple(json!({ "sub": "001234.abc.0001" }));
    let one_line = pem().replace('\n', "\\n");
    for key in [pem(), one_line, pem().replace('\n', "\r\n")] {
        let client = OAuthClient::new(&APPLE, config_with(&key), op.clone()).unwrap();
        let (token, _) = op.sign_in_with(&client, &[]).await.unwrap();
        let token = client.refresh_token(&token).await.unwrap();
        client.revoke_token(&token).await.unwrap();
        let asked = op.asked();
        let sent: Vec<_> = asked.iter().filter(|(_, body)| !body.is_empty()).collect();
        let count = |path: &str| sent.iter().filter(|(url, _)| url.ends_with(path)).count();
        assert_eq!((count("/token"), count("/revoke")), (2, 2), "{asked:?}");
        for (url, body) in sent {
            let form = form(body);
            assert!(url.starts_with("https://appleid.apple.com/auth/"), "{url}");
            assert_eq!(form["client_id"], "com.example.web");
            let (signed, signature) = form["client_secret"].rsplit_once('.').unwrap();
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, KEY.public_key().as_ref());
            public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
            let (header, claims) = signed.split_once('.').unwrap();
            let part = |part| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
            assert_eq!(part(header), json!({ "alg": "ES256", "kid": "KEY1234567", "typ": "JWT" }));
            let claims = part(claims);
            assert_eq!(claims["iss"], "TEAM123456");
            assert_eq!(claims["sub"], "com.example.web");
            assert_eq!(claims["aud"], "https://appleid.apple.com");
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 300);
        }
    }
}

#[test]
fn settings_that_cannot_sign_are_refused_at_the_start() {
    let p384 = EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = STANDARD.encode(p384.to_pkcs8v1().unwrap());
    let cut = pem().replace("-----END PRIVATE KEY-----", "");
    let table = [
        (config(), None),
        (config_with("AuthKey_KEY1234567.p8"), Some("PRIVATE_KEY")),
        (config_with(&format!("-----BEGIN PRIVATE KEY-----\n{p384}\n-----END PRIVATE KEY-----")), Some("PRIVATE_KEY")),
        (config_with(&cut[..cut.len() / 2]), Some("PRIVATE_KEY")),
        (config().setting("TEAM_ID", "TEAM"), Some("TEAM_ID")),
        (config().setting("KEY_ID", "AuthKey_KEY1234567.p8"), Some("KEY_ID")),
        (config().setting("CLIENT_SECRET", "secret"), Some("CLIENT_SECRET")),
    ];
    for (config, expected) in table {
        match (OAuthClient::new(&APPLE, config, apple(json!({}))), expected) {
            (Ok(_), None) => {}
            (result, expected) => {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert!(error.to_string().contains(expected.unwrap()), "{error}");
                assert!(!format!("{error} {error:?}").contains("MIG"), "the key is told");
            }
        }
    }
}

// Proves: QB7
#[tokio::test]
async fn the_first_callback_tells_a_name_and_nothing_else() {
    let table = [
        (r#"{"name":{"firstName":"Jane","lastName":"Doe"},"email":"mallory@example.com"}"#, Some("Jane Doe")),
        (r#"{"name":{"firstName":"Jane"}}"#, Some("Jane")),
        (r#"{"name":{},"sub":"somebody else","email_verified":true}"#, None),
        (r#"{"email":"mallory@example.com"}"#, None),
        ("no JSON", None),
        (r#"{"name":{"firstName":"Jane\u0000","lastName":7}}"#, Some("7")),
    ];
    for (user, name) in table {
        let op = apple(json!({ "sub": "001234.abc.0001" }));
        let client = OAuthClient::new(&APPLE, config(), op.clone()).unwrap();
        let (token, read) = op.sign_in_with(&client, &[("user", user)]).await.unwrap();
        assert_eq!((read.full_name().as_deref(), read.oauth_id.as_str()), (name, "001234.abc.0001"), "{user}");
        assert_eq!((read.email, read.email_verified), (None, EmailVerified::NotStated), "{user}");
        assert_eq!(token.identity(), Some(&Identity::new("https://appleid.apple.com", "001234.abc.0001")));
    }
}

#[tokio::test]
async fn a_flag_may_be_text_and_an_address_a_relay() {
    let relay = "abc123@privaterelay.appleid.com";
    for (flag, expected) in [
        (json!("true"), EmailVerified::Verified),
        (json!(true), EmailVerified::Verified),
        (json!("false"), EmailVerified::Unverified),
        (json!("yes"), EmailVerified::NotStated),
        (Value::Null, EmailVerified::NotStated),
    ] {
        let op = apple(json!({ "email": relay, "email_verified": flag, "is_private_email": "true" }));
        let (_, user) = op.sign_in(&APPLE, config()).await.unwrap();
        assert_eq!((user.email.as_deref(), user.email_verified), (Some(relay), expected), "{flag}");
    }
}

#[tokio::test]
async fn one_apple_has_two_spellings_and_one_identity() {
    for (iss, accepted) in
        [("https://appleid.apple.com", true), ("https://account.apple.com", true), ("https://apple.example", false)]
    {
        let outcome = apple(json!({ "iss": iss, "sub": "u" })).sign_in(&APPLE, config()).await;
        match outcome {
            Ok((token, _)) => {
                assert!(accepted, "{iss}");
                assert_eq!(token.identity(), Some(&Identity::new("https://appleid.apple.com", "u")));
            }
            Err(error) => assert!(!accepted && error.kind() == ErrorKind::IdTokenInvalid, "{iss}: {error}"),
        }
    }
}

#[test]
fn the_authorization_url_is_as_apple_reads_it() {
    let client = OAuthClient::new(&APPLE, config(), apple(json!({}))).unwrap();
    assert_eq!(client.response_mode(), ResponseMode::FormPost);
    let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.example/cb")).unwrap();
    let url = authorization.url();
    assert!(url.starts_with("https://appleid.apple.com/auth/authorize?"), "{url}");
    assert!(url.contains("scope=openid%20name%20email") && !url.contains('+'), "{url}");
    assert!(url.contains("response_mode=form_post") && url.contains("nonce="), "{url}");
}
