//! Handshakes: telling the application, by way of the browser, who is signed in.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::browser::{Browser, DEV_BROWSER, cookie, no_cookie};
use super::pages;
use super::redirect::Redirect;
use super::visit::Visit;
use crate::backend_api::errors::ApiError;
use crate::backend_api::{broken, organizations, sessions};
use crate::store::{Session, State};
use crate::tokens::{self, Category, SESSION_SECONDS};
use crate::world::World;

/// `GET /v1/client/handshake`
pub(super) fn answer(world: &World, visit: &Visit) -> Result<Response, ApiError> {
    let redirect = Redirect::parse(
        world,
        visit,
        visit.query("redirect_url").unwrap_or_default(),
    )?;
    let now = world.clock.now();
    let state = &mut *world.write();
    let mut browser = Browser::find(world, state, visit);
    let dev_browser = browser.ensure_dev_browser(world, state);
    let current = browser
        .client_id
        .as_deref()
        .and_then(|client| state.sessions.current_of(client, now))
        .map(|session| session.id.clone());
    if let (Some(id), Some(organization)) = (&current, visit.query("organization_id"))
        // Who is no member stays where he was.
        && let Ok(organization) = member_of(state, id, organization)
        && state.sessions.get(id).is_some_and(|session| session.organization_id != organization)
    {
        if !visit.is_trusted(&world.access) {
            return Ok(pages::switch_confirmation(visit));
        }
        activate(world, state, id, organization);
    }
    let session = current.and_then(|id| state.sessions.get(&id));
    let suffixed = visit.query("suffixed_cookies") == Some("true");
    let directives = directives(world, state, session, &redirect, &dev_browser, suffixed)?;
    let location = if visit.query("format") == Some("nonce") {
        let nonce = world.ids.letters(43);
        state.browsers.keep(&nonce, directives, now);
        redirect.with_answer("__clerk_handshake_nonce", &nonce)
    } else {
        let claims = json!({"handshake": directives});
        let token =
            tokens::sign(&world.key(), Category::None, &claims).map_err(|error| broken(&error))?;
        redirect.with_answer("__clerk_handshake", &token)
    };
    let mut response = (
        StatusCode::TEMPORARY_REDIRECT,
        [
            (header::LOCATION, location.as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response();
    super::set_cookies(&mut response, &browser.cookies(world, state)?);
    Ok(response)
}

/// Makes an organization, by id or slug, the session's; the personal account where it is empty.
pub(super) fn switch(
    world: &World,
    state: &mut State,
    session_id: &str,
    organization: &str,
) -> Result<(), ApiError> {
    let organization = member_of(state, session_id, organization)?;
    activate(world, state, session_id, organization);
    Ok(())
}

fn activate(world: &World, state: &mut State, session_id: &str, organization: Option<String>) {
    let now = world.clock.now();
    if let Some(session) = state.sessions.get_mut(session_id) {
        session.organization_id = organization;
        session.updated_at = now;
    }
}

/// The id of an organization that the session's user belongs to; nothing where nothing is named.
pub(super) fn member_of(
    state: &State,
    session_id: &str,
    organization: &str,
) -> Result<Option<String>, ApiError> {
    if organization.is_empty() {
        return Ok(None);
    }
    let unknown = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "organization_not_found_or_unauthorized",
            "Organization not found",
            "There is no such organization, or the user is no member of it.",
        )
    };
    let found = organizations::find(state, organization).map_err(|_| unknown())?;
    let id = found["id"].as_str().unwrap_or_default();
    let session = state.sessions.get(session_id).ok_or_else(unknown)?;
    let member = state.members.get(id, &session.user_id);
    member.map(|_| Some(id.to_owned())).ok_or_else(unknown)
}

/// The cookies that the application is to set on its own site.
fn directives(
    world: &World,
    state: &State,
    session: Option<&Session>,
    redirect: &Redirect,
    dev_browser: &str,
    suffixed: bool,
) -> Result<Vec<String>, ApiError> {
    let suffix = sessions::cookie_suffix(&world.publishable_key);
    let names = |name: &str| {
        let plain = name.to_owned();
        let own = suffixed.then(|| format!("{name}_{suffix}"));
        std::iter::once(plain).chain(own)
    };
    let refresh = format!("__refresh_{suffix}");
    let mut directives: Vec<String> = names(DEV_BROWSER)
        .map(|name| cookie(&name, dev_browser, ""))
        .collect();
    match session {
        Some(session) => {
            let origin = redirect.origin();
            let token =
                sessions::session_token(world, state, session, Some(&origin), SESSION_SECONDS)?;
            let at = changed_at(world, state, session).to_string();
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

/// When the browser's sessions changed last, in seconds; never later than the token that is made now.
fn changed_at(world: &World, state: &State, session: &Session) -> i64 {
    let client = state.sessions.client(&session.client_id);
    let changed = client.map_or(session.created_at, |client| client.updated_at);
    changed.min(world.clock.now()).div_euclid(1000)
}
