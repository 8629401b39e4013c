//! What signing in with Bitbucket costs on the client side, beside the same three requests made by hand with reqwest.
//!
//! Ratios within one run are what counts; the provider is a process of its own and not measured.
//!
//! `login` prints wall time and CPU time; `login --count-instructions <contender> <logins>` does that many logins and ends,
//! for callgrind; `login --smoke` does one login of each, which shows that they work; `login --serve` is the provider.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::struct_field_names,
    missing_docs
)]

mod by_hand;
mod ours;
mod provider;

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The two ways to sign in.
enum Contender {
    Ours(ours::Client),
    ByHand(by_hand::Client),
}

impl Contender {
    fn new(name: &str, base_url: &str) -> Self {
        match name {
            "ours" => Self::Ours(ours::Client::new(base_url)),
            "by-hand" => Self::ByHand(by_hand::Client::new(base_url)),
            _ => panic!("there are two contenders, ours and by-hand"),
        }
    }

    async fn sign_in(&self) {
        let email = match self {
            Self::Ours(client) => client.sign_in().await,
            Self::ByHand(client) => client.sign_in().await,
        };
        assert_eq!(email.as_deref(), Some("jane@example.com"));
    }

    async fn sign_in_many(&self, logins: u32, at_once: usize) {
        futures_util::stream::StreamExt::for_each_concurrent(futures_util::stream::iter(0..logins), at_once, |_| {
            self.sign_in()
        })
        .await;
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--serve", delay_ms] => provider::serve(Duration::from_millis(delay_ms.parse().expect("milliseconds"))),
        ["--count-instructions", contender, logins] => {
            let provider = provider::Process::start(Duration::ZERO);
            let logins = logins.parse().expect("a number of logins");
            runtime().block_on(async { Contender::new(contender, &provider.base_url).sign_in_many(logins, 1).await });
        }
        ["--smoke"] => {
            let provider = provider::Process::start(Duration::ZERO);
            for contender in ["by-hand", "ours"] {
                runtime().block_on(Contender::new(contender, &provider.base_url).sign_in());
            }
        }
        _ => {
            wall_time();
            cpu_time();
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// With a provider that takes its time, independent requests at once show as one delay instead of two.
fn wall_time() {
    let delay = Duration::from_millis(20);
    let provider = provider::Process::start(delay);
    let ours = Contender::new("ours", &provider.base_url);
    println!("Wall time of one callback with {} ms added to every reply, median of 25:", delay.as_millis());
    let median = runtime().block_on(async {
        ours.sign_in().await;
        let mut times = Vec::new();
        for _ in 0..25 {
            let begun = Instant::now();
            ours.sign_in().await;
            times.push(begun.elapsed());
        }
        times.sort();
        times[times.len() / 2]
    });
    println!("  {:.1} ms (one after the other it would be 60 ms and more)\n", median.as_secs_f64() * 1e3);
}

fn cpu_time() {
    const ROUNDS: usize = 11;
    const LOGINS: u32 = 2000;
    let provider = provider::Process::start(Duration::ZERO);
    for at_once in [1, 64] {
        let runtime = runtime();
        let contenders = ["by-hand", "ours"].map(|name| Contender::new(name, &provider.base_url));
        let mut cost = [const { Vec::new() }; 2];
        // Interleaved, so that a busy moment of the machine hits both.
        for _ in 0..ROUNDS {
            for (contender, cost) in contenders.iter().zip(&mut cost) {
                runtime.block_on(contender.sign_in_many(64, at_once));
                let begun = cpu();
                runtime.block_on(contender.sign_in_many(LOGINS, at_once));
                cost.push(cpu().saturating_sub(begun).as_secs_f64() * 1e6 / f64::from(LOGINS));
            }
        }
        let [by_hand, ours] = cost.map(|mut cost| {
            cost.sort_by(f64::total_cmp);
            cost[cost.len() / 2]
        });
        println!("CPU time of one login, {at_once} at a time, median of {ROUNDS} rounds of {LOGINS}:");
        println!("  by hand {by_hand:6.1} µs\n  ours    {ours:6.1} µs = {:.3} × by hand\n", ours / by_hand);
    }
}

/// CPU time of this process.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("a clock that runs forward")
}
