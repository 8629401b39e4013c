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
#[cfg(feature = "anilist")]
pub mod anilist;
#[cfg(feature = "apple")]
pub mod apple;
#[cfg(feature = "asana")]
pub mod asana;
#[cfg(feature = "asgardeo")]
pub mod asgardeo;
#[cfg(feature = "atlassian")]
pub mod atlassian;
#[cfg(feature = "auth0")]
pub mod auth0;
#[cfg(feature = "authelia")]
pub mod authelia;
#[cfg(feature = "authentik")]
pub mod authentik;
#[cfg(feature = "battlenet")]
pub mod battlenet;
#[cfg(feature = "box")]
pub mod r#box;
#[cfg(feature = "bungie")]
pub mod bungie;
#[cfg(feature = "calendly")]
pub mod calendly;
#[cfg(feature = "cilogon")]
pub mod cilogon;
#[cfg(feature = "classlink")]
pub mod classlink;
#[cfg(feature = "clerk")]
pub mod clerk;
#[cfg(feature = "clever")]
pub mod clever;
#[cfg(feature = "clickup")]
pub mod clickup;
#[cfg(feature = "cloudfoundry")]
pub mod cloudfoundry;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "coinbase")]
pub mod coinbase;
#[cfg(feature = "dataporten")]
pub mod dataporten;
#[cfg(feature = "descope")]
pub mod descope;
#[cfg(feature = "deviantart")]
pub mod deviantart;
#[cfg(feature = "digitalocean")]
pub mod digitalocean;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "dribbble")]
pub mod dribbble;
#[cfg(feature = "dropbox")]
pub mod dropbox;
#[cfg(feature = "duende-identityserver")]
pub mod duende_identityserver;
#[cfg(feature = "egi-checkin")]
pub mod egi_checkin;
#[cfg(feature = "etsy")]
pub mod etsy;
#[cfg(feature = "eveonline")]
pub mod eveonline;
#[cfg(feature = "facebook")]
pub mod facebook;
#[cfg(feature = "faceit")]
pub mod faceit;
#[cfg(feature = "feishu")]
pub mod feishu;
#[cfg(feature = "figma")]
pub mod figma;
#[cfg(feature = "franceconnect")]
pub mod franceconnect;
#[cfg(feature = "freshbooks")]
pub mod freshbooks;
#[cfg(feature = "fusionauth")]
pub mod fusionauth;
#[cfg(feature = "gitea")]
pub mod gitea;
#[cfg(feature = "gitee")]
pub mod gitee;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "gitlab")]
pub mod gitlab;
#[cfg(feature = "globus")]
pub mod globus;
#[cfg(feature = "google")]
pub mod google;
#[cfg(feature = "govbr")]
pub mod govbr;
#[cfg(feature = "harvest")]
pub mod harvest;
#[cfg(feature = "headhunter")]
pub mod headhunter;
#[cfg(feature = "heroku")]
pub mod heroku;
#[cfg(feature = "huggingface")]
pub mod huggingface;
#[cfg(feature = "id-me")]
pub mod id_me;
#[cfg(feature = "instagram")]
pub mod instagram;
#[cfg(feature = "intercom")]
pub mod intercom;
#[cfg(feature = "jumpcloud")]
pub mod jumpcloud;
#[cfg(feature = "kakao")]
pub mod kakao;
#[cfg(feature = "kanidm")]
pub mod kanidm;
#[cfg(feature = "keycloak")]
pub mod keycloak;
#[cfg(feature = "kick")]
pub mod kick;
#[cfg(feature = "kinde")]
pub mod kinde;
#[cfg(feature = "lichess")]
pub mod lichess;
#[cfg(feature = "lifescience-login")]
pub mod lifescience_login;
#[cfg(feature = "line")]
pub mod line;
#[cfg(feature = "linear")]
pub mod linear;
#[cfg(feature = "linkedin")]
pub mod linkedin;
#[cfg(feature = "logto")]
pub mod logto;
#[cfg(feature = "mailchimp")]
pub mod mailchimp;
#[cfg(feature = "mailru")]
pub mod mailru;
#[cfg(feature = "mastodon")]
pub mod mastodon;
#[cfg(feature = "mercadolibre")]
pub mod mercadolibre;
#[cfg(feature = "microsoft")]
pub mod microsoft;
#[cfg(feature = "monday")]
pub mod monday;
#[cfg(feature = "myanimelist")]
pub mod myanimelist;
#[cfg(feature = "naver")]
pub mod naver;
#[cfg(feature = "netlify")]
pub mod netlify;
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
#[cfg(feature = "onelogin")]
pub mod onelogin;
#[cfg(feature = "openstreetmap")]
pub mod openstreetmap;
#[cfg(feature = "orcid")]
pub mod orcid;
#[cfg(feature = "ory")]
pub mod ory;
#[cfg(feature = "osu")]
pub mod osu;
#[cfg(feature = "patreon")]
pub mod patreon;
#[cfg(feature = "paypal")]
pub mod paypal;
#[cfg(feature = "ping")]
pub mod ping;
#[cfg(feature = "pinterest")]
pub mod pinterest;
#[cfg(feature = "pipedrive")]
pub mod pipedrive;
#[cfg(feature = "pocket-id")]
pub mod pocket_id;
#[cfg(feature = "polar")]
pub mod polar;
#[cfg(feature = "propelauth")]
pub mod propelauth;
#[cfg(feature = "qq")]
pub mod qq;
#[cfg(feature = "reddit")]
pub mod reddit;
#[cfg(feature = "roblox")]
pub mod roblox;
#[cfg(feature = "salesforce")]
pub mod salesforce;
#[cfg(feature = "seznam")]
pub mod seznam;
#[cfg(feature = "slack")]
pub mod slack;
#[cfg(feature = "snapchat")]
pub mod snapchat;
#[cfg(feature = "soundcloud")]
pub mod soundcloud;
#[cfg(feature = "spotify")]
pub mod spotify;
#[cfg(feature = "stackexchange")]
pub mod stackexchange;
#[cfg(feature = "startgg")]
pub mod startgg;
#[cfg(feature = "strava")]
pub mod strava;
#[cfg(feature = "streamlabs")]
pub mod streamlabs;
#[cfg(feature = "surfconext")]
pub mod surfconext;
#[cfg(feature = "telegram")]
pub mod telegram;
#[cfg(feature = "threads")]
pub mod threads;
#[cfg(feature = "tiktok")]
pub mod tiktok;
#[cfg(feature = "todoist")]
pub mod todoist;
#[cfg(feature = "trakt")]
pub mod trakt;
#[cfg(feature = "trovo")]
pub mod trovo;
#[cfg(feature = "twitch")]
pub mod twitch;
#[cfg(feature = "twitter")]
pub mod twitter;
#[cfg(feature = "typeform")]
pub mod typeform;
#[cfg(feature = "uber")]
pub mod uber;
#[cfg(feature = "unsplash")]
pub mod unsplash;
#[cfg(feature = "vatsim")]
pub mod vatsim;
#[cfg(feature = "vercel")]
pub mod vercel;
#[cfg(feature = "vimeo")]
pub mod vimeo;
#[cfg(feature = "vipps")]
pub mod vipps;
#[cfg(feature = "vk")]
pub mod vk;
#[cfg(feature = "webflow")]
pub mod webflow;
#[cfg(feature = "wechat")]
pub mod wechat;
#[cfg(feature = "weibo")]
pub mod weibo;
#[cfg(feature = "wikimedia")]
pub mod wikimedia;
#[cfg(feature = "wordpress")]
pub mod wordpress;
#[cfg(feature = "xero")]
pub mod xero;
#[cfg(feature = "yahoo")]
pub mod yahoo;
#[cfg(feature = "yandex")]
pub mod yandex;
#[cfg(feature = "ynab")]
pub mod ynab;
#[cfg(feature = "zalo")]
pub mod zalo;
#[cfg(feature = "zitadel")]
pub mod zitadel;
#[cfg(feature = "zoho")]
pub mod zoho;
#[cfg(feature = "zoom")]
pub mod zoom;

use oauth_core::{Catalogue, Provider, Registry, RegistryBuilder};

/// The providers whose feature is on, and the names of all.
///
/// Naming them here keeps them in the program where self-registration does not work: a library that is linked from C, or wasm.
pub static CATALOGUE: Catalogue = Catalogue { providers: ENABLED, known: KNOWN, package: "oauth-providers" };

static KNOWN: &[&str] = &[
    "amazon",
    "anilist",
    "apple",
    "asana",
    "asgardeo",
    "atlassian",
    "auth0",
    "authelia",
    "authentik",
    "battlenet",
    "bitbucket",
    "bitbucket-data-center",
    "box",
    "bungie",
    "calendly",
    "cilogon",
    "classlink",
    "clerk",
    "clever",
    "clickup",
    "cloudfoundry",
    "cognito",
    "coinbase",
    "dataporten",
    "descope",
    "deviantart",
    "digitalocean",
    "discord",
    "dribbble",
    "dropbox",
    "duende-identityserver",
    "egi-checkin",
    "etsy",
    "eveonline",
    "facebook",
    "faceit",
    "feishu",
    "figma",
    "franceconnect",
    "freshbooks",
    "fusionauth",
    "gitea",
    "gitee",
    "github",
    "gitlab",
    "globus",
    "google",
    "govbr",
    "harvest",
    "headhunter",
    "heroku",
    "huggingface",
    "id-me",
    "instagram",
    "intercom",
    "jumpcloud",
    "kakao",
    "kanidm",
    "keycloak",
    "kick",
    "kinde",
    "lichess",
    "lifescience-login",
    "line",
    "linear",
    "linkedin",
    "logto",
    "mailchimp",
    "mailru",
    "mastodon",
    "mercadolibre",
    "microsoft",
    "monday",
    "myanimelist",
    "naver",
    "netlify",
    "nextcloud",
    "notion",
    "oauth2",
    "oidc",
    "okta",
    "onelogin",
    "openstreetmap",
    "orcid",
    "ory",
    "osu",
    "patreon",
    "paypal",
    "ping",
    "pinterest",
    "pipedrive",
    "pocket-id",
    "polar",
    "propelauth",
    "qq",
    "reddit",
    "roblox",
    "salesforce",
    "seznam",
    "slack",
    "snapchat",
    "soundcloud",
    "spotify",
    "stackexchange",
    "startgg",
    "strava",
    "streamlabs",
    "surfconext",
    "telegram",
    "threads",
    "tiktok",
    "todoist",
    "trakt",
    "trovo",
    "twitch",
    "twitter",
    "typeform",
    "uber",
    "unsplash",
    "vatsim",
    "vercel",
    "vimeo",
    "vipps",
    "vk",
    "webflow",
    "wechat",
    "weibo",
    "wikimedia",
    "wordpress",
    "xero",
    "yahoo",
    "yandex",
    "ynab",
    "zalo",
    "zitadel",
    "zoho",
    "zoom",
];

static ENABLED: &[&dyn Provider] = &[
    #[cfg(feature = "amazon")]
    &amazon::AMAZON,
    #[cfg(feature = "anilist")]
    &anilist::ANILIST,
    #[cfg(feature = "apple")]
    &apple::APPLE,
    #[cfg(feature = "asana")]
    &asana::ASANA,
    #[cfg(feature = "asgardeo")]
    &asgardeo::ASGARDEO,
    #[cfg(feature = "atlassian")]
    &atlassian::ATLASSIAN,
    #[cfg(feature = "auth0")]
    &auth0::AUTH0,
    #[cfg(feature = "authelia")]
    &authelia::AUTHELIA,
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
    #[cfg(feature = "bungie")]
    &bungie::BUNGIE,
    #[cfg(feature = "calendly")]
    &calendly::CALENDLY,
    #[cfg(feature = "cilogon")]
    &cilogon::CILOGON,
    #[cfg(feature = "classlink")]
    &classlink::CLASSLINK,
    #[cfg(feature = "clerk")]
    &clerk::CLERK,
    #[cfg(feature = "clever")]
    &clever::CLEVER,
    #[cfg(feature = "clickup")]
    &clickup::CLICKUP,
    #[cfg(feature = "cloudfoundry")]
    &cloudfoundry::CLOUDFOUNDRY,
    #[cfg(feature = "cognito")]
    &cognito::COGNITO,
    #[cfg(feature = "coinbase")]
    &coinbase::COINBASE,
    #[cfg(feature = "dataporten")]
    &dataporten::DATAPORTEN,
    #[cfg(feature = "descope")]
    &descope::DESCOPE,
    #[cfg(feature = "deviantart")]
    &deviantart::DEVIANTART,
    #[cfg(feature = "digitalocean")]
    &digitalocean::DIGITALOCEAN,
    #[cfg(feature = "discord")]
    &discord::DISCORD,
    #[cfg(feature = "dribbble")]
    &dribbble::DRIBBBLE,
    #[cfg(feature = "dropbox")]
    &dropbox::DROPBOX,
    #[cfg(feature = "duende-identityserver")]
    &duende_identityserver::DUENDE_IDENTITYSERVER,
    #[cfg(feature = "egi-checkin")]
    &egi_checkin::EGI_CHECKIN,
    #[cfg(feature = "etsy")]
    &etsy::ETSY,
    #[cfg(feature = "eveonline")]
    &eveonline::EVEONLINE,
    #[cfg(feature = "facebook")]
    &facebook::FACEBOOK,
    #[cfg(feature = "faceit")]
    &faceit::FACEIT,
    #[cfg(feature = "feishu")]
    &feishu::FEISHU,
    #[cfg(feature = "figma")]
    &figma::FIGMA,
    #[cfg(feature = "franceconnect")]
    &franceconnect::FRANCECONNECT,
    #[cfg(feature = "freshbooks")]
    &freshbooks::FRESHBOOKS,
    #[cfg(feature = "fusionauth")]
    &fusionauth::FUSIONAUTH,
    #[cfg(feature = "gitea")]
    &gitea::GITEA,
    #[cfg(feature = "gitee")]
    &gitee::GITEE,
    #[cfg(feature = "github")]
    &github::GITHUB,
    #[cfg(feature = "gitlab")]
    &gitlab::GITLAB,
    #[cfg(feature = "globus")]
    &globus::GLOBUS,
    #[cfg(feature = "google")]
    &google::GOOGLE,
    #[cfg(feature = "govbr")]
    &govbr::GOVBR,
    #[cfg(feature = "harvest")]
    &harvest::HARVEST,
    #[cfg(feature = "headhunter")]
    &headhunter::HEADHUNTER,
    #[cfg(feature = "heroku")]
    &heroku::HEROKU,
    #[cfg(feature = "huggingface")]
    &huggingface::HUGGINGFACE,
    #[cfg(feature = "id-me")]
    &id_me::ID_ME,
    #[cfg(feature = "instagram")]
    &instagram::INSTAGRAM,
    #[cfg(feature = "intercom")]
    &intercom::INTERCOM,
    #[cfg(feature = "jumpcloud")]
    &jumpcloud::JUMPCLOUD,
    #[cfg(feature = "kakao")]
    &kakao::KAKAO,
    #[cfg(feature = "kanidm")]
    &kanidm::KANIDM,
    #[cfg(feature = "keycloak")]
    &keycloak::KEYCLOAK,
    #[cfg(feature = "kick")]
    &kick::KICK,
    #[cfg(feature = "kinde")]
    &kinde::KINDE,
    #[cfg(feature = "lichess")]
    &lichess::LICHESS,
    #[cfg(feature = "lifescience-login")]
    &lifescience_login::LIFESCIENCE_LOGIN,
    #[cfg(feature = "line")]
    &line::LINE,
    #[cfg(feature = "linear")]
    &linear::LINEAR,
    #[cfg(feature = "linkedin")]
    &linkedin::LINKEDIN,
    #[cfg(feature = "logto")]
    &logto::LOGTO,
    #[cfg(feature = "mailchimp")]
    &mailchimp::MAILCHIMP,
    #[cfg(feature = "mailru")]
    &mailru::MAILRU,
    #[cfg(feature = "mastodon")]
    &mastodon::MASTODON,
    #[cfg(feature = "mercadolibre")]
    &mercadolibre::MERCADOLIBRE,
    #[cfg(feature = "microsoft")]
    &microsoft::MICROSOFT,
    #[cfg(feature = "monday")]
    &monday::MONDAY,
    #[cfg(feature = "myanimelist")]
    &myanimelist::MYANIMELIST,
    #[cfg(feature = "naver")]
    &naver::NAVER,
    #[cfg(feature = "netlify")]
    &netlify::NETLIFY,
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
    #[cfg(feature = "onelogin")]
    &onelogin::ONELOGIN,
    #[cfg(feature = "openstreetmap")]
    &openstreetmap::OPENSTREETMAP,
    #[cfg(feature = "orcid")]
    &orcid::ORCID,
    #[cfg(feature = "ory")]
    &ory::ORY,
    #[cfg(feature = "osu")]
    &osu::OSU,
    #[cfg(feature = "patreon")]
    &patreon::PATREON,
    #[cfg(feature = "paypal")]
    &paypal::PAYPAL,
    #[cfg(feature = "ping")]
    &ping::PING,
    #[cfg(feature = "pinterest")]
    &pinterest::PINTEREST,
    #[cfg(feature = "pipedrive")]
    &pipedrive::PIPEDRIVE,
    #[cfg(feature = "pocket-id")]
    &pocket_id::POCKET_ID,
    #[cfg(feature = "polar")]
    &polar::POLAR,
    #[cfg(feature = "propelauth")]
    &propelauth::PROPELAUTH,
    #[cfg(feature = "qq")]
    &qq::QQ,
    #[cfg(feature = "reddit")]
    &reddit::REDDIT,
    #[cfg(feature = "roblox")]
    &roblox::ROBLOX,
    #[cfg(feature = "salesforce")]
    &salesforce::SALESFORCE,
    #[cfg(feature = "seznam")]
    &seznam::SEZNAM,
    #[cfg(feature = "slack")]
    &slack::SLACK,
    #[cfg(feature = "snapchat")]
    &snapchat::SNAPCHAT,
    #[cfg(feature = "soundcloud")]
    &soundcloud::SOUNDCLOUD,
    #[cfg(feature = "spotify")]
    &spotify::SPOTIFY,
    #[cfg(feature = "stackexchange")]
    &stackexchange::STACKEXCHANGE,
    #[cfg(feature = "startgg")]
    &startgg::STARTGG,
    #[cfg(feature = "strava")]
    &strava::STRAVA,
    #[cfg(feature = "streamlabs")]
    &streamlabs::STREAMLABS,
    #[cfg(feature = "surfconext")]
    &surfconext::SURFCONEXT,
    #[cfg(feature = "telegram")]
    &telegram::TELEGRAM,
    #[cfg(feature = "threads")]
    &threads::THREADS,
    #[cfg(feature = "tiktok")]
    &tiktok::TIKTOK,
    #[cfg(feature = "todoist")]
    &todoist::TODOIST,
    #[cfg(feature = "trakt")]
    &trakt::TRAKT,
    #[cfg(feature = "trovo")]
    &trovo::TROVO,
    #[cfg(feature = "twitch")]
    &twitch::TWITCH,
    #[cfg(feature = "twitter")]
    &twitter::TWITTER,
    #[cfg(feature = "typeform")]
    &typeform::TYPEFORM,
    #[cfg(feature = "uber")]
    &uber::UBER,
    #[cfg(feature = "unsplash")]
    &unsplash::UNSPLASH,
    #[cfg(feature = "vatsim")]
    &vatsim::VATSIM,
    #[cfg(feature = "vercel")]
    &vercel::VERCEL,
    #[cfg(feature = "vimeo")]
    &vimeo::VIMEO,
    #[cfg(feature = "vipps")]
    &vipps::VIPPS,
    #[cfg(feature = "vk")]
    &vk::VK,
    #[cfg(feature = "webflow")]
    &webflow::WEBFLOW,
    #[cfg(feature = "wechat")]
    &wechat::WECHAT,
    #[cfg(feature = "weibo")]
    &weibo::WEIBO,
    #[cfg(feature = "wikimedia")]
    &wikimedia::WIKIMEDIA,
    #[cfg(feature = "wordpress")]
    &wordpress::WORDPRESS,
    #[cfg(feature = "xero")]
    &xero::XERO,
    #[cfg(feature = "yahoo")]
    &yahoo::YAHOO,
    #[cfg(feature = "yandex")]
    &yandex::YANDEX,
    #[cfg(feature = "ynab")]
    &ynab::YNAB,
    #[cfg(feature = "zalo")]
    &zalo::ZALO,
    #[cfg(feature = "zitadel")]
    &zitadel::ZITADEL,
    #[cfg(feature = "zoho")]
    &zoho::ZOHO,
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
