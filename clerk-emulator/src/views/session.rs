//! Sessions and clients, as the Backend API and webhooks show them.

use serde_json::{Value, json};

use crate::store::{Client, Session, State};

pub(crate) fn session_view(session: &Session, now: i64) -> Value {
    json!({
        "object": "session",
        "id": session.id,
        "user_id": session.user_id,
        "client_id": session.client_id,
        "actor": session.actor,
        "status": session.status_at(now),
        "last_active_organization_id": session.organization_id,
        "last_active_at": session.last_active_at,
        "expire_at": session.expire_at,
        "abandon_at": session.abandon_at,
        "tasks": null,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
    })
}

/// Returns a client with its active sessions.
pub(crate) fn client_view(state: &State, client: &Client, now: i64) -> Value {
    let active: Vec<&Session> = client
        .session_ids
        .iter()
        .filter_map(|id| state.sessions.get(id))
        .filter(|session| session.is_active(now))
        .collect();
    json!({
        "object": "client",
        "id": client.id,
        "session_ids": active.iter().map(|session| &session.id).collect::<Vec<_>>(),
        "sessions": active.iter().map(|session| session_view(session, now)).collect::<Vec<_>>(),
        "sign_in_id": null,
        "sign_up_id": null,
        "last_active_session_id": client.last_active_session_id,
        "last_authentication_strategy": null,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    })
}
