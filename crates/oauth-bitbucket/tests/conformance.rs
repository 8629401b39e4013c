//! What every provider must pass, and Bitbucket's replies as they are sent.

use oauth_bitbucket::BITBUCKET;
use oauth_testkit::conformance;

#[tokio::test]
async fn bitbucket_conforms() {
    conformance::check(&BITBUCKET).await;
}

#[tokio::test]
async fn bitbuckets_replies_are_read_as_expected() {
    conformance::fixtures(&BITBUCKET, concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitbucket")).await;
}
