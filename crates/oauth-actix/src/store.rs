//! A session store whose type does not matter.

use std::{collections::HashMap, rc::Rc};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use futures_util::{FutureExt as _, future::LocalBoxFuture};

pub(crate) type State = HashMap<String, String>;

/// [`SessionStore`] in a form that fits a pointer.
pub(crate) trait AnyStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> LocalBoxFuture<'a, Result<Option<State>, LoadError>>;
    fn save<'a>(&'a self, state: State, ttl: &'a Duration) -> LocalBoxFuture<'a, Result<SessionKey, SaveError>>;
    fn update<'a>(
        &'a self,
        key: SessionKey,
        state: State,
        ttl: &'a Duration,
    ) -> LocalBoxFuture<'a, Result<SessionKey, UpdateError>>;
    fn delete<'a>(&'a self, key: &'a SessionKey) -> LocalBoxFuture<'a, Result<(), anyhow::Error>>;
}

impl<S: SessionStore> AnyStore for S {
    fn load<'a>(&'a self, key: &'a SessionKey) -> LocalBoxFuture<'a, Result<Option<State>, LoadError>> {
        SessionStore::load(self, key).boxed_local()
    }

    fn save<'a>(&'a self, state: State, ttl: &'a Duration) -> LocalBoxFuture<'a, Result<SessionKey, SaveError>> {
        SessionStore::save(self, state, ttl).boxed_local()
    }

    fn update<'a>(
        &'a self,
        key: SessionKey,
        state: State,
        ttl: &'a Duration,
    ) -> LocalBoxFuture<'a, Result<SessionKey, UpdateError>> {
        SessionStore::update(self, key, state, ttl).boxed_local()
    }

    fn delete<'a>(&'a self, key: &'a SessionKey) -> LocalBoxFuture<'a, Result<(), anyhow::Error>> {
        SessionStore::delete(self, key).boxed_local()
    }
}

pub(crate) type StoreRef = Rc<dyn AnyStore>;
