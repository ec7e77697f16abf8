//! Redirect URIs: where an application's users come back to.

use serde_json::Value;
use url::Url;

use super::error::OAuthError;
use super::parameters::Parameters;

/// Hosts that are this machine, as URIs have them. The port of a program on them is not known beforehand (RFC 8252).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
/// Schemes with which a browser does something else than to open another program.
const DANGEROUS: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "javascript",
    "vbscript",
    "view-source",
];
const MAX_URI: usize = 2_048;

/// Returns where an authorization goes back to, and whether the request names it.
pub(super) fn redirect_uri_of(
    application: &Value,
    parameters: &Parameters,
) -> Result<(String, bool), OAuthError> {
    let registered: Vec<&str> = application["redirect_uris"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let (uri, is_named) = match (parameters.one("redirect_uri")?, &registered[..]) {
        (Some(uri), _) if registered.iter().any(|one| is_registered(one, uri)) => (uri, true),
        (Some(_), _) => {
            return Err(OAuthError::invalid_request(
                "The redirect_uri is not one of the application's: it has to be the same to the letter.",
            ));
        }
        (None, [only]) => (*only, false),
        (None, _) => return Err(OAuthError::invalid_request("redirect_uri is missing.")),
    };
    if uri.len() > MAX_URI || !can_be_redirected_to(uri) {
        return Err(OAuthError::invalid_request(
            "Browsers cannot be sent to this redirect_uri.",
        ));
    }
    Ok((uri.to_owned(), is_named))
}

/// Whether a redirect URI is the registered one; on loopback hosts the port may be another.
fn is_registered(registered: &str, uri: &str) -> bool {
    let registered_place = without_loopback_port(registered);
    registered == uri
        || registered_place.is_some_and(|place| without_loopback_port(uri) == Some(place))
}

/// Returns host and rest of a URI on a loopback host.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let host = LOOPBACK.into_iter().find(|host| uri.starts_with(host))?;
    let rest = &uri[host.len()..];
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..end].parse::<u16>().ok()?;
            &rest[end..]
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

fn can_be_redirected_to(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        !DANGEROUS.contains(&url.scheme())
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

/// Checks a redirect URI that an application registers by itself: HTTPS, a loopback host, or an app's own scheme.
pub(super) fn check_registered_uri(uri: &str) -> Result<(), OAuthError> {
    let is_safe = uri.len() <= MAX_URI
        && can_be_redirected_to(uri)
        && (!uri.starts_with("http:") || without_loopback_port(uri).is_some())
        && Url::parse(uri).is_ok_and(|url| url.scheme() != "http" || uri.starts_with("http:"));
    if is_safe {
        return Ok(());
    }
    Err(OAuthError::new(
        "invalid_redirect_uri",
        "A redirect URI has https, a loopback host or a scheme of its own, and no fragment.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_the_same_to_the_letter_but_for_loopback_ports() {
        let same = [
            ("https://a.example/cb", "https://a.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb"),
            ("http://localhost:1/cb?a=1", "http://localhost:2/cb?a=1"),
            ("http://[::1]:1", "http://[::1]:2"),
        ];
        for (registered, uri) in same {
            assert!(is_registered(registered, uri), "{registered} {uri}");
        }
        let other = [
            ("https://a.example/cb", "https://a.example/cb/"),
            ("https://a.example/cb", "https://A.example/cb"),
            ("https://a.example/cb", "https://a.example/x/../cb"),
            ("https://a.example/cb", "https://a.example:8443/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb2"),
            ("http://127.0.0.1/cb", "http://localhost:5000/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
            ("http://localhost/cb", "http://localhost:99999/cb"),
            ("http://localhost/cb", "http://localhost:+1/cb"),
        ];
        for (registered, uri) in other {
            assert!(!is_registered(registered, uri), "{registered} {uri}");
        }
    }

    #[test]
    fn what_browsers_run_or_open_by_themselves_is_never_registered() {
        for uri in [
            "https://a.example/cb",
            "http://127.0.0.1:9/cb",
            "com.example.app:/cb",
            "cursor://mcp/callback",
        ] {
            assert!(check_registered_uri(uri).is_ok(), "{uri}");
        }
        for uri in [
            "http://a.example/cb",
            "HTTP://a.example/cb",
            "javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,a",
            "https://a.example/cb#a",
            "https://ada@a.example/cb",
            "/cb",
            "",
        ] {
            assert!(check_registered_uri(uri).is_err(), "{uri}");
        }
    }
}
