//! A place where nobody should ever arrive.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use oauth_core::{Error, ErrorKind, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// Far more than the head of a request and a body of a login.
const MAX_BYTES: usize = 64 * 1024;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_millis(500);
/// What a client would believe that reads it: whatever it asked for, here it is.
const BAIT: &str = r#"{"access_token":"trapped","token_type":"bearer","sub":"trapped","id":"trapped","keys":[]}"#;

/// A listener on a loopback port. Whoever connects was led astray.
///
/// Dropping it closes the port.
#[must_use = "the port is closed when it is dropped"]
pub struct Trap {
    address: SocketAddr,
    hits: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

/// Somebody was led to a [`Trap`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// Method and path, such as `POST /token`; `TLS` where the connection began with a handshake.
    pub request: String,
    /// How many of the secrets that were asked about it carried.
    pub secrets: usize,
}

impl Trap {
    /// Opens a port.
    ///
    /// # Errors
    ///
    /// There is none to listen on.
    pub async fn open() -> Result<Self> {
        let failed = |error| Error::new(ErrorKind::Transport, "the trap cannot listen").with_source(error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let hits = Arc::default();
        let task = tokio::spawn(listen(listener, Arc::clone(&hits)));
        Ok(Self { address, hits, task })
    }

    /// Where it is reached, without a `/` at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Who has arrived so far, in order. `secrets` are looked for in what they sent.
    #[must_use]
    pub fn hits(&self, secrets: &[String]) -> Vec<Hit> {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        hits.iter().map(|bytes| Hit::new(bytes, secrets)).collect()
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trap").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hit {
    fn new(bytes: &[u8], secrets: &[String]) -> Self {
        /// First byte of a TLS handshake (RFC 8446 section 5.1).
        const HANDSHAKE: u8 = 22;
        let text = String::from_utf8_lossy(bytes);
        let line: String = text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
        let path = line.split('?').next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
        let request = if bytes.first() == Some(&HANDSHAKE) { "TLS" } else { path };
        let secrets = secrets.iter().filter(|secret| text.contains(secret.as_str())).count();
        Self { request: request.to_owned(), secrets }
    }
}

async fn listen(listener: TcpListener, hits: Arc<Mutex<Vec<Vec<u8>>>>) {
    loop {
        // Out of file descriptors, most likely: some will come back.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Counted before a byte has come: to connect is enough.
        let number = {
            let mut hits = hits.lock().unwrap_or_else(PoisonError::into_inner);
            hits.push(Vec::new());
            hits.len() - 1
        };
        tokio::spawn(take(stream, Arc::clone(&hits), number));
    }
}

/// Keeps what comes, and answers what looks like a request.
async fn take(mut stream: TcpStream, hits: Arc<Mutex<Vec<Vec<u8>>>>, number: usize) {
    let mut chunk = [0; 4096];
    let mut taken = 0;
    while taken < MAX_BYTES {
        let Ok(Ok(length @ 1..)) = timeout(PATIENCE, stream.read(&mut chunk)).await else { break };
        taken += length;
        let mut hits = hits.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(hit), Some(bytes)) = (hits.get_mut(number), chunk.get(..length)) {
            hit.extend_from_slice(bytes);
        }
    }
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{BAIT}",
        BAIT.len()
    );
    // Whoever came has been counted.
    let _ = stream.write_all(answer.as_bytes()).await;
}
