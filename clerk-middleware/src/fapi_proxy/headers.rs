//! The headers that the proxy sends to the Frontend API, and those that it passes back.

use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, EXPECT, HOST,
    HeaderName, HeaderValue, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, Method};
use url::Url;

use super::visitor::{ADDRESSES, FORWARDED_FOR};
use crate::options::{AuthenticateOptions, ForwardedHeaders};
use crate::request_url::public_url;

pub(super) const PROXY_URL: HeaderName = HeaderName::from_static("clerk-proxy-url");
pub(super) const SECRET_KEY: HeaderName = HeaderName::from_static("clerk-secret-key");

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// These headers are about one connection.
static HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// With these headers a proxy says where a request was sent. Visitors can send them too.
static FORWARDING: [HeaderName; 3] = [
    FORWARDED_HOST,
    FORWARDED_PROTO,
    HeaderName::from_static("x-forwarded-port"),
];

/// Returns the origin of this application as the visitor sees it.
pub(super) fn public_origin(parts: &Parts, options: &AuthenticateOptions) -> Url {
    let mut url = public_url(parts, options);
    url.set_path("/");
    url.set_query(None);
    url
}

/// Returns the headers of the request to the Frontend API, without those that the proxy adds for Clerk.
pub(super) fn of_request(
    parts: &Parts,
    address: Option<HeaderValue>,
    forwarded: ForwardedHeaders,
    origin: &Url,
) -> HeaderMap {
    let mut headers = end_to_end(&parts.headers);
    // The host is that of the target, and the server in front has already sent `100 Continue`.
    headers.remove(HOST);
    headers.remove(EXPECT);
    if forwarded == ForwardedHeaders::Ignored {
        for name in &FORWARDING {
            headers.remove(name);
        }
    }
    for name in &ADDRESSES {
        headers.remove(name);
    }
    if let Some(address) = address {
        headers.insert(FORWARDED_FOR, address);
    }
    join_cookies(&mut headers);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let host = origin.as_str().split_once("://").map(|(_, rest)| rest);
    let host = host.unwrap_or_default().trim_end_matches('/');
    for (name, text) in [(FORWARDED_HOST, host), (FORWARDED_PROTO, origin.scheme())] {
        if !headers.contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(text)
        {
            headers.insert(name, value);
        }
    }
    headers
}

/// Joins the cookies. HTTP/2 may split them over several headers, but HTTP/1 allows only one (RFC 9113, section 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let lines: Vec<&[u8]> = headers
        .get_all(COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if lines.len() < 2 {
        return;
    }
    if let Ok(joined) = HeaderValue::from_bytes(&lines.join(b"; ".as_slice())) {
        headers.insert(COOKIE, joined);
    }
}

/// Returns the headers of the response.
pub(super) fn of_response(received: &HeaderMap, method: &Method) -> HeaderMap {
    let mut headers = end_to_end(received);
    // If the length is known, the body provides it. A response to HEAD has no body that could.
    if *method != Method::HEAD {
        headers.remove(CONTENT_LENGTH);
    }
    // Bodies are not decoded, so any encoding other than `identity` still has to be declared.
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        headers.remove(CONTENT_ENCODING);
    }
    headers
}

/// Returns the headers without those that are about one connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    let listed = headers.get_all(CONNECTION).iter();
    for name in listed
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
    {
        // An entry that is not a valid header name is ignored.
        kept.remove(name.trim());
    }
    for name in &HOP_BY_HOP {
        kept.remove(name);
    }
    kept
}

/// Rewrites redirects within the Frontend API so that they stay within the proxy.
pub(super) fn rewrite_location(headers: &mut HeaderMap, asked: &Url, fapi: &Url, proxy_url: &str) {
    let Some(location) = headers.get_mut(LOCATION) else {
        return;
    };
    let Some(url) = location
        .to_str()
        .ok()
        .and_then(|text| asked.join(text).ok())
    else {
        return;
    };
    let is_own = matches!(url.scheme(), "http" | "https")
        && url.host_str() == fapi.host_str()
        && url.port() == fapi.port();
    if !is_own {
        return;
    }
    let base = fapi.path().trim_end_matches('/');
    let path = url.path();
    let path = path
        .strip_prefix(base)
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path);
    let mut text = format!("{proxy_url}{path}");
    for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            text.push(mark);
            text.push_str(part);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        *location = value;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_public_origin_is_that_of_the_requests_url() {
        let options = AuthenticateOptions::new();
        let origin = |uri: &str, headers: &[(&str, &str)]| {
            String::from(public_origin(&parts(uri, headers), &options))
        };
        let host = ("host", "h.com");
        let (forwarded_host, proto) = (
            ("x-forwarded-host", "p.com, b"),
            ("x-forwarded-proto", "https, http"),
        );
        assert_eq!(
            origin("/a?b", &[host, forwarded_host, proto]),
            "https://p.com/"
        );
        assert_eq!(origin("/a?b", &[host, forwarded_host]), "http://p.com/");
        assert_eq!(origin("/a?b", &[host, proto]), "https://h.com/");
        assert_eq!(origin("http://h.com/a", &[proto]), "https://h.com/");
        assert_eq!(origin("/a", &[host]), "http://h.com/");
    }

    fn rewritten(location: &str, fapi: &str) -> String {
        let fapi = Url::parse(fapi).unwrap();
        let asked = fapi.join("v1/client/x").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        rewrite_location(&mut headers, &asked, &fapi, "https://app.example/__clerk");
        headers[LOCATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_location_within_the_frontend_api_becomes_one_within_the_proxy() {
        let fapi = "https://frontend-api.clerk.dev";
        for (location, expected) in [
            (
                "https://frontend-api.clerk.dev/v1/a?b=c#d",
                "https://app.example/__clerk/v1/a?b=c#d",
            ),
            (
                "http://frontend-api.clerk.dev/v1/a",
                "https://app.example/__clerk/v1/a",
            ),
            (
                "https://FRONTEND-API.clerk.dev",
                "https://app.example/__clerk/",
            ),
            ("/v1/a", "https://app.example/__clerk/v1/a"),
            ("b", "https://app.example/__clerk/v1/client/b"),
            ("https://app.example.com/x", "https://app.example.com/x"),
            (
                "https://frontend-api.clerk.dev:8443/x",
                "https://frontend-api.clerk.dev:8443/x",
            ),
            ("//evil.example/x", "//evil.example/x"),
            ("myapp://callback", "myapp://callback"),
        ] {
            assert_eq!(rewritten(location, fapi), expected, "{location}");
        }
    }

    #[test]
    fn the_path_of_the_frontend_api_is_not_part_of_the_proxy_path() {
        let fapi = "http://127.0.0.1:80/base/";
        assert_eq!(
            rewritten("/base/v1/a", fapi),
            "https://app.example/__clerk/v1/a"
        );
        assert_eq!(
            rewritten("/baseless", fapi),
            "https://app.example/__clerk/baseless"
        );
    }
}
