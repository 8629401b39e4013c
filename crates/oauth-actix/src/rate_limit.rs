//! The middleware that holds a [`RateLimit`].

use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use oauth_login::RateLimit;

use crate::{
    guard::{Demand, RouteGuard},
    routes::LoginRoutes,
    turned_away::{Inner, TurnedAway},
};

/// Answers 429 to whoever asks for the routes inside more often than `limit` lets them.
///
/// For routes of your own; those of a login have [`LoginRoutes::rate_limit`]. Requests are counted by the address of the
/// connection. Make one limit, outside of the closure that each worker thread calls, and clone it:
///
/// ```no_run
/// use actix_web::{App, HttpServer, web};
/// use oauth_actix::{RateLimit, rate_limit};
///
/// # fn example() -> std::io::Result<()> {
/// let limit = RateLimit::default();
/// let server = HttpServer::new(move || {
///     let search = web::resource("/search").wrap(rate_limit(limit.clone())).get(|| async { "…" });
///     App::new().service(search).route("/", web::get().to(|| async { "as often as you like" }))
/// })
/// .bind(("127.0.0.1", 8000))?;
/// # Ok(())
/// # }
/// ```
pub fn rate_limit(limit: RateLimit) -> RouteGuard {
    RouteGuard(Demand::RateLimit(limit))
}

impl LoginRoutes {
    /// Lets nobody begin logins, or come back from a provider, more often than `limit` says: further requests are answered
    /// 429. A callback that is refused so spends nothing, and succeeds when the page is reloaded.
    ///
    /// Signing out is not limited. Make one limit, outside of the closure that each worker thread calls, and clone it:
    ///
    /// ```no_run
    /// use actix_web::{App, HttpServer};
    /// use oauth_actix::{Login, RateLimit};
    ///
    /// # fn example(login: Login) -> std::io::Result<()> {
    /// let limit = RateLimit::default();
    /// let server = HttpServer::new(move || {
    ///     App::new().service(oauth_actix::routes(login.clone()).rate_limit(limit.clone()))
    /// })
    /// .bind(("127.0.0.1", 8000))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    pub(crate) fn hold_rate_limit(&self, request: &HttpRequest) -> Option<HttpResponse> {
        check(self.rate_limit.as_ref()?, request).err().map(|turned_away| turned_away.error_response())
    }
}

pub(crate) fn check(limit: &RateLimit, request: &HttpRequest) -> Result<(), TurnedAway> {
    let Some(peer) = request.peer_addr() else {
        tracing::error!("a rate limit needs the address of the connection: serve the application over TCP");
        return Err(TurnedAway(Inner::NotSetUp));
    };
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    limit.check(peer.ip(), headers).map_err(|answer| TurnedAway(Inner::Refused(answer)))
}
