//! What a store that instances share is for, and what happens without it.

use oauth_login::{FailureCode, Refusal};
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::DevProvider;

use crate::running::{COOKIE_KEY, Combination, Running, failure};

async fn two_instances(combination: &Combination, keys: &str) -> Running {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let mut running = combination.start_at(None, provider).await;
    running.start_instance(keys).await;
    running
}

pub(crate) async fn several_instances_are_one(combination: Combination) {
    let running = two_instances(&combination, COOKIE_KEY).await;
    let browser = running.browser();
    running.use_instance(0);
    let callback = running.callback(&browser).await;
    let flow: Vec<_> = browser
        .cookies(running.url("/"))
        .into_iter()
        .map(|cookie| format!("{}={}", cookie.name, cookie.value))
        .collect();
    running.use_instance(1);
    assert_eq!(browser.open(&callback).await.unwrap().url().path(), "/");
    // Used once, whichever instance is asked, and with the cookie that the browser has deleted.
    let asked = running.asked();
    for instance in [0, 1] {
        running.use_instance(instance);
        let again = browser.request("GET", callback.as_str()).header("cookie", flow.join("; ")).send().await.unwrap();
        assert_eq!(failure(&again), "login_not_found");
        assert!(running.me(&browser).await.is_some(), "instance {instance}");
    }
    assert_eq!(running.asked(), asked);

    let session = running.session(&browser);
    let page = running.get(&browser, "/").await;
    running.use_instance(0);
    assert_eq!(running.logout(&browser, &page).send().await.unwrap().status(), 303);
    for instance in [0, 1] {
        running.use_instance(instance);
        assert_eq!(running.ask("GET", "/me", &[("cookie", &session)]).await.status(), 401, "instance {instance}");
    }
}

pub(crate) async fn rotating_the_keys_signs_nobody_out(combination: Combination) {
    let new = "3q2+7wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw=";
    let running = two_instances(&combination, &format!("{new},{COOKIE_KEY}")).await;
    let browser = running.browser();
    running.use_instance(0);
    running.sign_in(&browser, "jane").await;
    let callback = running.callback(&browser).await;
    running.use_instance(1);
    assert!(running.me(&browser).await.is_some());
    assert_eq!(browser.open(callback).await.unwrap().url().path(), "/");
    assert!(running.me(&browser).await.is_some());
    // The instance that does not know the new key yet has not seen such a session.
    running.use_instance(0);
    assert!(running.me(&browser).await.is_none());
}

pub(crate) async fn while_the_store_is_down_nothing_pretends_and_nothing_is_lost(combination: Combination) {
    let running = combination.start().await;
    let (browser, waiting, late) = (running.browser(), running.browser(), running.browser());
    let page = running.sign_in(&browser, "jane").await;
    let session = running.session(&browser);
    let begun_before = running.callback(&waiting).await;

    combination.redis.cut();
    for (path, status) in [("/health", 200), ("/me", 503), ("/", 503)] {
        let answer = running.ask("GET", path, &[("cookie", &session)]).await;
        assert_eq!(answer.status(), status, "{path}");
        if status == 503 {
            assert!(answer.text().contains("\"session_unavailable\""), "{path}: {}", answer.text());
        }
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
    let shown = running.get(&browser, "/").await;
    assert_eq!((shown.status(), shown.text()), (503, Refusal::SessionUnavailable.message()));
    for stranger in ["/", "/health"] {
        assert_eq!(running.ask("GET", stranger, &[]).await.status(), 200, "{stranger}");
    }
    let answer = running.logout(&browser, &page).send().await.unwrap();
    assert_eq!((answer.status(), answer.header("set-cookie")), (503, None), "a logout that did not happen");
    // A login that began in the store, and one that begins in a cookie.
    let callback = waiting.get(&begun_before).await.unwrap();
    assert_eq!((callback.status(), callback.text()), (503, FailureCode::StoreUnavailable.message()));
    let begun_meanwhile = running.callback(&late).await;
    assert_eq!(late.get(&begun_meanwhile).await.unwrap().status(), 503);
    assert_eq!(running.cookie_names(&late).len(), 1);

    combination.redis.mend();
    assert_eq!(running.ask("GET", "/health", &[("cookie", &session)]).await.status(), 200);
    for (browser, callback) in [(&waiting, begun_before), (&late, begun_meanwhile)] {
        assert_eq!(browser.open(callback).await.unwrap().url().path(), "/");
        assert!(running.me(browser).await.is_some());
    }
}

pub(crate) async fn with_cookies_a_login_ends_on_any_instance(combination: Combination) {
    let running = two_instances(&combination, COOKIE_KEY).await;
    let browser = running.browser();
    running.use_instance(0);
    let callback = running.callback(&browser).await;
    running.use_instance(1);
    assert_eq!(browser.open(callback).await.unwrap().url().path(), "/");
    assert!(running.me(&browser).await.is_some());
    // Its session is in that instance's memory.
    running.use_instance(0);
    assert!(running.me(&browser).await.is_none());
}
