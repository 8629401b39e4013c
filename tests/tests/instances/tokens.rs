//! Tokens that several instances keep together.

use std::{path::PathBuf, time::Duration};

use futures_util::future::join_all;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault};
use oauth_tests::RedisServer;

use crate::{
    application::{Application, settings, within},
    wire::Connection,
};

fn program() -> PathBuf {
    let file = format!("examples/token_instance{}", std::env::consts::EXE_SUFFIX);
    oauth_tests::build(&["--example", "token_instance"], &file)
}

/// A provider whose access tokens are renewed after so many seconds: half of their life. Its answers take `delay`.
async fn provider(renewed_after: u64, delay: Duration) -> DevProvider {
    let lifetime = Duration::from_secs(2 * renewed_after);
    DevProvider::builder(&BITBUCKET).access_token_lifetime(lifetime).delay(delay).start().await.unwrap()
}

/// Waits until a token that was issued just now is renewed at the next request.
async fn until_due(renewed_after: u64) {
    // One more, because ends are told in whole seconds.
    tokio::time::sleep(Duration::from_secs(renewed_after + 1)).await;
}

async fn token(application: &Application, instance: usize, session: &str) -> String {
    let address = application.instance(instance).address();
    let mut connection = Connection::open(address).await.unwrap();
    let answer = within(connection.get("/token", session)).await.unwrap();
    assert_eq!(answer.status(), "200", "{}", answer.body);
    answer.body
}

// Proves: QE9
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_requests_on_two_instances_renew_a_token_once() {
    const RENEWED_AFTER: u64 = 8;
    // Both instances ask before either has an answer.
    let (redis, provider) = (RedisServer::start(), provider(RENEWED_AFTER, Duration::from_millis(500)).await);
    let application = Application::start(&program(), 2, &settings(&provider, &redis.url())).await;
    let browser = Browser::new();
    application.sign_in(&browser).await;
    let session = application.cookies(&browser);

    let first = token(&application, 0, &session).await;
    assert_eq!(token(&application, 1, &session).await, first);
    assert_eq!(provider.count(Endpoint::Token), 1, "of the login");
    until_due(RENEWED_AFTER).await;

    let tokens = join_all((0..200).map(|number| token(&application, number % 2, &session))).await;
    assert_eq!(provider.count(Endpoint::Token), 2);
    assert!(tokens.iter().all(|token| *token == tokens[0] && *token != first));
}

// Proves: QE9
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_survives_the_instance_that_was_renewing_it() {
    const RENEWED_AFTER: u64 = 2;
    let (redis, provider) = (RedisServer::start(), provider(RENEWED_AFTER, Duration::ZERO).await);
    let mut application = Application::start(&program(), 2, &settings(&provider, &redis.url())).await;
    let browser = Browser::new();
    application.sign_in(&browser).await;
    let session = application.cookies(&browser);
    let first = token(&application, 0, &session).await;
    until_due(RENEWED_AFTER).await;

    provider.fail_once(Endpoint::Token, Fault::hang());
    let mut dying = Connection::open(application.instance(0).address()).await.unwrap();
    let asking = {
        let session = session.clone();
        tokio::spawn(async move { dying.get("/token", &session).await.is_err() })
    };
    within(async {
        while provider.count(Endpoint::Token) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    application.kill(0);
    assert!(asking.await.unwrap(), "it died in the middle of its renewal");

    // The other one is the first now.
    let second = token(&application, 0, &session).await;
    assert_ne!(second, first);
    // And the refresh token that came with it was kept.
    until_due(RENEWED_AFTER).await;
    assert_ne!(token(&application, 0, &session).await, second);
    assert_eq!(provider.count(Endpoint::Token), 4);
}
