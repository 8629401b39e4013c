//! URLs of stores, good and bad.

use oauth_core::ErrorKind;
use oauth_redis::RedisStore;

#[tokio::test]
async fn urls_of_stores_are_understood_and_shown_without_secrets() {
    for (url, shown) in [
        ("redis://localhost", "redis://localhost:6379"),
        ("redis://localhost/", "redis://localhost:6379"),
        ("redis://127.0.0.1:7000/15", "redis://127.0.0.1:7000"),
        ("redis://[::1]:7000", "redis://[::1]:7000"),
        ("valkey://:PLANTED@cache.example", "valkey://cache.example:6379"),
        ("redis://PLANTED:PLANTED@cache.example/0", "redis://cache.example:6379"),
        #[cfg(feature = "rustls")]
        ("rediss://PLANTED@cache.example:6380", "rediss://cache.example:6380"),
        #[cfg(feature = "rustls")]
        ("valkeys://:PLANTED%23@cache.example", "valkeys://cache.example:6379"),
        #[cfg(feature = "cluster")]
        ("redis-cluster://:PLANTED@a:1?node=b:2&node=c", "redis-cluster://a:1,b:2,c:6379"),
        #[cfg(feature = "cluster")]
        ("valkey-cluster://a?node=[::1]:2", "valkey-cluster://a:6379,[::1]:2"),
        #[cfg(all(feature = "cluster", feature = "rustls"))]
        ("rediss-cluster://a", "rediss-cluster://a:6379"),
    ] {
        let variable = ("OAUTH_STORE_URL".to_owned(), url.to_owned());
        let store = RedisStore::from_vars([variable]).unwrap().unwrap();
        let debug = format!("{store:?}");
        assert!(debug.contains(shown) && !debug.contains("PLANTED"), "{url}: {debug}");
    }
}

// Proves: QH4
#[test]
fn what_is_no_url_of_a_store_is_refused_by_the_settings_name_and_not_quoted() {
    for (url, says) in [
        ("", "is not a URL"),
        ("PLANTED", "is not a URL"),
        ("localhost:6379", "is not the URL of"),
        ("http://PLANTED.example", "is not the URL of"),
        ("unix:///run/PLANTED.sock", "is not the URL of"),
        ("redis://", "has no host"),
        ("redis:PLANTED", "has no host"),
        ("redis:///0", "has no host"),
        ("redis://:PLANTED@", "is not a URL"),
        ("redis://localhost:PLANTED", "is not a URL"),
        // Passwords that are not encoded.
        ("redis://:PLANTED#1@localhost", "is not a URL"),
        ("redis://user:12#PLANTED@localhost", "fragment"),
        ("redis://user:12/PLANTED@localhost", "path"),
        ("redis://user:12?PLANTED@localhost", "parameter"),
        ("redis://:PLANTED%FF@localhost", "UTF-8"),
        // What the driver would understand.
        ("redis://localhost/?protocol=PLANTED", "parameter"),
        ("redis://localhost/70000", "path"),
        ("redis://localhost/-1", "path"),
        #[cfg(feature = "rustls")]
        ("rediss://localhost/#insecure", "certificates are always verified"),
        #[cfg(not(feature = "rustls"))]
        ("rediss://localhost", "`rustls`"),
        #[cfg(not(feature = "cluster"))]
        ("redis-cluster://localhost", "`cluster`"),
        #[cfg(feature = "cluster")]
        ("redis-cluster://localhost/1", "path"),
        #[cfg(feature = "cluster")]
        ("redis-cluster://localhost?node=", "node"),
        #[cfg(feature = "cluster")]
        ("redis-cluster://localhost?node=PLANTED@b:1/2", "node"),
        #[cfg(feature = "cluster")]
        ("redis-cluster://localhost?nodes=b", "node"),
    ] {
        let variable = ("OAUTH_STORE_URL".to_owned(), url.to_owned());
        let error = RedisStore::from_vars([variable]).unwrap_err();
        let said = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(said.contains("OAUTH_STORE_URL") && said.contains(says) && !said.contains("PLANTED"), "{url}: {said}");
        let said = RedisStore::connect(url).unwrap_err().to_string();
        assert!(said.contains("the store's URL") && said.contains(says), "{said}");
    }
}

#[test]
fn other_variables_are_not_ours() {
    let variable = ("OAUTH_BASE_URL".to_owned(), "https://app.example".to_owned());
    assert!(RedisStore::from_vars([variable]).unwrap().is_none());
}
