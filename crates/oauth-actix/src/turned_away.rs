//! What a request gets that a guarded route does not answer.

use std::fmt;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, http::StatusCode};
use oauth_login::{Answer, Login, Refusal};

use crate::convert;

/// The error of [`OAuthUser`](crate::OAuthUser) and of the guards.
///
/// A browser without a session is sent to the login page, a program gets 401 and JSON. Who is signed in but not
/// permitted gets 403, and everybody gets 503 while the session store is down.
#[derive(Debug)]
pub struct TurnedAway(pub(crate) Inner);

#[derive(Debug)]
pub(crate) enum Inner {
    Refused(Answer),
    NotSetUp,
}

impl TurnedAway {
    /// The answer of `login` to `request`, for guards of your own.
    ///
    /// ```
    /// use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
    /// use oauth_actix::{Login, OAuthUser, Refusal, TurnedAway};
    /// use std::future::{Future, Ready, ready};
    ///
    /// struct Colleague(OAuthUser);
    ///
    /// impl FromRequest for Colleague {
    ///     type Error = TurnedAway;
    ///     type Future = Ready<Result<Self, TurnedAway>>;
    ///
    ///     fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
    ///         ready(OAuthUser::of(request).and_then(|user| match user.verified_email() {
    ///             Some(email) if email.as_str().ends_with("@company.example") => Ok(Self(user)),
    ///             _ => Err(TurnedAway::new(Refusal::EmailNotVerified, request)),
    ///         }))
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn new(refusal: Refusal, request: &HttpRequest) -> Self {
        match login(request) {
            Ok(login) => {
                Self(Inner::Refused(login.turn_away(refusal, &convert::request(request, request.query_string(), &[]))))
            }
            Err(not_set_up) => not_set_up,
        }
    }

    /// A route asks who is signed in, and nothing in the application could know.
    pub(crate) fn not_set_up(missing: &str) -> Self {
        tracing::error!(
            "{missing} is missing from the request: a middleware around the route adds it, such as `session_middleware`"
        );
        Self(Inner::NotSetUp)
    }
}

/// The answer for a program, whoever asks: for routes that are no pages.
///
/// ```
/// use oauth_actix::{OAuthUser, TurnedAway};
///
/// async fn pipelines(user: OAuthUser) -> Result<&'static str, TurnedAway> {
///     user.record().require_provider("bitbucket")?;
///     Ok("none")
/// }
/// ```
impl From<Refusal> for TurnedAway {
    fn from(refusal: Refusal) -> Self {
        Self(Inner::Refused(refusal.answer()))
    }
}

impl fmt::Display for TurnedAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Inner::Refused(_) => "the request was turned away",
            Inner::NotSetUp => "signing in is not set up on this route",
        })
    }
}

impl ResponseError for TurnedAway {
    fn status_code(&self) -> StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0 {
            Inner::Refused(answer) => convert::response(answer.clone()),
            Inner::NotSetUp => HttpResponse::InternalServerError().finish(),
        }
    }
}

/// The [`Login`] that a middleware around the route, or the application's data, has.
pub(crate) fn login(request: &HttpRequest) -> Result<Login, TurnedAway> {
    let added = request.extensions().get::<Login>().cloned();
    added
        .or_else(|| request.app_data::<Login>().cloned())
        .ok_or_else(|| TurnedAway::not_set_up("the extension `Login`"))
}
