//! The axum example in this process, as behind a TLS proxy, for the tests against servers that others wrote.

use std::net::SocketAddr;

use example_axum::App;
use oauth_testkit::Browser;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// Where browsers find it.
pub(crate) const ORIGIN: &str = "https://app.example";

const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

/// A running example. It ends when this is dropped.
pub(crate) struct Application {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Application {
    /// Starts it with the instances that `variables` set up.
    pub(crate) async fn start(variables: &[(String, String)]) -> Self {
        let own = [("OAUTH_BASE_URL", ORIGIN), ("OAUTH_COOKIE_KEY", COOKIE_KEY)];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let app = App::from_vars(&[variables, &own].concat()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() });
        Self { address, server }
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new().tls_proxy(ORIGIN, self.address)
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Who is signed in with `browser`.
pub(crate) async fn me(browser: &Browser) -> Value {
    let page =
        browser.request("GET", format!("{ORIGIN}/me")).header("accept", "application/json").send().await.unwrap();
    assert_eq!(page.status(), 200, "{}", page.text());
    serde_json::from_str(page.text()).unwrap()
}

pub(crate) fn redirect_uri(instance: &str) -> String {
    format!("{ORIGIN}/auth/{instance}/callback")
}
