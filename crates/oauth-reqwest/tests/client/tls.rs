//! Certificates are verified, and a private authority can be added.

use std::{net::SocketAddr, sync::Arc};

use oauth_core::{ErrorKind, HttpClient, HttpRequest};
use oauth_reqwest::ReqwestClient;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};
use url::Url;

use crate::server::reply;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server whose certificate is for `name`, on a free port.
    async fn serve(&self, name: &str) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ = stream.write_all(&reply("200 OK", b"{}")).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        address
    }
}

fn url(host: &str, address: SocketAddr) -> Url {
    format!("https://{host}:{}/token", address.port()).parse().unwrap()
}

// Proves: QE1
#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let address = Authority::new().serve("localhost").await;
    for client in [
        ReqwestClient::new().unwrap(),
        ReqwestClient::builder().add_root_certificate(Authority::new().pem()).build().unwrap(),
    ] {
        let error = client.send(HttpRequest::get(url("localhost", address))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains("certificate is not trusted"), "{error}");
        assert!(error.remedy().unwrap().contains("add_root_certificate"), "{error}");
    }
}

#[tokio::test]
async fn an_added_authority_is_trusted_for_the_names_it_certifies() {
    let (first, second) = (Authority::new(), Authority::new());
    let bundle = first.pem() + &second.pem();
    let client = ReqwestClient::builder().add_root_certificate(bundle).build().unwrap();
    for authority in [&first, &second] {
        let address = authority.serve("localhost").await;
        assert_eq!(client.send(HttpRequest::get(url("localhost", address))).await.unwrap().status, 200);
        let error = client.send(HttpRequest::get(url("127.0.0.1", address))).await.unwrap_err();
        assert!(error.to_string().contains("certificate is not trusted"), "{error}");
    }
}
