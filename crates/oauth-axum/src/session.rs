//! Keeping a login in a session of `tower-sessions`.

use std::time::{Duration, SystemTime};

use axum::{
    Extension,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use oauth_login::{Login, LoginRecord, SESSION_IDLE};
use serde::{Deserialize, Serialize};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time},
    session::Error,
};

use crate::{strict_logout::StrictLogout, turned_away::TurnedAway};

/// Everything of ours is under this key of the session.
const KEY: &str = "oauth_login";

/// How old the last trace of activity gets before it is written anew: not every request shall write to the store.
const RENEW_AFTER: Duration = Duration::from_secs(15 * 60);

/// What [`session_layer`] returns.
pub type SessionLayer<S> = (Extension<Login>, SessionManagerLayer<StrictLogout<S>>);

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
    let manager = SessionManagerLayer::new(StrictLogout::new(store))
        .with_name(cookie.name())
        .with_secure(cookie.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle));
    (Extension(login.clone()), manager)
}

/// The session store did not do what it was asked.
pub(crate) struct Unavailable;

impl From<Unavailable> for TurnedAway {
    fn from(Unavailable: Unavailable) -> Self {
        Self::unavailable()
    }
}

/// The value under [`KEY`], as JSON text: the provider's raw reply would not survive a generic JSON value unchanged.
#[derive(Serialize, Deserialize)]
struct Stored {
    record: LoginRecord,
    /// Seconds since 1970.
    seen_at: u64,
}

pub(crate) fn find(parts: &Parts) -> Option<Session> {
    parts.extensions.get().cloned()
}

/// Puts `record` into a session with a new id and nothing else in it. The old one is gone.
pub(crate) async fn begin(session: &Session, record: LoginRecord) -> Result<(), Unavailable> {
    session.clear().await;
    let stored = async {
        session.cycle_id().await?;
        write(session, record).await?;
        // The layer saves as well, but too late to take the login back.
        session.save().await
    };
    if let Err(error) = stored.await {
        // Empty it is not saved.
        session.clear().await;
        return Err(unavailable(&error));
    }
    Ok(())
}

/// Ends the session on the server, and in the browser.
pub(crate) async fn end(session: &Session, login: &Login) -> Result<Response, Unavailable> {
    if session.id().is_some() {
        session.flush().await.map_err(|error| unavailable(&error))?;
    }
    // The layer deletes the cookie too, but without `Secure`, which a browser does not take for `__Host-`.
    let cookie = login.session_cookie();
    let secure = if cookie.is_secure() { "; Secure" } else { "" };
    let delete = format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}", cookie.name());
    Ok((StatusCode::OK, [(header::SET_COOKIE, delete)]).into_response())
}

/// Who is signed in.
pub(crate) async fn record(parts: &Parts) -> Result<Option<LoginRecord>, TurnedAway> {
    let session = find(parts).ok_or_else(|| TurnedAway::not_set_up("the extension `Session`"))?;
    if session.id().is_none() || is_ambiguous(parts) {
        return Ok(None);
    }
    let stored = session.get::<String>(KEY).await.map_err(|error| unavailable(&error))?;
    let Some(stored) = stored else { return Ok(None) };
    let Ok(Stored { record, seen_at }) = serde_json::from_str(&stored) else {
        tracing::warn!("a session has a login record that this version does not read; the person has to sign in again");
        return Ok(None);
    };
    let now = SystemTime::now();
    let renew = unix_seconds(now).saturating_sub(seen_at) >= RENEW_AFTER.as_secs();
    if !record.is_current(now) {
        session.flush().await.map_err(|error| unavailable(&error))?;
        return Ok(None);
    }
    if renew {
        write(&session, record.clone()).await.map_err(|error| unavailable(&error))?;
    }
    Ok(Some(record))
}

async fn write(session: &Session, record: LoginRecord) -> Result<(), Error> {
    let stored = Stored { record, seen_at: unix_seconds(SystemTime::now()) };
    session.insert(KEY, serde_json::to_string(&stored)?).await
}

/// Whether the browser sent two session cookies, so that at least one is not ours. The layer sees only one.
fn is_ambiguous(parts: &Parts) -> bool {
    let Some(login) = parts.extensions.get::<Login>() else { return false };
    let name = login.session_cookie().name().as_bytes();
    let pairs = parts.headers.get_all(header::COOKIE).iter().flat_map(|header| header.as_bytes().split(|b| *b == b';'));
    let names = pairs.filter_map(|pair| pair.split(|byte| *byte == b'=').next());
    names.filter(|found| found.trim_ascii() == name).nth(1).is_some()
}

fn unavailable(error: &Error) -> Unavailable {
    tracing::error!(%error, "the session store failed");
    Unavailable
}

fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
