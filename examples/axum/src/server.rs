//! Listening, telling where, and stopping.

use std::{collections::BTreeMap, io, net::SocketAddr};

use oauth_core::{Error, ErrorKind, Result};
use tokio::net::TcpListener;

use crate::App;

/// Serves the application that `variables` describe until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// A setting is missing or wrong, or the address cannot be listened on.
pub async fn run(variables: impl IntoIterator<Item = (String, String)>) -> Result<()> {
    let variables: BTreeMap<String, String> =
        variables.into_iter().filter(|(name, _)| name.starts_with("OAUTH_")).collect();
    let setting = |name: &str, default: &str| variables.get(name).cloned().unwrap_or_else(|| default.to_owned());
    let address = setting("OAUTH_LISTEN", "127.0.0.1:8000");
    let address: SocketAddr = address.parse().map_err(|_| {
        Error::new(ErrorKind::Configuration, "OAUTH_LISTEN is not an address")
            .with_remedy("Write an IP address and a port, such as 127.0.0.1:8000")
    })?;

    let variables: Vec<_> = variables.into_iter().collect();
    let app = App::from_vars(&variables).await?;
    let failed = |what: &str, error: io::Error| {
        Error::new(ErrorKind::Configuration, format!("OAUTH_LISTEN: {what} {address}")).with_source(error)
    };
    let listener = TcpListener::bind(address).await.map_err(|error| failed("cannot listen on", error))?;

    println!("{}", greeting(&app));
    let App { router, development, .. } = app;
    axum::serve(listener, router)
        .with_graceful_shutdown(told_to_stop())
        .await
        .map_err(|error| failed("cannot serve on", error))?;
    drop(development);
    Ok(())
}

fn greeting(app: &App) -> String {
    let mut lines = vec![format!("Open {} in a browser.", app.login.base_url()), String::new()];
    if let Some(provider) = &app.development {
        let port = provider.base_url().rsplit(':').next().unwrap_or_default();
        lines.push(format!("No provider is configured: a development provider on port {port} plays Bitbucket, with"));
        lines.push("test people to sign in as. For real accounts set OAUTH_BITBUCKET_CLIENT_ID and".to_owned());
        lines.push("OAUTH_BITBUCKET_CLIENT_SECRET.".to_owned());
    } else {
        lines.push("Callback URLs, to be registered at the providers:".to_owned());
        for client in app.login.registry().iter() {
            let callback = app.login.redirect_uri(client.name()).unwrap_or_default();
            lines.push(format!("  {:<12} {callback}", client.name()));
        }
    }
    lines.join("\n")
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
