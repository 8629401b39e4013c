//! Signing in with Bitbucket without a web framework: the program prints the address to open, and is given the address
//! that the browser is sent back to, by copy and paste.
//!
//! `OAUTH_BITBUCKET_CLIENT_ID` and `OAUTH_BITBUCKET_CLIENT_SECRET` are Key and Secret of an OAuth consumer whose
//! callback URL is `http://localhost:8000/auth/bitbucket/callback`. Nothing has to listen there.

use std::{error::Error, io, process::ExitCode};

use oauth_bitbucket::BITBUCKET;
use oauth_core::{AuthorizationRequest, CallbackParameters, ExposeSecret as _, Registry};
use oauth_reqwest::ReqwestClient;
use url::Url;

const REDIRECT_URI: &str = "http://localhost:8000/auth/bitbucket/callback";

async fn sign_in() -> Result<(), Box<dyn Error>> {
    let registry = Registry::builder().provider(&BITBUCKET).http_client(ReqwestClient::new()?).from_env()?;
    let bitbucket = registry.get("bitbucket")?;
    let authorization = bitbucket.authorization_url(&AuthorizationRequest::new(REDIRECT_URI))?;
    println!("Open {}\n\nThen paste the address of the page that you are sent to:", authorization.url());

    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let callback = Url::parse(line.trim())?;
    let parameter = |wanted| callback.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);

    // Without this check somebody else's code could be slipped in, and you would be signed in as them.
    let pending = authorization.pending();
    if parameter("state").as_deref() != Some(pending.state().expose_secret()) {
        return Err("the address belongs to another sign-in".into());
    }
    let code = parameter("code").ok_or("you declined to sign in")?;

    let token = bitbucket.exchange_code(&code, pending, &CallbackParameters::default()).await?;
    let user = bitbucket.user_info(&token).await?;
    println!("{}", serde_json::to_string_pretty(&user)?);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match sign_in().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
