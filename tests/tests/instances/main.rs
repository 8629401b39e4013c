//! Several instances of an application in processes of their own, with a real Redis and providers that fail: what is used
//! once is used once, what fails is explained and loses nothing, and what strangers begin is forgotten.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod application;
mod load;
mod once;
mod outages;
mod provider;
mod providers;
#[allow(dead_code, reason = "not every fault of the network is of interest here")]
#[path = "../../../crates/oauth-redis/tests/store/proxy.rs"]
mod proxy;
mod tokens;
mod wire;

/// The web examples.
const EXAMPLES: [&str; 2] = ["example-axum", "example-actix"];
