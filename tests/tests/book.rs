//! What the book lists is what the code has.
#![allow(clippy::unwrap_used, missing_docs)]

use example_axum::App;
use oauth_bitbucket::scope;
use oauth_login::FailureCode;
use oauth_testkit::Browser;

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
