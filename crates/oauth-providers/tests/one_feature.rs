//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time.
#![allow(clippy::unwrap_used, missing_docs)]

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

/// The providers of the table whose feature is on. One that is too new for the table is looked for nowhere.
fn on() -> Vec<&'static str> {
    FEATURES.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
}

fn in_the_table(name: &&str) -> bool {
    FEATURES.iter().any(|(known, _)| known == name)
}

#[test]
fn the_catalogue_holds_the_providers_whose_feature_is_on() {
    let held = CATALOGUE.providers.iter().map(|provider| provider.spec().name());
    assert_eq!(held.filter(in_the_table).collect::<Vec<_>>(), on());
}

#[test]
fn the_registry_holds_no_other() {
    let registry = oauth_providers::registry().build().unwrap();
    assert_eq!(registry.compiled().iter().copied().filter(in_the_table).collect::<Vec<_>>(), on());
}
