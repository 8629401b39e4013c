//! A store that is away, hangs, lost everything, is full, is slow, or holds something else: what people see, and that
//! nothing has to be restarted.

use futures_util::future::join;
use oauth_login::FailureCode;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider, Page};
use oauth_tests::RedisServer;
use url::Url;

use crate::{
    EXAMPLES,
    application::{Application, failure, keys, settings},
    proxy::{Fault, Proxy},
};

/// Two instances, their store, and people.
struct Scene {
    redis: RedisServer,
    application: Application,
    _provider: DevProvider,
    /// Somebody who is signed in.
    jane: Browser,
    /// Somebody who is about to come back from the provider, to where.
    waiting: (Browser, Url),
}

impl Scene {
    async fn set(example: &str, redis: RedisServer) -> Self {
        let url = redis.url();
        Self::set_at(example, redis, &url).await
    }

    async fn set_at(example: &str, redis: RedisServer, url: &str) -> Self {
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let program = oauth_tests::program(example);
        let application = Application::start(&program, 2, &settings(&provider, url)).await;
        let (jane, waiting) = (Browser::new(), Browser::new());
        application.sign_in(&jane).await;
        let callback = application.callback(&waiting).await;
        Self { redis, application, _provider: provider, jane, waiting: (waiting, callback) }
    }

    async fn callback(&self, (browser, callback): &(Browser, Url)) -> Page {
        self.application.get(browser, callback).await
    }

    /// Begins a login which finishes later.
    async fn begin(&self) -> (Browser, Url) {
        let browser = Browser::new();
        let callback = self.application.callback(&browser).await;
        (browser, callback)
    }

    /// The callback signs in.
    async fn finishes(&self, login: &(Browser, Url)) {
        assert_eq!(self.callback(login).await.header("location"), Some("/"));
        assert_eq!(self.application.me(&login.0).await, 200);
    }

    /// Somebody new signs in, and is known to both instances.
    async fn works(&self) {
        let browser = Browser::new();
        self.application.sign_in(&browser).await;
        assert_eq!([self.application.me(&browser).await, self.application.me(&browser).await], [200, 200]);
    }

    /// Without the store both instances are alive, sign nobody in or out, and say so.
    async fn nothing_pretends(&self) {
        for _ in 0..2 {
            let health = self.application.get(&self.jane, self.application.url("/health")).await;
            assert_eq!(health.status(), 200);
        }
        assert_eq!(self.application.me(&self.jane).await, 503);
        let callback = self.callback(&self.waiting).await;
        assert_eq!((callback.status(), callback.text()), (503, FailureCode::StoreUnavailable.message()));
    }

    /// When the store is back, all is as it was.
    async fn nothing_is_lost(&self, begun_meanwhile: &(Browser, Url)) {
        assert_eq!(self.application.me(&self.jane).await, 200);
        self.finishes(&self.waiting).await;
        self.finishes(begun_meanwhile).await;
        self.works().await;
    }
}

/// Runs it on every example, at the same time.
async fn on_each<F: Future<Output = ()>>(scene: impl Fn(&'static str) -> F) {
    let [axum, actix] = EXAMPLES;
    join(scene(axum), scene(actix)).await;
}

// Proves: QH7, QB4
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_killed_and_has_its_data_again_has_cost_nothing() {
    on_each(|example| async move {
        let redis = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "always"]);
        let mut scene = Scene::set(example, redis).await;
        scene.redis.stop();
        scene.nothing_pretends().await;
        let begun_meanwhile = scene.begin().await;
        assert_eq!(scene.callback(&begun_meanwhile).await.status(), 503);
        scene.redis.start_again();
        scene.nothing_is_lost(&begun_meanwhile).await;
    })
    .await;
}

// Proves: QH7, QB4
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_is_not_waited_for_and_costs_nothing() {
    on_each(|example| async move {
        let scene = Scene::set(example, RedisServer::start()).await;
        scene.redis.pause();
        scene.nothing_pretends().await;
        let begun_meanwhile = scene.begin().await;
        assert_eq!(scene.callback(&begun_meanwhile).await.status(), 503);
        scene.redis.resume();
        scene.nothing_is_lost(&begun_meanwhile).await;
    })
    .await;
}

// Proves: QH7
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_comes_back_empty_has_signed_people_out_and_nothing_worse() {
    on_each(|example| async move {
        let mut scene = Scene::set(example, RedisServer::start()).await;
        scene.redis.stop();
        let begun_meanwhile = scene.begin().await;
        scene.redis.start_again();
        assert_eq!(scene.application.me(&scene.jane).await, 401);
        assert_eq!(failure(&scene.callback(&scene.waiting).await), FailureCode::LoginNotFound);
        scene.finishes(&begun_meanwhile).await;
        scene.application.sign_in(&scene.jane).await;
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        scene.works().await;
    })
    .await;
}

// Proves: QH7
#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_keeps_whom_it_knows_and_takes_others_when_there_is_room() {
    on_each(|example| async move {
        let scene = Scene::set(example, RedisServer::start_with(&["--maxmemory-policy", "noeviction"])).await;
        assert_eq!(scene.redis.cli(&["CONFIG", "SET", "maxmemory", "1"]), "OK");
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        let begun_meanwhile = scene.begin().await;
        assert_eq!(scene.callback(&begun_meanwhile).await.status(), 503);
        // The login is found, and then there is no room for the session.
        assert_eq!(failure(&scene.callback(&scene.waiting).await), FailureCode::SessionUnavailable);
        assert_eq!(scene.redis.cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        scene.finishes(&begun_meanwhile).await;
        scene.works().await;
    })
    .await;
}

// Proves: QH7
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_throws_things_out_signs_people_out_and_nothing_worse() {
    on_each(|example| async move {
        let scene = Scene::set(example, RedisServer::start_with(&["--maxmemory-policy", "allkeys-lru"])).await;
        assert_eq!(scene.redis.cli(&["CONFIG", "SET", "maxmemory", "4mb"]), "OK");
        let fill = "for i = 1, 20000 do redis.call('SET', 'filler:' .. i, string.rep('x', 1000)) end";
        while !keys(&scene.redis, "oauth:*").is_empty() {
            assert_eq!(scene.redis.cli(&["EVAL", fill, "0"]), "");
        }
        assert_eq!(scene.application.me(&scene.jane).await, 401);
        assert_eq!(failure(&scene.callback(&scene.waiting).await), FailureCode::LoginNotFound);
        // It is as full as before.
        scene.works().await;
    })
    .await;
}

// Proves: QH7
#[tokio::test(flavor = "multi_thread")]
async fn something_else_under_a_key_is_an_outage_for_whom_it_belongs_to() {
    on_each(|example| async move {
        let scene = Scene::set(example, RedisServer::start()).await;
        let ours = [keys(&scene.redis, "oauth:record:*"), keys(&scene.redis, "oauth:{pending}:*")].concat();
        assert_eq!(ours.len(), 2, "{ours:?}");
        for key in &ours {
            assert_eq!(scene.redis.cli(&["DEL", key]), "1");
            assert_eq!(scene.redis.cli(&["LPUSH", key, "a list"]), "1");
        }
        scene.nothing_pretends().await;
        scene.works().await;
        for key in &ours {
            assert_eq!(scene.redis.cli(&["DEL", key]), "1");
        }
        assert_eq!(scene.application.me(&scene.jane).await, 401);
        scene.application.sign_in(&scene.jane).await;
        assert_eq!(scene.application.me(&scene.jane).await, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_is_waited_for_and_a_severed_one_is_found_again() {
    on_each(|example| async move {
        let redis = RedisServer::start();
        let network = Proxy::to(redis.port()).await;
        let scene = Scene::set_at(example, redis, &network.url()).await;
        network.set(Fault::Slow);
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        scene.finishes(&scene.waiting).await;
        scene.works().await;

        network.set(Fault::Cut("GET"));
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        assert_eq!(network.fault(), Fault::None, "it was severed in the middle of the answer");

        network.set(Fault::HoldAnswers);
        assert_eq!(scene.application.me(&scene.jane).await, 503);
        let begun_meanwhile = scene.begin().await;
        network.set(Fault::None);
        assert_eq!(scene.application.me(&scene.jane).await, 200);
        scene.finishes(&begun_meanwhile).await;
    })
    .await;
}
