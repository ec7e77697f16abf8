//! Clients, sessions, users and organizations as the Frontend API shows them.

use serde_json::{Value, json};

use super::account::own_passkeys;
use super::organization::{member_view, organization_view};
use super::session::session_view;
use super::sign_in::sign_in_view;
use super::user::{public_user_data, user_view};
use crate::domain::organizations::ORGANIZATIONS;
use crate::domain::sessions::session_token;
use crate::domain::tokens::{SESSION_SECONDS, factor_ages};
use crate::http::error::ApiError;
use crate::instance::{Context, Instance};
use crate::store::{Documents, Member, Session, State, User};

/// Returns a client with a fresh token for each of its sessions; `null` if there is no client yet. `origin` is the page that
/// asks.
pub(crate) fn frontend_client_view(
    cx: Context<'_>,
    state: &State,
    id: Option<&str>,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let Some(client) = id.and_then(|id| state.sessions.client(id)) else {
        return Ok(Value::Null);
    };
    let sessions: Vec<Value> = state
        .sessions
        .active_of(&client.id, cx.now)
        .into_iter()
        .map(|session| frontend_session_view(cx, state, session, origin))
        .collect::<Result<_, _>>()?;
    let current = state.sessions.current_of(&client.id, cx.now);
    let sign_in = state.browsers.sign_ins.get(&client.id);
    let sign_up = state
        .browsers
        .sign_ups
        .get(&client.id)
        .and_then(|sign_up| state.documents.get("sign_ups", &sign_up.id))
        .map(Documents::view);
    Ok(json!({
        "object": "client",
        "id": client.id,
        "sessions": sessions,
        "sign_in": sign_in.map(|sign_in| sign_in_view(cx.instance, state, sign_in)),
        "sign_up": sign_up,
        "last_active_session_id": current.map(|session| &session.id),
        "last_authentication_strategy": sign_in.and_then(|sign_in| sign_in.strategy.as_deref()),
        "cookie_expires_at": null,
        "captcha_bypass": false,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }))
}

/// Returns a session with its user and a fresh token.
pub(crate) fn frontend_session_view(
    cx: Context<'_>,
    state: &State,
    session: &Session,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let mut view = session_view(session, cx.now);
    let user = state.users.get(&session.user_id);
    view["user"] = user
        .map(|user| frontend_user_view(cx.instance, state, user))
        .into();
    view["public_user_data"] = user.map(|user| public_user_data(cx.instance, user)).into();
    view["factor_verification_age"] = json!(factor_ages(session, cx.now));
    view["last_active_token"] = if session.is_active(cx.now) {
        let jwt = session_token(cx, state, session, origin, SESSION_SECONDS)?;
        json!({"object": "token", "jwt": jwt})
    } else {
        Value::Null
    };
    Ok(view)
}

/// Returns a user as the user may see itself: without the application's secrets.
pub(crate) fn frontend_user_view(instance: &Instance, state: &State, user: &User) -> Value {
    let mut view = user_view(instance, user);
    remove_field(&mut view, "private_metadata");
    view["passkeys"] = own_passkeys(user);
    view["organization_memberships"] = state
        .members
        .of_user(&user.id)
        .map(|member| frontend_member_view(instance, state, member))
        .collect();
    view
}

/// Returns a membership as its user sees it.
pub(crate) fn frontend_member_view(instance: &Instance, state: &State, member: &Member) -> Value {
    let mut view = member_view(instance, state, member);
    remove_field(&mut view, "private_metadata");
    let organization = state.documents.get(ORGANIZATIONS, &member.organization_id);
    view["organization"] = organization
        .map(|organization| frontend_organization_view(instance, state, organization))
        .unwrap_or_default();
    view
}

/// What members see of an organization.
const ORGANIZATION_FIELDS: [&str; 12] = [
    "object",
    "id",
    "name",
    "slug",
    "image_url",
    "has_image",
    "max_allowed_memberships",
    "admin_delete_enabled",
    "public_metadata",
    "created_at",
    "updated_at",
    "self_serve_sso_enabled",
];

/// Returns an organization as its members see it, with the numbers of its members and open invitations.
pub(crate) fn frontend_organization_view(
    instance: &Instance,
    state: &State,
    organization: &Value,
) -> Value {
    let mut view = organization_view(instance, organization);
    if let Value::Object(fields) = &mut view {
        fields.retain(|name, _| ORGANIZATION_FIELDS.contains(&&**name));
    }
    let id = organization["id"].as_str().unwrap_or_default();
    view["members_count"] = state.members.of_organization(id).count().into();
    let invitations = state.documents.all("organization_invitations");
    let open = invitations.filter(|invitation| {
        invitation["organization_id"] == id && invitation["status"] == "pending"
    });
    view["pending_invitations_count"] = open.count().into();
    view
}

fn remove_field(document: &mut Value, name: &str) {
    if let Value::Object(fields) = document {
        fields.remove(name);
    }
}
