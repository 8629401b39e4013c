//! Whose request it is, for limits on what strangers may ask for.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use ipnet::IpNet;
use oauth_core::{Error, ErrorKind, Result};

/// The proxies in front of this application whose `X-Forwarded-For` is believed. By default none is.
///
/// Anybody can send the header. It counts only as far as each hop, from the application outwards, is one of these
/// networks; the first address that is not is the client's.
///
/// ```
/// use oauth_login::TrustedProxies;
///
/// let proxies = TrustedProxies::parse("10.0.0.0/8, 192.0.2.1")?;
/// let client = proxies.client("10.1.2.3".parse()?, [b"6.6.6.6, 198.51.100.7".as_slice()]);
/// assert_eq!(client.to_string(), "198.51.100.7");
///
/// let direct = proxies.client("203.0.113.9".parse()?, [b"6.6.6.6".as_slice()]);
/// assert_eq!(direct.to_string(), "203.0.113.9");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Who is to be counted as one client: an IPv4 address, or the /64 network of an IPv6 address, since that is what one
/// customer gets and may roam in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientAddress(IpAddr);

impl TrustedProxies {
    /// None: the client is whoever is connected.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads a comma-separated list of addresses and networks.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] naming the entry that is neither.
    pub fn parse(list: &str) -> Result<Self> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let networks = entries.map(|entry| {
            let network = entry.parse().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                Error::new(ErrorKind::Configuration, format!("`{}` is no trusted proxy", entry.escape_default()))
                    .with_remedy("Write addresses and networks such as 10.0.0.0/8, 192.0.2.1")
            })
        });
        networks.collect::<Result<_>>().map(Self)
    }

    /// The client behind a connection from `peer` with these values of `X-Forwarded-For`, in the order received.
    #[must_use]
    pub fn client<'h>(
        &self,
        peer: IpAddr,
        forwarded_for: impl IntoIterator<Item = &'h [u8], IntoIter: DoubleEndedIterator>,
    ) -> ClientAddress {
        let mut client = peer.to_canonical();
        let hops = forwarded_for.into_iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
        for hop in hops {
            if !self.0.iter().any(|network| network.contains(&client)) {
                break;
            }
            // What a proxy of ours did not write is nobody's address; the request then counts as the proxy's own.
            let Some(address) = read_address(hop) else { break };
            client = address;
        }
        ClientAddress(match client {
            IpAddr::V4(_) => client,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

/// An address, perhaps with a port, as proxies write it.
fn read_address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let address = match hop.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0.parse().ok()?,
        None => hop.parse().ok().or_else(|| hop.rsplit_once(':')?.0.parse().ok())?,
    };
    Some(IpAddr::to_canonical(&address))
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    // Proves: QA8, QH2
    #[test]
    fn forwarding_headers_count_only_from_a_trusted_peer() {
        let proxies = TrustedProxies::parse("10.0.0.0/8,2001:db8:ffff::/48, 127.0.0.1").unwrap();
        for (peer, headers, client) in [
            // Whoever is not a proxy says nothing about themselves.
            ("203.0.113.9", &["1.1.1.1"][..], "203.0.113.9"),
            ("203.0.113.9", &[], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            // The client wrote the left part.
            ("10.0.0.1", &["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["10.9.9.9, 1.1.1.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, junk"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7, "], "10.0.0.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
            ("2001:db8:ffff::1", &["[2001:db8:1:2:3:4:5:6]:443"], "2001:db8:1:2::/64"),
            ("2001:db8:1:2:aaaa::1", &[], "2001:db8:1:2::/64"),
            ("127.0.0.1", &["2001:db8:1:2::9"], "2001:db8:1:2::/64"),
        ] {
            let found = proxies.client(peer.parse().unwrap(), headers.iter().map(|value| value.as_bytes()));
            assert_eq!(found.to_string(), client, "{peer} {headers:?}");
        }
        let nobody = TrustedProxies::none().client("10.0.0.1".parse().unwrap(), [b"1.1.1.1".as_slice()]);
        assert_eq!(nobody.to_string(), "10.0.0.1");
    }

    #[test]
    fn a_list_that_is_not_addresses_is_refused_by_its_entry() {
        assert_eq!(TrustedProxies::parse(" ,").unwrap(), TrustedProxies::none());
        for list in ["10.0.0.0/33", "proxy.example", "10.0.0.1 10.0.0.2", "10.0.0.1, x"] {
            let error = TrustedProxies::parse(list).unwrap_err().to_string();
            assert!(error.contains("is no trusted proxy"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(value in proptest::collection::vec(any::<u8>(), 0..200)) {
            let proxies = TrustedProxies::parse("0.0.0.0/0,::/0").unwrap();
            let _ = proxies.client("10.0.0.1".parse().unwrap(), [value.as_slice()]);
        }
    }
}
