//! Where requests may go: not to addresses that only this machine or its network can reach.
//!
//! Names are looked up for every request, every address that comes back is checked, and the request
//! goes to one of those and no other: what a name says a moment later changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use axum::http::uri::Scheme;
use ipnet::{Ipv4Net, Ipv6Net};
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Which addresses webhooks may go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Over https, to addresses that the whole world can reach.
    #[default]
    Public,
    /// To private addresses too, and without TLS.
    Any,
}

/// Addresses that are not the world's, or belong to no host.
const CLOSED_V4: [Ipv4Net; 15] = [
    Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 8),
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local: here clouds tell machines their secrets.
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 88, 99, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 3),
    // A cloud's own service on an address of the world's.
    Ipv4Net::new_assert(Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// The addresses of IPv6 that are the world's …
const WORLD_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// … but for those of protocols, of tunnels and of documentation.
const CLOSED_V6: [Ipv6Net; 4] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
/// Addresses of IPv4 as networks without it see them.
const TRANSLATED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Tells whether an address is one that the whole world can reach.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            if let Some(mapped) = address.to_ipv4_mapped() {
                return is_public_v4(mapped);
            }
            if TRANSLATED.contains(&address) {
                let [.., a, b, c, d] = address.octets();
                return is_public_v4(Ipv4Addr::new(a, b, c, d));
            }
            WORLD_V6.contains(&address) && !CLOSED_V6.iter().any(|net| net.contains(&address))
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|net| net.contains(&address))
}

/// Checks the address of an endpoint, as far as that can be told without looking its name up.
///
/// # Errors
/// What is wrong with it and what to do, in words.
pub fn check(url: &str, targets: Targets) -> Result<(), String> {
    let wrong = || {
        "`url` is no address to send to. Send one such as https://shop.example/hooks, in ASCII \
         letters."
            .to_owned()
    };
    if url.contains('#') {
        return Err("`url` has a part behind `#`, which is never sent. Leave it out.".to_owned());
    }
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let host = authority.host();
    if authority.as_str().contains('@') {
        return Err("`url` carries a user name. Leave it out: every request is signed.".to_owned());
    }
    // The parser takes any word for a port.
    let port = authority.as_str().strip_prefix(host).unwrap_or_default();
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    if host.is_empty() || !is_whole {
        return Err(wrong());
    }
    let is_https = uri.scheme() == Some(&Scheme::HTTPS);
    if !is_https && uri.scheme() != Some(&Scheme::HTTP) {
        return Err(wrong());
    }
    if targets == Targets::Any {
        return Ok(());
    }
    if !is_https {
        return Err("`url` must begin with https://, so that nobody can read along.".to_owned());
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local = name == "localhost" || name.ends_with(".localhost");
    if is_local || literal.is_ok_and(|address| !is_public(address)) {
        return Err(format!(
            "`url` names {host}, which only this server's own network can reach. Its operator can \
             allow that with --webhooks-allow-private."
        ));
    }
    Ok(())
}

/// Looks names up, and gives away only addresses that requests may go to.
#[derive(Debug, Default)]
pub(super) struct CheckedResolver {
    inner: DefaultResolver,
    targets: Targets,
}

impl CheckedResolver {
    pub(super) fn new(targets: Targets) -> Self {
        Self { inner: DefaultResolver::default(), targets }
    }

    fn check(&self, addresses: &[SocketAddr]) -> Result<(), ureq::Error> {
        let closed = addresses.iter().map(SocketAddr::ip).find(|address| !is_public(*address));
        match closed {
            Some(address) if self.targets == Targets::Public => {
                // One address that is not the world's makes the name suspect as a whole.
                let message =
                    format!("{address} is not a public address, so nothing is sent there");
                Err(ureq::Error::Other(message.into()))
            }
            _ => Ok(()),
        }
    }
}

impl Resolver for CheckedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        self.check(&found)?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ones_own_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.0.9",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "9.9.9.9", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_endpoints_are_checked() {
        for url in [
            "https://shop.example/hooks?x=1",
            "https://shop.example:8443",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(check(url, Targets::Public), Ok(()), "{url}");
        }
        let private = [
            "http://shop.example/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest",
        ];
        for url in private {
            assert!(check(url, Targets::Public).is_err(), "{url}");
            assert_eq!(check(url, Targets::Any), Ok(()), "{url}");
        }
        for url in [
            "shop.example",
            "/hooks",
            "ftp://shop.example/",
            "https://",
            "https:///x",
            "https://user:word@shop.example/",
            "https://shop.example/#part",
            "https://shop.example:port/",
            "https://shop.example:99999/",
            "https://boutique-é.example/",
            "https://shop.example/a b",
            "javascript:alert(1)",
        ] {
            assert!(check(url, Targets::Any).is_err(), "{url}");
        }
    }

    #[test]
    fn one_closed_address_closes_the_name() {
        let addresses: Vec<SocketAddr> =
            ["1.1.1.1:443", "10.0.0.1:443"].map(|address| address.parse().unwrap()).into();
        assert!(CheckedResolver::new(Targets::Public).check(&addresses).is_err());
        assert!(CheckedResolver::new(Targets::Public).check(&addresses[..1]).is_ok());
        assert!(CheckedResolver::new(Targets::Any).check(&addresses).is_ok());
    }
}
