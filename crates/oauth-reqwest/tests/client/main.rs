//! The client against servers on loopback that behave, misbehave and lie.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod addresses;
mod exchange;
mod limits;
mod proxy;
mod secrets;
mod server;
mod settings;
mod tls;
