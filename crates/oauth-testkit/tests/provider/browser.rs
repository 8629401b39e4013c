//! The browser, at applications that a test makes up.

use oauth_testkit::Browser;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string, header, method, path},
};

use crate::{REDIRECT_URI, start, url};

/// An application that answers each of these with a redirect or, for `""`, a page.
async fn application(answers: &[(&str, &str, &str)]) -> MockServer {
    let server = MockServer::start().await;
    for (at, location, set_cookie) in answers {
        let mut reply = ResponseTemplate::new(if location.is_empty() { 200 } else { 303 });
        if !location.is_empty() {
            reply = reply.insert_header("location", *location);
        }
        if !set_cookie.is_empty() {
            reply = reply.insert_header("set-cookie", *set_cookie);
        }
        Mock::given(path(*at)).respond_with(reply).mount(&server).await;
    }
    server
}

/// The values of a header that arrived, request by request.
async fn arrived(server: &MockServer, name: &str) -> Vec<Option<String>> {
    let requests = server.received_requests().await.unwrap();
    let text = |request: &wiremock::Request| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    requests.iter().map(text).collect()
}

#[tokio::test]
async fn cookies_are_kept_step_by_step_and_deleted_when_told() {
    let server = application(&[
        ("/login", "/callback", "flow=1; Path=/; HttpOnly"),
        ("/callback", "/", "flow=; Path=/; Max-Age=0"),
        ("/", "", "session=2; Path=/"),
    ])
    .await;
    let browser = Browser::new();
    let first = browser.get(format!("{}/login", server.uri())).await.unwrap();
    assert_eq!(first.status(), 303);
    let cookies = browser.cookies(server.uri());
    assert_eq!((cookies[0].name.as_str(), cookies[0].http_only), ("flow", true));
    let second = browser.follow(&first).await.unwrap();
    let third = browser.follow(&second).await.unwrap();
    assert_eq!(third.status(), 200);
    assert!(browser.follow(&third).await.is_err(), "a page leads nowhere");
    assert_eq!(
        browser.cookies(server.uri()).iter().map(|cookie| cookie.name.as_str()).collect::<Vec<_>>(),
        ["session"]
    );
    assert_eq!(arrived(&server, "cookie").await, [None, Some("flow=1".to_owned()), None]);
    assert!(Browser::new().cookies(server.uri()).is_empty(), "another browser has a jar of its own");
}

#[tokio::test]
async fn a_loop_of_redirects_is_an_error() {
    let server = application(&[("/a", "/b", ""), ("/b", "/a", "")]).await;
    let error = Browser::new().open(format!("{}/a", server.uri())).await.unwrap_err();
    assert!(error.to_string().contains("loop"), "{error}");
}

#[tokio::test]
async fn a_proxied_origin_is_reached_in_plain_http_under_its_own_name() {
    let server = application(&[("/", "", "__Host-session=1; Path=/; Secure; HttpOnly; SameSite=Lax")]).await;
    let browser = Browser::new().tls_proxy("https://app.example", *server.address());
    for _ in 0..2 {
        browser.get("https://app.example/").await.unwrap();
    }
    assert_eq!(arrived(&server, "host").await, [Some("app.example".to_owned()), Some("app.example".to_owned())]);
    assert_eq!(arrived(&server, "cookie").await, [None, Some("__Host-session=1".to_owned())]);
    assert!(browser.get("https://elsewhere.example/").await.is_err());
}

#[tokio::test]
async fn a_request_says_where_it_comes_from() {
    let server = application(&[("/", "", ""), ("/here", "", "")]).await;
    let other = MockServer::start().await;
    Mock::given(path("/quiet"))
        .respond_with(ResponseTemplate::new(200).insert_header("referrer-policy", "no-referrer"))
        .mount(&other)
        .await;
    let (here, browser) = (format!("{}/here", server.uri()), Browser::new());
    let page = browser.get(server.uri()).await.unwrap();
    // Another port is another origin of the same site; another host is another site.
    let sibling = browser.get(other.uri()).await.unwrap();
    let stranger = browser.get(other.uri().replace("127.0.0.1", "localhost")).await.unwrap();
    let quiet = browser.get(format!("{}/quiet", other.uri())).await.unwrap();
    let table = [
        (None, "none", None),
        (Some(&page), "same-origin", Some(server.uri())),
        (Some(&sibling), "same-site", Some(other.uri())),
        (Some(&stranger), "cross-site", Some(other.uri().replace("127.0.0.1", "localhost"))),
        (Some(&quiet), "same-site", Some("null".to_owned())),
    ];
    for (from, site, origin) in table {
        for (method, origin) in [("GET", None), ("POST", origin)] {
            server.reset().await;
            let mut request = browser.request(method, &here);
            if let Some(from) = from {
                request = request.from(from);
            }
            request.send().await.unwrap();
            assert_eq!(arrived(&server, "sec-fetch-site").await, [Some(site.to_owned())], "{method} {site}");
            assert_eq!(arrived(&server, "origin").await, [origin], "{method} {site}");
        }
    }
}

#[tokio::test]
async fn a_form_post_answer_crosses_sites_with_no_lax_cookie() {
    let application = MockServer::start().await;
    let accepts =
        |name: &str| Mock::given(method("POST")).and(path("/callback")).and(header("cookie", name.to_owned()));
    accepts("none=1").respond_with(ResponseTemplate::new(303).insert_header("location", "/")).mount(&application).await;
    Mock::given(path("/")).respond_with(ResponseTemplate::new(200)).mount(&application).await;
    // The provider is on 127.0.0.1, the application on localhost: two sites.
    let origin = format!("http://localhost:{}", application.address().port());
    let (provider, client) = start(&crate::kinds::FORM_POST).await;
    let browser = Browser::new();
    assert!(browser.set_cookie(&origin, "lax=1; Path=/; SameSite=Lax"));
    assert!(browser.set_cookie(&origin, "none=1; Path=/; SameSite=None; Secure"));
    let request = oauth_core::AuthorizationRequest::new(format!("{origin}/callback"));
    let authorization = client.authorization_url(&request).unwrap();

    let page = browser.open(authorization.url()).await.unwrap();
    let form = browser.choose(&page, "jane").await.unwrap();
    let policy = form.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let landed = browser.sign_in_as(&page, "jane").await.unwrap();
    assert_eq!(landed.url().as_str(), format!("{origin}/"));
    assert_eq!(provider.spec().name(), "form-post");
    assert_eq!(arrived(&application, "origin").await, [Some("null".to_owned()), None]);

    let denied = browser.deny(&page).await.unwrap();
    assert_eq!(denied.status(), 200);
}

#[tokio::test]
async fn a_raw_request_is_sent_as_written() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(header("cookie", "a=1"))
        .and(header("x-custom", "yes"))
        .and(body_string("raw"))
        .respond_with(ResponseTemplate::new(204).append_header("x-twice", "1").append_header("x-twice", "2"))
        .mount(&server)
        .await;
    let browser = Browser::new();
    browser.set_cookie(server.uri(), "jar=1; Path=/");
    let request = browser.request("PUT", format!("{}/x?a=b", server.uri()));
    let page = request.header("Cookie", "a=1").header("x-custom", "yes").body("raw").send().await.unwrap();
    assert_eq!(page.status(), 204);
    assert_eq!(page.headers("x-twice").collect::<Vec<_>>(), ["1", "2"]);
    browser.clear_cookies();
    assert!(browser.cookies(server.uri()).is_empty());
}

#[tokio::test]
async fn a_mistake_of_a_test_is_told() {
    let (provider, client) = start(&oauth_bitbucket::BITBUCKET).await;
    let browser = Browser::new();
    let authorization = client.authorization_url(&oauth_core::AuthorizationRequest::new(REDIRECT_URI)).unwrap();
    let page = browser.open(authorization.url()).await.unwrap();
    for (error, told) in [
        (browser.choose(&page, "nobody").await.unwrap_err(), "does not offer this person"),
        (browser.submit(&page).await.unwrap_err(), "has no form"),
        (browser.get("nonsense").await.unwrap_err(), "no URL"),
        (browser.get("http://127.0.0.1:1/").await.unwrap_err(), "cannot be reached"),
    ] {
        assert!(error.to_string().contains(told), "{error}");
        let secret = url(authorization.url()).query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        assert!(!format!("{error:?} {page:?}").contains(&secret), "{error:?}");
    }
    drop(provider);
}
