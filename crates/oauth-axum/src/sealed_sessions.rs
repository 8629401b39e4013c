//! Sessions in a store that all instances share.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use oauth_login::{Login, RecordStore, SessionRecords};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{self, Error},
};

/// A store of `tower-sessions` in a [`RecordStore`], such as Redis: what is kept is sealed, under hashed ids.
///
/// Several instances share it, and a session that ended on one of them is not brought back by another.
///
/// ```
/// use axum::Router;
/// use oauth_axum::{SealedSessions, session_layer};
/// # use oauth_axum::Login;
/// use oauth_login::MemoryStore;
///
/// fn app(login: Login, store: MemoryStore) -> Router {
///     let sessions = SealedSessions::new(&login, store);
///     Router::new().merge(oauth_axum::routes(login.clone())).layer(session_layer(&login, sessions))
/// }
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

#[async_trait]
impl SessionStore for SealedSessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        loop {
            let (content, lifetime) = parts(record)?;
            if self.0.create(&record.id.to_string(), &content, lifetime).await.map_err(|error| backend(&error))? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let (content, lifetime) = parts(record)?;
        // One that has ended meanwhile stays ended.
        self.0.update(&record.id.to_string(), &content, lifetime).await.map(drop).map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let content = self.0.load(&id.to_string()).await.map_err(|error| backend(&error))?;
        let record = content.map(|content| rmp_serde::from_slice(&content));
        // The cause would quote the content.
        record.transpose().map_err(|_| Error::Decode("another version wrote the session".to_owned()))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.0.remove(&id.to_string()).await.map_err(|error| backend(&error))
    }
}

/// What is kept of a session, and for how long from now: `MessagePack`, since JSON would escape the JSON in it.
fn parts(record: &Record) -> session_store::Result<(Vec<u8>, Duration)> {
    let content = rmp_serde::to_vec_named(record)
        .map_err(|_| Error::Encode("the session has no form in MessagePack".to_owned()))?;
    let lifetime = SystemTime::from(record.expiry_date).duration_since(SystemTime::now()).unwrap_or_default();
    Ok((content, lifetime))
}

fn backend(error: &oauth_core::Error) -> Error {
    Error::Backend(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashMap;

    use oauth_core::Registry;
    use oauth_login::MemoryStore;
    use serde_json::json;
    use tower_sessions::cookie::time::{self, OffsetDateTime};

    use super::*;

    #[tokio::test]
    async fn what_an_application_keeps_in_a_session_comes_back_as_it_was() {
        let login = Login::builder(Registry::builder().build().unwrap()).build().unwrap();
        let sessions = SealedSessions::new(&login, MemoryStore::new());
        let value = json!([i64::MIN, u64::MAX, 1.0, -0.1, "\u{0}\"ü", null, true, [], {"a": {"b": ""}, "c": {}}]);
        let expiry_date = OffsetDateTime::now_utc() + time::Duration::HOUR;
        let mut record = Record { id: Id::default(), data: HashMap::from([("key".to_owned(), value)]), expiry_date };
        sessions.create(&mut record).await.unwrap();
        assert_eq!(sessions.load(&record.id).await.unwrap(), Some(record));
    }
}
