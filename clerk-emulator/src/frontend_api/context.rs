//! A browser's request under way.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::Value;

use super::browser::Browser;
use super::request::FapiRequest;
use crate::domain::sessions::Acting;
use crate::domain::sign_in::{check_may_sign_in, sign_in_user};
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

/// What an action of the Frontend API returns: the response's body.
pub(super) type ActionResult = Result<Value, ApiError>;

/// The request, the browser that sent it, and the state that it may change.
pub(super) struct FapiContext<'a> {
    pub(super) cx: Context<'a>,
    pub(super) state: &'a mut State,
    pub(super) request: &'a FapiRequest,
    pub(super) browser: Browser,
}

/// The user who asks, and the session that the request is of.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) session_id: String,
    pub(super) user_id: String,
}

impl FapiContext<'_> {
    /// Returns the path's segment with this number.
    pub(super) fn segment(&self, index: usize) -> &str {
        self.request.segments.get(index).map_or("", String::as_str)
    }

    /// Returns the id of the browser's client, if it has one.
    pub(super) fn client_id(&self) -> Option<&str> {
        self.browser.client_id.as_deref()
    }

    /// Returns the id of the browser's client; creates the client if there is none.
    pub(super) fn ensure_client(&mut self) -> String {
        self.browser.ensure_client(self.cx, self.state)
    }

    /// Returns who asks: the user of the session that the request names, or of the browser's current one.
    pub(super) fn visitor(&self) -> Result<Visitor, ApiError> {
        let signed_out = || {
            ApiError::unauthorized(
                "signed_out",
                "Signed out",
                "Nobody is signed in to this browser, or not in the session that the request names.",
            )
        };
        let client = self.client_id().ok_or_else(signed_out)?;
        let now = self.cx.now;
        let session = match self.request.query("_clerk_session_id") {
            Some(id) => self
                .state
                .sessions
                .get(id)
                .filter(|session| session.client_id == client && session.is_active(now)),
            None => self.state.sessions.current_of(client, now),
        };
        let session = session.ok_or_else(signed_out)?;
        Ok(Visitor {
            session_id: session.id.clone(),
            user_id: session.user_id.clone(),
        })
    }

    /// Returns the part of a list that the request asks for.
    pub(super) fn page<T>(&self, all: Vec<T>) -> Vec<T> {
        let number = |name, otherwise| {
            let given = self.request.query(name).and_then(|text| text.parse().ok());
            given.unwrap_or(otherwise)
        };
        let (skip, take) = (number("offset", 0), number("limit", 10));
        all.into_iter().skip(skip).take(take).collect()
    }

    /// Signs a user in to this browser and returns the session's id.
    pub(super) fn sign_in_user(
        &mut self,
        user_id: &str,
        acting: Option<&Acting>,
    ) -> Result<String, ApiError> {
        // A user who may not sign in leaves no client behind.
        check_may_sign_in(find_user(self.state, user_id)?)?;
        let client = self.ensure_client();
        sign_in_user(self.cx, self.state, &client, user_id, acting)
    }
}

pub(super) fn set_cookies(response: &mut Response, cookies: &[String]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
