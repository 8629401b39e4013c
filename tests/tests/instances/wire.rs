//! Requests as lean as a load needs them, over a connection that stays open. The bench `logins` includes this file.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection of a browser that does not keep cookies.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    answer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    head: String,
    pub(crate) body: String,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, answer: Vec::with_capacity(4096) })
    }

    pub(crate) async fn get(&mut self, path: &str, cookies: &str) -> io::Result<Answer> {
        self.send(path, cookies).await?;
        let head = loop {
            if let Some(end) = self.answer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let mut answer = Answer { head: text(&self.answer[..head]), body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse::<usize>().unwrap());
        while self.answer.len() < head + length {
            self.read().await?;
        }
        answer.body = text(&self.answer[head..]);
        Ok(answer)
    }

    /// Asks for a page that is a redirect, and for nothing but that.
    pub(crate) async fn get_redirect(&mut self, path: &str) -> io::Result<()> {
        self.send(path, "").await?;
        while !self.answer.ends_with(b"\r\n\r\n") {
            self.read().await?;
        }
        assert!(self.answer.starts_with(b"HTTP/1.1 303 "), "{}", text(&self.answer));
        Ok(())
    }

    async fn send(&mut self, path: &str, cookies: &str) -> io::Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {cookies}\r\n\r\n", self.address);
        self.answer.clear();
        self.stream.write_all(request.as_bytes()).await
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.answer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

impl Answer {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers(name).next()
    }

    fn headers(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// `state` of the login that this answer begins.
    pub(crate) fn state(&self) -> &str {
        let location = self.header("location").unwrap_or_else(|| panic!("{}", self.head));
        location.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap()
    }

    /// What it sets, as a browser sends it back.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
        // One without a value is removed.
        pairs.filter(|pair| !matches!(pair.split_once('='), Some((_, "")))).collect::<Vec<_>>().join("; ")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
