//! Every provider that is on passes the suite and reads its fixtures.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{EmailVerified, OAuthUserInfo, Provider};
use oauth_providers::CATALOGUE;
use oauth_testkit::conformance::{Report, Suite};

/// A key as Apple gives it.
fn apple_key() -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let key = STANDARD.encode(pair.to_pkcs8v1().unwrap());
    format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n")
}

fn suite(provider: &'static dyn Provider) -> Suite {
    let suite = Suite::new(provider);
    match provider.spec().name() {
        "apple" => {
            suite.setting("TEAM_ID", "TEAM000001").setting("KEY_ID", "KEY0000001").setting("PRIVATE_KEY", apple_key())
        }
        // They stand for whatever the settings say.
        "oidc" | "oauth2" => suite.generic(),
        _ => suite,
    }
}

fn assert_all(reports: &[Report]) {
    let failed: Vec<String> = reports.iter().filter(|report| !report.is_ok()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test]
async fn every_provider_conforms() {
    let mut reports = Vec::new();
    for provider in CATALOGUE.providers {
        reports.push(suite(*provider).run().await);
    }
    assert_all(&reports);
}

fn fixtures(provider: &dyn Provider) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(provider.spec().name())
}

#[tokio::test]
async fn every_provider_reads_its_fixtures() {
    let mut reports = Vec::new();
    for provider in CATALOGUE.providers {
        reports.push(suite(*provider).read_fixtures(fixtures(*provider)).await);
    }
    assert_all(&reports);
}

/// What every provider must have been seen to send: everything, no address, one that nobody verified where it would say
/// so, and nothing that may be missing.
#[test]
fn no_provider_lacks_a_fixture_of_the_usual_kinds() {
    for provider in CATALOGUE.providers {
        let facts = provider.spec().facts();
        let in_list = facts.claims.email_list().is_some_and(|list| list.paths().3.is_some());
        let has_flag = in_list || facts.claims.paths().into_iter().any(|(claim, _)| claim == "email_verified");
        for case in ["full", "no-email", "minimal"].into_iter().chain(has_flag.then_some("unverified")) {
            let expected = fixtures(*provider).join(case).join("expected.json");
            let expected =
                fs::read_to_string(&expected).unwrap_or_else(|_| panic!("{} is missing", expected.display()));
            let user: OAuthUserInfo = serde_json::from_str(&expected).unwrap();
            let is_told = match case {
                "full" => user.email.is_some() && (user.email_verified == EmailVerified::Verified || !has_flag),
                "unverified" => user.email_verified != EmailVerified::Verified,
                _ => user.email.is_none() && user.email_verified == EmailVerified::NotStated,
            };
            assert!(is_told, "{} {case}: {user:?}", facts.name);
        }
    }
}
