//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time, for
//! which it is enough to compile it.
#![allow(clippy::unwrap_used, missing_docs)]

use oauth_providers::CATALOGUE;

/// Every provider, and whether its feature is on. `cargo xtask new-provider` adds to it.
const FEATURES: &[(&str, bool)] = &[
    ("amazon", cfg!(feature = "amazon")),
    ("apple", cfg!(feature = "apple")),
    ("atlassian", cfg!(feature = "atlassian")),
    ("auth0", cfg!(feature = "auth0")),
    ("authentik", cfg!(feature = "authentik")),
    ("battlenet", cfg!(feature = "battlenet")),
    ("bitbucket", cfg!(feature = "bitbucket")),
    ("bitbucket-data-center", cfg!(feature = "bitbucket-data-center")),
    ("box", cfg!(feature = "box")),
    ("cognito", cfg!(feature = "cognito")),
    ("digitalocean", cfg!(feature = "digitalocean")),
    ("discord", cfg!(feature = "discord")),
    ("dropbox", cfg!(feature = "dropbox")),
    ("facebook", cfg!(feature = "facebook")),
    ("figma", cfg!(feature = "figma")),
    ("gitea", cfg!(feature = "gitea")),
    ("github", cfg!(feature = "github")),
    ("gitlab", cfg!(feature = "gitlab")),
    ("google", cfg!(feature = "google")),
    ("huggingface", cfg!(feature = "huggingface")),
    ("instagram", cfg!(feature = "instagram")),
    ("kakao", cfg!(feature = "kakao")),
    ("keycloak", cfg!(feature = "keycloak")),
    ("line", cfg!(feature = "line")),
    ("linear", cfg!(feature = "linear")),
    ("linkedin", cfg!(feature = "linkedin")),
    ("mastodon", cfg!(feature = "mastodon")),
    ("microsoft", cfg!(feature = "microsoft")),
    ("naver", cfg!(feature = "naver")),
    ("nextcloud", cfg!(feature = "nextcloud")),
    ("notion", cfg!(feature = "notion")),
    ("oauth2", cfg!(feature = "oauth2")),
    ("oidc", cfg!(feature = "oidc")),
    ("okta", cfg!(feature = "okta")),
    ("patreon", cfg!(feature = "patreon")),
    ("paypal", cfg!(feature = "paypal")),
    ("reddit", cfg!(feature = "reddit")),
    ("roblox", cfg!(feature = "roblox")),
    ("salesforce", cfg!(feature = "salesforce")),
    ("slack", cfg!(feature = "slack")),
    ("spotify", cfg!(feature = "spotify")),
    ("strava", cfg!(feature = "strava")),
    ("telegram", cfg!(feature = "telegram")),
    ("tiktok", cfg!(feature = "tiktok")),
    ("twitch", cfg!(feature = "twitch")),
    ("twitter", cfg!(feature = "twitter")),
    ("vk", cfg!(feature = "vk")),
    ("wechat", cfg!(feature = "wechat")),
    ("yahoo", cfg!(feature = "yahoo")),
    ("yandex", cfg!(feature = "yandex")),
    ("zitadel", cfg!(feature = "zitadel")),
    ("zoom", cfg!(feature = "zoom")),
];

/// How many features are on. The compiler counts, so that a build with each feature alone needs no run.
const fn number_on() -> usize {
    let (mut number, mut rest) = (0, FEATURES);
    while let [(_, on), tail @ ..] = rest {
        number += *on as usize;
        rest = tail;
    }
    number
}

const _: () = assert!(CATALOGUE.providers.len() == number_on(), "a feature brings its provider and no other");

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
