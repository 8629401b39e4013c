//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time, for
//! which it is enough to compile it.
#![allow(clippy::unwrap_used, missing_docs)]

use oauth_providers::CATALOGUE;

/// Every provider, and whether its feature is on. `cargo xtask new-provider` adds to it.
const FEATURES: &[(&str, bool)] = &[
    ("amazon", cfg!(feature = "amazon")),
    ("apple", cfg!(feature = "apple")),
    ("asana", cfg!(feature = "asana")),
    ("atlassian", cfg!(feature = "atlassian")),
    ("auth0", cfg!(feature = "auth0")),
    ("authelia", cfg!(feature = "authelia")),
    ("authentik", cfg!(feature = "authentik")),
    ("battlenet", cfg!(feature = "battlenet")),
    ("bitbucket", cfg!(feature = "bitbucket")),
    ("bitbucket-data-center", cfg!(feature = "bitbucket-data-center")),
    ("box", cfg!(feature = "box")),
    ("calendly", cfg!(feature = "calendly")),
    ("clickup", cfg!(feature = "clickup")),
    ("cognito", cfg!(feature = "cognito")),
    ("coinbase", cfg!(feature = "coinbase")),
    ("deviantart", cfg!(feature = "deviantart")),
    ("digitalocean", cfg!(feature = "digitalocean")),
    ("discord", cfg!(feature = "discord")),
    ("dribbble", cfg!(feature = "dribbble")),
    ("dropbox", cfg!(feature = "dropbox")),
    ("eveonline", cfg!(feature = "eveonline")),
    ("facebook", cfg!(feature = "facebook")),
    ("figma", cfg!(feature = "figma")),
    ("franceconnect", cfg!(feature = "franceconnect")),
    ("fusionauth", cfg!(feature = "fusionauth")),
    ("gitea", cfg!(feature = "gitea")),
    ("github", cfg!(feature = "github")),
    ("gitlab", cfg!(feature = "gitlab")),
    ("google", cfg!(feature = "google")),
    ("heroku", cfg!(feature = "heroku")),
    ("huggingface", cfg!(feature = "huggingface")),
    ("instagram", cfg!(feature = "instagram")),
    ("intercom", cfg!(feature = "intercom")),
    ("jumpcloud", cfg!(feature = "jumpcloud")),
    ("kakao", cfg!(feature = "kakao")),
    ("keycloak", cfg!(feature = "keycloak")),
    ("kick", cfg!(feature = "kick")),
    ("kinde", cfg!(feature = "kinde")),
    ("line", cfg!(feature = "line")),
    ("linear", cfg!(feature = "linear")),
    ("linkedin", cfg!(feature = "linkedin")),
    ("logto", cfg!(feature = "logto")),
    ("mailchimp", cfg!(feature = "mailchimp")),
    ("mastodon", cfg!(feature = "mastodon")),
    ("microsoft", cfg!(feature = "microsoft")),
    ("monday", cfg!(feature = "monday")),
    ("naver", cfg!(feature = "naver")),
    ("netlify", cfg!(feature = "netlify")),
    ("nextcloud", cfg!(feature = "nextcloud")),
    ("notion", cfg!(feature = "notion")),
    ("oauth2", cfg!(feature = "oauth2")),
    ("oidc", cfg!(feature = "oidc")),
    ("okta", cfg!(feature = "okta")),
    ("onelogin", cfg!(feature = "onelogin")),
    ("openstreetmap", cfg!(feature = "openstreetmap")),
    ("orcid", cfg!(feature = "orcid")),
    ("ory", cfg!(feature = "ory")),
    ("osu", cfg!(feature = "osu")),
    ("patreon", cfg!(feature = "patreon")),
    ("paypal", cfg!(feature = "paypal")),
    ("pinterest", cfg!(feature = "pinterest")),
    ("pipedrive", cfg!(feature = "pipedrive")),
    ("pocket-id", cfg!(feature = "pocket-id")),
    ("reddit", cfg!(feature = "reddit")),
    ("roblox", cfg!(feature = "roblox")),
    ("salesforce", cfg!(feature = "salesforce")),
    ("slack", cfg!(feature = "slack")),
    ("soundcloud", cfg!(feature = "soundcloud")),
    ("spotify", cfg!(feature = "spotify")),
    ("stackexchange", cfg!(feature = "stackexchange")),
    ("strava", cfg!(feature = "strava")),
    ("telegram", cfg!(feature = "telegram")),
    ("tiktok", cfg!(feature = "tiktok")),
    ("todoist", cfg!(feature = "todoist")),
    ("trakt", cfg!(feature = "trakt")),
    ("twitch", cfg!(feature = "twitch")),
    ("twitter", cfg!(feature = "twitter")),
    ("typeform", cfg!(feature = "typeform")),
    ("uber", cfg!(feature = "uber")),
    ("unsplash", cfg!(feature = "unsplash")),
    ("vercel", cfg!(feature = "vercel")),
    ("vimeo", cfg!(feature = "vimeo")),
    ("vipps", cfg!(feature = "vipps")),
    ("vk", cfg!(feature = "vk")),
    ("webflow", cfg!(feature = "webflow")),
    ("wechat", cfg!(feature = "wechat")),
    ("wordpress", cfg!(feature = "wordpress")),
    ("xero", cfg!(feature = "xero")),
    ("yahoo", cfg!(feature = "yahoo")),
    ("yandex", cfg!(feature = "yandex")),
    ("zitadel", cfg!(feature = "zitadel")),
    ("zoho", cfg!(feature = "zoho")),
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
