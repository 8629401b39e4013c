//! Servers and networks that go and return.

use oauth_core::Result;
use oauth_login::{PendingStore, Precondition, RecordStore};
use oauth_redis::RedisStore;

use crate::{
    MINUTE, eventually,
    keys::{pending_key, pending_keys, record_key},
    proxy::{Fault, Proxy},
    redis_server::RedisServer,
    unavailable,
};

/// Each operation once; for each, what it said.
async fn every_operation(store: &RedisStore) -> Vec<(&'static str, Result<()>)> {
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    let write = |precondition| async move { store.write(&record_key("id").await, "value", MINUTE, precondition).await };
    vec![
        ("put", store.put(&keys[0], "sealed", MINUTE).await),
        ("take", store.take(&keys[0]).await.map(drop)),
        ("spend", store.spend(&keys[1], MINUTE).await.map(drop)),
        ("write absent", write(Precondition::Absent).await.map(drop)),
        ("write present", write(Precondition::Present).await.map(drop)),
        ("write unchanged", write(Precondition::Unchanged("value")).await.map(drop)),
        ("read", store.read(&record).await.map(drop)),
        ("remove unchanged", store.remove(&record, Precondition::Unchanged("value")).await.map(drop)),
        ("remove present", store.remove(&record, Precondition::Present).await.map(drop)),
    ]
}

// Proves: QH7
#[tokio::test]
async fn a_server_that_is_down_is_said_to_be_and_needs_no_restart_of_ours() {
    let mut server = RedisServer::start();
    server.stop();
    let store = RedisStore::connect(&server.url()).unwrap();
    for (operation, said) in every_operation(&store).await {
        let said = unavailable(said);
        assert!(said.contains("cannot be reached") && said.contains(&server.port().to_string()), "{operation}: {said}");
    }
    server.start_again();
    for (operation, said) in every_operation(&store).await {
        said.unwrap_or_else(|error| panic!("{operation}: {error}"));
    }
}

#[tokio::test]
async fn after_a_restart_the_first_operation_succeeds_whichever_it_is() {
    let mut server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();

    // Nobody awaits meanwhile, so the store cannot have seen its connection end.
    server.start_again();
    assert_eq!(store.take(&keys[0]).await.unwrap(), None, "the server forgot it");
    server.start_again();
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    server.start_again();
    assert!(store.spend(&keys[1], MINUTE).await.unwrap());
    server.start_again();
    assert!(store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap());
    server.start_again();
    assert_eq!(store.read(&record).await.unwrap(), None);
    server.start_again();
    assert!(!store.write(&record, "value", MINUTE, Precondition::Unchanged("value")).await.unwrap());
    server.start_again();
    assert!(!store.remove(&record, Precondition::Present).await.unwrap());
}

#[tokio::test]
async fn connections_that_the_server_closes_are_not_missed() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    for _ in 0..5 {
        let key = pending_key().await;
        store.put(&key, "sealed", MINUTE).await.unwrap();
        let _ = server.cli(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        assert_eq!(store.take(&key).await.unwrap().as_deref(), Some("sealed"));
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_not_waited_for_and_carries_out_nothing_late() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    server.pause();
    unavailable(store.take(&keys[0]).await);
    unavailable(store.spend(&keys[1], MINUTE).await);
    unavailable(store.write(&record, "value", MINUTE, Precondition::Absent).await);
    server.resume();
    assert_eq!(store.take(&keys[0]).await.unwrap().as_deref(), Some("sealed"));
    assert!(store.spend(&keys[1], MINUTE).await.unwrap());
    assert!(store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap());
}

#[tokio::test]
async fn a_server_that_pauses_its_clients_is_not_waited_for() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = pending_key().await;
    store.put(&key, "sealed", MINUTE).await.unwrap();
    let _ = server.cli(&["CLIENT", "PAUSE", "4000", "ALL"]);
    unavailable(store.take(&key).await);
    let taken = eventually("the end of the pause", || async { store.take(&key).await.ok() }).await;
    assert_eq!(taken.as_deref(), Some("sealed"));
}

// Proves: QB4
#[tokio::test]
async fn what_arrives_after_its_deadline_is_not_carried_out() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port()).await;
    let store = RedisStore::connect(&proxy.url()).unwrap();
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    store.write(&record, "old", MINUTE, Precondition::Absent).await.unwrap();

    proxy.set(Fault::HoldCommands("LATE"));
    let (taken, spent, written) = tokio::join!(
        store.take(&keys[0]),
        store.spend(&keys[1], MINUTE),
        store.write(&record, "new", MINUTE, Precondition::Unchanged("old"))
    );
    unavailable(taken);
    unavailable(spent);
    unavailable(written);
    proxy.set(Fault::None);
    let arrived = || async { server.cli(&["INFO", "errorstats"]).contains("errorstat_LATE:count=3").then_some(()) };
    eventually("the late command", arrived).await;

    assert_eq!(store.take(&keys[0]).await.unwrap().as_deref(), Some("sealed"));
    assert!(store.spend(&keys[1], MINUTE).await.unwrap());
    assert_eq!(store.read(&record).await.unwrap().as_deref(), Some("old"));
}

#[tokio::test]
async fn after_every_fault_of_the_network_the_next_operation_succeeds() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port()).await;
    let store = RedisStore::connect(&proxy.url()).unwrap();
    let record = record_key("id").await;
    store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap();
    for fault in [Fault::HoldAnswers, Fault::Drip, Fault::HoldCommands("GET")] {
        proxy.set(fault);
        let said = unavailable(store.read(&record).await);
        assert!(said.contains("does not answer in time"), "{fault:?}: {said}");
        // Now connecting hangs as well.
        unavailable(store.read(&record).await);
        proxy.set(Fault::None);
        assert_eq!(store.read(&record).await.unwrap().as_deref(), Some("value"), "{fault:?}");
    }
    proxy.set(Fault::Slow);
    assert_eq!(store.read(&record).await.unwrap().as_deref(), Some("value"));
    assert!(store.write(&record, "new", MINUTE, Precondition::Unchanged("value")).await.unwrap());
}

#[tokio::test]
async fn a_connection_that_nobody_answers_any_more_is_given_up() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port()).await;
    let store = RedisStore::connect(&proxy.url()).unwrap();
    let record = record_key("id").await;
    store.read(&record).await.unwrap();
    proxy.forget_connections();
    unavailable(store.read(&record).await);
    store.read(&record).await.unwrap();
}

#[tokio::test]
async fn after_a_fail_over_the_new_primary_is_asked() {
    let (old, new) = (RedisServer::start(), RedisServer::start());
    let proxy = Proxy::to(old.port()).await;
    let store = RedisStore::connect(&proxy.url()).unwrap();
    let key = pending_key().await;
    store.put(&key, "sealed", MINUTE).await.unwrap();
    // The name leads to the new one, but the connection to the old one still stands.
    proxy.lead_to(new.port());
    let _ = old.cli(&["REPLICAOF", "127.0.0.1", &new.port().to_string()]);
    store.put(&key, "sealed", MINUTE).await.unwrap();
    assert_eq!(store.take(&key).await.unwrap().as_deref(), Some("sealed"));
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_an_answer_uses_nothing_twice() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port()).await;
    let store = RedisStore::connect(&proxy.url()).unwrap();
    let (key, record) = (pending_key().await, record_key("id").await);
    store.put(&key, "sealed", MINUTE).await.unwrap();
    store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap();

    // What can be asked again is.
    proxy.set(Fault::Cut("GET"));
    assert_eq!(store.read(&record).await.unwrap().as_deref(), Some("value"));
    assert_eq!(proxy.fault(), Fault::None, "there was a cut");
    // What cannot is an error, and used up.
    proxy.set(Fault::Cut("GETDEL"));
    unavailable(store.take(&key).await);
    assert_eq!(proxy.fault(), Fault::None, "there was a cut");
    assert_eq!(store.take(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_the_connection_to_the_next() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let record = record_key("id").await;
    // Dropped while it connects, and again while it waits for an answer.
    for _ in 0..2 {
        let read = store.read(&record);
        assert!(futures_util::FutureExt::now_or_never(read).is_none());
        store.read(&record).await.unwrap();
    }
}
