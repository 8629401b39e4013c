//! A cluster of three.

use std::process::Command;

use futures_util::future::join_all;
use oauth_login::{PendingStore, Precondition, RecordStore};
use oauth_redis::RedisStore;

use crate::{
    MINUTE, eventually,
    keys::{pending_keys, record_key},
    redis_server::{RedisServer, free_port},
    unavailable,
};

/// A user that may do what the book says, and no more.
const USER: &str = "--user shop on >secret ~oauth:* +get +set +getdel +del +eval +time +zcount +zadd +zrem \
                    +zremrangebyscore +pttl +pexpire +cluster|slots";

fn cluster() -> Vec<RedisServer> {
    let node = |_| {
        let bus = free_port().to_string();
        let mut settings: Vec<_> = USER.split(' ').collect();
        settings.extend([
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            &bus,
            "--cluster-node-timeout",
            "1000",
            "--cluster-require-full-coverage",
            "no",
        ]);
        RedisServer::start_with(&settings)
    };
    let nodes: Vec<_> = (0..3).map(node).collect();
    let addresses = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port()));
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(addresses)
        .args(["--cluster-replicas", "0", "--cluster-yes"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    nodes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_keeps_its_promises_and_loses_only_a_nodes_part_with_the_node() {
    let mut nodes = cluster();
    let (first, second) = (nodes[0].port(), nodes[1].port());
    let url = format!("redis-cluster://shop:secret@127.0.0.1:{first}?node=127.0.0.1:{second}");
    let stores = [(); 2].map(|()| RedisStore::connect(&url).unwrap().max_pending(20));
    let store = &stores[0];

    let keys = pending_keys(21).await;
    let whole = || async { store.put(&keys[0], "sealed", MINUTE).await.ok() };
    eventually("agreement of the nodes", whole).await;
    for key in &keys[1..20] {
        store.put(key, "sealed", MINUTE).await.unwrap();
    }
    unavailable(store.put(&keys[20], "sealed", MINUTE).await);
    let takes = (0..50).map(|index| stores[index % 2].take(&keys[0]));
    assert_eq!(join_all(takes).await.into_iter().filter_map(Result::unwrap).collect::<Vec<_>>(), ["sealed"]);
    store.put(&keys[20], "sealed", MINUTE).await.unwrap();

    let records = join_all((0..30).map(|index| async move { record_key(&index.to_string()).await })).await;
    for key in &records {
        assert!(store.write(key, "value", MINUTE, Precondition::Absent).await.unwrap());
        assert!(store.write(key, "new", MINUTE, Precondition::Unchanged("value")).await.unwrap());
    }
    for node in &nodes {
        assert!(!node.cli(&["DBSIZE"]).starts_with('0'), "each node has a part");
    }

    // A node goes: its part is not there, the others' is.
    nodes[2].stop();
    let mut answered = 0;
    for read in join_all(records.iter().map(|key| store.read(key))).await {
        match read {
            Ok(value) => {
                assert_eq!(value.as_deref(), Some("new"));
                answered += 1;
            }
            refused => drop(unavailable(refused)),
        }
    }
    assert!((1..30).contains(&answered), "{answered} of 30");
    // It returns, with an empty memory.
    nodes[2].start_again();
    for key in &records {
        eventually("the node", || async { store.read(key).await.ok() }).await;
    }

    // All go and return.
    for node in &mut nodes {
        node.stop();
    }
    unavailable(store.read(&records[0]).await);
    for node in &mut nodes {
        node.start_again();
    }
    let written = || async { store.write(&records[0], "value", MINUTE, Precondition::Absent).await.ok() };
    assert!(eventually("the cluster", written).await);
}

#[tokio::test]
async fn a_node_of_a_cluster_asked_alone_says_so() {
    let nodes = cluster();
    let store = RedisStore::connect(&nodes[0].url()).unwrap();
    let keys = join_all((0..30).map(|index| async move { record_key(&index.to_string()).await })).await;
    // At first it only knows that nobody has a key.
    let told = || async {
        let reads = join_all(keys.iter().map(|key| store.read(key))).await;
        let said = reads.into_iter().filter_map(Result::err).map(|error| unavailable(Err::<(), _>(error)));
        said.into_iter().find(|said| said.contains("redis-cluster://"))
    };
    eventually("the hint", told).await;
}
