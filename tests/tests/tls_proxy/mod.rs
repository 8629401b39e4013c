//! TLS in front of an application, as in production: a certificate made for the occasion, and plain http behind it.

#![allow(unreachable_pub, clippy::indexing_slicing)]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy, split},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
    server::TlsStream,
};

/// What browsers have sent, connection by connection.
pub type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Accepts TLS with a certificate of its own and passes on what is inside, which is also kept.
pub async fn tls_proxy(host: &'static str, listener: TcpListener, application: SocketAddr, heard: Heard) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([host.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, heard) = (acceptor.clone(), heard.clone());
        tokio::spawn(async move {
            // A browser may open a connection and leave it.
            let Ok(outside) = acceptor.accept(stream).await else { return };
            pass_on(outside, TcpStream::connect(application).await.unwrap(), &heard).await;
        });
    }
}

async fn pass_on(outside: TlsStream<TcpStream>, inside: TcpStream, heard: &Heard) {
    let (mut from_browser, mut to_browser) = split(outside);
    let (mut from_application, mut to_application) = inside.into_split();
    let number = {
        let mut heard = heard.lock().unwrap();
        heard.push(Vec::new());
        heard.len() - 1
    };
    let there = async {
        let mut chunk = [0; 8192];
        while let Ok(length @ 1..) = from_browser.read(&mut chunk).await {
            heard.lock().unwrap()[number].extend_from_slice(&chunk[..length]);
            if to_application.write_all(&chunk[..length]).await.is_err() {
                break;
            }
        }
        let _ = to_application.shutdown().await;
    };
    let back = async {
        let _ = copy(&mut from_application, &mut to_browser).await;
        let _ = to_browser.shutdown().await;
    };
    tokio::join!(there, back);
}
