//! Pending logins and records in Redis or Valkey, shared by all instances of an application.
//!
//! ```
//! use oauth_core::Registry;
//! use oauth_login::Login;
//! use oauth_redis::RedisStore;
//!
//! # fn example() -> oauth_core::Result<()> {
//! let mut login = Login::builder(Registry::builder().build()?).from_env()?;
//! // `OAUTH_STORE_URL`, such as redis://localhost:6379
//! if let Some(store) = RedisStore::from_env()? {
//!     login = login.store(store);
//! }
//! let login = login.build()?;
//! # Ok(())
//! # }
//! ```
//!
//! The same [`RedisStore`] is a [`RecordStore`](oauth_login::RecordStore), in which
//! [`Login::session_records`](oauth_login::Login::session_records) keeps sessions. It runs on a Tokio runtime and needs
//! Redis 7 or newer, or any Valkey.
//!
//! | | |
//! |---|---|
//! | connection | one, shared by all clones; made by the first command, and made anew by the next command after it broke |
//! | deadlines | 1 s for connecting, 2 s for a whole operation |
//! | the server is down | every operation is an error of kind [`StoreUnavailable`](oauth_core::ErrorKind::StoreUnavailable) that says what to look at; no restart is needed |
//! | the server hangs | what uses a login up, and every conditional write, is not carried out late: the callback that was told 503 can be made again |
//! | pending logins | 100,000 at a time at most, see [`RedisStore::max_pending`] |
//! | contents | hashed keys, sealed values, and a lifetime on everything |
//! | credentials | in no error, no `Debug`, no log line |
//!
//! # Addresses
//!
//! | scheme | |
//! |---|---|
//! | `redis`, `valkey` | `redis://user:password@host:6379/0`; all but the host may be left out |
//! | `rediss`, `valkeys` | the same over TLS, feature `rustls` |
//! | `redis-cluster`, `valkey-cluster` | a cluster, feature `cluster`: `redis-cluster://host:7000?node=host2:7000&node=host3:7000` |
//! | `rediss-cluster`, `valkeys-cluster` | a cluster over TLS, both features |
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with aws-lc-rs, against the trust store of the platform |
//! | `cluster` | no | Redis Cluster and Valkey Cluster |

mod address;
mod failure;
mod link;
mod scripts;
mod store;

pub use store::RedisStore;
