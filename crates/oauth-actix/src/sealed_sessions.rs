//! Sessions in a store that all instances share.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::{Result, anyhow};
use oauth_login::{Login, RecordStore, SessionRecords};

/// A store of `actix-session` in a [`RecordStore`], such as Redis: what is kept is sealed, under hashed ids.
///
/// Several workers and instances share it, and a session that ended on one of them is not brought back by another.
///
/// ```
/// use actix_web::web;
/// use oauth_actix::{SealedSessions, session_middleware};
/// # use oauth_actix::Login;
/// use oauth_login::MemoryStore;
///
/// # fn example(login: Login) {
/// let sessions = SealedSessions::new(&login, MemoryStore::new());
/// let app = move || actix_web::App::new().wrap(session_middleware(&login, sessions.clone()));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SealedSessions(SessionRecords);

impl SealedSessions {
    /// The sessions of `login`'s application in `store`.
    pub fn new(login: &Login, store: impl RecordStore + 'static) -> Self {
        login.session_records(store).into()
    }
}

impl From<SessionRecords> for SealedSessions {
    fn from(records: SessionRecords) -> Self {
        Self(records)
    }
}

type State = HashMap<String, String>;

impl SessionStore for SealedSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let content = self.0.load(key.as_ref()).await.map_err(|error| LoadError::Other(error.into()))?;
        let state = content.map(|content| rmp_serde::from_slice(&content));
        // The cause would quote the content.
        state.transpose().map_err(|_| LoadError::Deserialization(anyhow!("another version wrote the session")))
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let content = write(&state).map_err(SaveError::Serialization)?;
        let id = self.0.create_with_new_id(&content, ttl.unsigned_abs()).await;
        id.map_err(anyhow::Error::new).and_then(|id| Ok(id.try_into()?)).map_err(SaveError::Other)
    }

    async fn update(&self, key: SessionKey, state: State, ttl: &Duration) -> Result<SessionKey, UpdateError> {
        let content = write(&state).map_err(UpdateError::Serialization)?;
        // One that has ended meanwhile stays ended.
        self.0
            .update(key.as_ref(), &content, ttl.unsigned_abs())
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> Result<()> {
        if let Some(content) = self.0.load(key.as_ref()).await? {
            self.0.update(key.as_ref(), &content, ttl.unsigned_abs()).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<()> {
        Ok(self.0.remove(key.as_ref()).await?)
    }
}

/// What is kept of a session: `MessagePack`, since JSON would escape the JSON in it.
fn write(state: &State) -> Result<Vec<u8>> {
    rmp_serde::to_vec(state).map_err(|_| anyhow!("the session has no form in MessagePack"))
}
