//! Whole logins and sessions in Redis, as `oauth-login` keeps them.

use oauth_core::ErrorKind;
use oauth_login::FailureCode;
use oauth_redis::RedisStore;

use crate::{
    MINUTE,
    redis_server::RedisServer,
    support::{Approval, Browser, World, set_cookies},
};

// Proves: QC9, QA1
#[tokio::test]
async fn whoever_reads_the_server_learns_nothing() {
    let server = RedisServer::start();
    let (world, store) = (World::default(), RedisStore::connect(&server.url()).unwrap());
    let login = world.builder().store(store.clone()).build().unwrap();
    let approval = Browser::default().approve(&login, &world, "alpha", "next=/PLANTED-next").await;
    let sessions = login.session_records(store);
    sessions.create("PLANTED-id", b"PLANTED-content", MINUTE).await.unwrap();

    let names = server.cli(&["KEYS", "*"]);
    assert_eq!(names.lines().count(), 3, "{names}");
    for name in names.lines() {
        let dump = server.cli(&["DUMP", name]);
        for secret in ["PLANTED", "alpha", "verifier", approval.state.as_str()] {
            assert!(!name.contains(secret) && !dump.contains(secret), "{secret} is in {name}");
        }
    }
    assert_eq!(sessions.load("PLANTED-id").await.unwrap().as_deref(), Some(b"PLANTED-content".as_slice()));
}

// Proves: QB4, QH7
#[tokio::test]
async fn an_outage_loses_neither_logins_nor_sessions() {
    let server = RedisServer::start();
    let world = World::default();
    let stores = [(); 2].map(|()| RedisStore::connect(&server.url()).unwrap());
    let [login, sibling] = stores.clone().map(|store| world.builder().store(store).build().unwrap());
    let [sessions, _] = stores.map(|store| login.session_records(store));
    sessions.create("id", b"content", MINUTE).await.unwrap();

    let (mut before, mut meanwhile) = (Browser::default(), Browser::default());
    let begun_before = before.approve(&login, &world, "alpha", "next=/before").await;
    server.pause();
    // In a cookie, since the store does not take it.
    let begun_meanwhile = meanwhile.approve(&login, &world, "alpha", "next=/meanwhile").await;
    for (browser, approval) in [(&mut before, &begun_before), (&mut meanwhile, &begun_meanwhile)] {
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.result.unwrap_err(), FailureCode::StoreUnavailable);
        assert_eq!((landing.answer.status(), set_cookies(&landing.answer).count()), (503, 0));
    }
    assert_eq!(sessions.load("id").await.unwrap_err().kind(), ErrorKind::StoreUnavailable);
    assert_eq!(world.token_requests(), 0);
    server.resume();

    assert_eq!(sessions.load("id").await.unwrap().as_deref(), Some(b"content".as_slice()));
    let logins: [(Browser, Approval, &str); 2] =
        [(before, begun_before, "/before"), (meanwhile, begun_meanwhile, "/meanwhile")];
    for (mut browser, approval, next) in logins {
        let mut copy = browser.clone();
        assert_eq!(browser.callback(&sibling, "alpha", &approval.query()).await.signed_in_at(), next);
        assert_eq!(copy.callback(&login, "alpha", &approval.query()).await.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.token_requests(), 2);
}

#[tokio::test]
async fn a_login_begun_in_a_cookie_finishes_after_the_server_was_replaced() {
    let mut server = RedisServer::start();
    let world = World::default();
    let login = world.builder().store(RedisStore::connect(&server.url()).unwrap()).build().unwrap();
    server.stop();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "next=/me").await;
    server.start_again();
    let mut copy = browser.clone();
    assert_eq!(browser.callback(&login, "alpha", &approval.query()).await.signed_in_at(), "/me");
    assert_eq!(copy.callback(&login, "alpha", &approval.query()).await.failed(), FailureCode::LoginNotFound);
}
