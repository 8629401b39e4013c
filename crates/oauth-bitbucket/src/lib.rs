//! Sign in with Bitbucket.
//!
//! Bitbucket Cloud, `bitbucket` in the registry, with the feature `cloud`, which is on by default: `BITBUCKET`. Bitbucket Data Center, `bitbucket-data-center` in the registry, with the
//! feature `data-center`: `BITBUCKET_DATA_CENTER`.
//!
//! An OAuth consumer is made in the workspace's settings under "OAuth consumers", with the callback URL
//! `https://your.app/auth/bitbucket/callback` and the permissions "Account: Read" and "Email: Read". Its Key is the client id, its
//! Secret the client secret.
//!
//! ```
//! use oauth_core::{ProviderConfig, Registry};
//! # use oauth_core::{HttpClient, HttpRequest, HttpResponse, Result, async_trait};
//! # struct Http;
//! # #[async_trait]
//! # impl HttpClient for Http {
//! #     async fn send(&self, _: HttpRequest) -> Result<HttpResponse> { Ok(HttpResponse::new(200, vec![])) }
//! # }
//! let registry = Registry::builder()
//!     .http_client(Http)
//!     .provider(&oauth_bitbucket::BITBUCKET)
//!     .instance(ProviderConfig::new("bitbucket", "consumer-key", "consumer-secret"))
//!     .build()?;
//! assert_eq!(registry.get("bitbucket")?.scopes(), ["account", "email"]);
//! # Ok::<(), oauth_core::Error>(())
//! ```

#[cfg(feature = "cloud")]
mod cloud;
#[cfg(feature = "data-center")]
mod data_center;
#[cfg(feature = "profile")]
mod profile;
#[cfg(feature = "cloud")]
pub mod scope;

#[cfg(feature = "cloud")]
pub use cloud::BITBUCKET;
#[cfg(feature = "data-center")]
pub use data_center::{BITBUCKET_DATA_CENTER, DataCenter};
#[cfg(feature = "profile")]
pub use profile::{EmailAddress, Link, Links, Profile};

/// simple-icons, CC0.
#[cfg(any(feature = "cloud", feature = "data-center"))]
const ICON: &str = "M.778 1.213a.768.768 0 00-.768.892l3.263 19.81c.084.5.515.868 1.022.873H19.95a.772.772 0 00.77-.646l3.27-20.03a.768.768 0 00-.768-.891zM14.52 15.53H9.522L8.17 8.466h7.561z";
