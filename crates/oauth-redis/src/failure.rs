//! What the driver reports, as an error that says what to look at.
//!
//! Of a server's answer only the code is used: its text may repeat what it was sent.

use std::borrow::Cow;

use oauth_core::{Error, ErrorKind};
use redis::RedisError;

const OUT_OF_MEMORY: &str = "Raise its maxmemory, or look for what fills it: INFO memory";
const REACHABLE: &str = "See that it runs, and that the store's URL leads to it";

/// The error of a command that `error` ended. `at` is the address as it may be shown.
pub(crate) fn unavailable(at: &str, error: &RedisError) -> Error {
    let (what, remedy) = match error.code() {
        Some(code) => refusal(code, error),
        None => trouble(error),
    };
    Error::new(ErrorKind::StoreUnavailable, format!("{at} {what}")).with_remedy(remedy)
}

/// The error of an operation that took longer than its deadline.
pub(crate) fn too_late(at: &str) -> Error {
    Error::new(ErrorKind::StoreUnavailable, format!("{at} does not answer in time"))
        .with_remedy("See that it is not overloaded or stopped: SLOWLOG GET, INFO stats")
}

/// The server answered with an error of `code`.
fn refusal(code: &str, error: &RedisError) -> (Cow<'static, str>, &'static str) {
    let (what, remedy) = match code {
        "OOM" => ("refuses to write: its maxmemory is reached", OUT_OF_MEMORY),
        "READONLY" => ("refuses to write: it is a replica", "Let the store's URL lead to the primary"),
        "LOADING" => ("is still loading its data", "Wait until it has"),
        "MISCONF" => ("refuses to write: it cannot save to its disk", "Look at its log and its disk"),
        "NOREPLICAS" => ("refuses to write: it has too few replicas", "See that its replicas run"),
        "NOAUTH" => ("demands a password", "Put it into the store's URL: redis://:password@host"),
        "WRONGPASS" => ("refuses the user name or the password", "Compare the store's URL with ACL LIST"),
        "NOPERM" => (
            "does not let this user do what is needed",
            "Permit it: ACL SETUSER … ~oauth:* +get +set +getdel +del +eval +time +zcount +zadd +zrem \
             +zremrangebyscore +pttl +pexpire",
        ),
        "WRONGTYPE" => {
            ("has something else under a key of ours", "Give the application a database or a key prefix of its own")
        }
        "MOVED" | "ASK" => ("is a node of a cluster", "Begin the store's URL with redis-cluster://"),
        "CLUSTERDOWN" | "TRYAGAIN" | "MASTERDOWN" => ("has no primary for a key", "Look at CLUSTER INFO"),
        "BUSY" => ("is busy with somebody's script", "Look for it, or end it: SCRIPT KILL"),
        "DENIED" => ("is in protected mode", "Give it a password, or bind it to the right address"),
        "LATE" => ("was asked too late", "See that it is not overloaded, and that its clock is not being set"),
        "ERR" if error.detail().is_some_and(|detail| detail.starts_with("max number of clients")) => {
            ("has too many clients", "Raise its maxclients, or look for who they are: CLIENT LIST")
        }
        "ERR" if error.detail().is_some_and(|detail| detail.starts_with("DB index")) => {
            ("has no database of that number", "Correct the number at the end of the store's URL")
        }
        // Codes are upper case; anything else is not worth repeating.
        _ if code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            return (format!("answers with the error {code}").into(), "Look at its log");
        }
        _ => ("answers with an error", "Look at its log"),
    };
    (what.into(), remedy)
}

/// There was no answer, or none that can be read.
fn trouble(error: &RedisError) -> (Cow<'static, str>, &'static str) {
    use redis::ErrorKind as Kind;
    match error.kind() {
        Kind::Io if error.is_timeout() => ("does not let us connect in time".into(), REACHABLE),
        Kind::Io if error.is_connection_dropped() && !error.is_connection_refusal() => {
            ("closed the connection".into(), "See that it runs, and look at its log")
        }
        Kind::Io => (format!("cannot be reached: {error}").into(), REACHABLE),
        Kind::ClusterConnectionNotFound => ("has no node that can be reached".into(), REACHABLE),
        Kind::AuthenticationFailed => {
            ("refuses the user name or the password".into(), "Compare the store's URL with ACL LIST")
        }
        Kind::Parse | Kind::UnexpectedReturnType => {
            ("does not answer as Redis does".into(), "See that the store's URL leads to Redis or Valkey")
        }
        _ => ("answers with an error".into(), "Look at its log"),
    }
}
