//! What must happen once, asked of two instances at the same moment.

use futures_util::future::join_all;
use oauth_login::FailureCode;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider, Endpoint};
use oauth_tests::RedisServer;

use crate::{
    EXAMPLES,
    application::{Application, failure, keys, settings},
};

// Proves: QB4
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_identical_callbacks_on_two_instances_one_signs_in() {
    for example in EXAMPLES {
        let mut redis = RedisServer::start();
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let program = oauth_tests::program(example);
        let application = Application::start(&program, 2, &settings(&provider, &redis.url())).await;

        for waiting in ["in the store", "in a cookie"] {
            let browser = Browser::new();
            let callback = if waiting == "in a cookie" {
                redis.stop();
                let callback = application.callback(&browser).await;
                redis.start_again();
                callback
            } else {
                application.callback(&browser).await
            };
            let (asked, flow) = (provider.count(Endpoint::Token), application.cookies(&browser));

            let callbacks = (0..50).map(|_| browser.request("GET", &callback).header("cookie", &flow).send());
            let answers = join_all(callbacks).await;
            let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
            let (won, lost): (Vec<_>, Vec<_>) =
                answers.iter().partition(|answer| answer.header("location") == Some("/"));
            assert_eq!((won.len(), lost.len()), (1, 49), "{example}, a login that waits {waiting}");
            assert!(lost.iter().all(|answer| failure(answer) == FailureCode::LoginNotFound), "{example}");
            assert_eq!(provider.count(Endpoint::Token) - asked, 1, "{example}: requests for a token");
            assert_eq!(keys(&redis, "oauth:record:*").len(), 1, "{example}: sessions");
            // On either instance.
            assert_eq!([application.me(&browser).await, application.me(&browser).await], [200, 200], "{example}");
        }
    }
}
