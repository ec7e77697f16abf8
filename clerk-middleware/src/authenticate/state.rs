//! Making the outcomes.

use std::sync::Arc;

use clerk_sdk::auth::{Accepts, Auth, AuthObject, MachineAuth};
use clerk_sdk::tokens::{TokenType, VerifiedToken};
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

use super::context::Context;
use super::multi_session;
use crate::options::{AuthenticateOptions, PendingSessions};
use crate::request_state::{
    AuthSource, Handshake, Reason, RequestState, SignedIn, SignedOut, Status, Verified, describe,
};

/// Where a session token was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Header,
    Cookie,
}

impl Context<'_> {
    /// No session.
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
        self.nobody(Some(TokenType::Session), auth, reason, message, headers)
    }

    /// No machine of this kind.
    pub(super) fn no_machine(
        &self,
        kind: TokenType,
        reason: Reason,
        message: String,
    ) -> RequestState {
        let nobody = AuthObject::InvalidToken.accepted_as(&Accepts::One(kind));
        self.nobody(Some(kind), nobody, reason, message, HeaderMap::new())
    }

    /// A token of a kind that is not accepted.
    pub(super) fn rejected(&self) -> RequestState {
        self.nobody(
            None,
            AuthObject::InvalidToken,
            Reason::TOKEN_TYPE_MISMATCH,
            String::new(),
            HeaderMap::new(),
        )
    }

    fn nobody(
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
            self.told(&message),
        );
        RequestState::SignedOut(Box::new(SignedOut {
            auth,
            token_type,
            reason,
            message,
            headers,
        }))
    }

    /// What of a message visitors are told.
    fn told<'m>(&self, message: &'m str) -> Option<&'m str> {
        self.options.message_header.then_some(message)
    }

    /// A redirect of the browser.
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
            self.told(&message),
        );
        RequestState::Handshake(Handshake {
            reason,
            message,
            location,
            headers,
        })
    }

    /// The session of a token that was verified, if it is the one that the request is about.
    pub(super) fn signed_in(
        &self,
        seen: VerifiedToken,
        carrier: Carrier,
        headers: HeaderMap,
    ) -> RequestState {
        match AuthObject::of_verified(&seen) {
            Ok(auth) => {
                let token = Verified::Jwt(seen.clone());
                self.signed_in_as(auth, seen.claims().sid(), token, carrier, headers)
            }
            Err(error) => {
                self.signed_out_because(Reason::UNEXPECTED_ERROR, error.to_string(), headers)
            }
        }
    }

    pub(super) fn signed_in_as(
        &self,
        auth: Arc<AuthObject>,
        session_id: Option<&str>,
        token: Verified,
        carrier: Carrier,
        headers: HeaderMap,
    ) -> RequestState {
        let Some(source) = multi_session::source(self, session_id, carrier) else {
            return self.signed_out_because(
                Reason::SESSION_ID_MISMATCH,
                "the token is not of the session that the request names".to_owned(),
                headers,
            );
        };
        let pending = match &*auth {
            AuthObject::Session(auth) if auth.is_pending() => Some(auth.clone()),
            _ => None,
        };
        let auth = match (&pending, self.options.pending_sessions) {
            (Some(pending), PendingSessions::SignedOut) => {
                let nobody = pending.clone().pending_as_signed_out();
                Arc::new(AuthObject::Session(nobody))
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

/// Nobody, because the configuration cannot work.
pub(super) fn misconfigured(options: &AuthenticateOptions, message: String) -> RequestState {
    let nobody = AuthObject::Session(Auth::signed_out());
    let auth = nobody.accepted_as(&options.accepts_token);
    let reason = Reason::UNEXPECTED_ERROR;
    let mut headers = HeaderMap::new();
    describe(&mut headers, Status::SignedOut, &reason, None);
    RequestState::SignedOut(Box::new(SignedOut {
        token_type: auth.token_type(),
        auth,
        reason,
        message,
        headers,
    }))
}

/// The headers that set these cookies. A response that sets the cookies of one visitor is nobody else's.
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

/// The session token among cookies to set: the value of the last one whose name begins with that of the session cookie.
pub(super) fn session_token_of<'c>(cookies: impl IntoIterator<Item = &'c str>) -> &'c str {
    let mut token = "";
    for cookie in cookies {
        let pair = cookie.split(';').next().unwrap_or_default();
        if pair.starts_with("__session") {
            token = pair.split('=').nth(1).unwrap_or_default();
        }
    }
    token
}
