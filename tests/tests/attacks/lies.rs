//! Every lie of a hostile provider, told to both applications on every store.

use futures_util::{StreamExt as _, stream};
use oauth_core::{ProviderSpec, ResponseMode};
use oauth_providers::{bitbucket::BITBUCKET, oidc::OIDC};
use oauth_testkit::{
    Browser, DevProvider, DevProviderBuilder, Endpoint,
    hostile::{HostileProvider, Lie, ReplyLie},
};

use crate::{
    application::{Application, COOKIE_KEY, Combination, Store, assert_not_logged},
    planted::Planted,
};

/// Applications at once. More would wait for the processor and not for the provider.
const AT_ONCE: usize = 12;

/// What a lie needs besides the provider that tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Ten seconds, which others need not wait for.
    Time,
    /// An application that has heard nothing yet: what it hears it believes for a while.
    Ignorance,
}

impl Needs {
    fn of(lie: Lie) -> Self {
        match lie {
            Lie::Metadata(_) | Lie::Keys(_) | Lie::Reply(Endpoint::Discovery | Endpoint::Jwks, _) => Self::Ignorance,
            Lie::Reply(_, ReplyLie::Hang | ReplyLie::Drip) => Self::Time,
            _ => Self::Nothing,
        }
    }
}

/// Somebody with a browser, at an application with one provider.
struct Scene {
    provider: HostileProvider,
    app: Application,
    victim: Browser,
}

impl Scene {
    async fn start(combination: &Combination, provider: DevProviderBuilder) -> Self {
        let provider = HostileProvider::of(provider.start().await.unwrap()).await.unwrap();
        let app = Application::start(combination, provider.variables()).await;
        Self { provider, app, victim: Browser::new() }
    }

    async fn sign_in(&self, person: &str) -> oauth_testkit::Page {
        self.app.sign_in(&self.victim, self.provider.spec().name(), person).await
    }

    async fn who(&self) -> Option<String> {
        self.app.me(&self.victim).await.map(|me| me["username"].as_str().unwrap().to_owned())
    }

    /// Tells a lie to somebody who wants to sign in as `person`.
    async fn tell(&self, lie: Lie, person: &str) {
        let case = format!("{} {lie:?}", self.app);
        let before = self.who().await;
        self.provider.tell(lie);
        let page = self.sign_in(person).await;
        self.provider.tell(None);
        assert!(self.app.failure(&page).is_some(), "{case}: {} {}", page.status(), page.url());
        assert!(!page.text().contains("alert(1)"), "{case}");
        assert_eq!(self.who().await, before, "{case}");
        assert_eq!(self.provider.hits(), [], "{case}");
    }

    /// Tells lies to somebody who has signed in. Nothing of them is left behind: the same browser signs in once the
    /// provider tells the truth.
    async fn tell_all(&self, lies: &[Lie]) {
        self.sign_in("omar").await;
        for (lie, person) in lies.iter().zip(["jane", "omar"].into_iter().cycle()) {
            assert!(self.who().await.is_some());
            self.tell(*lie, person).await;
            self.sign_in(person).await;
            assert_eq!(self.who().await.as_deref(), Some(person), "{} after {lie:?}", self.app);
        }
    }

    /// What was secret, none of which a browser was told.
    fn end(self) -> Vec<String> {
        let secrets = self.provider.secrets();
        self.app.assert_said_nothing_of(&Planted::new(secrets.iter().map(String::as_str).chain([COOKIE_KEY])));
        secrets
    }
}

async fn tell_every_lie(spec: &'static ProviderSpec, mode: ResponseMode, store: &Store) {
    let provider = move || DevProvider::builder(spec).response_mode(mode);
    let mut lies = HostileProvider::of(provider().start().await.unwrap()).await.unwrap().lies();
    if mode == ResponseMode::FormPost {
        // What else a provider says is the same as where the callback has a query.
        lies.retain(|lie| matches!(lie, Lie::Callback(_) | Lie::Form(_)));
    }
    let (quick, rest): (Vec<_>, Vec<_>) = lies.iter().partition(|lie| Needs::of(**lie) == Needs::Nothing);
    assert!(quick.len() > 20, "{} lies", quick.len());
    let (waiting, fresh): (Vec<_>, Vec<_>) = rest.into_iter().partition(|lie| Needs::of(*lie) == Needs::Time);
    let alone = || waiting.iter().chain(&fresh).map(|lie| vec![*lie]);
    let runs = Combination::on(store).into_iter().flat_map(|combination| {
        println!("{combination}: {} lies of {} by {mode:?}", lies.len(), spec.name());
        std::iter::once(quick.clone()).chain(alone()).map(move |lies| {
            let combination = combination.clone();
            tokio::spawn(async move {
                let scene = Scene::start(&combination, provider()).await;
                match lies.as_slice() {
                    [lie] if Needs::of(*lie) == Needs::Ignorance => scene.tell(*lie, "jane").await,
                    lies => scene.tell_all(lies).await,
                }
                scene.end()
            })
        })
    });
    let ends: Vec<_> = stream::iter(runs).buffer_unordered(AT_ONCE).collect().await;
    let secrets: Vec<_> = ends.iter().flatten().flatten().map(String::as_str).chain([COOKIE_KEY]).collect();
    assert!(secrets.len() > 10 * quick.len());
    assert_not_logged(&Planted::new(secrets));
    assert!(ends.iter().all(Result::is_ok), "see above");
}

// One test for each store, so that they run at the same time.

// Proves: QA6, QB2, QB10, QD4, QE2, QE3, QE6, QE7, QG6, QH4, QH5, QH6
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_oauth_provider_signs_anybody_in_with_cookies() {
    tell_every_lie(&BITBUCKET, ResponseMode::Query, &Store::Cookies).await;
}

// Proves: QA6, QB2, QB10, QD4, QE2, QE3, QE6, QE7, QG6, QH4, QH5, QH6
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_oauth_provider_signs_anybody_in_in_memory() {
    tell_every_lie(&BITBUCKET, ResponseMode::Query, &Store::Memory).await;
}

// Proves: QA6, QB2, QB10, QD4, QE2, QE3, QE6, QE7, QG6, QH4, QH5, QH6
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_oauth_provider_signs_anybody_in_with_redis() {
    tell_every_lie(&BITBUCKET, ResponseMode::Query, &Store::redis()).await;
}

// Proves: QA6, QB2, QB6, QB10, QE2, QE4, QF1, QF2, QF3, QF4, QF5, QF6, QF7, QF8, QF9, QF10, QF11, QF12, QF13, QF14, QG1, QH1, QH5
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_openid_provider_signs_anybody_in_with_cookies() {
    tell_every_lie(&OIDC, ResponseMode::Query, &Store::Cookies).await;
}

// Proves: QA6, QB2, QB6, QB10, QE2, QE4, QF1, QF2, QF3, QF4, QF5, QF6, QF7, QF8, QF9, QF10, QF11, QF12, QF13, QF14, QG1, QH1, QH5
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_openid_provider_signs_anybody_in_in_memory() {
    tell_every_lie(&OIDC, ResponseMode::Query, &Store::Memory).await;
}

// Proves: QA6, QB2, QB6, QB10, QE2, QE4, QF1, QF2, QF3, QF4, QF5, QF6, QF7, QF8, QF9, QF10, QF11, QF12, QF13, QF14, QG1, QH1, QH5
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_of_an_openid_provider_signs_anybody_in_with_redis() {
    tell_every_lie(&OIDC, ResponseMode::Query, &Store::redis()).await;
}

// Proves: QB1, QB2, QB3, QB6, QB7, QB8, QB10, QH1
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_in_a_form_signs_anybody_in_with_cookies() {
    tell_every_lie(&OIDC, ResponseMode::FormPost, &Store::Cookies).await;
}

// Proves: QB1, QB2, QB3, QB6, QB7, QB8, QB10, QH1
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_in_a_form_signs_anybody_in_in_memory() {
    tell_every_lie(&OIDC, ResponseMode::FormPost, &Store::Memory).await;
}

// Proves: QB1, QB2, QB3, QB6, QB7, QB8, QB10, QH1
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_in_a_form_signs_anybody_in_with_redis() {
    tell_every_lie(&OIDC, ResponseMode::FormPost, &Store::redis()).await;
}
