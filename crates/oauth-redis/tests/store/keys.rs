//! Keys as `oauth-login` makes them, taken down by a store that keeps nothing else.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use oauth_core::{Result, async_trait};
use oauth_login::{BrowserRequest, PendingKey, PendingStore, Precondition, RecordKey, RecordStore};

use crate::{MINUTE, support::World};

#[derive(Clone, Default)]
struct Tap {
    pending: Arc<Mutex<Vec<PendingKey>>>,
    records: Arc<Mutex<Vec<RecordKey>>>,
}

/// Keys of `count` pending logins.
pub async fn pending_keys(count: usize) -> Vec<PendingKey> {
    let tap = Tap::default();
    let login = World::default().builder().store(tap.clone()).build().unwrap();
    for _ in 0..count {
        let _ = login.begin("alpha", &BrowserRequest::new("GET", "")).await;
    }
    let keys = std::mem::take(&mut *tap.pending.lock().unwrap());
    assert_eq!(keys.len(), count);
    keys
}

pub async fn pending_key() -> PendingKey {
    pending_keys(1).await.remove(0)
}

/// The key of the record of `id`.
pub async fn record_key(id: &str) -> RecordKey {
    let tap = Tap::default();
    World::default().login().session_records(tap.clone()).create(id, b"", MINUTE).await.unwrap();
    tap.records.lock().unwrap().remove(0)
}

#[async_trait]
impl PendingStore for Tap {
    async fn put(&self, key: &PendingKey, _: &str, _: Duration) -> Result<()> {
        self.pending.lock().unwrap().push(key.clone());
        Ok(())
    }

    async fn take(&self, _: &PendingKey) -> Result<Option<String>> {
        Ok(None)
    }

    async fn spend(&self, _: &PendingKey, _: Duration) -> Result<bool> {
        Ok(false)
    }
}

#[async_trait]
impl RecordStore for Tap {
    async fn read(&self, _: &RecordKey) -> Result<Option<String>> {
        Ok(None)
    }

    async fn write(&self, key: &RecordKey, _: &str, _: Duration, _: Precondition<'_>) -> Result<bool> {
        self.records.lock().unwrap().push(key.clone());
        Ok(true)
    }

    async fn remove(&self, _: &RecordKey, _: Precondition<'_>) -> Result<bool> {
        Ok(false)
    }
}
