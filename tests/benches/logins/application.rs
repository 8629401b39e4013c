//! An application in a process of its own, and what the system says about it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// 48 bytes that are nobody's secret.
const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYsZt3b1n9Qk5e7U8wq0sXv2";

/// A running application; it ends when this is dropped.
pub struct Application {
    process: Child,
    pub address: SocketAddr,
}

impl Application {
    /// Starts `program`, which was built before, or the application by hand.
    pub fn start(program: Option<&str>, store: Option<&str>, provider: &str) -> Self {
        let this = std::env::current_exe().expect("this program's path");
        // A bench is in the folder `deps` of the profile's folder, where the programs are.
        let folder = this.parent().and_then(|deps| deps.parent()).expect("a profile's folder");
        let path = program.map_or_else(|| this.clone(), |program| folder.join(program));
        assert!(path.exists(), "{} is not built: `cargo xtask bench logins` does it", path.display());
        let address = free_address();
        let mut command = Command::new(path);
        if program.is_none() {
            command.arg("--by-hand");
        }
        command
            .env("RUST_LOG", "warn")
            .env("OAUTH_LISTEN", address.to_string())
            .env("OAUTH_BASE_URL", format!("http://{address}"))
            .env("OAUTH_COOKIE_KEY", COOKIE_KEY)
            .env("OAUTH_BITBUCKET_CLIENT_ID", "the id")
            .env("OAUTH_BITBUCKET_CLIENT_SECRET", "the secret")
            .envs(
                [("AUTHORIZE", "authorize"), ("TOKEN", "token"), ("USERINFO", "user"), ("EMAILS", "emails")]
                    .map(|(name, path)| (format!("OAUTH_BITBUCKET_{name}_URL"), format!("{provider}/{path}"))),
            )
            .stdout(Stdio::null());
        if let Some(store) = store.filter(|_| program.is_some()) {
            command.env("OAUTH_STORE_URL", store);
        }
        let application = Self { process: command.spawn().expect("the application starts"), address };
        application.wait();
        application
    }

    fn wait(&self) {
        for _ in 0..1000 {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing listens on {}", self.address);
    }

    /// CPU time of all its threads so far.
    pub fn cpu(&self) -> Duration {
        let threads = fs::read_dir(self.proc("task")).expect("its threads");
        let spent = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
        Duration::from_nanos(spent.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum())
    }

    /// Bytes of its memory that are in use.
    pub fn memory(&self) -> usize {
        let pages = fs::read_to_string(self.proc("statm")).expect("its memory");
        let pages: usize = pages.split(' ').nth(1).and_then(|resident| resident.parse().ok()).expect("a number");
        pages * rustix::param::page_size()
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.process.id()))
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("the port's address")
}
