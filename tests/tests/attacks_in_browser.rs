//! Attacks and accidents of which a real browser decides how they end: other sites, other ports of the same host, requests
//! ahead of a click, the history, several tabs.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod tls_proxy;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
};

use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{DevProvider, Endpoint};
use tls_proxy::{Heard, tls_proxy};
use tokio::net::TcpListener;

/// Not of this machine: there a browser trusts plain http too.
const HOST: &str = "app.test";
const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

/// Serves an example behind TLS and lets a browser run a script against it. Returns what arrived at the provider and at the
/// application.
async fn run(script: &str, serve: impl AsyncFnOnce(Vec<(String, String)>) -> SocketAddr) -> (DevProvider, String) {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let outside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("https://{HOST}:{}", outside.local_addr().unwrap().port());
    let mut variables = provider.variables();
    variables.push(("OAUTH_BASE_URL".to_owned(), origin.clone()));
    variables.push(("OAUTH_COOKIE_KEY".to_owned(), COOKIE_KEY.to_owned()));
    let inside = serve(variables).await;
    let heard = Heard::default();
    tokio::spawn(tls_proxy(HOST, outside, inside, heard.clone()));

    let run = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script))
        .arg(&origin)
        .output()
        .unwrap_or_else(|error| panic!("node is missing ({error}): apt-get install nodejs npm"));
    println!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "the browser run failed");
    let heard = heard.lock().unwrap().concat();
    (provider, String::from_utf8_lossy(&heard).to_lowercase())
}

async fn axum(variables: Vec<(String, String)>) -> SocketAddr {
    let app = example_axum::App::from_vars(&variables).await.unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() });
    address
}

async fn actix(variables: Vec<(String, String)>) -> SocketAddr {
    let app = example_actix::App::from_vars(&variables).await.unwrap();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(app.serve(listener).unwrap());
    address
}

// Proves: QB9, QC1, QC2, QC12, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_sites_and_ports_change_nothing_at_the_axum_example() {
    drop(run("attacks.mjs", axum).await);
}

// Proves: QB9, QC1, QC2, QC12, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_sites_and_ports_change_nothing_at_the_actix_example() {
    drop(run("attacks.mjs", actix).await);
}

/// What no person asks for begins no login, and the browser did ask.
async fn ask_unasked(serve: impl AsyncFnOnce(Vec<(String, String)>) -> SocketAddr) {
    let (provider, heard) = run("unasked.mjs", serve).await;
    for header in ["sec-purpose: prefetch\r\n", "sec-purpose: prefetch;prerender\r\n", "sec-fetch-dest: iframe\r\n"] {
        assert!(heard.contains(header), "no request with {header:?}");
    }
    // The page after one click, and who was chosen there.
    assert_eq!(provider.count(Endpoint::Authorize), 2);
}

// Proves: QA8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_person_asks_for_begins_no_login_at_the_axum_example() {
    ask_unasked(axum).await;
}

// Proves: QA8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_person_asks_for_begins_no_login_at_the_actix_example() {
    ask_unasked(actix).await;
}

// Proves: QB4, QB5, QB9, QC1, QD1, QD2, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_tabs_and_targets_keep_their_place_at_the_axum_example() {
    drop(run("history.mjs", axum).await);
}

// Proves: QB4, QB5, QB9, QC1, QD1, QD2, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_tabs_and_targets_keep_their_place_at_the_actix_example() {
    drop(run("history.mjs", actix).await);
}
