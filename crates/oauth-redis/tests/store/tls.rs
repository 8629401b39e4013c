//! TLS: certificates are verified, and shown where they are demanded.

use std::{fs, path::PathBuf};

use oauth_core::ErrorKind;
use oauth_login::RecordStore;
use oauth_redis::RedisStore;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::{keys::record_key, redis_server::RedisServer, unavailable};

/// An authority, and what it has signed.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = std::env::temp_dir().join(format!("certificates-for-tests-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("authority.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for `name`, and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// A server that calls itself `name`, and demands certificates of its clients or not.
    fn server(&self, name: &str, auth_clients: &str) -> RedisServer {
        let (certificate, key) = self.sign(name);
        let file = |file: &str| self.folder.join(file).display().to_string();
        fs::write(file("server.pem"), certificate).unwrap();
        fs::write(file("server.key"), key).unwrap();
        RedisServer::start_with(&[
            "--port",
            "0",
            "--tls-port",
            "PORT",
            "--tls-cert-file",
            &file("server.pem"),
            "--tls-key-file",
            &file("server.key"),
            "--tls-ca-cert-file",
            &file("authority.pem"),
            "--tls-auth-clients",
            auth_clients,
        ])
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn store(server: &RedisServer) -> RedisStore {
    RedisStore::connect(&server.url().replace("redis://", "rediss://")).unwrap()
}

// Proves: QE1
#[tokio::test]
async fn the_servers_certificate_is_verified() {
    let authority = Authority::new("verified");
    let key = record_key("id").await;
    let server = authority.server("127.0.0.1", "no");
    let trusting = || store(&server).root_certificates(authority.pem()).unwrap();
    trusting().read(&key).await.unwrap();

    let said = unavailable(store(&server).read(&key).await);
    assert!(said.contains("certificate"), "{said}");
    let other = Authority::new("other");
    unavailable(store(&server).root_certificates(other.pem()).unwrap().read(&key).await);
    // In the clear, to a server that wants TLS.
    unavailable(RedisStore::connect(&server.url()).unwrap().read(&key).await);
    drop(server);

    let server = authority.server("elsewhere.example", "no");
    let said = unavailable(store(&server).root_certificates(authority.pem()).unwrap().read(&key).await);
    assert!(said.contains("certificate"), "{said}");
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_gets_it() {
    let authority = Authority::new("mutual");
    let key = record_key("id").await;
    let server = authority.server("127.0.0.1", "yes");
    let trusting = store(&server).root_certificates(authority.pem()).unwrap();
    unavailable(trusting.read(&key).await);
    let (certificate, client_key) = authority.sign("application");
    trusting.client_certificate(certificate, client_key).unwrap().read(&key).await.unwrap();
}

#[tokio::test]
async fn tls_to_a_server_without_it_is_an_error() {
    let server = RedisServer::start();
    unavailable(store(&server).read(&record_key("id").await).await);
}

#[test]
fn unreadable_certificates_are_refused() {
    let at = |url| RedisStore::connect(url).unwrap();
    let (certificate, key) = Authority::new("unreadable").sign("application");
    for refused in [
        at("rediss://localhost").root_certificates("PLANTED"),
        at("rediss://localhost").root_certificates("-----BEGIN CERTIFICATE-----\nPLANTED\n-----END CERTIFICATE-----"),
        at("rediss://localhost").client_certificate(&certificate, "PLANTED"),
        at("redis://localhost").root_certificates(&certificate),
        at("redis://localhost").client_certificate(&certificate, &key),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("PLANTED"));
    }
}
