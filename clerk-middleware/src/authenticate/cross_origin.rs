//! Visits from other sites. A user may have signed in or out on a satellite since this site's cookies were set.

use http::header::REFERER;
use url::Url;

use super::context::Context;
use crate::options::CrossOriginSync;

/// Returns whether the browser opens this page from a site that may have changed the session.
pub(super) fn needs_sync(context: &Context<'_>) -> bool {
    let sync = &context.options.cross_origin_sync;
    if *sync == CrossOriginSync::Never
        || context.is_satellite()
        || !context.is_get()
        || context.fetch_destination() != Some("document")
        || context.redirect_count() != 0
    {
        return false;
    }
    let Some(referrer) = context
        .header(&REFERER)
        .and_then(|text| Url::parse(text).ok())
    else {
        return false;
    };
    // An opaque origin, such as that of `about:blank`, does not belong to any site.
    if referrer.origin() == context.url().origin() || is_clerk(context, &referrer) {
        return false;
    }
    match sync {
        CrossOriginSync::Never => false,
        CrossOriginSync::AnyOrigin => true,
        CrossOriginSync::Origins(origins) => origins
            .iter()
            .filter_map(|origin| Url::parse(origin).ok())
            .any(|origin| origin.origin() == referrer.origin()),
    }
}

/// Returns whether the referrer is one of Clerk's pages, which has just set the cookies.
fn is_clerk(context: &Context<'_>, referrer: &Url) -> bool {
    let frontend_api = context.frontend_api();
    let url = if frontend_api.starts_with("http") {
        Url::parse(&frontend_api)
    } else {
        Url::parse(&format!("https://{frontend_api}"))
    };
    let host = referrer.host_str().unwrap_or_default();
    if url.is_ok_and(|url| url.host_str() == Some(host)) {
        return true;
    }
    if !context.is_production() && is_development_portal(host) {
        return true;
    }
    Url::parse(&accounts_url(&frontend_api))
        .is_ok_and(|accounts| accounts.origin() == referrer.origin())
}

/// Returns whether this is the host of a development instance's account portal.
fn is_development_portal(host: &str) -> bool {
    let is_local = host.starts_with("accounts.")
        && [".lcl.dev", ".lclstage.dev", ".lclclerk.com"]
            .iter()
            .any(|end| host.ends_with(end));
    let is_hosted = [
        ".accounts.dev",
        ".accountsstage.dev",
        ".accounts.lclclerk.com",
    ]
    .iter()
    .any(|end| {
        host.strip_suffix(end)
            .is_some_and(|name| name != ".clerk" && !name.ends_with(".clerk"))
    });
    is_local || is_hosted
}

/// Returns the URL of an instance's account portal, derived from its Frontend API.
pub(crate) fn accounts_url(frontend_api: &str) -> String {
    let host = frontend_api.replacen("clerk.accountsstage.", "accountsstage.", 1);
    // Replaces whichever of the two comes first.
    let host = match (host.find("clerk.accounts."), host.find("clerk.")) {
        (Some(long), Some(short)) if long == short => {
            host.replacen("clerk.accounts.", "accounts.", 1)
        }
        _ => host.replacen("clerk.", "accounts.", 1),
    };
    format!("https://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_portal_is_known_by_its_host() {
        for host in [
            "accounts.foo.lcl.dev",
            "foo.accounts.dev",
            "foo.accountsstage.dev",
            "foo.accounts.lclclerk.com",
        ] {
            assert!(is_development_portal(host), "{host}");
        }
        for host in [
            "foo.clerk.accounts.dev",
            "foo.lcl.dev",
            "accounts.example.com",
            "accounts.dev",
        ] {
            assert!(!is_development_portal(host), "{host}");
        }
    }

    #[test]
    fn the_account_portal_stands_beside_the_frontend_api() {
        for (frontend_api, portal) in [
            ("clerk.example.com", "https://accounts.example.com"),
            ("foo-1.clerk.accounts.dev", "https://foo-1.accounts.dev"),
            (
                "foo-1.clerk.accountsstage.dev",
                "https://foo-1.accountsstage.dev",
            ),
            (
                "clerk.a.clerk.accounts.dev",
                "https://accounts.a.clerk.accounts.dev",
            ),
        ] {
            assert_eq!(accounts_url(frontend_api), portal);
        }
    }
}
