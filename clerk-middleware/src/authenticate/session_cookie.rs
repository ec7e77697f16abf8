//! Authenticates a browser's session by its cookies. The first rule that applies decides.

use std::sync::Once;

use clerk_sdk::__private::{Level, log};
use clerk_sdk::tokens::{InspectedToken, TokenError, TokenErrorReason};
use http::HeaderMap;

use super::context::Context;
use super::session_token::{self, Kind};
use super::state::Carrier;
use super::{
    cross_origin, handshake, handshake_return, multi_session, organization_sync, satellite,
};
use crate::names::DEV_BROWSER;
use crate::request_state::{Reason, RequestState};

pub(super) async fn authenticate(context: &Context<'_>) -> RequestState {
    if let Err(error) = context.instance() {
        return Box::pin(session_token::after_error(context, error, Carrier::Cookie)).await;
    }
    // This case is rare. It is kept apart so that the future of every request stays small.
    if handshake_return::is_one(context)
        && let Some(state) = Box::pin(handshake_return::resolve(context)).await
    {
        return state;
    }
    if let Some(state) = satellite::decide(context) {
        return state;
    }
    let due = |reason| handshake::or_signed_out(context, reason, String::new());
    if !context.is_production() {
        if context.query(DEV_BROWSER).is_some() {
            return due(Reason::DEV_BROWSER_SYNC);
        }
        if context.dev_browser().is_none() {
            return due(Reason::DEV_BROWSER_MISSING);
        }
    }
    let client_uat = context.client_uat();
    let token = match (context.session_in_cookie(), client_uat != 0.0) {
        (None, false) => return context.signed_out(Reason::SESSION_TOKEN_AND_UAT_MISSING),
        (Some(_), false) => return due(Reason::SESSION_TOKEN_BUT_NO_CLIENT_UAT),
        (None, true) => return due(Reason::CLIENT_UAT_BUT_NO_SESSION_TOKEN),
        (Some(token), true) => token,
    };
    let inspected = context.inspected_session_cookie();
    if multi_session::asks_server(context, inspected) {
        return multi_session::resolve_on_server(context, token, Carrier::Cookie).await;
    }
    if matches!(inspected, InspectedToken::Opaque) {
        let error = TokenError::new(
            TokenErrorReason::TokenInvalid,
            "the session cookie is not a JWT",
        );
        return Box::pin(session_token::after_error(context, error, Carrier::Cookie)).await;
    }
    if session_token::kind(token, inspected) != Kind::Session {
        return context.signed_out(Reason::TOKEN_TYPE_MISMATCH);
    }
    if inspected
        .issued_at()
        .is_some_and(|issued_at| issued_at < client_uat)
    {
        return due(Reason::SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT);
    }
    let options = context.setup.verify_token_options();
    let verified = context.verifier.verify_inspected(token, inspected, options);
    let seen = match verified.await {
        Ok(seen) => seen,
        Err(error) => {
            return Box::pin(session_token::after_error(context, error, Carrier::Cookie)).await;
        }
    };
    warn_of_missing_azp(seen.azp());
    if cross_origin::needs_sync(context) {
        return handshake::or_signed_out(
            context,
            Reason::PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC,
            "the visitor comes from another site, which may be a satellite".to_owned(),
        );
    }
    let state = context.signed_in(seen, Carrier::Cookie, HeaderMap::new());
    match &state {
        RequestState::SignedIn(signed_in) => {
            organization_sync::decide(context, signed_in).unwrap_or(state)
        }
        _ => state,
    }
}

/// Warns about a missing `azp` claim, without which it is unknown for which site of a domain a cookie was made.
fn warn_of_missing_azp(azp: Option<&str>) {
    static WARNED: Once = Once::new();

    if azp.is_none_or(str::is_empty) {
        WARNED.call_once(|| {
            log(
                Level::Warn,
                "a session token in a cookie has no azp claim, so it is unknown for which site it was issued",
                &[],
            );
        });
    }
}
