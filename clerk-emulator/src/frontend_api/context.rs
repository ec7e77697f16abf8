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
