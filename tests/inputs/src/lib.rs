//! Every place where bytes come in from outside, as functions of bytes.
//!
//! Each takes any bytes, returns whether they were taken for what they should be, and panics when something happens that never may: somebody is signed in without proof, a redirect
//! leads elsewhere, a header has a line break, a profile has no id. The fuzz targets in `fuzz/` and the property tests
//! beside this file call the same functions.

#![allow(clippy::expect_used, clippy::missing_panics_doc, clippy::must_use_candidate)]

mod browser;
mod provider;
mod world;

pub use browser::{callback_body, callback_query, cookie_header, next, sealed_value};
pub use provider::{discovery, id_token, key_set, token_reply, user_info};

/// Takes any bytes; returns whether they were accepted.
pub type Input = fn(&[u8]) -> bool;

/// Every function by the name of its fuzz target, which is also that of its corpus.
pub const TARGETS: &[(&str, Input)] = &[
    ("callback_query", callback_query),
    ("callback_body", callback_body),
    ("cookie_header", cookie_header),
    ("sealed_value", sealed_value),
    ("next", next),
    ("token_reply", token_reply),
    ("user_info", user_info),
    ("discovery", discovery),
    ("key_set", key_set),
    ("id_token", id_token),
];
