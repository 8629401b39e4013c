//! Codes, cookies and callbacks of somebody else.

use futures_util::future::join_all;
use oauth_providers::{bitbucket::BITBUCKET, oidc::OIDC};
use oauth_testkit::{Browser, DevProvider, Endpoint, PkceEnforcement};
use url::Url;

use crate::{
    application::{Application, Combination, Store},
    planted::Planted,
};

/// A callback with the code of another one.
fn with_code_of(own: &Url, other: &Url) -> Url {
    let code = other.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let pairs: Vec<_> = own.query_pairs().into_owned().filter(|(name, _)| name != "code").collect();
    let mut url = own.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("code", &code);
    url
}

// Proves: QA3, QA4, QF9
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_code_signs_nobody_in_as_its_owner() {
    for combination in Combination::all() {
        // PKCE refuses it; where a server does not know PKCE, the nonce does.
        for (spec, pkce, expected) in [
            (&BITBUCKET, PkceEnforcement::Required, "provider_refused"),
            (&OIDC, PkceEnforcement::Required, "provider_refused"),
            (&OIDC, PkceEnforcement::Ignored, "provider_refused"),
        ] {
            let provider = DevProvider::builder(spec).pkce(pkce).start().await.unwrap();
            let app = Application::start(&combination, provider.variables()).await;
            let (victim, attacker) = (Browser::new(), Browser::new());
            let stolen = app.callback(&victim, spec.name(), "jane").await;
            let own = app.callback(&attacker, spec.name(), "omar").await;
            let end = attacker.open(with_code_of(&own, &stolen)).await.unwrap();
            let case = format!("{app} {} {pkce:?}", spec.name());
            assert_eq!(app.failure(&end).as_deref(), Some(expected), "{case}");
            assert_eq!(provider.count(Endpoint::Token), 1, "{case}");
            assert!(app.me(&attacker).await.is_none(), "{case}");
            app.assert_silent_about(&Planted::new(provider.secrets()));
        }
    }
}

// Proves: QB4
#[tokio::test(flavor = "multi_thread")]
async fn twenty_copies_of_a_callback_at_once_are_one_login() {
    for combination in Combination::all() {
        // Only what several instances share can be asked by several.
        let instances = if matches!(combination.store, Store::Redis(_)) { 2 } else { 1 };
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let mut app = Application::start(&combination, provider.variables()).await;
        for _ in 1..instances {
            app.start_instance().await;
        }
        let victim = Browser::new();
        let callback = app.callback(&victim, "bitbucket", "jane").await;
        let cookies = victim.cookies(app.url("/"));
        let cookies: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let copies = join_all((0..20).map(|number| {
            app.use_instance(number % instances);
            let request = victim.request("GET", callback.as_str()).header("cookie", cookies.join("; "));
            async { request.send().await.unwrap() }
        }));
        let landed = copies.await.iter().filter(|page| page.header("location") == Some("/")).count();
        assert_eq!((landed, provider.count(Endpoint::Token)), (1, 1), "{app}");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}

// Proves: QC6
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_opens_nothing_under_another_name() {
    for combination in Combination::all() {
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let app = Application::start(&combination, provider.variables()).await;
        let (victim, attacker) = (Browser::new(), Browser::new());
        app.sign_in(&victim, "bitbucket", "jane").await;
        let session = victim.cookies(app.url("/")).pop().unwrap();
        let callback = app.callback(&attacker, "bitbucket", "omar").await;
        let flow = attacker.cookies(app.url("/")).pop().unwrap();

        let as_session = format!("{}={}", session.name, flow.value);
        let answer = attacker.request("GET", app.url("/me")).header("cookie", as_session).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{app}");
        let as_flow = format!("{}={}", flow.name, session.value);
        let end = attacker.request("GET", callback.as_str()).header("cookie", as_flow).send().await.unwrap();
        assert_eq!(app.failure(&end).as_deref(), Some("login_not_found"), "{app}");
        // The victim's session in a login of the attacker's own changes neither.
        let both = format!("{}={}; {}={}", flow.name, flow.value, session.name, session.value);
        let end = attacker.request("GET", callback.as_str()).header("cookie", both).send().await.unwrap();
        assert_eq!(end.header("location"), Some("/"), "{app}");
        assert!(app.me(&victim).await.is_none(), "{app}: the session of before is gone, as at every login");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}

// Proves: QC9, QH4
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_the_store_learns_no_secret() {
    // The only store that others can read.
    for combination in Combination::all() {
        let Store::Redis(redis) = &combination.store else { continue };
        assert_eq!(redis.cli(&["FLUSHALL"]), "OK");
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let app = Application::start(&combination, provider.variables()).await;
        let (signed_in, waiting) = (Browser::new(), Browser::new());
        app.sign_in(&signed_in, "bitbucket", "jane").await;
        let callback = app.callback(&waiting, "bitbucket", "omar").await;

        let mut planted = Planted::new(provider.secrets());
        for browser in [&signed_in, &waiting] {
            browser.cookies(app.url("/")).iter().for_each(|cookie| planted.add(&cookie.value));
        }
        planted.add("jane.doe@example.com");
        planted.add("123e4567-e89b-12d3-a456-426614174000");
        let names = redis.cli(&["KEYS", "*"]);
        assert!(names.lines().count() >= 2, "{names}");
        planted.assert_not_in("the names in the store", names.as_bytes());
        for name in names.lines() {
            planted.assert_not_in("the store", redis.cli(&["--raw", "DUMP", name]).as_bytes());
        }
        assert_eq!(waiting.open(callback).await.unwrap().url().path(), "/");
        assert!(app.me(&waiting).await.is_some() && app.me(&signed_in).await.is_some());
    }
}
