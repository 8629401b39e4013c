//! `cargo xtask bench`: what a login costs, in time and in instructions.
//!
//! Time depends on the machine and its other work; the number of instructions hardly does, so that is the number to
//! compare across changes.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{cmd, tools};

/// What a login costs a whole application. The applications are programs, which no bench builds.
const LOGINS: &[&str] = &["bench", "--package", "oauth-tests", "--bench", "logins"];
const APPLICATIONS: &[&str] = &["build", "--release", "--package", "example-axum", "--package", "example-actix"];

const BENCH: &[&str] = &["bench", "--package", "oauth-tests", "--bench", "login"];

/// Two runs of each contender, whose difference leaves out what starting costs.
const FEW: u32 = 100;
const MANY: u32 = 600;

/// One message of `cargo --message-format=json`.
#[derive(Deserialize)]
struct Message {
    executable: Option<String>,
}

pub(crate) fn run() -> Result<()> {
    cmd::run(&mut cmd::cargo(BENCH))?;
    tools::ensure(&[tools::VALGRIND])?;
    let bench = executable()?;
    let by_hand = instructions_per_login(&bench, "by-hand")?;
    let ours = instructions_per_login(&bench, "ours")?;
    println!("Instructions of one login: by hand {by_hand:.0}, ours {ours:.0}: {:.2} times as many", ours / by_hand);
    Ok(())
}

/// Complete logins through the example applications.
pub(crate) fn logins() -> Result<()> {
    tools::ensure(&[tools::REDIS])?;
    cmd::run(&mut cmd::cargo(APPLICATIONS))?;
    cmd::run(&mut cmd::cargo(LOGINS))
}

fn instructions_per_login(bench: &str, contender: &str) -> Result<f64> {
    Ok((instructions(bench, contender, MANY)? - instructions(bench, contender, FEW)?) / f64::from(MANY - FEW))
}

fn instructions(bench: &str, contender: &str, logins: u32) -> Result<f64> {
    let mut command = cmd::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file=target/callgrind.{contender}.out"));
    command.args([bench, "--count-instructions", contender, &logins.to_string()]);
    let mut count = None;
    cmd::stream(command, |line| count = collected(line).or(count))?;
    count.with_context(|| format!("callgrind does not say how many instructions {contender} took"))
}

/// The number in callgrind's closing line, `==123== Collected : 456`.
fn collected(line: &str) -> Option<f64> {
    line.split_once("Collected : ")?.1.trim().parse().ok()
}

fn executable() -> Result<String> {
    let messages = cmd::output(cmd::cargo(BENCH).args(["--no-run", "--message-format=json"]))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok()?.executable)
        .next_back()
        .context("cargo names no executable for the bench `login`")
}
