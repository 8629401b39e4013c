//! A server that Node runs, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

/// A running `tests/<package>/server.mjs`, where `package` is the npm package that it is about. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct NodeServer {
    process: Child,
    ready: Value,
}

impl NodeServer {
    /// Starts it, with one variable in its environment, and waits until it listens: it prints a line of JSON then.
    #[must_use]
    pub(crate) fn start(package: &str, variable: &str, value: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        assert!(
            folder.join("node_modules").join(package).exists(),
            "{package} is missing; to install it: npm --prefix tests/{package} ci --ignore-scripts --no-audit --no-fund"
        );
        let mut process = Command::new("node")
            .arg("server.mjs")
            .current_dir(folder)
            .env(variable, value)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("node does not start ({error}); to install it: sudo apt-get install nodejs npm")
            });
        // Its warnings about the test set-up come on the same pipe, which has to stay open.
        let mut lines = BufReader::new(process.stdout.take().expect("the server's output")).lines();
        let ready = lines.by_ref().map_while(Result::ok).find_map(|line| serde_json::from_str(&line).ok());
        let ready = ready.unwrap_or_else(|| {
            panic!("{package} does not start: run `{variable}='{value}' node server.mjs` in tests/{package}")
        });
        thread::spawn(move || lines.count());
        Self { process, ready }
    }

    /// What it said when it listened.
    #[must_use]
    pub(crate) fn ready(&self) -> &Value {
        &self.ready
    }
}

impl Drop for NodeServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
