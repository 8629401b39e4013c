//! Plays Bitbucket for an application in another process: prints the environment that makes it sign in here, and serves
//! until Ctrl-C.
//!
//! ```text
//! cargo run --package oauth-testkit --example play
//! ```

use oauth_bitbucket::BITBUCKET;
use oauth_testkit::DevProvider;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = DevProvider::builder(&BITBUCKET).start().await?;
    for (name, value) in provider.variables() {
        println!("export {name}='{value}'");
    }
    tokio::signal::ctrl_c().await?;
    provider.stop().await;
    Ok(())
}
