//! What the tests that cross crates share: an example, started as its reader would start it.

// A test helper reports by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

mod emulate;
mod node_server;
mod oidc_provider;
mod redis_server;

pub use emulate::Emulate;
pub use oidc_provider::OidcProvider;
pub use redis_server::RedisServer;

/// The README and the chapters of the book, whose Rust code runs as documentation tests of this package.
#[cfg(doctest)]
mod book {
    include!(concat!(env!("OUT_DIR"), "/chapters.rs"));
}

/// How long an example may take to answer after it was started.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running example application, without any configuration but its address. It ends when this is dropped.
#[derive(Debug)]
pub struct Example {
    process: Child,
    log: Option<JoinHandle<String>>,
    address: SocketAddr,
    base_url: String,
}

impl Example {
    /// Builds the example package `name`, starts it on a free port and waits until it answers. Browsers will know it by
    /// the host name `host`: a loopback one.
    #[must_use]
    pub fn start(name: &str, host: &str) -> Self {
        let address = free_address();
        let base_url = format!("http://{host}:{}", address.port());
        // Everything it could ever say.
        Self::run(&program(name), address, base_url, &[("RUST_LOG".to_owned(), "trace".to_owned())])
    }

    /// Starts `program`, an example or something with the same settings, on a free port and waits until it answers.
    /// Browsers will know it by `base_url`, which is that of a proxy. `variables` are added to its environment.
    #[must_use]
    pub fn start_behind(base_url: &str, program: &Path, variables: &[(String, String)]) -> Self {
        Self::run(program, free_address(), base_url.to_owned(), variables)
    }

    fn run(program: &Path, address: SocketAddr, base_url: String, variables: &[(String, String)]) -> Self {
        let name = program.display();
        let (mut reader, writer) = io::pipe().expect("a pipe for the log");
        let mut command = Command::new(program);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("OAUTH_") {
                command.env_remove(variable);
            }
        }
        command
            .env("OAUTH_LISTEN", address.to_string())
            .env("OAUTH_BASE_URL", &base_url)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(writer.try_clone().expect("a pipe for the log"))
            .stderr(writer);
        let process = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        // Our ends of the pipe, which the command holds, would keep the log open after the example's end.
        drop(command);
        let log = thread::spawn(move || {
            let mut log = Vec::new();
            // What was read up to a failure is the log.
            let _ = reader.read_to_end(&mut log);
            String::from_utf8_lossy(&log).into_owned()
        });

        let mut example = Self { process, log: Some(log), address, base_url };
        let begun = Instant::now();
        while !is_healthy(address) {
            let ended = example.process.try_wait().expect("the example's status").is_some();
            assert!(
                !ended && begun.elapsed() < PATIENCE,
                "{name} does not answer on {address}; it says:\n{}",
                example.stop()
            );
            thread::sleep(Duration::from_millis(20));
        }
        example
    }

    /// Where it is reached, without a `/` at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where it listens, whatever browsers know it by.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it at once (SIGKILL) and returns all it has written.
    #[must_use]
    pub fn stop(mut self) -> String {
        self.end();
        self.log.take().and_then(|log| log.join().ok()).unwrap_or_default()
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.end();
    }
}

/// Builds the program of the example package `name` and returns where it is.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    build(&["--bin", name], &format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Builds the targets that `selection` selects in the workspace, and returns where `file` is among what was built. Cargo
/// hands a test the binaries of its own package only; the same packages and features as in the run that built this test
/// mean that there is little left to build.
#[must_use]
pub fn build(selection: &[&str], file: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--all-features"])
        .args(selection)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.as_ref().is_ok_and(ExitStatus::success), "{file} cannot be built: {built:?}");
    // A test is in the folder `deps` of the profile's folder, where the results are.
    let test = std::env::current_exe().expect("this test's own path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("a test is in target/<profile>/deps");
    profile.join(file)
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("the port's address")
}

fn is_healthy(address: SocketAddr) -> bool {
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}
