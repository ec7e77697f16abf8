//! Sessions, the clients (browsers) that hold them, and their tokens.

use serde_json::{Value, json};

use super::DAY;
use super::organizations::access::check_access;
use super::organizations::members::check_member;
use super::sign_in::check_may_sign_in;
use super::tokens::{self, Category, SESSION_SECONDS};
use super::users::find_user;
use crate::http::client_info::ClientInfo;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::{Context, Instance};
use crate::store::{Activity, Client, Session, State};

/// As much of what a browser calls itself is kept with a session.
const MAX_USER_AGENT: usize = 256;

pub(crate) fn find_session<'a>(state: &'a State, id: &str) -> Result<&'a Session, ApiError> {
    state
        .sessions
        .get(id)
        .ok_or_else(|| ApiError::not_found("session", id))
}

/// Returns a session that can be used.
pub(crate) fn find_active_session<'a>(
    state: &'a State,
    id: &str,
    now: i64,
) -> Result<&'a Session, ApiError> {
    let session = find_session(state, id)?;
    let status = session.status_at(now);
    if status != "active" {
        return Err(ApiError::unauthorized(
            &format!("session_{status}"),
            "Session not active",
            &format!("The session is {status}."),
        ));
    }
    Ok(session)
}

/// Makes a client without sessions and returns its id.
pub(crate) fn create_client(cx: Context<'_>, state: &mut State) -> String {
    let id = cx.instance.ids.id("client");
    state.sessions.insert_client(Client {
        id: id.clone(),
        created_at: cx.now,
        updated_at: cx.now,
        session_ids: Vec::new(),
        last_active_session_id: None,
        rotating_token: cx.instance.ids.letters(32),
    });
    id
}

/// What a new session begins with.
pub(crate) struct NewSession<'a> {
    pub(crate) user_id: &'a str,
    /// A new client if it is `None`.
    pub(crate) client_id: Option<&'a str>,
    pub(crate) organization_id: Option<&'a str>,
    /// Who acts in the user's name, and for how long at most.
    pub(crate) acting: Option<&'a Acting>,
}

/// Somebody who acts in a user's name.
#[derive(Clone, Debug)]
pub(crate) struct Acting {
    /// An object whose `sub` is the actor.
    pub(crate) actor: Value,
    /// How long the session lasts.
    pub(crate) seconds: i64,
}

impl Acting {
    /// How long a session lasts in which somebody acts in a user's name, unless the actor token says otherwise.
    pub(crate) const SECONDS: i64 = 1800;
}

/// Opens a session of a user who exists and may sign in, which the caller has checked.
pub(crate) fn open_session(cx: Context<'_>, state: &mut State, new: NewSession<'_>) -> Session {
    let client_id = match new.client_id {
        Some(id) => id.to_owned(),
        None => create_client(cx, state),
    };
    let session = Session {
        id: cx.instance.ids.id("sess"),
        user_id: new.user_id.to_owned(),
        client_id,
        status: "active",
        created_at: cx.now,
        updated_at: cx.now,
        last_active_at: cx.now,
        expire_at: new
            .acting
            .map_or(cx.now + 7 * DAY, |acting| cx.after(acting.seconds)),
        abandon_at: cx.now + 30 * DAY,
        organization_id: new.organization_id.map(str::to_owned),
        actor: new.acting.map(|acting| acting.actor.clone()),
        refresh_token: cx.instance.ids.letters(43),
        first_factor_at: Some(cx.now),
        second_factor_at: None,
        reverification: None,
        activity: current_activity(cx),
    };
    state.sessions.insert(session.clone());
    state.users.change(new.user_id, |user| {
        user.last_sign_in_at = Some(cx.now);
        user.last_active_at = Some(cx.now);
    });
    session
}

/// Returns from where the request comes that is being handled; `None` if the library itself acts.
fn current_activity(cx: Context<'_>) -> Option<Box<Activity>> {
    let client = ClientInfo::current();
    if client.client_ip.is_empty() && client.user_agent.is_empty() {
        return None;
    }
    Some(Box::new(Activity {
        id: cx.instance.ids.id("sess_activity"),
        ip_address: client.client_ip,
        user_agent: client.user_agent.chars().take(MAX_USER_AGENT).collect(),
    }))
}

/// Opens a session by the parameters of `createSession`.
pub(crate) fn create_session(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Session, ApiError> {
    let user = find_user(state, params.required_text("user_id")?)?;
    // The Backend API has another status than the Frontend API.
    check_may_sign_in(user)
        .map_err(|denied| ApiError::bad_state(denied.code(), &denied.to_string()))?;
    let user_id = user.id.clone();
    let organization_id = params.text("active_organization_id");
    if let Some(id) = organization_id {
        check_member(state, id, &user_id).map_err(|_| {
            ApiError::invalid(
                "active_organization_id",
                "The user is no member of this organization.",
            )
        })?;
    }
    let new = NewSession {
        user_id: &user_id,
        client_id: None,
        organization_id,
        acting: None,
    };
    Ok(open_session(cx, state, new))
}

/// Ends a session that is active; `status` says how.
pub(crate) fn end_session(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    status: &'static str,
) -> Result<(), ApiError> {
    find_session(state, id)?;
    state.sessions.end(id, status, cx.now);
    Ok(())
}

/// Ends all active sessions of a user but this one.
pub(crate) fn end_other_sessions(cx: Context<'_>, state: &mut State, user_id: &str, except: &str) {
    let others = state.sessions.of_user(user_id);
    let ids: Vec<String> = others
        .filter(|session| session.id != except)
        .map(|session| session.id.clone())
        .collect();
    for id in ids {
        state.sessions.end(&id, "revoked", cx.now);
    }
}

/// Ends all active sessions of a client.
pub(crate) fn end_client_sessions(cx: Context<'_>, state: &mut State, client_id: &str) {
    let active = state.sessions.active_of(client_id, cx.now);
    let ids: Vec<String> = active.iter().map(|session| session.id.clone()).collect();
    for id in ids {
        state.sessions.end(&id, "removed", cx.now);
    }
}

/// Signs a session's token; `azp` is the origin of the page that asked for it.
pub(crate) fn session_token(
    cx: Context<'_>,
    state: &State,
    session: &Session,
    azp: Option<&str>,
    seconds: i64,
) -> Result<String, ApiError> {
    let claims = tokens::session_claims(cx, state, session, azp, seconds);
    tokens::sign(&cx.instance.key(), Category::Session, &claims)
        .map_err(|error| ApiError::internal(&error))
}

/// Signs the client's token, which the Frontend API keeps in a cookie.
pub(crate) fn client_token(instance: &Instance, client: &Client) -> Result<String, ApiError> {
    let claims = json!({"id": client.id, "rotating_token": client.rotating_token});
    tokens::sign(&instance.key(), Category::None, &claims)
        .map_err(|error| ApiError::internal(&error))
}

/// Returns the client that a client's token names, if it is the newest token of the client.
pub(crate) fn client_by_token<'a>(
    instance: &Instance,
    state: &'a State,
    token: &str,
) -> Option<&'a Client> {
    let claims = tokens::verified_claims(&instance.key(), token)?;
    let client = state.sessions.client(claims.get("id")?.as_str()?)?;
    (claims.get("rotating_token")?.as_str()? == client.rotating_token).then_some(client)
}

/// Returns the client that a client's token names.
pub(crate) fn verify_client_token<'a>(
    instance: &Instance,
    state: &'a State,
    token: &str,
) -> Result<&'a Client, ApiError> {
    client_by_token(instance, state, token).ok_or_else(|| {
        ApiError::unauthorized(
            "client_token_invalid",
            "Invalid token",
            "This token is of no client.",
        )
    })
}

/// Returns the session with this id if the token belongs to it and both are valid. A client's token is valid for all
/// sessions of that client: SDKs that look for the last active session have no other.
pub(crate) fn verify_session<'a>(
    cx: Context<'_>,
    state: &'a State,
    id: &str,
    token: &str,
) -> Result<&'a Session, ApiError> {
    if let Some(client) = client_by_token(cx.instance, state, token) {
        let session = find_active_session(state, id, cx.now)?;
        if session.client_id == client.id {
            return Ok(session);
        }
    }
    let invalid =
        |long: &str| ApiError::unauthorized("session_token_invalid", "Invalid token", long);
    let claims = tokens::verified_claims(&cx.instance.key(), token)
        .ok_or_else(|| invalid("This instance did not sign this token."))?;
    if claims.get("sid").and_then(Value::as_str) != Some(id) {
        return Err(invalid("The token belongs to another session."));
    }
    let expires = claims.get("exp").and_then(Value::as_i64);
    if expires.is_none_or(|at| at <= cx.now / 1000) {
        return Err(invalid("The token has expired."));
    }
    find_active_session(state, id, cx.now)
}

/// Returns a fresh token for a session whose refresh token and expired token are given.
pub(crate) fn refresh_session(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<String, ApiError> {
    let rejected = |code: &str, long: &str| ApiError::unauthorized(code, "Not refreshed", long);
    let session = find_active_session(state, id, cx.now)?;
    if params.required_text("refresh_token")? != session.refresh_token {
        return Err(rejected(
            "refresh_token_invalid",
            "This is not the session's refresh token.",
        ));
    }
    let expired = params.required_text("expired_token")?;
    let claims = tokens::verified_claims(&cx.instance.key(), expired).ok_or_else(|| {
        rejected(
            "expired_token_invalid",
            "The expired token was not signed by this instance.",
        )
    })?;
    if claims.get("sid").and_then(Value::as_str) != Some(id) {
        return Err(rejected(
            "expired_token_invalid",
            "The expired token belongs to another session.",
        ));
    }
    if let Some(session) = state.sessions.get_mut(id) {
        session.last_active_at = cx.now;
    }
    let session = find_session(state, id)?;
    let azp = params.text("request_origin");
    session_token(cx, state, session, azp, SESSION_SECONDS)
}

/// Returns the id of an organization, named by id or slug, that the session's user belongs to; `None` if no organization
/// is named.
pub(crate) fn organization_for_session(
    state: &State,
    session_id: &str,
    organization: &str,
) -> Result<Option<String>, ApiError> {
    if organization.is_empty() {
        return Ok(None);
    }
    let session = find_session(state, session_id)?;
    let member = check_access(state, organization, &session.user_id)?;
    Ok(Some(member.organization_id.clone()))
}

/// Makes an organization, named by id or slug, the session's active one; an empty name is the personal account.
pub(crate) fn switch_organization(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    organization: &str,
) -> Result<(), ApiError> {
    let organization = organization_for_session(state, session_id, organization)?;
    set_active_organization(cx, state, session_id, organization);
    Ok(())
}

/// Makes an organization the session's active one; the caller has checked the membership.
pub(crate) fn set_active_organization(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    organization: Option<String>,
) {
    if let Some(session) = state.sessions.get_mut(session_id) {
        session.organization_id = organization;
        session.updated_at = cx.now;
    }
}
