//! Satellites: applications on other domains that share the sessions of a primary one.

use url::Url;

use super::context::{Context, DEV_BROWSER, SYNCED};
use super::handshake;
use crate::request_state::{Reason, RequestState};

/// The parameter by which a satellite tells the primary application where to send the visitor back to.
const REDIRECT_URL: &str = "__clerk_redirect_url";

/// What a visit needs because applications share sessions; `None` when it is judged like any other.
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
    // The cookies of a development instance are those of the primary application: ask there.
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

/// The visitor takes the token of the browser along, so not everywhere may be gone to.
fn is_allowed(context: &Context<'_>, url: &Url) -> bool {
    let allowed = &context.options.sync_redirect_origins;
    matches!(url.scheme(), "http" | "https")
        && (allowed.is_empty()
            || allowed
                .iter()
                .filter_map(|origin| Url::parse(origin).ok())
                .any(|origin| origin.origin() == url.origin()))
}

/// Sets a query parameter: at the place of the first of that name, in place of all of them, or at the end.
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
