//! Microsoft: whose token it is, and what of it may be believed.
#![cfg(feature = "microsoft")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::needless_pass_by_value, missing_docs)]

#[path = "support/op.rs"]
mod op;

use oauth_core::{EmailVerified, ErrorKind, OAuthClient, ProviderConfig};
use oauth_providers::microsoft::MICROSOFT;
use op::Op;
use serde_json::{Value, json};

const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const ACME: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "66666666-7777-8888-9999-aaaaaaaaaaaa";

fn config() -> ProviderConfig {
    ProviderConfig::new("microsoft", "the id", "the secret")
}

fn issuer(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

/// Answers as Microsoft does: several tenants are one document with a placeholder, one tenant is told by its id.
fn microsoft(claims: Value) -> Op {
    Op::new(claims).metadata(|root| {
        let tenant = match root.rsplit('/').nth(1).unwrap() {
            "common" | "organizations" => "{tenantid}",
            "consumers" => CONSUMERS,
            "acme.example" => ACME,
            id => id,
        };
        json!({ "issuer": issuer(tenant) })
    })
}

fn of_tenant(tenant: &str) -> Value {
    json!({ "iss": issuer(tenant), "tid": tenant })
}

// Proves: QG8
#[tokio::test]
async fn only_the_tenants_that_the_settings_permit_sign_in() {
    // A token of another issuer proves nothing; one of the right issuer may still be of somebody who is not wanted.
    let (forged, unwanted) = (Some(ErrorKind::IdTokenInvalid), Some(ErrorKind::AccountRefused));
    let table = [
        (None, None, ACME, None),
        (None, None, CONSUMERS, None),
        (Some("common"), None, OTHER, None),
        (Some("organizations"), None, ACME, None),
        (Some("organizations"), None, CONSUMERS, unwanted),
        (Some("consumers"), None, CONSUMERS, None),
        (Some("consumers"), None, ACME, forged),
        (Some(ACME), None, ACME, None),
        (Some(ACME), None, OTHER, forged),
        (Some("acme.example"), None, ACME, None),
        (Some("acme.example"), None, OTHER, forged),
        (None, Some("11111111-2222-3333-4444-555555555555"), ACME, None),
        (None, Some("99999999-2222-3333-4444-555555555555, 11111111-2222-3333-4444-555555555555"), ACME, None),
        (None, Some("11111111-2222-3333-4444-555555555555"), OTHER, unwanted),
        (None, Some("11111111-2222-3333-4444-555555555555"), CONSUMERS, unwanted),
    ];
    for (tenant, allowed, of, refusal) in table {
        let config = tenant.map_or(config(), |tenant| config().setting("TENANT", tenant.to_owned()));
        let config = allowed.map_or(config.clone(), |ids| config.setting("ALLOWED_TENANTS", ids.to_owned()));
        let outcome = microsoft(of_tenant(of)).sign_in(&MICROSOFT, config).await;
        let kind = outcome.as_ref().err().map(oauth_core::Error::kind);
        assert_eq!(kind, refusal, "{tenant:?} {allowed:?} {of}");
        if let Ok((token, _)) = outcome {
            assert_eq!(token.identity().unwrap().issuer(), issuer(of));
        }
    }
}

// Proves: QF13, QG8
#[tokio::test]
async fn an_issuer_and_a_tenant_that_differ_are_refused() {
    for claims in [
        json!({ "iss": issuer(ACME), "tid": OTHER }),
        json!({ "iss": issuer(ACME) }),
        json!({ "iss": issuer("{tenantid}"), "tid": "{tenantid}" }),
        json!({ "iss": issuer("common"), "tid": "common" }),
        json!({ "iss": format!("https://sts.windows.net/{ACME}/"), "tid": ACME }),
        json!({ "iss": format!("https://login.microsoftonline.example/{ACME}/v2.0"), "tid": ACME }),
    ] {
        let error = microsoft(claims.clone()).sign_in(&MICROSOFT, config()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IdTokenInvalid, "{claims}");
    }
}

// Proves: QG2, QG7
#[tokio::test]
async fn an_address_is_verified_if_the_token_says_so_and_a_user_name_is_none() {
    let table = [
        (json!({ "email": "jane@acme.example", "xms_edov": true }), Some("jane@acme.example"), EmailVerified::Verified),
        (json!({ "email": "jane@acme.example", "xms_edov": 1 }), Some("jane@acme.example"), EmailVerified::Verified),
        (json!({ "email": "jane@acme.example", "xms_edov": "1" }), Some("jane@acme.example"), EmailVerified::Verified),
        (
            json!({ "email": "jane@acme.example", "xms_edov": false }),
            Some("jane@acme.example"),
            EmailVerified::Unverified,
        ),
        (
            json!({ "email": "jane@acme.example", "xms_edov": "0" }),
            Some("jane@acme.example"),
            EmailVerified::Unverified,
        ),
        (json!({ "email": "jane@acme.example" }), Some("jane@acme.example"), EmailVerified::NotStated),
        (
            json!({ "email": "jane@acme.example", "email_verified": true }),
            Some("jane@acme.example"),
            EmailVerified::NotStated,
        ),
        (json!({ "upn": "jane@acme.example", "xms_edov": true }), None, EmailVerified::NotStated),
        (json!({ "email": null, "name": null }), None, EmailVerified::NotStated),
    ];
    for (claims, email, verified) in table {
        let claims =
            op::with(of_tenant(ACME), &op::with(json!({ "preferred_username": "jane@corp.example" }), &claims));
        let (_, user) = microsoft(claims.clone()).sign_in(&MICROSOFT, config()).await.unwrap();
        assert_eq!((user.email.as_deref(), user.email_verified), (email, verified), "{claims}");
        assert_eq!(user.username.as_deref(), Some("jane@corp.example"));
    }
}

#[tokio::test]
async fn nothing_but_metadata_keys_and_token_is_asked_for() {
    let op = microsoft(of_tenant(ACME));
    op.sign_in(&MICROSOFT, config().setting("TENANT", "organizations")).await.unwrap();
    let asked = op.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|(url, _)| url.starts_with("https://login.microsoftonline.com/organizations/v2.0/")));
    let (_, body) = asked.iter().find(|(url, _)| url.ends_with("/token")).unwrap();
    assert!(body.contains("client_secret=the+secret"), "{body}");
}

// Proves: QG8
#[test]
fn tenants_that_could_let_nobody_in_are_refused_at_the_start() {
    for (tenant, allowed, accepted) in [
        (None, "acme.example", false),
        (None, ",", false),
        (None, "11111111-2222-3333-4444-555555555555", true),
        (None, "11111111-2222-3333-4444-55555555555", false),
        (None, "11111111-2222-3333-4444-555555555555,x", false),
        (Some("acme.example"), "11111111-2222-3333-4444-555555555555", true),
        (Some("11111111-2222-3333-4444-555555555555"), "11111111-2222-3333-4444-555555555555", true),
        (Some("11111111-2222-3333-4444-555555555555"), "99999999-2222-3333-4444-555555555555", false),
        (Some("organizations"), "11111111-2222-3333-4444-555555555555", true),
        (Some("organizations"), CONSUMERS, false),
        (Some("consumers"), CONSUMERS, true),
        (Some("consumers"), "11111111-2222-3333-4444-555555555555", false),
    ] {
        let config = config().setting("ALLOWED_TENANTS", allowed.to_owned());
        let config = tenant.map_or(config.clone(), |tenant| config.setting("TENANT", tenant.to_owned()));
        let error = OAuthClient::new(&MICROSOFT, config, microsoft(json!({}))).err();
        assert_eq!(error.is_none(), accepted, "{tenant:?} {allowed}: {error:?}");
        if let Some(error) = error {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains("ALLOWED_TENANTS") && error.remedy().is_some(), "{error}");
        }
    }
}
