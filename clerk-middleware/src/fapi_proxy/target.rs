//! Which paths belong to the proxy, and which URL of the Frontend API each one means.

use percent_encoding::percent_decode_str;
use url::Url;

/// Returns the path with a slash at the beginning and without one at the end, or `None` if it is not a path or is the whole
/// application.
pub(super) fn normalized_path(text: &str) -> Option<String> {
    let inner = text.trim_matches('/');
    let path = format!("/{inner}");
    let is_plain = !inner.is_empty()
        && !leaves(&path)
        && inner
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'%' | b'*'))
        && !inner.contains("//");
    is_plain.then_some(path)
}

/// Returns the rest of a path after the proxy's path: an empty text, or one that begins with a slash.
pub(super) fn rest<'p>(proxy_path: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(proxy_path)?;
    let is_beneath = rest.is_empty() || rest.starts_with('/');
    (is_beneath && !leaves(rest)).then_some(rest)
}

/// Returns whether parsing the path as a URL would change it: it contains `.` or `..` segments in any encoding, or a
/// backslash, which browsers and URL parsers treat as a slash.
fn leaves(path: &str) -> bool {
    path.contains('\\')
        || path.split('/').any(|segment| {
            matches!(
                &*percent_decode_str(segment).collect::<Vec<u8>>(),
                b"." | b".."
            )
        })
}

/// Parses the configured URL of the Frontend API: `http` or `https`, without credentials, query or fragment.
pub(super) fn parse_fapi_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_plain.then_some(url)
}

/// Returns the host at which Clerk serves an instance with this Frontend API. The instance's proxy_path name is not used, because
/// with a proxy it need not exist in DNS.
pub(super) fn by_frontend_api(host: &str) -> Option<Url> {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| host.ends_with(suffix));
    let is_legacy =
        host.starts_with("clerk.") && ends(&[".lcl.dev", ".lclstage.dev", ".lclclerk.com"]);
    let url = if is_legacy {
        "https://frontend-api.clerk.dev"
    } else if ends(&[".lcl.dev", ".lclstage.dev", ".lclclerk.com"]) {
        "https://frontend-api.lclclerk.com"
    } else if ends(&[".accountsstage.dev"]) {
        "https://frontend-api.clerkstage.dev"
    } else {
        "https://frontend-api.clerk.dev"
    };
    Url::parse(url).ok()
}

/// Returns the URL at the Frontend API, or `None` if it would be on another host.
pub(super) fn url(fapi: &Url, rest: &str, query: Option<&str>) -> Option<Url> {
    // Joined as text: the authority is complete, so a path cannot become part of it.
    let mut text = format!("{}{rest}", fapi.as_str().trim_end_matches('/'));
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    let url = Url::parse(&text).ok()?;
    let is_same = url.origin() == fapi.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    is_same.then_some(url)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_as_a_whole_or_with_what_is_beneath_it() {
        for (path, expected) in [
            ("/__clerk", Some("")),
            ("/__clerk/", Some("/")),
            ("/__clerk/v1/client", Some("/v1/client")),
            ("/__clerk//v1", Some("//v1")),
            ("/__clerk/a..b/...", Some("/a..b/...")),
            ("/__clerk/a%2fb", Some("/a%2fb")),
            ("/__clerkish", None),
            ("/__CLERK/v1", None),
            ("//__clerk/v1", None),
            ("/a/__clerk", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(rest("/__clerk", path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_that_leads_out_again_does_not_match() {
        for path in [
            "/__clerk/..",
            "/__clerk/../admin",
            "/__clerk/v1/../../admin",
            "/__clerk/%2e%2e/admin",
            "/__clerk/.%2E/admin",
            "/__clerk/./v1",
            "/__clerk/..\\admin",
            "/__clerk\\..\\admin",
            "/__clerk/\\evil.example",
        ] {
            assert_eq!(rest("/__clerk", path), None, "{path}");
        }
    }

    #[test]
    fn the_path_of_a_proxy_is_read_with_and_without_slashes_around_it() {
        for text in ["/api/auth", "api/auth", "/api/auth/", "/api/auth///"] {
            assert_eq!(
                normalized_path(text).as_deref(),
                Some("/api/auth"),
                "{text}"
            );
        }
        for text in [
            "", "/", "//", "/a b", "/a?b", "/a#b", "/..", "/a/../b", "/a%2e", "/a//b", "/a\\b",
            "/é",
        ] {
            assert_eq!(normalized_path(text), None, "{text}");
        }
    }

    #[test]
    fn the_frontend_api_follows_from_the_name_in_the_publishable_key() {
        for (host, url) in [
            ("clerk.example.com", "https://frontend-api.clerk.dev/"),
            (
                "clean-mayfly-62.clerk.accounts.dev",
                "https://frontend-api.clerk.dev/",
            ),
            ("clerk.abc.efg.lcl.dev", "https://frontend-api.clerk.dev/"),
            (
                "clerk.abc.efg.lclclerk.com",
                "https://frontend-api.clerk.dev/",
            ),
            (
                "foo-bar-13.clerk.accounts.lclclerk.com",
                "https://frontend-api.lclclerk.com/",
            ),
            ("foo.lclstage.dev", "https://frontend-api.lclclerk.com/"),
            (
                "foo.clerk.accountsstage.dev",
                "https://frontend-api.clerkstage.dev/",
            ),
        ] {
            assert_eq!(by_frontend_api(host).unwrap().as_str(), url, "{host}");
        }
    }

    #[test]
    fn no_path_leads_to_another_host() {
        let fapi = parse_fapi_url("https://frontend-api.clerk.dev").unwrap();
        for rest in [
            "",
            "/",
            "//evil.example/x",
            "/@evil.example",
            "/:80@evil.example",
            "/http://evil.example",
        ] {
            let url = url(&fapi, rest, Some("a=//b")).unwrap();
            assert_eq!(url.host_str(), Some("frontend-api.clerk.dev"), "{rest}");
        }
        // Such a rest cannot come from beneath the proxy's path; it is rejected here as well.
        for rest in ["@evil.example/", ".evil.example/", ":81/", "evil"] {
            assert!(url(&fapi, rest, None).is_none(), "{rest}");
        }
    }

    #[test]
    fn a_frontend_api_url_has_nothing_that_is_not_its_own() {
        for text in ["https://x", "http://127.0.0.1:80", "https://x/base/"] {
            assert!(parse_fapi_url(text).is_some(), "{text}");
        }
        for text in [
            "nope",
            "",
            "ftp://x",
            "https://u:p@x",
            "https://u@x",
            "https://x?a",
            "https://x#a",
            "file:///x",
        ] {
            assert!(parse_fapi_url(text).is_none(), "{text}");
        }
    }
}
