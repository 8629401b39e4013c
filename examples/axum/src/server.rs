//! Listening, telling where, and stopping.

use std::io;

use example_shared::{Setup, listen, listen_address};
use oauth_core::{Error, ErrorKind, Result};
use tokio::net::TcpListener;

use crate::App;

/// Serves the application that `variables` describe until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// A setting is missing or wrong, or the address cannot be listened on.
pub async fn run(variables: &[(String, String)]) -> Result<()> {
    let address = listen_address(variables)?;
    let setup = Setup::from_vars(variables).await?;
    let failed = |what: &str, error: io::Error| {
        Error::new(ErrorKind::Configuration, format!("OAUTH_LISTEN: {what} {address}")).with_source(error)
    };
    let listener =
        listen(address).and_then(TcpListener::from_std).map_err(|error| failed("cannot listen on", error))?;

    println!("{}", setup.greeting());
    let App { router, development, .. } = App::new(setup);
    axum::serve(listener, router)
        .with_graceful_shutdown(told_to_stop())
        .await
        .map_err(|error| failed("cannot serve on", error))?;
    drop(development);
    Ok(())
}

async fn told_to_stop() {
    let interrupt = async {
        // Without a handler the signal ends the process, which is right as well.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
