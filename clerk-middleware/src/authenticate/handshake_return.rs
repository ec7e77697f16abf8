//! The return from a handshake. Clerk sends cookies to set, either in a token or under a nonce with which they are fetched.

use clerk_sdk::__private::{Level, LogLimit, NONCE_BYTES, may_be_credential};
use clerk_sdk::tokens::{TokenError, TokenErrorReason};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION,
    SET_COOKIE,
};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::context::Context;
use super::handshake::without_parameters;
use super::state::{Carrier, session_token_of, setting_cookies};
use crate::names::{DEV_BROWSER, HANDSHAKE, HANDSHAKE_NONCE};
use crate::request_state::{Reason, RequestState};

const HELP: &str = "__clerk_help";
/// How far the clock of a development machine may be off before sign-in fails.
const DEVELOPMENT_CLOCK_SKEW_MS: i64 = 24 * 3600 * 1000;

/// Returns whether this request comes from a handshake.
pub(super) fn is_one(context: &Context<'_>) -> bool {
    context.handshake_nonce().is_some() || context.handshake_token().is_some()
}

/// Applies the result of a handshake if this request comes from one. Returns `None` if it does not, or if the result is not
/// accepted; the request's cookies then decide.
pub(super) async fn resolve(context: &Context<'_>) -> Option<RequestState> {
    let directives = if let Some(nonce) = context.handshake_nonce() {
        by_nonce(context, &nonce).await
    } else {
        let token = context.handshake_token()?;
        match context
            .verifier
            .verify_handshake(&token, context.setup.verify_token_options())
            .await
        {
            Ok(directives) => directives,
            Err(error)
                if context.is_production()
                    || error.reason() == TokenErrorReason::UnexpectedError =>
            {
                log_failure(context, &error);
                return None;
            }
            // Continuing would lead to the same handshake again, and the developer has to see the error.
            Err(error) => {
                let message = format!(
                    "the handshake cannot be verified: {error}; clear the cookies of this site if its keys have changed"
                );
                static LIMIT: LogLimit = LogLimit::new();
                LIMIT.log(context.verifier.clock(), Level::Error, &message, &[]);
                return Some(context.signed_out_because(
                    error.reason().into(),
                    message,
                    HeaderMap::new(),
                ));
            }
        }
    };
    resolve_directives(context, &directives).await
}

async fn resolve_directives(context: &Context<'_>, directives: &[String]) -> Option<RequestState> {
    let mut headers = setting_cookies(directives.iter().map(String::as_str));
    // Anyone can invent a nonce, so cookies are set only after Clerk has resolved it. If Clerk did not, there is no result
    // that a page may read; after Clerk's redirects the origin of such a page is `null`.
    if headers.contains_key(SET_COOKIE) {
        headers.insert(
            ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("null"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    if !context.is_production() {
        let names = [HANDSHAKE, HELP, DEV_BROWSER, HANDSHAKE_NONCE];
        let url = without_parameters(context.url(), &names);
        if let Ok(location) = HeaderValue::from_str(url.as_str()) {
            headers.insert(LOCATION, location);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    let token = session_token_of(directives.iter().map(String::as_str));
    if token.is_empty() {
        return Some(context.signed_out_because(
            Reason::SESSION_TOKEN_MISSING,
            String::new(),
            headers,
        ));
    }
    let options = context.setup.verify_token_options();
    let inspect = || context.verifier.inspect(token);
    let mut verified = context
        .verifier
        .verify_inspected(token, &inspect(), options)
        .await;
    if let Err(error) = &verified
        && !context.is_production()
        && is_about_time(error.reason())
    {
        static LIMIT: LogLimit = LogLimit::new();
        LIMIT.log(
            context.verifier.clock(),
            Level::Error,
            "the clocks of this machine and of Clerk differ too much; set the clock, because only development instances \
             tolerate this",
            &[("reason", error.reason().as_str())],
        );
        let tolerant = options.clone().clock_skew_ms(DEVELOPMENT_CLOCK_SKEW_MS);
        verified = context
            .verifier
            .verify_inspected(token, &inspect(), &tolerant)
            .await;
    }
    match verified {
        Ok(seen) => Some(context.signed_in(seen, Carrier::Cookie, headers)),
        Err(error) => {
            log_failure(context, &error);
            None
        }
    }
}

fn is_about_time(reason: TokenErrorReason) -> bool {
    matches!(
        reason,
        TokenErrorReason::TokenExpired
            | TokenErrorReason::TokenNotActiveYet
            | TokenErrorReason::TokenIatInTheFuture
    )
}

fn log_failure(context: &Context<'_>, error: &TokenError) {
    static LIMIT: LogLimit = LogLimit::new();

    LIMIT.log(
        context.verifier.clock(),
        Level::Warn,
        "the result of a handshake is not accepted",
        &[("reason", error.reason().as_str())],
    );
}

/// Fetches the cookies that Clerk keeps for a nonce. Returns an empty list if anything fails.
async fn by_nonce(context: &Context<'_>, nonce: &str) -> Vec<String> {
    if !may_be_credential(nonce, NONCE_BYTES) {
        return Vec::new();
    }
    match context
        .snapshot
        .clerk()
        .clients()
        .get_handshake_payload(nonce)
        .gated()
        .await
    {
        Ok(payload) => texts(payload.get("directives")),
        Err(error) => {
            static LIMIT: LogLimit = LogLimit::new();
            let code = error.code().unwrap_or("none").to_owned();
            LIMIT.log(
                context.verifier.clock(),
                Level::Warn,
                "Clerk did not return the result of a handshake",
                &[("code", code.as_str())],
            );
            Vec::new()
        }
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
