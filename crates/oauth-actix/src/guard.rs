//! Guards for groups of routes.

use std::{
    future::{Ready, ready},
    rc::Rc,
};

use actix_web::{
    Error, HttpRequest,
    body::EitherBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};
use futures_util::{
    FutureExt as _, TryFutureExt as _,
    future::{Either, LocalBoxFuture},
};

use crate::{
    turned_away::{TurnedAway, login},
    user::{OAuthUser, RequireVerifiedEmail},
};

/// A guard for routes: somebody is signed in. For one handler there is the extractor [`OAuthUser`].
///
/// ```
/// use actix_web::web;
/// use oauth_actix::require_sign_in;
///
/// let members = web::scope("/members").route("", web::get().to(|| async { "…" })).wrap(require_sign_in());
/// ```
pub fn require_sign_in() -> RouteGuard {
    RouteGuard(Demand::SignIn)
}

/// A guard for routes: signed in, with an address that the provider vouches for, else 403. For one handler there is the
/// extractor [`RequireVerifiedEmail`].
pub fn require_verified_email() -> RouteGuard {
    RouteGuard(Demand::VerifiedEmail)
}

/// A guard for routes: signed in with the provider instance `name`, else 403.
///
/// It is a middleware and not an extractor, since an extractor's type cannot say which provider, and a middleware cannot
/// be forgotten in one of the handlers. Where one handler treats providers differently it looks at `user.provider`.
///
/// ```
/// use actix_web::web;
/// use oauth_actix::require_provider;
///
/// let repositories =
///     web::resource("/repositories").route(web::get().to(|| async { "…" })).wrap(require_provider("bitbucket"));
/// ```
pub fn require_provider(name: impl Into<String>) -> RouteGuard {
    RouteGuard(Demand::Provider(name.into().into()))
}

/// A middleware that turns requests away. Made by [`require_sign_in`], [`require_verified_email`], [`require_provider`]
/// and, with the feature `rate-limit`, `rate_limit`.
#[derive(Clone, Debug)]
#[must_use = "wrap routes with it"]
pub struct RouteGuard(pub(crate) Demand);

#[derive(Clone, Debug)]
pub(crate) enum Demand {
    SignIn,
    VerifiedEmail,
    Provider(Rc<str>),
    #[cfg(feature = "rate-limit")]
    RateLimit(oauth_login::RateLimit),
}

impl Demand {
    fn check(&self, request: &HttpRequest) -> Result<(), TurnedAway> {
        match self {
            Self::SignIn => OAuthUser::of(request).map(drop),
            Self::VerifiedEmail => RequireVerifiedEmail::of(request).map(drop),
            Self::Provider(name) => {
                let user = OAuthUser::of(request)?;
                let checked = login(request)?.require_provider(user.record(), name);
                checked.map_err(|refusal| TurnedAway::new(refusal, request))
            }
            #[cfg(feature = "rate-limit")]
            Self::RateLimit(limit) => crate::rate_limit::check(limit, request),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RouteGuard
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded { demand: self.0.clone(), service }))
    }
}

/// Routes behind a [`RouteGuard`].
#[derive(Debug)]
pub struct Guarded<S> {
    demand: Demand,
    service: S,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Either<LocalBoxFuture<'static, Result<Self::Response, Error>>, Ready<Result<Self::Response, Error>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.demand.check(request.request()) {
            Ok(()) => {
                let response = self.service.call(request);
                Either::Left(response.map_ok(ServiceResponse::map_into_left_body).boxed_local())
            }
            Err(turned_away) => Either::Right(ready(Ok(request.error_response(turned_away).map_into_right_body()))),
        }
    }
}
