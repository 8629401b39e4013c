//! Browsers as lean as can be: they are not what is measured.

use std::{cell::RefCell, net::SocketAddr};

use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::application::Application;

/// So many browsers, each with a connection that stays open.
pub struct Browsers {
    address: SocketAddr,
    idle: RefCell<Vec<TcpStream>>,
    at_once: usize,
}

impl Browsers {
    pub fn of(application: &Application, at_once: usize) -> Self {
        Self { address: application.address, idle: RefCell::default(), at_once }
    }

    pub async fn sign_in_many(&self, logins: usize) {
        stream::iter(0..logins).for_each_concurrent(self.at_once, async |_| drop(self.sign_in().await)).await;
    }

    pub async fn abandon(&self, logins: usize) {
        stream::iter(0..logins).for_each_concurrent(self.at_once, async |_| drop(self.begin().await)).await;
    }

    /// A whole login, and that it is one.
    pub async fn sign_in_and_look(&self) {
        let session = self.sign_in().await;
        let me = self.get("/me", &session).await;
        assert!(me.starts_with("HTTP/1.1 200 ") && me.contains("jane@example.com"), "{me}");
    }

    /// Returns the session cookie.
    async fn sign_in(&self) -> String {
        let (state, cookie) = self.begin().await;
        let answer = self.get(&format!("/auth/bitbucket/callback?code=the-code&state={state}"), &cookie).await;
        assert_eq!(header(&answer, "location"), "/", "{answer}");
        cookies(&answer)
    }

    /// Returns `state` and the cookies of the login.
    async fn begin(&self) -> (String, String) {
        let answer = self.get("/auth/bitbucket/login", "").await;
        let state = header(&answer, "location").split(['?', '&']).find_map(|pair| pair.strip_prefix("state="));
        (state.unwrap_or_else(|| panic!("{answer}")).to_owned(), cookies(&answer))
    }

    async fn get(&self, path: &str, cookies: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {cookies}\r\n\r\n", self.address);
        loop {
            let idle = self.idle.borrow_mut().pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => self.connect().await,
            };
            // A connection that the server has closed meanwhile answers nothing.
            if let Some(answer) = exchange(&mut connection, request.as_bytes()).await {
                self.idle.borrow_mut().push(connection);
                return answer;
            }
        }
    }

    async fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).await.expect("a connection");
        connection.set_nodelay(true).expect("a socket");
        connection
    }
}

async fn exchange(connection: &mut TcpStream, request: &[u8]) -> Option<String> {
    connection.write_all(request).await.ok()?;
    let mut answer = Vec::with_capacity(4096);
    while !is_whole(&answer) {
        if connection.read_buf(&mut answer).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8(answer).expect("text"))
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let text = std::str::from_utf8(&answer[..head]).expect("text");
    let length: usize = find(text, "content-length").map_or(0, |length| length.parse().expect("a length"));
    answer.len() >= head + 4 + length
}

fn find<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    find(answer, name).unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// What the answer sets, as a browser sends it back.
fn cookies(answer: &str) -> String {
    let lines = answer.lines().filter_map(|line| line.split_once(": "));
    let set = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()).filter(|pair| !pair.ends_with('='));
    pairs.collect::<Vec<_>>().join("; ")
}
