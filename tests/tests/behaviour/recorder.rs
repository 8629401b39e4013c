//! A proxy in front of an application, which writes down what was asked and answered, byte by byte.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Of 256 bits in base64url; the development provider's codes are as long.
const STATE_LEN: usize = 43;

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) request: String,
    /// Status line, headers in the order of their names, an empty line, the body.
    pub(crate) answer: String,
}

impl Exchange {
    /// Whether the answer, whatever it is, stays out of caches and frames, is what it says, and is for this origin only.
    pub(crate) fn is_protected(&self) -> bool {
        let headers: Vec<_> = self.answer.lines().take_while(|line| !line.is_empty()).collect();
        let has = |start: &str, part: &str| headers.iter().any(|line| line.starts_with(start) && line.contains(part));
        has("cache-control: ", "no-store")
            && has("content-security-policy: ", "default-src 'none'")
            && has("content-security-policy: ", "frame-ancestors 'none'")
            && has("referrer-policy: ", "")
            && has("x-content-type-options: ", "nosniff")
            && !has("access-control-", "")
    }
}

/// Everything that was said to one or several instances of an application, in order.
#[derive(Clone, Default)]
pub(crate) struct Transcript(Arc<Mutex<Vec<Exchange>>>);

impl Transcript {
    pub(crate) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// The application that requests go to at the moment.
#[derive(Clone)]
pub(crate) struct Upstream(Arc<Mutex<SocketAddr>>);

impl Upstream {
    pub(crate) fn set(&self, address: SocketAddr) {
        *self.0.lock().unwrap() = address;
    }

    fn get(&self) -> SocketAddr {
        *self.0.lock().unwrap()
    }
}

/// Listens before there is an application: its origin has to be known first.
pub(crate) struct Recorder {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) upstream: Upstream,
}

impl Recorder {
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address, upstream: Upstream(Arc::new(Mutex::new(address))) }
    }

    /// Passes requests on, one a connection. What differs from run to run is written down by the name it has among
    /// `names`, which are pairs of text and name.
    pub(crate) fn record(self, transcript: Transcript, names: Vec<(String, &'static str)>) -> JoinHandle<()> {
        let names = Arc::new(names);
        tokio::spawn(async move {
            while let Ok((client, _)) = self.listener.accept().await {
                let (upstream, transcript, names) = (self.upstream.get(), transcript.clone(), names.clone());
                // A connection that breaks off has no answer, and nothing is written down.
                tokio::spawn(async move { pass_on(client, upstream, &transcript, &names).await });
            }
        })
    }
}

async fn pass_on(
    client: TcpStream,
    upstream: SocketAddr,
    transcript: &Transcript,
    names: &[(String, &'static str)],
) -> Option<()> {
    let mut client = BufReader::new(client);
    let request = Message::read(&mut client, None).await?;
    let mut server = BufReader::new(TcpStream::connect(upstream).await.ok()?);
    server.write_all(&request.bytes()).await.ok()?;
    let answer = Message::read(&mut server, Some(request.method())).await?;
    let exchange = Exchange {
        request: named(&request.start.split(' ').map(parameters).collect::<Vec<_>>().join(" "), names),
        answer: answer.written(request.method(), names),
    };
    transcript.0.lock().unwrap().push(exchange);
    client.write_all(&answer.bytes()).await.ok()
}

/// A request or an answer (RFC 9112).
struct Message {
    start: String,
    /// Without the line's end.
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Message {
    /// Reads one; an answer to a request of the method `answers_to`.
    async fn read(stream: &mut BufReader<TcpStream>, answers_to: Option<&str>) -> Option<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            stream.read_until(b'\n', &mut line).await.ok()?;
            let line = line.strip_suffix(b"\r\n")?;
            if line.is_empty() {
                break;
            }
            // Odd bytes in a request are passed on as they are, one character each.
            lines.push(line.iter().map(|byte| char::from(*byte)).collect::<String>());
        }
        let start = lines.remove(0);
        let mut message = Self { start, headers: lines, body: Vec::new() };
        assert_eq!(message.header("transfer-encoding"), None, "the recorder knows lengths only");
        let has_body = answers_to != Some("HEAD") && !message.start.contains(" 304 ");
        if let Some(length) = message.header("content-length").filter(|_| has_body) {
            message.body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut message.body).await.ok()?;
        }
        Some(message)
    }

    fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        let pairs = self.headers.iter().filter_map(|line| line.split_once(':'));
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
    }

    fn bytes(&self) -> Vec<u8> {
        let latin1 = |line: &String| line.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<_>>();
        let mut bytes = Vec::new();
        for line in std::iter::once(&self.start).chain(&self.headers) {
            bytes.extend(latin1(line));
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn written(&self, answers_to: &str, names: &[(String, &'static str)]) -> String {
        // The length of what is not sent may be told or not (RFC 9110 section 8.6).
        let is_said = |name: &str| name != "date" && !(name == "content-length" && answers_to == "HEAD");
        let mut headers: Vec<_> = self.headers().filter(|(name, _)| is_said(name)).collect();
        // Stable: of cookies the order counts.
        headers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let headers = headers.into_iter().map(|(name, value)| {
            let value = match name.as_str() {
                "set-cookie" => cookie(value),
                "location" => parameters(value),
                // A list, with or without spaces (RFC 9110 section 5.6.1).
                "allow" => value.replace(' ', ""),
                _ => value.to_owned(),
            };
            format!("{name}: {value}")
        });
        let lines: Vec<_> = std::iter::once(self.start.clone()).chain(headers).collect();
        let text = format!("{}\n\n{}", lines.join("\n"), String::from_utf8_lossy(&self.body));
        named(&text, names)
    }
}

/// A `Set-Cookie` value without what is secret in it.
fn cookie(set_cookie: &str) -> String {
    let (pair, attributes) = set_cookie.split_once(';').unwrap_or((set_cookie, ""));
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    // Each login has a cookie of its own.
    let name = name.find("login-").map_or(name.to_owned(), |at| format!("{}login-…", name.get(..at).unwrap()));
    format!("{name}={};{attributes}", if value.is_empty() { "" } else { "…" })
}

/// An address without what is new in it at each login: `state`, `code`, and what a case makes of them.
fn parameters(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let query = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if value.len() >= STATE_LEN && name != "redirect_uri" => {
            format!("{name}=({} characters)", value.len())
        }
        _ => pair.to_owned(),
    });
    format!("{path}?{}", query.collect::<Vec<_>>().join("&"))
}

fn named(text: &str, names: &[(String, &'static str)]) -> String {
    names.iter().fold(text.to_owned(), |text, (this, name)| text.replace(this, name))
}
