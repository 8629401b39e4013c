//! A small application with a sign-in page, on actix-web.
//!
//! [`App`] shows what it takes. Settings and pages are in `examples/shared`, for both web examples.

mod server;

use actix_web::{
    FromRequest, Handler, HttpResponse, Resource, Responder,
    http::header::{CONTENT_SECURITY_POLICY, ContentType},
    middleware::DefaultHeaders,
    web::{self, Data, Json, Query},
};
use example_shared::{HEADERS, HomeQuery, Setup};
use oauth_actix::{
    Login, OAuthUser, Refusal, SealedSessions, SessionMiddleware, TurnedAway, Visitor, session_middleware,
};
use oauth_core::Result;
use oauth_testkit::DevProvider;

pub use server::run;

/// The application, ready to be served.
#[derive(Clone)]
pub struct App(Data<Setup>);

impl App {
    /// Sets up the application by variables as in the environment.
    ///
    /// # Errors
    ///
    /// A setting is missing or wrong; the error names it.
    pub async fn from_vars(variables: &[(String, String)]) -> Result<Self> {
        Ok(Self(Data::new(Setup::from_vars(variables).await?)))
    }

    /// What its logins are set up with.
    #[must_use]
    pub fn login(&self) -> &Login {
        &self.0.login
    }

    /// Where people sign in while no provider is configured. It stops when the last clone of this is dropped.
    #[must_use]
    pub fn development(&self) -> Option<&DevProvider> {
        self.0.development.as_ref()
    }

    /// Its routes, for [`actix_web::App::configure`].
    fn configure(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.0.clone())
            .service(page("/", home))
            .service(page("/me", me))
            .service(page("/health", || async { "ok" }))
            .service(oauth_actix::routes(self.0.login.clone()));
    }

    fn sessions(&self) -> SessionMiddleware {
        session_middleware(&self.0.login, SealedSessions::from(self.0.sessions.clone()))
    }
}

/// Answers `GET`, and `HEAD` like it.
fn page<H, Arguments>(path: &str, handler: H) -> Resource
where
    H: Handler<Arguments> + Clone,
    H::Output: Responder + 'static,
    Arguments: FromRequest + 'static,
{
    web::resource(path).route(web::get().to(handler.clone())).route(web::head().to(handler))
}

async fn home(
    setup: Data<Setup>,
    Visitor(user): Visitor,
    query: Result<Query<HomeQuery>, actix_web::Error>,
) -> HttpResponse {
    let message = query.ok().and_then(|query| query.message());
    match setup.site.home(user.as_deref(), message) {
        Ok(html) => HttpResponse::Ok()
            .insert_header((CONTENT_SECURITY_POLICY, setup.site.policy()))
            .content_type(ContentType::html())
            .body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn me(Visitor(user): Visitor) -> Result<Json<OAuthUser>, TurnedAway> {
    // A program's address: 401 for a browser too, and not the way to the sign-in page.
    user.map(Json).ok_or(Refusal::NotSignedIn.into())
}

/// What every answer has unless it says otherwise itself.
fn protect() -> DefaultHeaders {
    HEADERS.into_iter().fold(DefaultHeaders::new(), DefaultHeaders::add)
}
