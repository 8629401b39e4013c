//! Ends of sessions, and what every answer of ours says to browsers.

use super::*;

// Proves: QC5
#[tokio::test]
async fn a_session_that_ended_at_another_instance_is_not_written_back() {
    let store = RecordMemory::new();
    let instance = || {
        let login = Login::builder(oauth_core::Registry::builder().build().unwrap()).cookie_key(COOKIE_KEY);
        SealedSessions::new(&login.build().unwrap(), store.clone())
    };
    let (here, there) = (instance(), instance());
    let (minute, in_cart) = (time::Duration::MINUTE, |what: &str| State::from([("cart".to_owned(), what.to_owned())]));
    let key = here.save(in_cart("tea"), &minute).await.unwrap();
    let again = SessionKey::try_from(key.as_ref().to_owned()).unwrap();
    let again = there.update(again, in_cart("coffee"), &minute).await.unwrap();
    assert_eq!(here.load(&key).await.unwrap(), Some(in_cart("coffee")), "while it lives it is written");

    here.delete(&key).await.unwrap();
    there.update_ttl(&again, &minute).await.unwrap();
    there.update(again, in_cart("milk"), &minute).await.unwrap();
    for instance in [here, there] {
        assert_eq!(instance.load(&key).await.unwrap(), None);
    }
}

// Proves: QC8
#[tokio::test]
async fn a_session_that_outgrows_its_cookie_is_an_error_and_no_cookie_that_a_browser_drops() {
    async fn fill(session: Session, size: web::Path<usize>) -> &'static str {
        session.insert("fill", "x".repeat(*size)).unwrap();
        ""
    }
    for origin in [None, Some("https://app.example")] {
        let site = Site::serve(Setup {
            origin,
            sessions: Box::new(|login, _| Some(session_middleware(login, CookieSessionStore::default()))),
            further: Box::new(|config| {
                config.route("/fill/{size}", web::post().to(fill));
            }),
            ..Setup::default()
        })
        .await;
        let browser = site.browser();
        site.sign_in(&browser, "jane").await;
        let (mut largest, mut refused) = (0, 0);
        for size in (0..5000).step_by(50) {
            let answer = browser.request("POST", site.url(&format!("/fill/{size}"))).send().await.unwrap();
            let set: Vec<_> =
                answer.headers("set-cookie").map(|cookie| cookie.split(';').next().unwrap().len()).collect();
            match (answer.status(), set.as_slice()) {
                (200, [length]) if refused == 0 => largest = *length,
                (503, []) => refused += 1,
                other => panic!("{size}: {other:?} after {refused} refusals"),
            }
        }
        // Name and value, with the sign between them.
        assert!((3500..=4097).contains(&largest) && refused > 0, "{largest} {refused}");
        assert_eq!(site.get(&browser, "/me").await.status(), 200, "the session is the one before");
    }
}

// Proves: QC12
#[tokio::test]
async fn signing_out_needs_no_provider() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    let asked = site.provider.requests().len();
    for endpoint in [Endpoint::Authorize, Endpoint::Token, Endpoint::UserInfo] {
        site.provider.fail(endpoint, Fault::drop_connection());
    }
    assert_eq!(site.log_out(&browser).await.status(), 303);
    assert_eq!(site.ask("/me", &session).await.status(), 401);
    assert_eq!(site.provider.requests().len(), asked);
}

// Proves: QH8
#[tokio::test]
async fn every_answer_forbids_framing_sniffing_and_other_origins() {
    let site = Site::start().await;
    let browser = site.browser();
    let other = ("origin", "https://attacker.example");
    for (method, path, header, status) in [
        ("GET", "/auth/bitbucket/login", other, 303),
        ("GET", "/auth/bitbucket/callback", other, 303),
        ("GET", "/auth/nowhere/login", other, 404),
        ("GET", "/auth/bitbucket/login", ("sec-purpose", "prefetch"), 503),
        ("GET", "/auth/bitbucket/login", ("sec-fetch-dest", "iframe"), 403),
        ("OPTIONS", "/auth/bitbucket/login", other, 405),
        ("OPTIONS", "/auth/bitbucket/callback", other, 303),
        ("OPTIONS", "/auth/logout", other, 405),
        ("POST", "/auth/logout", other, 403),
        ("GET", "/me", ("sec-fetch-mode", "cors"), 401),
        ("GET", "/members", ("sec-fetch-mode", "cors"), 401),
    ] {
        let request = browser.request(method, site.url(path)).header(header.0, header.1);
        let answer = request.header("access-control-request-method", "POST").send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        for name in ["access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods"]
        {
            assert_eq!(answer.header(name), None, "{method} {path}");
        }
        if !answer.text().is_empty() {
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
            let policy = answer.header("content-security-policy");
            assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{method} {path}");
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{method} {path}");
    }
}
