//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;

use oauth_providers::CATALOGUE;

const FEATURES: [(&str, bool); 13] = [
    ("apple", cfg!(feature = "apple")),
    ("bitbucket", cfg!(feature = "bitbucket")),
    ("bitbucket-data-center", cfg!(feature = "bitbucket-data-center")),
    ("discord", cfg!(feature = "discord")),
    ("facebook", cfg!(feature = "facebook")),
    ("github", cfg!(feature = "github")),
    ("gitlab", cfg!(feature = "gitlab")),
    ("google", cfg!(feature = "google")),
    ("linkedin", cfg!(feature = "linkedin")),
    ("microsoft", cfg!(feature = "microsoft")),
    ("oidc", cfg!(feature = "oidc")),
    ("slack", cfg!(feature = "slack")),
    ("twitter", cfg!(feature = "twitter")),
];

#[test]
fn every_provider_is_looked_for() {
    assert_eq!(FEATURES.map(|(name, _)| name), CATALOGUE.known, "a row of FEATURES is missing or too many");
}

#[test]
fn the_catalogue_holds_the_providers_whose_feature_is_on() {
    let on = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    let held = CATALOGUE.providers.iter().map(|provider| provider.spec().name());
    assert_eq!(held.collect::<Vec<_>>(), on.collect::<Vec<_>>());
}

#[test]
fn the_registry_holds_the_providers_of_the_packages_that_are_on() {
    let mut on: BTreeSet<&str> = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    // Both are in the package oauth-bitbucket, where the first needs no feature and registers itself.
    if on.contains("bitbucket-data-center") {
        on.insert("bitbucket");
    }
    let registry = oauth_providers::registry().build().unwrap();
    assert_eq!(registry.compiled().iter().copied().collect::<BTreeSet<_>>(), on);
}
