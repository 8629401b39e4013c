//! What a complete login costs a web application, and what an abandoned one leaves behind: both examples with each store,
//! beside the same application written by hand on the crates `oauth2` and tower-sessions.
//!
//! Ratios within one run are what counts. Applications, provider and store are processes of their own; what is measured is
//! the application's. `logins` prints a table; `logins --smoke` does one login with each; `logins --by-hand` and
//! `logins --serve` are the application by hand and the provider.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::struct_field_names,
    missing_docs
)]

mod application;
mod browser;
mod by_hand;
#[path = "../login/provider.rs"]
mod provider;

use std::time::{Duration, Instant};

use application::Application;
use browser::Browsers;
use oauth_tests::RedisServer;

/// Name of the row, program, and `OAUTH_STORE_URL`.
const CONTENDERS: [(&str, Option<&str>, Store); 7] = [
    ("by hand", None, Store::Memory),
    ("axum, cookies", Some("example-axum"), Store::Cookies),
    ("axum, memory", Some("example-axum"), Store::Memory),
    ("axum, Redis", Some("example-axum"), Store::Redis),
    ("actix, cookies", Some("example-actix"), Store::Cookies),
    ("actix, memory", Some("example-actix"), Store::Memory),
    ("actix, Redis", Some("example-actix"), Store::Redis),
];

/// Where logins under way and sessions are.
#[derive(Clone, Copy)]
enum Store {
    /// Logins in cookies, sessions in memory.
    Cookies,
    Memory,
    Redis,
}

const AT_ONCE: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--serve", delay_ms] => provider::serve(Duration::from_millis(delay_ms.parse().expect("milliseconds"))),
        ["--by-hand"] => by_hand::serve(),
        ["--smoke"] => measure(1, 1, 1),
        _ => measure(7, 3000, 20_000),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

struct Row {
    cpu: Vec<f64>,
    per_second: Vec<f64>,
    kept: f64,
}

fn measure(rounds: usize, logins: usize, abandoned: usize) {
    let provider = provider::Process::start(Duration::ZERO);
    let redis = RedisServer::start();
    let runtime = runtime();
    let applications = CONTENDERS.map(|(_, program, store)| {
        let store = match store {
            Store::Cookies => None,
            Store::Memory => Some("memory:".to_owned()),
            Store::Redis => Some(redis.url()),
        };
        Application::start(program, store.as_deref(), &provider.base_url)
    });
    let mut rows = CONTENDERS.map(|_| Row { cpu: Vec::new(), per_second: Vec::new(), kept: 0.0 });
    let browsers: Vec<_> =
        applications.iter().map(|application| Browsers::of(application, AT_ONCE.min(logins))).collect();
    for browsers in &browsers {
        runtime.block_on(browsers.sign_in_and_look());
        runtime.block_on(browsers.sign_in_many(logins / 4));
    }
    // Interleaved, so that a busy moment of the machine hits all.
    for _ in 0..rounds {
        for ((application, browsers), row) in applications.iter().zip(&browsers).zip(&mut rows) {
            let (begun, cpu) = (Instant::now(), application.cpu());
            runtime.block_on(browsers.sign_in_many(logins));
            row.cpu.push(application.cpu().saturating_sub(cpu).as_secs_f64() * 1e6 / logins as f64);
            row.per_second.push(logins as f64 / begun.elapsed().as_secs_f64());
        }
    }
    for ((application, browsers), row) in applications.iter().zip(&browsers).zip(&mut rows) {
        // The first ones fill what is grown once and kept.
        runtime.block_on(browsers.abandon(abandoned / 4));
        let before = application.memory();
        runtime.block_on(browsers.abandon(abandoned));
        row.kept = (application.memory() as f64 - before as f64) / abandoned as f64;
    }
    print(&rows.map(|row| (median(row.cpu), median(row.per_second), row.kept)), rounds, logins, abandoned);
}

fn print(rows: &[(f64, f64, f64); CONTENDERS.len()], rounds: usize, logins: usize, abandoned: usize) {
    println!(
        "Complete logins, {AT_ONCE} at a time, median of {rounds} rounds of {logins}, and {abandoned} that were only begun:\n"
    );
    println!("{:<16} {:>12} {:>10} {:>10} {:>22}", "", "CPU/login", "× by hand", "logins/s", "bytes kept/abandoned");
    let by_hand = rows[0].0;
    for ((name, ..), (cpu, per_second, kept)) in CONTENDERS.iter().zip(rows) {
        println!("{name:<16} {cpu:>9.1} µs {:>10.2} {per_second:>10.0} {kept:>22.0}", cpu / by_hand);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
