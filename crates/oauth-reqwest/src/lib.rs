//! The hardened HTTP client of the framework: [`HttpClient`](oauth_core::HttpClient) on reqwest.
//!
//! ```
//! use oauth_reqwest::ReqwestClient;
//!
//! let client = ReqwestClient::new()?;
//! # Ok::<(), oauth_core::Error>(())
//! ```
//!
//! Make one client per process and hand it to the registry: connections are pooled, and a login then opens none.
//! It runs on a Tokio runtime. What it guarantees, whatever the settings:
//!
//! | | |
//! |---|---|
//! | redirects | refused, so that no code or client secret travels on (RFC 9700 section 4.12) |
//! | retries | none: a code is sent once |
//! | TLS | certificate and host name always verified, against the trust store of the platform |
//! | plain `http` | spoken to `localhost`, `127.0.0.0/8` and `[::1]` only |
//! | deadlines | 3 s for connecting, 10 s for the whole exchange |
//! | load | 128 requests to one host at a time; further ones wait within their deadline |
//! | reply | at most 1 MiB, counted after decoding; `gzip` is the one content coding, once |
//! | URLs from data | lead to public addresses only, judged on the resolved address |
//! | proxies | none, unless asked for with [`system_proxy`](ReqwestClientBuilder::system_proxy) |
//! | errors | contain neither query, nor header, nor body |
//!
//! Deadlines, load, size and address exceptions are settings of [`ReqwestClientBuilder`].
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with aws-lc-rs; without it, install a rustls `CryptoProvider` first |
//! | `gzip` | yes | reads replies in gzip, which some servers send unasked; without it they are an error |
//! | `http2` | no | HTTP/2 where the server offers it |
//! | `system-proxy` | no | `system_proxy` reads the settings of macOS and Windows too, not only the environment |

mod body;
mod builder;
mod bulkhead;
mod client;
mod failure;
mod guard;

pub use builder::ReqwestClientBuilder;
pub use client::ReqwestClient;
