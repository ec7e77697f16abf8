//! The browser that sent a request: by its client's token or its development browser's.

use axum::http::{StatusCode, header};

use super::request::FapiRequest;
use crate::domain::sessions::{client_by_token, client_token, create_client};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

/// The query parameter and the cookie that name a development browser.
pub(super) const DEV_BROWSER: &str = "__clerk_db_jwt";
/// The cookie with the client's token.
pub(super) const CLIENT: &str = "__client";

/// Practically forever: browsers reduce it to their limit.
const MAX_AGE: i64 = 315_360_000;

/// A browser.
///
/// A development instance and its application are on different sites, so that they share no cookies. The development
/// browser's token goes to and fro in URLs instead, and stands for the client on the application's side.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    pub(super) dev_browser: Option<String>,
    /// `None` until a sign-in or sign-up begins.
    pub(super) client_id: Option<String>,
}

impl Browser {
    /// Returns the browser that a request names, or an empty one if it names no known browser.
    pub(super) fn find(cx: Context<'_>, state: &mut State, request: &FapiRequest) -> Self {
        let named = request
            .query(DEV_BROWSER)
            .or_else(|| authorization(request));
        let client_of = |token: &str| {
            client_by_token(cx.instance, state, token).map(|client| client.id.clone())
        };
        let known = |token: &&str| state.browsers.knows(token);
        let dev_browser = named
            .filter(known)
            .or_else(|| request.cookies(DEV_BROWSER).find(known))
            .map(str::to_owned);
        // What the request says itself counts more than what the browser sends along with every request.
        let client_id = named
            .and_then(|token| {
                let client = state.browsers.client(token).map(str::to_owned);
                client.or_else(|| client_of(token))
            })
            .or_else(|| request.cookies(CLIENT).find_map(client_of))
            .or_else(|| {
                let client = state.browsers.client(dev_browser.as_deref()?);
                client.map(str::to_owned)
            });
        let browser = Self {
            dev_browser,
            client_id,
        };
        browser.link(state);
        browser
    }

    /// As [`find`](Self::find), but rejects a request that names no browser.
    pub(super) fn find_known(
        cx: Context<'_>,
        state: &mut State,
        request: &FapiRequest,
    ) -> Result<Self, ApiError> {
        let mut browser = Self::find(cx, state, request);
        if browser.dev_browser.is_none() && browser.client_id.is_none() {
            if !request.is_native() || authorization(request).is_some() {
                return Err(ApiError::new(
                    StatusCode::UNAUTHORIZED,
                    "dev_browser_unauthenticated",
                    "Unable to authenticate this browser",
                    "The request names no browser that is known: get one by POST /v1/dev_browser, and send its token as \
                     __clerk_db_jwt in the query.",
                ));
            }
            browser.ensure_dev_browser(cx, state);
        }
        Ok(browser)
    }

    /// Whether the request says itself which browser it is of, by a token that leads to a client. Cookies do not count: the
    /// browser sends them whoever made the request.
    pub(super) fn is_named(cx: Context<'_>, state: &State, request: &FapiRequest) -> bool {
        let named = request
            .query(DEV_BROWSER)
            .or_else(|| authorization(request));
        named.is_some_and(|token| {
            state.browsers.client(token).is_some()
                || client_by_token(cx.instance, state, token).is_some()
        })
    }

    fn link(&self, state: &mut State) {
        if let (Some(token), Some(client_id)) = (&self.dev_browser, &self.client_id) {
            state.browsers.link(token, client_id);
        }
    }

    /// Returns the development browser's token; creates it if it is missing.
    pub(super) fn ensure_dev_browser(&mut self, cx: Context<'_>, state: &mut State) -> String {
        if let Some(token) = &self.dev_browser {
            return token.clone();
        }
        let token = cx.instance.ids.id("dvb");
        state.add_browser(token.clone(), cx.now);
        self.dev_browser = Some(token.clone());
        self.link(state);
        token
    }

    /// Returns the client's id; creates the client if it is missing.
    pub(super) fn ensure_client(&mut self, cx: Context<'_>, state: &mut State) -> String {
        if let Some(id) = &self.client_id {
            return id.clone();
        }
        state.make_room_for_client(cx.now);
        let id = create_client(cx, state);
        self.client_id = Some(id.clone());
        self.link(state);
        id
    }

    /// Returns the client's token, if there is a client.
    pub(super) fn client_token(
        &self,
        cx: Context<'_>,
        state: &State,
    ) -> Result<Option<String>, ApiError> {
        let client = self
            .client_id
            .as_deref()
            .and_then(|id| state.sessions.client(id));
        client
            .map(|client| client_token(cx.instance, client))
            .transpose()
    }

    /// Returns the cookies for the emulator's host.
    pub(super) fn cookies(&self, cx: Context<'_>, state: &State) -> Result<Vec<String>, ApiError> {
        let mut cookies = Vec::new();
        if let Some(token) = self.client_token(cx, state)? {
            cookies.push(cookie(CLIENT, &token, "; HttpOnly"));
        }
        if let Some(token) = &self.dev_browser {
            cookies.push(cookie(DEV_BROWSER, token, ""));
        }
        Ok(cookies)
    }
}

/// Returns a cookie to keep.
pub(super) fn cookie(name: &str, value: &str, more: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={MAX_AGE}; SameSite=Lax{more}")
}

/// Returns a cookie to delete.
pub(super) fn no_cookie(name: &str) -> String {
    format!("{name}=; Path=/; Max-Age=0; SameSite=Lax")
}

/// Returns the token in `Authorization`, with or without a scheme.
fn authorization(request: &FapiRequest) -> Option<&str> {
    let given = request.header(header::AUTHORIZATION)?.trim();
    let token = given.strip_prefix("Bearer ").unwrap_or(given).trim();
    (!token.is_empty()).then_some(token)
}
