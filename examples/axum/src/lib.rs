//! A small application with a sign-in page, on axum.
//!
//! [`App`] shows what it takes; the pages are in `page.rs` and `examples/templates`.

mod page;
mod server;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::get,
};
use oauth_axum::{FailureCode, Login, OAuthUser, Refusal, TurnedAway, session_layer};
use oauth_core::{Error, ErrorKind, Result};
use oauth_providers::bitbucket::BITBUCKET;
use oauth_reqwest::ReqwestClient;
use oauth_testkit::DevProvider;
use serde::Deserialize;
use tower_sessions::MemoryStore;

use page::{Page, Site};
pub use server::run;

/// The application, ready to be served.
pub struct App {
    /// Its routes.
    pub router: Router,
    /// What its logins are set up with.
    pub login: Login,
    /// Where people sign in while no provider is configured. It stops when this is dropped.
    pub development: Option<DevProvider>,
}

impl App {
    /// Sets up the application by variables as in the environment.
    ///
    /// # Errors
    ///
    /// A setting is missing or wrong; the error names it.
    pub async fn from_vars(variables: &[(String, String)]) -> Result<Self> {
        if variables.iter().any(|(name, _)| name == "OAUTH_STORE_URL") {
            let message = "OAUTH_STORE_URL is set, but this build keeps sessions in memory only";
            return Err(Error::new(ErrorKind::Configuration, message).with_remedy("Unset OAUTH_STORE_URL"));
        }
        let http = Arc::new(ReqwestClient::new()?);
        let registry = || oauth_providers::registry().shared_http_client(http.clone());
        let mut providers = registry().from_vars(variables.iter().cloned())?;
        let mut development = None;
        if providers.iter().next().is_none() {
            let provider = DevProvider::builder(&BITBUCKET).start().await?;
            providers = registry().instance(provider.config()).build()?;
            development = Some(provider);
        }
        let login = Login::from_vars(providers, variables.iter().cloned())?;

        let site = Arc::new(Site::new(&login, development.as_ref())?);
        let router = Router::new()
            .route("/", get(home))
            .with_state(site)
            .route("/me", get(me))
            .route("/health", get(|| async { "ok" }))
            .merge(oauth_axum::routes(login.clone()))
            .layer(session_layer(&login, MemoryStore::default()))
            .layer(map_response(protect));
        Ok(Self { router, login, development })
    }
}

#[derive(Deserialize)]
struct HomeQuery {
    error: Option<String>,
}

async fn home(
    State(site): State<Arc<Site>>,
    user: Option<OAuthUser>,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Page {
    let code = query.ok().and_then(|Query(query)| FailureCode::from_code(&query.error?));
    site.home(user.as_deref(), code.map(FailureCode::message))
}

async fn me(user: Option<OAuthUser>) -> Result<Json<OAuthUser>, TurnedAway> {
    // A program's address: 401 for a browser too, and not the way to the sign-in page.
    user.map(Json).ok_or(Refusal::NotSignedIn.into())
}

/// What every answer has unless it says otherwise itself.
async fn protect(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 4] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
        // Not `no-referrer`: the sign-out form's request would then hide its origin, and older browsers say in no other
        // way that it comes from this site.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
