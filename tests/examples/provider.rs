//! Bitbucket in a process of its own, for the test of providers in trouble: what it does there, others do not pay for.
//! The name of a `ReplyLie`, if there is one, is what it does in place of an answer with tokens. Prints the settings of an
//! application that signs in with it, and ends with its standard input.

use std::{env, error::Error, io};

use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{
    Endpoint,
    hostile::{HostileProvider, Lie, ReplyLie},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = HostileProvider::start(&BITBUCKET).await?;
    if let Some(name) = env::args().nth(1) {
        let lie = ReplyLie::ALL.iter().find(|lie| format!("{lie:?}") == name).ok_or("there is no such lie")?;
        provider.tell(Lie::Reply(Endpoint::Token, *lie));
    }
    for (name, value) in provider.variables() {
        println!("{name}={value}");
    }
    println!();
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await??;
    Ok(())
}
