//! The certified npm `oidc-provider`, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

/// The clients in `oidc-provider/server.mjs`, each named by what is special about it.
const CLIENTS: [&str; 6] = ["basic", "post", "es256", "eddsa", "form", "pairwise"];

/// A running `oidc-provider`. It ends when this is dropped.
#[derive(Debug)]
pub struct OidcProvider {
    process: Child,
    issuer: String,
    secret: String,
}

impl OidcProvider {
    /// Starts it on a free port of `localhost`, for an application at `origin` whose instances have the clients' names.
    #[must_use]
    pub fn start(origin: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc-provider");
        assert!(
            folder.join("node_modules/oidc-provider").exists(),
            "oidc-provider is missing; to install it: npm --prefix tests/oidc-provider ci --ignore-scripts --no-audit --no-fund"
        );
        let redirect_uris: Vec<String> = CLIENTS.iter().map(|name| format!("{origin}/auth/{name}/callback")).collect();
        let mut process = Command::new("node")
            .arg("server.mjs")
            .current_dir(folder)
            .env("REDIRECT_URIS", Value::from(redirect_uris).to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("node does not start ({error}); to install it: sudo apt-get install nodejs npm")
            });
        // Its warnings about the test set-up come on the same pipe, which has to stay open.
        let mut lines = BufReader::new(process.stdout.take().expect("the provider's output")).lines();
        let ready = lines.by_ref().map_while(Result::ok).find_map(|line| serde_json::from_str::<Value>(&line).ok());
        let ready = ready
            .unwrap_or_else(|| panic!("the provider does not start: run `node server.mjs` in tests/oidc-provider"));
        thread::spawn(move || lines.count());
        let text = |name: &str| ready.get(name).and_then(Value::as_str).expect("a text").to_owned();
        Self { process, issuer: text("issuer"), secret: text("secret") }
    }

    /// Its issuer identifier, without a `/` at the end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The secret of every client.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The settings of the instance whose client is `name`, as in an application's environment.
    #[must_use]
    pub fn variables(&self, name: &str) -> Vec<(String, String)> {
        let settings =
            [("PROVIDER", "oidc"), ("CLIENT_ID", name), ("CLIENT_SECRET", &self.secret), ("ISSUER", &self.issuer)];
        let named = |(setting, value): (&str, &str)| (format!("OAUTH_{}_{setting}", name.to_uppercase()), value.into());
        settings.into_iter().map(named).collect()
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
