//! What the application asks a provider for, by the request that begins a login.

use oauth_providers::google::GOOGLE;

use super::*;

// Proves: QA5
#[tokio::test]
async fn the_application_decides_by_the_request_what_is_asked() {
    let site = Site::with(|routes| {
        routes
            .on_begin(|provider, request, ask| match (provider, request.uri.query()) {
                ("bitbucket", Some("step-up")) => ask.prompt("login"),
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

// Proves: QA10, QC11
#[tokio::test]
async fn the_session_knows_when_the_person_proved_who_they_are() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let provider = DevProvider::builder(&GOOGLE).start().await.unwrap();
    let registry = oauth_providers::registry()
        .http_client(ReqwestClient::new().unwrap())
        .instance(provider.config())
        .build()
        .unwrap();
    let login = Login::builder(registry).base_url(&origin).build().unwrap();
    let fresh = |user: OAuthUser| async move {
        user.record().has_proved_within(Duration::from_secs(60), SystemTime::now()).to_string()
    };
    let app = Router::new()
        .route("/fresh", get(fresh))
        .merge(oauth_axum::routes(login.clone()).on_begin(|_, _, ask| ask.max_age(Duration::ZERO)))
        .layer(session_layer(&login, MemoryStore::default()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let browser = Browser::new();
    let page = browser.open(format!("{origin}/auth/google/login?next=/fresh")).await.unwrap();
    assert!(page.url().query_pairs().any(|(name, value)| name == "max_age" && value == "0"));
    assert_eq!(browser.sign_in_as(&page, "jane").await.unwrap().text(), "true");
    server.abort();
}
