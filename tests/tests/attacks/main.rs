//! Attacks on both web examples, on every store, from outside: a provider that lies, people who bring what is not theirs,
//! and bytes that are no requests. In every case nobody is signed in who should not be, nobody is led elsewhere, and no
//! planted value is in an answer, in the log at any level, or in the store.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod application;
mod forms;
mod injected;
mod lies;
mod mixed_up;
mod order;
mod planted;
mod strangers;
mod truths;
