//! Every provider that is on passes the suite and reads its fixtures.

use std::path::PathBuf;

use oauth_core::Provider;
use oauth_providers::CATALOGUE;
use oauth_testkit::conformance::{Report, Suite};

/// A key as Apple gives it, made for this test and used nowhere else.
const APPLE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglKpzuSBBxaM86JnF
xXeXeua8iftoHy5SORYVwol69+ShRANCAATt/o1otRO001zeXVkmQvuuny2iFJBl
pcPXkQGDHd6TipRDSSXoFApHo+zLPOnEW2bxccXfGPbN9oNGWXXVGydG
-----END PRIVATE KEY-----";

fn suite(provider: &'static dyn Provider) -> Suite {
    let suite = Suite::new(provider);
    match provider.spec().name() {
        "apple" => {
            suite.setting("TEAM_ID", "TEAM000001").setting("KEY_ID", "KEY0000001").setting("PRIVATE_KEY", APPLE_KEY)
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
