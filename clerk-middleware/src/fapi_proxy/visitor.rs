//! The visitor's address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::{FORWARDED, HeaderName};
use http::{HeaderMap, HeaderValue};

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// With these headers a proxy says which address a request came from. Visitors can send them too.
pub(super) static ADDRESSES: [HeaderName; 9] = [
    FORWARDED,
    FORWARDED_FOR,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("cf-connecting-ip"),
    HeaderName::from_static("cf-connecting-ipv6"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("fastly-client-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("x-cluster-client-ip"),
];

/// Which address the [`FrontendApiProxy`](crate::FrontendApiProxy) sends to Clerk as the visitor's. Clerk limits the number of
/// sign-in attempts by address and records it with the session, so an address that visitors can choose defeats both.
///
/// If the chosen source has no address, the address of the connection is sent.
///
/// ```
/// use clerk_middleware::{FrontendApiProxyOptions, VisitorAddress};
/// use http::HeaderName;
///
/// // One load balancer in front of this server, which appends to `X-Forwarded-For`.
/// let balanced = FrontendApiProxyOptions::new()
///     .visitor_address(VisitorAddress::ForwardedFor { trusted_hops: 1 });
/// // Only Cloudflare can reach this server.
/// let behind_cloudflare = FrontendApiProxyOptions::new()
///     .visitor_address(VisitorAddress::Header(HeaderName::from_static("cf-connecting-ip")));
/// # let _ = (balanced, behind_cloudflare);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VisitorAddress {
    /// The address of the connection, and no header. The default. Behind a proxy this is the proxy's address.
    #[default]
    Connection,
    /// The address that the outermost trusted proxy appended to `X-Forwarded-For`: the entry at position `trusted_hops`,
    /// counted from the end. What visitors write themselves comes before it and is not read.
    ForwardedFor {
        /// How many proxies are in front of this server, each of which appends the address of its own connection. With 0
        /// the header is not read. With a number that is too large, visitors choose their address.
        trusted_hops: usize,
    },
    /// The value of this header, if it occurs once. Choose a header that the proxy in front of this server sets on every
    /// request, overwriting what the visitor sent, such as nginx with `proxy_set_header X-Real-IP $remote_addr`.
    Header(HeaderName),
}

impl VisitorAddress {
    /// Returns the visitor's address as the value of a header.
    pub(super) fn header_value(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Option<HeaderValue> {
        let named = match self {
            Self::Connection => None,
            Self::ForwardedFor { trusted_hops } => from_the_end(headers, *trusted_hops),
            Self::Header(name) => only_value(headers, name),
        };
        // An IPv4 address may be written in the form of IPv6.
        let address = named.and_then(parse).or(peer)?.to_canonical();
        HeaderValue::from_str(&address.to_string()).ok()
    }
}

/// Returns the entry at this position from the end. A header in several lines is read as one list.
fn from_the_end(headers: &HeaderMap, hops: usize) -> Option<&[u8]> {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let entries = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let entries: Vec<&[u8]> = entries.collect();
    let index = entries.len().checked_sub(hops)?;
    entries.get(index).copied()
}

fn only_value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    let only = values.next()?;
    // If there are several, one of them does not come from the proxy.
    values.next().is_none().then(|| only.as_bytes())
}

/// Parses an address. Some proxies add the port.
fn parse(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bracketed = || {
        let address = text.strip_prefix('[')?.strip_suffix(']')?;
        address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PEER: &str = "5.5.5.5";

    fn address(source: &VisitorAddress, headers: &[(&str, &str)], peer: Option<&str>) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let address = source.header_value(&map, peer.map(|peer| peer.parse().unwrap()));
        address.map_or_else(String::new, |address| address.to_str().unwrap().to_owned())
    }

    #[test]
    fn by_default_no_header_says_who_the_visitor_is() {
        let all = [
            ("x-forwarded-for", "3.3.3.3"),
            ("x-real-ip", "2.2.2.2"),
            ("cf-connecting-ip", "1.1.1.1"),
            ("forwarded", "for=4.4.4.4"),
        ];
        let default = VisitorAddress::default();
        assert_eq!(address(&default, &all, Some(PEER)), PEER);
        assert_eq!(address(&default, &all, None), "");
        assert_eq!(address(&default, &[], Some("::ffff:5.5.5.5")), PEER);
        assert_eq!(address(&default, &[], Some("2001:db8::1")), "2001:db8::1");
    }

    #[test]
    fn hops_are_counted_from_the_end_of_the_list() {
        let at = |trusted_hops, lines: &[&str]| {
            let headers: Vec<(&str, &str)> = lines
                .iter()
                .map(|line| ("x-forwarded-for", *line))
                .collect();
            let source = VisitorAddress::ForwardedFor { trusted_hops };
            address(&source, &headers, Some(PEER))
        };
        let forged = ["6.6.6.6, 7.7.7.7, 1.1.1.1, 2.2.2.2"];
        assert_eq!(at(0, &forged), PEER);
        assert_eq!(at(1, &forged), "2.2.2.2");
        assert_eq!(at(2, &forged), "1.1.1.1");
        assert_eq!(at(2, &["6.6.6.6", "1.1.1.1", "2.2.2.2"]), "1.1.1.1");
        assert_eq!(at(1, &["6.6.6.6,,", "1.1.1.1"]), "1.1.1.1");
        // Too few entries, and entries that are not addresses.
        assert_eq!(at(2, &["1.1.1.1"]), PEER);
        assert_eq!(at(usize::MAX, &forged), PEER);
        assert_eq!(at(1, &[]), PEER);
        for text in ["", " ", "unknown", "1.1.1.1 2.2.2.2", "1.1.1", "_hidden"] {
            assert_eq!(at(1, &[text]), PEER, "{text}");
        }
        for (text, expected) in [
            ("1.1.1.1:8080", "1.1.1.1"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("::ffff:1.1.1.1", "1.1.1.1"),
        ] {
            assert_eq!(at(1, &[text]), expected, "{text}");
        }
    }

    #[test]
    fn a_header_with_two_values_is_not_read() {
        let source = VisitorAddress::Header(HeaderName::from_static("x-real-ip"));
        let real = ("x-real-ip", "1.1.1.1");
        assert_eq!(address(&source, &[real], Some(PEER)), "1.1.1.1");
        assert_eq!(address(&source, &[real, real], Some(PEER)), PEER);
        let list = ("x-real-ip", "1.1.1.1, 2.2.2.2");
        assert_eq!(address(&source, &[list], Some(PEER)), PEER);
        assert_eq!(
            address(&source, &[("x-forwarded-for", "1.1.1.1")], Some(PEER)),
            PEER
        );
    }
}
