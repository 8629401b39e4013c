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
    net::{SocketAddr, TcpListener, TcpStream},
    pin::pin,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use actix_session::{
    Session,
    storage::{CookieSessionStore, LoadError, SaveError, SessionKey, SessionStore, UpdateError},
};
use actix_web::{
    App, HttpMessage as _, HttpRequest, HttpServer,
    cookie::time,
    dev::{ServerHandle, Service as _},
    http::header,
    middleware::Condition,
    web,
};
use oauth_actix::{
    FailureCode, Login, LoginRecord, LoginRoutes, NewLogin, OAuthUser, OAuthUserInfo, RequireVerifiedEmail,
    SealedSessions, SessionMiddleware, TurnedAway, Visitor, require_provider, require_sign_in, require_verified_email,
    session_middleware,
};
use oauth_bitbucket::BITBUCKET;
use oauth_core::{Error, ErrorKind, ExposeSecret as _};
use oauth_login::{MemoryStore as RecordMemory, Precondition, RecordKey, RecordStore};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault, Page};
use tokio::sync::Notify;

const SESSION: &str = "session";
const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

/// An application that listens, and the provider that its people have accounts at, under two names.
struct Site {
    origin: String,
    address: SocketAddr,
    provider: DevProvider,
    store: Store,
    tokens: Tokens,
    server: ServerHandle,
}

type Sessions = Box<dyn Fn(&Login, Store) -> Option<SessionMiddleware> + Send + Sync>;

/// How a test changes the application. Each worker thread makes its own.
struct Setup {
    origin: Option<&'static str>,
    cookie_key: String,
    sessions: Sessions,
    routes: Box<dyn Fn(LoginRoutes) -> LoginRoutes + Send + Sync>,
    further: Box<dyn Fn(&mut web::ServiceConfig) + Send + Sync>,
    /// Who is signed in without any session of ours.
    record: Option<LoginRecord>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            origin: None,
            cookie_key: COOKIE_KEY.to_owned(),
            sessions: Box::new(|login, store| Some(session_middleware(login, store))),
            routes: Box::new(|routes| routes),
            further: Box::new(|_| {}),
            record: None,
        }
    }
}

impl Site {
    async fn start() -> Self {
        Self::serve(Setup::default()).await
    }

    async fn with(routes: impl Fn(LoginRoutes) -> LoginRoutes + Send + Sync + 'static) -> Self {
        Self::serve(Setup { routes: Box::new(routes), ..Setup::default() }).await
    }

    /// With an origin of its own the application is behind a TLS proxy.
    async fn serve(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let origin = setup.origin.map_or_else(|| format!("http://localhost:{}", address.port()), str::to_owned);
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
            .cookie_key(&setup.cookie_key)
            .login_page("/sign-in")
            .keep_tokens(tokens.clone())
            .build()
            .unwrap();
        let store = Store::default();
        let (setup, given) = (Arc::new(setup), store.clone());
        let server = HttpServer::new(move || {
            let (setup, record) = (setup.clone(), setup.record.clone());
            let sessions = (setup.sessions)(&login, given.clone());
            App::new()
                .app_data(login.clone())
                .configure(|config| {
                    config.service((setup.routes)(oauth_actix::routes(login.clone())));
                    (setup.further)(config);
                    app(config);
                })
                .wrap(Condition::new(
                    sessions.is_some(),
                    sessions.unwrap_or_else(|| session_middleware(&login, Store::default())),
                ))
                .wrap_fn(move |request, service| {
                    if let Some(record) = record.clone() {
                        request.extensions_mut().insert(record);
                    }
                    service.call(request)
                })
        });
        let server = server.workers(2).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { origin, address, provider, store, tokens, server: handle }
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
        // Told before it is awaited, which nobody does.
        drop(self.server.stop(false));
    }
}

fn app(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(home))
        .route("/health", web::get().to(|| async { "ok" }))
        .route("/me", web::get().to(|user: OAuthUser| async { web::Json(user) }))
        .route("/token", web::get().to(whose_token))
        .route("/cart", web::post().to(put_into_cart))
        .route("/cart", web::get().to(cart))
        .route("/verified", web::get().to(|user: RequireVerifiedEmail| async move { user.email().to_owned() }))
        .service(web::resource("/members").wrap(require_sign_in()).to(|| async { "" }))
        .service(web::resource("/members-verified").wrap(require_verified_email()).to(|| async { "" }))
        .service(web::resource("/acme").wrap(require_provider("acme")).to(|| async { "" }))
        .route("/acme-program", web::get().to(acme_program));
}

async fn home(Visitor(user): Visitor) -> String {
    user.and_then(|user| user.full_name()).unwrap_or_default()
}

async fn put_into_cart(session: Session) -> &'static str {
    session.insert("cart", "tea").unwrap();
    ""
}

async fn cart(session: Session) -> web::Json<Option<String>> {
    web::Json(session.get::<String>("cart").unwrap())
}

/// Whose the token is that the application has, by the provider's word.
async fn whose_token(request: HttpRequest, user: OAuthUser) -> String {
    let login = request.app_data::<Login>().unwrap().clone();
    let token = login.token_keeper().unwrap().access_token(user.record()).await.unwrap();
    login.registry().get(user.record().provider()).unwrap().user_info(&token).await.unwrap().oauth_id
}

async fn acme_program(user: OAuthUser) -> Result<&'static str, TurnedAway> {
    user.record().require_provider("acme")?;
    Ok("")
}

type State = HashMap<String, String>;

/// A store that can be down, and counts the sessions made in it. It brings ended sessions back, as most do.
#[derive(Clone, Default)]
struct Store {
    sessions: Arc<Mutex<HashMap<String, State>>>,
    is_down: Arc<AtomicBool>,
    is_full: Arc<AtomicBool>,
    is_unreadable: Arc<AtomicBool>,
    created: Arc<AtomicUsize>,
    /// Where a write tells that it has come, and waits.
    gate: Arc<OnceLock<[Notify; 2]>>,
}

impl Store {
    fn up(&self) -> anyhow::Result<std::sync::MutexGuard<'_, HashMap<String, State>>> {
        anyhow::ensure!(!self.is_down.load(Ordering::SeqCst), "the test took it down");
        Ok(self.sessions.lock().unwrap())
    }

    fn created(&self) -> usize {
        self.created.load(Ordering::SeqCst)
    }

    fn kept(&self) -> usize {
        self.sessions.lock().unwrap().len()
    }
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        if self.is_unreadable.load(Ordering::SeqCst) {
            return Err(LoadError::Other(anyhow::anyhow!("the test made it unreadable")));
        }
        Ok(self.up().map_err(LoadError::Other)?.get(key.as_ref()).cloned())
    }

    async fn save(&self, state: State, _ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        let mut sessions = self.up().map_err(SaveError::Other)?;
        if self.is_full.load(Ordering::SeqCst) {
            return Err(SaveError::Other(anyhow::anyhow!("the test filled it")));
        }
        let key = format!("key-{}", self.created.fetch_add(1, Ordering::SeqCst));
        sessions.insert(key.clone(), state);
        Ok(key.try_into().unwrap())
    }

    async fn update(&self, key: SessionKey, state: State, _ttl: &time::Duration) -> Result<SessionKey, UpdateError> {
        if let Some([arrived, proceed]) = self.gate.get() {
            arrived.notify_one();
            proceed.notified().await;
        }
        self.up().map_err(UpdateError::Other)?.insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &time::Duration) -> anyhow::Result<()> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        self.up()?.remove(key.as_ref());
        Ok(())
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
    for path in ["/me", "/members", "/members-verified", "/verified", "/acme"] {
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
        for path in ["/verified", "/members-verified"] {
            assert_eq!(site.get(&browser, path).await.status(), verified, "{person} {path}");
        }
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
    let routes = move |routes: LoginRoutes| {
        let count = count.clone();
        let on_login = |new: NewLogin| async move {
            assert!(new.request.uri().query().is_none() && new.request.query_string().is_empty());
            assert!(new.request.cookies().unwrap().iter().any(|cookie| cookie.name().starts_with("login-")));
            assert!(!format!("{new:?} {:?}", new.request).contains("login-"), "a flow cookie is shown");
            assert!(new.request.app_data::<Login>().is_some());
            Ok([
                ("set-cookie", format!("own={}; Path=/", new.record.user.oauth_id)),
                ("cache-control", "public".to_owned()),
                ("x-own", new.next),
            ])
        };
        routes.on_login(on_login).on_logout(move |request: HttpRequest| {
            assert!(request.headers().contains_key(header::COOKIE));
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok([(header::SET_COOKIE, "own=; Path=/; Max-Age=0")]) }
        })
    };
    let record = LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, SystemTime::now());
    let (routes, sessions) = (Box::new(routes), Box::new(|_: &Login, _| None));
    let site = Site::serve(Setup { routes, sessions, record: Some(record), ..Setup::default() }).await;
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
async fn headers_that_are_none_are_a_failed_login() {
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
        let record = Some(LoginRecord::new(OAuthUserInfo::new("acme", "7"), None, SystemTime::now() - age));
        let site = Site::serve(Setup { sessions: Box::new(|_, _| None), record, ..Setup::default() }).await;
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
        assert_eq!(site.store.kept(), 1);
        for old in &old {
            assert_eq!(site.ask("/me", old).await.status(), 401);
        }
        old.push(session);
    }
    assert_eq!(site.store.created(), 4);
    // A planted id that nobody was ever given is not taken either, nor one that only looks like the store's.
    for planted in ["key-3", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let planted = format!("{SESSION}={planted}");
        let other = site.browser();
        assert!(other.set_cookie(site.url("/"), &format!("{planted}; Path=/")));
        site.sign_in(&other, "jane").await;
        assert_ne!(site.cookie(&other, SESSION).unwrap(), planted);
        assert_eq!(site.ask("/me", &planted).await.status(), 401);
    }
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
    assert_eq!(site.store.kept(), 0);
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
    let further = move |config: &mut web::ServiceConfig| {
        let (told, wait) = (told.clone(), wait.clone());
        let slow = move |session: Session| {
            let (told, wait) = (told.clone(), wait.clone());
            async move {
                told.notify_one();
                wait.notified().await;
                session.insert("cart", "coffee").unwrap();
                ""
            }
        };
        config.route("/slow", web::post().to(slow));
    };
    let site = Site::serve(Setup { further: Box::new(further), ..Setup::default() }).await;
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
    assert_eq!(site.store.kept(), 0);
    assert_eq!(site.ask("/me", &session).await.status(), 401);
}

// Proves: QC5
#[tokio::test]
async fn a_write_that_overtakes_the_logout_is_taken_back() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    let [arrived, proceed] = site.store.gate.get_or_init(Default::default);
    let mut write = pin!(browser.request("POST", site.url("/cart")).header("cookie", session.as_str()).send());
    tokio::select! {
        () = arrived.notified() => {}
        _ = &mut write => panic!("nothing is written"),
    }
    assert_eq!(site.log_out(&browser).await.status(), 303);
    proceed.notify_one();
    assert_eq!(write.await.unwrap().status(), 200);
    assert_eq!(site.store.kept(), 0);
}

// Proves: QH7
#[tokio::test]
async fn without_the_session_store_nobody_is_signed_in_and_nothing_pretends() {
    let site = Site::start().await;
    let (browser, other) = (site.browser(), site.browser());
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();

    site.store.is_down.store(true, Ordering::SeqCst);
    for path in ["/", "/me", "/members", "/acme"] {
        let answer = site.ask(path, &session).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.text().contains("\"session_unavailable\""));
    }
    assert_eq!(site.ask("/health", &session).await.status(), 200);
    let page = site.get(&browser, "/me").await;
    assert_eq!((page.status(), page.text()), (503, "Sessions are not available at the moment."));
    // What was not read is not overwritten, not even if the store has come back.
    site.store.is_down.store(false, Ordering::SeqCst);
    site.store.is_unreadable.store(true, Ordering::SeqCst);
    let page = browser.request("POST", site.url("/cart")).send().await.unwrap();
    assert_eq!((page.status(), page.header("set-cookie")), (503, None));
    site.store.is_unreadable.store(false, Ordering::SeqCst);
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe", "the person is still signed in");
    site.store.is_down.store(true, Ordering::SeqCst);
    let page = site.sign_in(&other, "omar").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
    assert_eq!(other.cookies(site.url("/")), []);

    site.store.is_down.store(false, Ordering::SeqCst);
    assert_eq!(site.get(&browser, "/").await.text(), "Jane Doe", "the person is still signed in");
    site.store.is_down.store(true, Ordering::SeqCst);
    let page = browser.request("POST", site.url("/auth/logout")).header("origin", &site.origin).send().await.unwrap();
    assert_eq!((page.status(), page.header("set-cookie")), (503, None), "a logout that did not happen");
    assert_eq!(browser.cookies(site.url("/")).len(), 1);

    site.store.is_down.store(false, Ordering::SeqCst);
    site.store.is_full.store(true, Ordering::SeqCst);
    let page = site.sign_in(&other, "omar").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
    assert_eq!(other.cookies(site.url("/")), []);
    let page = other.request("POST", site.url("/cart")).send().await.unwrap();
    assert_eq!((page.status(), page.header("set-cookie")), (503, None));

    site.store.is_full.store(false, Ordering::SeqCst);
    assert_eq!(site.store.created(), 1);
    site.sign_in(&other, "omar").await;
    assert_eq!(site.get(&other, "/").await.text(), "Omar Haddad");
}

// Proves: QC1, QC2
#[tokio::test]
async fn on_https_the_session_cookie_is_guarded_and_really_deleted() {
    let site = Site::serve(Setup { origin: Some("https://app.example"), ..Setup::default() }).await;
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
async fn odd_cookies_of_others_sign_nobody_out() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let session = site.cookie(&browser, SESSION).unwrap();
    for cookies in
        [format!("theme=dörk; {session}"), format!("{session};junk; =x; a=\u{2028}; ;"), format!("a=\"; {session}")]
    {
        assert_eq!(site.ask("/me", &cookies).await.status(), 200, "{cookies}");
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
async fn activity_keeps_a_session_and_not_every_request_writes() {
    let site = Site::start().await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    assert_eq!(site.get(&browser, "/me").await.header("set-cookie"), None);

    // As if the last request had been an hour ago, and as if seven days had passed since the login.
    let change = |name: &str, seconds: u64| {
        let mut sessions = site.store.sessions.lock().unwrap();
        let value = sessions.values_mut().next().unwrap().get_mut("oauth_login").unwrap();
        let mut stored: serde_json::Value = serde_json::from_str(value).unwrap();
        let time = stored.pointer_mut(name).unwrap();
        *time = (time.as_u64().unwrap() - seconds).into();
        *value = stored.to_string();
    };
    change("/seen_at", 3600);
    let renewed = site.get(&browser, "/me").await;
    let cookie = renewed.header("set-cookie").unwrap();
    assert!(cookie.starts_with("session=") && cookie.contains("Max-Age=86400"), "{cookie}");
    assert_eq!(site.get(&browser, "/me").await.header("set-cookie"), None);
    assert_eq!(site.store.kept(), 1);

    change("/record/logged_in_at", 7 * 24 * 3600);
    assert_eq!(site.get(&browser, "/me").await.status(), 303);
    assert_eq!(site.store.kept(), 0);
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
async fn a_forgotten_middleware_is_told_and_lets_nobody_in() {
    let site = Site::serve(Setup { sessions: Box::new(|_, _| None), ..Setup::default() }).await;
    let browser = site.browser();
    for path in ["/", "/me", "/acme"] {
        assert_eq!(site.get(&browser, path).await.status(), 500, "{path}");
    }
    let page = site.sign_in(&browser, "jane").await;
    assert_eq!(error_of(&page).as_deref(), Some("session_unavailable"));
}

#[tokio::test]
async fn sealed_sessions_begin_last_and_end() {
    let store = RecordMemory::new();
    let records = store.clone();
    let sessions = move |login: &Login, _| Some(session_middleware(login, SealedSessions::new(login, records.clone())));
    let site = Site::serve(Setup { sessions: Box::new(sessions), ..Setup::default() }).await;
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

// Proves: QC7
#[tokio::test]
async fn rotating_the_keys_signs_nobody_out() {
    let store = RecordMemory::new();
    let mut session = None;
    for keys in [COOKIE_KEY.to_owned(), format!("3q2+7wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw=,{COOKIE_KEY}")] {
        let records = store.clone();
        let site = Site::serve(Setup {
            origin: Some("https://app.example"),
            cookie_key: keys,
            sessions: Box::new(move |login, _| {
                Some(session_middleware(login, SealedSessions::new(login, records.clone())))
            }),
            ..Setup::default()
        })
        .await;
        if session.is_none() {
            let browser = site.browser();
            site.sign_in(&browser, "jane").await;
            session = site.cookie(&browser, "__Host-session");
        }
        assert_eq!(site.ask("/me", session.as_deref().unwrap()).await.status(), 200);
    }
}

#[tokio::test]
async fn sessions_in_cookies_are_sealed_and_end_where_somebody_logged_out() {
    let sessions = |login: &Login, _| Some(session_middleware(login, CookieSessionStore::default()));
    let site = Site::serve(Setup { sessions: Box::new(sessions), ..Setup::default() }).await;
    let browser = site.browser();
    assert_eq!(site.sign_in(&browser, "jane").await.status(), 200);
    let session = site.cookie(&browser, SESSION).unwrap();
    assert!(!session.contains("jane") && !session.contains("oauth_login"), "{session}");
    assert_eq!(site.ask("/me", &session).await.status(), 200);

    site.log_out(&browser).await;
    assert_eq!(browser.cookies(site.url("/")), []);
    assert_eq!(site.ask("/me", &session).await.status(), 401);
}
