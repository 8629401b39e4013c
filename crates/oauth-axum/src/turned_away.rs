//! What a request gets that a guarded route does not answer.

use axum::{
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use oauth_login::{Answer, Login, Refusal};

use crate::convert;

/// The rejection of [`OAuthUser`](crate::OAuthUser) and of the guards.
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
    /// The answer of `login` to the request of `parts`, for guards of your own.
    ///
    /// ```
    /// use axum::{extract::FromRequestParts, http::request::Parts};
    /// use oauth_axum::{Login, OAuthUser, Refusal, TurnedAway};
    ///
    /// struct Colleague(OAuthUser);
    ///
    /// impl FromRequestParts<Login> for Colleague {
    ///     type Rejection = TurnedAway;
    ///
    ///     async fn from_request_parts(parts: &mut Parts, login: &Login) -> Result<Self, TurnedAway> {
    ///         let user = OAuthUser::from_request_parts(parts, login).await?;
    ///         match user.verified_email() {
    ///             Some(email) if email.as_str().ends_with("@company.example") => Ok(Self(user)),
    ///             _ => Err(TurnedAway::new(login, Refusal::EmailNotVerified, parts)),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn new(login: &Login, refusal: Refusal, parts: &Parts) -> Self {
        Self(Inner::Refused(login.turn_away(refusal, &convert::request(parts, &[]))))
    }

    /// A route asks who is signed in, and nothing in the router could know.
    pub(crate) fn not_set_up(missing: &str) -> Self {
        tracing::error!(
            "{missing} is missing from the request: a layer around the route adds it, such as `session_layer`"
        );
        Self(Inner::NotSetUp)
    }
}

/// The answer for a program, whoever asks: for routes that are no pages.
///
/// ```
/// use oauth_axum::{OAuthUser, TurnedAway};
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

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        match self.0 {
            Inner::Refused(answer) => convert::response(answer),
            Inner::NotSetUp => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// The [`Login`] that a layer around the route has added.
pub(crate) fn login(parts: &Parts) -> Result<&Login, TurnedAway> {
    parts.extensions.get().ok_or_else(|| TurnedAway::not_set_up("the extension `Login`"))
}
