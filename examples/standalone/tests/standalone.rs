//! The program as somebody runs it: address out, address in.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Output, Stdio},
};

use oauth_bitbucket::BITBUCKET;
use oauth_core::OAuthUserInfo;
use oauth_testkit::{Browser, DevProvider, Endpoint};

fn start(variables: Vec<(String, String)>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-standalone"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OAUTH_")) {
        command.env_remove(name);
    }
    command
        .env_remove("RUST_BACKTRACE")
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

type Change = fn(String) -> String;

/// Signs in as Jane at the address that the program prints, and pastes what `change` makes of the address she is sent to.
async fn sign_in(provider: &DevProvider, change: Change) -> Output {
    let mut program = start(provider.variables());
    let mut line = String::new();
    BufReader::new(program.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let browser = Browser::new();
    let page = browser.get(line.trim().strip_prefix("Open ").unwrap()).await.unwrap();
    let callback = browser.choose(&page, "jane").await.unwrap().location().unwrap();
    writeln!(program.stdin.as_mut().unwrap(), "{}", change(callback.into())).unwrap();
    program.wait_with_output().unwrap()
}

// The provider goes on while a test waits for the program.
#[tokio::test(flavor = "multi_thread")]
async fn it_tells_who_signed_in() {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let output = sign_in(&provider, |callback| callback).await;
    let said = String::from_utf8(output.stdout).unwrap();
    let user: OAuthUserInfo = serde_json::from_str(said.get(said.find('{').unwrap()..).unwrap()).unwrap();
    assert_eq!(user.full_name().as_deref(), Some("Jane Doe"));
    assert_eq!(user.oauth_id, "123e4567-e89b-12d3-a456-426614174000");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_sign_in_is_refused_before_the_provider_is_asked() {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let changes: [(&str, Change); 3] = [
        ("the address belongs to another sign-in", |callback| callback.replace("state=", "state=x")),
        ("the address belongs to another sign-in", |callback| callback.replace("state=", "other=")),
        ("you declined to sign in", |callback| callback.replace("code=", "error=")),
    ];
    for (message, change) in changes {
        let output = sign_in(&provider, change).await;
        assert!(!output.status.success());
        assert_eq!(String::from_utf8(output.stderr).unwrap().trim(), format!("error: {message}"));
    }
    assert_eq!(provider.count(Endpoint::Token), 0);
}

#[test]
fn without_credentials_it_names_the_variables() {
    let output = start(Vec::new()).wait_with_output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    for name in ["OAUTH_BITBUCKET_CLIENT_ID", "OAUTH_BITBUCKET_CLIENT_SECRET"] {
        assert!(said.contains(name), "{said}");
    }
}
