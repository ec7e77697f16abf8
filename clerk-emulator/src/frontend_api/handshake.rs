//! Handshakes: telling the application, by way of the browser, who is signed in.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::action::{Action, Actions};
use super::browser::{Browser, DEV_BROWSER, cookie, no_cookie};
use super::context::set_cookies;
use super::pages;
use super::redirect::Redirect;
use super::request::FapiRequest;
use crate::domain::sessions::{organization_for_session, session_token, set_active_organization};
use crate::domain::tokens::{self, Category, SESSION_SECONDS};
use crate::http::error::ApiError;
use crate::instance::{Context, Instance};
use crate::store::{Session, State};

pub(super) const HANDSHAKE_ACTIONS: Actions = &[("handshakeClient", Action::Open(handshake))];

/// `GET /v1/client/handshake`
pub(super) fn handshake(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let url = request.query("redirect_url").unwrap_or_default();
    let redirect = Redirect::parse(instance, request, url)?;
    instance.commit(|state| handshake_in(instance.context(), state, request, &redirect))
}

fn handshake_in(
    cx: Context<'_>,
    state: &mut State,
    request: &FapiRequest,
    redirect: &Redirect,
) -> Result<Response, ApiError> {
    let mut browser = Browser::find(cx, state, request);
    let dev_browser = browser.ensure_dev_browser(cx, state);
    let current = browser
        .client_id
        .as_deref()
        .and_then(|client| state.sessions.current_of(client, cx.now))
        .map(|session| session.id.clone());
    if let Some(id) = &current
        && let Some(organization) = organization_to_switch(state, id, request)
    {
        if !request.is_trusted(&cx.instance.settings.access) {
            return Ok(pages::switch_confirmation(request));
        }
        set_active_organization(cx, state, id, organization);
    }
    let session = current.and_then(|id| state.sessions.get(&id));
    let suffixed = request.query("suffixed_cookies") == Some("true");
    let directives = directives(cx, state, session, redirect, &dev_browser, suffixed)?;
    let location = if request.query("format") == Some("nonce") {
        let nonce = cx.instance.ids.letters(43);
        state.browsers.keep(&nonce, directives, cx.now);
        redirect.with_handshake("__clerk_handshake_nonce", &nonce)
    } else {
        let claims = json!({"handshake": directives});
        let token = tokens::sign(&cx.instance.key(), Category::None, &claims)
            .map_err(|error| ApiError::internal(&error))?;
        redirect.with_handshake("__clerk_handshake", &token)
    };
    let mut response = (
        StatusCode::TEMPORARY_REDIRECT,
        [
            (header::LOCATION, location.as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response();
    set_cookies(&mut response, &browser.cookies(cx, state)?);
    Ok(response)
}

/// Returns the organization that the request wants active, if it is another one and the user is a member; `Some(None)` is
/// the personal account.
fn organization_to_switch(
    state: &State,
    session_id: &str,
    request: &FapiRequest,
) -> Option<Option<String>> {
    let wanted = request.query("organization_id")?;
    // A user who is no member stays in the present organization.
    let organization = organization_for_session(state, session_id, wanted).ok()?;
    let session = state.sessions.get(session_id)?;
    (session.organization_id != organization).then_some(organization)
}

/// Returns the cookies that the application is to set on its own site.
fn directives(
    cx: Context<'_>,
    state: &State,
    session: Option<&Session>,
    redirect: &Redirect,
    dev_browser: &str,
    suffixed: bool,
) -> Result<Vec<String>, ApiError> {
    let settings = &cx.instance.settings;
    let names = |name| settings.cookie_names(name, suffixed);
    let refresh = settings.own_cookie_name("__refresh");
    let mut directives: Vec<String> = names(DEV_BROWSER)
        .map(|name| cookie(&name, dev_browser, ""))
        .collect();
    match session {
        Some(session) => {
            let origin = redirect.origin();
            let token = session_token(cx, state, session, Some(&origin), SESSION_SECONDS)?;
            let at = changed_at(cx, state, session).to_string();
            directives.extend(names("__client_uat").map(|name| cookie(&name, &at, "")));
            directives.push(cookie(&refresh, &session.refresh_token, "; HttpOnly"));
            directives.extend(names("__session").map(|name| cookie(&name, &token, "")));
        }
        None => {
            directives.extend(names("__client_uat").map(|name| cookie(&name, "0", "")));
            directives.push(no_cookie(&refresh));
            directives.extend(names("__session").map(|name| no_cookie(&name)));
        }
    }
    Ok(directives)
}

/// Returns when the browser's sessions changed last, in seconds; never later than now, when the token is made.
fn changed_at(cx: Context<'_>, state: &State, session: &Session) -> i64 {
    let client = state.sessions.client(&session.client_id);
    let changed = client.map_or(session.created_at, |client| client.updated_at);
    changed.min(cx.now).div_euclid(1000)
}
