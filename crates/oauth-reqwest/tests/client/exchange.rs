//! The ordinary exchange, redirects, retries and reuse.

use std::error::Error as _;

use oauth_core::{ErrorKind, HttpClient, HttpRequest, Method};
use oauth_reqwest::ReqwestClient;

use crate::server::{Server, Trap, reply};

#[tokio::test]
async fn request_and_reply_arrive_as_written() {
    let server = Server::replying(reply("201 Created", b"{\"access_token\":\"t\"}")).await;
    let mut request = HttpRequest::new(Method::Post, server.url("/token?tenant=1"));
    request.set_header("content-type", "application/x-www-form-urlencoded");
    request.set_header("authorization", "Basic aWQ6c2VjcmV0");
    request.body = Some(b"grant_type=authorization_code&code=c".to_vec());

    let reply = ReqwestClient::new().unwrap().send(request).await.unwrap();
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body, b"{\"access_token\":\"t\"}");

    let [request] = &server.requests()[..] else { panic!("one request") };
    assert!(request.starts_with("POST /token?tenant=1 HTTP/1.1\r\n"), "{request}");
    for line in [
        "accept: application/json",
        "accept-encoding: gzip",
        "authorization: Basic aWQ6c2VjcmV0",
        "content-length: 36",
        "content-type: application/x-www-form-urlencoded",
    ] {
        assert_eq!(request.lines().filter(|&found| found == line).count(), 1, "{line} in {request}");
    }
    assert!(request.lines().any(|line| line.starts_with("user-agent: oauth-reqwest/")), "{request}");
    assert!(request.ends_with("\r\n\r\ngrant_type=authorization_code&code=c"), "{request}");
}

#[tokio::test]
async fn each_method_is_sent_as_itself() {
    let server = Server::replying(reply("200 OK", b"")).await;
    let client = ReqwestClient::new().unwrap();
    for (method, line) in [(Method::Get, "GET"), (Method::Post, "POST"), (Method::Delete, "DELETE")] {
        client.send(HttpRequest::new(method, server.url("/"))).await.unwrap();
        let requests = server.requests();
        assert!(requests.last().unwrap().starts_with(&format!("{line} / HTTP/1.1\r\n")), "{requests:?}");
    }
}

#[tokio::test]
async fn user_agent_is_the_configured_one_unless_the_request_brings_its_own() {
    let server = Server::replying(reply("200 OK", b"")).await;
    let client = ReqwestClient::builder().user_agent("example-app/1.0").build().unwrap();
    client.send(HttpRequest::get(server.url("/"))).await.unwrap();
    let mut request = HttpRequest::get(server.url("/"));
    request.set_header("user-agent", "reddit:example:v1");
    client.send(request).await.unwrap();

    let agents: Vec<String> = server
        .requests()
        .iter()
        .flat_map(|request| {
            request.lines().filter(|line| line.starts_with("user-agent")).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(agents, ["user-agent: example-app/1.0", "user-agent: reddit:example:v1"]);
}

#[tokio::test]
async fn an_error_status_is_a_reply() {
    for (head, status) in [("400 Bad Request", 400), ("401 Unauthorized", 401), ("503 Service Unavailable", 503)] {
        let server = Server::replying(reply(head, b"{\"error\":\"e\"}")).await;
        let reply = ReqwestClient::new().unwrap().send(HttpRequest::get(server.url("/"))).await.unwrap();
        assert_eq!((reply.status, &reply.body[..]), (status, &b"{\"error\":\"e\"}"[..]));
    }
}

// Proves: QE2
#[tokio::test]
async fn redirects_are_refused_and_not_followed() {
    let client = ReqwestClient::new().unwrap();
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let trap = Trap::set().await;
        let origin = format!("http://{}", trap.address());
        let server = Server::replying(reply(&format!("{status}\r\nlocation: {origin}/steal?x=y"), b"")).await;
        let mut request = HttpRequest::new(Method::Post, server.url("/token"));
        request.body = Some(b"client_secret=s".to_vec());

        let error = client.send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RedirectRefused);
        assert!(error.remedy().is_some());
        let text = error.to_string();
        assert!(text.contains(&origin), "the operator sees where it leads: {text}");
        assert!(!text.contains("steal"), "{text}");
        trap.assert_untouched().await;
    }
}

#[tokio::test]
async fn a_redirect_without_readable_target_is_refused_too() {
    for head in ["302 Found", "302 Found\r\nlocation: http://[", "300 Multiple Choices", "304 Not Modified"] {
        let server = Server::replying(reply(head, b"")).await;
        let error = ReqwestClient::new().unwrap().send(HttpRequest::get(server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RedirectRefused, "{head}");
    }
}

#[tokio::test]
async fn sequential_requests_share_one_connection() {
    let server = Server::replying(reply("200 OK", b"{}")).await;
    let client = ReqwestClient::new().unwrap();
    for _ in 0..5 {
        client.clone().send(HttpRequest::get(server.url("/"))).await.unwrap();
    }
    assert_eq!(server.requests().len(), 5);
    assert_eq!(server.connections(), 1);
}

// Proves: QE5
#[tokio::test]
async fn a_code_is_sent_once_even_if_the_connection_breaks() {
    // The second request on a kept connection is read and then dropped without a reply.
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.write(&reply("200 OK", b"{}")).await.unwrap();
        connection.request().await;
    })
    .await;
    let client = ReqwestClient::new().unwrap();
    client.send(HttpRequest::get(server.url("/warm-up"))).await.unwrap();
    let mut request = HttpRequest::new(Method::Post, server.url("/token"));
    request.body = Some(b"code=once".to_vec());

    let error = client.send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let sent = server.requests().iter().filter(|request| request.ends_with("code=once")).count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn only_wanted_headers_are_kept() {
    let head = "200 OK\r\nETag: \"1\"\r\nLink: <a>\r\nLink: <b>\r\nSet-Cookie: session=secret\r\nX-Odd: \u{fc}";
    let server = Server::replying(reply(head, b"")).await;
    let client = ReqwestClient::new().unwrap();

    let reply = client.send(HttpRequest::get(server.url("/"))).await.unwrap();
    assert_eq!(reply.headers, []);

    let mut request = HttpRequest::get(server.url("/"));
    request.wanted_headers = &["link", "etag", "x-odd", "retry-after"];
    let reply = client.send(request).await.unwrap();
    let expected = [("link", "<a>"), ("link", "<b>"), ("etag", "\"1\"")];
    assert_eq!(reply.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn cookies_of_a_reply_are_not_sent_back() {
    let server = Server::replying(reply("200 OK\r\nset-cookie: a=b; path=/", b"")).await;
    let client = ReqwestClient::new().unwrap();
    for _ in 0..2 {
        client.send(HttpRequest::get(server.url("/"))).await.unwrap();
    }
    assert!(server.requests().iter().all(|request| !request.contains("cookie:")));
}

#[tokio::test]
async fn nobody_listening_is_a_transport_error() {
    let address = Trap::set().await.address();
    let url = format!("http://{address}/token").parse().unwrap();
    let error = ReqwestClient::new().unwrap().send(HttpRequest::get(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.remedy().is_some());
    assert!(error.to_string().contains(&format!("GET http://{address}/token")), "{error}");
    assert!(error.source().is_some(), "the cause is kept: {error:?}");
}

// Proves: QD4
#[tokio::test]
async fn a_header_that_http_does_not_allow_is_an_error() {
    let trap = Trap::set().await;
    let client = ReqwestClient::new().unwrap();
    for (name, value) in [("authorization", "Bearer a\r\nx-injected: b"), ("bad name", "v"), ("", "v")] {
        let mut request = HttpRequest::get(format!("http://{}/", trap.address()).parse().unwrap());
        request.set_header(name, value);
        let error = client.send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{name}");
        assert!(!error.to_string().contains("injected"), "{error}");
    }
    trap.assert_untouched().await;
}
