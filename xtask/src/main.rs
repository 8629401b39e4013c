//! The project's own commands, run as `cargo xtask <command>`. This file only chooses one; each has its module.

use std::process::ExitCode;

mod bench;
mod cmd;
mod docs;
mod fuzz;
mod ledger;
mod metadata;
mod mutate;
mod new_provider;
mod test;
mod tidy;
mod tools;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [filter]   everything a change must pass; with a filter, only the tests whose names contain it
  tidy            the rules of the code base that no compiler checks
  bench           the benchmarks, then the number of instructions one login costs (needs valgrind)
  bench logins    what a login costs the example applications, beside one written by hand (needs redis-server)
  fuzz [seconds]  every fuzz target for that long each; an hour in all if not said (needs nightly Rust)
  mutate [part]   takes one check out at a time, and the tests have to fail; with a part of a name, only those
  docs            writes what the book says about providers and requirements, then builds it into docs/book
  new-provider    writes a provider; without arguments it says what it needs
  ci-tools        installs what `test` and `bench` need and is missing";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        // `test` reports its own failures: its last line is always the count.
        ["test"] => return test::everything(),
        ["test", filter] => test::matching(filter),
        ["tidy"] => tidy::run(),
        ["bench"] => bench::run(),
        ["bench", "logins"] => bench::logins(),
        ["fuzz"] => fuzz::run(None),
        ["fuzz", seconds] => fuzz::run(Some(seconds)),
        ["mutate"] => mutate::run(None),
        ["mutate", filter] => mutate::run(Some(filter)),
        ["docs"] => docs::run(),
        ["new-provider", order @ ..] => new_provider::run(order),
        ["ci-tools"] => tools::ensure_all(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
