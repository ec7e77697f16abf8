//! Handshakes: the browser is sent to Clerk, which knows its sessions, and comes back.

use clerk_sdk::__private::{Level, LogLimit};
use http::header::{ACCEPT, CACHE_CONTROL, HeaderName, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use url::{Url, form_urlencoded};

use super::context::{Context, DEV_BROWSER, SEC_FETCH_DEST};
use super::setup::base_url;
use crate::request_state::{Reason, RequestState};

/// After this many handshakes in a row, another one would not help either.
pub(super) const MAX_REDIRECTS: u8 = 3;
/// An earlier name of the development browser token.
const LEGACY_DEV_BROWSER: &str = "__dev_session";

/// Sends the browser to the Frontend API. Where a handshake is not possible, the request is signed out.
pub(super) fn or_signed_out(
    context: &Context<'_>,
    reason: Reason,
    message: String,
) -> RequestState {
    redirect(context, reason, message, |reason| url(context, reason))
}

/// Like [`or_signed_out`], with a given URL to send the browser to.
pub(super) fn redirect(
    context: &Context<'_>,
    reason: Reason,
    message: String,
    location: impl FnOnce(&Reason) -> Option<Url>,
) -> RequestState {
    if !context.options.handshake || !loads_a_page(context.parts) {
        return context.signed_out_because(reason, message, HeaderMap::new());
    }
    let count = context.redirect_count();
    if count >= MAX_REDIRECTS {
        static LIMIT: LogLimit = LogLimit::new();
        LIMIT.log(
            context.verifier.clock(),
            Level::Warn,
            "the browser is in a loop of handshakes, so this request is signed out; check that the publishable key and the \
             secret key belong to the same instance, and that this domain's cookies reach the application",
            &[("reason", reason.as_str())],
        );
        return context.signed_out_because(reason, message, HeaderMap::new());
    }
    let location = location(&reason).and_then(|url| HeaderValue::from_str(url.as_str()).ok());
    let Some(location) = location else {
        static LIMIT: LogLimit = LogLimit::new();
        LIMIT.log(
            context.verifier.clock(),
            Level::Error,
            "the URL of the Frontend API is not valid, so no handshake is possible; check `proxy_url` and `domain`",
            &[("reason", reason.as_str())],
        );
        return context.signed_out_because(reason, message, HeaderMap::new());
    };
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let cookie = format!(
        "__clerk_redirect_count={}; Path=/; SameSite=Lax; HttpOnly; Max-Age=2",
        count + 1
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, cookie);
    }
    context.handshake_to(location, reason, message, headers)
}

/// Returns whether the request loads a page. Only such a request can be redirected away and come back.
pub(crate) fn loads_a_page(parts: &Parts) -> bool {
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(value).filter(|value| !value.is_empty())
    };
    parts.method == Method::GET
        && match text(SEC_FETCH_DEST) {
            Some(destination) => matches!(destination, "document" | "iframe"),
            None => text(ACCEPT).is_some_and(|accept| accept.starts_with("text/html")),
        }
}

/// Returns the URL for a handshake at the Frontend API, with the parameters that it needs.
fn url(context: &Context<'_>, reason: &Reason) -> Option<Url> {
    let base = base_url(&context.frontend_api())?;
    let mut url = base.join("v1/client/handshake").ok()?;
    let back = without_parameters(context.url(), &[DEV_BROWSER, LEGACY_DEV_BROWSER]);
    let uses_suffixed_cookies = context.uses_suffixed_cookies();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("redirect_url", back.as_str())
        .append_pair("__clerk_api_version", clerk_sdk::clerk_api::API_VERSION)
        .append_pair(
            "suffixed_cookies",
            if uses_suffixed_cookies {
                "true"
            } else {
                "false"
            },
        )
        .append_pair("__clerk_hs_reason", reason.as_str())
        .append_pair("format", "nonce");
    if let Some(token) = context.session_token() {
        query.append_pair("__session", &token);
    }
    if !context.is_production()
        && let Some(token) = context.dev_browser()
    {
        query.append_pair(DEV_BROWSER, &token);
    }
    if let Some(organization) = context.organization_target() {
        query.append_pair("organization_id", organization.name());
    }
    drop(query);
    Some(url)
}

/// Returns a URL without these query parameters. The others are encoded anew, as browsers do it.
pub(super) fn without_parameters(url: &Url, names: &[&str]) -> Url {
    let mut url = url.clone();
    if let Some(query) = url.query() {
        let mut kept = form_urlencoded::Serializer::new(String::new());
        kept.extend_pairs(
            form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !names.contains(&&**name)),
        );
        let kept = kept.finish();
        url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
    }
    url
}
