//! Who may talk to the emulator: under which host names, from which pages, and where its redirects lead.
//!
//! It has no secrets, so a page on the internet that is open in a developer's browser must not reach it. This is the one
//! place that decides; every request of every surface passes [`guard`] first.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use url::{Host, Url};

use crate::backend_api;
use crate::backend_api::errors::ApiError;
use crate::world::World;

/// The longest head of a request, in bytes: its target and all headers.
const MAX_HEAD: usize = 32 * 1024;

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What is allowed beyond loopback.
#[derive(Debug)]
pub(crate) struct Access {
    /// The address that the emulator was told to listen on.
    bind: IpAddr,
    /// Host names and IP addresses as URLs have them.
    hosts: Vec<String>,
    /// `https://app.example`
    origins: Vec<String>,
}

/// Host and perhaps port under which a request reached the emulator: an allowed one, in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authority(String);

impl Authority {
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

    /// Allows a host name or an IP address, without a port. False if it is neither.
    pub(crate) fn add_host(&mut self, host: &str) -> bool {
        let read = Host::parse(host).ok().filter(is_plain);
        // An address of IPv6 has brackets in URLs.
        let found = host.parse().ok().map(Host::Ipv6).or(read);
        self.hosts.extend(found.as_ref().map(Host::to_string));
        found.is_some()
    }

    /// Allows an origin: scheme, host and port, nothing else. False if it is none of the web.
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
    fn allows_origin(&self, origin: &str, own: &Authority) -> bool {
        Url::parse(origin).is_ok_and(|url| {
            url.origin().ascii_serialization() == origin && self.allows_url(&url, own)
        })
    }

    /// Whether a link was followed on an allowed page, or by a program. Browsers say where a request comes from, and no
    /// page can make them name another one; a link in the address bar or in a mail comes from nowhere.
    pub(crate) fn trusts_link(&self, headers: &HeaderMap, own: &Authority) -> bool {
        let site = text(headers, "sec-fetch-site");
        let agent = text(headers, "user-agent").unwrap_or_default();
        let is_browser = site.is_some() || agent.contains("Mozilla/");
        let referer = text(headers, "referer").and_then(|referer| Url::parse(referer).ok());
        !is_browser
            || site == Some("same-origin")
            || referer.is_some_and(|referer| self.allows_url(&referer, own))
    }

    fn allows_host(&self, host: &Host<String>) -> bool {
        let is_bound = match host {
            Host::Domain(_) => false,
            Host::Ipv4(ip) => self.is_bound(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => self.is_bound(IpAddr::V6(*ip)),
        };
        is_bound || is_loopback(host) || self.hosts.contains(&host.to_string())
    }

    /// Where it listens on all addresses, any address is one of its own: addresses, unlike names, belong to one machine.
    fn is_bound(&self, ip: IpAddr) -> bool {
        !ip.is_unspecified() && (self.bind.is_unspecified() || self.bind == ip)
    }

    fn check(&self, request: &Request) -> Result<Authority, ApiError> {
        check_size(request)?;
        let own = self.authority(request)?;
        let headers = request.headers();
        let mut origins = headers.get_all(header::ORIGIN).into_iter();
        match (origins.next(), origins.next()) {
            (None, _) => self.check_without_origin(request)?,
            (Some(origin), None)
                if origin
                    .to_str()
                    .is_ok_and(|origin| self.allows_origin(origin, &own)) => {}
            _ => {
                return Err(ApiError::forbidden(
                    "origin_not_allowed",
                    "The emulator accepts requests of pages on loopback hosts only. Start it with --allow-origin ORIGIN (in \
                     Rust: allow_origin) to accept those of another origin.",
                ));
            }
        }
        Ok(own)
    }

    /// Without an origin come navigations, images and scripts of pages, and programs.
    fn check_without_origin(&self, request: &Request) -> Result<(), ApiError> {
        let headers = request.headers();
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_navigation = text(headers, "sec-fetch-mode") == Some("navigate");
        let is_image = request.uri().path().starts_with("/images/");
        if text(headers, "sec-fetch-site") == Some("cross-site")
            && !(is_read && (is_navigation || is_image))
        {
            return Err(ApiError::forbidden(
                "origin_not_allowed",
                "The emulator is no source of scripts, styles or forms for pages of other sites.",
            ));
        }
        Ok(())
    }

    /// The host that the request names, once: in its target, in `Host`, or the same in both.
    fn authority(&self, request: &Request) -> Result<Authority, ApiError> {
        let invalid = |long| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "host_invalid",
                "Invalid host",
                long,
            )
        };
        let mut hosts = request.headers().get_all(header::HOST).into_iter();
        let in_header = hosts.next().map(|host| host.to_str().unwrap_or_default());
        let in_target = request
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        let differ =
            matches!((in_header, in_target), (Some(a), Some(b)) if !a.eq_ignore_ascii_case(b));
        if hosts.next().is_some() || differ {
            return Err(invalid("The request names several hosts."));
        }
        let given = in_header.or(in_target).unwrap_or_default();
        let host = host_of(given)
            .ok_or_else(|| invalid("The request names no host, or not as browsers do."))?;
        if self.allows_host(&host) {
            return Ok(Authority(given.to_ascii_lowercase()));
        }
        Err(ApiError::forbidden(
            "host_not_allowed",
            "The emulator accepts requests to loopback names and to its own address only. Start it with --allow-host \
             HOST (in Rust: allow_host) to be reached under another name.",
        ))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Host and perhaps port, in the form in which browsers send them: addresses in other notations are refused.
fn host_of(authority: &str) -> Option<Host<String>> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let host = host.to_ascii_lowercase();
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let read = Host::parse(&host).ok().filter(|_| is_port)?;
    (read.to_string() == host).then_some(read)
}

/// Whether a host is an address, or a name without wildcards and the like.
fn is_plain(host: &Host<String>) -> bool {
    let Host::Domain(name) = host else {
        return true;
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().all(fits) && !name.starts_with('.') && !name.ends_with('.')
}

/// A page of the web. Names and passwords in URLs only ever deceive.
fn is_of_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
}

/// Whether a host is this machine, whoever asks: browsers do not look these names up.
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

fn check_size(request: &Request) -> Result<(), ApiError> {
    let headers = request.headers().iter();
    let size: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let target = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    if size + target <= MAX_HEAD {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "request_headers_too_large",
        "Request headers too large",
        &format!("The request's target and headers are longer than {MAX_HEAD} bytes."),
    ))
}

/// A layer around everything else: refused requests reach nothing, and are not even remembered.
pub(crate) async fn guard(
    State(world): State<Arc<World>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match world.access.check(&request) {
        Ok(own) => {
            request.extensions_mut().insert(own);
            next.run(request).await
        }
        Err(error) => backend_api::json(error.status, &error.body(&world.ids.hex(32))),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Pages of other origins embed images, and nothing else.
    headers
        .entry(CORP)
        .or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// For answers that pages of other origins may embed.
pub(crate) const EMBEDDABLE: (HeaderName, &str) = (CORP, "cross-origin");
