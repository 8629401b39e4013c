//! An example application under attack: where it is reached, all it says to browsers, and all it logs.

use std::{
    fmt,
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock, Mutex},
};

use oauth_testkit::{Browser, DevProvider, Page};
use oauth_tests::RedisServer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tracing::level_filters::LevelFilter;

use crate::planted::Planted;

pub(crate) const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

#[derive(Clone, Copy, Debug)]
pub(crate) enum Framework {
    Axum,
    Actix,
}

/// Where an application keeps logins and sessions.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Cookies,
    Memory,
    Redis(Arc<RedisServer>),
}

impl Store {
    pub(crate) fn redis() -> Self {
        Self::Redis(Arc::new(RedisServer::start()))
    }

    fn url(&self) -> Option<String> {
        match self {
            Self::Cookies => None,
            Self::Memory => Some("memory:".to_owned()),
            Self::Redis(server) => Some(server.url()),
        }
    }
}

/// An application as its user may build it.
#[derive(Clone, Debug)]
pub(crate) struct Combination {
    framework: Framework,
    pub(crate) store: Store,
}

impl Combination {
    /// Every framework on every store.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let stores = [Store::Cookies, Store::Memory, Store::redis()];
        stores.into_iter().flat_map(|store| Self::on(&store)).inspect(|combination| println!("{combination}"))
    }

    /// Every framework on this store.
    pub(crate) fn on(store: &Store) -> [Self; 2] {
        [Framework::Axum, Framework::Actix].map(|framework| Self { framework, store: store.clone() })
    }
}

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = match self.store {
            Store::Cookies => "cookies",
            Store::Memory => "memory",
            Store::Redis(_) => "redis",
        };
        write!(f, "{:?} with {store}", self.framework)
    }
}

/// Bytes that somebody wrote, to be searched.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn all(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The fields of a form.
pub(crate) type Fields = Vec<(String, String)>;

/// What this process logs at any level: the applications, their frameworks, the HTTP client, TLS.
static LOG: LazyLock<Written> = LazyLock::new(|| {
    let log = Written::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
    subscriber.with_writer(move || writer.clone()).init();
    log
});

/// One or several instances of an application, at one address.
pub(crate) struct Application {
    combination: Combination,
    pub(crate) origin: String,
    pub(crate) address: SocketAddr,
    variables: Vec<(String, String)>,
    said: Written,
    instances: Vec<(SocketAddr, Server)>,
    upstream: Arc<Mutex<SocketAddr>>,
    front: JoinHandle<()>,
}

enum Server {
    Axum(JoinHandle<()>),
    Actix(Box<dyn Fn() + Send + Sync>),
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.combination.fmt(f)
    }
}

/// A provider of the application by the name `instance`, which may be another than the spec's.
pub(crate) fn instance(instance: &str, provider: &DevProvider) -> Vec<(String, String)> {
    let (spec, upper) = (provider.spec().name(), instance.to_uppercase());
    let renamed = |name: String| name.replacen(&spec.to_uppercase(), &upper, 1);
    let variables = provider.variables().into_iter().map(|(name, value)| (renamed(name), value));
    variables.chain([(format!("OAUTH_{upper}_PROVIDER"), spec.to_owned())]).collect()
}

impl Application {
    /// Starts one with these settings and one instance, on plain http of this machine.
    pub(crate) async fn start(
        combination: &Combination,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        LazyLock::force(&LOG);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (upstream, said) = (Arc::new(Mutex::new(address)), Written::default());
        let front = tokio::spawn(pass_on(listener, upstream.clone(), said.clone()));
        let origin = format!("http://localhost:{}", address.port());
        let mut variables: Vec<_> = variables.into_iter().collect();
        variables.push(("OAUTH_BASE_URL".to_owned(), origin.clone()));
        variables.push(("OAUTH_COOKIE_KEY".to_owned(), COOKIE_KEY.to_owned()));
        variables.extend(combination.store.url().map(|url| ("OAUTH_STORE_URL".to_owned(), url)));
        let (combination, instances) = (combination.clone(), Vec::new());
        let mut application = Self { combination, origin, address, variables, said, instances, upstream, front };
        application.start_instance().await;
        application
    }

    /// Starts one more instance, which gets the requests from now on.
    pub(crate) async fn start_instance(&mut self) {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let server = match self.combination.framework {
            Framework::Axum => {
                let app = example_axum::App::from_vars(&self.variables).await.unwrap();
                let listener = TcpListener::from_std(listener).unwrap();
                Server::Axum(tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() }))
            }
            Framework::Actix => {
                let server = example_actix::App::from_vars(&self.variables).await.unwrap().serve(listener).unwrap();
                let handle = server.handle();
                tokio::spawn(server);
                // It is told at once; nobody waits for the end.
                Server::Actix(Box::new(move || drop(handle.stop(false))))
            }
        };
        self.instances.push((address, server));
        self.use_instance(self.instances.len() - 1);
    }

    /// Sends requests to the instance that was started as the `number`th, from 0.
    pub(crate) fn use_instance(&self, number: usize) {
        *self.upstream.lock().unwrap() = self.instances[number].0;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Begins a login, chooses somebody and returns the callback, which the browser has not opened yet.
    pub(crate) async fn callback(&self, browser: &Browser, provider: &str, person: &str) -> url::Url {
        let page = browser.open(self.url(&format!("/auth/{provider}/login"))).await.unwrap();
        browser.choose(&page, person).await.unwrap().location().unwrap()
    }

    /// The same where the callback is a form, which the browser has not submitted yet: its address and fields.
    pub(crate) async fn form(&self, browser: &Browser, provider: &str, person: &str) -> (url::Url, Fields) {
        let page = browser.open(self.url(&format!("/auth/{provider}/login"))).await.unwrap();
        browser.choose(&page, person).await.unwrap().form_post().unwrap()
    }

    /// Signs somebody in, if that is possible. Returns the last page.
    pub(crate) async fn sign_in(&self, browser: &Browser, provider: &str, person: &str) -> Page {
        let page = browser.open(self.url(&format!("/auth/{provider}/login"))).await.unwrap();
        // A login may have ended before a provider was asked.
        if page.url().as_str().starts_with(&self.origin) {
            return page;
        }
        browser.sign_in_as(&page, person).await.unwrap()
    }

    /// Who is signed in.
    pub(crate) async fn me(&self, browser: &Browser) -> Option<serde_json::Value> {
        let answer = browser.get(self.url("/me")).await.unwrap();
        match answer.status() {
            200 => Some(serde_json::from_str(answer.text()).unwrap()),
            status => {
                assert_eq!(status, 401);
                None
            }
        }
    }

    /// The code with which a login failed.
    pub(crate) fn failure(&self, page: &Page) -> Option<String> {
        let location = page.location();
        let url = location.as_ref().unwrap_or(page.url());
        let is_ours = url.as_str().starts_with(&format!("{}/?error=", self.origin));
        let (_, code) = url.query_pairs().find(|_| is_ours)?;
        oauth_login::FailureCode::from_code(&code).map(|_| code.into_owned())
    }

    /// Sends bytes as they are, and returns what comes until the connection ends.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // It may be refused before it is read.
        let _ = stream.write_all(bytes).await;
        // Who asks for it waits for the server to close; what is no whole request ends here.
        if !String::from_utf8_lossy(bytes).contains("\r\nconnection: close\r\n") {
            let _ = stream.shutdown().await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Fails if any of this is in the log of this process or was said to a browser.
    pub(crate) fn assert_silent_about(&self, planted: &Planted) {
        assert_not_logged(planted);
        self.assert_said_nothing_of(planted);
    }

    /// Fails if any of this was said to a browser.
    pub(crate) fn assert_said_nothing_of(&self, planted: &Planted) {
        planted.assert_not_in(&format!("an answer of {self}"), &without_the_necessary(&self.said.all()));
    }
}

/// Fails if any of this is in what this process has logged so far.
pub(crate) fn assert_not_logged(planted: &Planted) {
    let log = LOG.all();
    assert!(String::from_utf8_lossy(&log).contains("TRACE"), "nothing is logged at TRACE");
    planted.assert_not_in("the log", &log);
}

impl Drop for Application {
    fn drop(&mut self) {
        self.front.abort();
        for (_, server) in &self.instances {
            match server {
                Server::Axum(task) => task.abort(),
                Server::Actix(stop) => stop(),
            }
        }
    }
}

/// Passes connections on to the instance of the moment and keeps what comes back.
async fn pass_on(listener: TcpListener, upstream: Arc<Mutex<SocketAddr>>, said: Written) {
    while let Ok((client, _)) = listener.accept().await {
        let (upstream, said) = (*upstream.lock().unwrap(), said.clone());
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(upstream).await else { return };
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let there = async {
                let _ = copy(&mut from_client, &mut to_server).await;
                let _ = to_server.shutdown().await;
            };
            let back = async {
                let (mut chunk, mut all) = ([0; 8192], Vec::new());
                while let Ok(length @ 1..) = from_server.read(&mut chunk).await {
                    all.extend_from_slice(&chunk[..length]);
                    if to_client.write_all(&chunk[..length]).await.is_err() {
                        break;
                    }
                }
                let _ = to_client.shutdown().await;
                // As a whole: two connections at once do not get mixed up.
                said.clone().write_all(&all).unwrap();
            };
            tokio::select! {
                () = back => {}
                () = async { there.await; std::future::pending().await } => {}
            }
        });
    }
}

/// What browsers were told, apart from what has to be: a `state` on its way to a provider, in a `Location` elsewhere.
fn without_the_necessary(said: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(said);
    let line = |line: &str| match line.split_once(": ") {
        Some((name, address)) if name.eq_ignore_ascii_case("location") && address.starts_with("http") => {
            let parameters = address.split(['?', '&']).filter(|parameter| !parameter.starts_with("state="));
            parameters.collect::<Vec<_>>().join("&")
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n").into_bytes()
}
