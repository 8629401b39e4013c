//! Signing in through a browser, for any web framework.
//!
//! [`Login`] begins a login, checks the callback and permits the logout; it can also connect further accounts to the one
//! that is signed in. It takes plain data, [`BrowserRequest`], and gives plain data, [`Answer`]: an adapter for a framework
//! only converts the two and keeps a [`StoredLogin`], one string, in its session. Everything two adapters could disagree
//! about is decided here.
//!
//! What is held against an attacker:
//!
//! - A login is bound to the browser that began it, by a cookie of its own that only we can read. `state` alone proves
//!   nothing, and neither does a shared store.
//! - It is used once, at the provider it was begun at, within ten minutes. With [`LoginBuilder::store`] "once" holds
//!   across instances. Without, it holds in each process, and between processes rests on two further things: the cookie
//!   is deleted when it is used, and a provider accepts a code only once.
//! - Redirects lead to paths of this application only, as a browser would read them.
//! - Tokens are kept only if the application asks for it ([`LoginBuilder::keep_tokens`]): on the server, and sealed.
//! - Neither a log line, nor an error, nor `Debug` shows a code, state, token, key or cookie.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `rate-limit` | no | `RateLimit`: how many requests a client may make, for the adapters to hold |

mod answer;
mod builder;
mod client_address;
mod cookie;
mod email_linking;
mod ended;
mod failure;
mod generations;
mod guard;
mod key_ring;
mod link;
mod login;
mod memory;
mod next;
mod parameters;
mod pending;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod record;
mod records;
mod request;
mod session;
mod session_id;
mod site;
mod store;
#[cfg(test)]
mod testing;
mod time;
mod tokens;

pub use answer::Answer;
pub use builder::LoginBuilder;
pub use client_address::{ClientAddress, TrustedProxies};
pub use email_linking::{EmailLinking, LocalEmail};
pub use ended::EndedSessions;
pub use failure::{FailureCode, LoginFailure};
pub use key_ring::KeyRing;
pub use link::{Finished, LinkOutcome, ProvenLink};
pub use login::{Login, LoginOutcome};
pub use memory::MemoryStore;
#[cfg(feature = "rate-limit")]
pub use rate_limit::{Quota, RateLimit};
pub use record::{LoginRecord, Refusal};
pub use records::{Precondition, RecordKey, RecordStore, SessionRecords};
pub use request::BrowserRequest;
pub use session::{SESSION_IDLE, SESSION_LIFETIME, SessionCookie, StoredLogin};
pub use store::{PendingKey, PendingStore};
pub use tokens::TokenKeeper;
