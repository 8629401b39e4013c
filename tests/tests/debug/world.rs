//! A provider, its server and a store that show what they are given.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oauth_core::{
    Claims, ExposeSecret as _, HttpClient, HttpRequest, HttpResponse, Location, OAuthToken, OAuthUserInfo, Provider,
    ProviderConfig, ProviderSpec, RawData, Registry, Result, Setting, Settings, TokenRequest, async_trait,
};
use oauth_login::{Login, LoginBuilder, MemoryStore, PendingKey, PendingStore, Precondition, RecordKey, RecordStore};

use crate::shown::{drawn, show, show_text};

pub(crate) const COOKIE_KEY: &[u8; 32] = b"planted-cookie-key-of-32-bytes-\xf0";

static ACME: ProviderSpec =
    ProviderSpec::oauth2("acme", "https://acme.example/authorize", "https://acme.example/token")
        .user_info("https://acme.example/me")
        .settings(&[Setting { name: "KEY", description: "a key", required: true }])
        .claims(Claims::id("id").email("email").email_verified("verified"));

/// A provider that shows what it is given.
struct Acme;

impl Provider for Acme {
    fn spec(&self) -> &ProviderSpec {
        &ACME
    }

    fn token_request(&self, request: &mut TokenRequest, settings: &Settings) -> Result<()> {
        request.set_param("assertion", "planted-assertion");
        request.set_header("x-api-key", "planted-api-key");
        drawn(request.param("code_verifier").unwrap().expose_secret());
        show(request);
        assert_eq!(settings.get("KEY"), Some("planted-setting"));
        show(settings);
        Ok(())
    }

    fn user_info_request(&self, request: &mut HttpRequest, token: &OAuthToken, _settings: &Settings) -> Result<()> {
        show(request);
        show(token);
        show(token.scopes().unwrap());
        Ok(())
    }

    fn user_info(&self, user: &mut OAuthUserInfo, raw: &RawData) -> Result<()> {
        // A profile is no secret: an application may send it to its person. It is not for the log either.
        assert!(raw.as_str().contains("a private note") && !format!("{user:?} {raw:?}").contains("a private note"));
        show(user);
        show(raw);
        Ok(())
    }
}

/// The provider's server. It refuses the code `planted-refused` and repeats it.
struct Server;

#[async_trait]
impl HttpClient for Server {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse> {
        let body = request.body.clone().unwrap_or_default();
        request.url.set_query(Some("token=planted-query"));
        request.url.set_password(Some("planted-password")).unwrap();
        show(&request);
        show_text(&Location(&request.url));
        let (status, reply) = match request.url.path() {
            "/me" => (200, r#"{"id": "1", "email": "jane@example.com", "verified": true, "note": "a private note"}"#),
            _ if String::from_utf8_lossy(&body).contains("planted-refused") => {
                (400, r#"{"error": "invalid_grant", "error_description": "planted-refused is spent"}"#)
            }
            _ => (
                200,
                r#"{"access_token": "planted-access-token", "refresh_token": "planted-refresh-token",
                    "token_type": "bearer", "expires_in": 7200, "scope": "account", "id_token": "planted-id-token"}"#,
            ),
        };
        let mut response = HttpResponse::new(status, reply.as_bytes().to_vec());
        response.headers.push(("set-cookie".to_owned(), "planted-cookie".to_owned()));
        show(&response);
        response.headers.clear();
        Ok(response)
    }
}

/// A store that shows what it is asked.
#[derive(Clone, Default)]
pub(crate) struct Store(MemoryStore);

#[async_trait]
impl RecordStore for Store {
    async fn read(&self, key: &RecordKey) -> Result<Option<String>> {
        show(key);
        RecordStore::read(&self.0, key).await
    }

    async fn write(&self, key: &RecordKey, value: &str, life: Duration, condition: Precondition<'_>) -> Result<bool> {
        show(&condition);
        show(&Precondition::Unchanged("planted-value"));
        drawn(key.as_str());
        drawn(value);
        let written = self.0.write(key, value, life, condition).await;
        show(&self.0);
        written
    }

    async fn remove(&self, key: &RecordKey, condition: Precondition<'_>) -> Result<bool> {
        RecordStore::remove(&self.0, key, condition).await
    }
}

#[async_trait]
impl PendingStore for Store {
    async fn put(&self, key: &PendingKey, sealed: &str, lifetime: Duration) -> Result<()> {
        show(key);
        drawn(key.as_str());
        drawn(sealed);
        self.0.put(key, sealed, lifetime).await
    }

    async fn take(&self, key: &PendingKey) -> Result<Option<String>> {
        self.0.take(key).await
    }

    async fn spend(&self, key: &PendingKey, lifetime: Duration) -> Result<bool> {
        self.0.spend(key, lifetime).await
    }
}

pub(crate) fn registry() -> Registry {
    let config = ProviderConfig::new("acme", "an-id", "planted-client-secret").setting("KEY", "planted-setting");
    show(&config);
    let builder = Registry::builder().http_client(Server).provider(&Acme).instance(config);
    show(&builder);
    builder.build().unwrap()
}

pub(crate) fn login_builder(base_url: &str) -> LoginBuilder {
    Login::builder(registry()).base_url(base_url).cookie_key(&STANDARD.encode(COOKIE_KEY)).keep_tokens(Store::default())
}
