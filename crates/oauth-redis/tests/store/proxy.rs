//! A network between store and server, in which things go wrong.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fault {
    None,
    /// Commands with this word arrive when the fault is over, also those of connections that are closed by then.
    HoldCommands(&'static str),
    /// Answers arrive when the fault is over.
    HoldAnswers,
    /// Everything takes its time.
    Slow,
    /// Answers arrive byte by byte, with pauses.
    Drip,
    /// The connection ends in the middle of the next answer to a command with this word; then the fault is over.
    Cut(&'static str),
}

pub struct Proxy {
    port: u16,
    server: Arc<AtomicU16>,
    fault: watch::Sender<Fault>,
    /// How many times the connections of that moment were forgotten.
    forgotten: watch::Sender<usize>,
}

impl Proxy {
    /// Begins to pass on to the server at `port`.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            server: Arc::new(AtomicU16::new(port)),
            fault: watch::Sender::new(Fault::None),
            forgotten: watch::Sender::new(0),
        };
        let (server, fault, forgotten) = (proxy.server.clone(), proxy.fault.clone(), proxy.forgotten.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let port = server.load(Ordering::SeqCst);
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                let cut = Arc::new(AtomicBool::new(false));
                tokio::spawn(commands(from_client, to_server, fault.subscribe(), cut.clone()));
                tokio::spawn(answers(from_server, to_client, fault.clone(), forgotten.subscribe(), cut));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// New connections lead to the server at `port`, as when a name does.
    pub fn lead_to(&self, port: u16) {
        self.server.store(port, Ordering::SeqCst);
    }

    /// No answer comes any more over the connections that there are, as when a balancer has forgotten them.
    pub fn forget_connections(&self) {
        self.forgotten.send_modify(|times| *times += 1);
    }

    pub fn fault(&self) -> Fault {
        *self.fault.borrow()
    }
}

async fn commands(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut fault: watch::Receiver<Fault>,
    cut: Arc<AtomicBool>,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]);
        let now = *fault.borrow();
        match now {
            Fault::HoldCommands(word) if text.contains(word) => {
                let _ = fault.wait_for(|fault| *fault != now).await;
            }
            Fault::Cut(word) => cut.store(text.contains(word), Ordering::SeqCst),
            Fault::Slow => tokio::time::sleep(Duration::from_millis(100)).await,
            _ => {}
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    fault: watch::Sender<Fault>,
    forgotten: watch::Receiver<usize>,
    cut: Arc<AtomicBool>,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if forgotten.has_changed().unwrap_or(true) {
            continue;
        }
        let mut answer = &buffer[..length];
        let now = *fault.borrow();
        match now {
            Fault::HoldAnswers => {
                let _ = fault.subscribe().wait_for(|fault| *fault != now).await;
            }
            Fault::Drip => {
                for byte in answer {
                    tokio::time::sleep(Duration::from_millis(400)).await;
                    if to.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
                continue;
            }
            Fault::Cut(_) if cut.load(Ordering::SeqCst) => {
                answer = &answer[..length / 2];
                fault.send_replace(Fault::None);
            }
            _ => {}
        }
        if to.write_all(answer).await.is_err() || answer.len() < length {
            return;
        }
    }
}
