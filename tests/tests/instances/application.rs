//! An application of several processes behind a balancer.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use oauth_login::FailureCode;
use oauth_testkit::{Browser, DevProvider, Page};
use oauth_tests::{Example, RedisServer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
/// Ends a test that hangs.
const HANG: Duration = Duration::from_secs(60);

/// The instances of one application, and the balancer that browsers know. They end when this is dropped.
pub(crate) struct Application {
    pub(crate) origin: String,
    instances: Vec<Example>,
    balancer: JoinHandle<()>,
}

impl Application {
    /// Starts so many processes of `program`, with the same settings.
    pub(crate) async fn start(program: &Path, count: usize, variables: &[(String, String)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut settings = variables.to_vec();
        settings.push(setting("OAUTH_COOKIE_KEY", COOKIE_KEY));
        // A log line for each of a hundred thousand logins is not what is measured.
        settings.push(setting("RUST_LOG", "error"));
        let instances: Vec<_> = (0..count).map(|_| Example::start_behind(&origin, program, &settings)).collect();
        let addresses = instances.iter().map(Example::address).collect();
        Self { origin, instances, balancer: tokio::spawn(balance(listener, addresses)) }
    }

    pub(crate) fn instance(&self, number: usize) -> &Example {
        &self.instances[number]
    }

    /// Ends an instance at once.
    pub(crate) fn kill(&mut self, number: usize) {
        drop(self.instances.remove(number));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(crate) async fn get(&self, browser: &Browser, url: impl AsRef<str>) -> Page {
        within(browser.get(url)).await.unwrap()
    }

    /// Begins a login, chooses Jane and returns the callback, which the browser has not opened yet.
    pub(crate) async fn callback(&self, browser: &Browser) -> Url {
        let page = within(browser.open(self.url("/auth/bitbucket/login"))).await.unwrap();
        within(browser.choose(&page, "jane")).await.unwrap().location().unwrap()
    }

    /// Signs Jane in and returns the page she lands on.
    pub(crate) async fn sign_in(&self, browser: &Browser) -> Page {
        let callback = self.callback(browser).await;
        let page = within(browser.open(callback)).await.unwrap();
        assert_eq!((page.status(), page.url().as_str()), (200, self.url("/").as_str()));
        page
    }

    /// The status of `/me` for a program with the browser's cookies.
    pub(crate) async fn me(&self, browser: &Browser) -> u16 {
        let page = within(browser.request("GET", self.url("/me")).header("sec-fetch-mode", "cors").send()).await;
        let page = page.unwrap();
        match page.status() {
            200 => assert!(page.text().contains("\"jane.doe@example.com\""), "{}", page.text()),
            401 => assert!(page.text().contains("\"not_signed_in\""), "{}", page.text()),
            503 => assert!(page.text().contains("\"session_unavailable\""), "{}", page.text()),
            status => panic!("/me answers {status}: {}", page.text()),
        }
        page.status()
    }

    /// The browser's cookies as a header.
    pub(crate) fn cookies(&self, browser: &Browser) -> String {
        let cookies = browser.cookies(self.url("/")).into_iter();
        cookies.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.balancer.abort();
    }
}

/// A setting of the environment.
pub(crate) fn setting(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The settings of an instance that signs in at `provider`, with a store at `store`.
pub(crate) fn settings(provider: &DevProvider, store: &str) -> Vec<(String, String)> {
    provider.variables().into_iter().chain([setting("OAUTH_STORE_URL", store)]).collect()
}

/// The keys of a kind that are in the store.
pub(crate) fn keys(redis: &RedisServer, pattern: &str) -> Vec<String> {
    redis.cli(&["--scan", "--pattern", pattern]).lines().map(str::to_owned).collect()
}

/// What `future` gives, unless it never does.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG, future).await.unwrap_or_else(|_| panic!("no answer within {HANG:?}"))
}

/// The code with which a login failed.
pub(crate) fn failure(page: &Page) -> FailureCode {
    assert_eq!(page.status(), 303, "{}", page.text());
    let code = page.header("location").and_then(|location| location.strip_prefix("/?error="));
    code.and_then(FailureCode::from_code).unwrap_or_else(|| panic!("{:?}", page.header("location")))
}

/// Passes each connection on to the next instance, and to the one after it where that has ended.
async fn balance(listener: TcpListener, instances: Vec<SocketAddr>) {
    let mut turn = 0;
    while let Ok((mut client, _)) = listener.accept().await {
        turn += 1;
        let mut order = instances.clone();
        order.rotate_left(turn % instances.len());
        tokio::spawn(async move {
            for address in order {
                if let Ok(mut server) = TcpStream::connect(address).await {
                    // How a connection ended concerns its two ends.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}
