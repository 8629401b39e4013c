//! What the store promises while nothing goes wrong.

use std::time::Duration;

use oauth_login::{PendingStore, Precondition, RecordStore};
use oauth_redis::RedisStore;

use crate::{
    MINUTE, eventually,
    keys::{pending_key, pending_keys, record_key},
    redis_server::RedisServer,
    unavailable,
};

// Proves: QB4
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_takes_at_once_in_two_instances_one_wins() {
    let server = RedisServer::start();
    let stores = [(); 2].map(|()| RedisStore::connect(&server.url()).unwrap());
    let key = pending_key().await;
    stores[0].put(&key, "sealed", MINUTE).await.unwrap();
    let attempts: Vec<_> = (0..50)
        .map(|index| {
            let (store, key) = (stores[index % 2].clone(), key.clone());
            tokio::spawn(async move { store.take(&key).await.unwrap() })
        })
        .collect();
    let mut taken = Vec::new();
    for take in attempts {
        taken.extend(take.await.unwrap());
    }
    assert_eq!(taken, ["sealed"]);

    let spends: Vec<_> = (0..50)
        .map(|index| {
            let (store, key) = (stores[index % 2].clone(), key.clone());
            tokio::spawn(async move { store.spend(&key, MINUTE).await.unwrap() })
        })
        .collect();
    let mut spent = 0;
    for spend in spends {
        spent += usize::from(spend.await.unwrap());
    }
    assert_eq!(spent, 1);
}

#[tokio::test]
async fn a_precondition_decides_what_is_written_and_removed() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = record_key("id").await;
    for (value, precondition, written) in [
        ("a", Precondition::Present, false),
        ("b", Precondition::Unchanged("b"), false),
        ("c", Precondition::Absent, true),
        ("d", Precondition::Absent, false),
        ("e", Precondition::Unchanged("d"), false),
        ("f", Precondition::Unchanged("c"), true),
        ("g", Precondition::Present, true),
    ] {
        assert_eq!(store.write(&key, value, MINUTE, precondition).await.unwrap(), written, "{value}");
    }
    assert_eq!(store.read(&key).await.unwrap().as_deref(), Some("g"));
    for (precondition, removed) in
        [(Precondition::Absent, false), (Precondition::Unchanged("f"), false), (Precondition::Unchanged("g"), true)]
    {
        assert_eq!(store.remove(&key, precondition).await.unwrap(), removed, "{precondition:?}");
    }
    assert_eq!(store.read(&key).await.unwrap(), None);
    assert!(store.write(&key, "h", MINUTE, Precondition::Absent).await.unwrap());
    assert!(store.remove(&key, Precondition::Present).await.unwrap());
    assert!(!store.remove(&key, Precondition::Present).await.unwrap());
}

#[tokio::test]
async fn of_writes_at_once_under_a_precondition_one_wins() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = record_key("id").await;
    for precondition in [Precondition::Absent, Precondition::Unchanged("first")] {
        let names: Vec<_> = (0..20).map(|index| format!("value {index}")).collect();
        let writes = names.iter().map(|value| store.write(&key, value, MINUTE, precondition));
        let written: usize =
            futures_util::future::join_all(writes).await.into_iter().map(|won| usize::from(won.unwrap())).sum();
        assert_eq!(written, 1, "{precondition:?}");
        store.write(&key, "first", MINUTE, Precondition::Present).await.unwrap();
    }
}

#[tokio::test]
async fn everything_ends_by_itself() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    for (lifetime, most) in [(MINUTE, 60_000), (Duration::MAX, i64::MAX)] {
        store.put(&keys[0], "sealed", lifetime).await.unwrap();
        store.spend(&keys[1], lifetime).await.unwrap();
        store.write(&record, "sealed", lifetime, Precondition::Absent).await.unwrap();
        let names = server.cli(&["KEYS", "*"]);
        // The three, and the index of pending logins.
        assert_eq!(names.lines().count(), 4);
        for name in names.lines() {
            let left: i64 = server.cli(&["PTTL", name]).parse().unwrap();
            assert!((1..=most).contains(&left), "{name} lives for {left} ms");
        }
        let _ = server.cli(&["FLUSHALL"]);
    }

    let short = Duration::from_millis(1);
    store.put(&keys[0], "sealed", short).await.unwrap();
    store.spend(&keys[1], short).await.unwrap();
    store.write(&record, "sealed", short, Precondition::Absent).await.unwrap();
    eventually("the end of the record", || async { store.read(&record).await.unwrap().is_none().then_some(()) }).await;
    eventually("the end of the memory", || async { store.spend(&keys[1], short).await.unwrap().then_some(()) }).await;
    eventually("the end of all", || async { (server.cli(&["DBSIZE"]) == "0").then_some(()) }).await;
    assert_eq!(store.take(&keys[0]).await.unwrap(), None);
    // No lifetime at all is a short one.
    store.put(&keys[0], "sealed", Duration::ZERO).await.unwrap();
}

// Proves: QA8
#[tokio::test]
async fn strangers_cannot_fill_the_server_and_it_empties_by_itself() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap().max_pending(3);
    let keys = pending_keys(5).await;
    for key in &keys[..3] {
        store.put(key, "sealed", MINUTE).await.unwrap();
    }
    assert!(unavailable(store.put(&keys[3], "sealed", MINUTE).await).contains("3 logins"));
    // One finishes.
    assert!(store.take(&keys[0]).await.unwrap().is_some());
    store.put(&keys[3], "sealed", MINUTE).await.unwrap();
    unavailable(store.put(&keys[4], "sealed", MINUTE).await);
    // Others expire, while one that does not keeps the count alive.
    let _ = server.cli(&["FLUSHALL"]);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    for key in &keys[1..3] {
        store.put(key, "sealed", Duration::from_millis(1)).await.unwrap();
    }
    eventually("room", || async { store.put(&keys[4], "sealed", MINUTE).await.ok() }).await;
    assert_eq!(store.take(&keys[4]).await.unwrap().as_deref(), Some("sealed"));
}

#[tokio::test]
async fn prefixes_keep_applications_apart() {
    let server = RedisServer::start();
    let ours = RedisStore::connect(&server.url()).unwrap();
    let theirs = ours.clone().key_prefix("theirs:").max_pending(0);
    let key = pending_key().await;
    ours.put(&key, "sealed", MINUTE).await.unwrap();
    unavailable(theirs.put(&key, "sealed", MINUTE).await);
    assert_eq!(theirs.take(&key).await.unwrap(), None);
    assert_eq!(ours.take(&key).await.unwrap().as_deref(), Some("sealed"));
}

#[tokio::test]
async fn clones_share_one_connection() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = record_key("id").await;
    let reads = (0..50).map(|_| {
        let (store, key) = (store.clone(), key.clone());
        async move { store.read(&key).await }
    });
    for read in futures_util::future::join_all(reads).await {
        read.unwrap();
    }
    // The other is redis-cli's.
    assert!(server.cli(&["INFO", "clients"]).contains("connected_clients:2\r"));
}

#[tokio::test]
async fn somebody_elses_bytes_are_no_outage() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = record_key("id").await;
    store.write(&key, "sealed", MINUTE, Precondition::Absent).await.unwrap();
    let name = server.cli(&["KEYS", "*"]);
    let _ = server.cli(&["EVAL", r"redis.call('SET', KEYS[1], '\255\254')", "1", &name]);
    assert!(store.read(&key).await.unwrap().is_some());
}
