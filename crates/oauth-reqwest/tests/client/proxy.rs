//! What goes through a proxy of the environment, and what never does.

use std::{env, process::Command};

use oauth_core::{ErrorKind, HttpClient, HttpRequest};
use oauth_reqwest::ReqwestClient;

use crate::server::{Server, get_from_data, reply};

const CHILD: &str = "OAUTH_REQWEST_TEST_CHILD";

#[tokio::test]
async fn only_configured_urls_go_through_the_proxy_and_only_if_asked_for() {
    if env::var_os(CHILD).is_some() {
        return with_proxy_in_environment().await;
    }
    // A process cannot safely change its own environment, so the test runs itself once more in another.
    let proxy = Server::replying(reply("502 Bad Gateway", b"")).await;
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "proxy::only_configured_urls_go_through_the_proxy_and_only_if_asked_for"]);
    child.env(CHILD, "1");
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(variable, proxy.url("/").as_str());
    }
    for variable in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        child.env_remove(variable);
    }
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    let [request] = &proxy.requests()[..] else { panic!("one request: {:?}", proxy.requests()) };
    assert!(request.starts_with("CONNECT idp.example:443 HTTP/1.1\r\n"), "{request}");
}

async fn with_proxy_in_environment() {
    let server = Server::replying(reply("200 OK", b"{}")).await;
    let builder = ReqwestClient::builder().allow_private_network("127.0.0.1");
    for client in [builder.clone().build().unwrap(), builder.clone().system_proxy().build().unwrap()] {
        assert_eq!(client.send(HttpRequest::get(server.url("/"))).await.unwrap().status, 200);
        assert_eq!(client.send(get_from_data(server.url("/"))).await.unwrap().status, 200);
    }
    let url = "https://idp.example/token?code=planted".parse().unwrap();
    let error = builder.system_proxy().build().unwrap().send(HttpRequest::get(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}
