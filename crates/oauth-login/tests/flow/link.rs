//! Connecting an account of another provider to whoever is signed in.

use oauth_login::{Answer, Finished, LoginRecord};

use super::*;
use crate::support::Landing;

const SESSION: Option<&str> = Some("session-1");

/// What a browser sends with a form of the application's own page.
const FORM: [(&str, &[u8]); 3] =
    [("origin", b"https://app.example"), ("sec-fetch-site", b"same-origin"), ("sec-fetch-dest", b"document")];

async fn begin(browser: &mut Browser, login: &Login, provider: &str, session: Option<&str>) -> Answer {
    let cookies = browser.cookie_header();
    let request = BrowserRequest::new("POST", "next=/settings").headers(FORM);
    let answer = login.begin_link(provider, &request.headers([("cookie", cookies.as_bytes())]), session).await;
    browser.keep(&answer);
    answer
}

/// Begins a link in [`SESSION`] and agrees at the provider. Returns the callback's query.
async fn approve(browser: &mut Browser, login: &Login, world: &World, provider: &str) -> String {
    let answer = begin(browser, login, provider, SESSION).await;
    assert_eq!(answer.status(), 303);
    world.approve(answer.location().unwrap()).query()
}

async fn finish(browser: &mut Browser, login: &Login, query: &str, session: Option<&str>) -> Landing {
    let cookies = browser.cookie_header();
    let request = BrowserRequest::new("GET", query).headers([("cookie", cookies.as_bytes())]);
    let finished = login.finish("alpha", &request).await.and_then(|finished| match finished {
        Finished::Link(link) => link.of_session(session),
        Finished::SignIn(outcome) => panic!("signed in: {outcome:?}"),
    });
    let landing = match finished {
        Ok(outcome) => Landing { result: Ok(outcome.record()), answer: outcome.accept() },
        Err(failure) => Landing { result: Err(failure.code()), answer: failure.into_answer() },
    };
    browser.keep(&landing.answer);
    landing
}

// Proves: QA2, QA6
#[tokio::test]
async fn an_account_is_connected_in_the_session_that_asked_for_it() {
    let world = World::default();
    for login in [world.login(), world.builder().store(oauth_login::MemoryStore::new()).build().unwrap()] {
        assert_eq!(login.link_path("alpha"), "/auth/alpha/link");
        let mut browser = Browser::default();
        browser.cookies.push(("__Host-session".to_owned(), "signed-in".to_owned()));
        let query = approve(&mut browser, &login, &world, "alpha").await;
        let landing = finish(&mut browser, &login, &query, SESSION).await;
        assert_eq!(landing.signed_in_at(), "/settings");
        assert_eq!(landing.result.unwrap().provider(), "alpha");
        // Nothing is left of it, and the session is what it was.
        assert_eq!(browser.cookie_header(), "__Host-session=signed-in");
        // It was the only time.
        assert_eq!(finish(&mut browser, &login, &query, SESSION).await.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.token_requests(), 2);
}

// Proves: QA6, QA7, QA8
#[tokio::test]
async fn a_link_begins_with_a_form_of_this_application_and_with_nothing_else() {
    let (world, login) = world();
    let origin = |value| ("origin", value);
    let site = |value| ("sec-fetch-site", value);
    let ours = origin("https://app.example");
    for (method, headers, status) in [
        ("POST", &[ours][..], 303),
        ("POST", &[ours, site("same-origin"), ("sec-fetch-dest", "document")], 303),
        ("POST", &[site("same-origin")], 303),
        ("POST", &[origin("null"), site("same-origin")], 303),
        // A program of the person's own.
        ("POST", &[], 303),
        ("POST", &[origin("https://evil.example")], 403),
        ("POST", &[origin("https://evil.example"), site("cross-site")], 403),
        ("POST", &[origin("https://sub.app.example"), site("same-site")], 403),
        ("POST", &[origin("http://app.example")], 403),
        ("POST", &[origin("null")], 403),
        ("POST", &[origin("null"), site("cross-site")], 403),
        ("POST", &[site("cross-site")], 403),
        ("POST", &[ours, ours], 403),
        ("POST", &[ours, ("sec-fetch-dest", "iframe")], 403),
        ("POST", &[ours, ("sec-fetch-dest", "empty")], 403),
        ("POST", &[ours, ("sec-purpose", "prefetch")], 503),
        ("GET", &[ours], 405),
        ("HEAD", &[ours], 405),
        ("PUT", &[ours], 405),
        ("post", &[ours], 405),
    ] {
        let request = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let answer = login.begin_link("alpha", &BrowserRequest::new(method, "").headers(request), SESSION).await;
        assert_eq!(answer.status(), status, "{method} {headers:?}");
        assert_eq!(set_cookies(&answer).count(), usize::from(status == 303), "{method} {headers:?}");
        let allowed = answer.headers().iter().any(|(name, value)| *name == "allow" && value == "POST");
        assert_eq!(allowed, status == 405);
    }
    let mut browser = Browser::default();
    for name in ["nowhere", "", "ALPHA"] {
        assert_eq!(begin(&mut browser, &login, name, SESSION).await.status(), 404, "{name}");
    }
    for query in ["next=//evil.example", "next=/auth/alpha/link", "next=/a&next=/b"] {
        let request = BrowserRequest::new("POST", query).headers(FORM);
        let answer = login.begin_link("alpha", &request, SESSION).await;
        assert_eq!(answer.location(), Some("/?error=invalid_next"), "{query}");
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QA6
#[tokio::test]
async fn without_a_session_no_link_begins() {
    let login = World::default().builder().login_page("/sign-in").build().unwrap();
    for session in [None, Some("")] {
        let mut browser = Browser::default();
        assert_eq!(begin(&mut browser, &login, "alpha", session).await.status(), 401);
        let navigation = BrowserRequest::new("POST", "").headers(FORM).headers([("sec-fetch-mode", &b"navigate"[..])]);
        let answer = login.begin_link("alpha", &navigation, session).await;
        assert_eq!((answer.status(), answer.location()), (303, Some("/sign-in")));
        assert!(browser.cookies.is_empty() && set_cookies(&answer).next().is_none());
    }
}

// Proves: QA2, QA6
#[tokio::test]
async fn a_link_in_a_session_that_has_changed_connects_nothing() {
    let (world, login) = world();
    for session in [None, Some(""), Some("session-2"), Some("SESSION-1")] {
        let mut browser = Browser::default();
        let query = approve(&mut browser, &login, &world, "alpha").await;
        let landing = finish(&mut browser, &login, &query, session).await;
        assert_eq!(landing.failed(), FailureCode::SessionChanged, "{session:?}");
        assert!(browser.cookies.is_empty());
        // Whoever signs in as before comes too late.
        assert_eq!(finish(&mut browser, &login, &query, SESSION).await.failed(), FailureCode::LoginNotFound);
    }
}

// Proves: QA1, QA6
#[tokio::test]
async fn a_link_comes_back_in_the_browser_and_at_the_provider_it_was_begun_with() {
    let (world, login) = world();
    let mut attacker = Browser::default();
    let query = approve(&mut attacker, &login, &world, "alpha").await;
    let mut victim = Browser::default();
    assert_eq!(finish(&mut victim, &login, &query, SESSION).await.failed(), FailureCode::LoginNotFound);

    let mut browser = Browser::default();
    let query = approve(&mut browser, &login, &world, "beta").await;
    assert_eq!(finish(&mut browser, &login, &query, SESSION).await.failed(), FailureCode::StateMismatch);
    assert_eq!(world.requests(), 0);
}

// Proves: QA2, QA6
#[tokio::test]
async fn a_link_never_ends_as_a_login_nor_a_login_as_a_link() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let query = approve(&mut browser, &login, &world, "alpha").await;
    // At an application, or an instance of it, that knows nothing of links.
    assert_eq!(browser.callback(&login, "alpha", &query).await.failed(), FailureCode::StateMismatch);
    assert!(browser.cookies.is_empty());
    assert_eq!(finish(&mut browser, &login, &query, SESSION).await.failed(), FailureCode::LoginNotFound);
    assert_eq!(world.requests(), 0, "the code was shown to nobody");

    let approval = browser.approve(&login, &world, "alpha", "next=/me").await;
    let (query, cookies) = (approval.query(), browser.cookie_header());
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookies.as_bytes())]);
    match login.finish("alpha", &request).await.unwrap() {
        Finished::SignIn(outcome) => assert_eq!(outcome.accept().location(), Some("/me")),
        Finished::Link(link) => panic!("{link:?}"),
    }
}

// Proves: QG4, QB11
#[tokio::test]
async fn an_application_may_refuse_a_link() {
    let (world, login) = world();
    for code in [FailureCode::AlreadyLinked, FailureCode::LoginRefused, FailureCode::SessionUnavailable] {
        let mut browser = Browser::default();
        let query = approve(&mut browser, &login, &world, "alpha").await;
        let cookies = browser.cookie_header();
        let request = BrowserRequest::new("GET", &query).headers([("cookie", cookies.as_bytes())]);
        let Finished::Link(link) = login.finish("alpha", &request).await.unwrap() else { panic!("a login") };
        let answer = match code {
            // It cannot even be told whose session it is.
            FailureCode::SessionUnavailable => link.refuse(code),
            _ => link.of_session(SESSION).unwrap().refuse(code),
        };
        assert_eq!(answer.location(), Some(format!("/?error={code}").as_str()));
        browser.keep(&answer);
        assert!(browser.cookies.is_empty());
    }
}

// Proves: QA6, QB8
#[tokio::test]
async fn a_provider_whose_callback_comes_without_the_session_is_refused_at_once() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let answer = begin(&mut browser, &login, "posty", SESSION).await;
    assert_eq!((answer.status(), answer.location()), (303, Some("/?error=server_error")));
    assert!(browser.cookies.is_empty());
    assert_eq!(world.requests(), 0);
}

// Proves: QC9
#[tokio::test]
async fn the_tokens_of_a_link_are_the_applications_and_kept_nowhere() {
    let world = World::default();
    let tokens = oauth_login::MemoryStore::new();
    let login = world.builder().keep_tokens(tokens.clone()).build().unwrap();
    let mut browser = Browser::default();
    let query = approve(&mut browser, &login, &world, "alpha").await;
    let cookies = browser.cookie_header();
    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookies.as_bytes())]);
    let Finished::Link(link) = login.finish("alpha", &request).await.unwrap() else { panic!("a login") };
    assert!(!format!("{link:?}").contains("PLANTED"));
    let outcome = link.of_session(SESSION).unwrap();
    assert_eq!(outcome.token().access_token().expose_secret(), "PLANTED-access-token");
    let record: LoginRecord = outcome.record();
    assert_eq!((record.provider(), outcome.next()), ("alpha", "/settings"));
    assert!(!format!("{outcome:?}").contains("PLANTED"));
    assert_eq!(outcome.accept().status(), 303);
    assert!(login.token_keeper().unwrap().access_token(&record).await.is_err());
    assert!(format!("{tokens:?}").contains("records: 0"), "{tokens:?}");
}

// Proves: QC8
#[tokio::test]
async fn the_longest_next_of_a_link_fits_into_the_cookie() {
    let (_, login) = world();
    let query = format!("next=/{}", "n".repeat(2047));
    let answer = login.begin_link("alpha", &BrowserRequest::new("POST", &query).headers(FORM), SESSION).await;
    assert!(set_cookies(&answer).next().unwrap().len() < 4096);
}
