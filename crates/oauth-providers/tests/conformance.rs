//! Every provider that is on passes the suite and reads its fixtures.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::Provider;
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

#[tokio::test]
async fn every_provider_reads_its_fixtures() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut reports = Vec::new();
    for provider in CATALOGUE.providers {
        reports.push(suite(*provider).read_fixtures(root.join(provider.spec().name())).await);
    }
    assert_all(&reports);
}
