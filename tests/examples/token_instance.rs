//! One instance of an application that keeps tokens in Redis and shows them at `/token`, for the test that several
//! instances renew each once. Its settings are those of the web examples. An application shows no token to anybody.

use std::{env, error::Error};

use axum::{Extension, Router, http::StatusCode, routing::get};
use oauth_axum::{Login, OAuthUser, SealedSessions, session_layer};
use oauth_core::ExposeSecret;
use oauth_redis::RedisStore;
use oauth_reqwest::ReqwestClient;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variables: Vec<_> = env::vars().filter(|(name, _)| name.starts_with("OAUTH_")).collect();
    let providers = oauth_providers::registry().http_client(ReqwestClient::new()?).from_vars(variables.clone())?;
    let store = RedisStore::from_vars(variables.clone())?.ok_or("OAUTH_STORE_URL is not set")?;
    let login = Login::builder(providers).from_vars(variables);
    let login = login.store(store.clone()).keep_tokens(store.clone()).build()?;

    let application = Router::new()
        .route("/", get(|| async {}))
        .route("/token", get(token))
        .merge(oauth_axum::routes(login.clone()))
        .layer(session_layer(&login, SealedSessions::new(&login, store)))
        .route("/health", get(|| async {}));
    axum::serve(TcpListener::bind(env::var("OAUTH_LISTEN")?).await?, application).await?;
    Ok(())
}

async fn token(Extension(login): Extension<Login>, user: OAuthUser) -> Result<String, (StatusCode, String)> {
    let keeper = login.token_keeper().ok_or((StatusCode::NOT_FOUND, String::new()))?;
    match keeper.access_token(user.record()).await {
        Ok(token) => Ok(token.access_token().expose_secret().to_owned()),
        Err(error) => Err((StatusCode::BAD_GATEWAY, error.to_string())),
    }
}
