//! `cargo xtask test`: everything a change must pass, one step after the other, and a count at the end.
//!
//! All steps share one target folder, one profile and, where tests run, one selection of packages and features, so
//! that a dependency is built once.

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Result;

use crate::metadata::Metadata;
use crate::tidy::{self, source};
use crate::{cmd, fuzz, ledger, tools};

/// What a step found.
#[derive(Default)]
struct Report {
    passed: usize,
    failed: usize,
    /// What was not checked, and why.
    left_out: Option<&'static str>,
    /// The tests that passed, as [`ledger::passed`] names them.
    names: BTreeSet<String>,
}

/// A step that is either right or an error counts as one test.
const RIGHT: Report = Report { passed: 1, failed: 0, left_out: None, names: BTreeSet::new() };

/// Is told which tests have passed so far.
type Step = fn(&BTreeSet<String>) -> Result<Report>;

const STEPS: &[(&str, Step)] = &[
    ("tools", |_| tools::ensure(tools::FOR_TESTS).map(|()| Report::default())),
    ("tidy", |_| tidy::run().map(|()| RIGHT)),
    ("tests", |_| nextest(&["--filterset", &format!("not ({BROWSER} + {WASM32})")])),
    ("wasm32", |_| wasm32()),
    ("browser", |_| nextest(&["--filterset", BROWSER])),
    ("requirements", requirements),
    ("bench, one round", |_| bench()),
    ("documentation tests", |_| documentation_tests()),
    ("documentation", |_| documentation()),
    ("book", |_| cmd::run(cmd::new("mdbook").args(["build", "docs"])).map(|()| RIGHT)),
    ("each feature alone", |_| each_feature()),
    ("fuzzing, two minutes", |_| fuzz::run_for(fuzz::SHORT).map(|passed| Report { passed, ..Report::default() })),
    ("licenses, bans, sources", |_| deny(&["licenses", "bans", "sources"])),
    ("advisories", |_| advisories()),
];

/// The tests that drive a whole browser.
const BROWSER: &str = "binary(attacks_in_browser) + binary(browser) + binary(form_post)";

/// The test that builds for another machine.
const WASM32: &str = "binary(wasm)";

const WHOLE_WORKSPACE: &[&str] = &["--workspace", "--all-features"];

/// Runs every step until one fails. The last line is always `N passed, N failed`.
pub(crate) fn everything() -> ExitCode {
    let mut summary = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    let mut names = BTreeSet::new();
    for (name, step) in STEPS {
        if failed > 0 {
            summary.push(format!("{name:<24} not run"));
            continue;
        }
        println!("\n== {name} ==");
        let begun = Instant::now();
        let report = step(&names).unwrap_or_else(|error| {
            println!("error: {error:#}");
            Report { failed: 1, ..Report::default() }
        });
        passed += report.passed;
        failed += report.failed;
        summary.push(format!("{name:<24} {:>5} s  {}", begun.elapsed().as_secs(), report.in_words()));
        names.extend(report.names);
    }
    println!("\n== summary ==\n{}\n", summary.join("\n"));
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the tests whose names contain `filter`.
pub(crate) fn matching(filter: &str) -> Result<()> {
    tools::ensure(&[tools::NEXTEST])?;
    cmd::run(cmd::cargo(&["nextest", "run"]).args(WHOLE_WORKSPACE).arg(filter))
}

impl Report {
    fn in_words(&self) -> String {
        match (self.left_out, self.failed, self.passed) {
            (Some(why), ..) => format!("not checked: {why}"),
            (None, 0, 0) => "ready".into(),
            (None, 0, passed) => format!("{passed} passed"),
            (None, failed, passed) => format!("{passed} passed, {failed} failed"),
        }
    }

    /// Adds what a test runner says in its closing line, `line`.
    fn count(&mut self, line: &str) {
        self.names.extend(ledger::passed(line));
        if let Some((before, after)) = line.split_once(" run: ") {
            // nextest: `Summary [ 0.1s] 3 tests run: 1 passed (1 slow), 1 failed, 1 timed out, 0 skipped`
            let run = before.rsplit([' ', '/']).nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
            let passed = number_of("passed", after);
            self.passed += passed;
            self.failed += usize::saturating_sub(run, passed);
        } else if let Some((_, after)) = line.split_once("test result: ") {
            // rustdoc: `test result: FAILED. 2 passed; 1 failed; 0 ignored; …`
            self.passed += number_of("passed", after);
            self.failed += number_of("failed", after);
        }
    }
}

/// The number before the first `word` in `text`.
fn number_of(word: &str, text: &str) -> usize {
    let words: Vec<&str> = text.split_whitespace().collect();
    let numbered = words.iter().zip(words.iter().skip(1));
    let mut numbers = numbered.filter(|(_, next)| next.starts_with(word)).filter_map(|(number, _)| number.parse().ok());
    numbers.next().unwrap_or(0)
}

fn nextest(arguments: &[&str]) -> Result<Report> {
    let mut command = cmd::cargo(&["nextest", "run"]);
    command.args(WHOLE_WORKSPACE).args(arguments);
    // What a failed test has said contains its own count.
    counted(command, |line| line.trim_start().starts_with("PASS [") || line.contains(" run: "))
}

fn documentation_tests() -> Result<Report> {
    let mut command = cmd::cargo(&["test", "--doc", "--no-fail-fast"]);
    command.args(WHOLE_WORKSPACE);
    counted(command, |line| line.starts_with("test result: "))
}

/// Runs a test runner and counts its tests, in the lines that `counts` picks. That it failed without a failed test (nothing was built, or nothing found)
/// is an error.
fn counted(command: Command, counts: fn(&str) -> bool) -> Result<Report> {
    let mut report = Report::default();
    let outcome = cmd::stream(command, |line| {
        if counts(line) {
            report.count(line);
        }
    });
    if report.failed == 0 { outcome.map(|()| report) } else { Ok(report) }
}

/// That every test the book names as a proof has passed.
fn requirements(passed: &BTreeSet<String>) -> Result<Report> {
    let missing = ledger::not_run(&source::read_all()?, &Metadata::workspace()?, passed);
    for problem in &missing {
        println!("{problem}");
    }
    Ok(if missing.is_empty() { RIGHT } else { Report { failed: missing.len(), ..Report::default() } })
}

/// That the bench does what it measures; how fast is for `cargo xtask bench`.
fn bench() -> Result<Report> {
    cmd::run(cmd::cargo(&["test", "--bench", "login"]).args(WHOLE_WORKSPACE).args(["--", "--smoke"]))?;
    Ok(RIGHT)
}

/// Broken links and the like, which only rustdoc sees.
fn documentation() -> Result<Report> {
    cmd::run(cmd::cargo(&["doc", "--no-deps"]).args(WHOLE_WORKSPACE).env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(RIGHT)
}

/// Every library with no feature, and with each of its features by itself; and that each provider is alone in its build.
fn each_feature() -> Result<Report> {
    let metadata = Metadata::workspace()?;
    let mut command = cmd::cargo(&["hack", "check", "--each-feature"]);
    for library in metadata.libraries() {
        command.args(["--package", &library.name]);
    }
    cmd::run(&mut command)?;
    // What it asserts is evaluated by the compiler: with a hundred features, a hundred programs would take too long.
    let mut command = cmd::cargo(&["hack", "check", "--each-feature"]);
    command.args(["--package", "oauth-providers", "--test", "one_feature"]);
    cmd::run(&mut command)?;
    Ok(RIGHT)
}

fn deny(checks: &[&str]) -> Result<Report> {
    cmd::run(cmd::cargo(&["deny", "--all-features", "check"]).args(checks))?;
    Ok(RIGHT)
}

/// Needs Rust's standard library for that machine, which is fetched like the compiler and not from a package registry.
fn wasm32() -> Result<Report> {
    if let Err(error) = tools::ensure(&[tools::WASM32]) {
        const WHY: &str = "the target could not be installed (`rustup target add wasm32-unknown-unknown`)";
        println!("{error:#}\nnot checked: {WHY}");
        return Ok(Report { left_out: Some(WHY), ..Report::default() });
    }
    nextest(&["--filterset", WASM32])
}

/// Needs the advisory database, which a machine without access to it cannot have.
fn advisories() -> Result<Report> {
    if !cmd::succeeds(&mut cmd::cargo(&["deny", "fetch", "db"])) {
        const WHY: &str = "the advisory database could not be reached (`cargo deny fetch db`)";
        println!("not checked: {WHY}");
        return Ok(Report { left_out: Some(WHY), ..Report::default() });
    }
    deny(&["--disable-fetch", "advisories"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let lines = [
            ("     Summary [   0.018s] 3 tests run: 3 passed, 1 skipped", 3, 0),
            ("     Summary [   9.018s] 1 test run: 1 passed (1 slow), 0 skipped", 1, 0),
            ("     Summary [   0.018s] 4 tests run: 1 passed, 1 failed, 2 timed out, 0 skipped", 1, 3),
            ("     Summary [   0.018s] 1/4 tests run: 1 passed, 0 skipped", 1, 3),
            ("test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s", 12, 0),
            ("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out", 2, 1),
            ("running 3 tests", 0, 0),
        ];
        for (line, passed, failed) in lines {
            let mut report = Report::default();
            report.count(line);
            assert_eq!((report.passed, report.failed), (passed, failed), "{line}");
        }
    }
}
