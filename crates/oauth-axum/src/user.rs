//! Who is signed in, as extractors and route guards.

use std::{ops::Deref, sync::Arc, time::SystemTime};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
    middleware::{FromExtractorLayer, from_extractor_with_state},
};
use oauth_core::OAuthUserInfo;
use oauth_login::{LoginRecord, Refusal};
use serde::{Serialize, Serializer};

use crate::{
    session,
    turned_away::{TurnedAway, login},
};

/// The person who is signed in: an extractor for every router, whatever its state.
///
/// Without one a browser is sent to the login page and a program gets 401. `Option<OAuthUser>` takes both. It
/// serialises as the [`OAuthUserInfo`] that it dereferences to.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use oauth_axum::OAuthUser;
///
/// async fn hello(user: Option<OAuthUser>) -> String {
///     let name = user.and_then(|user| user.full_name());
///     format!("Hello, {}!", name.as_deref().unwrap_or("stranger"))
/// }
///
/// async fn me(user: OAuthUser) -> Json<OAuthUser> {
///     Json(user)
/// }
///
/// let app: Router = Router::new().route("/", get(hello)).route("/me", get(me));
/// ```
///
/// It reads the session of [`session_layer`](crate::session_layer). An application with sessions of its own inserts a
/// [`LoginRecord`] and the [`Login`](crate::Login) as request extensions, in a middleware of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct OAuthUser(LoginRecord);

/// Extractor and guard: somebody whose e-mail address the provider vouches for, else 403.
///
/// ```
/// use axum::{Router, middleware::from_extractor, routing::get};
/// use oauth_axum::RequireVerifiedEmail;
///
/// async fn invite(user: RequireVerifiedEmail) -> String {
///     format!("An invitation is on its way to {}.", user.email())
/// }
///
/// let app: Router = Router::new()
///     .route("/invite", get(invite))
///     // Or for many routes at once:
///     .merge(Router::new().route("/members", get(|| async {})).route_layer(from_extractor::<RequireVerifiedEmail>()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RequireVerifiedEmail(OAuthUser);

impl OAuthUser {
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

    pub(crate) async fn find(parts: &Parts) -> Result<Option<Self>, TurnedAway> {
        let record = match parts.extensions.get::<LoginRecord>() {
            Some(record) => Some(record.clone()),
            None => session::record(parts).await?,
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

impl<S: Send + Sync> FromRequestParts<S> for OAuthUser {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, TurnedAway> {
        match Self::find(parts).await? {
            Some(user) => Ok(user),
            None => Err(TurnedAway::new(login(parts)?, Refusal::NotSignedIn, parts)),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for OAuthUser {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, TurnedAway> {
        Self::find(parts).await
    }
}

impl RequireVerifiedEmail {
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

impl<S: Send + Sync> FromRequestParts<S> for RequireVerifiedEmail {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TurnedAway> {
        let user = <OAuthUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let login = login(parts)?;
        match login.require_verified_email(user.record()) {
            Ok(_) => Ok(Self(user)),
            Err(refusal) => Err(TurnedAway::new(login, refusal, parts)),
        }
    }
}

/// A guard for routes: signed in with the provider instance `name`, else 403.
///
/// It is a layer and not an extractor, since an extractor's type cannot say which provider, and a layer cannot be
/// forgotten in one of the handlers. Where one handler treats providers differently it looks at `user.provider`.
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth_axum::require_provider;
///
/// let repositories: Router = Router::new()
///     .route("/repositories", get(|| async { "…" }))
///     .route_layer(require_provider("bitbucket"));
/// ```
pub fn require_provider(name: impl Into<Arc<str>>) -> FromExtractorLayer<SignedInWith, RequiredProvider> {
    from_extractor_with_state(RequiredProvider(name.into()))
}

/// What [`require_provider`] looks for.
#[derive(Clone, Debug)]
pub struct RequiredProvider(Arc<str>);

/// Proof that [`require_provider`] found it.
#[derive(Debug)]
pub struct SignedInWith(());

impl FromRequestParts<RequiredProvider> for SignedInWith {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, provider: &RequiredProvider) -> Result<Self, TurnedAway> {
        let user = <OAuthUser as FromRequestParts<()>>::from_request_parts(parts, &()).await?;
        let login = login(parts)?;
        match login.require_provider(user.record(), &provider.0) {
            Ok(()) => Ok(Self(())),
            Err(refusal) => Err(TurnedAway::new(login, refusal, parts)),
        }
    }
}
