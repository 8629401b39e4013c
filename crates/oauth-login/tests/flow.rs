//! Whole logins, as browser, attacker and provider see them. No request leaves the process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "flow/ask.rs"]
mod ask;
#[path = "flow/link.rs"]
mod link;
mod support;

use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use oauth_core::{Error, ErrorKind, ExposeSecret as _, ProviderConfig, Registry, Result, async_trait};
use oauth_login::{BrowserRequest, FailureCode, KeyRing, Login, PendingKey, PendingStore, Refusal};
use proptest::prelude::*;
use support::{BETA_ISSUER, Browser, KEY, OTHER_KEY, Trouble, World, parameter, set_cookies};
use url::Url;

fn world() -> (World, Login) {
    let world = World::default();
    let login = world.login();
    (world, login)
}

#[tokio::test]
async fn a_login_ends_signed_in_at_next_with_nothing_left_behind() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let next = "/list?codec=a&issue=b&statement=c";
    let query = format!("next={}", next.replace('&', "%26"));
    let approval = browser.approve(&login, &world, "alpha", &query).await;
    assert_eq!(browser.cookies.len(), 1);

    let landing =
        browser.callback(&login, "alpha", &format!("{}&scope=profile&authuser=0&hd=x", approval.query())).await;
    assert_eq!(landing.signed_in_at(), next);
    let record = landing.result.unwrap();
    assert_eq!((record.provider(), record.require_verified_email().unwrap().as_str()), ("alpha", "ann@example.com"));
    assert!(browser.cookies.is_empty());
    assert_eq!(world.token_requests(), 1);
    assert!(!serde_json::to_string(&record).unwrap().contains("PLANTED"), "no tokens in the session");
}

// Proves: QC1, QB8
#[tokio::test]
async fn the_flow_cookie_has_the_attributes_of_its_place() {
    let world = World::default();
    let loopback = world.builder().base_url("http://localhost:8000").build().unwrap();
    for (login, provider, prefix, attributes) in [
        (world.login(), "alpha", "__Host-login-", "Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"),
        (world.login(), "posty", "__Host-login-", "Path=/; Max-Age=600; HttpOnly; SameSite=None; Secure"),
        (loopback.clone(), "alpha", "login-", "Path=/; Max-Age=600; HttpOnly; SameSite=Lax"),
        (loopback, "posty", "login-", "Path=/; Max-Age=600; HttpOnly; SameSite=None; Secure"),
    ] {
        let answer = Browser::default().begin(&login, provider, "").await;
        let cookies: Vec<_> = set_cookies(&answer).collect();
        let (pair, rest) = cookies[0].split_once("; ").unwrap();
        assert_eq!((cookies.len(), rest), (1, attributes));
        assert!(pair.starts_with(prefix) && pair.len() < 1000, "{pair}");
        // Neither the state nor anything else of the login can be read from it.
        let state = parameter(&Url::parse(answer.location().unwrap()).unwrap(), "state");
        assert!(!pair.contains(&state) && !pair.contains(&state[..16]));
    }
}

// Proves: QB9, QH8
#[tokio::test]
async fn every_answer_forbids_caching_and_referrers() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let begun = browser.begin(&login, "alpha", "").await;
    let approval = world.approve(begun.location().unwrap());
    let (store, post) = (Memory::default(), BrowserRequest::new("POST", ""));
    let with = |method, name, value: &'static str| BrowserRequest::new(method, "").headers([(name, value.as_bytes())]);
    let stored = world.builder().store(store.clone()).build().unwrap();
    let mut waiting = Browser::default();
    let waits = waiting.approve(&stored, &world, "alpha", "").await;
    *store.broken.lock().unwrap() = true;
    let mut answers = vec![
        begun,
        browser.callback(&login, "alpha", &approval.query()).await.answer,
        browser.callback(&login, "alpha", &approval.query()).await.answer,
        waiting.callback(&stored, "alpha", &waits.query()).await.answer,
        browser.begin(&login, "nowhere", "").await,
        browser.begin(&login, "alpha", "next=//evil.example").await,
        login.begin("alpha", &post).await,
        login.begin("alpha", &with("GET", "sec-purpose", "prefetch")).await,
        login.begin("alpha", &with("GET", "sec-fetch-dest", "iframe")).await,
        login.begin("alpha", &with("OPTIONS", "origin", "https://evil.example")).await,
        login.logout(&post).unwrap(),
        login.logout(&with("GET", "accept", "*/*")).unwrap_err().into_answer(),
        login.logout(&with("POST", "origin", "https://evil.example")).unwrap_err().into_answer(),
        login.logout(&with("OPTIONS", "origin", "https://evil.example")).unwrap_err().into_answer(),
    ];
    for refusal in
        [Refusal::NotSignedIn, Refusal::OtherProvider, Refusal::EmailNotVerified, Refusal::SessionUnavailable]
    {
        let person = with("GET", "accept", "text/html");
        answers.extend([login.turn_away(refusal, &post), login.turn_away(refusal, &person), refusal.answer()]);
    }
    let mut statuses = std::collections::BTreeSet::new();
    for answer in answers {
        let has = |header| answer.headers().iter().any(|(name, value)| (*name, value.as_str()) == header);
        statuses.insert(answer.status());
        for header in [("cache-control", "no-store"), ("referrer-policy", "no-referrer")] {
            assert!(has(header), "{answer:?}");
        }
        // What is shown is neither framed nor sniffed, and runs nothing.
        let policy = ("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
        for header in [policy, ("x-content-type-options", "nosniff")] {
            assert!(has(header) || answer.body().is_empty(), "{answer:?}");
        }
        // No other origin reads it, whoever asks.
        assert!(!answer.headers().iter().any(|(name, _)| name.starts_with("access-control-")), "{answer:?}");
        assert!(answer.headers().iter().all(|(_, value)| value.bytes().all(|byte| (b' '..=b'~').contains(&byte))));
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [303, 401, 403, 404, 405, 503]);
}

// Starting a login.

// Proves: QA5, QD2, QH2
#[tokio::test]
async fn the_visitor_cannot_change_what_the_provider_is_asked() {
    let (_, login) = world();
    let hostile = "scope=admin&redirect_uri=https://evil.example&state=s&client_id=c&response_type=token&prompt=none\
                   &code_challenge=x&response_mode=fragment&tenant=b&nonce=n&login_hint=x&unknown=y";
    let headers = [
        ("host", b"evil.example".as_slice()),
        ("x-forwarded-host", b"evil.example"),
        ("x-forwarded-proto", b"http"),
        ("forwarded", b"host=evil.example"),
        ("referer", b"https://evil.example/"),
        ("origin", b"https://evil.example"),
    ];
    let answer = login.begin("alpha", &BrowserRequest::new("GET", hostile).headers(headers)).await;
    let url = Url::parse(answer.location().unwrap()).unwrap();
    assert_eq!(url.host_str(), Some("alpha.example"));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "alpha-id"),
        ("redirect_uri", "https://app.example/auth/alpha/callback"),
        ("scope", "profile email"),
        ("code_challenge_method", "S256"),
        ("tenant", "a"),
    ] {
        assert_eq!(parameter(&url, name), value);
    }
    assert_eq!((parameter(&url, "state").len(), parameter(&url, "code_challenge").len()), (43, 43));
    let mut names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    names.sort_unstable();
    let expected = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "tenant",
    ];
    assert_eq!(names, expected);
}

// Proves: QA1, QA3
#[tokio::test]
async fn every_login_has_a_state_and_a_verifier_of_its_own() {
    let (world, login) = world();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..50 {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        assert!(seen.insert(approval.state.clone()));
        browser.callback(&login, "alpha", &approval.query()).await.signed_in_at();
    }
    let verifiers = world.verifiers();
    assert_eq!(verifiers.iter().collect::<std::collections::HashSet<_>>().len(), 50);
    assert!(verifiers.iter().all(|verifier| (43..=128).contains(&verifier.len())));
}

// Proves: QD1
#[tokio::test]
async fn a_next_that_leads_elsewhere_begins_nothing() {
    let (world, login) = world();
    for query in [
        "next=",
        "next=https://evil.example",
        "next=//evil.example",
        "next=/%5Cevil.example",
        "next=/%2509/evil.example",
        "next=/%252f/evil.example",
        "next=%2F%2Fevil.example",
        "next=/a&next=/b",
        "next=/a&n%65xt=//evil.example",
        "next=/auth/logout",
        "next=/auth/alpha/login",
        "next=/a%0d%0aset-cookie:%20a=b",
    ] {
        let mut browser = Browser::default();
        let answer = browser.begin(&login, "alpha", query).await;
        assert_eq!((answer.status(), answer.location()), (303, Some("/?error=invalid_next")), "{query}");
        assert!(browser.cookies.is_empty());
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QA8
#[tokio::test]
async fn requests_that_nobody_made_begin_nothing() {
    let (_, login) = world();
    let ordinary = ("accept", "text/html");
    for (method, header, status) in [
        ("HEAD", ordinary, 405),
        ("POST", ordinary, 405),
        ("get", ordinary, 405),
        ("GET", ("sec-purpose", "prefetch;prerender"), 503),
        ("GET", ("purpose", "prefetch"), 503),
        ("GET", ("x-moz", "prefetch"), 503),
        ("GET", ("sec-fetch-dest", "iframe"), 403),
        ("GET", ("sec-fetch-dest", "image"), 403),
        ("GET", ("sec-fetch-dest", "empty"), 403),
        ("GET", ("sec-fetch-dest", "document"), 303),
    ] {
        let request = BrowserRequest::new(method, "next=/me").headers([(header.0, header.1.as_bytes())]);
        let answer = login.begin("alpha", &request).await;
        assert_eq!(answer.status(), status, "{method} {header:?}");
        assert_eq!(set_cookies(&answer).count(), usize::from(status == 303), "{method} {header:?}");
    }
}

#[tokio::test]
async fn an_unknown_provider_is_not_found() {
    let (_, login) = world();
    for name in ["nowhere", "", "ALPHA", "alpha/../beta", "<script>", "\u{0}"] {
        let mut browser = Browser::default();
        let begun = browser.begin(&login, name, "").await;
        let landed = browser.callback(&login, name, "code=a&state=b").await.answer;
        for answer in [begun, landed] {
            assert_eq!((answer.status(), answer.body()), (404, "This way to sign in is not available."));
        }
    }
}

// Proves: QA6
#[tokio::test]
async fn beginning_a_login_touches_no_other_cookie() {
    let (_, login) = world();
    let mut browser = Browser::default();
    browser.cookies.push(("__Host-session".to_owned(), "signed-in".to_owned()));
    let _ = browser.begin(&login, "alpha", "").await;
    let _ = browser.begin(&login, "beta", "").await;
    assert_eq!(browser.cookies[0].1, "signed-in");
    assert_eq!(browser.cookies.len(), 3);
}

// The callback.

// Proves: QA1, QB1, QB3
#[tokio::test]
async fn callback_from_another_browser_is_refused() {
    let (world, login) = world();
    let mut attacker = Browser::default();
    let approval = attacker.approve(&login, &world, "alpha", "").await;

    let mut victim = Browser::default();
    for _ in 0..2 {
        let landing = victim.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), FailureCode::LoginNotFound);
        // With a login of one's own under way it is no better.
        let _ = victim.begin(&login, "alpha", "").await;
    }
    assert_eq!(world.requests(), 0);
    // And it took nothing from the browser that began it.
    attacker.callback(&login, "alpha", &approval.query()).await.signed_in_at();
}

// Proves: QA2, QB1, QH1
#[tokio::test]
async fn callback_at_another_provider_is_refused_before_the_code_is_shown_to_it() {
    let (world, login) = world();
    for other in ["beta", "posty"] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let landing = match other {
            "posty" => browser.form_post(&login, other, "", &approval.query()).await,
            _ => browser.callback(&login, other, &approval.query()).await,
        };
        assert_eq!(landing.failed(), FailureCode::StateMismatch);
        // It is spent: whoever got there knows the state.
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QB4, QB5
#[tokio::test]
async fn the_same_callback_twice_is_refused_even_with_the_cookie_kept() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let mut copy = browser.clone();
    browser.callback(&login, "alpha", &approval.query()).await.signed_in_at();
    for browser in [&mut browser, &mut copy] {
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.token_requests(), 1);
}

// Proves: QB4
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_callbacks_at_once_make_one_token_request() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (mut browser, login, query) = (browser.clone(), login.clone(), approval.query());
            tokio::spawn(async move { browser.callback(&login, "alpha", &query).await.result.is_ok() })
        })
        .collect();
    let mut signed_in = 0;
    for task in tasks {
        signed_in += usize::from(task.await.unwrap());
    }
    assert_eq!((signed_in, world.token_requests()), (1, 1));
}

// Proves: QB3
#[tokio::test]
async fn a_state_that_is_not_ours_spends_nothing_and_asks_nobody() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let state = approval.state.as_str();
    let changed = format!("{}{}", &state[..42], if state.ends_with('A') { 'B' } else { 'A' });
    for (query, code) in [
        (String::new(), FailureCode::InvalidRequest),
        ("code=a".to_owned(), FailureCode::InvalidRequest),
        ("code=a&state=".to_owned(), FailureCode::InvalidRequest),
        ("code=a&State=b".to_owned(), FailureCode::InvalidRequest),
        ("error=access_denied".to_owned(), FailureCode::InvalidRequest),
        ("code=a&state=b".to_owned(), FailureCode::LoginNotFound),
        (format!("code=a&state={}", "A".repeat(43)), FailureCode::LoginNotFound),
        (format!("code=a&state={}", &state[..42]), FailureCode::LoginNotFound),
        (format!("code=a&state={state}A"), FailureCode::LoginNotFound),
        (format!("code=a&state={state}%00"), FailureCode::LoginNotFound),
        (format!("code=a&state=%20{state}"), FailureCode::LoginNotFound),
        (format!("code=a&state={changed}"), FailureCode::LoginNotFound),
        (format!("error=access_denied&state={changed}"), FailureCode::LoginNotFound),
    ] {
        let landing = browser.callback(&login, "alpha", &query).await;
        assert_eq!(landing.failed(), code, "{query}");
    }
    assert_eq!(world.requests(), 0);
    browser.callback(&login, "alpha", &approval.query()).await.signed_in_at();
}

// Proves: QB2
#[tokio::test]
async fn repeated_parameters_are_refused() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let good = approval.query();
    for repeated in [
        format!("{good}&code=x"),
        format!("{good}&{good}"),
        format!("{good}&state={}", approval.state),
        format!("state=x&{good}"),
        format!("{good}&c%6Fde=x"),
        format!("{good}&iss=a&iss=a"),
        format!("{good}&error=a&error=b"),
    ] {
        let landing = browser.callback(&login, "alpha", &repeated).await;
        assert_eq!(landing.failed(), FailureCode::InvalidRequest, "{repeated}");
    }
    assert_eq!(world.requests(), 0);
    // A repeated parameter that means nothing to us is the provider's business.
    browser.callback(&login, "alpha", &format!("{good}&x=1&x=2")).await.signed_in_at();
}

// Proves: QB1
#[tokio::test]
async fn oversized_and_unprintable_callbacks_are_refused() {
    let (world, login) = world();
    for (query, code) in [
        (format!("code={}", "a".repeat(8 * 1024 + 1)), FailureCode::InvalidRequest),
        ("code=".to_owned(), FailureCode::InvalidRequest),
        ("code".to_owned(), FailureCode::InvalidRequest),
        ("x=y".to_owned(), FailureCode::InvalidRequest),
        ("code=a%0ab".to_owned(), FailureCode::InvalidRequest),
        ("code=%C3%BC".to_owned(), FailureCode::InvalidRequest),
        ("code=%ff".to_owned(), FailureCode::InvalidRequest),
        (format!("code=a&x={}", "a".repeat(16 * 1024)), FailureCode::InvalidRequest),
    ] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let landing = browser.callback(&login, "alpha", &format!("{query}&state={}", approval.state)).await;
        assert_eq!(landing.failed(), code);
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QB1, QB8
#[tokio::test]
async fn every_limit_holds_to_the_byte() {
    let (world, login) = world();
    let filled = |start: String, length: usize| format!("{start}&x={}", "x".repeat(length - start.len() - 3));
    for (length, is_refused) in [(16 * 1024, false), (16 * 1024 + 1, true)] {
        let begun = Browser::default().begin(&login, "alpha", &filled("next=/me".to_owned(), length)).await;
        assert_eq!(
            begun.location() == Some("/?error=invalid_request"),
            is_refused,
            "{length} bytes of a login's query"
        );

        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let landing = browser.callback(&login, "alpha", &filled(approval.query(), length)).await;
        let failure = is_refused.then_some(FailureCode::InvalidRequest);
        assert_eq!(landing.result.err(), failure, "{length} bytes of a callback's query");
    }
    assert_eq!(Login::BODY_LIMIT, 64 * 1024);
    for (length, is_refused) in [(Login::BODY_LIMIT, false), (Login::BODY_LIMIT + 1, true)] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "posty", "").await;
        let landing = browser.form_post(&login, "posty", "", &filled(approval.query(), length)).await;
        let failure = is_refused.then_some(FailureCode::InvalidRequest);
        assert_eq!(landing.result.err(), failure, "{length} bytes of a form");
    }
}

// Proves: QA2, QH1
#[tokio::test]
async fn a_login_begun_for_another_redirect_uri_sends_its_code_nowhere() {
    let world = World::default();
    let moved = world.builder().mount_path("/sign-in").build().unwrap();
    let mut browser = Browser::default();
    let approval = browser.approve(&world.login(), &world, "alpha", "").await;
    let landing = browser.callback(&moved, "alpha", &approval.query()).await;
    assert_eq!((landing.failed(), world.requests()), (FailureCode::StateMismatch, 0));
}

// Proves: QH1
#[test]
fn no_two_providers_have_one_callback() {
    let (world, login) = world();
    let callbacks: Vec<_> = world.registry().iter().map(|client| login.redirect_uri(client.name()).unwrap()).collect();
    assert_eq!(callbacks.len(), 3);
    assert_eq!(callbacks.iter().collect::<std::collections::BTreeSet<_>>().len(), callbacks.len());
    // It follows from the names, and two instances of one name do not start.
    let twice = |first, second| {
        let config = |name| ProviderConfig::new(name, "id", "secret").provider("beta");
        let registry = Registry::builder().http_client(world.clone()).provider(support::beta());
        registry.instance(config(first)).instance(config(second)).build()
    };
    assert!(twice("one", "two").is_ok());
    for (first, second) in [("one", "one"), ("one", "ONE"), ("a", "a/callback?x="), ("a", "../a"), ("a", "%61")] {
        let error = twice(first, second).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{first} {second}: {error}");
    }
}

// Proves: QC11
#[tokio::test]
async fn the_record_says_who_signed_in_through_whom_and_when() {
    let (world, login) = world();
    let before = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "beta", "").await;
    let record = browser.callback(&login, "beta", &approval.query()).await.result.unwrap();
    assert_eq!((record.provider(), record.issuer.as_deref()), ("beta", Some(BETA_ISSUER)));
    assert!(!record.user.oauth_id.is_empty());
    assert!((before..=before + 60).contains(&record.logged_in_at));
}

#[tokio::test]
async fn a_code_of_any_form_is_shown_to_the_provider() {
    let (world, login) = world();
    for (asked, code) in
        ["4%2F0AdLIr-x_y.z~", "4/0AdLIr-x_y.z~", "M.C5_BL2.2.U.-a*b!$c", "%20%22%5C%7B%7D", &"a".repeat(8 * 1024)]
            .into_iter()
            .enumerate()
    {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let landing = browser.callback(&login, "alpha", &format!("code={code}&state={}", approval.state)).await;
        // It never gave that one.
        assert_eq!((landing.failed(), world.token_requests()), (FailureCode::ProviderRefused, asked + 1), "{code:.40}");
    }
}

#[tokio::test]
async fn two_tabs_finish_in_any_order() {
    let (world, login) = world();
    for order in [[0, 1], [1, 0]] {
        let mut browser = Browser::default();
        let tabs = [
            ("alpha", "/first", browser.approve(&login, &world, "alpha", "next=/first").await),
            ("beta", "/second", browser.approve(&login, &world, "beta", "next=/second").await),
        ];
        for index in order {
            let (provider, next, approval) = &tabs[index];
            let landing = browser.callback(&login, provider, &approval.query()).await;
            assert_eq!(landing.signed_in_at(), *next);
        }
        assert!(browser.cookies.is_empty());
    }
}

// Proves: QA8
#[tokio::test]
async fn the_sixth_login_under_way_pushes_out_the_first() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let mut approvals = Vec::new();
    for _ in 0..6 {
        approvals.push(browser.approve(&login, &world, "alpha", "").await);
        assert!(browser.cookie_header().len() < 4096);
    }
    assert_eq!(browser.cookies.len(), 5);
    let landing = browser.callback(&login, "alpha", &approvals[0].query()).await;
    assert_eq!(landing.failed(), FailureCode::LoginNotFound);
    for approval in &approvals[1..] {
        browser.callback(&login, "alpha", &approval.query()).await.signed_in_at();
    }
}

// Proves: QC8
#[tokio::test]
async fn the_longest_next_fits_into_the_cookie() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let next = format!("/{}", "n".repeat(2047));
    let approval = browser.approve(&login, &world, "alpha", &format!("next={next}")).await;
    assert!(browser.cookie_header().len() <= 4096);
    assert_eq!(browser.callback(&login, "alpha", &approval.query()).await.signed_in_at(), next);
}

// Proves: QB4, QB10
#[tokio::test]
async fn an_error_of_the_provider_becomes_a_code_and_spends_the_login() {
    let (world, login) = world();
    for (error, code) in [
        ("error=access_denied", FailureCode::AccessDenied),
        (
            "error=access_denied&error_description=%3Cscript%3E&error_uri=https://evil.example",
            FailureCode::AccessDenied,
        ),
        ("error=access_denied&error_reason=user_denied&error_code=200&error_message=x", FailureCode::AccessDenied),
        ("error=server_error", FailureCode::ProviderError),
        ("error=ACCESS_DENIED", FailureCode::ProviderError),
        ("error=%3Cscript%3Ealert(1)%3C/script%3E", FailureCode::ProviderError),
        ("error=", FailureCode::ProviderError),
        // An error beside a code is an error.
        ("error=access_denied&code=a", FailureCode::AccessDenied),
    ] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "next=/me").await;
        let landing = browser.callback(&login, "alpha", &format!("{error}&state={}", approval.state)).await;
        assert_eq!(landing.failed(), code, "{error}");
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QB1, QB6, QH1
#[tokio::test]
async fn another_issuer_is_refused_before_error_and_code_are_read() {
    let (world, login) = world();
    for (iss, matches) in [
        (BETA_ISSUER, true),
        ("https://beta.example/", false),
        ("https://BETA.example", false),
        ("http://beta.example", false),
        ("https://alpha.example", false),
        ("beta.example", false),
        ("", false),
    ] {
        for rest in ["", "&error=access_denied"] {
            let mut browser = Browser::default();
            let approval = browser.approve(&login, &world, "beta", "").await;
            let before = world.requests();
            let landing = browser.callback(&login, "beta", &format!("{}{rest}&iss={iss}", approval.query())).await;
            match (matches, rest) {
                (true, "") => assert_eq!(landing.signed_in_at(), "/"),
                (true, _) => assert_eq!(landing.failed(), FailureCode::AccessDenied),
                (false, _) => assert_eq!(landing.failed(), FailureCode::IssuerMismatch, "{iss}"),
            }
            assert_eq!(world.requests() > before, matches && rest.is_empty());
        }
    }
    // A provider without a known issuer has nothing to compare with; its callback address is its own.
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    browser.callback(&login, "alpha", &format!("{}&iss=https://alpha.example", approval.query())).await.signed_in_at();
}

// Proves: QB7
#[tokio::test]
async fn tokens_that_come_through_the_browser_are_not_used() {
    let (world, login) = world();
    let tokens = "access_token=a&id_token=b&refresh_token=c&token_type=bearer&expires_in=3600";
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let landing = browser.callback(&login, "alpha", &format!("{tokens}&state={}", approval.state)).await;
    assert_eq!((landing.failed(), world.requests()), (FailureCode::InvalidRequest, 0));

    let approval = browser.approve(&login, &world, "alpha", "").await;
    let landing = browser.callback(&login, "alpha", &format!("{}&{tokens}", approval.query())).await;
    landing.signed_in_at();
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test]
async fn a_spec_may_read_further_callback_parameters_but_no_token() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "posty", "").await;
    let body = format!("nickname=ann&id_token=forged&{}", approval.query());
    let user = browser.form_post(&login, "posty", "", &body).await.result.unwrap().user;
    assert_eq!((user.username.as_deref(), user.first_name), (Some("ann"), None));
}

#[tokio::test]
async fn what_the_provider_refuses_becomes_a_code_and_spends_the_login() {
    for (trouble, code) in [
        (Trouble::Unreachable, FailureCode::ProviderUnavailable),
        (Trouble::Token(400, r#"{"error":"invalid_grant"}"#), FailureCode::ProviderRefused),
        (Trouble::Token(401, r#"{"error":"invalid_client"}"#), FailureCode::ProviderRefused),
        (Trouble::Token(200, "{}"), FailureCode::ProviderRefused),
        (Trouble::Token(200, "<html>"), FailureCode::ProviderRefused),
        (Trouble::Token(429, "{}"), FailureCode::ProviderUnavailable),
        (Trouble::UserInfo(429, "{}"), FailureCode::ProviderUnavailable),
        (Trouble::UserInfo(401, "{}"), FailureCode::ProfileUnavailable),
        (Trouble::UserInfo(403, "{}"), FailureCode::ProfileUnavailable),
        (Trouble::UserInfo(500, ""), FailureCode::ProfileUnavailable),
        (Trouble::UserInfo(200, "{}"), FailureCode::ProfileUnavailable),
    ] {
        let (world, login) = world();
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let mut copy = browser.clone();
        world.trouble(trouble);
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), code);
        assert!(browser.cookies.is_empty());
        copy.callback(&login, "alpha", &approval.query()).await.failed();
        assert_eq!(world.token_requests(), 1);
    }
}

// Proves: QB11
#[tokio::test]
async fn an_application_may_refuse_a_proven_login() {
    let (world, login) = world();
    for code in [FailureCode::LoginRefused, FailureCode::SessionUnavailable, FailureCode::EmailNotVerified] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "next=/me").await;
        let (cookies, query) = (browser.cookie_header(), approval.query());
        let request = BrowserRequest::new("GET", &query).headers([("cookie", cookies.as_bytes())]);
        let outcome = login.callback("alpha", &request).await.unwrap();
        assert_eq!((outcome.next(), outcome.provider(), outcome.issuer()), ("/me", "alpha", None));
        assert!(outcome.begun_at() <= outcome.finished_at());
        let answer = outcome.refuse(code);
        assert_eq!(answer.location(), Some(format!("/?error={code}").as_str()));
        assert!(set_cookies(&answer).all(|cookie| cookie.contains("Max-Age=0;")));
    }
}

#[tokio::test]
async fn failures_go_to_the_configured_page() {
    let world = World::default();
    let login = world.builder().failure_path("/sign-in?lang=en").login_page("/sign-in").build().unwrap();
    let answer = Browser::default().begin(&login, "alpha", "next=//evil.example").await;
    assert_eq!(answer.location(), Some("/sign-in?lang=en&error=invalid_next"));
    let request = BrowserRequest::new("GET", "").headers([("accept", b"text/html".as_slice())]);
    assert_eq!(login.turn_away(Refusal::NotSignedIn, &request).location(), Some("/sign-in"));
}

// form_post.

// Proves: QB8
#[tokio::test]
async fn a_form_post_callback_is_read_from_its_body_only() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "posty", "next=/me").await;
    let good = approval.query();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let large = format!("{good}&x={}", "x".repeat(Login::BODY_LIMIT));
    for (method, query, content_type, body) in [
        ("GET", good.as_str(), form, ""),
        ("POST", good.as_str(), form, ""),
        ("POST", "", ("content-type", "application/json"), good.as_str()),
        ("POST", "", ("content-type", "multipart/form-data; boundary=x"), good.as_str()),
        ("POST", "", ("content-type", "text/plain"), good.as_str()),
        ("POST", "", ("accept", "*/*"), good.as_str()),
        ("PUT", "", form, good.as_str()),
        ("POST", "", form, large.as_str()),
    ] {
        let headers = [(content_type.0, content_type.1.as_bytes())];
        let request = BrowserRequest::new(method, query).headers(headers).body(body.as_bytes());
        let landing = browser.callback_request(&login, "posty", request).await;
        assert_eq!(landing.failed(), FailureCode::InvalidRequest, "{method} {query} {content_type:?}");
    }
    assert_eq!(world.requests(), 0);

    let charset = [("Content-Type", b"Application/X-WWW-Form-Urlencoded; charset=UTF-8".as_slice())];
    let request = BrowserRequest::new("POST", "state=other&code=other").headers(charset).body(good.as_bytes());
    let landing = browser.callback_request(&login, "posty", request).await;
    assert_eq!(landing.signed_in_at(), "/me");
}

#[tokio::test]
async fn a_form_post_provider_may_report_an_error_by_redirect() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "posty", "").await;
    let error = format!("error=access_denied&state={}", approval.state);
    let landing = browser.callback(&login, "posty", &format!("{error}&code={}", approval.code)).await;
    assert_eq!(landing.failed(), FailureCode::InvalidRequest, "a code does not come this way");
    assert_eq!(browser.callback(&login, "posty", &error).await.failed(), FailureCode::AccessDenied);
    assert_eq!(world.requests(), 0);
}

// Proves: QB1
#[tokio::test]
async fn a_query_provider_cannot_be_answered_by_post() {
    let (world, login) = world();
    let mut browser = Browser::default();
    let approval = browser.approve(&login, &world, "alpha", "").await;
    let query = approval.query();
    for landing in [
        browser.form_post(&login, "alpha", "", &query).await,
        browser.form_post(&login, "alpha", &query, "").await,
        browser.callback_request(&login, "alpha", BrowserRequest::new("HEAD", &query)).await,
    ] {
        assert_eq!(landing.failed(), FailureCode::InvalidRequest);
    }
    browser.callback(&login, "alpha", &query).await.signed_in_at();
}

// Cookies and keys.

// Proves: QC3, QC6
#[tokio::test]
async fn a_changed_cookie_and_a_cookie_sent_twice_are_refused() {
    let (world, login) = world();
    for (tamper, code) in [
        ((|value| format!("{}{value}", "A")) as fn(&str) -> String, FailureCode::LoginNotFound),
        (|value| value[..value.len() - 1].to_owned(), FailureCode::LoginNotFound),
        (|value| value.to_ascii_lowercase(), FailureCode::LoginNotFound),
        (|_| String::new(), FailureCode::LoginNotFound),
        (|value| format!("{value}; other=1"), FailureCode::InvalidRequest),
    ] {
        let mut browser = Browser::default();
        let approval = browser.approve(&login, &world, "alpha", "").await;
        let (name, value) = browser.cookies[0].clone();
        browser.cookies = vec![(name.clone(), tamper(&value))];
        if code == FailureCode::InvalidRequest {
            browser.cookies.push((name, value));
        }
        let landing = browser.callback(&login, "alpha", &approval.query()).await;
        assert_eq!(landing.failed(), code);
        assert!(browser.cookies.is_empty(), "what cannot be used is deleted");
    }
    assert_eq!(world.requests(), 0);
}

// Proves: QC6, QC7
#[tokio::test]
async fn keys_rotate_and_applications_keep_apart() {
    let world = World::default();
    let with = |key: &str, base: &str| world.builder().cookie_key(key).base_url(base).build().unwrap();
    let app = "https://app.example";
    for (key, base, accepted) in [
        (KEY, app, true),
        (&format!("{OTHER_KEY},{KEY}"), app, true),
        (OTHER_KEY, app, false),
        (KEY, "https://app.example:8443", false),
        (KEY, "https://app.example/team", false),
        (KEY, "https://other.example", false),
    ] {
        let mut browser = Browser::default();
        let approval = browser.approve(&with(KEY, app), &world, "alpha", "").await;
        let landing = browser.callback(&with(key, base), "alpha", &approval.query()).await;
        if accepted {
            assert_eq!(landing.signed_in_at(), "/");
        } else {
            assert_eq!(landing.result.unwrap_err(), FailureCode::LoginNotFound, "{base}");
        }
    }
}

// A store that instances share.

#[derive(Clone, Default)]
struct Memory {
    values: Arc<Mutex<HashMap<String, String>>>,
    broken: Arc<Mutex<bool>>,
}

impl Memory {
    fn check(&self) -> Result<()> {
        if *self.broken.lock().unwrap() {
            Err(Error::new(ErrorKind::StoreUnavailable, "the store is down"))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl PendingStore for Memory {
    async fn put(&self, key: &PendingKey, sealed: &str, lifetime: Duration) -> Result<()> {
        self.check()?;
        assert_eq!(lifetime, Duration::from_secs(600));
        self.values.lock().unwrap().insert(key.as_str().to_owned(), sealed.to_owned());
        Ok(())
    }

    async fn take(&self, key: &PendingKey) -> Result<Option<String>> {
        tokio::task::yield_now().await;
        self.check()?;
        Ok(self.values.lock().unwrap().remove(key.as_str()))
    }

    async fn spend(&self, key: &PendingKey, _lifetime: Duration) -> Result<bool> {
        tokio::task::yield_now().await;
        self.check()?;
        Ok(self.values.lock().unwrap().insert(key.as_str().to_owned(), String::new()).is_none())
    }
}

// Proves: QB4
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_a_store_a_login_is_used_once_across_instances() {
    let (world, store) = (World::default(), Memory::default());
    let instances = [(); 2].map(|()| world.builder().store(store.clone()).build().unwrap());
    let mut browser = Browser::default();
    let approval = browser.approve(&instances[0], &world, "alpha", "next=/me").await;
    assert!(browser.cookie_header().len() < 250, "the cookie is only the browser's half");
    let tasks: Vec<_> = (0..50)
        .map(|index| {
            let (mut browser, login, query) = (browser.clone(), instances[index % 2].clone(), approval.query());
            tokio::spawn(async move { browser.callback(&login, "alpha", &query).await.result.is_ok() })
        })
        .collect();
    let mut signed_in = 0;
    for task in tasks {
        signed_in += usize::from(task.await.unwrap());
    }
    assert_eq!((signed_in, world.token_requests()), (1, 1));
    assert!(store.values.lock().unwrap().is_empty());
}

// Proves: QA1, QC9
#[tokio::test]
async fn a_login_found_in_a_store_proves_nothing_about_the_browser() {
    let (world, store) = (World::default(), Memory::default());
    let login = world.builder().store(store.clone()).build().unwrap();
    let mut attacker = Browser::default();
    let approval = attacker.approve(&login, &world, "alpha", "").await;
    let mut victim = Browser::default();
    let _ = victim.begin(&login, "alpha", "").await;
    let landing = victim.callback(&login, "alpha", &approval.query()).await;
    assert_eq!((landing.failed(), world.requests()), (FailureCode::LoginNotFound, 0));
    // What is stored shows neither state nor its own key's making, and a cookie of the other mode does not open.
    for (key, sealed) in store.values.lock().unwrap().iter() {
        assert!(!key.contains(&approval.state) && !sealed.contains(&approval.state));
    }
    let landing = attacker.clone().callback(&world.login(), "alpha", &approval.query()).await;
    assert_eq!(landing.failed(), FailureCode::LoginNotFound);
    attacker.callback(&login, "alpha", &approval.query()).await.signed_in_at();
}

// Proves: QH7, QB4
#[tokio::test]
async fn while_the_store_is_down_logins_begin_and_none_is_lost() {
    let (world, store) = (World::default(), Memory::default());
    let instances = [(); 2].map(|()| world.builder().store(store.clone()).build().unwrap());
    let [login, sibling] = &instances;
    let (mut before, mut meanwhile) = (Browser::default(), Browser::default());
    let begun_before = before.approve(login, &world, "alpha", "next=/before").await;
    *store.broken.lock().unwrap() = true;
    let begun_meanwhile = meanwhile.approve(login, &world, "alpha", "next=/meanwhile").await;
    for (browser, approval) in [(&mut before, &begun_before), (&mut meanwhile, &begun_meanwhile)] {
        let landing = browser.callback(login, "alpha", &approval.query()).await;
        assert_eq!((landing.result.err(), world.token_requests()), (Some(FailureCode::StoreUnavailable), 0));
        assert_eq!((landing.answer.status(), set_cookies(&landing.answer).count()), (503, 0));
    }
    *store.broken.lock().unwrap() = false;
    for (mut browser, approval) in [(before, begun_before), (meanwhile, begun_meanwhile)] {
        let mut copy = browser.clone();
        assert!(browser.callback(sibling, "alpha", &approval.query()).await.result.is_ok());
        let again = copy.callback(login, "alpha", &approval.query()).await;
        assert_eq!(again.failed(), FailureCode::LoginNotFound);
    }
    assert_eq!(world.token_requests(), 2);
}

// Logout and guards.

// Proves: QA7, QC12
#[test]
fn logout_is_a_post_from_this_application() {
    let (_, login) = world();
    let origin = |value| ("origin", value);
    let site = |value| ("sec-fetch-site", value);
    for (method, headers, status) in [
        ("POST", &[][..], 303),
        ("POST", &[origin("https://app.example")], 303),
        ("POST", &[origin("https://app.example"), site("same-origin")], 303),
        ("POST", &[site("same-origin")], 303),
        ("POST", &[site("none")], 303),
        ("POST", &[site("same-site")], 403),
        ("POST", &[site("cross-site")], 403),
        ("POST", &[site("")], 403),
        // As a page with `Referrer-Policy: no-referrer` sends it, and as anybody could.
        ("POST", &[origin("null"), site("same-origin")], 303),
        ("POST", &[origin("null")], 403),
        ("POST", &[origin("null"), site("none")], 403),
        ("POST", &[origin("null"), site("same-site")], 403),
        ("POST", &[origin("null"), site("cross-site")], 403),
        ("POST", &[origin("null"), site("same-origin"), site("same-origin")], 403),
        ("POST", &[origin("null"), origin("null"), site("same-origin")], 403),
        ("POST", &[origin("NULL"), site("same-origin")], 403),
        ("POST", &[origin(""), site("same-origin")], 403),
        ("POST", &[origin("")], 403),
        ("POST", &[origin("http://app.example")], 403),
        ("POST", &[origin("https://app.example:8443")], 403),
        ("POST", &[origin("https://app.example.evil.example")], 403),
        ("POST", &[origin("https://sub.app.example")], 403),
        ("POST", &[origin("https://app.example/")], 403),
        ("POST", &[origin("https://evil.example"), site("same-origin")], 403),
        ("POST", &[origin("https://app.example"), origin("https://evil.example")], 403),
        ("GET", &[origin("https://app.example")], 405),
        ("HEAD", &[], 405),
        ("DELETE", &[], 405),
    ] {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let request = BrowserRequest::new(method, "next=/bye").headers(headers.clone());
        match login.logout(&request) {
            Ok(answer) => assert_eq!((answer.status(), answer.location()), (status, Some("/bye"))),
            Err(failure) => {
                assert_eq!(failure.answer().status(), status, "{method} {:?}", headers.collect::<Vec<_>>());
                assert_eq!(failure.answer().location(), None);
            }
        }
    }
}

// Proves: QC12, QD1
#[test]
fn logout_does_not_fail_over_where_to_land() {
    let (_, login) = world();
    for query in ["", "next=//evil.example", "next=/a&next=/b", "next="] {
        assert_eq!(login.logout(&BrowserRequest::new("POST", query)).unwrap().location(), Some("/"), "{query}");
    }
}

#[test]
fn people_are_sent_to_sign_in_and_programs_get_a_status() {
    let (_, login) = world();
    let person = BrowserRequest::new("GET", "").headers([("sec-fetch-mode", b"navigate".as_slice())]);
    let program = BrowserRequest::new("GET", "").headers([("accept", b"application/json".as_slice())]);
    for (refusal, status, code) in [
        (Refusal::NotSignedIn, 401, "not_signed_in"),
        (Refusal::OtherProvider, 403, "other_provider"),
        (Refusal::EmailNotVerified, 403, "email_not_verified"),
        (Refusal::SessionUnavailable, 503, "session_unavailable"),
    ] {
        let answer = login.turn_away(refusal, &program);
        let body: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
        assert_eq!((answer.status(), body["error"].as_str()), (status, Some(code)));

        let answer = login.turn_away(refusal, &person);
        match refusal {
            Refusal::NotSignedIn => assert_eq!((answer.status(), answer.location()), (303, Some("/"))),
            _ => assert_eq!((answer.status(), answer.body()), (status, refusal.message())),
        }
    }
}

// Secrets.

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

// Proves: QH4, QH5, QH9
#[test]
fn no_secret_reaches_a_log_line_at_trace_level_or_debug() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let mut shown = Vec::new();
    let mut secrets = vec![KEY.trim_end_matches('=').to_owned(), "PLANTED".to_owned()];
    tracing::subscriber::with_default(subscriber, || {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            for store in [None, Some(Memory::default())] {
                for trouble in [
                    None,
                    Some(Trouble::Unreachable),
                    Some(Trouble::Token(
                        400,
                        r#"{"error":"invalid_grant","error_description":"PLANTED-code-0 is spent"}"#,
                    )),
                    Some(Trouble::UserInfo(401, r#"{"error":"PLANTED-error"}"#)),
                ] {
                    let world = World::default();
                    let builder = match store.clone() {
                        Some(store) => world.builder().store(store),
                        None => world.builder(),
                    };
                    shown.push(format!("{builder:?}"));
                    let login = builder.build().unwrap();
                    if let Some(trouble) = trouble {
                        world.trouble(trouble);
                    }
                    let mut browser = Browser::default();
                    let begun = browser.begin(&login, "alpha", "next=/me?PLANTED-next").await;
                    let approval = world.approve(begun.location().unwrap());
                    secrets.push(approval.state.clone());
                    secrets.extend(browser.cookies.iter().map(|(_, value)| value.clone()));
                    let (cookies, query) = (browser.cookie_header(), approval.query());
                    let request = BrowserRequest::new("GET", &query).headers([("cookie", cookies.as_bytes())]);
                    shown.push(format!("{login:?} {begun:?} {request:?}"));
                    match login.callback("alpha", &request).await {
                        Ok(outcome) => {
                            shown.push(format!("{outcome:?} {:?}", outcome.record()));
                            shown.push(format!("{:?}", outcome.accept()));
                        }
                        Err(failure) => shown.push(format!("{failure:?} {failure}")),
                    }
                    // And the ways in which a stranger's text comes in.
                    for (provider, query) in [
                        ("PLANTED-provider", "PLANTED-query"),
                        ("alpha", "next=PLANTED-next"),
                        ("alpha", query.as_str()),
                        ("alpha", "error=PLANTED-error&error_description=PLANTED&state=PLANTED-state"),
                    ] {
                        let _ = browser.begin(&login, provider, query).await;
                        let error = browser.approve(&login, &world, "beta", "").await.state;
                        let _ = browser.callback(&login, "beta", &format!("error=PLANTED-error&state={error}")).await;
                        let _ = browser.callback(&login, provider, query).await;
                    }
                    secrets.extend(world.verifiers());
                }
            }
            let (_, login) = self::world();
            let origin = [("origin", b"https://PLANTED.example".as_slice())];
            let failure = login.logout(&BrowserRequest::new("POST", "next=/PLANTED").headers(origin)).unwrap_err();
            let error = KeyRing::from_base64_list("PLANTED-key").unwrap_err();
            shown.push(format!("{failure:?} {:?} {error:?} {error}", KeyRing::from_base64_list(KEY).unwrap()));
        });
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for event in ["login begun", "login finished", "login failed", "the provider sent the browser back with an error"] {
        assert!(log.contains(event), "{event} is not in the log");
    }
    assert!(log.contains(r#"provider="alpha" code="provider_unavailable" kind=Transport"#), "{log}");
    assert!(secrets.len() > 20 && secrets.iter().all(|secret| secret.len() > 6));
    for (text, place) in [(log, "the log"), (shown.join(" "), "Debug")] {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} is in {place}: {text}");
        }
    }
}

// Junk.

proptest! {
    // Proves: QB3, QH6
    #[test]
    fn no_junk_signs_anybody_in_or_reaches_a_provider(
        method in "GET|POST|HEAD|[A-Z]{0,5}",
        provider in prop_oneof![Just("alpha"), Just("beta"), Just("posty")],
        query in prop_oneof![any::<String>(), "(code|state|iss|error|next|x)=[ -~]{0,50}(&(code|state|error|next)=[A-Za-z0-9_-]{43}){0,4}"],
        cookie in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "(__Host-login-[A-Za-z0-9_-]{8}-[A-Za-z0-9_-]{16}=[A-Za-z0-9_-]{0,100}; ){0,5}".prop_map(String::into_bytes),
        ],
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let (world, login) = world();
        let form = b"application/x-www-form-urlencoded".as_slice();
        let request = BrowserRequest::new(&method, &query)
            .headers([("cookie", cookie.as_slice()), ("content-type", form)])
            .body(&body);
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            assert!(login.callback(provider, &request).await.is_err());
            let answer = login.begin(provider, &request).await;
            assert!([303, 405].contains(&answer.status()));
        });
        prop_assert_eq!(world.requests(), 0);
    }
}
