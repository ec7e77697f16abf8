//! Satellites: applications on other domains that share the sessions of a primary application.

use url::{Host, Url};

use super::context::Context;
use super::handshake;
use crate::names::{DEV_BROWSER, SYNCED};
use crate::request_state::{Reason, RequestState};
use crate::request_url::{is_trusted, parse_origin};

/// The parameter with which a satellite tells the primary application where to send the visitor back.
const REDIRECT_URL: &str = "__clerk_redirect_url";

/// Returns the redirect that shared sessions require for this visit, or `None` if the visit is handled like any other.
pub(super) fn decide(context: &Context<'_>) -> Option<RequestState> {
    if context.is_satellite() {
        as_satellite(context)
    } else {
        as_primary(context)
    }
}

fn as_satellite(context: &Context<'_>) -> Option<RequestState> {
    let is_page = context.is_get() && context.fetch_destination() == Some("document");
    let synced = context.query(SYNCED);
    if !is_page || synced.as_deref() == Some("true") {
        return None;
    }
    let needs_sync = synced.as_deref() == Some("false");
    let has_cookies = context.session_in_cookie().is_some() || context.client_uat() != 0.0;
    if !context.options.satellite_auto_sync && !has_cookies && !needs_sync {
        return Some(context.signed_out(Reason::SESSION_TOKEN_AND_UAT_MISSING));
    }
    if has_cookies && !needs_sync {
        return None;
    }
    let reason = Reason::SATELLITE_NEEDS_SYNCING;
    if context.is_production() {
        return Some(handshake::or_signed_out(context, reason, String::new()));
    }
    // A development instance keeps its cookies at the primary application, so the primary application is asked.
    Some(handshake::redirect(context, reason, String::new(), |_| {
        let mut url = Url::parse(context.setup.settings().sign_in_url()?).ok()?;
        url.query_pairs_mut()
            .append_pair(REDIRECT_URL, context.url().as_str());
        Some(url)
    }))
}

fn as_primary(context: &Context<'_>) -> Option<RequestState> {
    if context.is_production() {
        return None;
    }
    let back = context.query(REDIRECT_URL)?;
    let mut back = Url::parse(&back)
        .ok()
        .filter(|url| is_allowed(context, url))?;
    if let Some(token) = context.dev_browser() {
        back.query_pairs_mut().append_pair(DEV_BROWSER, &token);
    }
    set_parameter(&mut back, SYNCED, "true");
    let reason = Reason::PRIMARY_RESPONDS_TO_SYNCING;
    Some(handshake::redirect(context, reason, String::new(), |_| {
        Some(back)
    }))
}

/// Returns whether a visitor may be sent back to this URL. The URL will carry the development browser token, so only
/// loopback, the application's own origin and the origins in the options are allowed.
fn is_allowed(context: &Context<'_>, url: &Url) -> bool {
    let options = context.options;
    let named = options.sync_redirect_origins.iter();
    matches!(url.scheme(), "http" | "https")
        && (is_loopback(url)
            || url.origin() == context.url().origin()
            || is_trusted(url, &options.trusted_hosts)
            || named
                .chain(&options.public_origin)
                .filter_map(|origin| parse_origin(origin))
                .any(|origin| origin.origin() == url.origin()))
}

/// Returns whether a URL's host is this machine, independent of any DNS server.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Sets a query parameter. It replaces all values of that name at the position of the first, or is added at the end.
pub(crate) fn set_parameter(url: &mut Url, name: &str, value: &str) {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut is_set = false;
    {
        let mut query = url.query_pairs_mut();
        query.clear();
        for (given, old) in &pairs {
            if given != name {
                query.append_pair(given, old);
            } else if !is_set {
                query.append_pair(name, value);
                is_set = true;
            }
        }
        if !is_set {
            query.append_pair(name, value);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_known_by_its_name_and_addresses() {
        for url in [
            "http://localhost:3001/",
            "http://shop.localhost/",
            "http://127.0.0.2/",
            "http://2130706433/",
            "http://[::1]:80/",
        ] {
            assert!(is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
        for url in [
            "http://localhost.evil.example/",
            "http://notlocalhost/",
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
            "http://localhost@evil.example/",
        ] {
            assert!(!is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
    }

    #[test]
    fn a_parameter_is_set_once_where_the_first_was() {
        for (before, after) in [
            ("https://a.example/", "https://a.example/?x=1"),
            (
                "https://a.example/?x=0&y=2&x=3",
                "https://a.example/?x=1&y=2",
            ),
            ("https://a.example/?y=2#f", "https://a.example/?y=2&x=1#f"),
        ] {
            let mut url = Url::parse(before).unwrap();
            set_parameter(&mut url, "x", "1");
            assert_eq!(url.as_str(), after);
        }
    }
}
