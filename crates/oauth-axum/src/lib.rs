//! Sign in with any OAuth 2.0 or OpenID provider in an [axum] application.
//!
//! Three things to add to a router: the [routes] of a [`Login`], a [`session_layer`] around them, and the extractor
//! [`OAuthUser`] where a handler wants to know who is signed in.
//!
//! ```no_run
//! # #[cfg(feature = "tower-sessions")]
//! # mod example {
//! use axum::{Json, Router, response::Html, routing::get};
//! use oauth_axum::{Login, OAuthUser, session_layer};
//! use tower_sessions::MemoryStore;
//!
//! # pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = oauth_providers::registry().http_client(oauth_reqwest::ReqwestClient::new()?).from_env()?;
//! let login = Login::from_env(registry)?;
//!
//! let app = Router::new()
//!     .route("/", get(|| async { Html(r#"<a href="/auth/bitbucket/login?next=/me">Sign in with Bitbucket</a>"#) }))
//!     .route("/me", get(|user: OAuthUser| async { Json(user) }))
//!     .merge(oauth_axum::routes(login.clone()))
//!     .layer(session_layer(&login, MemoryStore::default()));
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
//! axum::serve(listener, app).await?;
//! # Ok(())
//! # }
//! # }
//! # fn main() {}
//! ```
//!
//! An application with users of its own is asked about each login by [`LoginRoutes::on_login`], and can keep its own
//! sessions. [`LoginRoutes::on_link`] lets people connect accounts of several providers. Guards for whole groups of routes are [`require_provider`] and, with
//! [`from_extractor`](axum::middleware::from_extractor), [`OAuthUser`] and [`RequireVerifiedEmail`].
//!
//! All rules are in `oauth-login`; this crate only converts requests and answers.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `tower-sessions` | yes | [`session_layer`]: who is signed in is kept in a session of `tower-sessions` |
//! | `rate-limit` | no | `LoginRoutes::rate_limit` and the layer `rate_limit`: how often a client may ask |

mod convert;
mod link;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod routes;
#[cfg(feature = "tower-sessions")]
mod sealed_sessions;
#[cfg(feature = "tower-sessions")]
mod session;
#[cfg(not(feature = "tower-sessions"))]
#[path = "no_session.rs"]
mod session;
#[cfg(feature = "tower-sessions")]
mod strict_logout;
mod turned_away;
mod user;

pub use link::NewLink;
pub use oauth_core::{EmailVerified, OAuthToken, OAuthUserInfo};
pub use oauth_login::{FailureCode, Login, LoginRecord, Refusal};
#[cfg(feature = "rate-limit")]
pub use oauth_login::{Quota, RateLimit, TrustedProxies};
#[cfg(feature = "rate-limit")]
pub use rate_limit::{RateLimitLayer, rate_limit};
pub use routes::{LoginRoutes, NewLogin, routes};
#[cfg(feature = "tower-sessions")]
pub use sealed_sessions::SealedSessions;
#[cfg(feature = "tower-sessions")]
pub use session::{SessionLayer, session_layer};
#[cfg(feature = "tower-sessions")]
pub use strict_logout::StrictLogout;
#[cfg(feature = "tower-sessions")]
pub use tower_sessions;
pub use turned_away::TurnedAway;
pub use user::{OAuthUser, RequireVerifiedEmail, RequiredProvider, SignedInWith, require_provider};
