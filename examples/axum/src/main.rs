//! Reads the environment, serves until it is told to stop, and explains what is wrong with the settings.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    example_shared::start_logging();
    example_shared::report(example_axum::run(&example_shared::variables()).await)
}
