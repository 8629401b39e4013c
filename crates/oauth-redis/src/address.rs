//! The address of a store: read from its URL, and shown without what is secret in it.

use std::time::Duration;

use oauth_core::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use url::Url;

use crate::link::Server;

const PORT: u16 = 6379;
/// How often a quiet connection is used by the system itself. Balancers and firewalls forget quiet ones in minutes.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

const SPELLING: &str = "Write it as redis://user:password@host:6379/0, with rediss:// for TLS and redis-cluster:// for a \
                        cluster, and percent-encode what is special in the password: %23 for #, %2F for /, %40 for @";

/// Where a server or a cluster is, and how to sign in there.
#[derive(Clone)]
pub(crate) struct Address {
    /// The server, or the nodes of a cluster that are asked for the others.
    nodes: Vec<ConnectionInfo>,
    #[cfg(feature = "cluster")]
    cluster: bool,
    #[cfg(feature = "rustls")]
    certificates: redis::TlsCertificates,
    shown: String,
}

impl Address {
    /// Reads `url`, which errors call `name`; they quote nothing of it.
    pub(crate) fn parse(url: &str, name: &str) -> Result<Self> {
        let refused = |what: &str| Error::new(ErrorKind::Configuration, format!("{name} {what}")).with_remedy(SPELLING);
        let url = Url::parse(url).map_err(|_| refused("is not a URL"))?;
        let (scheme, cluster) = match url.scheme().strip_suffix("-cluster") {
            Some(scheme) => (scheme, true),
            None => (url.scheme(), false),
        };
        let tls = match scheme {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(refused("is not the URL of a Redis or Valkey")),
        };
        if tls && cfg!(not(feature = "rustls")) {
            return Err(feature_is_off(name, "rustls"));
        }
        if cluster && cfg!(not(feature = "cluster")) {
            return Err(feature_is_off(name, "cluster"));
        }
        if url.fragment().is_some() {
            return Err(refused("has a fragment, which means nothing here: certificates are always verified"));
        }
        let mut hosts = vec![host(&url).ok_or_else(|| refused("has no host"))?];
        for (key, value) in url.query_pairs() {
            if !cluster || key != "node" {
                return Err(refused("has a parameter that is not `node` of a cluster"));
            }
            hosts.push(node(&value).ok_or_else(|| refused("has a `node` that is not host:port"))?);
        }
        let database = match url.path().trim_start_matches('/') {
            "" => 0,
            number if !cluster => {
                number.parse::<u16>().map_err(|_| refused("has a path that is not the number of a database"))?
            }
            _ => return Err(refused("has a path, but a cluster has one database")),
        };

        let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| refused("is not UTF-8"));
        let mut sign_in = RedisConnectionInfo::default().set_skip_set_lib_name().set_db(database.into());
        if !url.username().is_empty() {
            sign_in = sign_in.set_username(decoded(url.username())?);
        }
        if let Some(password) = url.password() {
            sign_in = sign_in.set_password(decoded(password)?);
        }
        let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keep_alive);

        let listed: Vec<_> = hosts.iter().map(|(host, port)| shown(host, *port)).collect();
        let shown = format!("the store at {}://{}", url.scheme(), listed.join(","));
        let connection = |(host, port)| {
            let address = if tls {
                ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
            } else {
                ConnectionAddr::Tcp(host, port)
            };
            let connection = address.into_connection_info().map_err(|_| refused("is not an address"))?;
            Ok(connection.set_redis_settings(sign_in.clone()).set_tcp_settings(tcp.clone()))
        };
        Ok(Self {
            nodes: hosts.into_iter().map(connection).collect::<Result<_>>()?,
            #[cfg(feature = "cluster")]
            cluster,
            #[cfg(feature = "rustls")]
            certificates: redis::TlsCertificates { client_tls: None, root_cert: None },
            shown,
        })
    }

    /// The address as errors and `Debug` show it: without user, password and database.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whom to connect to.
    pub(crate) fn server(&self) -> Result<Server> {
        let single = |client| Server::Single(Box::new(client));
        let [node, ..] = self.nodes.as_slice() else { return Err(self.refused("has no host")) };
        #[cfg(feature = "rustls")]
        if matches!(node.addr(), ConnectionAddr::TcpTls { .. }) {
            use_aws_lc();
        }
        #[cfg(feature = "cluster")]
        if self.cluster {
            return self.cluster().map(|client| Server::Cluster(Box::new(client)));
        }
        #[cfg(feature = "rustls")]
        if self.has_certificates() {
            let client = Client::build_with_tls(node.clone(), self.certificates.clone());
            return client.map(single).map_err(|_| self.unreadable());
        }
        Client::open(node.clone()).map(single).map_err(|_| self.refused("cannot be used"))
    }

    fn refused(&self, what: &str) -> Error {
        Error::new(ErrorKind::Configuration, format!("{} {what}", self.shown)).with_remedy(SPELLING)
    }
}

#[cfg(feature = "cluster")]
impl Address {
    fn cluster(&self) -> Result<redis::cluster::ClusterClient> {
        let builder = redis::cluster::ClusterClient::builder(self.nodes.clone())
            // Enough for a redirect and a new map of the cluster; what is still wrong then is for the caller to know.
            .retries(3)
            .min_retry_wait(20)
            .max_retry_wait(200)
            .connection_timeout(crate::link::CONNECT)
            // The deadline of the operation comes first: what is only late must not be sent again.
            .response_timeout(crate::link::OPERATION)
            .overall_response_timeout(None);
        #[cfg(feature = "rustls")]
        let builder = if self.has_certificates() { builder.certs(self.certificates.clone()) } else { builder };
        builder.build().map_err(|_| self.refused("cannot be used"))
    }
}

#[cfg(feature = "rustls")]
impl Address {
    /// With the certificates, in PEM, that may have signed the server's.
    pub(crate) fn trusting(mut self, roots: &[u8]) -> Result<Self> {
        use rustls::pki_types::{CertificateDer, pem::PemObject};

        let readable = CertificateDer::pem_slice_iter(roots).collect::<Result<Vec<_>, _>>();
        if readable.is_ok_and(|certificates| certificates.is_empty()) {
            return Err(self.unreadable());
        }
        self.certificates.root_cert = Some(roots.to_vec());
        Ok(self)
    }

    /// With a certificate and its key, in PEM, that are shown to the server.
    pub(crate) fn identified(mut self, certificates: &[u8], key: &[u8]) -> Self {
        let (client_cert, client_key) = (certificates.to_vec(), key.to_vec());
        self.certificates.client_tls = Some(redis::ClientTlsConfig { client_cert, client_key });
        self
    }

    fn has_certificates(&self) -> bool {
        self.certificates.client_tls.is_some() || self.certificates.root_cert.is_some()
    }

    fn unreadable(&self) -> Error {
        Error::new(ErrorKind::Configuration, format!("{} was given certificates that cannot be used", self.shown))
            .with_remedy("Give them in PEM, and only where the URL begins with rediss://")
    }
}

/// The driver takes the process's TLS implementation, and panics if there is none and the build has two.
#[cfg(feature = "rustls")]
fn use_aws_lc() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It fails if somebody else was faster, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

fn host(url: &Url) -> Option<(String, u16)> {
    let host = match url.host()? {
        // Addresses in brackets are for URLs only.
        url::Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    };
    (!host.is_empty()).then(|| (host, url.port().unwrap_or(PORT)))
}

fn shown(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// `host` or `host:port`, and nothing else.
fn node(text: &str) -> Option<(String, u16)> {
    let url = Url::parse(&format!("redis://{text}")).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.path().is_empty();
    if bare && url.query().is_none() && url.fragment().is_none() { host(&url) } else { None }
}

fn feature_is_off(name: &str, feature: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{name} needs the feature `{feature}` of oauth-redis, which is off"))
        .with_remedy(format!("Turn the feature `{feature}` of oauth-redis on, or use a redis:// URL"))
}
