//! The connection: one for all clones, made by the first command and made anew when it is broken.
//!
//! The driver's own connection manager is not used: after an outage it hands out the failure of an attempt that may be
//! hours old, so the first command after the server's return would still fail.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use oauth_core::Result;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ServerErrorKind,
    aio::MultiplexedConnection,
};
#[cfg(feature = "cluster")]
use redis::{cluster::ClusterClient, cluster_async::ClusterConnection};
use tokio::time::{Instant, timeout_at};

use crate::{address::Address, failure};

/// How long connecting may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);
/// How long an operation may take, connecting and all its commands included.
pub(crate) const OPERATION: Duration = Duration::from_secs(2);

/// The way to a server or a cluster.
pub(crate) struct Link {
    address: Address,
    server: Arc<Server>,
    /// The latest attempt to connect, successful or not. Locked to look at it and to replace it, never for longer.
    latest: Mutex<Option<Attempt>>,
}

/// Whom to connect to.
pub(crate) enum Server {
    Single(Box<Client>),
    #[cfg(feature = "cluster")]
    Cluster(Box<ClusterClient>),
}

#[derive(Clone)]
enum Connection {
    Single(MultiplexedConnection),
    #[cfg(feature = "cluster")]
    Cluster(ClusterConnection),
}

/// An attempt to connect, and the connection when it succeeds. Whoever needs one meanwhile waits for the same.
#[derive(Clone)]
struct Attempt {
    connection: Shared<BoxFuture<'static, RedisResult<Connection>>>,
    /// It failed, or its connection is no longer good.
    over: Arc<AtomicBool>,
}

impl Link {
    pub(crate) fn new(address: Address) -> Result<Self> {
        let server = Arc::new(address.server()?);
        Ok(Self { address, server, latest: Mutex::new(None) })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Until when an operation that begins now has to be over.
    pub(crate) fn deadline() -> Instant {
        Instant::now() + OPERATION
    }

    /// Sends a command that does no harm when it is carried out twice: if the connection turns out to be broken, as one
    /// does that rested while a server restarted, it is sent again over a new one.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant) -> Result<T> {
        self.send(command, deadline, 2).await
    }

    /// Sends a command at most once.
    pub(crate) async fn ask_once<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant) -> Result<T> {
        self.send(command, deadline, 1).await
    }

    async fn send<T: FromRedisValue>(&self, command: &Cmd, deadline: Instant, most: usize) -> Result<T> {
        let at = self.address.shown();
        let mut times = 0;
        loop {
            times += 1;
            let attempt = self.attempt();
            let Ok(connected) = timeout_at(deadline, attempt.connection.clone()).await else {
                return Err(failure::too_late(at));
            };
            let connection = connected.map_err(|error| failure::unavailable(at, &error))?;
            match timeout_at(deadline, connection.query(command)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => {
                    let good = leaves_connection_good(&error);
                    if !good {
                        attempt.is_over();
                    }
                    if good || times == most {
                        return Err(failure::unavailable(at, &error));
                    }
                }
                Err(_) => {
                    // What hangs is not waited for twice; a server that is well answers on a new one.
                    attempt.is_over();
                    return Err(failure::too_late(at));
                }
            }
        }
    }

    fn attempt(&self) -> Attempt {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(attempt) if !attempt.over.load(Ordering::Relaxed) => attempt.clone(),
            _ => latest.insert(Attempt::begin(self.server.clone())).clone(),
        }
    }
}

impl Attempt {
    fn begin(server: Arc<Server>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let failed = over.clone();
        let connection = async move {
            let connected = server.connect().await;
            failed.store(connected.is_err(), Ordering::Relaxed);
            connected
        };
        let connection = connection.boxed().shared();
        // It goes on when the one that began it gives up, and is not resumed by somebody long after its deadline.
        tokio::spawn(connection.clone());
        Self { connection, over }
    }

    fn is_over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Server {
    async fn connect(&self) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => {
                // Answers have the deadline of their operation.
                let config =
                    AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(None);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::Single)
            }
            #[cfg(feature = "cluster")]
            Self::Cluster(client) => match tokio::time::timeout(CONNECT, client.get_async_connection()).await {
                Ok(connected) => connected.map(Connection::Cluster),
                Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            },
        }
    }
}

impl Connection {
    async fn query<T: FromRedisValue>(self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::Single(mut connection) => command.query_async(&mut connection).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(mut connection) => command.query_async(&mut connection).await,
        }
    }
}

/// Whether the next command may use the same connection: the server answered, and is the one to ask.
fn leaves_connection_good(error: &RedisError) -> bool {
    match error.kind() {
        // After a failover the name may lead to another server.
        ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown) => false,
        ErrorKind::Server(_) | ErrorKind::Extension => true,
        _ => false,
    }
}
