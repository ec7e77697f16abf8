//! The user's sessions in all browsers, and tokens for other services.

use serde_json::{Value, json};

use crate::domain::sessions::find_session;
use crate::domain::tokens::service_token;
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::store::Session;
use crate::views::account::activity_view;
use crate::views::frontend::frontend_session_view;
use crate::views::session::session_view;

pub(super) const OWN_SESSION_ACTIONS: Actions = &[
    ("getUsersSessions", Action::User(list_sessions)),
    ("getSessions", Action::User(list_active_sessions)),
    ("revokeSession", Action::User(revoke_session)),
    ("createServiceToken", Action::User(create_service_token)),
];

/// Returns a session, with a token if it is one of this browser's.
fn view_of(context: &FapiContext<'_>, session: &Session) -> ActionResult {
    let mut view =
        frontend_session_view(context.cx, context.state, session, context.request.origin())?;
    if Some(session.client_id.as_str()) != context.client_id() {
        view["last_active_token"] = Value::Null;
    }
    Ok(view)
}

/// Returns all sessions that are known, the newest first.
fn list_sessions(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let sessions = context.state.sessions.of_user(&visitor.user_id).rev();
    sessions.map(|session| view_of(context, session)).collect()
}

fn list_active_sessions(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let now = context.cx.now;
    let sessions = context.state.sessions.of_user(&visitor.user_id).rev();
    Ok(sessions
        .filter(|session| session.is_active(now))
        .map(|session| {
            let mut view = session_view(session, now);
            view["latest_activity"] = activity_view(session);
            view
        })
        .collect())
}

fn revoke_session(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    let is_own = find_session(context.state, &id)?.user_id == visitor.user_id;
    if !is_own {
        return Err(ApiError::not_found("session", &id));
    }
    context.state.sessions.end(&id, "revoked", context.cx.now);
    view_of(context, find_session(context.state, &id)?)
}

fn create_service_token(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let service = context.request.required_text("service")?;
    let session = find_session(context.state, &visitor.session_id)?;
    let jwt = service_token(context.cx, session, service)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}
