//! Servers written on bare sockets, so that they can say what no HTTP library would let them say.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use oauth_core::{HttpRequest, UrlTrust};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

/// One accepted connection.
pub(crate) struct Connection {
    stream: TcpStream,
    seen: Arc<Seen>,
}

impl Server {
    /// Serves every connection with `serve`.
    pub(crate) async fn start<F, S>(serve: S) -> Self
    where
        S: Fn(Connection) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(Connection { stream, seen: Arc::clone(&seen) }));
            }
        });
        server
    }

    /// Answers every request with the same bytes and keeps the connection.
    pub(crate) async fn replying(reply: impl Into<Vec<u8>>) -> Self {
        let reply: Arc<[u8]> = reply.into().into();
        Self::start(move |mut connection| {
            let reply = Arc::clone(&reply);
            async move {
                while connection.request().await.is_some() {
                    if connection.write(&reply).await.is_err() {
                        break;
                    }
                }
            }
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn url_at(&self, host: &str, path: &str) -> Url {
        format!("http://{host}:{}{path}", self.address.port()).parse().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Connection {
    /// Reads one request with its body; none if the client went away.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    let request = text.into_owned();
                    self.seen.requests.lock().unwrap().push(request.clone());
                    return Some(request);
                }
            }
            if self.stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Waits until the client closes the connection.
    pub(crate) async fn wait_for_close(&mut self) {
        while self.stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
    }
}

/// A listener that nobody should ever connect to.
pub(crate) struct Trap(TcpListener);

impl Trap {
    pub(crate) async fn set() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// Connections queue up in order: if the first is our own, there was none before.
    pub(crate) async fn assert_untouched(self) {
        let own = TcpStream::connect(self.address()).await.unwrap();
        let (_first, peer) = self.0.accept().await.unwrap();
        assert_eq!(peer, own.local_addr().unwrap(), "the trap was connected to");
    }
}

/// A reply with a length and a body.
pub(crate) fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    let mut reply = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    reply.extend_from_slice(body);
    reply
}

/// A `GET` of a URL that came from data.
pub(crate) fn get_from_data(url: Url) -> HttpRequest {
    let mut request = HttpRequest::get(url);
    request.url_trust = UrlTrust::FromData;
    request
}

/// A client with short deadlines, for servers that would use up the usual ones.
pub(crate) fn impatient() -> oauth_reqwest::ReqwestClient {
    oauth_reqwest::ReqwestClient::builder().timeout(std::time::Duration::from_millis(300)).build().unwrap()
}
