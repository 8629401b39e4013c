//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time.
#![allow(clippy::unwrap_used, missing_docs)]

use oauth_providers::CATALOGUE;

/// Every provider, and whether its feature is on. `cargo xtask new-provider` adds to it.
const FEATURES: &[(&str, bool)] = &[
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
    ("oauth2", cfg!(feature = "oauth2")),
    ("oidc", cfg!(feature = "oidc")),
    ("slack", cfg!(feature = "slack")),
    ("twitter", cfg!(feature = "twitter")),
];

/// The providers whose feature is on.
fn on() -> Vec<&'static str> {
    FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect()
}

#[test]
fn every_provider_is_looked_at() {
    let looked_at: Vec<&str> = FEATURES.iter().map(|(name, _)| *name).collect();
    assert_eq!(looked_at, CATALOGUE.known, "a new provider needs a row here");
}

#[test]
fn the_catalogue_holds_the_providers_whose_feature_is_on() {
    let held = CATALOGUE.providers.iter().map(|provider| provider.spec().name());
    assert_eq!(held.collect::<Vec<_>>(), on());
}

#[test]
fn the_registry_holds_no_other() {
    let registry = oauth_providers::registry().build().unwrap();
    assert_eq!(registry.compiled(), on());
}
