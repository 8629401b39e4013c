//! OpenID Connect: discovery, key sets and the verification of ID tokens. Compiled with the feature `oidc`.

mod json;
mod jws;
mod keys;
#[cfg(test)]
mod vectors;
