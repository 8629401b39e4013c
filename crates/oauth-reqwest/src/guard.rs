//! The address guard: which addresses a URL from data may lead to, and the resolver that holds to it.
//!
//! The guard judges the address that is connected to, not the name: a name that passed a check can resolve to
//! something else a moment later.

use std::{
    error::Error as StdError,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use hyper_util::client::legacy::connect::dns::GaiResolver;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use oauth_core::{Error, ErrorKind, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_service::Service as _;
use url::Host;

/// IPv4 networks that are not the public Internet (IANA special-purpose address registry).
const SPECIAL_V4: [Ipv4Net; 18] = [
    v4([0, 0, 0, 0], 8),        // "this network", RFC 791
    v4([10, 0, 0, 0], 8),       // private, RFC 1918
    v4([100, 64, 0, 0], 10),    // carrier-grade NAT, RFC 6598
    v4([127, 0, 0, 0], 8),      // loopback, RFC 1122
    v4([168, 63, 129, 16], 32), // the host of an Azure machine, on every network there
    v4([169, 254, 0, 0], 16),   // link-local and cloud metadata, RFC 3927
    v4([172, 16, 0, 0], 12),    // private, RFC 1918
    v4([192, 0, 0, 0], 24),     // protocol assignments, RFC 6890
    v4([192, 0, 2, 0], 24),     // documentation, RFC 5737
    v4([192, 31, 196, 0], 24),  // AS112, RFC 7535
    v4([192, 52, 193, 0], 24),  // AMT, RFC 7450
    v4([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526
    v4([192, 168, 0, 0], 16),   // private, RFC 1918
    v4([192, 175, 48, 0], 24),  // AS112, RFC 7534
    v4([198, 18, 0, 0], 15),    // benchmarking, RFC 2544
    v4([198, 51, 100, 0], 24),  // documentation, RFC 5737
    v4([203, 0, 113, 0], 24),   // documentation, RFC 5737
    v4([224, 0, 0, 0], 3),      // multicast, reserved and broadcast, RFC 1112
];

/// The global unicast space, RFC 4291. What lies outside is loopback, unspecified, IPv4-mapped and -compatible,
/// NAT64 (RFC 6052, RFC 8215), discard-only, unique local, link-local, multicast, or not assigned.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// IPv6 networks inside [`GLOBAL_V6`] that are not the public Internet.
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6([0x2001, 0, 0], 23), // Teredo, benchmarking, ORCHID and other protocol assignments, RFC 2928
    v6([0x2001, 0xdb8, 0], 32), // documentation, RFC 3849
    v6([0x2002, 0, 0], 16), // 6to4, which embeds any IPv4 address, RFC 3056
    v6([0x2620, 0x4f, 0x8000], 48), // AS112, RFC 7534
    v6([0x3fff, 0, 0], 20), // documentation, RFC 9637
];

const fn v4(address: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(start: [u16; 3], prefix: u8) -> Ipv6Net {
    let [a, b, c] = start;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// Whether `host` is this machine by its form; that `localhost` resolves to it is for the resolver to see.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_localhost(name: &str) -> bool {
    without_root(name).eq_ignore_ascii_case("localhost")
}

/// A name without the dot that marks it as fully qualified.
fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// The guard with its exceptions.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
}

impl Guard {
    /// Reads exceptions: networks, addresses and host names.
    pub(crate) fn with_exceptions(exceptions: &[String]) -> Result<Self> {
        let mut guard = Self::default();
        for exception in exceptions {
            if let Ok(network) = exception.parse::<IpNet>() {
                guard.networks.push(network);
            } else if let Ok(address) = exception.parse::<IpAddr>() {
                guard.networks.push(address.into());
            } else {
                match Host::parse(exception) {
                    // A wildcard would never match; better said now than wondered at later.
                    Ok(Host::Domain(name)) if !name.contains('*') => guard.hosts.push(without_root(&name).to_owned()),
                    _ => return Err(not_an_exception(exception)),
                }
            }
        }
        Ok(guard)
    }

    /// Whether an address may be connected to.
    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }

    fn permits_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(without_root(name)))
    }
}

fn not_an_exception(text: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("allow_private_network: {text:?} is not a network or host"))
        .with_remedy(
            "Write a network as 10.20.0.0/16 or fd00:1::/32, an address or a host name, without scheme and port.",
        )
}

/// Resolves names through the operating system and drops the addresses that must not be connected to.
pub(crate) struct Resolver {
    guard: Option<Arc<Guard>>,
}

impl Resolver {
    /// For URLs that the operator wrote: any address will do, but `localhost` is this machine.
    pub(crate) fn unguarded() -> Self {
        Self { guard: None }
    }

    /// For URLs from data.
    pub(crate) fn guarded(guard: Arc<Guard>) -> Self {
        Self { guard: Some(guard) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.guard.clone();
        Box::pin(async move {
            let found = GaiResolver::new().call(name.as_str().parse()?).await?.collect();
            let permitted = permitted(guard.as_deref(), name.as_str(), found)?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

fn permitted(guard: Option<&Guard>, name: &str, mut found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let first = found.first().map(SocketAddr::ip);
    if is_localhost(name) {
        // Plain http may be spoken to it, so a resolver that sends it elsewhere is not believed.
        found.retain(|address| address.ip().is_loopback());
        if let (Some(address), true) = (first, found.is_empty()) {
            return Err(Refused::NotLoopback(address));
        }
    }
    if let Some(guard) = guard.filter(|guard| !guard.permits_host(name)) {
        found.retain(|address| guard.permits(address.ip()));
        if let (Some(address), true) = (first, found.is_empty()) {
            return Err(Refused::NotPublic(address));
        }
    }
    Ok(found)
}

/// Why a name's addresses were all refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    NotPublic(IpAddr),
    NotLoopback(IpAddr),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPublic(address) => write!(f, "{address} is not a public address"),
            Self::NotLoopback(address) => write!(f, "localhost resolves to {address}"),
        }
    }
}

impl StdError for Refused {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn guard(exceptions: &[&str]) -> Guard {
        Guard::with_exceptions(&exceptions.iter().map(|&exception| exception.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect()
    }

    // Proves: QE4
    #[test]
    fn only_public_addresses_are_public() {
        #[rustfmt::skip]
        let table = [
            // First and last address of each network, and its neighbours where they are public.
            ("0.0.0.0", false), ("0.255.255.255", false), ("1.0.0.0", true),
            ("9.255.255.255", true), ("10.0.0.0", false), ("10.255.255.255", false), ("11.0.0.0", true),
            ("100.63.255.255", true), ("100.64.0.0", false), ("100.100.100.200", false),
            ("100.127.255.255", false), ("100.128.0.0", true),
            ("126.255.255.255", true), ("127.0.0.1", false), ("127.255.255.255", false), ("128.0.0.0", true),
            ("168.63.129.15", true), ("168.63.129.16", false), ("168.63.129.17", true),
            ("169.253.255.255", true), ("169.254.0.0", false), ("169.254.169.254", false), ("169.255.0.0", true),
            ("172.15.255.255", true), ("172.16.0.0", false), ("172.31.255.255", false), ("172.32.0.0", true),
            ("192.0.0.192", false), ("192.0.1.0", true), ("192.0.2.1", false),
            ("192.31.196.1", false), ("192.52.193.1", false), ("192.88.99.1", false), ("192.175.48.1", false),
            ("192.167.255.255", true), ("192.168.0.0", false), ("192.168.255.255", false), ("192.169.0.0", true),
            ("198.17.255.255", true), ("198.18.0.0", false), ("198.19.255.255", false), ("198.20.0.0", true),
            ("198.51.100.1", false), ("203.0.113.1", false),
            ("223.255.255.255", true), ("224.0.0.1", false), ("239.255.255.255", false),
            ("240.0.0.1", false), ("255.255.255.255", false),
            ("8.8.8.8", true), ("104.192.136.1", true),

            ("::", false), ("::1", false),
            ("::7f00:1", false),                   // IPv4-compatible
            ("::ffff:127.0.0.1", false), ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", false), // IPv4-mapped
            ("::ffff:0:10.0.0.1", false),          // IPv4-translated
            ("64:ff9b::10.0.0.1", false), ("64:ff9b::8.8.8.8", false), ("64:ff9b:1::1", false), // NAT64
            ("100::1", false), ("5f00::1", false), // discard-only, SRv6
            ("2001::1", false), ("2001:0:4136:e378:8000:63bf:3fff:fdd2", false), // Teredo
            ("2001:2::1", false), ("2001:10::1", false), ("2001:20::1", false), ("2001:1ff::1", false),
            ("2001:200::1", true), ("2001:db7::1", true), ("2001:db8::1", false), ("2001:db9::1", true),
            ("2002:7f00:1::", false), ("2002:808:808::1", false), ("2003::1", true), // 6to4
            ("2620:4f:8000::1", false), ("3fff::1", false), ("3fff:1000::1", true),
            ("2401:1d80:321c::1", true), ("2606:4700::1", true),
            ("4000::1", false), ("fc00::1", false), ("fd00:ec2::254", false),
            ("fe80::1", false), ("fec0::1", false), ("ff02::1", false),
        ];
        for (address, public) in table {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn exceptions_are_networks_addresses_and_hosts() {
        let guard = guard(&["10.20.0.0/16", "fd00:1::/32", "192.168.1.7", "::1", "IdP.Corp.Example."]);
        for (address, permitted) in [
            ("10.20.255.1", true),
            ("10.21.0.1", false),
            ("fd00:1:2::3", true),
            ("fd00:2::1", false),
            ("192.168.1.7", true),
            ("192.168.1.8", false),
            ("::1", true),
            ("127.0.0.1", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(guard.permits(address.parse().unwrap()), permitted, "{address}");
        }
        assert!(guard.permits_host("idp.corp.example"));
        assert!(guard.permits_host("idp.corp.example."));
        assert!(!guard.permits_host("corp.example"));
        assert!(!guard.permits_host("evil.idp.corp.example"));
    }

    #[test]
    fn an_exception_that_could_never_match_is_an_error() {
        for text in ["", "https://idp.example", "idp.example:8443", "10.0.0.0/40", "*.corp.example", "a b"] {
            let error = Guard::with_exceptions(&[text.to_owned()]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
            assert!(error.remedy().is_some(), "{text}");
        }
    }

    // Proves: QE4
    #[test]
    fn of_mixed_answers_only_the_permitted_remain() {
        let guard = guard(&["10.20.0.0/16", "idp.corp.example"]);
        let found = addresses(&["10.0.0.1", "8.8.8.8", "10.20.0.1", "::1"]);
        assert_eq!(permitted(Some(&guard), "idp.example", found.clone()), Ok(addresses(&["8.8.8.8", "10.20.0.1"])));
        assert_eq!(permitted(Some(&guard), "idp.corp.example", found.clone()), Ok(found.clone()));
        assert_eq!(permitted(None, "idp.example", found.clone()), Ok(found));
    }

    // Proves: QE4
    #[test]
    fn a_name_without_a_permitted_address_is_refused() {
        let guard = guard(&[]);
        let private = addresses(&["10.0.0.1", "fd00::1"]);
        let refused = Err(Refused::NotPublic("10.0.0.1".parse().unwrap()));
        assert_eq!(permitted(Some(&guard), "idp.example", private.clone()), refused);
        let loopback = addresses(&["127.0.0.1"]);
        assert_eq!(
            permitted(Some(&guard), "localhost", loopback.clone()),
            Err(Refused::NotPublic("127.0.0.1".parse().unwrap()))
        );
    }

    #[test]
    fn localhost_is_this_machine_or_nothing() {
        let elsewhere = addresses(&["8.8.8.8"]);
        let refused = Err(Refused::NotLoopback("8.8.8.8".parse().unwrap()));
        for name in ["localhost", "LOCALHOST", "localhost."] {
            assert_eq!(permitted(None, name, elsewhere.clone()), refused, "{name}");
            assert_eq!(permitted(Some(&guard(&["localhost"])), name, elsewhere.clone()), refused, "{name}");
        }
        assert_eq!(permitted(None, "localhost", addresses(&["8.8.8.8", "::1"])), Ok(addresses(&["::1"])));
    }
}
