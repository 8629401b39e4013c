//! A Redis of a test's own, in a process of its own: empty at its start, on a free port of 127.0.0.1, and gone with its
//! files when it is dropped. `oauth-redis` includes this file in its own tests, so it uses the standard library only.

// A test helper reports by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

const INSTALL: &str = "to install it: sudo apt-get install --yes --no-install-recommends redis-server";
/// How long it may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `redis-server`.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    folder: PathBuf,
    settings: Vec<String>,
}

impl RedisServer {
    /// Starts one without any settings.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with settings as on its command line: `["--requirepass", "secret"]`. Where one is `PORT`, it becomes
    /// the port that others connect to; `--port` is that unless it is among the settings.
    #[must_use]
    pub fn start_with(settings: &[&str]) -> Self {
        let mut settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        // Somebody may take the port before the server does.
        for _ in 0..5 {
            let (port, folder) = (free_port(), new_folder());
            let mut server = Self { process: spawn(port, &folder, &settings), port, folder, settings };
            if server.accepts() {
                return server;
            }
            settings = std::mem::take(&mut server.settings);
        }
        panic!("redis-server does not start with {settings:?}")
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its URL, without user and password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once (SIGKILL). What it kept is lost.
    pub fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again on the same port, empty.
    pub fn start_again(&mut self) {
        self.stop();
        self.process = spawn(self.port, &self.folder, &self.settings);
        assert!(self.accepts(), "redis-server does not start again");
    }

    /// Stops its process (SIGSTOP): it accepts connections, and answers nothing.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// What `redis-cli` prints for a command, one line for each value.
    #[must_use]
    pub fn cli(&self, command: &[&str]) -> String {
        let mut cli = Command::new("redis-cli");
        cli.args(["-p", &self.port.to_string(), "--no-auth-warning"]).args(command);
        let output = cli.output().unwrap_or_else(|error| panic!("redis-cli does not start ({error}); {INSTALL}"));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {signal}");
    }

    /// Waits until it accepts connections. `false` if it has ended. It is asked by its log: on its port somebody else may
    /// answer.
    fn accepts(&mut self) -> bool {
        let begun = Instant::now();
        while !fs::read_to_string(log(&self.folder)).is_ok_and(|log| log.contains("Ready to accept connections")) {
            if self.process.try_wait().expect("the server's status").is_some() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "redis-server does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn new_folder() -> PathBuf {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("redis-for-tests-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the server");
    folder
}

fn spawn(port: u16, folder: &Path, settings: &[String]) -> Child {
    let port = port.to_string();
    let mut command = Command::new("redis-server");
    if !settings.iter().any(|setting| setting == "--port") {
        command.args(["--port", &port]);
    }
    command
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(folder)
        .args(settings.iter().map(|setting| if setting == "PORT" { &port } else { setting }))
        .stdin(Stdio::null())
        .stdout(fs::File::create(log(folder)).expect("a file for the log"))
        .stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("redis-server does not start ({error}); {INSTALL}"))
}

/// A port of 127.0.0.1 that nobody listens on at the moment.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
