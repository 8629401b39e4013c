//! Signing in, one promise at a time.

use oauth_login::FailureCode;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{DevProvider, Endpoint, Fault};
use url::Url;

use crate::running::{Combination, failure};

pub(crate) async fn each_route_answers_as_promised(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();

    let home = running.get(&browser, "/").await;
    assert_eq!((home.status(), home.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for href in ["/auth/bitbucket/login", "/auth/acme/login"] {
        assert!(home.text().contains(&format!("href=\"{href}\"")), "{href}");
    }
    assert_eq!(running.get(&browser, "/health").await.status(), 200);
    let me = running.get(&browser, "/me").await;
    assert_eq!((me.status(), me.header("content-type")), (401, Some("application/json")));
    assert!(me.text().contains("\"error\":\"not_signed_in\""));
    assert_eq!(browser.cookies(running.url("/")), []);

    for path in ["/auth/github/login", "/auth/github/callback?code=a&state=b", "/auth/bitbucket", "/nowhere"] {
        assert_eq!(running.get(&browser, path).await.status(), 404, "{path}");
    }
    assert_eq!(running.get(&browser, "/auth/logout").await.status(), 405);

    let login = running.get(&browser, "/auth/bitbucket/login?next=/me&scope=admin&redirect_uri=x").await;
    assert_eq!(login.status(), 303);
    let authorize = login.location().unwrap();
    assert!(authorize.as_str().starts_with(running.provider.base_url()));
    let parameter = |wanted: &str| {
        let all: Vec<_> = authorize.query_pairs().filter(|(name, _)| name == wanted).collect();
        assert_eq!(all.len(), 1, "{wanted}");
        all.first().unwrap().1.clone().into_owned()
    };
    assert_eq!(parameter("redirect_uri"), running.url("/auth/bitbucket/callback"));
    assert_eq!(parameter("scope"), "account email");
    assert_eq!(parameter("state").len(), 43);
}

/// What no person's browser sends, or not often.
pub(crate) async fn odd_requests_are_answered_alike(combination: Combination) {
    let running = combination.start().await;
    let signed_in = running.browser();
    running.sign_in(&signed_in, "jane").await;
    let session = running.session(&signed_in);
    for cookie in ["", session.as_str()] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            for path in
                ["/", "/me", "/health", "/nowhere", "/auth", "/auth/", "/auth/bitbucket", "/?error=login_expired"]
            {
                running.ask(method, path, &[("cookie", cookie)]).await;
            }
            for path in
                ["/auth/bitbucket/login", "/auth/bitbucket/callback", "/auth/nowhere/login", "/auth/nowhere/callback"]
            {
                let answer = running.ask(method, path, &[("cookie", cookie)]).await;
                assert!([303, 404, 405].contains(&answer.status()), "{method} {path}");
            }
        }
    }
    let login = "/auth/bitbucket/login";
    for (headers, status) in [
        ([("sec-purpose", "prefetch"), ("accept", "text/html")], 503),
        ([("sec-fetch-dest", "iframe"), ("accept", "text/html")], 403),
        ([("sec-fetch-dest", "empty"), ("origin", "https://attacker.example")], 403),
        ([("host", "attacker.example"), ("x-forwarded-host", "attacker.example")], 303),
        ([("x-forwarded-proto", "https"), ("forwarded", "host=attacker.example;proto=https")], 303),
        ([("content-type", "application/x-www-form-urlencoded"), ("referer", "https://attacker.example/")], 303),
    ] {
        assert_eq!(running.ask("GET", login, &headers).await.status(), status, "{headers:?}");
    }
    for path in [
        "/auth/bitbucket/login/",
        "//auth/bitbucket/login",
        "/auth//login",
        "/auth/%ff/login",
        "/auth/bitbucket%2Flogin",
        "/auth/%62itbucket/login",
        "/auth/BITBUCKET/login",
        "/%61uth/bitbucket/login",
        "/auth/bitbucket/log%69n",
        "/auth/bitbucket%2flogin",
        "/auth/bitbucket/callbac%6b?state=a&code=b",
        "/auth/%6cogout",
        "/auth/bitbucket/login/extra",
        "/auth/bitbucket/login?next=%ff",
        "/auth/bitbucket/login?next",
        "/auth/bitbucket/login?&&=&next=/me",
        "/auth/bitbucket/callback?state=a&code=b",
        "/auth/bitbucket/callback?%ff",
        "/?",
        "/?error",
        "/?error=%",
    ] {
        running.ask("GET", path, &[]).await;
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        failure(&running.ask("POST", "/auth/bitbucket/callback?state=a&code=b", &form).await),
        "invalid_request"
    );
    // Of `/me` a browser gets what a program gets.
    assert_eq!(running.get(&running.browser(), "/me").await.status(), 401);
}

pub(crate) async fn me_is_the_whole_record(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let page = browser.open(running.url("/auth/bitbucket/login?next=/me")).await.unwrap();
    let page = browser.sign_in_as(&page, "jane").await.unwrap();
    assert_eq!((page.status(), page.url().as_str()), (200, running.url("/me").as_str()));
    let mut user: serde_json::Value = serde_json::from_str(page.text()).unwrap();
    let raw_data = user.as_object_mut().unwrap().remove("raw_data").unwrap();
    assert_eq!(raw_data["uuid"], "{123e4567-e89b-12d3-a456-426614174000}");
    let base = running.provider.base_url();
    let expected = serde_json::json!({
        "provider": "bitbucket",
        "oauth_id": "123e4567-e89b-12d3-a456-426614174000",
        "email": "jane.doe@example.com",
        "email_verified": true,
        "username": "jane",
        "first_name": "Jane",
        "last_name": "Doe",
        "avatar_url": format!("{base}/people/jane/avatar.svg"),
        "profile_url": format!("{base}/people/jane"),
    });
    assert_eq!(user, expected);
}

pub(crate) async fn the_page_shows_who_is_signed_in_and_nothing_that_is_not_text(combination: Combination) {
    let running = combination.start().await;
    let people = [
        ("jane", "Jane Doe", "Verified"),
        ("omar", "Omar Haddad", "Not verified"),
        ("noor", "noor", "No e-mail address"),
        ("priya", "Priya Raman", "No e-mail address"),
        ("lucia", "lucia@example.com", "Verified"),
        ("tricky", "&#60;script&#62;alert(1)&#60;/script&#62; O’Neil &#38; Søn 🦊", "Verified"),
    ];
    for (person, shown, badge) in people {
        let browser = running.browser();
        let page = running.sign_in(&browser, person).await;
        assert_eq!((page.status(), page.url().path()), (200, "/"));
        let text = page.text();
        assert!(text.contains(shown) && text.contains(&format!(">{badge}<")), "{person}: {text}");
        assert!(text.contains("action=\"/auth/logout\"") && text.contains("<details>"));
        assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains(" on"), "{person}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let policy = page.header("content-security-policy").unwrap();
        for rule in ["default-src 'none'", "style-src 'sha256-", "img-src https:", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        for secret in running.provider.secrets() {
            assert!(!text.contains(&secret), "{person}");
        }
    }
}

pub(crate) async fn the_page_explains_the_listed_codes_only(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    for code in FailureCode::ALL {
        let page = running.get(&browser, &format!("/?error={code}")).await;
        assert!(page.text().contains(&format!("role=\"alert\">{}<", code.message())), "{code}");
    }
    for query in
        ["", "error=", "error=made_up", "error=%3Cscript%3E", "error=%ff", "error=login_expired&error=login_expired"]
    {
        let page = running.get(&browser, &format!("/?{query}")).await;
        assert_eq!(page.status(), 200);
        assert!(!page.text().contains("role=\"alert\"") && !page.text().contains("<script"), "{query}");
    }
}

pub(crate) async fn a_callback_in_another_browser_signs_nobody_in(combination: Combination) {
    let running = combination.start().await;
    let (attacker, victim) = (running.browser(), running.browser());
    let callback = running.callback(&attacker).await;
    // The victim has a login of their own under way.
    running.get(&victim, "/auth/bitbucket/login").await;
    let lured = victim.get(&callback).await.unwrap();
    assert_eq!(failure(&lured), "login_not_found");
    assert_eq!(running.asked(), 0);
    assert_eq!(running.me(&victim).await, None);
    // The login is still there for the browser that began it.
    assert_eq!(attacker.open(&callback).await.unwrap().url().path(), "/");
    assert!(running.me(&attacker).await.is_some());
}

pub(crate) async fn a_callback_under_another_providers_name_reaches_no_provider(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let callback = running.callback(&browser).await;
    let other = callback.as_str().replace("/auth/bitbucket/", "/auth/acme/");
    assert_eq!(failure(&browser.get(other).await.unwrap()), "state_mismatch");
    // It cannot be tried again where it belongs.
    assert_eq!(failure(&browser.get(&callback).await.unwrap()), "login_not_found");
    assert_eq!(running.asked(), 0);
    assert_eq!(running.me(&browser).await, None);
}

pub(crate) async fn a_callback_works_once(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let callback = running.callback(&browser).await;
    let cookies = browser.cookies(running.url("/"));
    browser.open(&callback).await.unwrap();
    let asked = running.asked();
    assert_eq!(asked, 3);
    assert_eq!(failure(&browser.get(&callback).await.unwrap()), "login_not_found");
    // Not even with the cookie that the browser has deleted.
    let [flow] = cookies.as_slice() else { panic!("{cookies:?}") };
    let cookie = format!("{}={}", flow.name, flow.value);
    let again = browser.request("GET", callback.as_str()).header("cookie", cookie).send().await.unwrap();
    assert_eq!(failure(&again), "login_not_found");
    assert_eq!(running.asked(), asked);
    assert!(running.me(&browser).await.is_some(), "the session of the first one goes on");
}

/// What becomes of a callback's address.
type Change = Box<dyn Fn(&str) -> String + Send + Sync>;

pub(crate) async fn an_altered_callback_reaches_no_provider(combination: Combination) {
    let running = combination.start().await;
    let add = |parameter: &str| {
        let parameter = parameter.to_owned();
        Box::new(move |callback: &str| format!("{callback}&{parameter}")) as Change
    };
    let state_of = |callback: &str| {
        let url = Url::parse(callback).unwrap();
        url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
    };
    let changes = [
        (add("state=x"), "invalid_request"),
        (Box::new(move |callback| format!("{callback}&state={}", state_of(callback))), "invalid_request"),
        (add("code=x"), "invalid_request"),
        (add("error=access_denied&error=x"), "invalid_request"),
        (add("error=access_denied"), "access_denied"),
        (add("error=%3Cscript%3E"), "provider_error"),
        (Box::new(|callback| callback.replace("state=", "state=A")), "login_not_found"),
        (Box::new(|callback| callback.replace("state=", "stale=")), "invalid_request"),
        (Box::new(|callback| callback.replace("code=", "access_token=")), "invalid_request"),
        (Box::new(|callback| format!("{callback}&x={}", "y".repeat(20_000))), "invalid_request"),
    ];
    for (number, (change, code)) in changes.iter().enumerate() {
        let browser = running.browser();
        let callback = change(running.callback(&browser).await.as_str());
        assert_eq!(failure(&browser.get(callback).await.unwrap()), *code, "{number}");
        assert_eq!(running.me(&browser).await, None);
    }
    assert_eq!(running.asked(), 0);
}

pub(crate) async fn a_login_ends_in_this_application_only(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    for next in [
        "//evil.test",
        "/\\evil.test",
        "/\tevil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "https://evil.test/",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/./\\evil.test",
        "/%2fevil.test",
        "/a/..//evil.test",
        "evil.test",
        "",
        "/auth/logout",
        "/auth/bitbucket/login",
    ] {
        let mut url = Url::parse(&running.url("/auth/bitbucket/login")).unwrap();
        url.query_pairs_mut().append_pair("next", next);
        assert_eq!(failure(&browser.get(&url).await.unwrap()), "invalid_next", "{next:?}");
    }
    let twice = running.get(&browser, "/auth/bitbucket/login?next=/me&next=//evil.test").await;
    assert_eq!(failure(&twice), "invalid_next");
    assert_eq!(browser.cookies(running.url("/")), []);
    assert_eq!(running.provider.requests(), []);
}

pub(crate) async fn two_logins_in_one_browser_end_in_any_order(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let first = running.callback(&browser).await;
    let second = running.callback(&browser).await;
    assert_eq!(running.cookie_names(&browser).len(), 2);
    for callback in [second, first] {
        assert_eq!(browser.open(callback).await.unwrap().url().path(), "/");
        assert!(running.me(&browser).await.is_some());
    }
    assert_eq!(running.cookie_names(&browser), ["session"]);
}

pub(crate) async fn declining_and_a_failing_provider_are_explained(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let page = browser.open(running.url("/auth/bitbucket/login")).await.unwrap();
    let page = browser.deny(&page).await.unwrap();
    assert!(page.text().contains(FailureCode::AccessDenied.message()));

    for (endpoint, fault, code) in [
        (Endpoint::Token, Fault::json(401, r#"{"error":"invalid_client"}"#), FailureCode::ProviderRefused),
        (Endpoint::Token, Fault::html(503, "<h1>secret</h1>"), FailureCode::ProviderRefused),
        (Endpoint::Token, Fault::drop_connection(), FailureCode::ProviderUnavailable),
        (Endpoint::Token, Fault::redirect("http://127.0.0.1:1/"), FailureCode::ProviderUnavailable),
        (Endpoint::UserInfo, Fault::status(401), FailureCode::ProfileUnavailable),
        (Endpoint::Call("emails"), Fault::status(500), FailureCode::ProfileUnavailable),
    ] {
        running.provider.fail_once(endpoint, fault.clone());
        let page = running.sign_in(&browser, "jane").await;
        assert!(page.text().contains(code.message()), "{endpoint:?} {fault:?}: {}", page.url());
        assert_eq!(running.cookie_names(&browser), [""; 0]);
        // A request may be left over that nobody sent after the first failure.
        running.provider.recover(endpoint);
    }
}

pub(crate) async fn long_tokens_and_missing_email_permission_are_no_obstacle(combination: Combination) {
    let provider = DevProvider::builder(&BITBUCKET).token_length(3000).scope_member("scopes").start().await.unwrap();
    let running = combination.start_at(None, provider).await;
    for (person, fault, email) in [
        ("jane", None, Some("jane.doe@example.com")),
        ("lucia", None, Some("lucia@example.com")),
        ("jane", Some(Fault::json(403, r#"{"type":"error"}"#)), None),
        ("jane", Some(Fault::status(404)), None),
    ] {
        if let Some(fault) = fault {
            running.provider.fail(Endpoint::Call("emails"), fault);
        }
        let browser = running.browser();
        running.sign_in(&browser, person).await;
        let user = running.me(&browser).await.unwrap();
        assert_eq!(user["email"].as_str(), email, "{person}");
        assert_eq!(user["email_verified"].as_bool(), email.map(|_| true));
        running.provider.recover(Endpoint::Call("emails"));
    }
}

pub(crate) async fn behind_a_tls_proxy_every_cookie_is_guarded(combination: Combination) {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let running = combination.start_at(Some("https://app.example"), provider).await;
    let browser = running.browser();
    let mut seen = Vec::new();
    let callback = running.callback(&browser).await;
    assert!(callback.as_str().starts_with("https://app.example/auth/bitbucket/callback?"));
    seen.extend(browser.cookies(running.url("/")));
    let page = browser.open(callback).await.unwrap();
    assert_eq!(page.url().as_str(), "https://app.example/");
    seen.extend(browser.cookies(running.url("/")));
    assert_eq!(seen.len(), 2);
    for cookie in seen {
        assert!(cookie.name.starts_with("__Host-") && cookie.secure && cookie.http_only, "{cookie:?}");
        assert_eq!((cookie.path.as_str(), cookie.same_site.as_deref()), ("/", Some("Lax")));
        assert!(!cookie.has_domain);
    }

    let answer = browser.request("POST", running.url("/auth/logout")).from(&page).send().await.unwrap();
    assert_eq!((answer.status(), answer.header("location")), (303, Some("/")));
    assert_eq!(browser.cookies(running.url("/")), []);
    assert_eq!(running.me(&browser).await, None);
}
