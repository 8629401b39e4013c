//! A real browser signs in and out of every web example, which runs with its built-in development provider.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use oauth_tests::Example;

/// Between `127.0.0.1` and `localhost` a browser applies its rules for different sites. The development provider is on
/// one of the two, so that one of these runs crosses sites, as real logins do.
const HOSTS: [&str; 2] = ["localhost", "127.0.0.1"];

#[test]
fn a_person_signs_in_and_out_of_the_axum_example() {
    for host in HOSTS {
        sign_in_and_out("example-axum", host);
    }
}

#[test]
fn a_person_signs_in_and_out_of_the_actix_example() {
    for host in HOSTS {
        sign_in_and_out("example-actix", host);
    }
}

fn sign_in_and_out(example: &str, host: &str) {
    let secrets = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{example}-{host}-secrets.json"));
    let running = Example::start(example, host);
    let run = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/login.mjs"))
        .arg(running.base_url())
        .env("SECRETS", &secrets)
        .output()
        .unwrap_or_else(|error| panic!("node is missing ({error}): apt-get install nodejs npm"));
    let log = running.stop();
    let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    println!("{example} on {host}:\n{said}");
    assert!(run.status.success(), "the browser run failed; the example says:\n{}", last_lines(&log));

    let seen: Vec<String> = serde_json::from_slice(&std::fs::read(&secrets).unwrap()).unwrap();
    std::fs::remove_file(&secrets).unwrap();
    assert!(!seen.is_empty(), "the browser saw no state, code or cookie");
    for (number, line) in (1..).zip(log.lines()) {
        assert!(
            !seen.iter().any(|secret| line.contains(secret)),
            "line {number} of the log gives a secret away: {line}"
        );
    }
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines.get(lines.len().saturating_sub(200)..).unwrap_or_default().join("\n")
}
