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

#[cfg(feature = "apple")]
pub mod apple;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "facebook")]
pub mod facebook;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "gitlab")]
pub mod gitlab;
#[cfg(feature = "google")]
pub mod google;
#[cfg(feature = "linkedin")]
pub mod linkedin;
#[cfg(feature = "microsoft")]
pub mod microsoft;
#[cfg(feature = "oauth2")]
pub mod oauth2;
#[cfg(feature = "oidc")]
pub mod oidc;
#[cfg(feature = "slack")]
pub mod slack;
#[cfg(feature = "twitter")]
pub mod twitter;

use oauth_core::{Catalogue, Provider, Registry, RegistryBuilder};

/// The providers whose feature is on, and the names of all.
///
/// Naming them here keeps them in the program where self-registration does not work: a library that is linked from C, or wasm.
pub static CATALOGUE: Catalogue = Catalogue { providers: ENABLED, known: KNOWN, package: "oauth-providers" };

static KNOWN: &[&str] = &[
    "apple",
    "bitbucket",
    "bitbucket-data-center",
    "discord",
    "facebook",
    "github",
    "gitlab",
    "google",
    "linkedin",
    "microsoft",
    "oauth2",
    "oidc",
    "slack",
    "twitter",
];

static ENABLED: &[&dyn Provider] = &[
    #[cfg(feature = "apple")]
    &apple::APPLE,
    #[cfg(feature = "bitbucket")]
    &bitbucket::BITBUCKET,
    #[cfg(feature = "bitbucket-data-center")]
    &bitbucket::BITBUCKET_DATA_CENTER,
    #[cfg(feature = "discord")]
    &discord::DISCORD,
    #[cfg(feature = "facebook")]
    &facebook::FACEBOOK,
    #[cfg(feature = "github")]
    &github::GITHUB,
    #[cfg(feature = "gitlab")]
    &gitlab::GITLAB,
    #[cfg(feature = "google")]
    &google::GOOGLE,
    #[cfg(feature = "linkedin")]
    &linkedin::LINKEDIN,
    #[cfg(feature = "microsoft")]
    &microsoft::MICROSOFT,
    #[cfg(feature = "oauth2")]
    &oauth2::OAUTH2,
    #[cfg(feature = "oidc")]
    &oidc::OIDC,
    #[cfg(feature = "slack")]
    &slack::SLACK,
    #[cfg(feature = "twitter")]
    &twitter::TWITTER,
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
