//! Every login provider, each behind a cargo feature of its name. None is on by default.
//!
//! ```toml
//! oauth-providers = { version = "0.1", features = ["bitbucket"] }
//! ```
//!
//! ```no_run
//! # #[cfg(feature = "bitbucket")]
//! # fn main() -> oauth_providers::oauth_core::Result<()> {
//! use oauth_providers::oauth_core::{HttpClient, ProviderConfig};
//!
//! # fn http() -> impl HttpClient { struct H; #[oauth_core::async_trait] impl HttpClient for H { async fn send(&self, _: oauth_core::HttpRequest) -> oauth_core::Result<oauth_core::HttpResponse> { Ok(oauth_core::HttpResponse::new(200, vec![])) } } H }
//! let registry = oauth_providers::registry()
//!     .http_client(http()) // oauth_reqwest::ReqwestClient::new()?
//!     .instance(ProviderConfig::new("bitbucket", "consumer-key", "consumer-secret"))
//!     .build()?;
//! let bitbucket = registry.get("bitbucket")?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "bitbucket"))]
//! # fn main() {}
//! ```

pub use oauth_core;

#[cfg(any(feature = "bitbucket", feature = "bitbucket-data-center"))]
pub use oauth_bitbucket as bitbucket;

#[cfg(feature = "amazon")]
pub mod amazon;
#[cfg(feature = "apple")]
pub mod apple;
#[cfg(feature = "atlassian")]
pub mod atlassian;
#[cfg(feature = "auth0")]
pub mod auth0;
#[cfg(feature = "authentik")]
pub mod authentik;
#[cfg(feature = "battlenet")]
pub mod battlenet;
#[cfg(feature = "box")]
pub mod r#box;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "digitalocean")]
pub mod digitalocean;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "dropbox")]
pub mod dropbox;
#[cfg(feature = "facebook")]
pub mod facebook;
#[cfg(feature = "figma")]
pub mod figma;
#[cfg(feature = "gitea")]
pub mod gitea;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "gitlab")]
pub mod gitlab;
#[cfg(feature = "google")]
pub mod google;
#[cfg(feature = "huggingface")]
pub mod huggingface;
#[cfg(feature = "instagram")]
pub mod instagram;
#[cfg(feature = "kakao")]
pub mod kakao;
#[cfg(feature = "keycloak")]
pub mod keycloak;
#[cfg(feature = "line")]
pub mod line;
#[cfg(feature = "linear")]
pub mod linear;
#[cfg(feature = "linkedin")]
pub mod linkedin;
#[cfg(feature = "mastodon")]
pub mod mastodon;
#[cfg(feature = "microsoft")]
pub mod microsoft;
#[cfg(feature = "naver")]
pub mod naver;
#[cfg(feature = "nextcloud")]
pub mod nextcloud;
#[cfg(feature = "notion")]
pub mod notion;
#[cfg(feature = "oauth2")]
pub mod oauth2;
#[cfg(feature = "oidc")]
pub mod oidc;
#[cfg(feature = "okta")]
pub mod okta;
#[cfg(feature = "patreon")]
pub mod patreon;
#[cfg(feature = "paypal")]
pub mod paypal;
#[cfg(feature = "reddit")]
pub mod reddit;
#[cfg(feature = "roblox")]
pub mod roblox;
#[cfg(feature = "salesforce")]
pub mod salesforce;
#[cfg(feature = "slack")]
pub mod slack;
#[cfg(feature = "spotify")]
pub mod spotify;
#[cfg(feature = "strava")]
pub mod strava;
#[cfg(feature = "telegram")]
pub mod telegram;
#[cfg(feature = "tiktok")]
pub mod tiktok;
#[cfg(feature = "twitch")]
pub mod twitch;
#[cfg(feature = "twitter")]
pub mod twitter;
#[cfg(feature = "vk")]
pub mod vk;
#[cfg(feature = "wechat")]
pub mod wechat;
#[cfg(feature = "yahoo")]
pub mod yahoo;
#[cfg(feature = "yandex")]
pub mod yandex;
#[cfg(feature = "zitadel")]
pub mod zitadel;
#[cfg(feature = "zoom")]
pub mod zoom;

use oauth_core::{Catalogue, Provider, Registry, RegistryBuilder};

/// The providers whose feature is on, and the names of all.
///
/// Naming them here keeps them in the program where self-registration does not work: a library that is linked from C, or wasm.
pub static CATALOGUE: Catalogue = Catalogue { providers: ENABLED, known: KNOWN, package: "oauth-providers" };

static KNOWN: &[&str] = &[
    "amazon",
    "apple",
    "atlassian",
    "auth0",
    "authentik",
    "battlenet",
    "bitbucket",
    "bitbucket-data-center",
    "box",
    "cognito",
    "digitalocean",
    "discord",
    "dropbox",
    "facebook",
    "figma",
    "gitea",
    "github",
    "gitlab",
    "google",
    "huggingface",
    "instagram",
    "kakao",
    "keycloak",
    "line",
    "linear",
    "linkedin",
    "mastodon",
    "microsoft",
    "naver",
    "nextcloud",
    "notion",
    "oauth2",
    "oidc",
    "okta",
    "patreon",
    "paypal",
    "reddit",
    "roblox",
    "salesforce",
    "slack",
    "spotify",
    "strava",
    "telegram",
    "tiktok",
    "twitch",
    "twitter",
    "vk",
    "wechat",
    "yahoo",
    "yandex",
    "zitadel",
    "zoom",
];

static ENABLED: &[&dyn Provider] = &[
    #[cfg(feature = "amazon")]
    &amazon::AMAZON,
    #[cfg(feature = "apple")]
    &apple::APPLE,
    #[cfg(feature = "atlassian")]
    &atlassian::ATLASSIAN,
    #[cfg(feature = "auth0")]
    &auth0::AUTH0,
    #[cfg(feature = "authentik")]
    &authentik::AUTHENTIK,
    #[cfg(feature = "battlenet")]
    &battlenet::BATTLENET,
    #[cfg(feature = "bitbucket")]
    &bitbucket::BITBUCKET,
    #[cfg(feature = "bitbucket-data-center")]
    &bitbucket::BITBUCKET_DATA_CENTER,
    #[cfg(feature = "box")]
    &r#box::BOX,
    #[cfg(feature = "cognito")]
    &cognito::COGNITO,
    #[cfg(feature = "digitalocean")]
    &digitalocean::DIGITALOCEAN,
    #[cfg(feature = "discord")]
    &discord::DISCORD,
    #[cfg(feature = "dropbox")]
    &dropbox::DROPBOX,
    #[cfg(feature = "facebook")]
    &facebook::FACEBOOK,
    #[cfg(feature = "figma")]
    &figma::FIGMA,
    #[cfg(feature = "gitea")]
    &gitea::GITEA,
    #[cfg(feature = "github")]
    &github::GITHUB,
    #[cfg(feature = "gitlab")]
    &gitlab::GITLAB,
    #[cfg(feature = "google")]
    &google::GOOGLE,
    #[cfg(feature = "huggingface")]
    &huggingface::HUGGINGFACE,
    #[cfg(feature = "instagram")]
    &instagram::INSTAGRAM,
    #[cfg(feature = "kakao")]
    &kakao::KAKAO,
    #[cfg(feature = "keycloak")]
    &keycloak::KEYCLOAK,
    #[cfg(feature = "line")]
    &line::LINE,
    #[cfg(feature = "linear")]
    &linear::LINEAR,
    #[cfg(feature = "linkedin")]
    &linkedin::LINKEDIN,
    #[cfg(feature = "mastodon")]
    &mastodon::MASTODON,
    #[cfg(feature = "microsoft")]
    &microsoft::MICROSOFT,
    #[cfg(feature = "naver")]
    &naver::NAVER,
    #[cfg(feature = "nextcloud")]
    &nextcloud::NEXTCLOUD,
    #[cfg(feature = "notion")]
    &notion::NOTION,
    #[cfg(feature = "oauth2")]
    &oauth2::OAUTH2,
    #[cfg(feature = "oidc")]
    &oidc::OIDC,
    #[cfg(feature = "okta")]
    &okta::OKTA,
    #[cfg(feature = "patreon")]
    &patreon::PATREON,
    #[cfg(feature = "paypal")]
    &paypal::PAYPAL,
    #[cfg(feature = "reddit")]
    &reddit::REDDIT,
    #[cfg(feature = "roblox")]
    &roblox::ROBLOX,
    #[cfg(feature = "salesforce")]
    &salesforce::SALESFORCE,
    #[cfg(feature = "slack")]
    &slack::SLACK,
    #[cfg(feature = "spotify")]
    &spotify::SPOTIFY,
    #[cfg(feature = "strava")]
    &strava::STRAVA,
    #[cfg(feature = "telegram")]
    &telegram::TELEGRAM,
    #[cfg(feature = "tiktok")]
    &tiktok::TIKTOK,
    #[cfg(feature = "twitch")]
    &twitch::TWITCH,
    #[cfg(feature = "twitter")]
    &twitter::TWITTER,
    #[cfg(feature = "vk")]
    &vk::VK,
    #[cfg(feature = "wechat")]
    &wechat::WECHAT,
    #[cfg(feature = "yahoo")]
    &yahoo::YAHOO,
    #[cfg(feature = "yandex")]
    &yandex::YANDEX,
    #[cfg(feature = "zitadel")]
    &zitadel::ZITADEL,
    #[cfg(feature = "zoom")]
    &zoom::ZOOM,
];

/// A registry builder that knows the providers whose feature is on.
///
/// ```
/// use oauth_providers::oauth_core::ErrorKind;
///
/// let registry = oauth_providers::registry().build()?;
/// let expected = if cfg!(feature = "bitbucket") { ErrorKind::ProviderNotConfigured } else { ErrorKind::ProviderNotCompiled };
/// assert_eq!(registry.get("bitbucket").unwrap_err().kind(), expected);
/// # Ok::<(), oauth_providers::oauth_core::Error>(())
/// ```
pub fn registry() -> RegistryBuilder {
    Registry::builder().catalogue(&CATALOGUE)
}
