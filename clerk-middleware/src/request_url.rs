//! The URL of a request as its sender sees it.

use http::Version;
use http::header::{HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use url::Url;

use crate::options::{AuthenticateOptions, ForwardedHeaders};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Returns the URL of a request as its sender sees it, with a lower-case host and without the default port.
///
/// The scheme comes from `X-Forwarded-Proto` if forwarded headers are trusted, else from the request itself, else it is
/// `http`. The host comes from `X-Forwarded-Host` if forwarded headers are trusted, else from the request: from `:authority`
/// in HTTP/2 and later, from the `Host` header in HTTP/1. If a header has a list, its first entry counts. `ws` and `wss` are
/// read as `http` and `https`. An invalid scheme or host, or a host with credentials, is skipped; the other of the two still
/// counts. A path such as `//elsewhere.example` stays a path.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, public_url};
///
/// let (parts, ()) = http::Request::get("/page?x=1")
///     .header("host", "10.0.0.1:3000")
///     .header("x-forwarded-host", "app.example.com")
///     .header("x-forwarded-proto", "https")
///     .body(())?
///     .into_parts();
/// let url = public_url(&parts, &AuthenticateOptions::new());
/// assert_eq!(url.as_str(), "https://app.example.com/page?x=1");
/// # Ok::<(), http::Error>(())
/// ```
pub fn public_url(parts: &Parts, options: &AuthenticateOptions) -> Url {
    SentTo::of(parts, options).public_url(options)
}

/// What the URL of a request follows from. It is quick to read and small, so that it can be kept for those who ask for the URL.
pub(crate) struct SentTo {
    scheme: &'static str,
    /// The texts that may name the host, in the order in which they count.
    hosts: [Option<Box<str>>; 3],
    target: Box<str>,
}

impl SentTo {
    pub(crate) fn of(parts: &Parts, options: &AuthenticateOptions) -> Self {
        let [mut host, mut forwarded_host, mut forwarded_proto] = [None; 3];
        // One pass, because a look-up by name takes longer. The first header of a name counts.
        for (name, value) in &parts.headers {
            let header = if name == HOST {
                &mut host
            } else if name == FORWARDED_HOST {
                &mut forwarded_host
            } else if name == FORWARDED_PROTO {
                &mut forwarded_proto
            } else {
                continue;
            };
            header.get_or_insert(value);
        }
        let forwarded = |header| match options.forwarded_headers {
            ForwardedHeaders::Trusted => text(header).map(first_of),
            ForwardedHeaders::Ignored => None,
        };
        let scheme = forwarded(forwarded_proto)
            .and_then(web_scheme)
            .or_else(|| parts.uri.scheme_str().and_then(web_scheme))
            .unwrap_or("http");
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        // In HTTP/2 the header is at best a copy of the authority; in HTTP/1 the header is what Clerk's other SDKs and most
        // proxies use.
        let [sent_to, otherwise] = if parts.version < Version::HTTP_2 {
            [text(host), authority]
        } else {
            [authority, text(host)]
        };
        let target = parts.uri.path_and_query().map(PathAndQuery::as_str);
        let target = target.filter(|target| target.starts_with('/'));
        Self {
            scheme,
            hosts: [forwarded(forwarded_host), sent_to, otherwise].map(|host| host.map(Box::from)),
            target: target.unwrap_or("/").into(),
        }
    }

    /// See [`public_url`].
    pub(crate) fn public_url(&self, options: &AuthenticateOptions) -> Url {
        let origin = self.public_origin(options);
        // Joined as text: the authority is complete, so a path cannot become part of it.
        Url::parse(&format!(
            "{}{}",
            origin.as_str().trim_end_matches('/'),
            self.target
        ))
        .unwrap_or(origin)
    }

    fn public_origin(&self, options: &AuthenticateOptions) -> Url {
        if let Some(origin) = options.public_origin.as_deref().and_then(parse_origin) {
            return origin;
        }
        let mut hosts = self.hosts.iter().flatten();
        let asked = hosts.find_map(|host| origin(self.scheme, host));
        let fallback = options.trusted_hosts.first();
        match (asked, fallback) {
            (Some(origin), None) => origin,
            (Some(origin), Some(_)) if is_trusted(&origin, &options.trusted_hosts) => origin,
            (asked, fallback) => {
                let host = fallback.map_or("localhost", String::as_str);
                origin(self.scheme, host).or(asked).unwrap_or_else(local)
            }
        }
    }
}

fn text(header: Option<&HeaderValue>) -> Option<&str> {
    header?.to_str().ok()
}

/// Returns the first entry of a list.
fn first_of(list: &str) -> &str {
    list.split(',').next().unwrap_or_default().trim()
}

/// Returns the scheme of a page, also for a web socket.
fn web_scheme(scheme: &str) -> Option<&'static str> {
    let is = |name| scheme.eq_ignore_ascii_case(name);
    if is("https") || is("wss") {
        Some("https")
    } else if is("http") || is("ws") {
        Some("http")
    } else {
        None
    }
}

/// Returns the URL for a request without a host.
#[allow(clippy::expect_used, reason = "the text is a constant")]
fn local() -> Url {
    Url::parse("http://localhost/").expect("a URL")
}

pub(crate) fn is_trusted(origin: &Url, hosts: &[String]) -> bool {
    hosts.iter().any(|host| {
        self::origin(origin.scheme(), host)
            .is_some_and(|trusted| trusted.origin() == origin.origin())
    })
}

/// Parses an origin, such as `https://app.example.com`.
pub(crate) fn parse_origin(text: &str) -> Option<Url> {
    let (scheme, host) = text.split_once("://")?;
    origin(scheme, host)
}

/// Returns the origin with this scheme and this host, which may have a port. Anything after the host is dropped.
pub(crate) fn origin(scheme: &str, host: &str) -> Option<Url> {
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // A slash would move the host into the credentials or the path.
    if !is_web || host.is_empty() || host.starts_with(['/', '\\']) || host.contains('@') {
        return None;
    }
    let mut url = Url::parse(&format!("{scheme}://{host}")).ok()?;
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    url.has_host().then_some(url)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url_of(uri: &str, headers: &[(&str, &str)], options: &AuthenticateOptions) -> String {
        let mut request = http::Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        public_url(&parts, options).into()
    }

    #[test]
    fn a_path_never_becomes_the_host() {
        let default = AuthenticateOptions::new();
        for (uri, url) in [
            ("//evil.example/x", "http://h.com//evil.example/x"),
            ("///evil.example/x", "http://h.com///evil.example/x"),
            ("http://h.com//evil.example", "http://h.com//evil.example"),
            ("/@evil.example", "http://h.com/@evil.example"),
            ("*", "http://h.com/"),
        ] {
            assert_eq!(url_of(uri, &[("host", "h.com")], &default), url);
        }
    }

    #[test]
    fn what_is_no_web_origin_is_passed_over() {
        let default = AuthenticateOptions::new();
        for (name, value) in [
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-proto", "ht tp"),
            ("x-forwarded-host", "a:b@evil.example"),
            ("x-forwarded-host", "/evil.example"),
            ("x-forwarded-host", "a b"),
            ("x-forwarded-host", ""),
        ] {
            let headers = [("host", "h.com"), (name, value)];
            assert_eq!(
                url_of("/a", &headers, &default),
                "http://h.com/a",
                "{value}"
            );
        }
    }

    #[test]
    fn a_scheme_of_no_page_keeps_the_forwarded_host() {
        let default = AuthenticateOptions::new();
        for (proto, url) in [
            ("wss", "https://p.com/a"),
            ("WS", "http://p.com/a"),
            ("wss, http", "https://p.com/a"),
            ("javascript", "http://p.com/a"),
            ("", "http://p.com/a"),
        ] {
            let headers = [
                ("host", "h.com"),
                ("x-forwarded-host", "p.com"),
                ("x-forwarded-proto", proto),
            ];
            assert_eq!(url_of("/a", &headers, &default), url, "{proto}");
        }
    }

    #[test]
    fn a_forwarded_host_that_is_none_keeps_the_scheme() {
        let default = AuthenticateOptions::new();
        for host in [
            "a:b@evil.example",
            "/evil.example",
            "a b",
            "",
            "h.com:99999",
        ] {
            let headers = [
                ("host", "h.com"),
                ("x-forwarded-host", host),
                ("x-forwarded-proto", "https"),
            ];
            assert_eq!(
                url_of("/a", &headers, &default),
                "https://h.com/a",
                "{host}"
            );
        }
    }

    /// Returns the URL of an HTTP/2 request.
    fn url_of_http2(uri: &str, headers: &[(&str, &str)]) -> String {
        let mut request = http::Request::get(uri).version(Version::HTTP_2);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        public_url(&parts, &AuthenticateOptions::new()).into()
    }

    #[test]
    fn http2_has_its_host_in_the_authority() {
        let https = ("x-forwarded-proto", "https");
        let uri = "http://h.com:8080/a";
        assert_eq!(url_of_http2(uri, &[]), "http://h.com:8080/a");
        assert_eq!(url_of_http2(uri, &[https]), "https://h.com:8080/a");
        assert_eq!(
            url_of_http2(uri, &[("host", "evil.example"), https]),
            "https://h.com:8080/a"
        );
        assert_eq!(
            url_of_http2(uri, &[("x-forwarded-host", "p.com, b.com"), https]),
            "https://p.com/a"
        );
        assert_eq!(url_of_http2("https://[::1]:3/a", &[]), "https://[::1]:3/a");
        assert_eq!(
            url_of_http2("https://u:p@evil.example/a", &[("host", "h.com")]),
            "https://h.com/a"
        );
        assert_eq!(url_of_http2("/a", &[("host", "h.com")]), "http://h.com/a");
    }

    #[test]
    fn http1_has_its_host_in_the_header() {
        let default = AuthenticateOptions::new();
        let headers = [("host", "h.com")];
        assert_eq!(
            url_of("http://x.com/a", &headers, &default),
            "http://h.com/a"
        );
        assert_eq!(url_of("http://x.com/a", &[], &default), "http://x.com/a");
        let headers = [("x-forwarded-proto", "https")];
        assert_eq!(
            url_of("http://x.com/a", &headers, &default),
            "https://x.com/a"
        );
    }

    #[test]
    fn without_trust_the_forwarded_headers_are_not_looked_at() {
        let options = AuthenticateOptions::new().forwarded_headers(ForwardedHeaders::Ignored);
        let headers = [
            ("host", "h.com"),
            ("x-forwarded-host", "other.example"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(url_of("/a", &headers, &options), "http://h.com/a");
    }

    #[test]
    fn a_host_that_is_not_trusted_is_replaced_by_the_first_that_is() {
        let options =
            AuthenticateOptions::new().trusted_hosts(["app.example.com", "b.example:8443"]);
        let at = |host| {
            let headers = [("host", host), ("x-forwarded-proto", "https")];
            url_of("/a", &headers, &options)
        };
        assert_eq!(at("app.example.com"), "https://app.example.com/a");
        assert_eq!(at("app.example.com:443"), "https://app.example.com/a");
        assert_eq!(at("b.example:8443"), "https://b.example:8443/a");
        assert_eq!(at("evil.example"), "https://app.example.com/a");
    }

    #[test]
    fn a_public_origin_is_the_answer_whatever_the_request_says() {
        let options = AuthenticateOptions::new().public_origin("https://app.example.com");
        let headers = [("host", "h.com"), ("x-forwarded-proto", "http")];
        assert_eq!(
            url_of("/a?b", &headers, &options),
            "https://app.example.com/a?b"
        );
    }

    #[test]
    fn a_request_without_any_host_is_local() {
        assert_eq!(
            url_of("/a", &[], &AuthenticateOptions::new()),
            "http://localhost/a"
        );
    }
}
