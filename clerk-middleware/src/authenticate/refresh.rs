//! Refreshes an expired session token with the refresh token that the browser sent, without a redirect.

use std::borrow::Cow;
use std::collections::BTreeMap;

use clerk_sdk::__private::{BROWSER_TOKEN_BYTES, may_be_credential, may_be_session_id};
use clerk_sdk::tokens::Decoded;
use clerk_sdk::{Method, clerk_api};
use http::header::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::context::Context;
use super::state::{Carrier, session_token_of, setting_cookies};
use crate::form_post;
use crate::request_state::RequestState;

/// The limit for the forwarded request headers, in bytes. Most servers accept far more by default.
const HEADERS_BYTES: usize = 128 * 1024;
/// The characters that need no encoding in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Why there is no new token, in Clerk's words. They become part of the reason.
type Failure = Cow<'static, str>;

/// Refreshes the session if that is possible.
pub(super) async fn attempt(
    context: &Context<'_>,
    carrier: Carrier,
) -> Result<RequestState, Failure> {
    if !context.is_get() && !is_expired_form(context) {
        return Err("non-eligible-non-get".into());
    }
    let refresh_token = context
        .refresh_token()
        .filter(|_| context.options.refresh)
        .filter(|token| may_be_credential(token, BROWSER_TOKEN_BYTES))
        .ok_or("non-eligible-no-refresh-cookie")?;
    let expired_token = context.session_token().ok_or("missing-session-token")?;
    let jwt = Decoded::of(&expired_token).map_err(|_| "expired-session-token-decode-failed")?;
    let session_id = jwt
        .session_id()
        // The token is not verified yet, so its session id must not change the path.
        .filter(|id| may_be_session_id(id))
        .ok_or("expired-session-token-missing-sid-claim")?;

    if size_of(&context.parts.headers) > HEADERS_BYTES {
        return Err("fetch-error".into());
    }
    let path = format!(
        "/sessions/{}/refresh",
        utf8_percent_encode(session_id, SEGMENT)
    );
    let mut request = context.snapshot.clerk().api().request(Method::POST, path);
    if context.uses_suffixed_cookies() {
        request = request.query(&[("suffixed_cookies", true)]);
    }
    let body = json!({
        "format": "cookie",
        "expired_token": expired_token,
        "refresh_token": refresh_token,
        "request_origin": context.url().origin().ascii_serialization(),
        "request_headers": texts_of(&context.parts.headers),
    });
    let response = request.json(body).gated().await;
    let response = response.map_err(|error| failure_of(&error))?.into_body();
    let cookies: Vec<&str> = response
        .get("cookies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if cookies.is_empty() {
        return Err("unexpected-sdk-error".into());
    }
    let token = session_token_of(cookies.iter().copied());
    let inspected = context.verifier.inspect(token);
    let seen = context
        .verifier
        .verify_inspected(token, &inspected, context.setup.verify_token_options())
        .await
        .map_err(|_| "invalid-session-token")?;
    Ok(context.signed_in(seen, carrier, setting_cookies(cookies)))
}

/// Returns whether this is a form of a page of this application, which would be lost.
fn is_expired_form(context: &Context<'_>) -> bool {
    context.options.expired_forms && form_post::is_own(context.parts, context.url())
}

fn failure_of(error: &clerk_api::Error) -> Failure {
    match error {
        clerk_api::Error::Api(error) => match error.errors.first() {
            Some(first) => first.code.clone().into(),
            None => "unexpected-bapi-error".into(),
        },
        _ => "fetch-error".into(),
    }
}

fn size_of(headers: &HeaderMap) -> usize {
    let lengths = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    lengths.sum()
}

/// Returns the headers to forward. Clerk compares them with those of the request that created the session, so bytes beyond
/// ASCII are read as its JavaScript reads them: each is one character (ISO-8859-1).
fn texts_of(headers: &HeaderMap) -> BTreeMap<&str, [String; 1]> {
    headers
        .keys()
        .map(|name| {
            let separator = if name == http::header::COOKIE {
                "; "
            } else {
                ", "
            };
            let values: Vec<String> = headers
                .get_all(name)
                .iter()
                .map(|value| {
                    value
                        .as_bytes()
                        .iter()
                        .map(|&byte| char::from(byte))
                        .collect()
                })
                .collect();
            (name.as_str(), [values.join(separator)])
        })
        .collect()
}
