//! People who are nobody, and bytes that are no requests.

use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider};

use crate::{
    application::{Application, Combination},
    planted::Planted,
};

// Proves: QA8, QC8
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_logins_of_one_browser_leave_five_small_cookies() {
    for combination in Combination::all() {
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let app = Application::start(&combination, provider.variables()).await;
        let browser = Browser::new();
        let next = format!("/me?{}", "a".repeat(1500));
        for _ in 0..100 {
            let begun = browser.get(app.url(&format!("/auth/bitbucket/login?next={next}"))).await.unwrap();
            assert!(begun.location().unwrap().as_str().starts_with(provider.base_url()), "{app}");
        }
        let cookies = browser.cookies(app.url("/"));
        let bytes: usize = cookies.iter().map(|cookie| cookie.name.len() + cookie.value.len() + 3).sum();
        assert!((1..=5).contains(&cookies.len()) && bytes < 4096, "{app}: {} of {bytes} bytes", cookies.len());
        app.sign_in(&browser, "bitbucket", "jane").await;
        assert!(app.me(&browser).await.is_some(), "{app}");
    }
}

// Proves: QD4, QH2, QH6
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_request_are_answered_and_forgotten() {
    for combination in Combination::all() {
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let app = Application::start(&combination, provider.variables()).await;
        let browser = Browser::new();
        let callback = app.callback(&browser, "bitbucket", "jane").await;
        let query = callback.query().unwrap();
        let flow = browser.cookies(app.url("/")).pop().unwrap();
        let cookie = format!("{}={}", flow.name, flow.value);
        let get = |target: &str, headers: &str| {
            format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n").into_bytes()
        };
        let path = "/auth/bitbucket/callback";
        let requests: Vec<Vec<u8>> = vec![
            Vec::new(),
            b"\r\n\r\n".to_vec(),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            b"GET /auth/bitbucket/login\r\n\r\n".to_vec(),
            get("/auth/bitbucket/login\0", ""),
            get("/auth/\u{202e}tekcubtib/login", ""),
            get("/auth/%00/login", ""),
            get("/auth/%0d%0ax-injected:%201/login", ""),
            get("/auth/bitbucket/login?next=%0d%0ax-injected:%201", ""),
            get("/auth/bitbucket/login?next=/%0d%0ax-injected:%201", ""),
            get("/auth/bitbucket/login?next=/%E5%98%8A%E5%98%8Dx-injected:%201", ""),
            get(&format!("{path}?{}", "a=b&".repeat(10_000)), ""),
            get(&format!("{path}?{}", "&".repeat(30_000)), ""),
            get(&format!("{path}?state={}&code=a", "%ff".repeat(43)), ""),
            get(&format!("{path}?{query}"), &format!("cookie: {cookie}\r\ncookie: {cookie}\r\n")),
            get(&format!("{path}?{query}"), &format!("cookie: {cookie}; {cookie}\r\n")),
            get(&format!("{path}?{query}"), &format!("cookie: {}\r\n", "a=b; ".repeat(10_000))),
            get("/me", &"cookie: session=a\r\n".repeat(50)),
            get("/me", "cookie: \u{ff}\u{ff}=\u{ff}\r\n"),
            get("/me", &format!("x: {}\r\n", "a".repeat(500_000))),
            b"POST /auth/logout HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_vec(),
            b"POST /auth/logout HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n".to_vec(),
            b"GET /me HTTP/1.1\r\nhost: localhost\r\nhost: attacker.example\r\nconnection: close\r\n\r\n".to_vec(),
        ];
        for request in &requests {
            let answer = app.raw(request).await;
            let shown = String::from_utf8_lossy(&request[..request.len().min(80)]);
            let status = answer.split(' ').nth(1).unwrap_or_default();
            assert!(!status.starts_with('5'), "{app} {shown:?}: {answer}");
            assert!(!answer.to_lowercase().contains("\nx-injected"), "{app} {shown:?}: {answer}");
            let signs_in = answer.contains("set-cookie: session=") && !answer.contains("set-cookie: session=;");
            assert!(!signs_in, "{app} {shown:?}: {answer}");
        }
        // Nobody's host name decides where a login leads.
        let absolute =
            app.raw(&get("http://attacker.example/auth/bitbucket/login", "x-forwarded-host: b.example\r\n")).await;
        assert!(!absolute.contains("attacker.example") && !absolute.contains("b.example"), "{app}: {absolute}");
        assert!(app.raw(&get("/health", "")).await.starts_with("HTTP/1.1 200 "), "{app}");
        // The login that all of them tried to spoil.
        assert_eq!(browser.open(&callback).await.unwrap().url().path(), "/", "{app}");
        assert!(app.me(&browser).await.is_some(), "{app}");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}
