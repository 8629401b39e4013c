//! Sign in with any OAuth 2.0 or OpenID provider in an [`actix_web`] application.
//!
//! Three things to add to an application: the [routes] of a [`Login`], a [`session_middleware`] around them, and the
//! extractor [`OAuthUser`] where a handler wants to know who is signed in.
//!
//! ```no_run
//! # #[cfg(feature = "actix-session")]
//! # mod example {
//! use actix_web::{App, HttpServer, web};
//! use oauth_actix::{Login, OAuthUser, SealedSessions, session_middleware};
//! use oauth_login::MemoryStore;
//!
//! async fn home() -> web::Html {
//!     web::Html::new(r#"<a href="/auth/bitbucket/login?next=/me">Sign in with Bitbucket</a>"#)
//! }
//!
//! async fn me(user: OAuthUser) -> web::Json<OAuthUser> {
//!     web::Json(user)
//! }
//!
//! # #[actix_web::main]
//! # pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = oauth_providers::registry().http_client(oauth_reqwest::ReqwestClient::new()?).from_env()?;
//! let login = Login::from_env(registry)?;
//! let sessions = SealedSessions::new(&login, MemoryStore::new());
//!
//! HttpServer::new(move || {
//!     App::new()
//!         .route("/", web::get().to(home))
//!         .route("/me", web::get().to(me))
//!         .service(oauth_actix::routes(login.clone()))
//!         .wrap(session_middleware(&login, sessions.clone()))
//! })
//! .bind(("127.0.0.1", 8000))?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! # }
//! # fn main() {}
//! ```
//!
//! An application with users of its own is asked about each login by [`LoginRoutes::on_login`], and can keep its own
//! sessions. [`LoginRoutes::on_link`] lets people connect accounts of several providers. Guards for whole groups of routes are [`require_sign_in`], [`require_verified_email`] and
//! [`require_provider`].
//!
//! All rules are in `oauth-login`; this crate only converts requests and answers.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `actix-session` | yes | [`session_middleware`]: who is signed in is kept in a session of `actix-session` |
//! | `rate-limit` | no | `LoginRoutes::rate_limit` and the middleware `rate_limit`: how often a client may ask |

mod convert;
mod guard;
mod link;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod routes;
#[cfg(feature = "actix-session")]
mod sealed_sessions;
#[cfg(feature = "actix-session")]
mod session;
#[cfg(not(feature = "actix-session"))]
#[path = "no_session.rs"]
mod session;
#[cfg(feature = "actix-session")]
mod store;
mod turned_away;
mod user;
#[cfg(feature = "actix-session")]
mod visit;

#[cfg(feature = "actix-session")]
pub use actix_session;
pub use guard::{RouteGuard, require_provider, require_sign_in, require_verified_email};
pub use link::NewLink;
pub use oauth_core::{EmailVerified, OAuthToken, OAuthUserInfo};
pub use oauth_login::{FailureCode, Login, LoginRecord, Refusal};
#[cfg(feature = "rate-limit")]
pub use oauth_login::{Quota, RateLimit, TrustedProxies};
#[cfg(feature = "rate-limit")]
pub use rate_limit::rate_limit;
pub use routes::{LoginRoutes, NewLogin, ResponseHeaders, routes};
#[cfg(feature = "actix-session")]
pub use sealed_sessions::SealedSessions;
#[cfg(feature = "actix-session")]
pub use session::{SessionMiddleware, session_middleware};
pub use turned_away::TurnedAway;
pub use user::{OAuthUser, RequireVerifiedEmail, Visitor};
