//! What the book lists is what the code has.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex},
};

use example_axum::App;
use oauth_bitbucket::scope;
use oauth_login::FailureCode;
use oauth_testkit::{Browser, Endpoint, Fault};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

#[test]
fn every_failure_code_is_in_the_book_with_its_message() {
    let page = include_str!("../../docs/src/failures.md");
    let table =
        page.split("<!-- failure-codes:begin -->").nth(1).unwrap().split("<!-- failure-codes:end -->").next().unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ");
            Some((cells.next()?.trim_end_matches('`'), cells.last()?))
        })
        .collect();
    let codes: Vec<(&str, &str)> = FailureCode::ALL.iter().map(|code| (code.as_str(), code.message())).collect();
    assert_eq!(rows, codes);
}

#[test]
fn every_scope_is_in_the_book() {
    let page = include_str!("../../docs/src/providers/bitbucket.md");
    for (name, _) in scope::ALL {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[tokio::test]
async fn the_readme_shows_what_me_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let app = App::from_vars(&[("OAUTH_BASE_URL".to_owned(), base_url.clone())]).await.unwrap();
    let provider = app.development.unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() });
    let browser = Browser::new();
    let page = browser.open(format!("{base_url}/auth/bitbucket/login?next=/me")).await.unwrap();
    let answer: serde_json::Value =
        serde_json::from_str(browser.sign_in_as(&page, "jane").await.unwrap().text()).unwrap();
    server.abort();

    let readme = include_str!("../../README.md");
    let shown = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let shown = shown.replace("http://127.0.0.1:42989", provider.base_url());
    assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), answer);
}

/// An event's name, level, target and further fields, as a row of the book has them.
type Row = [String; 4];

/// The events of our crates that happened.
#[derive(Clone, Default)]
struct Happened(Arc<Mutex<BTreeSet<Row>>>);

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("`{value:?}`");
        }
    }
}

impl<S: Subscriber> Layer<S> for Happened {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !["oauth_login", "oauth_core"].contains(&metadata.target()) {
            return;
        }
        let mut message = Message::default();
        event.record(&mut message);
        let level = metadata.level().as_str().to_lowercase();
        let names = metadata.fields().iter().map(|field| field.name()).filter(|name| *name != "message");
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        let row = [message.0, level, format!("`{}`", metadata.target()), names.join(", ")];
        self.0.lock().unwrap().insert(row);
    }
}

/// The source of the crates that the events are of.
fn source() -> String {
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, text);
            } else {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    for krate in ["oauth-core", "oauth-login"] {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{krate}/src")), &mut text);
    }
    text
}

// Proves: QH9, QH11
#[tokio::test]
async fn every_event_is_in_the_book_with_its_fields() {
    let page = include_str!("../../docs/src/events.md");
    let table = page.split("<!-- events:begin -->").nth(1).unwrap().split("<!-- events:end -->").next().unwrap();
    let rows: BTreeSet<Row> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
            cells.collect::<Vec<_>>().try_into().unwrap()
        })
        .collect();
    let source = source();
    for [event, ..] in &rows {
        assert!(source.contains(&format!("\"{}\"", event.trim_matches('`'))), "nothing says {event}");
    }

    let happened = Happened::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(happened.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    // With a key, so that nothing is said about settings.
    let key = ("OAUTH_COOKIE_KEY".to_owned(), "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=".to_owned());
    let app = App::from_vars(&[("OAUTH_BASE_URL".to_owned(), base_url.clone()), key]).await.unwrap();
    let provider = app.development.unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app.router).await.unwrap() });
    let browser = Browser::new();
    let url = |path: &str| format!("{base_url}{path}");
    let login = url("/auth/bitbucket/login");
    for path in ["/auth/nowhere/login", "/auth/bitbucket/login?next=//evil.example", "/auth/bitbucket/callback?code=a"]
    {
        browser.get(url(path)).await.unwrap();
    }
    browser.deny(&browser.open(&login).await.unwrap()).await.unwrap();
    provider.fail_once(Endpoint::UserInfo, Fault::status(401));
    browser.sign_in_as(&browser.open(&login).await.unwrap(), "jane").await.unwrap();
    let home = browser.sign_in_as(&browser.open(&login).await.unwrap(), "jane").await.unwrap();
    browser.get(url("/auth/logout")).await.unwrap();
    browser.request("POST", url("/auth/logout")).from(&home).send().await.unwrap();
    server.abort();

    let happened = happened.0.lock().unwrap();
    let unlisted: Vec<_> = happened.iter().filter(|row| row[1] != "trace" && !rows.contains(*row)).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
    for event in ["login begun", "login finished", "login failed", "logged out"] {
        assert!(happened.iter().any(|[name, ..]| *name == format!("`{event}`")), "{event} is not told");
    }
    assert_eq!(happened.iter().filter(|[name, ..]| name == "`login failed`").count(), 2, "with a cause and without");
}
