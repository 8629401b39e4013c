//! The layer that holds a [`RateLimit`].

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request, State, rejection::ExtensionRejection},
    http::request::Parts,
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, ready},
};
use oauth_login::RateLimit;

use crate::{
    routes::LoginRoutes,
    turned_away::{Inner, TurnedAway},
};

/// What [`rate_limit`] returns.
pub type RateLimitLayer = FromFnLayer<Check, RateLimit, (State<RateLimit>, Peer, Request)>;

type Check = fn(State<RateLimit>, Peer, Request, Next) -> BoxFuture<'static, Response>;
type Peer = Result<ConnectInfo<SocketAddr>, ExtensionRejection>;

/// Answers 429 to whoever asks for the routes below more often than `limit` lets them.
///
/// For routes of your own; those of a login have [`LoginRoutes::rate_limit`]. Requests are counted by the address of the
/// connection, which axum tells only if it is asked to:
///
/// ```no_run
/// use std::net::SocketAddr;
///
/// use axum::{Router, routing::get};
/// use oauth_axum::{RateLimit, rate_limit};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let search = Router::new().route("/search", get(|| async { "…" })).route_layer(rate_limit(RateLimit::default()));
/// let app = Router::new().route("/", get(|| async { "as often as you like" })).merge(search);
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
/// axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
/// # Ok(())
/// # }
/// ```
///
/// Without, every request is answered 500 and the log says why.
pub fn rate_limit(limit: RateLimit) -> RateLimitLayer {
    from_fn_with_state(limit, hold as Check)
}

impl LoginRoutes {
    /// Lets nobody begin logins, or come back from a provider, more often than `limit` says: further requests are answered
    /// 429. A callback that is refused so spends nothing, and succeeds when the page is reloaded.
    ///
    /// Signing out is not limited. The application has to be served with
    /// [`into_make_service_with_connect_info`](axum::Router::into_make_service_with_connect_info), as for [`rate_limit`].
    ///
    /// ```
    /// use axum::Router;
    /// use oauth_axum::{Login, RateLimit};
    ///
    /// fn app(login: Login) -> Router {
    ///     Router::new().merge(oauth_axum::routes(login).rate_limit(RateLimit::default()))
    /// }
    /// ```
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }
}

fn hold(State(limit): State<RateLimit>, peer: Peer, request: Request, next: Next) -> BoxFuture<'static, Response> {
    let (parts, body) = request.into_parts();
    match check(&limit, peer.ok(), &parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).boxed(),
        Err(turned_away) => ready(turned_away.into_response()).boxed(),
    }
}

fn check(limit: &RateLimit, peer: Option<ConnectInfo<SocketAddr>>, parts: &Parts) -> Result<(), TurnedAway> {
    let Some(ConnectInfo(peer)) = peer else {
        tracing::error!(
            "a rate limit needs the address of the connection: serve the application with \
             `into_make_service_with_connect_info::<SocketAddr>()`"
        );
        return Err(TurnedAway(Inner::NotSetUp));
    };
    let headers = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    limit.check(peer.ip(), headers).map_err(|answer| TurnedAway(Inner::Refused(answer)))
}
