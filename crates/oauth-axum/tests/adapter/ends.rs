//! Ends of sessions, and what every answer of ours says to browsers.

use super::*;

// Proves: QC5
#[tokio::test]
async fn a_session_that_ended_at_another_instance_is_not_written_back() {
    let store = RecordMemory::new();
    let instance = || {
        let registry = oauth_core::Registry::builder().build().unwrap();
        let login =
            Login::builder(registry).cookie_key("hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=").build().unwrap();
        // Each remembers only what ended at itself.
        StrictLogout::new(SealedSessions::new(&login, store.clone()), login.ended_sessions().clone())
    };
    let (here, there) = (instance(), instance());
    let expiry_date = (SystemTime::now() + Duration::from_secs(60)).into();
    let mut record = Record { id: Id::default(), data: HashMap::new(), expiry_date };
    here.create(&mut record).await.unwrap();
    let mut under_way = there.load(&record.id).await.unwrap().unwrap();
    under_way.data.insert("cart".to_owned(), "coffee".into());
    there.save(&under_way).await.unwrap();
    assert_eq!(here.load(&record.id).await.unwrap().unwrap().data.len(), 1, "while it lives it is written");

    here.delete(&record.id).await.unwrap();
    there.save(&under_way).await.unwrap();
    for instance in [here, there] {
        assert_eq!(instance.load(&record.id).await.unwrap(), None);
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
