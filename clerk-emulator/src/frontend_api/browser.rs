//! Which browser asks: by its client's token or its development browser's.

use axum::http::{StatusCode, header};

use super::visit::Visit;
use crate::backend_api::errors::ApiError;
use crate::backend_api::sessions;
use crate::store::State;
use crate::world::World;

/// The query parameter and the cookie that name a development browser.
pub(super) const DEV_BROWSER: &str = "__clerk_db_jwt";
/// The cookie with the client's token.
pub(super) const CLIENT: &str = "__client";

/// For good: browsers cut it to what they allow.
const MAX_AGE: i64 = 315_360_000;

/// A browser.
///
/// A development instance and its application are on different sites, so that they share no cookies. The development
/// browser's token goes to and fro in URLs instead, and stands for the client on the application's side.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    pub(super) dev_browser: Option<String>,
    /// None until somebody begins to sign in.
    pub(super) client_id: Option<String>,
}

impl Browser {
    /// The browser that a request names; an empty one where it names none that is known.
    pub(super) fn find(world: &World, state: &mut State, visit: &Visit) -> Self {
        let named = visit.query(DEV_BROWSER).or_else(|| authorization(visit));
        let client_of = |token: &str| {
            sessions::client_by_token(world, state, token).map(|client| client.id.clone())
        };
        let known = |token: &&str| state.browsers.knows(token);
        let dev_browser = named
            .filter(known)
            .or_else(|| visit.cookies(DEV_BROWSER).find(known))
            .map(str::to_owned);
        // What the request says itself counts more than what the browser sends along with every request.
        let client_id = named
            .and_then(|token| {
                let client = state.browsers.client(token).map(str::to_owned);
                client.or_else(|| client_of(token))
            })
            .or_else(|| visit.cookies(CLIENT).find_map(client_of))
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

    /// As `find`, where a request that names none is refused.
    pub(super) fn needed(
        world: &World,
        state: &mut State,
        visit: &Visit,
    ) -> Result<Self, ApiError> {
        let mut browser = Self::find(world, state, visit);
        if browser.dev_browser.is_none() && browser.client_id.is_none() {
            if !visit.is_native() || authorization(visit).is_some() {
                return Err(ApiError::new(
                    StatusCode::UNAUTHORIZED,
                    "dev_browser_unauthenticated",
                    "Unable to authenticate this browser",
                    "The request names no browser that is known: get one by POST /v1/dev_browser, and send its token as \
                     __clerk_db_jwt in the query.",
                ));
            }
            browser.ensure_dev_browser(world, state);
        }
        Ok(browser)
    }

    fn link(&self, state: &mut State) {
        if let (Some(token), Some(client_id)) = (&self.dev_browser, &self.client_id) {
            state.browsers.link(token, client_id);
        }
    }

    /// The development browser's token; a new one where there was none.
    pub(super) fn ensure_dev_browser(&mut self, world: &World, state: &mut State) -> String {
        if let Some(token) = &self.dev_browser {
            return token.clone();
        }
        let token = world.ids.id("dvb");
        state.add_browser(token.clone(), world.clock.now());
        self.dev_browser = Some(token.clone());
        self.link(state);
        token
    }

    /// The client's id; a new one where there was none.
    pub(super) fn ensure_client(&mut self, world: &World, state: &mut State) -> String {
        if let Some(id) = &self.client_id {
            return id.clone();
        }
        state.make_room_for_client(world.clock.now());
        let id = sessions::new_client(world, state);
        self.client_id = Some(id.clone());
        self.link(state);
        id
    }

    /// The client's token, once it has one.
    pub(super) fn client_token(
        &self,
        world: &World,
        state: &State,
    ) -> Result<Option<String>, ApiError> {
        let client = self
            .client_id
            .as_deref()
            .and_then(|id| state.sessions.client(id));
        client
            .map(|client| sessions::client_token(world, client))
            .transpose()
    }

    /// What the browser is to keep for the emulator's host.
    pub(super) fn cookies(&self, world: &World, state: &State) -> Result<Vec<String>, ApiError> {
        let mut cookies = Vec::new();
        if let Some(token) = self.client_token(world, state)? {
            cookies.push(cookie(CLIENT, &token, "; HttpOnly"));
        }
        if let Some(token) = &self.dev_browser {
            cookies.push(cookie(DEV_BROWSER, token, ""));
        }
        Ok(cookies)
    }
}

/// A cookie to be kept.
pub(super) fn cookie(name: &str, value: &str, more: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={MAX_AGE}; SameSite=Lax{more}")
}

/// A cookie to be forgotten.
pub(super) fn no_cookie(name: &str) -> String {
    format!("{name}=; Path=/; Max-Age=0; SameSite=Lax")
}

/// The token in `Authorization`, with or without a scheme.
fn authorization(visit: &Visit) -> Option<&str> {
    let given = visit.header(header::AUTHORIZATION)?.trim();
    let token = given.strip_prefix("Bearer ").unwrap_or(given).trim();
    (!token.is_empty()).then_some(token)
}
