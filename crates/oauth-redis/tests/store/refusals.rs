//! Servers that answer, but not as asked.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use oauth_login::{PendingStore, Precondition, RecordStore};
use oauth_redis::RedisStore;

use crate::{
    MINUTE,
    keys::{pending_key, pending_keys, record_key},
    redis_server::RedisServer,
    unavailable,
};

/// The URL of something that answers everything with `answer`.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://127.0.0.1:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut buffer = [0; 4096];
            while connection.read(&mut buffer).is_ok_and(|read| read > 0) {
                if connection.write_all(answer.as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    url
}

#[tokio::test]
async fn every_refusal_says_what_to_look_at_and_repeats_nothing() {
    let key = record_key("id").await;
    for (answer, says) in [
        ("-OOM command not allowed when used memory > 'maxmemory'. PLANTED\r\n", "maxmemory"),
        ("-READONLY You can't write against a read only replica. PLANTED\r\n", "replica"),
        ("-LOADING Redis is loading the dataset in memory PLANTED\r\n", "loading"),
        ("-MISCONF Redis is configured to save RDB snapshots PLANTED\r\n", "disk"),
        ("-NOREPLICAS Not enough good replicas to write. PLANTED\r\n", "replicas"),
        ("-NOAUTH Authentication required. PLANTED\r\n", "password"),
        ("-NOPERM User PLANTED has no permissions to run the 'get' command\r\n", "ACL SETUSER"),
        ("-WRONGTYPE Operation against a key holding the wrong kind of value PLANTED\r\n", "key prefix"),
        ("-MOVED 3999 127.0.0.1:6381\r\n", "redis-cluster://"),
        ("-CLUSTERDOWN Hash slot not served PLANTED\r\n", "CLUSTER INFO"),
        ("-MASTERDOWN Link with MASTER is down PLANTED\r\n", "CLUSTER INFO"),
        ("-BUSY Redis is busy running a script. PLANTED\r\n", "SCRIPT KILL"),
        ("-DENIED Redis is running in protected mode PLANTED\r\n", "protected mode"),
        ("-ERR max number of clients reached\r\n", "maxclients"),
        ("-ERR unknown command 'GET', with args beginning with: 'PLANTED'\r\n", "ERR"),
        ("-SOMETHING PLANTED\r\n", "SOMETHING"),
        ("-PLANTED_lower PLANTED\r\n", "answers with an error"),
        ("HTTP/1.1 400 PLANTED\r\n\r\n", "does not answer as Redis does"),
        ("*2\r\n+PLANTED\r\n+PLANTED\r\n", "does not answer as Redis does"),
        (":-1\r\n", "does not answer as Redis does"),
    ] {
        let store = RedisStore::connect(&answering(answer)).unwrap();
        let result =
            if answer.starts_with(':') { store.take(&pending_key().await).await } else { store.read(&key).await };
        let error = result.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains(says) && !said.contains("PLANTED"), "{answer}: {said}");
        unavailable(Err::<(), _>(error));
    }
}

#[tokio::test]
async fn a_full_server_keeps_what_it_has_and_lets_logins_finish() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let (keys, record) = (pending_keys(3).await, record_key("id").await);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap();
    let _ = server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    for refused in [
        store.put(&keys[1], "sealed", MINUTE).await,
        store.spend(&keys[2], MINUTE).await.map(drop),
        store.write(&record, "new", MINUTE, Precondition::Present).await.map(drop),
        store.write(&record, "new", MINUTE, Precondition::Unchanged("value")).await.map(drop),
    ] {
        assert!(unavailable(refused).contains("maxmemory"));
    }
    assert_eq!(store.take(&keys[0]).await.unwrap().as_deref(), Some("sealed"));
    assert_eq!(store.read(&record).await.unwrap().as_deref(), Some("value"));
    assert!(store.remove(&record, Precondition::Present).await.unwrap());
    let _ = server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    store.put(&keys[1], "sealed", MINUTE).await.unwrap();
}

#[tokio::test]
async fn what_was_evicted_is_gone_and_no_error() {
    let server = RedisServer::start_with(&["--maxmemory-policy", "allkeys-random"]);
    let store = RedisStore::connect(&server.url()).unwrap();
    let keys = pending_keys(500).await;
    let (value, mut kept) = ("x".repeat(10_000), 0);
    let used: u64 = server
        .cli(&["INFO", "memory"])
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:")?.trim_end().parse().ok())
        .unwrap();
    let _ = server.cli(&["CONFIG", "SET", "maxmemory", &(used + 1_000_000).to_string()]);
    for key in &keys {
        store.put(key, &value, MINUTE).await.unwrap();
    }
    for key in &keys {
        kept += usize::from(store.take(key).await.unwrap().is_some());
    }
    assert!((1..400).contains(&kept), "{kept} of 500");
}

#[tokio::test]
async fn something_else_under_our_keys_is_said_to_be_there() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let (keys, record) = (pending_keys(2).await, record_key("id").await);
    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    store.write(&record, "value", MINUTE, Precondition::Absent).await.unwrap();
    for name in server.cli(&["KEYS", "*"]).lines() {
        let _ = server.cli(&["DEL", name]);
        let _ = server.cli(&["HSET", name, "field", "value"]);
    }
    for refused in [
        store.put(&keys[1], "sealed", MINUTE).await,
        store.take(&keys[0]).await.map(drop),
        store.read(&record).await.map(drop),
        store.write(&record, "new", MINUTE, Precondition::Unchanged("value")).await.map(drop),
        store.remove(&record, Precondition::Unchanged("value")).await.map(drop),
    ] {
        assert!(unavailable(refused).contains("key prefix"));
    }
}

#[tokio::test]
async fn a_replica_is_said_to_be_one_and_asked_again_when_it_is_none() {
    let server = RedisServer::start();
    let store = RedisStore::connect(&server.url()).unwrap();
    let key = pending_key().await;
    store.put(&key, "sealed", MINUTE).await.unwrap();
    let _ = server.cli(&["REPLICAOF", "127.0.0.1", "1"]);
    assert!(unavailable(store.put(&key, "sealed", MINUTE).await).contains("replica"));
    assert!(unavailable(store.take(&key).await).contains("replica"));
    let _ = server.cli(&["REPLICAOF", "NO", "ONE"]);
    assert_eq!(store.take(&key).await.unwrap().as_deref(), Some("sealed"));
}

#[tokio::test]
async fn a_password_is_used_and_never_shown() {
    let server = RedisServer::start_with(&["--requirepass", "PLANTED @/#:%"]);
    let key = record_key("id").await;
    let at = |user: &str| RedisStore::connect(&server.url().replace("://", &format!("://{user}"))).unwrap();
    at(":PLANTED%20%40%2F%23%3A%25@").read(&key).await.unwrap();
    at("default:PLANTED%20%40%2F%23%3A%25@").read(&key).await.unwrap();
    for (user, says) in [("", "demands a password"), (":PLANTED@", "refuses the user"), ("PLANTED:PLANTED@", "refuses")]
    {
        let store = at(user);
        let error = store.read(&key).await.unwrap_err();
        let said = format!("{error} {error:?} {store:?}");
        assert!(said.contains(says) && !said.contains("PLANTED"), "{user}: {said}");
        unavailable(Err::<(), _>(error));
    }
}

#[tokio::test]
async fn a_user_needs_no_more_than_the_remedy_says() {
    let server = RedisServer::start();
    let url = server.url().replace("://", "://shop:secret@");
    let store = RedisStore::connect(&url).unwrap();
    let _ = server.cli(&["ACL", "SETUSER", "shop", "on", ">secret"]);
    let keys = pending_keys(2).await;
    let record = record_key("id").await;
    let said = unavailable(store.put(&keys[0], "sealed", MINUTE).await);
    let rules = said.split_once("ACL SETUSER … ").unwrap().1;
    let mut command = vec!["ACL", "SETUSER", "shop"];
    command.extend(rules.split(' '));
    assert_eq!(server.cli(&command), "OK");

    store.put(&keys[0], "sealed", MINUTE).await.unwrap();
    assert!(store.take(&keys[0]).await.unwrap().is_some());
    assert!(store.spend(&keys[1], MINUTE).await.unwrap());
    assert!(store.write(&record, "a", MINUTE, Precondition::Absent).await.unwrap());
    assert!(store.write(&record, "b", MINUTE, Precondition::Present).await.unwrap());
    assert!(store.write(&record, "c", MINUTE, Precondition::Unchanged("b")).await.unwrap());
    assert!(store.read(&record).await.unwrap().is_some());
    assert!(store.remove(&record, Precondition::Unchanged("c")).await.unwrap());
    assert!(!store.remove(&record, Precondition::Present).await.unwrap());
    unavailable(store.key_prefix("other:").read(&record).await);
}
