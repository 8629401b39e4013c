//! An example application in this process, with a provider of the test's and a recorder in front of it.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use oauth_login::FailureCode;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, BrowserRequest, DevProvider, Endpoint, Page};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

use crate::recorder::{Recorder, Transcript, Upstream};

pub(crate) const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framework {
    Axum,
    Actix,
}

/// Where logins under way and sessions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// Logins under way in sealed cookies, sessions in memory.
    Cookies,
    Memory,
    Redis,
}

/// What a case is run with.
#[derive(Clone)]
pub(crate) struct Combination {
    pub(crate) framework: Framework,
    pub(crate) store: Store,
    pub(crate) transcript: Transcript,
    pub(crate) redis: Relay,
}

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.framework, self.store)
    }
}

impl Combination {
    /// An application at which people have accounts.
    pub(crate) async fn start(&self) -> Running {
        self.start_at(None, DevProvider::builder(&BITBUCKET).start().await.unwrap()).await
    }

    /// With an origin of its own the application is behind a TLS proxy.
    pub(crate) async fn start_at(&self, origin: Option<&str>, provider: DevProvider) -> Running {
        let recorder = Recorder::bind().await;
        let address = recorder.address;
        let origin = origin.map_or_else(|| format!("http://localhost:{}", address.port()), str::to_owned);
        let mut names = vec![(provider.base_url().to_owned(), "(provider)")];
        for (this, name) in [
            (origin.as_str(), "(application)"),
            (&origin.replace(':', "%3A").replace('/', "%2F"), "(application, encoded)"),
        ] {
            names.push((this.to_owned(), name));
        }
        let (upstream, transcript) = (recorder.upstream.clone(), self.transcript.clone());
        let recorder = recorder.record(transcript, names);
        let mut running =
            Running { combination: self.clone(), origin, address, provider, upstream, servers: Vec::new(), recorder };
        running.start_instance(COOKIE_KEY).await;
        running
    }
}

/// Applications of one address, of which one gets the requests.
pub(crate) struct Running {
    combination: Combination,
    pub(crate) origin: String,
    pub(crate) address: SocketAddr,
    pub(crate) provider: DevProvider,
    upstream: Upstream,
    servers: Vec<(SocketAddr, Server)>,
    recorder: JoinHandle<()>,
}

enum Server {
    Axum(JoinHandle<()>),
    Actix(Box<dyn Fn() + Send + Sync>),
}

impl Running {
    /// Starts one more instance, which gets the requests from now on.
    pub(crate) async fn start_instance(&mut self, cookie_keys: &str) {
        // The same provider under a second name: what one of them answers must not pass for the other's answer.
        let variables = self.provider.variables();
        let again = variables.iter().map(|(name, value)| (name.replace("BITBUCKET", "ACME"), value.clone()));
        let mut variables: Vec<_> = variables.iter().cloned().chain(again).collect();
        for (name, value) in
            [("OAUTH_ACME_PROVIDER", "bitbucket"), ("OAUTH_BASE_URL", &self.origin), ("OAUTH_COOKIE_KEY", cookie_keys)]
        {
            variables.push((name.to_owned(), value.to_owned()));
        }
        let url = match self.combination.store {
            Store::Cookies => None,
            Store::Memory => Some("memory:".to_owned()),
            Store::Redis => Some(self.combination.redis.url()),
        };
        variables.extend(url.map(|url| ("OAUTH_STORE_URL".to_owned(), url)));

        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let server = match self.combination.framework {
            Framework::Axum => {
                let app = example_axum::App::from_vars(&variables).await.unwrap();
                assert!(app.development.is_none());
                let listener = TcpListener::from_std(listener).unwrap();
                Server::Axum(tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() }))
            }
            Framework::Actix => {
                let app = example_actix::App::from_vars(&variables).await.unwrap();
                assert!(app.development().is_none());
                let server = app.serve(listener).unwrap();
                let handle = server.handle();
                tokio::spawn(server);
                // It is told at once; nobody waits for the end.
                Server::Actix(Box::new(move || drop(handle.stop(false))))
            }
        };
        self.servers.push((address, server));
        self.upstream.set(address);
    }

    /// Sends requests to the instance that was started as the `number`th, from 0.
    pub(crate) fn use_instance(&self, number: usize) {
        self.upstream.set(self.servers.get(number).unwrap().0);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(crate) fn browser(&self) -> Browser {
        let browser = Browser::new();
        if self.origin.starts_with("https") { browser.tls_proxy(&self.origin, self.address) } else { browser }
    }

    pub(crate) async fn get(&self, browser: &Browser, path: &str) -> Page {
        browser.get(self.url(path)).await.unwrap()
    }

    /// A request as a program sends it, with these headers.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        let browser = self.browser();
        let request = browser.request(method, self.url(path)).header("accept", "application/json");
        let request = request.header("sec-fetch-mode", "cors");
        headers.iter().fold(request, |request, (name, value)| request.header(name, *value)).send().await.unwrap()
    }

    /// Sends these very bytes. Returns the answer's first line.
    pub(crate) async fn send(&self, request: &[u8]) -> String {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await.unwrap());
        stream.write_all(request).await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    /// A button of `page` that posts to the logout.
    pub(crate) fn logout<'b>(&self, browser: &'b Browser, page: &Page) -> BrowserRequest<'b> {
        browser.request("POST", self.url("/auth/logout")).from(page)
    }

    /// Begins a login, chooses Jane and returns the callback, which the browser has not opened yet.
    pub(crate) async fn callback(&self, browser: &Browser) -> Url {
        let page = browser.open(self.url("/auth/bitbucket/login")).await.unwrap();
        browser.choose(&page, "jane").await.unwrap().location().unwrap()
    }

    pub(crate) async fn sign_in(&self, browser: &Browser, person: &str) -> Page {
        let page = browser.open(self.url("/auth/bitbucket/login")).await.unwrap();
        browser.sign_in_as(&page, person).await.unwrap()
    }

    pub(crate) async fn me(&self, browser: &Browser) -> Option<serde_json::Value> {
        let answer = self.get(browser, "/me").await;
        (answer.status() == 200).then(|| serde_json::from_str(answer.text()).unwrap())
    }

    pub(crate) fn cookie_names(&self, browser: &Browser) -> Vec<String> {
        browser.cookies(self.url("/")).into_iter().map(|cookie| cookie.name).collect()
    }

    /// The session cookie as a `Cookie` header has it.
    pub(crate) fn session(&self, browser: &Browser) -> String {
        let cookies = browser.cookies(self.url("/"));
        let session = cookies.into_iter().find(|cookie| cookie.name.ends_with("session")).unwrap();
        format!("{}={}", session.name, session.value)
    }

    /// Requests that carry a code, or what it was exchanged for.
    pub(crate) fn asked(&self) -> usize {
        let endpoints = [Endpoint::Token, Endpoint::UserInfo, Endpoint::Call("emails")];
        endpoints.into_iter().map(|endpoint| self.provider.count(endpoint)).sum()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.recorder.abort();
        for (_, server) in &self.servers {
            match server {
                Server::Axum(task) => task.abort(),
                Server::Actix(stop) => stop(),
            }
        }
    }
}

/// Where a refused callback or login leads.
pub(crate) fn failure(page: &Page) -> String {
    assert_eq!(page.status(), 303);
    let code = page.header("location").unwrap().strip_prefix("/?error=").unwrap();
    assert!(FailureCode::from_code(code).is_some(), "{code} is not on the list");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    code.to_owned()
}

/// A line to a server that can be cut.
#[derive(Clone)]
pub(crate) struct Relay {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
}

impl Relay {
    pub(crate) async fn start(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let relay = Self { address: listener.local_addr().unwrap(), is_cut: Arc::default() };
        let is_cut = relay.is_cut.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let is_cut = is_cut.clone();
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
                    let cut = async {
                        while !is_cut.load(Ordering::SeqCst) {
                            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                        }
                    };
                    tokio::select! {
                        biased;
                        () = cut => {}
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                    }
                });
            }
        });
        relay
    }

    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }

    fn url(&self) -> String {
        format!("redis://{}", self.address)
    }
}
