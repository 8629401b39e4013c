//! One request's view of its session.
//!
//! `actix-session` reads the session of every request that has its cookie, and writes after the handler. That is too early
//! for a health check, which must not fail with the store, and too late for a login, which must not be announced before it
//! is kept. So it is given a store of its own for each request, which knows what happened in it: the handler keeps and ends
//! sessions in the real store itself, and what the library does afterwards is done already.

use std::{cell::RefCell, rc::Rc};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::anyhow;
use oauth_login::Login;

use crate::store::{State, StoreRef};

/// The session of one request. Clones are the same.
#[derive(Clone)]
pub(crate) struct Visit(Rc<Inner>);

struct Inner {
    login: Login,
    store: StoreRef,
    ttl: Duration,
    progress: RefCell<Progress>,
}

#[derive(Default)]
struct Progress {
    /// The store's key of the session that the request came with, until it ends.
    key: Option<SessionKey>,
    /// The cookie's value for a session that is kept already.
    kept: Option<SessionKey>,
    reading: Reading,
    /// Whether the store refused something that the library asked for.
    failed: bool,
}

/// Which session the request has.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The one that was found, or none.
    #[default]
    Done,
    /// None: it has two cookies, and which is ours cannot be told.
    Ambiguous,
    /// It cannot be told: the store cannot be asked.
    Unavailable,
}

impl Visit {
    pub(crate) fn new(login: Login, store: StoreRef, ttl: Duration, reading: Reading) -> Self {
        let progress = Progress { reading, ..Progress::default() };
        Self(Rc::new(Inner { login, store, ttl, progress: RefCell::new(progress) }))
    }

    pub(crate) fn login(&self) -> &Login {
        &self.0.login
    }

    pub(crate) fn reading(&self) -> Reading {
        self.0.progress.borrow().reading
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.0.progress.borrow().failed
    }

    /// Ends the session that the request came with, and keeps a new one.
    pub(crate) async fn replace(&self, state: State) -> anyhow::Result<()> {
        self.end().await?;
        let key = self.0.store.save(state, &self.0.ttl).await?;
        let kept = self.seal(&key)?;
        self.0.progress.borrow_mut().kept = Some(kept);
        Ok(())
    }

    /// Keeps the session that the request came with, and what is in it by now, under a new key. Returns whether it is
    /// still there to be kept.
    pub(crate) async fn renew(&self, state: State) -> anyhow::Result<bool> {
        let Some(old) = self.0.progress.borrow_mut().key.take() else { return Ok(false) };
        let (store, ended) = (&self.0.store, self.0.login.ended_sessions());
        if store.load(&old).await?.is_none() {
            return Ok(false);
        }
        let key = store.save(state, &self.0.ttl).await?;
        if ended.contains(old.as_ref()) {
            store.delete(&key).await?;
            return Ok(false);
        }
        // Where sessions are in cookies the key is the content, which may be the same.
        if key != old {
            ended.add(old.as_ref());
            store.delete(&old).await?;
        }
        let kept = self.seal(&key)?;
        self.0.progress.borrow_mut().kept = Some(kept);
        Ok(true)
    }

    /// Ends the session that the request came with.
    pub(crate) async fn end(&self) -> anyhow::Result<()> {
        let Some(key) = self.0.progress.borrow_mut().key.take() else { return Ok(()) };
        self.0.login.ended_sessions().add(key.as_ref());
        self.0.store.delete(&key).await
    }

    /// The cookie's value for the store's `key`.
    fn seal(&self, key: &SessionKey) -> anyhow::Result<SessionKey> {
        Ok(self.0.login.seal_session_id(key.as_ref())?.try_into()?)
    }

    /// The store's key from the cookie's value, unless it is not ours or has ended.
    fn open(&self, cookie: &SessionKey) -> Option<SessionKey> {
        let key = self.0.login.open_session_id(cookie.as_ref())?;
        if self.0.login.ended_sessions().contains(&key) { None } else { key.try_into().ok() }
    }

    fn note<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.0.progress.borrow_mut().failed = true;
        }
        result
    }

    async fn write(&self, cookie: SessionKey, state: State) -> Result<SessionKey, UpdateError> {
        if self.reading() == Reading::Unavailable {
            return Err(UpdateError::Other(anyhow!("what was not read must not be overwritten")));
        }
        let Some(key) = self.open(&cookie) else { return Ok(cookie) };
        let key = self.0.store.update(key, state, &self.0.ttl).await?;
        if self.0.login.ended_sessions().contains(key.as_ref()) {
            // It ended meanwhile, and had perhaps been deleted before it was written.
            self.0.store.delete(&key).await.map_err(UpdateError::Other)?;
        }
        self.seal(&key).map_err(UpdateError::Other)
    }
}

/// What the library is given: it sees the cookie's values, which are sealed, and not the store's keys.
impl SessionStore for Visit {
    async fn load(&self, cookie: &SessionKey) -> Result<Option<State>, LoadError> {
        if self.reading() == Reading::Ambiguous {
            return Ok(None);
        }
        let Some(key) = self.open(cookie) else { return Ok(None) };
        let loaded = self.0.store.load(&key).await;
        let mut progress = self.0.progress.borrow_mut();
        progress.key = Some(key);
        match loaded {
            Err(LoadError::Other(error)) => {
                tracing::error!(%error, "a session could not be read");
                progress.reading = Reading::Unavailable;
                // A session, so that the library leaves the cookie alone.
                Ok(Some(State::new()))
            }
            loaded => loaded,
        }
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let kept = self.0.progress.borrow_mut().kept.take();
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let key = self.note(self.0.store.save(state, ttl).await)?;
        self.note(self.seal(&key)).map_err(SaveError::Other)
    }

    async fn update(&self, cookie: SessionKey, state: State, _ttl: &Duration) -> Result<SessionKey, UpdateError> {
        self.note(self.write(cookie, state).await)
    }

    async fn update_ttl(&self, _cookie: &SessionKey, _ttl: &Duration) -> anyhow::Result<()> {
        // The lifetime is extended by writing, now and then.
        Ok(())
    }

    async fn delete(&self, _cookie: &SessionKey) -> anyhow::Result<()> {
        self.note(self.end().await)
    }
}
