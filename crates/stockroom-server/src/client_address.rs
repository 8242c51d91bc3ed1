//! Which address a request comes from: the peer's, or what a trusted proxy says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use ipnet::IpNet;

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Returns the client's address: the nearest that is not a trusted proxy's.
///
/// Anybody can send the header, so it counts only as far as those that wrote it are trusted: it is read
/// from its end, where each proxy adds the address that it was asked from.
pub fn client_address(parts: &Parts, trusted: &[IpNet]) -> IpAddr {
    // Without a connection, as in a test without one, all come from nowhere.
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let mut address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let values = parts.headers.get_all(FORWARDED_FOR);
    let said: Vec<&str> =
        values.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let mut said = said.into_iter().rev();
    while is_trusted(address, trusted) {
        match said.next().map(parse) {
            Some(Some(before)) => address = before,
            // What is said further on comes from nobody that is known.
            Some(None) | None => break,
        }
    }
    address.to_canonical()
}

/// Tells whether the one who connected is a trusted proxy, so that what it says counts.
pub fn is_from_proxy(parts: &Parts, trusted: &[IpNet]) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|peer| is_trusted(peer.0.ip(), trusted))
}

/// Returns the text by which requests from an address are counted: a network of IPv6 is one
/// client's, who may take any address of it.
pub fn counted_as(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Reads an address or a network, such as `10.0.0.0/8`.
///
/// # Errors
/// What it must be, in words.
pub fn parse_network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().ok().map(|address| address.to_canonical().into());
    text.parse::<IpNet>()
        .ok()
        .map(|network| network.trunc())
        .or_else(address)
        .ok_or_else(|| "it must be an address or a network, such as 10.0.0.0/8".to_owned())
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// Reads an address as proxies write it, some of them with the port.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn check(peer: &str, headers: &[&str], expected: &str) {
        let mut request = Request::builder();
        for header in headers {
            request = request.header(FORWARDED_FOR, *header);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 9)));
        let trusted = [parse_network("10.0.0.0/8").unwrap(), parse_network("::1").unwrap()];
        let found = client_address(&parts, &trusted);
        assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {headers:?}");
    }

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        check("203.0.113.7", &[], "203.0.113.7");
        check("203.0.113.7", &["198.51.100.1"], "203.0.113.7");
        check("10.0.0.2", &["198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.2", &["198.51.100.1:5555"], "198.51.100.1");
        check("::1", &["[2001:db8::7]:443"], "2001:db8::7");
        // The first was sent by the client itself.
        check("10.0.0.2", &["192.0.2.66, 198.51.100.1, 10.0.0.3"], "198.51.100.1");
        check("10.0.0.2", &["192.0.2.66", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.2", &[], "10.0.0.2");
        check("10.0.0.2", &["unknown"], "10.0.0.2");
        check("10.0.0.2", &["198.51.100.1, unknown"], "10.0.0.2");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let counted = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(counted("203.0.113.7"), "203.0.113.7");
        assert!(parse_network("10.0.0.0/33").is_err() && parse_network("proxy").is_err());
        assert_eq!(parse_network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(parse_network("::ffff:10.0.0.1").unwrap().to_string(), "10.0.0.1/32");
    }
}
