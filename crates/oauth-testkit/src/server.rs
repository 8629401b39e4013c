//! The running provider: its connections, and the handle by which a test sees and steers it.

use std::{convert::Infallible, fmt, future::Future, pin::pin, sync::Arc, time::Duration};

use http_body_util::combinators::BoxBody;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use oauth_core::{Error, ErrorKind, ProviderConfig, ProviderSpec, Result};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    authorize,
    builder::{DevProviderBuilder, Options},
    endpoint::{Endpoint, RecordedRequest},
    fault::{Fault, Kind},
    openid::{self, IdTokenFault, Keys},
    page,
    person::TestPerson,
    shared::{Shared, setting_name},
    token, user_info,
    wire::{Received, Reply},
};

/// How long a connection may go on after the provider was stopped.
const GRACE: Duration = Duration::from_secs(1);

/// A provider that plays a spec on a loopback port of this process.
///
/// It signs in anybody as anybody and is no place for real accounts. Dropping it stops it; [`stop`](Self::stop) also
/// waits until it has.
///
/// ```
/// use oauth_bitbucket::BITBUCKET;
/// use oauth_core::Registry;
/// use oauth_reqwest::ReqwestClient;
/// use oauth_testkit::{DevProvider, Endpoint};
///
/// # #[tokio::main]
/// # async fn main() -> oauth_core::Result<()> {
/// let provider = DevProvider::builder(&BITBUCKET).start().await?;
/// let registry = Registry::builder()
///     .http_client(ReqwestClient::new()?)
///     .provider(&BITBUCKET)
///     .instance(provider.config())
///     .build()?;
/// assert!(registry.get("bitbucket").is_ok());
/// assert_eq!(provider.count(Endpoint::Token), 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "the provider stops when it is dropped"]
pub struct DevProvider {
    shared: Arc<Shared>,
    /// Closing it is the signal to stop.
    running: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl DevProvider {
    /// Settings of a provider that plays `spec`.
    pub fn builder(spec: &'static ProviderSpec) -> DevProviderBuilder {
        DevProviderBuilder::new(spec)
    }

    pub(crate) async fn start(options: Options) -> Result<Self> {
        let failed = |error| {
            Error::new(ErrorKind::Transport, format!("the development provider cannot listen on {}", options.address))
                .with_source(error)
        };
        let listener = TcpListener::bind(options.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let keys = Keys::new(&options)?;
        let shared = Arc::new(Shared::new(options, format!("http://{address}"), keys));
        let (running, stopped) = watch::channel(());
        let task = tokio::spawn(serve(listener, Arc::clone(&shared), stopped));
        Ok(Self { shared, running, task })
    }

    /// Where it is reached, without a `/` at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The spec it plays.
    #[must_use]
    pub fn spec(&self) -> &'static ProviderSpec {
        self.shared.spec()
    }

    /// The configuration of an instance that signs in here, under the provider's own name.
    #[must_use]
    pub fn config(&self) -> ProviderConfig {
        self.config_as(self.spec().name())
    }

    /// The same under a name of the application's choice.
    #[must_use]
    pub fn config_as(&self, instance: &str) -> ProviderConfig {
        self.shared.config_as(instance)
    }

    /// The same configuration as environment variables, for an application in a process of its own.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let prefix = format!("OAUTH_{}_", setting_name(self.spec().name()));
        let client_id = ("CLIENT_ID".to_owned(), self.shared.options.client_id.clone());
        std::iter::once(client_id)
            .chain(self.shared.settings())
            .map(|(name, value)| (format!("{prefix}{name}"), value))
            .collect()
    }

    /// The people to sign in as.
    #[must_use]
    pub fn people(&self) -> &[TestPerson] {
        &self.shared.options.people
    }

    /// Every request to an endpoint of the spec so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.state().requests.clone()
    }

    /// How many requests have arrived at `endpoint`.
    #[must_use]
    pub fn count(&self, endpoint: Endpoint) -> usize {
        self.shared.state().requests.iter().filter(|request| request.endpoint == endpoint).count()
    }

    /// Every secret so far: client secret, states, codes, code verifiers, tokens. For tests that search an
    /// application's log and pages for them.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.shared.state().secrets.iter().cloned().collect()
    }

    /// Lets the next request to `endpoint` fail. Several calls are for several requests, in order.
    pub fn fail_once(&self, endpoint: Endpoint, fault: Fault) {
        self.shared.state().faults_once.entry(endpoint).or_default().push_back(fault);
    }

    /// Lets every request to `endpoint` fail, until [`recover`](Self::recover).
    pub fn fail(&self, endpoint: Endpoint, fault: Fault) {
        self.shared.state().faults.insert(endpoint, fault);
    }

    /// Ends the faults of `endpoint`.
    pub fn recover(&self, endpoint: Endpoint) {
        let mut state = self.shared.state();
        state.faults.remove(&endpoint);
        state.faults_once.remove(&endpoint);
    }

    /// Makes new keys of the provider. What was signed before is no longer verifiable: the key set has the new key only.
    ///
    /// # Errors
    ///
    /// The operating system gave no random bytes.
    pub fn rotate_keys(&self) -> Result<()> {
        let keys = Keys::new(&self.shared.options)?;
        self.shared.state().keys = keys;
        Ok(())
    }

    /// Gives ID tokens a fault, or ends it.
    pub fn spoil_id_tokens(&self, fault: impl Into<Option<IdTokenFault>>) {
        self.shared.state().id_token_fault = fault.into();
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Stops the provider and waits until its port and its connections are closed, a second at most.
    pub async fn stop(self) {
        let Self { running, task, .. } = self;
        drop(running);
        // It fails only if the runtime is ending, and then it has stopped.
        let _ = task.await;
    }
}

impl fmt::Debug for DevProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevProvider")
            .field("spec", &self.spec().name())
            .field("base_url", &self.shared.base_url)
            .finish_non_exhaustive()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut running: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Nobody sends: it ends when the handle is gone.
            _ = running.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared), running.clone()));
                }
                // Out of file descriptors, most likely: some will come back.
                Err(_) => sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, mut running: watch::Receiver<()>) {
    let stopped = running.clone();
    let service = service_fn(move |request| answer(request, Arc::clone(&shared), stopped.clone()));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // How a connection ended concerns its client.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = running.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(GRACE, connection).await;
        }
    }
}

/// What a reply consists of.
pub(crate) type Body = BoxBody<Bytes, Dropped>;

/// Ends the connection without an answer, or without the rest of it.
#[derive(Debug)]
pub(crate) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was dropped")
    }
}

impl std::error::Error for Dropped {}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    running: watch::Receiver<()>,
) -> Result<Response<Body>, Dropped> {
    let received = match Received::read(request).await {
        Ok(received) => received,
        Err(reply) => return Ok(reply.into_response()),
    };
    let Some((endpoint, values)) = shared.endpoint_at(&received.path) else {
        return Ok(page::other(&shared, &received).into_response());
    };
    let number = shared.record(endpoint, &received);
    if endpoint != Endpoint::Authorize && !shared.options.delay.is_zero() {
        unless_stopped(sleep(shared.options.delay), running.clone()).await?;
    }
    let told = shared.state().told.clone();
    let fault = shared.next_fault(endpoint).or_else(|| told.as_ref()?.fault(endpoint));
    let mut reply = match fault.map(|fault| fault.0) {
        None => respond(&shared, endpoint, &values, &received),
        Some(Kind::Reply { status, headers, body }) => Reply { status, headers, body },
        Some(Kind::Drop) => return Err(Dropped),
        Some(Kind::Hang) => {
            let never: Infallible = unless_stopped(std::future::pending(), running).await?;
            match never {}
        }
    };
    if let Some(request) = shared.state().requests.get_mut(number) {
        request.status = Some(reply.status);
    }
    let Some(told) = told else { return Ok(reply.into_response()) };
    told.spoil(&shared, endpoint, &mut reply);
    Ok(told.deliver(endpoint, reply))
}

/// What an endpoint does when nothing is to go wrong.
pub(crate) fn respond(
    shared: &Shared,
    endpoint: Endpoint,
    values: &[(&'static str, String)],
    received: &Received,
) -> Reply {
    match endpoint {
        Endpoint::Authorize => authorize::reply(shared, received),
        Endpoint::PushedAuthorization => authorize::pushed(shared, received),
        Endpoint::Token | Endpoint::Refresh => token::reply(shared, endpoint, received),
        Endpoint::Revoke => token::revocation_reply(shared, received),
        Endpoint::Discovery => openid::metadata(shared),
        Endpoint::Jwks => openid::key_set(shared),
        Endpoint::UserInfo | Endpoint::Call(_) => user_info::reply(shared, endpoint, values, received),
    }
}

/// The output of `future`, unless the provider is stopped before.
async fn unless_stopped<T>(future: impl Future<Output = T>, mut running: watch::Receiver<()>) -> Result<T, Dropped> {
    tokio::select! {
        output = future => Ok(output),
        _ = running.changed() => Err(Dropped),
    }
}
