//! What the hooks of single providers do, seen in the requests that leave.
#![cfg(all(feature = "facebook", feature = "github", feature = "twitter"))]
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::{Arc, Mutex};

use oauth_core::{
    AuthorizationRequest, CallbackParameters, ErrorKind, HttpClient, HttpRequest, HttpResponse, OAuthClient,
    OAuthToken, OAuthUserInfo, Provider, ProviderConfig, Result, async_trait,
};
use oauth_providers::{facebook::FACEBOOK, github::GITHUB, twitter::TWITTER};

/// Answers each URL by the first of its texts that is part of the URL, and remembers what was asked.
#[derive(Clone)]
struct Script {
    replies: Vec<(&'static str, u16, &'static str)>,
    /// Headers of refusals, of which those arrive that are asked for.
    headers: Vec<(&'static str, &'static str)>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl HttpClient for Script {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let url = request.url.to_string();
        let (_, status, body) = self.replies.iter().find(|(part, ..)| url.contains(part)).unwrap();
        self.asked.lock().unwrap().push(url);
        let mut response = HttpResponse::new(*status, body.as_bytes().to_vec());
        let headers = self.headers.iter().filter(|(name, _)| *status >= 400 && request.wanted_headers.contains(name));
        response.headers.extend(headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Ok(response)
    }
}

impl Script {
    fn new(replies: &[(&'static str, u16, &'static str)]) -> Self {
        Self { replies: replies.to_vec(), headers: Vec::new(), asked: Arc::default() }
    }

    async fn sign_in(
        &self,
        provider: &'static dyn Provider,
        config: ProviderConfig,
    ) -> Result<(OAuthToken, OAuthUserInfo)> {
        let client = OAuthClient::new(provider, config, self.clone())?;
        let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.example/callback"))?;
        client.sign_in("one-time-1", authorization.pending(), &CallbackParameters::default()).await
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

const OCTOCAT: &str = r#"{"id": 583231, "login": "octocat"}"#;
const EMAILS: &str = r#"[{"email": "mona@example.com", "primary": true, "verified": true}]"#;
const TOKEN: &str = r#"{"access_token": "access-1", "token_type": "bearer", "scope": "read:user,user:email"}"#;

// Proves: QH1
#[tokio::test]
async fn a_token_of_an_enterprise_never_goes_to_the_public_service() {
    let table = [
        ("https://github.com", "https://github.com", "https://api.github.com"),
        ("https://github.example.com/", "https://github.example.com", "https://github.example.com/api/v3"),
        ("https://octocorp.ghe.com", "https://octocorp.ghe.com", "https://api.octocorp.ghe.com"),
    ];
    for (base_url, web, api) in table {
        let script = Script::new(&[("access_token", 200, TOKEN), ("/emails", 200, EMAILS), ("/user", 200, OCTOCAT)]);
        let config = ProviderConfig::new("github", "id", "secret").setting("BASE_URL", base_url);
        let (token, user) = script.sign_in(&GITHUB, config).await.unwrap();
        let mut asked = script.asked();
        asked.sort();
        let mut expected = [
            format!("{web}/login/oauth/access_token"),
            format!("{api}/user"),
            format!("{api}/user/emails?per_page=100"),
        ];
        expected.sort();
        assert_eq!(asked, expected, "{base_url}");
        assert_eq!(user.verified_email().unwrap().as_str(), "mona@example.com");
        assert_eq!(token.scopes().unwrap().iter().collect::<Vec<_>>(), ["read:user", "user:email"]);
    }
}

#[tokio::test]
async fn a_token_is_revoked_where_it_was_issued_and_with_the_proofs_that_are_demanded() {
    let github = |base_url: &str| ProviderConfig::new("github", "id-1", "secret").setting("BASE_URL", base_url);
    let proof = "2ef67abb516f41afbf2827e1e0702b8998ab565c2282ec4b4c9d623405a8e2d3";
    let facebook = format!("https://graph.facebook.com/v24.0/me/permissions?appsecret_proof={proof}");
    let table: [(&'static dyn Provider, _, &str); 5] = [
        (&GITHUB, github("https://github.com"), "https://api.github.com/applications/id-1/token"),
        (&GITHUB, github("https://github.example.com"), "https://github.example.com/api/v3/applications/id-1/token"),
        (&GITHUB, github("https://octocorp.ghe.com"), "https://api.octocorp.ghe.com/applications/id-1/token"),
        (
            &GITHUB,
            github("https://github.example.com").endpoint("revoke", "https://elsewhere.example/token"),
            "https://elsewhere.example/token",
        ),
        (&FACEBOOK, ProviderConfig::new("facebook", "id", "app-secret"), &facebook),
    ];
    for (provider, config, expected) in table {
        let script = Script::new(&[("https://", 204, "")]);
        let client = OAuthClient::new(provider, config, script.clone()).unwrap();
        client.revoke_token(&OAuthToken::from_access_token("access-1")).await.unwrap();
        assert_eq!(script.asked(), [expected]);
    }
}

#[tokio::test]
async fn an_endpoint_that_was_set_stays_where_it_was_set() {
    let script = Script::new(&[("access_token", 200, TOKEN), ("/emails", 200, EMAILS), ("/who", 200, OCTOCAT)]);
    let config = ProviderConfig::new("github", "id", "secret")
        .setting("BASE_URL", "https://github.example.com")
        .endpoint("userinfo", "https://elsewhere.example/who");
    script.sign_in(&GITHUB, config).await.unwrap();
    assert!(script.asked().contains(&"https://elsewhere.example/who".to_owned()));
}

#[tokio::test]
async fn addresses_that_are_not_permitted_are_absent_and_addresses_that_fail_are_an_error() {
    for (status, kind) in [
        (403, None),
        (404, None),
        (401, Some(ErrorKind::UserInfoUnauthorized)),
        (500, Some(ErrorKind::UserInfoRefused)),
    ] {
        let script = Script::new(&[("access_token", 200, TOKEN), ("/emails", status, "{}"), ("/user", 200, OCTOCAT)]);
        let outcome = script.sign_in(&GITHUB, ProviderConfig::new("github", "id", "secret")).await;
        assert_eq!(outcome.as_ref().err().map(oauth_core::Error::kind), kind, "{status}");
        assert_eq!(outcome.ok().and_then(|(_, user)| user.email), None, "{status}");
    }
}

#[tokio::test]
async fn addresses_that_are_not_told_for_now_are_an_error_and_not_absent() {
    let limited = r#"{"message": "API rate limit exceeded for user ID 583231."}"#;
    let table = [
        (403, vec![("x-ratelimit-remaining", "0")], Some(ErrorKind::RateLimited)),
        (403, vec![("retry-after", "60"), ("x-ratelimit-remaining", "4999")], Some(ErrorKind::RateLimited)),
        (429, vec![], Some(ErrorKind::RateLimited)),
        (403, vec![("x-ratelimit-remaining", "4999")], None),
    ];
    for (status, headers, kind) in table {
        let mut script =
            Script::new(&[("access_token", 200, TOKEN), ("/emails", status, limited), ("/user", 200, OCTOCAT)]);
        script.headers.clone_from(&headers);
        let outcome = script.sign_in(&GITHUB, ProviderConfig::new("github", "id", "secret")).await;
        let error = outcome.err();
        assert_eq!(error.as_ref().map(oauth_core::Error::kind), kind, "{status} {headers:?}");
        if let Some(error) = error {
            assert!(error.to_string().contains("rate limit exceeded"), "{error}");
            assert!(error.remedy().unwrap().contains("in an hour"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_refused_code_of_status_200_is_told_with_its_remedy() {
    let script = Script::new(&[("access_token", 200, r#"{"error": "bad_verification_code"}"#)]);
    let error = script.sign_in(&GITHUB, ProviderConfig::new("github", "id", "secret")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRefused);
    assert!(error.remedy().unwrap().contains("client secret"), "{error}");
    assert!(error.to_string().contains("bad_verification_code"), "{error}");
}

#[tokio::test]
async fn a_profile_request_proves_that_it_knows_the_secret() {
    let script = Script::new(&[
        ("oauth/access_token", 200, r#"{"access_token": "access-1", "token_type": "bearer"}"#),
        ("/me", 200, r#"{"id": "10160000000000001"}"#),
    ]);
    let config = ProviderConfig::new("facebook", "id", "app-secret").setting("API_VERSION", "v23.0");
    script.sign_in(&FACEBOOK, config).await.unwrap();
    // printf access-1 | openssl dgst -sha256 -hmac app-secret
    let proof = "2ef67abb516f41afbf2827e1e0702b8998ab565c2282ec4b4c9d623405a8e2d3";
    let asked = script.asked();
    assert_eq!(asked[0], "https://graph.facebook.com/v23.0/oauth/access_token");
    assert!(asked[1].starts_with("https://graph.facebook.com/v23.0/me?fields=id"), "{}", asked[1]);
    assert!(asked[1].ends_with(&format!("&appsecret_proof={proof}")), "{}", asked[1]);
}

#[tokio::test]
async fn an_error_object_keeps_the_words_of_the_api() {
    let script = Script::new(&[(
        "oauth/access_token",
        400,
        r#"{"error": {"message": "This authorization code has been used.", "type": "OAuthException", "code": 100}}"#,
    )]);
    let error = script.sign_in(&FACEBOOK, ProviderConfig::new("facebook", "id", "secret")).await.unwrap_err();
    assert!(error.to_string().contains("This authorization code has been used"), "{error}");
}

#[tokio::test]
async fn an_address_is_asked_for_only_with_the_scope_for_it() {
    for (granted, fields) in [
        ("users.read tweet.read", "profile_image_url"),
        ("users.read tweet.read users.email", "profile_image_url%2Cconfirmed_email"),
    ] {
        let token = format!(r#"{{"access_token": "access-1", "token_type": "bearer", "scope": "{granted}"}}"#);
        let script = Script::new(&[
            ("oauth2/token", 200, token.leak()),
            ("/users/me", 200, r#"{"data": {"id": "1460323737035677698", "username": "jane_doe", "name": "Jane"}}"#),
        ]);
        script.sign_in(&TWITTER, ProviderConfig::new("twitter", "id", "secret")).await.unwrap();
        assert_eq!(script.asked()[1], format!("https://api.x.com/2/users/me?user.fields={fields}"), "{granted}");
    }
}
