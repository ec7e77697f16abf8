//! Who may talk to the emulator: under which host names, from which pages, and where its redirects lead.
//!
//! The emulator has no secrets, so a page on the internet that is open in a developer's browser must not reach it. This is
//! the one place that decides; `http::guard` asks it about every request.

use std::net::IpAddr;

use axum::http::HeaderMap;
use url::{Host, Url};

/// What is allowed beyond loopback.
#[derive(Debug)]
pub(crate) struct Access {
    /// The address that the emulator listens on.
    bind: IpAddr,
    /// Host names and IP addresses as URLs have them.
    hosts: Vec<String>,
    /// `https://app.example`
    origins: Vec<String>,
}

/// The host and optional port that a request was sent to: an allowed one, in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authority(String);

impl Authority {
    /// Makes an authority of a checked host and port.
    pub(crate) fn new(authority: &str) -> Self {
        Self(authority.to_ascii_lowercase())
    }

    /// Whether this is the origin of the emulator's own pages. `https` is that of a tunnel before it.
    pub(crate) fn is_of(&self, origin: &str) -> bool {
        let rest = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        rest == Some(self.0.as_str())
    }
}

impl Access {
    pub(crate) fn new(bind: IpAddr) -> Self {
        Self {
            bind,
            hosts: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// Allows a host name or an IP address, without a port. Returns `false` for anything else.
    pub(crate) fn add_host(&mut self, host: &str) -> bool {
        let read = Host::parse(host).ok().filter(is_plain);
        // An address of IPv6 has brackets in URLs.
        let found = host.parse().ok().map(Host::Ipv6).or(read);
        self.hosts.extend(found.as_ref().map(Host::to_string));
        found.is_some()
    }

    /// Allows an origin: scheme, host and port, nothing else. Returns `false` for anything else.
    pub(crate) fn add_origin(&mut self, origin: &str) -> bool {
        let read = Url::parse(origin).ok().filter(is_of_web);
        let bare = read
            .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
        let found = bare.map(|url| url.origin().ascii_serialization());
        self.origins.extend(found.clone());
        found.is_some()
    }

    /// Whether a browser may be sent there, or is allowed to say that it comes from there.
    pub(crate) fn allows_url(&self, url: &Url, own: &Authority) -> bool {
        let origin = url.origin().ascii_serialization();
        is_of_web(url)
            && (url.host().is_some_and(|host| is_loopback(&host))
                || self.origins.contains(&origin)
                || own.is_of(&origin))
    }

    /// Whether a page of this origin may talk to the emulator. Browsers send it in one form, and no other form is read.
    pub(crate) fn allows_origin(&self, origin: &str, own: &Authority) -> bool {
        Url::parse(origin).is_ok_and(|url| {
            url.origin().ascii_serialization() == origin && self.allows_url(&url, own)
        })
    }

    /// Whether a link was followed on an allowed page, or by a program. Browsers say where a request comes from, and no
    /// page can make them name another one; a link in the address bar or in a mail comes from nowhere.
    pub(crate) fn trusts_link(&self, headers: &HeaderMap, own: &Authority) -> bool {
        let site = header_text(headers, "sec-fetch-site");
        let agent = header_text(headers, "user-agent").unwrap_or_default();
        let is_browser = site.is_some() || agent.contains("Mozilla/");
        let referer = header_text(headers, "referer").and_then(|referer| Url::parse(referer).ok());
        !is_browser
            || site == Some("same-origin")
            || referer.is_some_and(|referer| self.allows_url(&referer, own))
    }

    pub(crate) fn allows_host(&self, host: &Host<String>) -> bool {
        let is_bound = match host {
            Host::Domain(_) => false,
            Host::Ipv4(ip) => self.is_bound(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => self.is_bound(IpAddr::V6(*ip)),
        };
        is_bound || is_loopback(host) || self.hosts.contains(&host.to_string())
    }

    /// Whether the emulator listens on this address. If it listens on all addresses, any address is its own: addresses,
    /// unlike names, belong to one machine.
    fn is_bound(&self, ip: IpAddr) -> bool {
        !ip.is_unspecified() && (self.bind.is_unspecified() || self.bind == ip)
    }
}

pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a host is an address, or a name without wildcards and the like.
fn is_plain(host: &Host<String>) -> bool {
    let Host::Domain(name) = host else {
        return true;
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().all(fits) && !name.starts_with('.') && !name.ends_with('.')
}

/// Whether a URL is of a web page. URLs with names and passwords are rejected, because they serve to deceive.
fn is_of_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
}

/// Whether a host is always this machine: browsers do not look these names up.
fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let below = name.as_ref().strip_suffix("localhost");
            below.is_some_and(|below| below.is_empty() || (below.len() > 1 && below.ends_with('.')))
        }
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.to_canonical().is_loopback(),
    }
}
