//! Which of a browser's sessions a request belongs to.

use std::sync::Arc;

use clerk_sdk::__private::{BROWSER_TOKEN_BYTES, may_be_credential, may_be_session_id};
use clerk_sdk::auth::{Auth, AuthObject};
use clerk_sdk::tokens::{InspectedToken, TokenErrorReason};
use clerk_sdk::{Error, types};
use http::HeaderMap;

use super::context::Context;
use super::state::Carrier;
use crate::options::SessionResolution;
use crate::request_state::{AuthSource, Reason, RequestState, Verified};

/// The query parameter with which a page names its session. It is for applications in which a browser may have several
/// sessions: the session cookie holds the token of the session that was active last, and another tab may have changed it.
///
/// If the token does not belong to the named session, the request is signed out.
pub const CLERK_SESSION_ID_PARAM: &str = "_clerk_session_id";

enum Named<'a> {
    /// The request names no session.
    None,
    One(std::borrow::Cow<'a, str>),
    /// The request names several sessions that contradict each other.
    Several,
}

fn named<'a>(context: &Context<'a>) -> Named<'a> {
    let mut names = context
        .queries(CLERK_SESSION_ID_PARAM)
        .filter(|name| !name.is_empty());
    match names.next() {
        None => Named::None,
        Some(first) if names.all(|other| other == first) => Named::One(first),
        Some(_) => Named::Several,
    }
}

/// Returns how the request is tied to this session, or `None` if it names another one.
pub(super) fn source(
    context: &Context<'_>,
    session_id: Option<&str>,
    carrier: Carrier,
) -> Option<AuthSource> {
    match (named(context), carrier) {
        (Named::None, Carrier::Header) => Some(AuthSource::Header),
        (Named::None, Carrier::Cookie) => Some(AuthSource::LastActive),
        (Named::One(name), _) if session_id == Some(&*name) => Some(AuthSource::NamedSession),
        _ => None,
    }
}

/// Returns whether to ask Clerk about a token: the token is not a JWT and the options enable it.
pub(super) fn asks_server(context: &Context<'_>, inspected: &InspectedToken) -> bool {
    context.options.session_resolution == SessionResolution::Server
        && matches!(inspected, InspectedToken::Opaque)
}

/// Asks Clerk about a token.
pub(super) async fn resolve_on_server(
    context: &Context<'_>,
    token: &str,
    carrier: Carrier,
) -> RequestState {
    Box::pin(ask(context, token, carrier)).await
}

async fn ask(context: &Context<'_>, token: &str, carrier: Carrier) -> RequestState {
    let clerk = context.snapshot.clerk();
    let named = named(context);
    let may_be_clerks = may_be_credential(token, BROWSER_TOKEN_BYTES)
        && !matches!(&named, Named::One(name) if !may_be_session_id(name));
    let asked = match named {
        Named::Several => {
            return context.signed_out(Reason::SESSION_ID_MISMATCH);
        }
        _ if !may_be_clerks => {
            return context.signed_out(TokenErrorReason::TokenInvalid.into());
        }
        #[allow(
            deprecated,
            reason = "the instances that need it have no other operation"
        )]
        Named::One(name) => {
            let call = clerk.sessions().verify_session(&name, token);
            call.gated().await
        }
        Named::None => clerk.clients().authenticate_last_active(token).await,
    };
    match asked {
        Ok(session) => of_session(context, session, token, carrier),
        Err(Error::NoActiveSession) => context.signed_out(Reason::SESSION_TOKEN_AND_UAT_MISSING),
        Err(error) => {
            let is_rejected = error
                .status()
                .is_some_and(|status| status.is_client_error() && status.as_u16() != 429);
            let reason = if is_rejected {
                TokenErrorReason::TokenInvalid.into()
            } else {
                Reason::UNEXPECTED_ERROR
            };
            context.signed_out_because(reason, error.to_string(), HeaderMap::new())
        }
    }
}

fn of_session(
    context: &Context<'_>,
    session: types::Session,
    token: &str,
    carrier: Carrier,
) -> RequestState {
    let status = session.status.to_string();
    if !matches!(status.as_str(), "active" | "pending") {
        return context.signed_out_because(
            Reason::SESSION_TOKEN_MISSING,
            format!("the session is {status}"),
            HeaderMap::new(),
        );
    }
    let mut auth = Auth::signed_out();
    auth.user_id = Some(session.user_id.clone());
    auth.session_id = Some(session.id.clone());
    auth.session_status = Some(status);
    let auth = Arc::new(AuthObject::Session(auth));
    let token = Verified::Other(token.into());
    context.signed_in_as(auth, token, carrier, HeaderMap::new())
}
