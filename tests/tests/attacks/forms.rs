//! Callbacks by `form_post`: their cookie comes along whoever posts, so that everything hangs on what the form says.

use std::time::Duration;

use futures_util::future::join_all;
use oauth_core::{Provider as _, ResponseMode};
use oauth_login::Login;
use oauth_providers::{apple::APPLE, oidc::OIDC};
use oauth_testkit::{
    Browser, DevProvider, Endpoint, Page,
    hostile::{HostileProvider, Trap},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use url::{Url, form_urlencoded};

use crate::{
    application::{Application, Combination, Fields, instance},
    mixed_up::led_on,
    planted::Planted,
};

const FORM: &str = "application/x-www-form-urlencoded";

async fn start(combination: &Combination) -> (DevProvider, Application) {
    let provider = DevProvider::builder(&OIDC).response_mode(ResponseMode::FormPost).start().await.unwrap();
    let app = Application::start(combination, provider.variables()).await;
    (provider, app)
}

fn encoded(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The fields with another value for `name`.
fn with(fields: &Fields, name: &str, value: &str) -> Fields {
    let kept = fields.iter().filter(|(known, _)| known != name).cloned();
    kept.chain([(name.to_owned(), value.to_owned())]).collect()
}

/// A page of another site, with a form that sends these fields.
async fn posted_from(elsewhere: &Page, browser: &Browser, action: &Url, fields: &Fields) -> Page {
    browser
        .request("POST", action)
        .form(fields.iter().map(|(name, value)| (name, value)))
        .from(elsewhere)
        .send()
        .await
        .unwrap()
}

/// What `Cookie` the browser sends to the application.
fn cookies(browser: &Browser, app: &Application) -> String {
    let cookies = browser.cookies(app.url("/"));
    cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ")
}

// Proves: QB1, QB2, QB3, QB8
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_is_refused_and_spends_nothing() {
    for combination in Combination::all() {
        let (provider, app) = start(&combination).await;
        let victim = Browser::new();
        let (action, fields) = app.form(&victim, "oidc", "jane").await;
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        let (state, code, good) = (field("state"), field("code"), encoded(&fields));
        let utf_16 = |order: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let as_json = json!({ "state": state, "code": code, "iss": field("iss") }).to_string();
        let multipart = format!(
            "--x\r\ncontent-disposition: form-data; name=\"state\"\r\n\r\n{state}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"code\"\r\n\r\n{code}\r\n--x--\r\n"
        );
        let large = format!("{good}&x={}", "x".repeat(Login::BODY_LIMIT + 1 - good.len() - "&x=".len()));
        assert_eq!(large.len(), Login::BODY_LIMIT + 1);

        let is_none = "invalid_request";
        let is_nobodys = "login_not_found";
        let posted: Vec<(&[&str], Vec<u8>, &str)> = vec![
            (&["application/json"], as_json.clone().into(), is_none),
            (&["application/json"], good.clone().into(), is_none),
            (&["text/plain"], good.clone().into(), is_none),
            (&["text/plain;x=application/x-www-form-urlencoded"], good.clone().into(), is_none),
            (&["multipart/form-data; boundary=x"], multipart.clone().into(), is_none),
            (&["multipart/form-data; boundary=x"], good.clone().into(), is_none),
            (&["application/x-www-form-urlencoded2"], good.clone().into(), is_none),
            (&["application/x-www-form-urlencoded, text/plain"], good.clone().into(), is_none),
            (&[""], good.clone().into(), is_none),
            (&[], good.clone().into(), is_none),
            (&[FORM, "text/plain"], good.clone().into(), is_none),
            (&[FORM, FORM], good.clone().into(), is_none),
            (&[FORM], large.into(), is_none),
            (&[FORM], Vec::new(), is_none),
            (&[FORM], as_json.into(), is_none),
            (&[FORM], multipart.into(), is_none),
            // Whatever it says of itself, a form is read as UTF-8.
            (&["application/x-www-form-urlencoded; charset=utf-16le"], utf_16(u16::to_le_bytes), is_none),
            (&["application/x-www-form-urlencoded; charset=utf-16be"], utf_16(u16::to_be_bytes), is_none),
            (&["application/x-www-form-urlencoded; charset=utf-7"], good.replace('=', "+AD0-").into(), is_none),
            (&[FORM], format!("\u{feff}state={state}&code={code}").into(), is_none),
            (&[FORM], format!("state={state};code={code}").into(), is_nobodys),
            (&[FORM], format!("code={code}").into(), is_none),
            (&[FORM], format!("state=&code={code}").into(), is_none),
            (&[FORM], format!("state[]={state}&code={code}").into(), is_none),
            (&[FORM], format!("State={state}&code={code}").into(), is_none),
            (&[FORM], format!("{good}&state={state}").into(), is_none),
            (&[FORM], format!("{good}&st%61te={state}").into(), is_none),
            (&[FORM], format!("{good}&code={code}").into(), is_none),
            (&[FORM], format!("{good}&c%6Fde=other").into(), is_none),
            (&[FORM], format!("{good}&iss=").into(), is_none),
            (&[FORM], format!("{good}&error=a&error=b").into(), is_none),
            (&[FORM], format!("state={state}%00&code={code}").into(), is_nobodys),
            (&[FORM], format!("state={state}%2500&code={code}").into(), is_nobodys),
            (&[FORM], format!("state={state}\0&code={code}").into(), is_nobodys),
            (&[FORM], format!("state={state}%0d%0a&code={code}").into(), is_nobodys),
            (&[FORM], [b"state=\xff\xfe", &state.as_bytes()[2..], b"&code=a"].concat(), is_nobodys),
            (&[FORM], format!("state={}&code={code}", "%ff".repeat(43)).into(), is_nobodys),
            (&[FORM], format!("state={}&code={code}", "A".repeat(43)).into(), is_nobodys),
            (&[FORM], format!("state={}&code={code}", state.to_ascii_lowercase()).into(), is_nobodys),
        ];
        let headers = format!("host: localhost\r\nconnection: close\r\ncookie: {}\r\n", cookies(&victim, &app));
        for (types, body, expected) in posted {
            let types = types.iter().map(|value| format!("content-type: {value}\r\n")).collect::<Vec<_>>().concat();
            let length = body.len();
            let head = format!("POST {} HTTP/1.1\r\n{headers}{types}content-length: {length}\r\n\r\n", action.path());
            let answer = app.raw(&[head.as_bytes(), &body].concat()).await;
            let case = format!("{app} {types:?} {:?}", String::from_utf8_lossy(&body[..length.min(300)]));
            assert_refused(&answer, expected, &case);
        }

        // The right form, by another method or at another place.
        for (method, target, expected) in [
            ("PUT", action.path().to_owned(), is_none),
            ("PATCH", action.path().to_owned(), is_none),
            ("DELETE", action.path().to_owned(), is_none),
            ("GET", action.path().to_owned(), is_none),
            ("GET", format!("{}?{good}", action.path()), is_none),
            ("GET", format!("{}?state={state}&error=access_denied&code={code}", action.path()), is_none),
        ] {
            let length = good.len();
            let head = format!(
                "{method} {target} HTTP/1.1\r\n{headers}content-type: {FORM}\r\nx-http-method-override: POST\r\n\
                 content-length: {length}\r\n\r\n"
            );
            let answer = app.raw(format!("{head}{good}").as_bytes()).await;
            assert_refused(&answer, expected, &format!("{app} {method} {target}"));
        }
        assert_refused(&endless(&app, action.path(), &headers, &good).await, is_none, &format!("{app} without an end"));

        // What stands in the query of a form's address is not the form's.
        assert_eq!(provider.count(Endpoint::Token), 0, "{app}");
        let beside = format!("{action}?state={}&code=other&iss=other&error=access_denied", "A".repeat(43));
        let end = victim.request("POST", beside).form(fields.clone()).send().await.unwrap();
        assert_eq!((end.status(), end.header("location")), (303, Some("/")), "{app}");
        assert_eq!(app.me(&victim).await.unwrap()["username"], "jane", "{app}");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}

fn assert_refused(answer: &str, code: &str, case: &str) {
    let location = format!("location: /?error={code}\r\n");
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.to_ascii_lowercase().contains(&location), "{case}: {answer}");
    assert!(!answer.contains("session="), "{case}: {answer}");
}

/// Sends a form that begins well and goes on until there is an answer.
async fn endless(app: &Application, path: &str, headers: &str, good: &str) -> String {
    const ENOUGH: usize = 64 * 1024 * 1024;
    let (mut from, mut to) = TcpStream::connect(app.address).await.unwrap().into_split();
    let head = format!("POST {path} HTTP/1.1\r\n{headers}content-type: {FORM}\r\ntransfer-encoding: chunked\r\n\r\n");
    let first = format!("{head}{:x}\r\n{good}&x=\r\n", good.len() + "&x=".len());
    to.write_all(first.as_bytes()).await.unwrap();
    let write = async {
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        let mut sent = 0;
        while sent < ENOUGH && to.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
        assert!(sent < ENOUGH, "{app}: a body without an end is read");
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let read = async {
        // The body never ends, so nobody waits for the end of the connection.
        while !answer.ends_with(b"\r\n\r\n") && from.read_buf(&mut answer).await.is_ok_and(|length| length > 0) {}
    };
    tokio::select! {
        () = write => {}
        read = timeout(Duration::from_secs(60), read) => read.unwrap(),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

// Proves: QB4
#[tokio::test(flavor = "multi_thread")]
async fn twenty_copies_of_a_form_at_once_are_one_login() {
    for combination in Combination::all() {
        let (provider, app) = start(&combination).await;
        let victim = Browser::new();
        let (action, fields) = app.form(&victim, "oidc", "jane").await;
        let cookies = cookies(&victim, &app);
        let copies = join_all((0..20).map(|_| {
            let request = victim.request("POST", &action).form(fields.clone()).header("cookie", &cookies);
            async { request.send().await.unwrap() }
        }));
        let landed = copies.await.iter().filter(|page| page.header("location") == Some("/")).count();
        assert_eq!((landed, provider.count(Endpoint::Token)), (1, 1), "{app}");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}

// Proves: QA2, QB1, QB6, QH1
#[tokio::test(flavor = "multi_thread")]
async fn a_form_for_one_provider_is_refused_at_the_callback_of_another() {
    for combination in Combination::all() {
        let builder = || DevProvider::builder(&OIDC).response_mode(ResponseMode::FormPost);
        let honest = builder().client("honest", "the secret of the honest client").start().await.unwrap();
        let attacker = HostileProvider::of(builder().start().await.unwrap()).await.unwrap();
        let variables = instance("oidc", &honest).into_iter().chain(instance("evil", &attacker));
        let app = Application::start(&combination, variables).await;
        let callback = |name: &str| app.url(&format!("/auth/{name}/callback"));

        // The victim's own form, at the attacker's callback: no code gets there, and the login has ended.
        let victim = Browser::new();
        let (action, fields) = app.form(&victim, "oidc", "jane").await;
        for (action, expected) in [(callback("evil"), "state_mismatch"), (action.into(), "login_not_found")] {
            let end = victim.request("POST", action).form(fields.clone()).send().await.unwrap();
            assert_eq!(app.failure(&end).as_deref(), Some(expected), "{app}");
        }
        // A login at the attacker's provider, who leads the victim on to the honest one.
        for (name, expected) in [("oidc", "state_mismatch"), ("evil", "issuer_mismatch")] {
            let begun = victim.get(app.url("/auth/evil/login")).await.unwrap().location().unwrap();
            let page = victim.open(led_on(&begun, &honest, "openid email", &callback(name))).await.unwrap();
            let end = victim.sign_in_as(&page, "jane").await.unwrap();
            assert_eq!(app.failure(&end).as_deref(), Some(expected), "{app} {name}");
        }
        assert!(app.me(&victim).await.is_none(), "{app}");
        assert_eq!((attacker.count(Endpoint::Token), honest.count(Endpoint::Token)), (0, 0), "{app}");
        assert_eq!(attacker.hits(), [], "{app}");
        app.assert_silent_about(&Planted::new(honest.secrets().into_iter().chain(attacker.secrets())));
    }
}

// Proves: QA1, QA6, QB3, QB8, QC2
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_signs_nobody_in_although_the_cookie_comes_along() {
    for combination in Combination::all() {
        let (provider, app) = start(&combination).await;
        let (victim, attacker, trap) = (Browser::new(), Browser::new(), Trap::open().await.unwrap());
        app.sign_in(&victim, "oidc", "omar").await;
        let elsewhere = victim.get(trap.base_url()).await.unwrap();
        // The victim is in the middle of a login, and so is the attacker.
        let (action, own) = app.form(&victim, "oidc", "jane").await;
        let (_, foreign) = app.form(&attacker, "oidc", "omar").await;
        let value = |fields: &Fields, name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();

        let flow = |browser: &Browser| {
            let cookies = browser.cookies(app.url("/"));
            cookies.into_iter().find(|cookie| cookie.name.starts_with("login-")).unwrap()
        };
        let (of_victim, of_attacker) = (flow(&victim), flow(&attacker));
        assert_eq!(of_victim.same_site.as_deref(), Some("None"), "{app}");
        // Under the attacker's name: what a neighbour on another port of the host may set where there is no https.
        let moved = format!("{}={}; Path=/; SameSite=None; Secure", of_attacker.name, of_victim.value);

        for (what, cookie, fields) in [
            ("the attacker's form", None, foreign.clone()),
            ("the attacker's code", None, with(&foreign, "state", &"A".repeat(43))),
            ("no state", None, foreign.iter().filter(|(name, _)| name != "state").cloned().collect()),
            ("the cookie of another login", Some(&moved), foreign.clone()),
        ] {
            if let Some(cookie) = cookie {
                assert!(victim.set_cookie(app.url("/"), cookie), "{app}");
            }
            let end = posted_from(&elsewhere, &victim, &action, &fields).await;
            assert!(app.failure(&end).is_some(), "{app} {what}: {} {:?}", end.status(), end.header("location"));
            assert_eq!(app.me(&victim).await.unwrap()["username"], "omar", "{app} {what}");
        }
        assert_eq!(provider.count(Endpoint::Token), 1, "{app}: the login of before");

        // It did not hinder the victim, who has the flow cookie still.
        let end = posted_from(&elsewhere, &victim, &action, &own).await;
        assert_eq!(end.header("location"), Some("/"), "{app} {}", value(&own, "state").len());
        assert_eq!(app.me(&victim).await.unwrap()["username"], "jane", "{app}");
        assert_eq!(trap.hits(&[]).len(), 1, "{app}: the page of the other site");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}

// Proves: QB7
#[tokio::test(flavor = "multi_thread")]
async fn tokens_beside_the_code_in_a_form_are_not_looked_at() {
    for combination in Combination::all() {
        let (provider, app) = start(&combination).await;
        let victim = Browser::new();
        let (action, fields) = app.form(&victim, "oidc", "jane").await;
        let planted =
            ["access_token", "refresh_token", "id_token"].map(|name| (name, format!("a planted {name} in the form")));
        let profile = json!({ "sub": "mallory", "email": "mallory@example.com", "email_verified": true }).to_string();
        let all = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = all.chain(planted.iter().map(|(name, value)| (*name, value.as_str())));
        let all = all.chain([("token_type", "bearer"), ("expires_in", "1"), ("user", &profile), ("sub", "mallory")]);
        let end = victim.request("POST", &action).form(all).send().await.unwrap();
        assert_eq!(end.header("location"), Some("/"), "{app}");
        let me = app.me(&victim).await.unwrap();
        assert_eq!((&me["username"], &me["email"]), (&json!("jane"), &json!("jane.doe@example.com")), "{app}");
        assert!(!me.to_string().contains("mallory"), "{app} {me}");
        let secrets = provider.secrets().into_iter().chain(planted.map(|(_, value)| value));
        app.assert_silent_about(&Planted::new(secrets));
    }
}

// Proves: QB7, QG3
#[tokio::test(flavor = "multi_thread")]
async fn what_apple_is_said_to_know_of_a_person_is_a_name_and_no_more() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for combination in Combination::all() {
        let provider = DevProvider::builder(APPLE.spec()).start().await.unwrap();
        let own = [("TEAM_ID", "TEAM123456"), ("KEY_ID", "KEY1234567"), ("PRIVATE_KEY", &key)];
        let own = own.map(|(name, value)| (format!("OAUTH_APPLE_{name}"), value.to_owned()));
        let mut variables = provider.variables();
        variables.retain(|(name, _)| own.iter().all(|(known, _)| known != name));
        let app = Application::start(&combination, variables.into_iter().chain(own)).await;
        let browser = Browser::new();
        app.sign_in(&browser, "apple", "jane").await;
        let honest = app.me(&browser).await.unwrap();
        assert!(honest["email"].is_string(), "{honest}");

        for user in [
            r#"{"name":{"firstName":"Mallory","lastName":"M"},"email":"mallory@example.com","email_verified":true}"#
                .to_owned(),
            r#"{"sub":"mallory","oauth_id":"mallory","email":["mallory@example.com"],"name":"mallory@example.com"}"#
                .to_owned(),
            r#"{"name":{"firstName":"<script>alert(1)</script>","lastName":"\r\nx-injected: 1"}}"#.to_owned(),
            r#"{"email":"a","email":"mallory@example.com"}"#.to_owned(),
            json!({ "name": { "firstName": "M".repeat(40_000) } }).to_string(),
            "[".repeat(20_000),
            "{".to_owned(),
            "null".to_owned(),
            "mallory@example.com".to_owned(),
            String::new(),
        ] {
            let (action, fields) = app.form(&browser, "apple", "jane").await;
            let fields = with(&fields, "user", &user);
            let case = format!("{app} {}", &user[..user.len().min(60)]);
            let end = browser.request("POST", &action).form(fields).send().await.unwrap();
            assert_eq!(end.status(), 303, "{case}");
            assert!(end.header("x-injected").is_none(), "{case}");
            let me = app.me(&browser).await.unwrap();
            for claim in ["oauth_id", "email", "email_verified"] {
                assert_eq!(me[claim], honest[claim], "{case} {claim}");
            }
            let home = browser.get(app.url("/")).await.unwrap();
            assert_eq!(home.status(), 200, "{case}");
            assert!(!home.text().contains("<script>alert(1)"), "{case}");
        }
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}
