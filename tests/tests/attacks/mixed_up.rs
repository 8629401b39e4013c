//! One provider of the application is the attacker's (RFC 9700 section 4.4), or becomes so between login and callback.

use oauth_providers::{bitbucket::BITBUCKET, oidc::OIDC};
use oauth_testkit::{
    Browser, DevProvider, Endpoint,
    hostile::{HostileProvider, Lie},
};
use url::Url;

use crate::{
    application::{Application, Combination, Store, instance},
    planted::Planted,
};

/// The honest provider's page for the login that the victim began at the attacker's: what the attacker's authorization
/// endpoint would redirect the victim to.
pub(crate) fn led_on(begun: &Url, honest: &DevProvider, scope: &str, redirect_uri: &str) -> Url {
    let mut url = Url::parse(&format!("{}/authorize", honest.base_url())).unwrap();
    let client_id = honest.variables().into_iter().find(|(name, _)| name.ends_with("_CLIENT_ID")).unwrap().1;
    let kept = begun
        .query_pairs()
        .filter(|(name, _)| !["client_id", "redirect_uri", "scope", "nonce"].contains(&name.as_ref()));
    let replaced = [("client_id", &*client_id), ("redirect_uri", redirect_uri), ("scope", scope), ("nonce", "a-nonce")];
    url.query_pairs_mut().extend_pairs(kept).extend_pairs(replaced);
    url
}

// Proves: QA2, QB6, QH1
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_one_provider_never_reaches_another() {
    for combination in Combination::all() {
        for (spec, name, scope) in [(&OIDC, "oidc", "openid email"), (&BITBUCKET, "bitbucket", "account")] {
            let honest = DevProvider::builder(spec).client("honest", "the secret of the honest client").start();
            let honest = honest.await.unwrap();
            let attacker = HostileProvider::start(&OIDC).await.unwrap();
            let variables = instance(name, &honest).into_iter().chain(instance("evil", &attacker));
            let app = Application::start(&combination, variables).await;

            // Where the honest provider sends its code: to its own callback, or, if it lets the attacker choose, to the other.
            for callback in [name, "evil"] {
                let victim = Browser::new();
                let begun = victim.get(app.url("/auth/evil/login")).await.unwrap().location().unwrap();
                let url = led_on(&begun, &honest, scope, &app.url(&format!("/auth/{callback}/callback")));
                let page = victim.open(&url).await.unwrap();
                let end = victim.sign_in_as(&page, "jane").await.unwrap();
                let case = format!("{app} {name} by {callback}");
                let code = app.failure(&end);
                let is_oidc = name == "oidc";
                // Without an issuer in the callback, which only OpenID providers promise here, nothing but the redirect URI
                // that the honest provider has on record protects the code.
                let expected = if callback == name { "state_mismatch" } else { "issuer_mismatch" };
                if callback == name || is_oidc {
                    assert_eq!(code.as_deref(), Some(expected), "{case}");
                }
                assert!(app.me(&victim).await.is_none(), "{case}");
                let sent = attacker.count(Endpoint::Token);
                assert_eq!((sent, honest.count(Endpoint::Token)), (0, 0), "{case}");
            }
            let mut planted = Planted::new(honest.secrets());
            attacker.secrets().iter().for_each(|secret| planted.add(secret));
            app.assert_silent_about(&planted);
        }
    }
}

// Proves: QA2
#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_where_the_metadata_said_when_it_began() {
    for combination in Combination::all() {
        let provider = HostileProvider::start(&OIDC).await.unwrap();
        let mut app = Application::start(&combination, provider.variables()).await;
        let victim = Browser::new();
        let callback = app.callback(&victim, "oidc", "jane").await;
        provider.tell(Lie::Moved);
        // It asks for the metadata when the callback comes.
        app.start_instance().await;
        let end = victim.open(&callback).await.unwrap();
        // An instance with a memory of its own knows of no login that began at another one.
        let (expected, asked) = match combination.store {
            Store::Memory => ("login_not_found", 1),
            Store::Cookies | Store::Redis(_) => ("provider_unavailable", 2),
        };
        assert_eq!(app.failure(&end).as_deref(), Some(expected), "{app}");
        assert!(app.me(&victim).await.is_none(), "{app}");
        assert_eq!(provider.hits(), [], "{app}");
        assert_eq!(provider.count(Endpoint::Token), 0, "{app}");
        assert_eq!(provider.count(Endpoint::Discovery), asked, "{app}");
        app.assert_silent_about(&Planted::new(provider.secrets()));
    }
}
