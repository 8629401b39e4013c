//! OpenID Connect: discovery, key sets and the verification of ID tokens. Compiled with the feature `oidc`.

mod cache;
mod discovery;
mod id_token;
mod json;
mod jws;
mod keys;
mod relying_party;
mod signing_key;
pub(crate) use relying_party::{OpenId, Server, Setup};
pub use signing_key::SigningKey;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, unreachable_pub, dead_code)]
#[path = "../../tests/support/signer.rs"]
mod signer;
#[cfg(test)]
mod vectors;
