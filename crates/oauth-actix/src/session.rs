//! Keeping a login in a session of `actix-session`.

use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
    time::SystemTime,
};

use actix_session::{
    Session, SessionExt as _, SessionMiddleware as Library,
    config::{CookieContentSecurity, PersistentSession},
    storage::SessionStore,
};
use actix_web::{
    Error, HttpMessage as _, HttpRequest,
    body::MessageBody,
    cookie::{Key, SameSite, time::Duration},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::header::{self, HeaderMap, HeaderValue},
};
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use oauth_login::{Login, LoginRecord, Refusal, SESSION_IDLE, SessionCookie, StoredLogin};
use serde_json::value::RawValue;

use crate::{
    convert,
    store::{State, StoreRef},
    turned_away::TurnedAway,
    visit::{Reading, Visit},
};

/// Keeps who is signed in in a session of `store`: the middleware for every route that asks.
///
/// The session cookie is named and guarded as [`Login::session_cookie`] says: `__Host-session` and `Secure` on https,
/// always `HttpOnly` and `SameSite=Lax`. A session ends after 24 hours without a request that asks who is signed in, and
/// seven days after the login in any case. Every login gets a new session, and nothing of the old one goes into it.
///
/// ```
/// use actix_web::{App, web};
/// use oauth_actix::{OAuthUser, SealedSessions, session_middleware};
/// use oauth_login::MemoryStore;
/// # use oauth_actix::Login;
///
/// # fn example(login: Login) {
/// let sessions = SealedSessions::new(&login, MemoryStore::new());
/// let app = move || {
///     App::new()
///         .route("/me", web::get().to(|user: OAuthUser| async move { user.oauth_id.clone() }))
///         .service(oauth_actix::routes(login.clone()))
///         .wrap(session_middleware(&login, sessions.clone()))
/// };
/// # }
/// ```
///
/// [`SealedSessions`](crate::SealedSessions) keeps sessions in memory or in Redis. With `CookieSessionStore` they are in
/// the cookie: nothing is kept on the server, so a cookie that somebody has copied outlives the logout, by up to 24 hours,
/// on every instance but the one that was logged out of; and a profile of more than about two kilobytes does not fit.
///
/// The application may keep data of its own in the [`Session`], from the first request after the login.
pub fn session_middleware<S: SessionStore + 'static>(login: &Login, store: S) -> SessionMiddleware {
    SessionMiddleware { login: login.clone(), store: Rc::new(store) }
}

/// A middleware. Made by [`session_middleware`].
#[derive(Clone)]
pub struct SessionMiddleware {
    login: Login,
    store: StoreRef,
}

impl SessionMiddleware {
    /// A visit of the session that `request` may have.
    fn visit(&self, request: &ServiceRequest) -> Visit {
        let cookie = self.login.session_cookie();
        // Of two the library sees only one.
        let reading = if cookie.is_repeated(cookie_headers(request)) { Reading::Ambiguous } else { Reading::Done };
        Visit::new(self.login.clone(), self.store.clone(), idle(), reading)
    }
}

fn library(visit: Visit) -> Library<Visit> {
    let cookie = visit.login().session_cookie();
    // The cookie's value is sealed with keys that rotate. The library, which has one key only, signs it once more.
    Library::builder(visit, Key::from(&[0; 64]))
        .cookie_content_security(CookieContentSecurity::Signed)
        .cookie_name(cookie.name().to_owned())
        .cookie_secure(cookie.is_secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .session_lifecycle(PersistentSession::default().session_ttl(idle()))
        .build()
}

fn idle() -> Duration {
    Duration::try_from(SESSION_IDLE).unwrap_or(Duration::DAY)
}

impl fmt::Debug for SessionMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMiddleware").field("login", &self.login).finish_non_exhaustive()
    }
}

impl<S, B> Transform<S, ServiceRequest> for SessionMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = WithSessions<S>;
    type InitError = ();
    type Future = Ready<Result<WithSessions<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(WithSessions { sessions: self.clone(), service: Rc::new(service) }))
    }
}

/// Routes inside a [`SessionMiddleware`].
#[derive(Debug)]
pub struct WithSessions<S> {
    sessions: SessionMiddleware,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for WithSessions<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let visit = self.sessions.visit(&request);
        if let Some(legible) = SessionCookie::legible(cookie_headers(&request))
            && let Ok(legible) = HeaderValue::try_from(legible)
        {
            request.headers_mut().insert(header::COOKIE, legible);
        }
        request.extensions_mut().insert(self.sessions.login.clone());
        request.extensions_mut().insert(visit.clone());
        let inner = library(visit.clone()).new_transform(self.service.clone());
        async move {
            let inner = inner.await.map_err(|()| TurnedAway::not_set_up("the session"))?;
            let mut response = match inner.call(request).await {
                Ok(response) => response,
                Err(error) if visit.has_failed() => {
                    tracing::error!(%error, "a session could not be written");
                    return Err(TurnedAway::from(Refusal::SessionUnavailable).into());
                }
                Err(error) => return Err(error),
            };
            keep_admitted(response.headers_mut(), visit.login().session_cookie());
            Ok(response)
        }
        .boxed_local()
    }
}

/// Takes the library's deletions of the cookie out.
fn keep_admitted(headers: &mut HeaderMap, cookie: SessionCookie) {
    let admits = |value: &HeaderValue| cookie.admits(value.as_bytes());
    if headers.get_all(header::SET_COOKIE).all(admits) {
        return;
    }
    for value in headers.remove(header::SET_COOKIE).filter(admits).collect::<Vec<_>>() {
        headers.append(header::SET_COOKIE, value);
    }
}

fn cookie_headers(request: &ServiceRequest) -> impl Iterator<Item = &[u8]> {
    request.headers().get_all(header::COOKIE).map(HeaderValue::as_bytes)
}

/// The session store did not do what it was asked.
pub(crate) struct Unavailable;

/// Logs the cause, which is no visitor's business.
impl<E: fmt::Display> From<E> for Unavailable {
    fn from(error: E) -> Self {
        tracing::error!(%error, "a session could not be read or written");
        Self
    }
}

/// What the library shows of a request's session, and what it does not.
pub(crate) struct Found {
    session: Session,
    visit: Visit,
}

pub(crate) fn find(request: &HttpRequest) -> Option<Found> {
    let visit = request.extensions().get::<Visit>().cloned()?;
    Some(Found { session: request.get_session(), visit })
}

/// Puts `record` into a session with a new id and nothing else in it. The old one is gone.
pub(crate) async fn begin(Found { session, visit }: &Found, record: &LoginRecord) -> Result<(), Unavailable> {
    let text = StoredLogin::write(record, SystemTime::now())?;
    visit.replace(State::from([(StoredLogin::KEY.to_owned(), text.clone())])).await?;
    // The library writes as well, but too late to take the login back: what it does is done.
    session.clear();
    session.renew();
    insert(session, text)
}

/// The values of a session are JSON texts, and so is a login: it is kept as it is.
fn insert(session: &Session, login: String) -> Result<(), Unavailable> {
    Ok(session.insert(StoredLogin::KEY, RawValue::from_string(login)?)?)
}

/// Gives the session of a login a new id and leaves in it what is there: somebody may do more than before. One that has
/// ended meanwhile stays ended.
pub(crate) async fn renew(Found { session, visit }: &Found) -> Result<(), Unavailable> {
    let entries = session.entries().clone();
    if entries.contains_key(StoredLogin::KEY) && visit.renew(entries).await? {
        session.renew();
    }
    Ok(())
}

/// Ends the session on the server, and in the browser.
pub(crate) async fn end(Found { session, visit }: &Found) -> Result<HeaderMap, Unavailable> {
    visit.end().await?;
    session.purge();
    let deletion = HeaderValue::try_from(visit.login().session_cookie().deletion())?;
    Ok(HeaderMap::from_iter([(header::SET_COOKIE, convert::sensitive(deletion))]))
}

/// Who is signed in.
pub(crate) fn record(request: &HttpRequest) -> Result<Option<LoginRecord>, TurnedAway> {
    let Found { session, visit } = find(request).ok_or_else(|| TurnedAway::not_set_up("the session"))?;
    match visit.reading() {
        Reading::Done => read(&session).map_err(|Unavailable| TurnedAway::new(Refusal::SessionUnavailable, request)),
        Reading::Ambiguous => Ok(None),
        Reading::Unavailable => Err(TurnedAway::new(Refusal::SessionUnavailable, request)),
    }
}

/// Who is signing out, as far as that can be told: the logout goes on in any case.
pub(crate) fn signed_in(request: &HttpRequest) -> Option<LoginRecord> {
    let added = request.extensions().get::<LoginRecord>().cloned();
    added.or_else(|| read(&find(request)?.session).unwrap_or_default())
}

fn read(session: &Session) -> Result<Option<LoginRecord>, Unavailable> {
    let now = SystemTime::now();
    let found = session.entries().get(StoredLogin::KEY).map(|text| StoredLogin::read(text, now));
    let Some(found) = found else { return Ok(None) };
    match found {
        StoredLogin::Current(record) => Ok(Some(record)),
        StoredLogin::Renew(record) => {
            insert(session, StoredLogin::write(&record, now)?)?;
            Ok(Some(record))
        }
        StoredLogin::Ended => {
            session.purge();
            Ok(None)
        }
        StoredLogin::Unreadable => Ok(None),
    }
}
