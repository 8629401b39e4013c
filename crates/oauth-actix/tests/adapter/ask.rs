//! What the application asks a provider for, by the request that begins a login.

use super::*;

// Proves: QA5
#[tokio::test]
async fn the_application_decides_by_the_request_what_is_asked() {
    let site = Site::with(|routes| {
        routes
            .on_begin(|provider, request, ask| match (provider, request.query_string()) {
                ("bitbucket", "step-up") => ask.prompt("login"),
                ("acme", _) => ask.prompt("select_account"),
                _ => ask,
            })
            .on_link(|_| async { Ok(()) })
    });
    let site = site.await;
    let browser = site.browser();
    let prompt = |page: &Page| {
        let location = page.location().unwrap();
        location.query_pairs().find(|(name, _)| name == "prompt").map(|(_, value)| value.into_owned())
    };
    for (path, asked) in [
        ("/auth/bitbucket/login?step-up", Some("login")),
        ("/auth/bitbucket/login?prompt=none", None),
        ("/auth/acme/login", Some("select_account")),
    ] {
        let page = site.get(&browser, path).await;
        assert_eq!(prompt(&page).as_deref(), asked, "{path}");
    }

    site.sign_in(&browser, "jane").await;
    let home = site.get(&browser, "/").await;
    let page = browser.request("POST", site.url("/auth/acme/link")).from(&home).send().await.unwrap();
    assert_eq!(prompt(&page).as_deref(), Some("select_account"));
}
