//! Listening, telling where, and stopping.

use std::{io, net::TcpListener};

use actix_web::{HttpServer, dev::Server};
use example_shared::{listen, listen_address};
use oauth_core::{Error, ErrorKind, Result};

use crate::{App, protect};

/// Seconds in which requests may finish after SIGTERM.
const GRACE: u64 = 5;

impl App {
    /// Serves it. The returned future ends with Ctrl-C or SIGTERM.
    ///
    /// # Errors
    ///
    /// The listener cannot be used.
    pub fn serve(self, listener: TcpListener) -> io::Result<Server> {
        // Every worker thread makes its own application; the setup is one.
        let server = HttpServer::new(move || {
            actix_web::App::new().configure(|config| self.configure(config)).wrap(self.sessions()).wrap(protect())
        });
        Ok(server.shutdown_timeout(GRACE).listen(listener)?.run())
    }
}

/// Serves the application that `variables` describe until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// A setting is missing or wrong, or the address cannot be listened on.
pub async fn run(variables: &[(String, String)]) -> Result<()> {
    let address = listen_address(variables)?;
    let app = App::from_vars(variables).await?;
    let failed = |what: &str, error: io::Error| {
        Error::new(ErrorKind::Configuration, format!("OAUTH_LISTEN: {what} {address}")).with_source(error)
    };
    let greeting = app.0.greeting();
    let server = listen(address).and_then(|listener| app.serve(listener));
    let server = server.map_err(|error| failed("cannot listen on", error))?;

    println!("{greeting}");
    server.await.map_err(|error| failed("cannot serve on", error))
}
