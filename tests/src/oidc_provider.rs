//! The certified npm `oidc-provider`, in a process of its own.

use serde_json::Value;

use crate::node_server::NodeServer;

/// The clients in `oidc-provider/server.mjs`, each named by what is special about it.
const CLIENTS: [&str; 8] = ["basic", "post", "es256", "eddsa", "form", "pairwise", PUSHED, KEY];

/// The client of the issuer that takes only authorization requests that were pushed (RFC 9126).
const PUSHED: &str = "pushed";

/// The client that proves itself with a private key (RFC 7523).
const KEY: &str = "key";

/// A running `oidc-provider`. It ends when this is dropped.
#[derive(Debug)]
pub struct OidcProvider {
    _server: NodeServer,
    issuer: String,
    demanding: String,
    secret: String,
    client_key: String,
}

impl OidcProvider {
    /// Starts it on a free port of `localhost`, for an application at `origin` whose instances have the clients' names.
    #[must_use]
    pub fn start(origin: &str) -> Self {
        let redirect_uris: Vec<String> = CLIENTS.iter().map(|name| format!("{origin}/auth/{name}/callback")).collect();
        let server = NodeServer::start("oidc-provider", "REDIRECT_URIS", &Value::from(redirect_uris).to_string());
        let text = |name: &str| server.ready().get(name).and_then(Value::as_str).expect("a text").to_owned();
        Self {
            issuer: text("issuer"),
            demanding: text("demanding"),
            secret: text("secret"),
            client_key: text("client_key"),
            _server: server,
        }
    }

    /// Its issuer identifier, without a `/` at the end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The secret of every client that has one.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The settings of the instance whose client is `name`, as in an application's environment.
    #[must_use]
    pub fn variables(&self, name: &str) -> Vec<(String, String)> {
        let issuer = if name == PUSHED { &self.demanding } else { &self.issuer };
        let mut settings = vec![("PROVIDER", "oidc"), ("CLIENT_ID", name), ("ISSUER", issuer)];
        if name == KEY {
            settings.extend([("TOKEN_ENDPOINT_AUTH_METHOD", "private_key_jwt"), ("PRIVATE_KEY", &self.client_key)]);
        } else {
            settings.push(("CLIENT_SECRET", &self.secret));
        }
        let named = |(setting, value): (&str, &str)| (format!("OAUTH_{}_{setting}", name.to_uppercase()), value.into());
        settings.into_iter().map(named).collect()
    }
}
