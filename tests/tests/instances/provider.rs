//! A provider in a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use oauth_testkit::hostile::ReplyLie;

/// A running `examples/provider.rs`. It ends when this is dropped.
pub(crate) struct Provider {
    process: Child,
    variables: Vec<(String, String)>,
}

impl Provider {
    /// Builds the program.
    pub(crate) fn program() -> PathBuf {
        let file = format!("examples/provider{}", std::env::consts::EXE_SUFFIX);
        oauth_tests::build(&["--example", "provider"], &file)
    }

    /// Starts it, with or without a lie at its token endpoint, and waits until it listens.
    pub(crate) fn start(program: &Path, lie: Option<ReplyLie>) -> Self {
        let mut process = Command::new(program)
            .args(lie.map(|lie| format!("{lie:?}")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let lines = lines.take_while(|line| !line.is_empty());
        let variables =
            lines.map(|line| line.split_once('=').map(|(name, value)| (name.into(), value.into())).unwrap());
        Self { variables: variables.collect(), process }
    }

    /// The settings of an application that signs in with it.
    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
