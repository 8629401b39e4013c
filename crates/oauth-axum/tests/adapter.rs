//! The adapter from outside: whole logins over sockets, in browsers with cookies of their own.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "adapter/ask.rs"]
mod ask;
#[path = "adapter/ends.rs"]
mod ends;
#[path = "adapter/link.rs"]
mod link;
#[path = "adapter/paths.rs"]
mod paths;
#[cfg(feature = "rate-limit")]
#[path = "adapter/rate_limit.rs"]
mod rate_limit;

use std::{
    collections::HashMap,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Extension, Json, Router,
    http::{HeaderName, StatusCode, header},
    middleware::from_extractor,
    response::AppendHeaders,
    routing::{get, post},
};
use oauth_axum::{
    FailureCode, Login, LoginRecord, LoginRoutes, NewLogin, OAuthUser, OAuthUserInfo, RequireVerifiedEmail,
    SealedSessions, StrictLogout, TurnedAway, require_provider, session_layer,
};
use oauth_bitbucket::BITBUCKET;
use oauth_core::{Error, ErrorKind, ExposeSecret as _};
use oauth_login::{EndedSessions, MemoryStore as RecordMemory, Precondition, RecordKey, RecordStore};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault, Page};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tower_sessions::{
    MemoryStore, Session, SessionStore,
    session::{Id, Record},
    session_store,
};

const SESSION: &str = "session";

/// An application that listens, and the provider that its people have accounts at, under two names.
struct Site {
    origin: String,
    address: SocketAddr,
    provider: DevProvider,
    store: Store,
    tokens: Tokens,
    server: JoinHandle<()>,
}

impl Site {
    async fn start() -> Self {
        Self::with(|routes| routes).await
    }

    async fn with(routes: impl FnOnce(LoginRoutes) -> LoginRoutes) -> Self {
        let store = Store::default();
        let layered = store.clone();
        Self::serve(None, store, |login| {
            app().merge(routes(oauth_axum::routes(login.clone()))).layer(session_layer(&login, layered))
        })
        .await
    }

    /// With an origin of its own the application is behind a TLS proxy.
    async fn serve(origin: Option<&str>, store: Store, app: impl FnOnce(Login) -> Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin = origin.map_or_else(|| format!("http://localhost:{}", address.port()), str::to_owned);
        let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let registry = oauth_providers::registry()
            .http_client(ReqwestClient::new().unwrap())
            .instance(provider.config())
            .instance(provider.config_as("acme"))
            .build()
            .unwrap();
        let tokens = Tokens::default();
        let login = Login::builder(registry)
            .base_url(&origin)
            .cookie_key("hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=")
            .login_page("/sign-in")
            .keep_tokens(tokens.clone())
            .build()
            .unwrap();
        let app = app(login);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, address, provider, store, tokens, server }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn browser(&self) -> Browser {
        let browser = Browser::new();
        if self.origin.starts_with("https") { browser.tls_proxy(&self.origin, self.address) } else { browser }
    }

    async fn sign_in(&self, browser: &Browser, person: &str) -> Page {
        let page = browser.open(self.url("/auth/bitbucket/login?next=/me")).await.unwrap();
        browser.sign_in_as(&page, person).await.unwrap()
    }

    async fn get(&self, browser: &Browser, path: &str) -> Page {
        browser.get(self.url(path)).await.unwrap()
    }

    /// As a program asks, which is no browser.
    async fn ask(&self, path: &str, cookie: &str) -> Page {
        let stranger = self.browser();
        let request = stranger.request("GET", self.url(path)).header("cookie", cookie);
        request.header("accept", "application/json").header("sec-fetch-mode", "cors").send().await.unwrap()
    }

    async fn log_out(&self, browser: &Browser) -> Page {
        let page = self.get(browser, "/").await;
        browser.request("POST", self.url("/auth/logout")).from(&page).send().await.unwrap()
    }

    fn cookie(&self, browser: &Browser, name: &str) -> Option<String> {
        let cookies = browser.cookies(self.url("/"));
        cookies.into_iter().find(|cookie| cookie.name == name).map(|cookie| format!("{name}={}", cookie.value))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn app() -> Router {
    let guarded = Router::new()
        .route("/verified", get(|user: RequireVerifiedEmail| async move { user.email().to_owned() }))
        .merge(Router::new().route("/members", get(|| async {})).route_layer(from_extractor::<OAuthUser>()))
        .merge(Router::new().route("/acme", get(|| async {})).route_layer(require_provider("acme")))
        .route("/acme-program", get(acme_program));
    Router::new()
        .route(
            "/",
            get(|user: Option<OAuthUser>| async move { user.and_then(|user| user.full_name()).unwrap_or_default() }),
        )
        .route("/me", get(|user: OAuthUser| async { Json(user) }))
        .route("/token", get(whose_token))
        .route("/cart", post(|session: Session| async move { session.insert("cart", "tea").await.unwrap() }))
        .route("/cart", get(|session: Session| async move { Json(session.get::<String>("cart").await.unwrap()) }))
        .merge(guarded)
}

/// Whose the token is that the application has, by the provider's word.
async fn whose_token(Extension(login): Extension<Login>, user: OAuthUser) -> String {
    let token = login.token_keeper().unwrap().access_token(user.record()).await.unwrap();
    login.registry().get(user.record().provider()).unwrap().user_info(&token).await.unwrap().oauth_id
}

async fn acme_program(user: OAuthUser) -> Result<(), TurnedAway> {
    user.record().require_provider("acme")?;
    Ok(())
}

/// A store that can be down, and counts the sessions made in it.
#[derive(Clone, Debug, Default)]
struct Store {
    memory: MemoryStore,
    is_down: Arc<AtomicBool>,
    is_full: Arc<AtomicBool>,
    created: Arc<AtomicUsize>,
}

impl Store {
    fn up(&self) -> session_store::Result<&MemoryStore> {
        let error = || session_store::Error::Backend("the test took it down".to_owned());
        if self.is_down.load(Ordering::SeqCst) { Err(error()) } else { Ok(&self.memory) }
    }

    fn created(&self) -> usize {
        self.created.load(Ordering::SeqCst)
    }

    async fn record(&self, cookie: &str) -> Option<Record> {
        let (_, id) = cookie.split_once('=').unwrap();
        self.memory.load(&id.parse().unwrap()).await.unwrap()
    }
}

#[oauth_core::async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(session_store::Error::Backend("the test filled it".to_owned()));
        }
        self.up()?.create(record).await?;
        self.created.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.up()?.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.up()?.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.up()?.delete(id).await
    }
}

/// A store of tokens that can be down.
#[derive(Clone, Default)]
struct Tokens {
    memory: RecordMemory,
    is_down: Arc<AtomicBool>,
}

impl Tokens {
    fn up(&self) -> oauth_core::Result<&RecordMemory> {
        let error = || Error::new(ErrorKind::StoreUnavailable, "the test took it down");
        if self.is_down.load(Ordering::SeqCst) { Err(error()) } else { Ok(&self.memory) }
    }

    fn is_empty(&self) -> bool {
        format!("{:?}", self.memory).contains("records: 0")
    }
}

#[oauth_core::async_trait]
impl RecordStore for Tokens {
    async fn read(&self, key: &RecordKey) -> oauth_core::Result<Option<String>> {
        self.up()?.read(key).await
    }

    async fn write(
        &self,
        key: &RecordKey,
        value: &str,
        lifetime: Duration,
        precondition: Precondition<'_>,
    ) -> oauth_core::Result<bool> {
        self.up()?.write(key, value, lifetime, precondition).await
    }

    async fn remove(&self, key: &RecordKey, precondition: Precondition<'_>) -> oauth_core::Result<bool> {
        self.up()?.remove(key, precondition).await
    }
}

fn error_of(page: &Page) -> Option<String> {
    page.url().query_pairs().find(|(name, _)| name == "error").map(|(_, code)| code.into_owned())
}

#[tokio::test]
async fn a_person_signs_in_and_lands_where_they_wanted() {
    let site = Site::start().await;
    let browser = site.browser();
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!((page.url().as_str(), page.status()), (site.url("/me").as_str(), 200));

    let user: OAuthUserInfo = serde_json::from_str(page.text()).unwrap();
    assert_eq!((user.provider.as_str(), user.full_name().as_deref()), ("bitbucket", Some("Jane Doe")));
    assert_eq!(user.verified_email().unwrap().as_str(), "jane.doe@example.com");
    assert!(user.raw_data.as_str().starts_with('{'));
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe");

    // Of the login only the session is left.
    let cookies = browser.cookies(site.url("/"));
    assert_eq!(cookies.iter().map(|cookie| cookie.name.as_str()).collect::<Vec<_>>(), [SESSION]);
    assert_eq!(site.provider.count(Endpoint::Token), 1);
}

#[tokio::test]
async fn without_a_session_a_browser_goes_to_the_login_page_and_a_program_gets_401() {
    let site = Site::start().await;
    let browser = site.browser();
    for path in ["/me", "/members", "/verified", "/acme"] {
        let page = site.get(&browser, path).await;
        assert_eq!((page.status(), page.header("location")), (303, Some("/sign-in")), "{path}");
        let answer = site.ask(path, "").await;
        assert_eq!((answer.status(), answer.header("content-type")), (401, Some("application/json")), "{path}");
        assert!(answer.text().contains("\"not_signed_in\""));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(site.get(&browser, "/").await.status(), 200);
    assert_eq!(browser.cookies(site.url("/")), []);
    assert_eq!(site.store.created(), 0);
}

// Proves: QH3
#[tokio::test]
async fn guards_let_in_whom_they_should() {
    let site = Site::start().await;
    for (person, verified) in [("jane", 200), ("omar", 403), ("noor", 403), ("priya", 403), ("lucia", 200)] {
        let browser = site.browser();
        site.sign_in(&browser, person).await;
        assert_eq!(site.get(&browser, "/verified").await.status(), verified, "{person}");
        assert_eq!(site.get(&browser, "/members").await.status(), 200);
        for path in ["/acme", "/acme-program"] {
            assert_eq!(site.get(&browser, path).await.status(), 403, "{path}");
            let answer = site.ask(path, &site.cookie(&browser, SESSION).unwrap()).await;
            assert!(answer.text().contains("\"other_provider\""), "{}", answer.text());
        }
    }
    let browser = site.browser();
    let page = browser.open(site.url("/auth/acme/login")).await.unwrap();
    browser.sign_in_as(&page, "jane").await.unwrap();
    for path in ["/acme", "/acme-program"] {
        assert_eq!(site.get(&browser, path).await.status(), 200, "{path}");
    }
}

// Proves: QB11, QA6
#[tokio::test]
async fn a_refused_login_leaves_no_session_and_the_old_one_alone() {
    let site = Site::with(|routes| {
        routes.on_login(|new: NewLogin| async move {
            match new.record.user.username.as_deref() {
                Some("omar") => Err(FailureCode::LoginRefused),
                Some("lucia") => Err(FailureCode::EmailNotVerified),
                _ => Ok(()),
            }
        })
    })
    .await;
    let browser = site.browser();
    for (person, code) in [("omar", "login_refused"), ("lucia", "email_not_verified")] {
        let page = site.sign_in(&browser, person).await;
        assert_eq!(error_of(&page).as_deref(), Some(code));
        assert_eq!(browser.cookies(site.url("/")), []);
    }
    assert_eq!(site.store.created(), 0);

    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION);
    site.sign_in(&browser, "omar").await;
    assert_eq!(site.cookie(&browser, SESSION), session);
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe");
}

// Proves: QB11
#[tokio::test]
async fn a_panic_in_on_login_lets_nobody_in() {
    let site = Site::with(|routes| {
        routes.on_login(|new: NewLogin| async move {
            assert_ne!(new.record.user.username.as_deref(), Some("jane"), "the test's panic");
            Ok(())
        })
    })
    .await;
    let browser = site.browser();
    let page = browser.open(site.url("/auth/bitbucket/login")).await.unwrap();
    assert!(browser.sign_in_as(&page, "jane").await.is_err());
    assert_eq!(site.store.created(), 0);
    assert_eq!(site.cookie(&browser, SESSION), None);
    assert_eq!(site.ask("/me", "").await.status(), 401);
}

#[tokio::test]
async fn an_application_keeps_sessions_of_its_own() {
    let ended = Arc::new(AtomicUsize::new(0));
    let count = ended.clone();
    let store = Store::default();
    let site = Site::serve(None, store, |login| {
        let routes = oauth_axum::routes(login.clone())
            .on_login(|new: NewLogin| async move {
                assert!(new.request.uri.query().is_none());
                assert!(!format!("{:?} {:?}", new, new.request).contains("login-"), "a flow cookie is shown");
                let headers = [
                    (header::SET_COOKIE, format!("own={}; Path=/", new.record.user.oauth_id)),
                    (header::CACHE_CONTROL, "public".to_owned()),
                    (HeaderName::from_static("x-own"), new.next),
                ];
                Ok(AppendHeaders(headers))
            })
            .on_logout(move |request| {
                assert!(request.headers.contains_key(header::COOKIE));
                let count = count.clone();
                async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    Ok(AppendHeaders([(header::SET_COOKIE, "own=; Path=/; Max-Age=0")]))
                }
            });
        let record = LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, SystemTime::now());
        app().layer((Extension(login), Extension(record))).merge(routes)
    })
    .await;
    let browser = site.browser();
    let page = browser.open(site.url("/auth/bitbucket/login?next=/members")).await.unwrap();
    let answer = browser.choose(&page, "jane").await.unwrap();
    let answer = browser.follow(&answer).await.unwrap();
    assert_eq!((answer.status(), answer.header("location")), (303, Some("/members")));
    assert_eq!(answer.headers("cache-control").collect::<Vec<_>>(), ["no-store"]);
    assert_eq!(answer.header("x-own"), Some("/members"));
    assert_eq!(site.cookie(&browser, "own").unwrap(), "own=123e4567-e89b-12d3-a456-426614174000");
    assert_eq!(browser.cookies(site.url("/")).len(), 1, "the login's own cookie is gone");

    assert!(site.get(&browser, "/me").await.text().contains("\"oauth_id\":\"7\""));
    assert_eq!(site.log_out(&browser).await.status(), 303);
    assert_eq!(ended.load(Ordering::SeqCst), 1);
    assert_eq!(browser.cookies(site.url("/")), []);
}

// Proves: QD4
#[tokio::test]
async fn parts_that_are_no_headers_are_a_failed_login() {
    let site = Site::with(|routes| routes.on_login(|_| async { Ok([("x-own", "line\nbreak")]) })).await;
    let browser = site.browser();
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!(error_of(&page).as_deref(), Some("server_error"));
    assert_eq!(site.store.created(), 0);
}

// Proves: QC10
#[tokio::test]
async fn a_record_older_than_seven_days_opens_nothing() {
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    for (age, status) in [(week.checked_sub(Duration::from_secs(60)).unwrap(), 200), (week, 303)] {
        let record = LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, SystemTime::now() - age);
        let site =
            Site::serve(None, Store::default(), |login| app().layer((Extension(login), Extension(record)))).await;
        assert_eq!(site.get(&site.browser(), "/me").await.status(), status);
    }
}

// Proves: QC4
#[tokio::test]
async fn every_login_gets_a_new_session_without_what_was_in_the_old_one() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.request("POST", site.url("/cart")).send().await.unwrap();
    let mut old = vec![site.cookie(&browser, SESSION).unwrap()];
    assert_eq!(site.get(&browser, "/cart").await.text(), "\"tea\"");
    for person in ["jane", "jane", "omar"] {
        site.sign_in(&browser, person).await;
        let session = site.cookie(&browser, SESSION).unwrap();
        assert!(!old.contains(&session));
        assert_eq!(site.get(&browser, "/cart").await.text(), "null");
        for old in &old {
            assert_eq!(site.store.record(old).await, None);
            assert_eq!(site.ask("/me", old).await.status(), 401);
        }
        old.push(session);
    }
    // A planted id that nobody was ever given is not taken either.
    let planted = format!("{SESSION}=AAAAAAAAAAAAAAAAAAAAAA");
    let other = site.browser();
    assert!(other.set_cookie(site.url("/"), &format!("{planted}; Path=/")));
    site.sign_in(&other, "jane").await;
    assert_ne!(site.cookie(&other, SESSION).unwrap(), planted);
    assert_eq!(site.ask("/me", &planted).await.status(), 401);
}

// Proves: QC5
#[tokio::test]
async fn logging_out_ends_the_session_on_the_server() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();

    for (method, name, value, status) in [
        ("GET", "origin", site.origin.as_str(), 405),
        ("POST", "origin", "https://attacker.example", 403),
        ("POST", "origin", "null", 403),
        ("POST", "sec-fetch-site", "cross-site", 403),
    ] {
        let request = browser.request(method, site.url("/auth/logout")).header(name, value);
        assert_eq!(request.send().await.unwrap().status(), status, "{method} {name}: {value}");
        assert_eq!(site.ask("/me", &session).await.status(), 200);
    }

    // From a page that hides its origin.
    let request = browser.request("POST", site.url("/auth/logout")).header("origin", "null");
    let answer = request.header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!((answer.status(), answer.header("location")), (303, Some("/")));
    assert_eq!(answer.headers("set-cookie").count(), 1);
    assert_eq!(browser.cookies(site.url("/")), []);
    assert_eq!(site.store.record(&session).await, None);
    assert_eq!(site.ask("/me", &session).await.status(), 401);
    // Once more, with and without a dead cookie.
    assert_eq!(site.log_out(&browser).await.status(), 303);
    let again = browser.request("POST", site.url("/auth/logout")).header("cookie", session).send().await.unwrap();
    assert_eq!(again.status(), 303);
}

// Proves: QC9
#[tokio::test]
async fn tokens_are_kept_from_the_login_to_the_logout() {
    let site = Site::start().await;
    let browser = site.browser();
    let me = site.sign_in(&browser, "jane").await;
    let whose = site.get(&browser, "/token").await;
    assert_eq!(whose.status(), 200);
    assert!(me.text().contains(&format!("{:?}", whose.text())), "{} {}", me.text(), whose.text());
    assert!(!site.tokens.is_empty());

    site.log_out(&browser).await;
    assert!(site.tokens.is_empty());
    assert_eq!(error_of(&site.sign_in(&browser, "jane").await), None);
    assert!(!site.tokens.is_empty());

    // Its failure does not keep anybody from signing out.
    site.tokens.is_down.store(true, Ordering::SeqCst);
    site.log_out(&browser).await;
    assert_eq!(site.cookie(&browser, SESSION), None);
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
    assert_eq!(site.cookie(&browser, SESSION), None);
}

// Proves: QC5
#[tokio::test]
async fn a_request_under_way_does_not_undo_the_logout() {
    let (arrived, proceed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, wait) = (arrived.clone(), proceed.clone());
    let slow = |session: Session| async move {
        session.get::<String>("cart").await.unwrap();
        told.notify_one();
        wait.notified().await;
        session.insert("cart", "coffee").await.unwrap();
    };
    let store = Store::default();
    let layered = store.clone();
    let site = Site::serve(None, store, |login| {
        let routes = oauth_axum::routes(login.clone());
        app().route("/slow", post(slow)).merge(routes).layer(session_layer(&login, layered))
    })
    .await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();

    let logout = async {
        arrived.notified().await;
        assert_eq!(site.log_out(&browser).await.status(), 303);
        proceed.notify_one();
    };
    let slow = browser.request("POST", site.url("/slow")).header("cookie", session.as_str()).send();
    let (answer, ()) = tokio::join!(slow, logout);
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(site.store.record(&session).await, None);
    assert_eq!(site.ask("/me", &session).await.status(), 401);
}

/// A store whose writes wait for the test.
#[derive(Clone, Debug, Default)]
struct Slow {
    memory: MemoryStore,
    arrived: Arc<Notify>,
    proceed: Arc<Notify>,
}

#[oauth_core::async_trait]
impl SessionStore for Slow {
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.arrived.notify_one();
        self.proceed.notified().await;
        self.memory.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.memory.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.memory.delete(id).await
    }
}

// Proves: QC5
#[tokio::test]
async fn a_write_that_overtakes_the_logout_is_taken_back() {
    let slow = Slow::default();
    let store = StrictLogout::new(slow.clone(), EndedSessions::default());
    let expiry_date = (SystemTime::now() + Duration::from_secs(60)).into();
    let record = Record { id: Id::default(), data: HashMap::new(), expiry_date };
    slow.memory.save(&record).await.unwrap();
    assert!(store.load(&record.id).await.unwrap().is_some());

    let logout = async {
        slow.arrived.notified().await;
        store.delete(&record.id).await.unwrap();
        slow.proceed.notify_one();
    };
    let (saved, ()) = tokio::join!(store.save(&record), logout);
    saved.unwrap();
    assert_eq!(slow.memory.load(&record.id).await.unwrap(), None);
}

// Proves: QH7
#[tokio::test]
async fn without_the_session_store_nobody_is_signed_in_and_nothing_pretends() {
    let site = Site::start().await;
    let (browser, other) = (site.browser(), site.browser());
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();

    site.store.is_down.store(true, Ordering::SeqCst);
    for path in ["/", "/me", "/acme"] {
        let answer = site.ask(path, &session).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.text().contains("\"session_unavailable\""));
    }
    let page = site.get(&browser, "/me").await;
    assert_eq!((page.status(), page.text()), (503, "Sessions are not available at the moment."));
    let page = browser.request("POST", site.url("/auth/logout")).header("origin", &site.origin).send().await.unwrap();
    assert_eq!(page.status(), 503, "a logout that did not happen");
    let page = site.sign_in(&other, "omar").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
    assert_eq!(browser.cookies(site.url("/")).len(), 1);
    assert_eq!(other.cookies(site.url("/")), []);

    site.store.is_down.store(false, Ordering::SeqCst);
    site.store.is_full.store(true, Ordering::SeqCst);
    let page = site.sign_in(&other, "omar").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
    assert_eq!(other.cookies(site.url("/")), []);

    site.store.is_full.store(false, Ordering::SeqCst);
    assert_eq!(site.store.created(), 1);
    site.sign_in(&other, "omar").await;
    assert_eq!(site.get(&other, "/").await.text(), "Omar Haddad");
}

// Proves: QC1, QC2
#[tokio::test]
async fn on_https_the_session_cookie_is_guarded_and_really_deleted() {
    let store = Store::default();
    let layered = store.clone();
    let site = Site::serve(Some("https://app.example"), store, |login| {
        app().merge(oauth_axum::routes(login.clone())).layer(session_layer(&login, layered))
    })
    .await;
    let browser = site.browser();
    assert_eq!(site.sign_in(&browser, "jane").await.status(), 200);
    let cookies = browser.cookies(site.url("/"));
    let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
    assert_eq!((cookie.name.as_str(), cookie.path.as_str()), ("__Host-session", "/"));
    assert!(cookie.secure && cookie.http_only && !cookie.has_domain);
    assert_eq!((cookie.same_site.as_deref(), cookie.max_age), (Some("Lax"), Some(24 * 60 * 60)));

    assert_eq!(site.log_out(&browser).await.status(), 303);
    assert_eq!(browser.cookies(site.url("/")), []);
}

#[tokio::test]
async fn odd_cookies_of_others_sign_nobody_out() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    for cookies in
        [format!("theme=dörk; {session}"), format!("{session};junk; =x; a=\u{2028}; ;"), format!("a=\"; {session}")]
    {
        let stranger = site.browser();
        let request = stranger.request("GET", site.url("/me"));
        let answer = request.header("cookie", cookies.as_str()).header("accept", "application/json").send().await;
        assert_eq!(answer.unwrap().status(), 200, "{cookies}");
    }
    let (address, no_text) = (site.address, [b"theme=\xff; ", session.as_bytes()].concat());
    let answer = tokio::task::spawn_blocking(move || with_cookies(address, &no_text)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// The status line for a request with a `Cookie` header that no browser of the test kit would send.
fn with_cookies(address: SocketAddr, cookies: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /me HTTP/1.1\r\nhost: {address}\r\ncookie: ")?;
    stream.write_all(cookies)?;
    stream.write_all(b"\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

#[tokio::test]
async fn sealed_sessions_begin_last_and_end_on_every_instance() {
    let store = RecordMemory::new();
    let sessions = store.clone();
    let site = Site::serve(None, Store::default(), |login| {
        let sessions = SealedSessions::new(&login, sessions);
        app().merge(oauth_axum::routes(login.clone())).layer(session_layer(&login, sessions))
    })
    .await;
    let browser = site.browser();
    assert_eq!(site.sign_in(&browser, "jane").await.status(), 200);
    let session = site.cookie(&browser, SESSION).unwrap();
    browser.request("POST", site.url("/cart")).send().await.unwrap();
    assert_eq!(site.get(&browser, "/cart").await.text(), "\"tea\"");
    assert!(format!("{store:?}").contains("records: 1"), "{store:?}");

    site.sign_in(&browser, "omar").await;
    assert_eq!(site.ask("/me", &session).await.status(), 401);
    assert_eq!(site.get(&browser, "/cart").await.text(), "null");
    site.log_out(&browser).await;
    assert!(format!("{store:?}").contains("records: 0"), "{store:?}");
}

// Proves: QC3
#[tokio::test]
async fn of_two_session_cookies_neither_counts() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    assert_eq!(site.ask("/me", &format!("theme=dark; {session}; xsession=1")).await.status(), 200);
    for cookies in
        [format!("{session}; {SESSION}=other"), format!("{SESSION}=;{session}"), format!("{session}; {session}")]
    {
        assert_eq!(site.ask("/me", &cookies).await.status(), 401, "{cookies}");
    }
}

#[tokio::test]
async fn activity_keeps_a_session_and_not_every_request_writes() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    assert_eq!(site.get(&browser, "/me").await.header("set-cookie"), None);

    // As if the last request had been an hour ago.
    let mut record = site.store.record(&session).await.unwrap();
    let expected = record.expiry_date;
    let value = record.data.get_mut("oauth_login").unwrap();
    let mut stored: serde_json::Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    let seen_at = stored["seen_at"].as_u64().unwrap();
    stored["seen_at"] = (seen_at - 3600).into();
    *value = stored.to_string().into();
    record.expiry_date -= Duration::from_secs(3600);
    site.store.save(&record).await.unwrap();

    assert!(site.get(&browser, "/me").await.header("set-cookie").unwrap().starts_with(&session));
    assert!(site.store.record(&session).await.unwrap().expiry_date >= expected);
    assert_eq!(site.get(&browser, "/me").await.header("set-cookie"), None);
}

#[tokio::test]
async fn requests_that_nobody_made_begin_no_login() {
    let site = Site::start().await;
    let browser = site.browser();
    let login = site.url("/auth/bitbucket/login");
    for (method, name, value, status) in [
        ("HEAD", "accept", "*/*", 405),
        ("POST", "origin", site.origin.as_str(), 405),
        ("GET", "sec-purpose", "prefetch", 503),
        ("GET", "sec-fetch-dest", "iframe", 403),
    ] {
        let answer = browser.request(method, &login).header(name, value).send().await.unwrap();
        assert_eq!((answer.status(), answer.header("set-cookie")), (status, None), "{method} {name}: {value}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    for path in ["/auth/nowhere/login", "/auth/nowhere/callback?code=a&state=b", "/auth/%ff/login"] {
        assert_eq!(site.get(&browser, path).await.status(), 404, "{path}");
    }
    assert_eq!(site.provider.requests(), []);
}

#[tokio::test]
async fn a_callback_that_is_no_callback_reaches_nobody() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback = site.url("/auth/bitbucket/callback");
    let huge = browser.request("POST", &callback).body(vec![b'a'; 1 << 20]).send().await;
    // The server may answer and close before it has read all of it.
    assert!(huge.is_err() || huge.unwrap().header("location") == Some("/?error=invalid_request"));
    let posted = browser.request("POST", &callback).form([("code", "a"), ("state", "b")]).send().await.unwrap();
    assert_eq!(posted.header("location"), Some("/?error=invalid_request"));
    let address = site.address;
    let answer = tokio::task::spawn_blocking(move || endless_callback(address)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    let state = "a".repeat(43);
    let unknown = browser.get(format!("{callback}?code=a&state={state}")).await.unwrap();
    assert_eq!(unknown.header("location"), Some("/?error=login_not_found"));
    assert_eq!(site.provider.requests(), []);
}

/// Announces a body and never sends all of it. Returns the status line that comes all the same.
fn endless_callback(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "POST /auth/bitbucket/callback HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000000000\r\n\r\n")?;
    stream.write_all(&vec![b'a'; Login::BODY_LIMIT + 1])?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

#[tokio::test]
async fn a_forgotten_layer_is_told_and_lets_nobody_in() {
    let site = Site::serve(None, Store::default(), |login| app().merge(oauth_axum::routes(login))).await;
    let browser = site.browser();
    for path in ["/", "/me", "/acme"] {
        assert_eq!(site.get(&browser, path).await.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
    }
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
}
