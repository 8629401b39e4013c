//! Deadlines, sizes and content codings.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use oauth_core::{ErrorKind, HttpClient, HttpRequest, HttpResponse, Result};
use oauth_reqwest::ReqwestClient;
use tokio::time::sleep;

use crate::server::{Server, impatient, reply};

async fn get(server: &Server) -> Result<HttpResponse> {
    ReqwestClient::new().unwrap().send(HttpRequest::get(server.url("/"))).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A server that begins with `head` and then says `chunk` until the client goes away.
async fn endless(head: &'static str, chunk: impl Into<Vec<u8>>, pause: Duration) -> Server {
    let chunk = chunk.into();
    Server::start(move |mut connection| {
        let chunk = chunk.clone();
        async move {
            connection.request().await;
            let mut written = connection.write(head.as_bytes()).await;
            while written.is_ok() {
                sleep(pause).await;
                written = connection.write(&chunk).await;
            }
        }
    })
    .await
}

// Proves: QE3
#[tokio::test]
async fn a_server_that_never_answers_ends_by_the_deadline() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.wait_for_close().await;
    })
    .await;
    let error = impatient().send(HttpRequest::get(server.url("/"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("300ms"), "{error}");
}

// Proves: QE3
#[tokio::test]
async fn a_tls_handshake_that_never_ends_does_so_by_the_connect_deadline() {
    let server = Server::start(|mut connection| async move { connection.wait_for_close().await }).await;
    let client = ReqwestClient::builder().connect_timeout(Duration::from_millis(300)).build().unwrap();
    let mut url = server.url("/");
    url.set_scheme("https").unwrap();
    let error = client.send(HttpRequest::get(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("connecting did not end within 300ms"), "{error}");
}

// Proves: QE3
#[tokio::test]
async fn headers_and_bodies_that_drip_end_by_the_deadline() {
    for (head, chunk) in [
        ("HTTP/1.1 200 OK\r\nx: ", "y"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", "z"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nz\r\n"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "x"),
        // Announcements of an answer, of which none is one.
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n"),
    ] {
        let server = endless(head, chunk, Duration::from_millis(20)).await;
        let error = impatient().send(HttpRequest::get(server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{head}");
    }
}

// Proves: QE3
#[tokio::test]
async fn an_endless_body_is_cut() {
    let plain = "x".repeat(0x4000);
    let chunked = format!("4000\r\n{plain}\r\n");
    for (head, chunk) in [
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", &plain),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &chunked),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", &plain),
        // Coded bytes count as well, even if they would unpack to nothing.
        ("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n", &plain),
    ] {
        let server = endless(head, chunk.as_str(), Duration::ZERO).await;
        let error = get(&server).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReplyTooLarge, "{head}: {error:?}");
        assert!(error.to_string().contains("1048576 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_not_waited_for() {
    let server = Server::replying("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await;
    let error = impatient().send(HttpRequest::get(server.url("/"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReplyTooLarge);
}

// Proves: QE3
#[tokio::test]
async fn endless_headers_are_cut() {
    // One value without end, and lines without end.
    for chunk in ["y".repeat(0x4000), "y\r\nx: y".repeat(2000)] {
        let server = endless("HTTP/1.1 200 OK\r\nx: ", chunk, Duration::ZERO).await;
        assert_eq!(get(&server).await.unwrap_err().kind(), ErrorKind::Transport);
    }
}

// Proves: QE3
#[tokio::test]
async fn what_surrounds_a_body_is_cut_or_ends_by_the_deadline() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (head, chunk, ends) in [
        ("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(500), ErrorKind::Timeout),
        ("", "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".repeat(500), ErrorKind::Timeout),
        // The extension of a chunk, and trailers.
        (chunked, "1;x=".to_owned() + &"y".repeat(0x4000), ErrorKind::Transport),
        (chunked, "0\r\nx: ".to_owned() + &"y".repeat(0x4000), ErrorKind::Transport),
        (chunked, "0\r\n".to_owned() + &"x: y\r\n".repeat(5000), ErrorKind::Transport),
    ] {
        let server = endless(head, chunk.as_str(), Duration::ZERO).await;
        let error = impatient().send(HttpRequest::get(server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind(), ends, "{head}{chunk:.40}: {error:?}");
    }
}

// Proves: QE3
#[tokio::test]
async fn an_answer_after_announcements_is_read() {
    let announced = [
        &b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n"[..],
        &reply("200 OK", b"hello"),
    ];
    let server = Server::replying(announced.concat()).await;
    assert_eq!(get(&server).await.unwrap().body, b"hello");
}

#[tokio::test]
async fn a_content_length_that_lies_does_no_harm() {
    let server = Server::replying(&b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello, and much more"[..]).await;
    assert_eq!(get(&server).await.unwrap().body, b"hello");

    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort").await.unwrap();
    })
    .await;
    assert_eq!(get(&server).await.unwrap_err().kind(), ErrorKind::Transport);

    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ] {
        let server = Server::replying(head).await;
        assert_eq!(get(&server).await.unwrap_err().kind(), ErrorKind::Transport, "{head}");
    }
}

#[tokio::test]
async fn the_limit_itself_is_still_allowed() {
    let client = ReqwestClient::builder().max_body_bytes(1000).build().unwrap();
    let fits = vec![b'x'; 1000];
    let over = vec![b'x'; 1001];
    for gzipped in [false, true] {
        let coded = |body: &[u8]| {
            if gzipped { reply("200 OK\r\ncontent-encoding: gzip", &gzip(body)) } else { reply("200 OK", body) }
        };
        let server = Server::replying(coded(&fits)).await;
        assert_eq!(client.send(HttpRequest::get(server.url("/"))).await.unwrap().body, fits);
        let server = Server::replying(coded(&over)).await;
        let error = client.send(HttpRequest::get(server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReplyTooLarge, "gzip: {gzipped}");
    }
}

#[tokio::test]
async fn a_body_in_many_pieces_is_put_together() {
    let body: Vec<u8> = (0..200_000_u32).map(|index| b'a' + u8::try_from(index % 26).unwrap()).collect();
    let with_length = reply("200 OK", &body);
    let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(777) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    for reply in [with_length, chunked] {
        let server = Server::replying(reply).await;
        assert!(get(&server).await.unwrap().body == body);
    }
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_the_connection() {
    for version in ["HTTP/1.0", "HTTP/1.1"] {
        let server = Server::start(move |mut connection| async move {
            connection.request().await;
            let reply = format!("{version} 200 OK\r\ncontent-type: application/json\r\n\r\n{{\"uuid\":\"{{1}}\"}}");
            connection.write(reply.as_bytes()).await.unwrap();
        })
        .await;
        assert_eq!(get(&server).await.unwrap().body, b"{\"uuid\":\"{1}\"}", "{version}");
    }
}

#[tokio::test]
async fn gzip_is_decoded() {
    for head in [
        "200 OK\r\ncontent-encoding: gzip",
        "200 OK\r\ncontent-encoding: x-gzip",
        "401 Unauthorized\r\nContent-Encoding: GZIP",
    ] {
        let server = Server::replying(reply(head, &gzip(b"{\"uuid\":\"{1}\"}"))).await;
        assert_eq!(get(&server).await.unwrap().body, b"{\"uuid\":\"{1}\"}", "{head}");
    }
    let server = Server::replying(&b"HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n"[..]).await;
    assert_eq!(get(&server).await.unwrap().body, b"");
}

// Proves: QE3
#[tokio::test]
async fn a_gzip_bomb_is_cut() {
    let bomb = gzip(&vec![0; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let server = Server::replying(reply("200 OK\r\ncontent-encoding: gzip", &bomb)).await;
    assert_eq!(get(&server).await.unwrap_err().kind(), ErrorKind::ReplyTooLarge);
}

// Proves: QE3
#[tokio::test]
async fn other_codings_and_damaged_gzip_are_errors() {
    let mut cut_short = gzip(b"{\"uuid\":\"{1}\"}");
    cut_short.truncate(15);
    let twice = gzip(&gzip(b"{}"));
    for (head, body) in [
        ("content-encoding: gzip", &b"{}"[..]),
        ("content-encoding: gzip", &cut_short),
        ("content-encoding: gzip, gzip", &twice),
        ("content-encoding: gzip\r\ncontent-encoding: gzip", &twice),
        ("content-encoding: br", b"\x0b\x01\x80{}\x03"),
        ("content-encoding: deflate", b"{}"),
        ("content-encoding: zstd", b"{}"),
    ] {
        let server = Server::replying(reply(&format!("200 OK\r\n{head}"), body)).await;
        let error = get(&server).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{head}");
        assert!(error.to_string().contains("gzip"), "{error}");
    }
}

// Proves: QE3
#[tokio::test]
async fn a_host_that_hangs_takes_its_own_places_only() {
    let arrived = Arc::new(AtomicUsize::new(0));
    let hanging = Server::start({
        let arrived = Arc::clone(&arrived);
        move |mut connection| {
            let arrived = Arc::clone(&arrived);
            async move {
                connection.request().await;
                arrived.fetch_add(1, Ordering::SeqCst);
                connection.wait_for_close().await;
            }
        }
    })
    .await;
    let healthy = Server::replying(reply("200 OK", b"hello")).await;
    let client = ReqwestClient::builder().timeout(Duration::from_secs(2)).max_concurrent_requests(4).build().unwrap();
    let hung: Vec<_> = (0..20)
        .map(|_| {
            let (client, url) = (client.clone(), hanging.url("/"));
            tokio::spawn(async move { client.send(HttpRequest::get(url)).await.unwrap_err() })
        })
        .collect();
    while arrived.load(Ordering::SeqCst) < 4 {
        tokio::task::yield_now().await;
    }
    for _ in 0..8 {
        assert_eq!(client.send(HttpRequest::get(healthy.url("/"))).await.unwrap().body, b"hello");
    }
    assert_eq!(arrived.load(Ordering::SeqCst), 4, "the others wait");
    let mut waited = 0;
    for hung in hung {
        let error = hung.await.unwrap();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        waited += usize::from(error.to_string().contains("was not begun"));
    }
    assert!(waited > 0, "waiting counts towards the deadline");
}
