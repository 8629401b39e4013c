//! Where requests may go: https, loopback, and the guard for URLs from data.

use oauth_core::{ErrorKind, HttpClient, HttpRequest};
use oauth_reqwest::ReqwestClient;

use crate::server::{Server, Trap, get_from_data, reply};

// Proves: QE1
#[tokio::test]
async fn plain_http_is_refused_before_anything_is_sent() {
    let client = ReqwestClient::new().unwrap();
    for url in [
        "http://idp.example/token",
        "http://127.0.0.1.example/token",
        "http://localhost.example/token",
        "http://sub.localhost/token",
        "http://8.8.8.8/token",
        "http://10.0.0.1/token",
        "http://[::ffff:127.0.0.1]/token",
        "http://0.0.0.0/token",
        "ftp://localhost/token",
        "file:///etc/hosts",
    ] {
        let error = client.send(HttpRequest::get(url.parse().unwrap())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
        assert!(error.remedy().unwrap().contains("https"), "{url}: {error}");
        let error = client.send(get_from_data(url.parse().unwrap())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{url}");
    }
}

#[tokio::test]
async fn plain_http_reaches_every_form_of_loopback() {
    let server = Server::replying(reply("200 OK", b"{}")).await;
    let client = ReqwestClient::new().unwrap();
    for host in ["localhost", "LocalHost", "127.0.0.1", "127.1", "0x7f000001"] {
        let reply = client.send(HttpRequest::get(server.url_at(host, "/"))).await;
        assert_eq!(reply.map(|reply| reply.status).ok(), Some(200), "{host}");
    }
}

#[tokio::test]
async fn a_url_with_user_name_or_password_is_refused() {
    let trap = Trap::set().await;
    let client = ReqwestClient::new().unwrap();
    for userinfo in ["user", "user:planted-password", ":planted-password"] {
        let url = format!("http://{userinfo}@{}/token", trap.address()).parse().unwrap();
        let error = client.send(HttpRequest::get(url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{userinfo}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
    trap.assert_untouched().await;
}

// Proves: QE4
#[tokio::test]
async fn a_url_from_data_does_not_lead_to_loopback() {
    let trap = Trap::set().await;
    let client = ReqwestClient::new().unwrap();
    let port = trap.address().port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://127.1:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0177.0.0.01:{port}/"),
        format!("https://0x7F000001:{port}/"),
        format!("https://127.0.0.1.:{port}/"),
        format!("https://LOCALHOST:{port}/"),
        format!("https://%31%32%37.0.0.1:{port}/"),
        format!("https://\u{ff11}\u{ff12}\u{ff17}\u{3002}0\u{3002}0\u{3002}1:{port}/"),
        format!("https://\u{24db}ocalhost:{port}/"),
        format!("https://0:{port}/"),
        format!("https://0.0.0.0:{port}/"),
        format!("https://[::]:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[0:0:0:0:0:0:0:1]:{port}/"),
        format!("https://[::127.0.0.1]:{port}/"),
        format!("https://[::ffff:7f00:1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://[64:ff9b::127.0.0.1]:{port}/"),
        format!("https://[2002:7f00:1::]:{port}/"),
        "https://10.0.0.1/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
    ] {
        let error = client.send(get_from_data(url.parse().unwrap())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddressRefused, "{url}: {error:?}");
        assert!(error.remedy().unwrap().contains("allow_private_network"), "{error}");
    }
    trap.assert_untouched().await;
    // The name of an interface says which network an address is on, and stands in no URL.
    assert!("https://[fe80::1%25eth0]/".parse::<url::Url>().is_err());
}

// Proves: QE4
#[tokio::test]
async fn a_url_from_data_does_not_reuse_a_connection_of_the_operators() {
    let server = Server::replying(reply("200 OK", b"{}")).await;
    let client = ReqwestClient::new().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        client.send(HttpRequest::get(server.url_at(host, "/"))).await.unwrap();
        let error = client.send(get_from_data(server.url_at(host, "/"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddressRefused, "{host}");
    }
    assert_eq!(server.requests().len(), 2);
}

// Proves: QE4
#[tokio::test]
async fn an_exception_opens_what_it_names() {
    let server = Server::replying(reply("200 OK", b"{}")).await;
    for (exception, host, allowed) in [
        ("127.0.0.0/8", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.0/8", "localhost", true),
        ("localhost", "localhost", true),
        ("localhost", "127.0.0.1", false),
        ("10.0.0.0/8", "127.0.0.1", false),
        ("idp.corp.example", "localhost", false),
    ] {
        let client = ReqwestClient::builder().allow_private_network(exception).build().unwrap();
        let outcome = client.send(get_from_data(server.url_at(host, "/"))).await;
        let expected = if allowed { Ok(200) } else { Err(ErrorKind::AddressRefused) };
        assert_eq!(outcome.map(|reply| reply.status).map_err(|error| error.kind()), expected, "{exception} {host}");
    }
}
