//! A build holds the providers whose feature is on, and no other. It tells most when one feature is on at a time, for
//! which it is enough to compile it.
#![allow(clippy::unwrap_used, missing_docs)]

use oauth_providers::CATALOGUE;

/// Every provider, and whether its feature is on. `cargo xtask new-provider` adds to it.
const FEATURES: &[(&str, bool)] = &[
    ("amazon", cfg!(feature = "amazon")),
    ("anilist", cfg!(feature = "anilist")),
    ("apple", cfg!(feature = "apple")),
    ("asana", cfg!(feature = "asana")),
    ("asgardeo", cfg!(feature = "asgardeo")),
    ("atlassian", cfg!(feature = "atlassian")),
    ("auth0", cfg!(feature = "auth0")),
    ("authelia", cfg!(feature = "authelia")),
    ("authentik", cfg!(feature = "authentik")),
    ("battlenet", cfg!(feature = "battlenet")),
    ("bitbucket", cfg!(feature = "bitbucket")),
    ("bitbucket-data-center", cfg!(feature = "bitbucket-data-center")),
    ("box", cfg!(feature = "box")),
    ("bungie", cfg!(feature = "bungie")),
    ("calendly", cfg!(feature = "calendly")),
    ("cilogon", cfg!(feature = "cilogon")),
    ("classlink", cfg!(feature = "classlink")),
    ("clerk", cfg!(feature = "clerk")),
    ("clever", cfg!(feature = "clever")),
    ("clickup", cfg!(feature = "clickup")),
    ("cloudfoundry", cfg!(feature = "cloudfoundry")),
    ("cognito", cfg!(feature = "cognito")),
    ("coinbase", cfg!(feature = "coinbase")),
    ("dataporten", cfg!(feature = "dataporten")),
    ("descope", cfg!(feature = "descope")),
    ("deviantart", cfg!(feature = "deviantart")),
    ("digitalocean", cfg!(feature = "digitalocean")),
    ("discord", cfg!(feature = "discord")),
    ("dribbble", cfg!(feature = "dribbble")),
    ("dropbox", cfg!(feature = "dropbox")),
    ("duende-identityserver", cfg!(feature = "duende-identityserver")),
    ("egi-checkin", cfg!(feature = "egi-checkin")),
    ("etsy", cfg!(feature = "etsy")),
    ("eveonline", cfg!(feature = "eveonline")),
    ("facebook", cfg!(feature = "facebook")),
    ("faceit", cfg!(feature = "faceit")),
    ("feishu", cfg!(feature = "feishu")),
    ("figma", cfg!(feature = "figma")),
    ("franceconnect", cfg!(feature = "franceconnect")),
    ("freshbooks", cfg!(feature = "freshbooks")),
    ("fusionauth", cfg!(feature = "fusionauth")),
    ("gitea", cfg!(feature = "gitea")),
    ("gitee", cfg!(feature = "gitee")),
    ("github", cfg!(feature = "github")),
    ("gitlab", cfg!(feature = "gitlab")),
    ("globus", cfg!(feature = "globus")),
    ("google", cfg!(feature = "google")),
    ("govbr", cfg!(feature = "govbr")),
    ("harvest", cfg!(feature = "harvest")),
    ("headhunter", cfg!(feature = "headhunter")),
    ("heroku", cfg!(feature = "heroku")),
    ("huggingface", cfg!(feature = "huggingface")),
    ("id-me", cfg!(feature = "id-me")),
    ("instagram", cfg!(feature = "instagram")),
    ("intercom", cfg!(feature = "intercom")),
    ("jumpcloud", cfg!(feature = "jumpcloud")),
    ("kakao", cfg!(feature = "kakao")),
    ("kanidm", cfg!(feature = "kanidm")),
    ("keycloak", cfg!(feature = "keycloak")),
    ("kick", cfg!(feature = "kick")),
    ("kinde", cfg!(feature = "kinde")),
    ("lichess", cfg!(feature = "lichess")),
    ("lifescience-login", cfg!(feature = "lifescience-login")),
    ("line", cfg!(feature = "line")),
    ("linear", cfg!(feature = "linear")),
    ("linkedin", cfg!(feature = "linkedin")),
    ("logto", cfg!(feature = "logto")),
    ("mailchimp", cfg!(feature = "mailchimp")),
    ("mailru", cfg!(feature = "mailru")),
    ("mastodon", cfg!(feature = "mastodon")),
    ("mercadolibre", cfg!(feature = "mercadolibre")),
    ("microsoft", cfg!(feature = "microsoft")),
    ("monday", cfg!(feature = "monday")),
    ("myanimelist", cfg!(feature = "myanimelist")),
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
    ("ping", cfg!(feature = "ping")),
    ("pinterest", cfg!(feature = "pinterest")),
    ("pipedrive", cfg!(feature = "pipedrive")),
    ("pocket-id", cfg!(feature = "pocket-id")),
    ("polar", cfg!(feature = "polar")),
    ("propelauth", cfg!(feature = "propelauth")),
    ("qq", cfg!(feature = "qq")),
    ("reddit", cfg!(feature = "reddit")),
    ("roblox", cfg!(feature = "roblox")),
    ("salesforce", cfg!(feature = "salesforce")),
    ("seznam", cfg!(feature = "seznam")),
    ("slack", cfg!(feature = "slack")),
    ("snapchat", cfg!(feature = "snapchat")),
    ("soundcloud", cfg!(feature = "soundcloud")),
    ("spotify", cfg!(feature = "spotify")),
    ("stackexchange", cfg!(feature = "stackexchange")),
    ("startgg", cfg!(feature = "startgg")),
    ("strava", cfg!(feature = "strava")),
    ("streamlabs", cfg!(feature = "streamlabs")),
    ("surfconext", cfg!(feature = "surfconext")),
    ("telegram", cfg!(feature = "telegram")),
    ("threads", cfg!(feature = "threads")),
    ("tiktok", cfg!(feature = "tiktok")),
    ("todoist", cfg!(feature = "todoist")),
    ("trakt", cfg!(feature = "trakt")),
    ("trovo", cfg!(feature = "trovo")),
    ("twitch", cfg!(feature = "twitch")),
    ("twitter", cfg!(feature = "twitter")),
    ("typeform", cfg!(feature = "typeform")),
    ("uber", cfg!(feature = "uber")),
    ("unsplash", cfg!(feature = "unsplash")),
    ("vatsim", cfg!(feature = "vatsim")),
    ("vercel", cfg!(feature = "vercel")),
    ("vimeo", cfg!(feature = "vimeo")),
    ("vipps", cfg!(feature = "vipps")),
    ("vk", cfg!(feature = "vk")),
    ("webflow", cfg!(feature = "webflow")),
    ("wechat", cfg!(feature = "wechat")),
    ("weibo", cfg!(feature = "weibo")),
    ("wikimedia", cfg!(feature = "wikimedia")),
    ("wordpress", cfg!(feature = "wordpress")),
    ("xero", cfg!(feature = "xero")),
    ("yahoo", cfg!(feature = "yahoo")),
    ("yandex", cfg!(feature = "yandex")),
    ("ynab", cfg!(feature = "ynab")),
    ("zalo", cfg!(feature = "zalo")),
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
