//! `Debug` of every public type, each in a value that holds planted secrets, and what else of it is made for reading. A
//! public type that is in no list here fails the test.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod applications;
mod lacks;
mod shown;
mod types;
mod world;

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oauth_core::{AuthorizationRequest, CallbackParameters, ExposeSecret as _, Identity, SigningKey};
use oauth_login::{
    BrowserRequest, EmailLinking, Finished, KeyRing, LocalEmail, Login, LoginRecord, Quota, RateLimit, Refusal,
    StoredLogin, TrustedProxies,
};
use oauth_redis::RedisStore;
use oauth_reqwest::ReqwestClient;

use crate::{
    shown::{drawn, show, show_error, show_text},
    world::{COOKIE_KEY, Store, login_builder, registry},
};

async fn show_core() {
    let registry = registry();
    let client = registry.get("acme").unwrap();
    show(&registry);
    show(client);
    show(client.spec());
    show_error(&registry.get("acne").unwrap_err());
    let request = AuthorizationRequest::new("https://app.example/callback");
    show(&request);
    let authorization = client.authorization_url(&request).unwrap();
    show(&authorization);
    let pending = authorization.pending();
    show(pending);
    drawn(pending.state().expose_secret());
    let callback = [("user".to_owned(), "planted-parameter".to_owned())].into_iter().collect::<CallbackParameters>();
    show(&callback);
    let token = client.exchange_code("planted-code", pending, &callback).await.unwrap();
    let user = client.user_info(&token).await.unwrap();
    show(&user);
    show(&user.email_verified);
    show(&user.verified_email().unwrap());
    show(&Identity::new("https://acme.example", "1"));
    let pem = include_str!("../../../crates/oauth-core/tests/keys/p256.pem");
    pem.lines().filter(|line| !line.starts_with('-')).for_each(drawn);
    show(&SigningKey::from_pem(pem).unwrap());
    show_error(&SigningKey::from_pem("planted").unwrap_err());
    let refused = client.exchange_code("planted-refused", pending, &callback).await.unwrap_err();
    show(&refused.kind());
    show_error(&refused);
}

async fn show_login() {
    let builder = login_builder("https://app.example").store(Store::default());
    show(&builder);
    let login = builder.build().unwrap();
    show(&login);
    show(&login.session_cookie());
    show(login.token_keeper().unwrap());
    show(&KeyRing::from_base64_list(&STANDARD.encode(COOKIE_KEY)).unwrap());
    show_error(&KeyRing::from_base64_list("planted-cookie-key").unwrap_err());
    for code in ["planted-code", "planted-refused"] {
        let request = BrowserRequest::new("GET", "next=/me?planted-next");
        show(&request);
        let begun = login.begin("acme", &request).await;
        show(&begun);
        let url = url::Url::parse(begun.location().unwrap()).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let set_cookie = begun.headers().iter().find(|(name, _)| *name == "set-cookie").unwrap().1.clone();
        let cookie = set_cookie.split(';').next().unwrap();
        drawn(&state);
        drawn(cookie.split_once('=').unwrap().1);
        let query = format!("code={code}&state={state}");
        let headers = [("cookie", cookie.as_bytes()), ("authorization", b"planted".as_slice())];
        let callback = BrowserRequest::new("POST", &query).headers(headers).body(b"planted-body");
        show(&callback);
        let callback = BrowserRequest::new("GET", &query).headers(headers);
        match login.callback("acme", &callback).await {
            Ok(mut outcome) => {
                outcome.keep_tokens().await.unwrap();
                show(&outcome);
                let record = outcome.record();
                show(&record);
                let written = StoredLogin::write(&record, SystemTime::now()).unwrap();
                show(&StoredLogin::read(&written, SystemTime::now()));
                show_error(&login.token_keeper().unwrap().access_token(&unknown(&written)).await.unwrap_err());
                show(&outcome.accept());
            }
            Err(failure) => {
                show(&failure);
                show_text(&failure);
                show(&failure.code());
                show_text(&failure.code());
                show(failure.answer());
            }
        }
    }
    show_link(&login).await;
    show(&EmailLinking::verified_at(["acme"]));
    show(&LocalEmail::Verified("jane@example.com"));
    let sessions = login.session_records(Store::default());
    sessions.create("planted-session-id", b"planted-content", Duration::from_secs(60)).await.unwrap();
    show(&sessions);
    login.ended_sessions().add("planted-session-id");
    show(login.ended_sessions());
    let proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    show(&proxies);
    show(&proxies.client(localhost, [b"planted".as_slice()]));
    let quota = Quota::one_every(Duration::from_secs(60)).burst(1);
    let limit = RateLimit::per_client(quota).unwrap();
    let check = || limit.check(localhost, [("cookie", b"planted".as_slice())]);
    check().unwrap();
    show(&check().unwrap_err());
    show(&quota);
    show(&limit);
    show(&Refusal::NotSignedIn);
}

async fn show_link(login: &Login) {
    let session = Some("planted-session-name");
    let begun = login.begin_link("acme", &BrowserRequest::new("POST", ""), session).await;
    show(&begun);
    let url = url::Url::parse(begun.location().unwrap()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let set_cookie = begun.headers().iter().find(|(name, _)| *name == "set-cookie").unwrap().1.clone();
    let cookie = set_cookie.split(';').next().unwrap();
    let query = format!("code=planted-code&state={state}");
    let callback = BrowserRequest::new("GET", &query).headers([("cookie", cookie.as_bytes())]);
    drawn(&state);
    drawn(cookie.split_once('=').unwrap().1);
    let finished = login.finish("acme", &callback).await.unwrap();
    show(&finished);
    let Finished::Link(proven) = finished else { unreachable!() };
    show(&proven);
    let outcome = proven.of_session(session).unwrap();
    show(&outcome);
    show(&outcome.accept());
}

/// The record of somebody whose tokens are kept elsewhere.
fn unknown(written: &str) -> LoginRecord {
    let StoredLogin::Current(record) = StoredLogin::read(written, SystemTime::now()) else { unreachable!() };
    LoginRecord::new(record.user, None, SystemTime::now())
}

fn show_clients() {
    let store = RedisStore::connect("redis://a-user:planted-redis-password@127.0.0.1:1/0").unwrap();
    show(&store);
    show_error(&RedisStore::connect("redis://a-user:planted-redis-password@127.0.0.1:planted").unwrap_err());
    let builder = ReqwestClient::builder().add_root_certificate(b"planted-certificate".to_vec());
    show(&builder);
    show_error(&builder.build().unwrap_err());
    show(&ReqwestClient::new().unwrap());
}

// Proves: QH4
#[tokio::test(flavor = "multi_thread")]
async fn no_public_type_shows_a_secret() {
    show_core().await;
    show_login().await;
    show_clients();
    applications::show_axum().await;
    applications::show_actix().await;

    let (types, listed) = (types::public_types(), types::listed());
    let known = &shown::types() | &listed;
    assert_eq!(types.difference(&known).collect::<Vec<_>>(), [""; 0], "are neither shown nor in a list");
    assert_eq!(listed.difference(&types).collect::<Vec<_>>(), [""; 0], "are in a list and nowhere else");
    let key_bytes = format!("{:?}", b"planted").replace(['[', ']', ' '], "");
    shown::assert_free_of(&["planted".to_owned(), STANDARD.encode(COOKIE_KEY), key_bytes]);
}
