//! How often somebody may ask.

use oauth_axum::{Quota, RateLimit, TrustedProxies, rate_limit};

use super::*;

/// So slow that a test sees the burst only.
fn burst(requests: u32) -> RateLimit {
    RateLimit::per_client(Quota::one_every(Duration::from_secs(3600)).burst(requests)).unwrap()
}

fn behind_a_proxy(limit: RateLimit) -> RateLimit {
    limit.trusted_proxies(TrustedProxies::parse("127.0.0.1").unwrap())
}

async fn ask_as(site: &Site, client: &str, path: &str) -> Page {
    site.browser().request("GET", site.url(path)).header("x-forwarded-for", client).send().await.unwrap()
}

// Proves: QA8
#[tokio::test]
async fn whoever_begins_too_many_logins_is_refused_and_nothing_else_is() {
    let site = Site::with(|routes| routes.rate_limit(burst(2))).await;
    let login = "/auth/bitbucket/login";
    for (client, status) in [("1.1.1.1", 303), ("2.2.2.2", 303), ("3.3.3.3", 429), ("4.4.4.4", 429)] {
        let answer = ask_as(&site, client, login).await;
        assert_eq!(answer.status(), status, "no proxy is trusted, so {client} is whoever is connected");
        assert_eq!(answer.header("set-cookie").is_some(), status == 303);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let answer = ask_as(&site, "5.5.5.5", "/auth/acme/callback?code=a&state=b").await;
    assert_eq!(answer.status(), 429);
    assert!(answer.text().starts_with("Too many requests."));
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");

    let browser = site.browser();
    for (path, status) in [("/", 200), ("/me", 303), ("/nowhere", 404), ("/auth/logout", 405)] {
        assert_eq!(site.get(&browser, path).await.status(), status, "{path}");
    }
    assert_eq!(site.log_out(&browser).await.status(), 303);
    assert_eq!(site.provider.requests(), []);
}

// Proves: QA8
#[tokio::test]
async fn a_callback_that_is_refused_for_the_limit_can_be_reloaded() {
    let site = Site::with(|routes| routes.rate_limit(behind_a_proxy(burst(1)))).await;
    let browser = site.browser();
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!((page.status(), page.url().path()), (429, "/auth/bitbucket/callback"));
    assert_eq!((site.provider.count(Endpoint::Token), site.store.created()), (0, 0));

    let again = browser.request("GET", page.url()).header("x-forwarded-for", "198.51.100.7").send().await.unwrap();
    assert_eq!((again.status(), again.header("location")), (303, Some("/me")));
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe");
}

#[tokio::test]
async fn a_route_of_the_application_has_a_limit_for_each_client() {
    let site = Site::serve(None, Store::default(), |_| {
        let search = Router::new().route("/search", get(|| async {}));
        let search = search.route_layer(rate_limit(behind_a_proxy(burst(1))));
        Router::new().route("/", get(|| async {})).merge(search)
    })
    .await;
    for (client, path, status) in [
        ("198.51.100.7", "/search", 200),
        ("198.51.100.7", "/search", 429),
        ("1.1.1.1, 198.51.100.7", "/search", 429),
        ("198.51.100.7", "/", 200),
        ("198.51.100.7", "/nowhere", 404),
        ("198.51.100.8", "/search", 200),
        ("2001:db8:1:2::1", "/search", 200),
        ("2001:db8:1:2::2", "/search", 429),
    ] {
        assert_eq!(ask_as(&site, client, path).await.status(), status, "{path} as {client}");
    }
}

#[tokio::test]
async fn without_the_address_of_the_connection_a_limit_lets_nobody_through() {
    let app = Router::new().route("/", get(|| async {})).route_layer(rate_limit(RateLimit::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    assert_eq!(Browser::new().get(url).await.unwrap().status(), 500);
    server.abort();
}
