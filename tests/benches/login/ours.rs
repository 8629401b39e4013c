//! The login as this project does it.

use oauth_bitbucket::BITBUCKET;
use oauth_core::{AuthorizationRequest, CallbackParameters, OAuthClient, ProviderConfig};
use oauth_reqwest::ReqwestClient;

pub struct Client(OAuthClient);

impl Client {
    pub fn new(base_url: &str) -> Self {
        let config = ProviderConfig::new("bitbucket", "consumer-key", "consumer-secret")
            .endpoint("authorize", format!("{base_url}/authorize"))
            .endpoint("token", format!("{base_url}/token"))
            .endpoint("userinfo", format!("{base_url}/user"))
            .endpoint("emails", format!("{base_url}/emails"));
        Self(OAuthClient::new(&BITBUCKET, config, ReqwestClient::new().expect("a client")).expect("a configuration"))
    }

    pub async fn sign_in(&self) -> Option<String> {
        let request = AuthorizationRequest::new("https://app.example/auth/bitbucket/callback");
        let authorization = self.0.authorization_url(&request).expect("a URL");
        std::hint::black_box(authorization.url());
        let callback = CallbackParameters::default();
        let (_, user) = self.0.sign_in("the-code", authorization.pending(), &callback).await.expect("a login");
        std::hint::black_box(user).email
    }
}
