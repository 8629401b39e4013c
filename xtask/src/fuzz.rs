//! `cargo xtask fuzz`: every fuzz target in `fuzz/`, one after the other, and what each has done.
//!
//! What is found new goes to `fuzz/target/corpus`, what broke to `fuzz/artifacts`. To keep an input, put it into `fuzz/corpus`: the
//! property tests run everything there on stable Rust.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{cmd, tools};

/// Seconds for each target when nobody says how many: an hour for all ten.
const LONG: u32 = 360;
/// And in the run of every test: two minutes for all ten.
pub(crate) const SHORT: u32 = 12;

/// What libFuzzer holds each input to: ten seconds, and memory that an honest reply never takes.
const LIMITS: &[&str] =
    &["-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=64", "-max_len=16384", "-print_final_stats=1"];

pub(crate) fn run(seconds: Option<&str>) -> Result<()> {
    let seconds = match seconds {
        Some(text) => text.parse().with_context(|| format!("`{text}` is not a number of seconds for each target"))?,
        None => LONG,
    };
    run_for(seconds).map(drop)
}

/// Runs every target for `seconds`. Returns how many there are.
pub(crate) fn run_for(seconds: u32) -> Result<usize> {
    tools::ensure(&[tools::NIGHTLY, tools::FUZZ])?;
    let targets = targets()?;
    let mut executions = Vec::new();
    for target in &targets {
        executions.push(fuzz(target, seconds)?);
    }
    println!("\n{:<16} executions in {seconds} s", "target");
    for (target, executions) in targets.iter().zip(executions) {
        println!("{target:<16} {executions:>12}");
    }
    Ok(targets.len())
}

/// The folders of the kept inputs have the targets' names.
fn targets() -> Result<Vec<String>> {
    let corpora = fs::read_dir(cmd::root().join("fuzz/corpus")).context("cannot list fuzz/corpus")?;
    let names = corpora.map(|folder| Ok(folder?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn fuzz(target: &str, seconds: u32) -> Result<u64> {
    let found = format!("fuzz/target/corpus/{target}");
    fs::create_dir_all(cmd::root().join(&found))?;
    let mut command = cmd::new("rustup");
    command
        .args(["run", "nightly", "cargo", "fuzz", "run", target, &found, &format!("fuzz/corpus/{target}"), "--"])
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"));
    let mut executions = None;
    cmd::stream(command, |line| executions = executed(line).or(executions))?;
    match executions {
        Some(0) | None => bail!("{target} has not run"),
        Some(executions) => Ok(executions),
    }
}

/// The number in libFuzzer's last word.
fn executed(line: &str) -> Option<u64> {
    line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_read_and_every_target_has_a_program() {
        assert_eq!(executed("stat::number_of_executed_units: 262144"), Some(262_144));
        assert_eq!(executed("stat::peak_rss_mb: 512"), None);
        let targets = targets().unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(cmd::root().join(format!("fuzz/fuzz_targets/{target}.rs")).is_file(), "{target}");
        }
    }
}
