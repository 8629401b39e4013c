//! What an honest provider may say and an application must not make more of.

use oauth_providers::oidc::OIDC;
use oauth_testkit::{Browser, DevProvider, Endpoint, hostile::Trap};
use serde_json::json;

use crate::{
    application::{Application, Combination, instance},
    planted::Planted,
};

// Proves: QF12, QG2, QG9
#[tokio::test(flavor = "multi_thread")]
async fn addresses_in_a_profile_are_not_visited_and_a_text_is_no_proof() {
    for combination in Combination::all() {
        let trap = Trap::open().await.unwrap();
        let elsewhere = |path: &str| format!("{}/{path}", trap.base_url());
        let sources = json!({ "s": { "endpoint": elsewhere("claims"), "access_token": "a" } });
        let provider = DevProvider::builder(&OIDC)
            .member(Endpoint::UserInfo, "picture", elsewhere("picture"))
            .member(Endpoint::UserInfo, "profile", elsewhere("profile"))
            .member(Endpoint::UserInfo, "email_verified", "true")
            .member(Endpoint::UserInfo, "_claim_names", json!({ "name": "s" }))
            .member(Endpoint::UserInfo, "_claim_sources", sources)
            .start()
            .await
            .unwrap();
        let app = Application::start(&combination, provider.variables()).await;
        let browser = Browser::new();
        let page = app.sign_in(&browser, "oidc", "jane").await;
        assert_eq!(page.url().path(), "/", "{app}");
        let me = app.me(&browser).await.unwrap();
        assert_eq!(me["avatar_url"], elsewhere("picture"), "{app}");
        assert_ne!(me["email_verified"], true, "{app}");
        assert!(!page.text().contains("Verified<") || page.text().contains("Not verified<"), "{app}: {}", page.text());
        assert_eq!(trap.hits(&[]), [], "{app}");
    }
}

// Proves: QG3, QG4
#[tokio::test(flavor = "multi_thread")]
async fn one_address_at_two_providers_is_two_people() {
    for combination in Combination::all() {
        let (work, home) = (DevProvider::builder(&OIDC).start().await, DevProvider::builder(&OIDC).start().await);
        let (work, home) = (work.unwrap(), home.unwrap());
        let variables = instance("work", &work).into_iter().chain(instance("home", &home));
        let app = Application::start(&combination, variables).await;
        let mut people = Vec::new();
        for provider in ["work", "home"] {
            let browser = Browser::new();
            app.sign_in(&browser, provider, "jane").await;
            let me = app.me(&browser).await.unwrap();
            assert_eq!(me["email"], "jane.doe@example.com", "{app}");
            people.push((me["provider"].clone(), me["oauth_id"].clone()));
        }
        assert_eq!(people[0].1, people[1].1, "{app}");
        assert_ne!(people[0], people[1], "{app}");
        app.assert_silent_about(&Planted::new(work.secrets().into_iter().chain(home.secrets())));
    }
}
