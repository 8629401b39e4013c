//! Errors and log lines contain nothing of what was sent or received.

use std::{
    error::Error as StdError,
    io,
    sync::{Mutex, PoisonError},
};

use oauth_core::{Error, ErrorKind, HttpClient, HttpRequest, Method};
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Server, impatient, reply};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

/// Everything an error can be made to say.
fn everything(error: &Error) -> String {
    let mut text = Vec::new();
    let mut next = Some(error as &dyn StdError);
    while let Some(cause) = next {
        text.push(format!("{cause}\n{cause:?}\n{cause:#?}"));
        next = cause.source();
    }
    text.join("\n")
}

// Proves: QH4, QH5
#[tokio::test]
async fn neither_errors_nor_logs_repeat_what_was_sent_or_received() {
    tracing_subscriber::fmt().with_env_filter("trace").with_ansi(false).with_writer(Log).try_init().unwrap();

    let silent = Server::start(|mut connection| async move {
        connection.request().await;
        connection.wait_for_close().await;
    })
    .await;
    let broken = Server::start(|mut connection| async move {
        connection.request().await;
    })
    .await;
    let replying = [
        (
            reply("307 Temporary Redirect\r\nlocation: /planted-location?code=planted-code", b"planted-body"),
            ErrorKind::RedirectRefused,
        ),
        (
            reply("302 Found\r\nlocation: https://planted-user:planted-password@example/#planted", b""),
            ErrorKind::RedirectRefused,
        ),
        (reply("200 OK\r\ncontent-encoding: gzip", b"planted-body"), ErrorKind::Transport),
        (reply("200 OK\r\ncontent-encoding: planted-coding", b"planted-body"), ErrorKind::Transport),
        (reply("200 OK", &b"planted-body".repeat(100_000)), ErrorKind::ReplyTooLarge),
        (b"HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted-body".to_vec(), ErrorKind::Transport),
        (b"HTTP/1.1 200 OK\r\nplanted header\r\n\r\nplanted-body".to_vec(), ErrorKind::Transport),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nplanted\r\n".to_vec(), ErrorKind::Transport),
        (b"planted-status\r\n\r\n".to_vec(), ErrorKind::Transport),
    ];
    let mut cases = vec![(silent, ErrorKind::Timeout), (broken, ErrorKind::Transport)];
    for (bytes, kind) in replying {
        cases.push((Server::replying(bytes).await, kind));
    }

    let client = impatient();
    for (server, kind) in &cases {
        let mut request =
            HttpRequest::new(Method::Post, server.url("/path?access_token=planted-query#planted-fragment"));
        request.set_header("authorization", "Bearer planted-token");
        request.set_header("x-api-key", "planted-key");
        request.set_header("content-type", "application/x-www-form-urlencoded");
        request.body = Some(b"client_secret=planted-secret&code=planted-code".to_vec());
        request.wanted_headers = &["location"];
        let error = client.send(request).await.unwrap_err();
        let text = everything(&error);
        assert_eq!(error.kind(), *kind, "{text}");
        assert!(!text.contains("planted"), "{text}");
        assert!(error.to_string().contains("/path"), "it says what failed: {text}");
    }

    let ok = Server::replying(reply("200 OK\r\nset-cookie: planted-cookie", b"planted-body")).await;
    let mut request = HttpRequest::get(ok.url("/?code=planted-code"));
    request.set_header("authorization", "Bearer planted-token");
    client.send(request).await.unwrap();

    let log = String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    assert!(log.contains("starting new connection"), "the log was not captured: {log}");
    for line in log.lines() {
        assert!(!line.contains("planted"), "{line}");
    }
}
