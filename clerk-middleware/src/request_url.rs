//! Where a request went, as its sender sees it.

use http::header::{HOST, HeaderName};
use http::request::Parts;
use url::Url;

use crate::options::{AuthenticateOptions, ForwardedHeaders};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The URL of a request as its sender sees it, by `Host` and, where they are trusted, the forwarded headers.
///
/// Its origin comes from nothing else: a path such as `//elsewhere.example` stays a path. What is no host, or has
/// credentials, or is neither `http` nor `https`, is passed over.
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
    let origin = public_origin(parts, options);
    let target = parts
        .uri
        .path_and_query()
        .map(|target| target.as_str())
        .filter(|target| target.starts_with('/'))
        .unwrap_or("/");
    // Joined as text: the authority is complete, so that no path can become one.
    Url::parse(&format!(
        "{}{target}",
        origin.as_str().trim_end_matches('/')
    ))
    .unwrap_or(origin)
}

fn public_origin(parts: &Parts, options: &AuthenticateOptions) -> Url {
    if let Some(origin) = options.public_origin.as_deref().and_then(parse_origin) {
        return origin;
    }
    let text = |name: &HeaderName| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let forwarded = |name: &HeaderName| match options.forwarded_headers {
        ForwardedHeaders::Trusted => {
            text(name).map(|list| list.split(',').next().unwrap_or_default().trim())
        }
        ForwardedHeaders::Ignored => None,
    };
    let own_scheme = parts.uri.scheme_str().unwrap_or("http");
    let host = forwarded(&FORWARDED_HOST).or_else(|| text(&HOST));
    let scheme = forwarded(&FORWARDED_PROTO).unwrap_or(own_scheme);
    let own = || {
        let host = parts.uri.authority().map(http::uri::Authority::as_str);
        origin(own_scheme, host.or_else(|| text(&HOST)).unwrap_or_default())
    };
    let asked = host.and_then(|host| origin(scheme, host)).or_else(own);
    let fallback = options.trusted_hosts.first();
    match (asked, fallback) {
        (Some(origin), None) => origin,
        (Some(origin), Some(_)) if is_trusted(&origin, &options.trusted_hosts) => origin,
        (asked, fallback) => {
            let scheme = asked.as_ref().map_or("http", Url::scheme);
            let host = fallback.map_or("localhost", String::as_str);
            origin(scheme, host).or(asked).unwrap_or_else(local)
        }
    }
}

/// Where a request without any host went.
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

/// An origin as text, such as `https://app.example.com`.
pub(crate) fn parse_origin(text: &str) -> Option<Url> {
    let (scheme, host) = text.split_once("://")?;
    origin(scheme, host)
}

/// The origin of this scheme and this host, which may have a port. What follows a host is dropped.
pub(crate) fn origin(scheme: &str, host: &str) -> Option<Url> {
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // A slash would shift the host into what looks like credentials or a path.
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
