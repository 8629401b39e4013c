//! Who is signed in, as extractors.

use std::{
    future::{Ready, ready},
    ops::Deref,
    time::SystemTime,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use oauth_core::OAuthUserInfo;
use oauth_login::{LoginRecord, Refusal};
use serde::{Serialize, Serializer};

use crate::{
    session,
    turned_away::{TurnedAway, login},
};

/// The person who is signed in: an extractor.
///
/// Without one a browser is sent to the login page and a program gets 401. [`Visitor`] takes both. It serialises as the
/// [`OAuthUserInfo`] that it dereferences to.
///
/// ```
/// use actix_web::{App, web};
/// use oauth_actix::OAuthUser;
///
/// async fn me(user: OAuthUser) -> web::Json<OAuthUser> {
///     web::Json(user)
/// }
///
/// let app = App::new().route("/me", web::get().to(me));
/// ```
///
/// It reads the session of [`session_middleware`](crate::session_middleware). An application with sessions of its own
/// inserts a [`LoginRecord`] as request extension, in a middleware of its own, and the [`Login`](crate::Login) by
/// [`App::app_data`](actix_web::App::app_data).
#[derive(Clone, Debug, PartialEq)]
pub struct OAuthUser(LoginRecord);

/// The person who is signed in, if there is one: an extractor.
///
/// Unlike `Option<OAuthUser>`, with which actix-web takes every error for nobody, it is an error (503) if the session
/// store cannot be asked.
///
/// ```
/// use oauth_actix::Visitor;
///
/// async fn hello(Visitor(user): Visitor) -> String {
///     let name = user.and_then(|user| user.full_name());
///     format!("Hello, {}!", name.as_deref().unwrap_or("stranger"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor(pub Option<OAuthUser>);

/// Extractor: somebody whose e-mail address the provider vouches for, else 403.
///
/// ```
/// use oauth_actix::RequireVerifiedEmail;
///
/// async fn invite(user: RequireVerifiedEmail) -> String {
///     format!("An invitation is on its way to {}.", user.email())
/// }
/// ```
///
/// For many routes at once there is [`require_verified_email`](crate::require_verified_email).
#[derive(Clone, Debug, PartialEq)]
pub struct RequireVerifiedEmail(OAuthUser);

impl OAuthUser {
    /// The person who is signed in, for extractors and middleware of your own.
    ///
    /// # Errors
    ///
    /// Nobody is, or it cannot be told.
    pub fn of(request: &HttpRequest) -> Result<Self, TurnedAway> {
        Self::find(request)?.ok_or_else(|| TurnedAway::new(Refusal::NotSignedIn, request))
    }

    /// The whole record: user, issuer, and when they signed in.
    #[must_use]
    pub fn record(&self) -> &LoginRecord {
        &self.0
    }

    /// The whole record, by value.
    #[must_use]
    pub fn into_record(self) -> LoginRecord {
        self.0
    }

    pub(crate) fn find(request: &HttpRequest) -> Result<Option<Self>, TurnedAway> {
        let added = request.extensions().get::<LoginRecord>().cloned();
        let record = match added {
            Some(record) => Some(record),
            None => session::record(request)?,
        };
        Ok(record.filter(|record| record.is_current(SystemTime::now())).map(Self))
    }
}

impl Deref for OAuthUser {
    type Target = OAuthUserInfo;

    fn deref(&self) -> &OAuthUserInfo {
        &self.0.user
    }
}

impl Serialize for OAuthUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.user.serialize(serializer)
    }
}

impl FromRequest for OAuthUser {
    type Error = TurnedAway;
    type Future = Ready<Result<Self, TurnedAway>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl FromRequest for Visitor {
    type Error = TurnedAway;
    type Future = Ready<Result<Self, TurnedAway>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(OAuthUser::find(request).map(Self))
    }
}

impl RequireVerifiedEmail {
    /// The person who is signed in and has a verified address, for extractors and middleware of your own.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be told.
    pub fn of(request: &HttpRequest) -> Result<Self, TurnedAway> {
        let user = OAuthUser::of(request)?;
        match login(request)?.require_verified_email(user.record()) {
            Ok(_) => Ok(Self(user)),
            Err(refusal) => Err(TurnedAway::new(refusal, request)),
        }
    }

    /// The address.
    #[must_use]
    pub fn email(&self) -> &str {
        self.0.email.as_deref().unwrap_or_default()
    }

    /// The person.
    #[must_use]
    pub fn into_user(self) -> OAuthUser {
        self.0
    }
}

impl Deref for RequireVerifiedEmail {
    type Target = OAuthUser;

    fn deref(&self) -> &OAuthUser {
        &self.0
    }
}

impl FromRequest for RequireVerifiedEmail {
    type Error = TurnedAway;
    type Future = Ready<Result<Self, TurnedAway>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
