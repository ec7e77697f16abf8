//! Adds the authentication headers and cookies to a response.

use http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The headers of a response, in whatever type a framework keeps them. Names are in lower case.
pub(crate) trait ResponseHeaders {
    /// Returns whether a header satisfies this condition.
    fn any(&self, test: impl FnMut(&str, &[u8]) -> bool) -> bool;
    /// Removes all headers whose name satisfies this condition.
    fn remove_all(&mut self, test: impl Fn(&str) -> bool);
    fn append(&mut self, name: &HeaderName, value: &HeaderValue);
}

impl ResponseHeaders for HeaderMap {
    fn any(&self, mut test: impl FnMut(&str, &[u8]) -> bool) -> bool {
        self.iter()
            .any(|(name, value)| test(name.as_str(), value.as_bytes()))
    }

    fn remove_all(&mut self, test: impl Fn(&str) -> bool) {
        let names: Vec<HeaderName> = self
            .keys()
            .filter(|name| test(name.as_str()))
            .cloned()
            .collect();
        for name in names {
            HeaderMap::remove(self, name);
        }
    }

    fn append(&mut self, name: &HeaderName, value: &HeaderValue) {
        HeaderMap::append(self, name, value.clone());
    }
}

/// Adds the headers of an authenticated request to its response:
///
/// * `Vary: Cookie, Authorization`, because the response may depend on both, even if it is signed out;
/// * cookies, in addition to those that a handler set;
/// * `Cache-Control`, replacing every header that allows storing, because a response that sets one visitor's cookies must
///   not be stored for others;
/// * CORS headers, unless the application set some: these work together, and one of ours could permit what the application
///   does not;
/// * all other headers, unless the response has them already.
///
/// Adding the same headers twice, such as to a rejection and to the response created from it, adds them once.
pub(crate) fn add(headers: &mut impl ResponseHeaders, additions: &HeaderMap) {
    vary(headers);
    if additions.is_empty() {
        return;
    }
    let has_cors = headers.any(|name, _| is_cors(name));
    for name in additions.keys() {
        let text = name.as_str();
        let is_applications = match *name {
            CACHE_CONTROL => {
                headers.remove_all(allows_storing);
                false
            }
            SET_COOKIE => false,
            VARY => true,
            _ if is_cors(text) => has_cors,
            _ => headers.any(|known, _| known == text),
        };
        if is_applications {
            continue;
        }
        for value in additions.get_all(name) {
            let is_there = headers.any(|known, it| known == text && it == value.as_bytes());
            if !is_there {
                headers.append(name, value);
            }
        }
    }
}

/// Adds the headers on which a response depends as soon as a session was read.
fn vary(headers: &mut impl ResponseHeaders) {
    let (mut cookie, mut authorization) = (false, false);
    headers.any(|name, value| {
        if name == VARY.as_str() {
            for entry in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                let is = |name: &[u8]| entry == b"*" || entry.eq_ignore_ascii_case(name);
                cookie |= is(b"cookie");
                authorization |= is(b"authorization");
            }
        }
        cookie && authorization
    });
    let missing = match (cookie, authorization) {
        (true, true) => return,
        (true, false) => "Authorization",
        (false, true) => "Cookie",
        (false, false) => "Cookie, Authorization",
    };
    headers.append(&VARY, &HeaderValue::from_static(missing));
}

fn is_cors(name: &str) -> bool {
    name.starts_with("access-control-")
}

/// Returns whether a header of this name can allow storing the response: `Cache-Control`, the headers for content delivery
/// networks (RFC 9213 and earlier ones), and older headers.
fn allows_storing(name: &str) -> bool {
    // Such as `cdn-cache-control` and `cloudflare-cdn-cache-control`.
    name.ends_with("cache-control")
        || matches!(
            name,
            "expires" | "pragma" | "surrogate-control" | "edge-control" | "x-accel-expires"
        )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn map(headers: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    /// Returns the headers after adding, as lines, in order within each name.
    fn added(headers: &[(&str, &str)], additions: &[(&str, &str)]) -> Vec<String> {
        let mut headers = map(headers);
        let additions = map(additions);
        add(&mut headers, &additions);
        let once = headers.clone();
        add(&mut headers, &additions);
        assert_eq!(headers, once, "adding twice");
        let lines = headers.iter();
        let mut lines: Vec<String> = lines
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn vary_names_what_the_application_did_not() {
        for (application, expected) in [
            (&[][..], &["vary: Cookie, Authorization"][..]),
            (&["*"], &["vary: *"]),
            (&["Accept, *"], &["vary: Accept, *"]),
            (
                &["accept-encoding"],
                &["vary: Cookie, Authorization", "vary: accept-encoding"],
            ),
            (&["COOKIE"], &["vary: Authorization", "vary: COOKIE"]),
            (
                &["origin ,authorization"],
                &["vary: Cookie", "vary: origin ,authorization"],
            ),
            (
                &["cookie", "authorization"],
                &["vary: authorization", "vary: cookie"],
            ),
            (
                &["x-cookie"],
                &["vary: Cookie, Authorization", "vary: x-cookie"],
            ),
        ] {
            let application: Vec<(&str, &str)> =
                application.iter().map(|value| ("vary", *value)).collect();
            assert_eq!(added(&application, &[("vary", "cookie")]), expected);
            assert_eq!(added(&application, &[]), expected);
        }
    }

    #[test]
    fn nothing_allows_storing_beside_no_store() {
        let application = [
            ("age", "1"),
            ("cache-control", "public"),
            ("cache-control", "s-maxage=60"),
            ("cdn-cache-control", "max-age=60"),
            ("cloudflare-cdn-cache-control", "max-age=60"),
            ("edge-control", "cache-maxage=60m"),
            ("expires", "Wed, 21 Oct 2099 07:28:00 GMT"),
            ("pragma", "public"),
            ("surrogate-control", "max-age=60"),
            ("vary", "*"),
            ("vercel-cdn-cache-control", "max-age=60"),
            ("x-accel-expires", "60"),
        ];
        assert_eq!(
            added(&application, &[("cache-control", "no-store")]),
            ["age: 1", "cache-control: no-store", "vary: *"]
        );
        assert_eq!(added(&application, &[]).len(), application.len());
    }

    #[test]
    fn cors_of_the_application_is_left_alone() {
        let ours = [
            ("access-control-allow-origin", "null"),
            ("access-control-allow-credentials", "true"),
        ];
        let mut expected = vec![
            "access-control-allow-credentials: true",
            "access-control-allow-origin: null",
            "vary: *",
        ];
        let vary = ("vary", "*");
        assert_eq!(added(&[vary], &ours), expected);
        for application in [
            ("access-control-allow-origin", "https://app.example.com"),
            ("access-control-allow-methods", "GET"),
            ("access-control-expose-headers", "x"),
        ] {
            let only = format!("{}: {}", application.0, application.1);
            expected = vec![&only, "vary: *"];
            assert_eq!(added(&[vary, application], &ours), expected);
        }
    }

    #[test]
    fn cookies_stand_side_by_side_and_the_rest_is_the_applications() {
        let application = [
            ("set-cookie", "a=1"),
            ("vary", "*"),
            ("x-clerk-auth-status", "own"),
        ];
        let ours = [
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-clerk-auth-reason", "because"),
            ("x-clerk-auth-status", "signed-out"),
        ];
        assert_eq!(
            added(&application, &ours),
            [
                "set-cookie: a=1",
                "set-cookie: b=2",
                "vary: *",
                "x-clerk-auth-reason: because",
                "x-clerk-auth-status: own",
            ]
        );
    }
}
