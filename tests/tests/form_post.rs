//! A callback by POST (`form_post`) in a real browser: the application is behind TLS, the provider on another site.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod tls_proxy;

use std::{
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::Response,
};
use example_axum::App;
use oauth_tests::OidcProvider;
use tls_proxy::{Heard, tls_proxy};
use tokio::net::TcpListener;

/// The provider is on `localhost`: another site.
const HOST: &str = "127.0.0.1";
const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
/// Instances and their response modes. What begins a login at `SPOILT` has its cookie made Lax on the way to the browser.
const INSTANCES: [(&str, &str); 3] = [("basic", "query"), ("form", "form_post"), (SPOILT, "form_post")];
const SPOILT: &str = "post";

/// A callback that reached the application.
#[derive(Debug)]
struct Callback {
    method: Method,
    path: String,
    /// Names of the cookies it came with.
    cookies: Vec<String>,
}

type Callbacks = Arc<Mutex<Vec<Callback>>>;

async fn watch(callbacks: Callbacks, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.ends_with("/callback") {
        let cookies = request.headers().get_all(header::COOKIE).iter();
        let cookies = cookies.flat_map(|header| header.to_str().unwrap().split("; "));
        let cookies = cookies.filter_map(|cookie| cookie.split('=').next()).map(str::to_owned).collect();
        callbacks.lock().unwrap().push(Callback { method: request.method().clone(), path: path.clone(), cookies });
    }
    let mut response = next.run(request).await;
    if path == format!("/auth/{SPOILT}/login") {
        let cookie = response.headers_mut().get_mut(header::SET_COOKIE).unwrap();
        *cookie = HeaderValue::from_str(&cookie.to_str().unwrap().replace("SameSite=None", "SameSite=Lax")).unwrap();
    }
    response
}

// Proves: QB8, QB9, QC2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_by_a_callback_from_another_site() {
    let outside = TcpListener::bind((HOST, 0)).await.unwrap();
    let origin = format!("https://{HOST}:{}", outside.local_addr().unwrap().port());
    let provider = OidcProvider::start(&origin);
    let mut variables = vec![
        ("OAUTH_BASE_URL".to_owned(), origin.clone()),
        ("OAUTH_COOKIE_KEY".to_owned(), COOKIE_KEY.to_owned()),
        (format!("OAUTH_{}_TOKEN_ENDPOINT_AUTH_METHOD", SPOILT.to_uppercase()), "client_secret_post".to_owned()),
    ];
    for (name, mode) in INSTANCES {
        variables.extend(provider.variables(name));
        variables.push((format!("OAUTH_{}_RESPONSE_MODE", name.to_uppercase()), mode.to_owned()));
    }
    let callbacks = Callbacks::default();
    let seen = callbacks.clone();
    let app = App::from_vars(&variables).await.unwrap();
    let router = app.router.layer(from_fn(move |request, next| watch(seen.clone(), request, next)));
    let inside = TcpListener::bind((HOST, 0)).await.unwrap();
    tokio::spawn(tls_proxy(HOST, outside, inside.local_addr().unwrap(), Heard::default()));
    tokio::spawn(async move { axum::serve(inside, router).await.unwrap() });

    let run = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/form_post.mjs"))
        .arg(&origin)
        .output()
        .unwrap_or_else(|error| panic!("node is missing ({error}): apt-get install nodejs npm"));
    println!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "the browser run failed");

    let callbacks = callbacks.lock().unwrap();
    let [query, form, spoilt] = &callbacks[..] else { panic!("three callbacks expected: {callbacks:?}") };
    for (callback, method, instance) in
        [(query, Method::GET, "basic"), (form, Method::POST, "form"), (spoilt, Method::POST, SPOILT)]
    {
        assert_eq!((&callback.method, &callback.path), (&method, &format!("/auth/{instance}/callback")));
    }
    // Signed in by the first callback, the browser has a session cookie at both others. It is Lax: the POST lacks it.
    assert_eq!(query.cookies.len(), 1, "{query:?}");
    assert_eq!(form.cookies.len(), 1, "{form:?}");
    assert!(!form.cookies.contains(&"__Host-session".to_owned()), "{form:?}");
    assert!(spoilt.cookies.is_empty(), "a Lax cookie came with a POST from another site: {spoilt:?}");
}
