//! Keeping a login in a session of `tower-sessions`.

use std::{fmt, time::SystemTime};

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use futures_util::future::BoxFuture;
use oauth_login::{Login, LoginRecord, Refusal, SESSION_IDLE, SessionCookie, StoredLogin};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time},
};

use crate::{
    strict_logout::StrictLogout,
    turned_away::{self, TurnedAway},
};

/// What [`session_layer`] returns.
pub type SessionLayer<S> = (Extension<Login>, CookieLayer, SessionManagerLayer<StrictLogout<S>>);

type CookieLayer = FromFnLayer<MendCookies, SessionCookie, (State<SessionCookie>, Request)>;
type MendCookies = fn(State<SessionCookie>, Request, Next) -> BoxFuture<'static, Response>;

/// Keeps who is signed in in a session of `store`: the layer for every route that asks.
///
/// The session cookie is named and guarded as [`Login::session_cookie`] says: `__Host-session` and `Secure` on https,
/// always `HttpOnly` and `SameSite=Lax`. A session ends after 24 hours without a request that asks who is signed in, and
/// seven days after the login in any case. Every login gets a new session, and nothing of the old one goes into it.
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth_axum::{OAuthUser, session_layer};
/// use tower_sessions::MemoryStore;
/// # use oauth_axum::Login;
///
/// fn app(login: Login) -> Router {
///     Router::new()
///         .route("/me", get(|user: OAuthUser| async move { user.oauth_id.clone() }))
///         .merge(oauth_axum::routes(login.clone()))
///         .layer(session_layer(&login, MemoryStore::default()))
/// }
/// ```
///
/// The application may keep data of its own in the [`Session`], from the first request after the login.
pub fn session_layer<S: SessionStore + Clone>(login: &Login, store: S) -> SessionLayer<S> {
    let cookie = login.session_cookie();
    let idle = time::Duration::try_from(SESSION_IDLE).unwrap_or(time::Duration::DAY);
    let cookies = from_fn_with_state(cookie, mend_cookies as MendCookies);
    let manager = SessionManagerLayer::new(StrictLogout::new(store, login.ended_sessions().clone()))
        .with_name(cookie.name())
        .with_secure(cookie.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle));
    (Extension(login.clone()), cookies, manager)
}

/// Around the session library: it reads the cookie whatever other cookies there are, and deletes it as it was set.
fn mend_cookies(State(cookie): State<SessionCookie>, mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    if let Some(legible) = SessionCookie::legible(cookie_headers(request.headers()))
        && let Ok(legible) = HeaderValue::try_from(legible)
    {
        request.headers_mut().insert(header::COOKIE, legible);
    }
    Box::pin(async move {
        let mut response = next.run(request).await;
        let (headers, admits) = (response.headers_mut(), |value: &HeaderValue| cookie.admits(value.as_bytes()));
        if !headers.get_all(header::SET_COOKIE).iter().all(admits) {
            let all: Vec<_> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
            headers.remove(header::SET_COOKIE);
            headers.extend(all.into_iter().filter(admits).map(|value| (header::SET_COOKIE, value)));
        }
        response
    })
}

fn cookie_headers(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes)
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

pub(crate) fn find(parts: &Parts) -> Option<Session> {
    parts.extensions.get().cloned()
}

/// Puts `record` into a session with a new id and nothing else in it. The old one is gone.
pub(crate) async fn begin(session: &Session, record: &LoginRecord) -> Result<(), Unavailable> {
    session.clear().await;
    write(session, record).await?;
    move_to_new_id(session).await
}

/// Gives the session of a login a new id and leaves in it what is there: somebody may do more than before. One that has
/// ended meanwhile stays ended.
pub(crate) async fn renew(session: &Session) -> Result<(), Unavailable> {
    if session.is_modified() {
        session.save().await?;
    }
    session.load().await?;
    if session.get_value(StoredLogin::KEY).await?.is_none() {
        return Ok(());
    }
    move_to_new_id(session).await
}

async fn move_to_new_id(session: &Session) -> Result<(), Unavailable> {
    let stored = async {
        // One that is nowhere yet has a new id already.
        if session.id().is_some() {
            session.cycle_id().await?;
        }
        // The layer saves as well, but too late to take back what was announced.
        Ok(session.save().await?)
    };
    let stored = stored.await;
    if stored.is_err() {
        // Empty it is not saved.
        session.clear().await;
    }
    stored
}

/// Ends the session on the server, and in the browser.
pub(crate) async fn end(session: &Session, login: &Login) -> Result<Response, Unavailable> {
    if session.id().is_some() {
        session.flush().await?;
    }
    Ok((StatusCode::OK, [(header::SET_COOKIE, login.session_cookie().deletion())]).into_response())
}

/// Who is signed in.
pub(crate) async fn record(parts: &Parts) -> Result<Option<LoginRecord>, TurnedAway> {
    let session = find(parts).ok_or_else(|| TurnedAway::not_set_up("the extension `Session`"))?;
    let login = turned_away::login(parts)?;
    // The layer sees only one of two cookies.
    if session.id().is_none() || login.session_cookie().is_repeated(cookie_headers(&parts.headers)) {
        return Ok(None);
    }
    read(&session).await.map_err(|Unavailable| TurnedAway::new(login, Refusal::SessionUnavailable, parts))
}

/// Who is signing out, as far as that can be told: the logout goes on in any case.
pub(crate) async fn signed_in(parts: &Parts) -> Option<LoginRecord> {
    match parts.extensions.get::<LoginRecord>() {
        Some(record) => Some(record.clone()),
        None => read(&find(parts)?).await.unwrap_or_default(),
    }
}

async fn read(session: &Session) -> Result<Option<LoginRecord>, Unavailable> {
    let Some(text) = session.get::<String>(StoredLogin::KEY).await? else { return Ok(None) };
    match StoredLogin::read(&text, SystemTime::now()) {
        StoredLogin::Current(record) => Ok(Some(record)),
        StoredLogin::Renew(record) => {
            write(session, &record).await?;
            Ok(Some(record))
        }
        StoredLogin::Ended => {
            session.flush().await?;
            Ok(None)
        }
        StoredLogin::Unreadable => Ok(None),
    }
}

async fn write(session: &Session, record: &LoginRecord) -> Result<(), Unavailable> {
    let text = StoredLogin::write(record, SystemTime::now())?;
    Ok(session.insert(StoredLogin::KEY, text).await?)
}
