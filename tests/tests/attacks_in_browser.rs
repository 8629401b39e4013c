//! Attacks of which a real browser decides whether they work: other sites, other ports of the same host, the history.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod tls_proxy;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
};

use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::DevProvider;
use tls_proxy::tls_proxy;
use tokio::net::TcpListener;

/// Not of this machine: there a browser trusts plain http too.
const HOST: &str = "app.test";
const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

/// Serves the example on axum or on actix-web, behind TLS, and lets a browser attack it.
async fn attack(serve: impl AsyncFnOnce(Vec<(String, String)>) -> SocketAddr) {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let outside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("https://{HOST}:{}", outside.local_addr().unwrap().port());
    let mut variables = provider.variables();
    variables.push(("OAUTH_BASE_URL".to_owned(), origin.clone()));
    variables.push(("OAUTH_COOKIE_KEY".to_owned(), COOKIE_KEY.to_owned()));
    let inside = serve(variables).await;
    tokio::spawn(tls_proxy(HOST, outside, inside));

    let run = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/attacks.mjs"))
        .arg(&origin)
        .output()
        .unwrap_or_else(|error| panic!("node is missing ({error}): apt-get install nodejs npm"));
    println!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "the browser run failed");
}

// Proves: QB9, QC1, QC12, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_sites_and_ports_change_nothing_at_the_axum_example() {
    attack(async |variables| {
        let app = example_axum::App::from_vars(&variables).await.unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() });
        address
    })
    .await;
}

// Proves: QB9, QC1, QC12, QH8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_sites_and_ports_change_nothing_at_the_actix_example() {
    attack(async |variables| {
        let app = example_actix::App::from_vars(&variables).await.unwrap();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(app.serve(listener).unwrap());
        address
    })
    .await;
}
