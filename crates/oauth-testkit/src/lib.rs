//! A provider to develop and test against: [`DevProvider`] plays any provider from its spec, on a loopback port of this
//! process, with people to sign in as and faults on demand.
//!
//! It checks requests as strictly as the spec allows and answers in the shapes that the spec reads, so a login that
//! works here has sent the right parameters, in the right places, once. An OpenID provider has metadata, keys and ID
//! tokens, with an [`IdTokenFault`] on demand. What it cannot know is how the real service differs from its spec.
//!
//! Whoever writes a provider holds it to [`conformance`], and whoever writes a provider or an application holds it against
//! the lies of a [`hostile`] one.
//!
//! ```
//! use oauth_bitbucket::BITBUCKET;
//! use oauth_core::{AuthorizationRequest, CallbackParameters, OAuthClient};
//! use oauth_reqwest::ReqwestClient;
//! use oauth_testkit::{Browser, DevProvider};
//!
//! # #[tokio::main]
//! # async fn main() -> oauth_core::Result<()> {
//! let provider = DevProvider::builder(&BITBUCKET).start().await?;
//! let client = OAuthClient::new(&BITBUCKET, provider.config(), ReqwestClient::new()?)?;
//!
//! let request = AuthorizationRequest::new("http://localhost:8000/auth/bitbucket/callback");
//! let authorization = client.authorization_url(&request)?;
//!
//! // What the person does in the browser.
//! let browser = Browser::new();
//! let page = browser.open(authorization.url()).await?;
//! let answer = browser.choose(&page, "jane").await?;
//! let callback = answer.location().expect("a redirect to the application");
//! let (_, code) = callback.query_pairs().find(|(name, _)| name == "code").expect("a code");
//!
//! let (_token, user) = client.sign_in(&code, authorization.pending(), &CallbackParameters::default()).await?;
//! assert_eq!(user.full_name().as_deref(), Some("Jane Doe"));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `browser` | yes | [`Browser`], which drives an application as a browser would: cookies, redirects, forms |

mod answer;
mod authorize;
#[cfg(feature = "browser")]
mod browser;
mod builder;
mod client_key;
pub mod conformance;
mod document;
mod endpoint;
mod fault;
mod grants;
pub mod hostile;
mod openid;
mod page;
mod person;
mod profile;
mod server;
mod shared;
mod token;
mod user_info;
mod wire;

#[cfg(feature = "browser")]
pub use browser::{Browser, BrowserRequest, Cookie, Page};
pub use builder::{DevProviderBuilder, PkceEnforcement};
pub use endpoint::{Endpoint, RecordedRequest};
pub use fault::Fault;
pub use openid::IdTokenFault;
pub use person::{EmailAccess, TestEmail, TestPerson};
pub use server::DevProvider;
