//! Connecting an account of another provider to whoever is signed in.

use std::sync::Mutex;

use axum::{
    extract::Request,
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use oauth_axum::NewLink;
use oauth_login::BrowserRequest;

use super::*;

const JANE: &str = "123e4567-e89b-12d3-a456-426614174000";
const OMAR: &str = "2b7c9c1e-5f0a-4d36-9a68-0c6a1f6d7e52";

/// Who is who, as the application wrote it down.
#[derive(Clone, Default)]
struct Links(Arc<Mutex<Vec<(String, String)>>>);

impl Links {
    fn all(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().clone()
    }

    fn connect(&self, new: NewLink) -> Result<(), FailureCode> {
        assert!(new.request.uri.query().is_none());
        assert!(!format!("{:?} {:?}", new, new.request).contains("login-"), "a flow cookie is shown");
        let who = new.record.user.username.as_deref();
        assert_ne!(who, Some("priya"), "the test's panic");
        if who == Some("lucia") {
            return Err(FailureCode::AlreadyLinked);
        }
        self.0.lock().unwrap().push((new.account.user.oauth_id, new.record.user.oauth_id));
        Ok(())
    }
}

async fn start() -> (Site, Links) {
    let links = Links::default();
    let written = links.clone();
    let site = Site::with(|routes| {
        routes.on_link(move |new| {
            let written = written.clone();
            async move { written.connect(new) }
        })
    });
    (site.await, links)
}

/// Signed in as Jane, who has something in her cart.
async fn jane(site: &Site) -> Browser {
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    browser.request("POST", site.url("/cart")).send().await.unwrap();
    browser
}

/// Sends the form of a page. Returns the provider's page.
async fn ask_to_link(site: &Site, browser: &Browser) -> Page {
    let page = site.get(browser, "/").await;
    let form = browser.request("POST", site.url("/auth/acme/link?next=/cart")).from(&page);
    browser.follow(&form.send().await.unwrap()).await.unwrap()
}

async fn link(site: &Site, browser: &Browser, person: &str) -> Page {
    let page = ask_to_link(site, browser).await;
    browser.sign_in_as(&page, person).await.unwrap()
}

/// Agrees at the provider. Returns where it sends the browser.
async fn approve(site: &Site, browser: &Browser) -> String {
    let page = ask_to_link(site, browser).await;
    browser.choose(&page, "omar").await.unwrap().location().unwrap().to_string()
}

/// Whether Jane is still signed in as before, with what she had.
async fn assert_unchanged(site: &Site, browser: &Browser, session: &str) {
    assert_eq!(site.cookie(browser, SESSION).as_deref(), Some(session));
    assert_eq!(site.get(browser, "/").await.text(), "Jane Doe");
    assert_eq!(site.get(browser, "/cart").await.text(), "\"tea\"");
}

// Proves: QA6, QC4
#[tokio::test]
async fn an_account_is_connected_under_a_new_session_id_and_who_is_signed_in_stays() {
    let (site, links) = start().await;
    let browser = jane(&site).await;
    let old = site.cookie(&browser, SESSION).unwrap();
    let page = link(&site, &browser, "omar").await;
    assert_eq!((page.url().path(), page.text()), ("/cart", "\"tea\""));
    assert_eq!(links.all(), [(JANE.to_owned(), OMAR.to_owned())]);

    let new = site.cookie(&browser, SESSION).unwrap();
    assert_ne!(new, old);
    assert_eq!(site.store.record(&old).await, None);
    assert_eq!(site.ask("/me", &old).await.status(), 401);
    assert_unchanged(&site, &browser, &new).await;
    assert_eq!(site.get(&browser, "/token").await.text(), JANE);
    assert_eq!(browser.cookies(site.url("/")).len(), 1, "of the link nothing is left");
}

// Proves: QA6, QA7, QA8
#[tokio::test]
async fn a_link_begins_with_a_form_of_the_application_and_with_nothing_else() {
    let (site, links) = start().await;
    let browser = jane(&site).await;
    let session = site.cookie(&browser, SESSION).unwrap();
    let requests = site.provider.requests().len();
    let url = site.url("/auth/acme/link");
    let strange = browser.get(site.provider.base_url()).await.unwrap();
    let own = site.get(&browser, "/").await;
    // The stranger's page, with the cookie that the browser would not send and without.
    let forged = browser.request("POST", &url).from(&strange);
    assert_eq!(forged.send().await.unwrap().status(), 403);
    let forged = browser.request("POST", &url).from(&strange).header("cookie", session.as_str());
    assert_eq!(forged.send().await.unwrap().status(), 403);
    for (method, name, value, status) in [
        ("POST", "origin", "https://evil.example", 403),
        ("POST", "origin", "null", 303),
        ("POST", "sec-fetch-dest", "iframe", 403),
        ("POST", "sec-fetch-dest", "empty", 403),
        ("POST", "sec-purpose", "prefetch", 503),
        ("GET", "accept", "text/html", 405),
        ("HEAD", "accept", "text/html", 405),
        ("PUT", "accept", "text/html", 405),
    ] {
        let answer = browser.request(method, &url).from(&own).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {name}: {value}");
        assert_eq!(answer.header("set-cookie").is_some(), status == 303, "{method} {name}: {value}");
        assert_eq!(answer.header("allow"), (status == 405).then_some("POST"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let crossing = browser.request("POST", &url).from(&own).header("origin", "null");
    assert_eq!(crossing.header("sec-fetch-site", "cross-site").send().await.unwrap().status(), 403);
    let elsewhere = browser.request("POST", format!("{url}?next=//evil.example")).from(&own).send().await.unwrap();
    assert_eq!(elsewhere.header("location"), Some("/?error=invalid_next"));
    for path in ["/auth/nowhere/link", "/auth/%ff/link"] {
        assert_eq!(browser.request("POST", site.url(path)).from(&own).send().await.unwrap().status(), 404, "{path}");
    }
    assert_eq!((site.provider.requests().len(), links.all().len()), (requests, 0));
    assert_unchanged(&site, &browser, &session).await;
}

// Proves: QA6
#[tokio::test]
async fn who_is_not_signed_in_connects_nothing() {
    let (site, _) = start().await;
    let browser = site.browser();
    let page = site.get(&browser, "/").await;
    let request = || browser.request("POST", site.url("/auth/acme/link")).from(&page);
    let answer = request().send().await.unwrap();
    assert_eq!((answer.status(), answer.header("location")), (303, Some("/sign-in")));
    let program = request().header("sec-fetch-mode", "cors").header("accept", "application/json").send().await.unwrap();
    assert_eq!(program.status(), 401);
    assert!(program.text().contains("\"not_signed_in\""));
    assert_eq!(browser.cookies(site.url("/")), []);
    assert_eq!(site.provider.requests(), []);
}

// Proves: QA2, QA6
#[tokio::test]
async fn a_link_does_not_outlive_the_session_it_was_begun_in() {
    let (site, links) = start().await;
    for next in [None, Some("omar")] {
        let browser = jane(&site).await;
        let callback = approve(&site, &browser).await;
        site.log_out(&browser).await;
        if let Some(person) = next {
            site.sign_in(&browser, person).await;
        }
        let page = browser.open(&callback).await.unwrap();
        assert_eq!(error_of(&page).as_deref(), Some("session_changed"), "{next:?}");
        assert_eq!(page.text().is_empty(), next.is_none(), "whoever is signed in stays so");
    }
    assert_eq!(links.all(), []);
}

// Proves: QA1, QA6, QB4, QH1
#[tokio::test]
async fn a_link_is_answered_once_in_its_browser_and_by_its_provider() {
    let (site, links) = start().await;
    let browser = jane(&site).await;
    let callback = approve(&site, &browser).await;
    let victim = site.browser();
    site.sign_in(&victim, "noor").await;
    for stranger in [site.browser(), victim] {
        let page = stranger.open(&callback).await.unwrap();
        assert_eq!(error_of(&page).as_deref(), Some("login_not_found"));
    }
    assert_eq!(browser.open(&callback).await.unwrap().url().path(), "/cart");
    assert_eq!(error_of(&browser.open(&callback).await.unwrap()).as_deref(), Some("login_not_found"));

    let callback = approve(&site, &browser).await;
    let page = browser.open(callback.replace("/acme/", "/bitbucket/")).await.unwrap();
    assert_eq!(error_of(&page).as_deref(), Some("state_mismatch"));
    assert_eq!(links.all().len(), 1);
}

// Proves: QG4, QB11, QA6
#[tokio::test]
async fn what_the_application_does_not_connect_changes_nothing() {
    let (site, links) = start().await;
    let browser = jane(&site).await;
    let session = site.cookie(&browser, SESSION).unwrap();
    assert_eq!(error_of(&link(&site, &browser, "lucia").await).as_deref(), Some("already_linked"));
    assert_unchanged(&site, &browser, &session).await;
    let page = ask_to_link(&site, &browser).await;
    assert!(browser.sign_in_as(&page, "priya").await.is_err(), "the handler panics");
    assert_unchanged(&site, &browser, &session).await;
    let page = ask_to_link(&site, &browser).await;
    assert_eq!(error_of(&browser.deny(&page).await.unwrap()).as_deref(), Some("access_denied"));
    assert_unchanged(&site, &browser, &session).await;
    assert_eq!(links.all(), []);
}

// Proves: QH7, QA6
#[tokio::test]
async fn without_the_session_store_nothing_is_connected() {
    let (site, links) = start().await;
    let browser = jane(&site).await;
    let session = site.cookie(&browser, SESSION).unwrap();
    let callback = approve(&site, &browser).await;
    site.store.is_down.store(true, Ordering::SeqCst);
    let page = browser.get(&callback).await.unwrap();
    assert_eq!(page.header("location"), Some("/?error=session_unavailable"));
    assert_eq!(links.all(), []);
    let own = browser.request("POST", site.url("/auth/acme/link")).header("origin", site.origin.as_str());
    assert_eq!(own.send().await.unwrap().status(), 503);

    site.store.is_down.store(false, Ordering::SeqCst);
    assert_unchanged(&site, &browser, &session).await;
    let callback = approve(&site, &browser).await;
    site.store.is_full.store(true, Ordering::SeqCst);
    let page = browser.get(&callback).await.unwrap();
    assert_eq!(page.header("location"), Some("/?error=session_unavailable"), "the new id could not be stored");
}

/// Begins a link without the route for it, as an application with sessions of its own does.
async fn own_link(Extension(login): Extension<Login>, request: Request) -> Response {
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let answer = login.begin_link("acme", &BrowserRequest::new("POST", "").headers(headers), Some("a session")).await;
    let headers = answer.headers().iter().map(|(name, value)| (*name, value.clone()));
    (StatusCode::from_u16(answer.status()).unwrap(), AppendHeaders(headers.collect::<Vec<_>>())).into_response()
}

// Proves: QA2, QA6
#[tokio::test]
async fn an_application_without_on_link_has_no_such_route_and_takes_no_link_for_a_login() {
    let store = Store::default();
    let layered = store.clone();
    let site = Site::serve(None, store, |login| {
        let routes = oauth_axum::routes(login.clone());
        app().route("/own-link", post(own_link)).merge(routes).layer(session_layer(&login, layered))
    })
    .await;
    let browser = jane(&site).await;
    let session = site.cookie(&browser, SESSION).unwrap();
    let page = site.get(&browser, "/").await;
    let missing = browser.request("POST", site.url("/auth/acme/link")).from(&page).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    let begun = browser.request("POST", site.url("/own-link")).from(&page).send().await.unwrap();
    let page = browser.follow(&begun).await.unwrap();
    let page = browser.sign_in_as(&page, "omar").await.unwrap();
    assert_eq!(error_of(&page).as_deref(), Some("state_mismatch"));
    assert_eq!(site.provider.count(Endpoint::Token), 1, "Jane's own");
    assert_unchanged(&site, &browser, &session).await;
}

// Proves: QC5, QC4
#[tokio::test]
async fn whoever_signs_out_while_an_account_is_connected_stays_signed_out() {
    let (arrived, proceed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, wait) = (arrived.clone(), proceed.clone());
    let site = Site::with(|routes| {
        routes.on_link(move |_| {
            let (told, wait) = (told.clone(), wait.clone());
            async move {
                told.notify_one();
                wait.notified().await;
                Ok(())
            }
        })
    })
    .await;
    for place in ["here", "at another instance"] {
        let browser = jane(&site).await;
        let session = site.cookie(&browser, SESSION).unwrap();
        let callback = approve(&site, &browser).await;
        let created = site.store.created();
        let logout = async {
            arrived.notified().await;
            if place == "here" {
                assert_eq!(site.log_out(&browser).await.status(), 303);
            } else {
                site.store.memory.delete(&session.split_once('=').unwrap().1.parse().unwrap()).await.unwrap();
            }
            proceed.notify_one();
        };
        let (answer, ()) = tokio::join!(browser.get(&callback), logout);
        let answer = answer.unwrap();
        assert_eq!((answer.header("location"), answer.header("set-cookie").is_some()), (Some("/cart"), true));
        assert_eq!((site.store.created(), site.store.record(&session).await), (created, None), "{place}");
        assert_eq!(site.ask("/me", &session).await.status(), 401, "{place}");
    }
}

// Proves: QC4
#[tokio::test]
async fn a_sealed_session_moves_to_its_new_id() {
    let records = RecordMemory::new();
    let sessions = records.clone();
    let site = Site::serve(None, Store::default(), |login| {
        let routes = oauth_axum::routes(login.clone()).on_link(|new: NewLink| async move {
            let session = new.request.extensions.get::<Session>().unwrap();
            session.insert("cart", "coffee").await.unwrap();
            Ok(())
        });
        app().merge(routes).layer(session_layer(&login, SealedSessions::new(&login, sessions)))
    })
    .await;
    let browser = jane(&site).await;
    let old = site.cookie(&browser, SESSION).unwrap();
    assert_eq!(link(&site, &browser, "omar").await.text(), "\"coffee\"", "what the handler added is kept");
    assert_ne!(site.cookie(&browser, SESSION).unwrap(), old);
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe");
    assert_eq!(site.ask("/me", &old).await.status(), 401);
    assert!(format!("{records:?}").contains("records: 1"), "{records:?}");
}

#[tokio::test]
async fn an_application_with_sessions_of_its_own_is_asked_and_renews_them_itself() {
    let site = Site::serve(None, Store::default(), |login| {
        let routes = oauth_axum::routes(login.clone()).on_link(|new: NewLink| async move {
            let request: &Parts = &new.request;
            assert_eq!(request.extensions.get::<LoginRecord>(), Some(&new.account));
            assert!(new.token.access_token().expose_secret().len() > 8);
            Ok(AppendHeaders([(header::SET_COOKIE, format!("own={}; Path=/", new.account.user.oauth_id))]))
        });
        let record = LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, SystemTime::now());
        app().merge(routes).layer((Extension(login), Extension(record)))
    })
    .await;
    let browser = site.browser();
    let page = site.get(&browser, "/").await;
    let form = browser.request("POST", site.url("/auth/acme/link?next=/members")).from(&page).send().await.unwrap();
    let page = browser.follow(&form).await.unwrap();
    assert_eq!(browser.sign_in_as(&page, "omar").await.unwrap().url().path(), "/members");
    assert_eq!(site.cookie(&browser, "own").as_deref(), Some("own=7"));
}

// Proves: QA8
#[cfg(feature = "rate-limit")]
#[tokio::test]
async fn links_are_limited_with_logins() {
    let limit = oauth_axum::Quota::one_every(Duration::from_secs(3600)).burst(3);
    let limit = oauth_axum::RateLimit::per_client(limit).unwrap();
    let site = Site::with(|routes| routes.on_link(async |_| Ok(())).rate_limit(limit)).await;
    let browser = jane(&site).await;
    let page = site.get(&browser, "/").await;
    for status in [303, 429] {
        let form = browser.request("POST", site.url("/auth/acme/link")).from(&page).send().await.unwrap();
        assert_eq!(form.status(), status);
    }
}
