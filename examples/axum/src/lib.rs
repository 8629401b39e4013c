//! A small application with a sign-in page, on axum.
//!
//! [`App`] shows what it takes. Settings and pages are in `examples/shared`, for both web examples.

mod server;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use example_shared::{HEADERS, HomeQuery, Setup};
use oauth_axum::{Login, OAuthUser, Refusal, SealedSessions, TurnedAway, session_layer};
use oauth_core::Result;
use oauth_testkit::DevProvider;

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
        Ok(Self::new(Setup::from_vars(variables).await?))
    }

    fn new(Setup { login, sessions, site, development }: Setup) -> Self {
        let router = Router::new()
            .route("/", get(home))
            .with_state(Arc::new(site))
            .route("/me", get(me))
            .route("/health", get(|| async { "ok" }))
            .merge(oauth_axum::routes(login.clone()))
            .layer(session_layer(&login, SealedSessions::from(sessions)))
            .layer(map_response(protect));
        Self { router, login, development }
    }
}

async fn home(
    State(site): State<Arc<example_shared::Site>>,
    user: Option<OAuthUser>,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Result<impl IntoResponse, StatusCode> {
    let message = query.ok().and_then(|Query(query)| query.message());
    let html = site.home(user.as_deref(), message).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(header::CONTENT_SECURITY_POLICY, site.policy().to_owned())], Html(html)))
}

async fn me(user: Option<OAuthUser>) -> Result<Json<OAuthUser>, TurnedAway> {
    // A program's address: 401 for a browser too, and not the way to the sign-in page.
    user.map(Json).ok_or(Refusal::NotSignedIn.into())
}

async fn protect(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
