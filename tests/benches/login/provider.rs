//! A provider in a process of its own, as lean as can be: it is not what is measured.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The running provider; it ends when this is dropped.
pub struct Process {
    child: Child,
    pub base_url: String,
}

impl Process {
    pub fn start(delay: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program's path"))
            .args(["--serve", &delay.as_millis().to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let mut base_url = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut base_url).expect("its address");
        Self { child, base_url: base_url.trim().to_owned() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Replies {
    token: Vec<u8>,
    user: Vec<u8>,
    emails: Vec<u8>,
    delay: Duration,
}

pub fn serve(delay: Duration) {
    let token = format!(
        r#"{{"access_token":"{}","refresh_token":"{}","expires_in":7200,"token_type":"bearer","scope":"account email","state":"authorization_code"}}"#,
        "a".repeat(2500),
        "r".repeat(2500)
    );
    let replies = Arc::new(Replies {
        token: reply(&token),
        user: reply(include_str!("user.json")),
        emails: reply(include_str!("emails.json")),
        delay,
    });
    super::runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&replies)));
        }
    });
}

fn reply(body: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body.as_bytes()].concat()
}

async fn connection(mut stream: TcpStream, replies: Arc<Replies>) {
    let _ = stream.set_nodelay(true);
    let mut read = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = request_end(&read) {
                break end;
            }
            match stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let reply = match read.get(..9) {
            Some(b"POST /tok") => &replies.token,
            Some(b"GET /user") => &replies.user,
            _ => &replies.emails,
        };
        read.drain(..end);
        if !replies.delay.is_zero() {
            tokio::time::sleep(replies.delay).await;
        }
        if stream.write_all(reply).await.is_err() {
            return;
        }
    }
}

/// Where the first whole request ends.
fn request_end(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(read.get(..head)?).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    (read.len() >= head + length).then_some(head + length)
}
