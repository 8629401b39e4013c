//! GitHub, Google, Slack, Apple, Microsoft and Okta, played by npm `emulate`.

use crate::node_server::NodeServer;

/// The services, running. They end when this is dropped.
#[derive(Debug)]
pub struct Emulate {
    _server: NodeServer,
    variables: Vec<(String, String)>,
}

impl Emulate {
    /// Starts each on a free port of 127.0.0.1, for an application at `origin`.
    #[must_use]
    pub fn start(origin: &str) -> Self {
        let server = NodeServer::start("emulate", "ORIGIN", origin);
        let variables = server.ready().get("variables").and_then(|variables| variables.as_object());
        let variables = variables.expect("variables").iter();
        let variables =
            variables.map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned())).collect();
        Self { _server: server, variables }
    }

    /// The settings of the application's instances, as in its environment; `emulate/server.mjs` has their names and the people.
    #[must_use]
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}
