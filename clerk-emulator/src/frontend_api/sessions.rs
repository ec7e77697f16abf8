//! The sessions of a browser: tokens, switching, signing out.

use serde_json::{Value, json};

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use crate::domain::jwt_templates::template_token;
use crate::domain::sessions::{
    end_client_sessions, find_active_session, organization_for_session, session_token,
    switch_organization,
};
use crate::domain::tokens::SESSION_SECONDS;
use crate::http::error::ApiError;
use crate::store::Session;
use crate::views::frontend::{frontend_client_view, frontend_session_view};
use crate::views::user::user_view;

pub(super) const SESSION_ACTIONS: Actions = &[
    ("getClient", Action::Browser(get_client)),
    ("postClient", Action::Browser(create_client)),
    ("putClient", Action::Browser(create_client)),
    ("deleteClientSessions", Action::Browser(remove_all_sessions)),
    (
        "removeClientSessionsAndRetainCookie",
        Action::Browser(remove_all_sessions),
    ),
    ("getSession", Action::Browser(get_session)),
    ("createSessionToken", Action::Browser(create_token)),
    (
        "createSessionTokenWithTemplate",
        Action::Browser(create_template_token),
    ),
    ("touchSession", Action::Browser(touch_session)),
    (
        "endSession",
        Action::Browser(|context| end_session(context, "ended")),
    ),
    (
        "removeSession",
        Action::Browser(|context| end_session(context, "removed")),
    ),
];

/// Returns the session with this id, if it is the browser's.
fn find_own_session<'a>(context: &'a FapiContext<'_>, id: &str) -> Result<&'a Session, ApiError> {
    let session = context.state.sessions.get(id);
    session
        .filter(|session| Some(session.client_id.as_str()) == context.client_id())
        .ok_or_else(|| ApiError::not_found("session", id))
}

/// Returns the id of the session that the path names, if it is the browser's and can be used.
fn named_active_session(context: &FapiContext<'_>) -> Result<String, ApiError> {
    let session = find_own_session(context, context.segment(3))?;
    find_active_session(context.state, &session.id, context.cx.now)?;
    Ok(session.id.clone())
}

fn view_session(context: &FapiContext<'_>, id: &str) -> ActionResult {
    let session = find_own_session(context, id)?;
    frontend_session_view(context.cx, context.state, session, context.request.origin())
}

pub(super) fn get_session(context: &mut FapiContext<'_>) -> ActionResult {
    view_session(context, context.segment(3))
}

/// Returns the browser's client.
pub(super) fn get_client(context: &mut FapiContext<'_>) -> ActionResult {
    let (id, origin) = (context.client_id(), context.request.origin());
    let client = frontend_client_view(context.cx, context.state, id, origin)?;
    Ok(client)
}

pub(super) fn create_client(context: &mut FapiContext<'_>) -> ActionResult {
    context.ensure_client();
    get_client(context)
}

/// Returns a token for the organization that the request names, or else for the active one.
pub(super) fn create_token(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let mut session = find_own_session(context, &id)?.clone();
    if let Some(organization) = context.request.field("organization_id") {
        session.organization_id =
            organization_for_session(context.state, &session.id, organization)?;
    }
    let origin = context.request.origin();
    let jwt = session_token(context.cx, context.state, &session, origin, SESSION_SECONDS)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}

pub(super) fn create_template_token(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let name = context.segment(5);
    let jwt = template_token(context.cx, context.state, &id, name, None, user_view)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}

/// Makes the session the browser's current one, with another organization if the request names one.
pub(super) fn touch_session(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let organization = match context.request.params().value("active_organization_id") {
        Some(Value::String(organization)) => Some(organization.as_str()),
        Some(Value::Null) => Some(""),
        _ => None,
    };
    if let Some(organization) = organization {
        switch_organization(context.cx, context.state, &id, organization)?;
    }
    context.state.sessions.activate(&id, context.cx.now);
    view_session(context, &id)
}

pub(super) fn end_session(context: &mut FapiContext<'_>, status: &'static str) -> ActionResult {
    let id = find_own_session(context, context.segment(3))?.id.clone();
    context.state.sessions.end(&id, status, context.cx.now);
    view_session(context, &id)
}

/// Signs all users out of this browser.
pub(super) fn remove_all_sessions(context: &mut FapiContext<'_>) -> ActionResult {
    sign_out_all(context);
    get_client(context)
}

/// Ends all sessions of the browser.
pub(super) fn sign_out_all(context: &mut FapiContext<'_>) {
    if let Some(client) = context.browser.client_id.as_deref() {
        end_client_sessions(context.cx, context.state, client);
    }
}
