//! What the web examples have in common: settings, pages, and what they print. Nothing here knows a web framework.

mod page;
mod program;

use std::sync::Arc;

use oauth_core::Result;
use oauth_login::{Login, LoginBuilder, MemoryStore, PendingStore, RecordStore, SessionRecords};
use oauth_providers::bitbucket::BITBUCKET;
use oauth_redis::RedisStore;
use oauth_reqwest::ReqwestClient;
use oauth_testkit::DevProvider;

pub use page::{HomeQuery, Site};
pub use program::{listen, listen_address, report, start_logging, variables};

/// What an application is made of, apart from its routes.
pub struct Setup {
    /// Signing in.
    pub login: Login,
    /// Where sessions are kept.
    pub sessions: SessionRecords,
    /// The pages.
    pub site: Site,
    /// Where people sign in while no provider is configured. It stops when this is dropped.
    pub development: Option<DevProvider>,
}

/// What every answer has unless it says otherwise itself.
pub const HEADERS: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    // Not `no-referrer`: the sign-out form's request would then hide its origin, and older browsers say in no other way
    // that it comes from this site.
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

impl Setup {
    /// Reads the settings, given as in the environment.
    ///
    /// # Errors
    ///
    /// A setting is missing or wrong; the error names it.
    pub async fn from_vars(variables: &[(String, String)]) -> Result<Self> {
        let http = Arc::new(ReqwestClient::new()?);
        let registry = || oauth_providers::registry().shared_http_client(http.clone());
        let mut providers = registry().from_vars(variables.iter().cloned())?;
        let mut development = None;
        if providers.iter().next().is_none() {
            let provider = DevProvider::builder(&BITBUCKET).start().await?;
            providers = registry().instance(provider.config()).build()?;
            development = Some(provider);
        }

        let login = Login::builder(providers).from_vars(variables.iter().cloned());
        let (login, sessions) = if variables.iter().any(|(name, url)| name == "OAUTH_STORE_URL" && url == "memory:") {
            with_store(login, MemoryStore::new())?
        } else if let Some(redis) = RedisStore::from_vars(variables.iter().cloned())? {
            // It is not asked before somebody signs in: the application starts while the server is down.
            with_store(login, redis)?
        } else {
            // Logins under way wait in sealed cookies: nothing is kept for visitors who never come back.
            let login = login.build()?;
            let sessions = login.session_records(MemoryStore::new());
            (login, sessions)
        };
        let site = Site::new(&login, development.as_ref());
        Ok(Self { login, sessions, site, development })
    }

    /// What to print when the application listens.
    #[must_use]
    pub fn greeting(&self) -> String {
        let mut lines = vec![format!("Open {} in a browser.", self.login.base_url()), String::new()];
        if let Some(provider) = &self.development {
            let port = provider.base_url().rsplit(':').next().unwrap_or_default();
            lines.push(format!(
                "No provider is configured: a development provider on port {port} plays Bitbucket, with"
            ));
            lines.push("test people to sign in as. For real accounts set OAUTH_BITBUCKET_CLIENT_ID and".to_owned());
            lines.push("OAUTH_BITBUCKET_CLIENT_SECRET.".to_owned());
        } else {
            lines.push("Callback URLs, to be registered at the providers:".to_owned());
            for client in self.login.registry().iter() {
                let callback = self.login.redirect_uri(client.name()).unwrap_or_default();
                lines.push(format!("  {:<12} {callback}", client.name()));
            }
        }
        lines.join("\n")
    }
}

/// Logins under way and sessions in one store.
fn with_store<S>(login: LoginBuilder, store: S) -> Result<(Login, SessionRecords)>
where
    S: PendingStore + RecordStore + Clone + 'static,
{
    let login = login.store(store.clone()).build()?;
    let sessions = login.session_records(store);
    Ok((login, sessions))
}
