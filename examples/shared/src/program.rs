//! Reading the environment, and explaining what is wrong with it.

use std::{
    error::Error as _,
    io::{self, IsTerminal as _},
    net::{SocketAddr, TcpListener},
    process::ExitCode,
};

use oauth_core::{Error, ErrorKind, Result};
use tokio::net::TcpSocket;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Logs to the standard error, as `RUST_LOG` says.
pub fn start_logging() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).init();
}

/// The settings in the environment.
#[must_use]
pub fn variables() -> Vec<(String, String)> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| name.starts_with("OAUTH_")).collect()
}

/// The address to listen on: `OAUTH_LISTEN`.
///
/// # Errors
///
/// It is none.
pub fn listen_address(variables: &[(String, String)]) -> Result<SocketAddr> {
    let setting = variables.iter().find(|(name, _)| name == "OAUTH_LISTEN");
    setting.map_or("127.0.0.1:8000", |(_, address)| address).parse().map_err(|_| {
        Error::new(ErrorKind::Configuration, "OAUTH_LISTEN is not an address")
            .with_remedy("Write an IP address and a port, such as 127.0.0.1:8000")
    })
}

/// Listens on `address`, without blocking. Of connections that come at the same moment 4,096 may wait, where 128 would by default.
///
/// # Errors
///
/// The address is taken, or not of this machine.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that it can be started again at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4096)?.into_std()
}

/// Says what went wrong, if something did.
#[must_use]
pub fn report(result: Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    ExitCode::from(2)
}
