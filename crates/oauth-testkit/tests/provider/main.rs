//! The development provider, driven by the real client and by raw requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod browser;
mod conformance;
mod faults;
mod hostile;
mod kinds;
mod login;
mod openid;
mod specs;
mod strictness;

use oauth_core::{
    AuthorizationRequest, CallbackParameters, ExposeSecret, OAuthClient, OAuthToken, OAuthUserInfo,
    PendingAuthorization, ProviderSpec, Result,
};
use oauth_reqwest::ReqwestClient;
use oauth_testkit::{Browser, DevProvider, Page};
use url::Url;

const REDIRECT_URI: &str = "http://localhost:8000/auth/dev/callback";

fn client(provider: &DevProvider) -> OAuthClient {
    OAuthClient::new(provider.spec(), provider.config(), ReqwestClient::new().unwrap()).unwrap()
}

async fn start(spec: &'static ProviderSpec) -> (DevProvider, OAuthClient) {
    let provider = DevProvider::builder(spec).start().await.unwrap();
    let client = client(&provider);
    (provider, client)
}

/// A login up to the callback: what is kept, and the callback's parameters.
struct Callback {
    pending: PendingAuthorization,
    params: Vec<(String, String)>,
}

impl Callback {
    async fn of(client: &OAuthClient, person: &str) -> Self {
        let request = AuthorizationRequest::new(REDIRECT_URI);
        let (url, pending) = client.authorize(&request).await.unwrap().into_parts();
        let browser = Browser::new();
        let page = browser.open(&url).await.unwrap();
        let answer = browser.choose(&page, person).await.unwrap();
        let callback = Self { pending, params: parameters(&answer) };
        assert_eq!(callback.get("state"), Some(callback.pending.state().expose_secret()));
        callback
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn code(&self) -> &str {
        self.get("code").unwrap()
    }

    async fn sign_in(&self, client: &OAuthClient) -> Result<(OAuthToken, OAuthUserInfo)> {
        let further: CallbackParameters = self.params.iter().cloned().collect();
        client.sign_in(self.code(), &self.pending, &further).await
    }
}

async fn sign_in(client: &OAuthClient, person: &str) -> Result<(OAuthToken, OAuthUserInfo)> {
    Callback::of(client, person).await.sign_in(client).await
}

/// Parameters of an answer: in the query of its redirect, else in the hidden fields of its form.
fn parameters(answer: &Page) -> Vec<(String, String)> {
    if let Some(location) = answer.location() {
        assert_eq!(answer.status(), 303);
        assert!(location.as_str().starts_with(REDIRECT_URI), "{location}");
        return location.query_pairs().into_owned().collect();
    }
    let (action, fields) = answer.form_post().unwrap();
    assert_eq!(action.as_str(), REDIRECT_URI);
    fields
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}
