//! Creates the outcomes of authentication.

use std::sync::Arc;

use clerk_sdk::auth::{Accepts, Auth, AuthObject, MachineAuth};
use clerk_sdk::tokens::{TokenType, VerifiedToken};
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

use super::context::Context;
use super::multi_session;
use crate::names::SESSION;
use crate::options::{AuthenticateOptions, PendingSessions};
use crate::request_state::{
    AuthSource, Handshake, Reason, RequestState, SignedIn, SignedOut, Status, Verified, describe,
};

/// Where the session token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Header,
    Cookie,
}

impl Context<'_> {
    /// Returns the outcome without a session.
    pub(super) fn signed_out(&self, reason: Reason) -> RequestState {
        self.signed_out_because(reason, String::new(), HeaderMap::new())
    }

    pub(super) fn signed_out_because(
        &self,
        reason: Reason,
        message: String,
        headers: HeaderMap,
    ) -> RequestState {
        let auth = AuthObject::Session(Auth::signed_out());
        self.not_signed_in(Some(TokenType::Session), auth, reason, message, headers)
    }

    /// Returns the outcome without a machine of this kind.
    pub(super) fn no_machine(
        &self,
        kind: TokenType,
        reason: Reason,
        message: String,
    ) -> RequestState {
        let invalid = AuthObject::InvalidToken.accepted_as(&Accepts::One(kind));
        self.not_signed_in(Some(kind), invalid, reason, message, HeaderMap::new())
    }

    /// Returns the outcome for a token of a kind that is not accepted.
    pub(super) fn rejected(&self) -> RequestState {
        self.not_signed_in(
            None,
            AuthObject::InvalidToken,
            Reason::TOKEN_TYPE_MISMATCH,
            String::new(),
            HeaderMap::new(),
        )
    }

    fn not_signed_in(
        &self,
        token_type: Option<TokenType>,
        auth: AuthObject,
        reason: Reason,
        message: String,
        mut headers: HeaderMap,
    ) -> RequestState {
        describe(
            &mut headers,
            Status::SignedOut,
            &reason,
            self.visible_message(&message),
        );
        RequestState::SignedOut(Box::new(SignedOut {
            auth,
            token_type,
            reason,
            message,
            headers,
            is_outage: false,
            description: "",
        }))
    }

    /// Returns the message if visitors may see it.
    fn visible_message<'m>(&self, message: &'m str) -> Option<&'m str> {
        self.options.message_header.then_some(message)
    }

    /// Returns the outcome that redirects the browser.
    pub(super) fn handshake_to(
        &self,
        location: HeaderValue,
        reason: Reason,
        message: String,
        mut headers: HeaderMap,
    ) -> RequestState {
        headers.insert(LOCATION, location.clone());
        describe(
            &mut headers,
            Status::Handshake,
            &reason,
            self.visible_message(&message),
        );
        RequestState::Handshake(Handshake {
            reason,
            message,
            location,
            headers,
        })
    }

    /// Returns the session of a verified token, if it is the session that the request names. A token that names no session is
    /// none of a session: the instance signs others with the same key, such as ID tokens for OAuth applications of third
    /// parties.
    pub(super) fn signed_in(
        &self,
        seen: VerifiedToken,
        carrier: Carrier,
        headers: HeaderMap,
    ) -> RequestState {
        if seen.claims().sid().is_none_or(str::is_empty) {
            return self.signed_out_because(
                Reason::SESSION_ID_MISSING,
                "the token is genuine, but not that of a session: it has no sid".to_owned(),
                headers,
            );
        }
        match AuthObject::of_verified(&seen) {
            Ok(auth) => {
                let token = Verified::Jwt(seen);
                self.signed_in_as(auth, token, carrier, headers)
            }
            Err(error) => {
                self.signed_out_because(Reason::UNEXPECTED_ERROR, error.to_string(), headers)
            }
        }
    }

    pub(super) fn signed_in_as(
        &self,
        auth: Arc<AuthObject>,
        token: Verified,
        carrier: Carrier,
        headers: HeaderMap,
    ) -> RequestState {
        let session_id = match &*auth {
            AuthObject::Session(auth) => auth.session_id.as_deref(),
            _ => None,
        };
        let Some(source) = multi_session::source(self, session_id, carrier) else {
            return self.signed_out_because(
                Reason::SESSION_ID_MISMATCH,
                "the token does not belong to the session that the request names".to_owned(),
                headers,
            );
        };
        let pending = match &*auth {
            AuthObject::Session(auth) if auth.is_pending() => Some(auth.clone()),
            _ => None,
        };
        let auth = match (&pending, self.options.pending_sessions) {
            (Some(pending), PendingSessions::SignedOut) => {
                let signed_out = pending.clone().pending_as_signed_out();
                Arc::new(AuthObject::Session(signed_out))
            }
            _ => auth,
        };
        RequestState::SignedIn(Box::new(SignedIn {
            auth,
            pending,
            token_type: TokenType::Session,
            source,
            headers,
            token,
        }))
    }

    pub(super) fn signed_in_machine(&self, token: &str, machine: MachineAuth) -> RequestState {
        RequestState::SignedIn(Box::new(SignedIn {
            token_type: machine.token_type(),
            auth: Arc::new(AuthObject::Machine(machine)),
            pending: None,
            source: AuthSource::Header,
            headers: HeaderMap::new(),
            token: Verified::Other(token.into()),
        }))
    }
}

/// Returns the signed-out outcome for a configuration that cannot work.
pub(super) fn misconfigured(options: &AuthenticateOptions, message: String) -> RequestState {
    let signed_out = AuthObject::Session(Auth::signed_out());
    let auth = signed_out.accepted_as(&options.accepts_token);
    let reason = Reason::UNEXPECTED_ERROR;
    let mut headers = HeaderMap::new();
    describe(&mut headers, Status::SignedOut, &reason, None);
    RequestState::SignedOut(Box::new(SignedOut {
        token_type: auth.token_type(),
        auth,
        reason,
        message,
        headers,
        is_outage: false,
        description: "",
    }))
}

/// Returns the headers that set these cookies. Caches must not store a response that sets one visitor's cookies.
pub(super) fn setting_cookies<'c>(cookies: impl IntoIterator<Item = &'c str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            headers.append(SET_COOKIE, value);
        }
    }
    if !headers.is_empty() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("cookie"));
    }
    headers
}

/// Returns the session token among the cookies to set: the value of the last cookie whose name begins with `__session`.
pub(super) fn session_token_of<'c>(cookies: impl IntoIterator<Item = &'c str>) -> &'c str {
    let mut token = "";
    for cookie in cookies {
        let pair = cookie.split(';').next().unwrap_or_default();
        if pair.starts_with(SESSION) {
            token = pair.split('=').nth(1).unwrap_or_default();
        }
    }
    token
}
