//! Sessions, clients and their tokens.

use serde_json::json;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers};
use crate::domain::jwt_templates::template_token;
use crate::domain::sessions;
use crate::domain::tokens::SESSION_SECONDS;
use crate::http::error::ApiError;
use crate::store::{Client, Session, State};
use crate::views::session::{client_view, session_view};
use crate::views::user::user_view;

pub(super) const SESSION_HANDLERS: Handlers = &[
    ("GetSessionList", Read(list_sessions)),
    ("GetSession", Read(get_session)),
    (
        "createSession",
        Write(|call, state| {
            let session = sessions::create_session(call.cx, state, call.params())?;
            Ok(session_view(&session, call.cx.now))
        }),
    ),
    (
        "RevokeSession",
        Write(|call, state| {
            sessions::end_session(call.cx, state, call.id(0), "revoked")?;
            get_session(call, state)
        }),
    ),
    ("RefreshSession", Write(refresh_session)),
    ("CreateSessionToken", Read(create_token)),
    (
        "CreateSessionTokenFromTemplate",
        Read(create_template_token),
    ),
    ("GetClientList", Read(list_clients)),
    ("GetClient", Read(get_client)),
    ("VerifyClient", Read(verify_client)),
];

fn get_session(call: &Call<'_>, state: &State) -> HandlerResult {
    let session = sessions::find_session(state, call.id(0))?;
    Ok(session_view(session, call.cx.now))
}

fn list_sessions(call: &Call<'_>, state: &State) -> HandlerResult {
    let is = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
    let fits = |session: &&Session| {
        is("client_id", &session.client_id) && is("status", session.status_at(call.cx.now))
    };
    let mut found: Vec<&Session> = match call.query("user_id") {
        Some(user_id) => state.sessions.of_user(user_id).rev().filter(fits).collect(),
        None => state.sessions.iter().rev().filter(fits).collect(),
    };
    found.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    Ok(call.page(&found, |session| session_view(session, call.cx.now)))
}

fn create_token(call: &Call<'_>, state: &State) -> HandlerResult {
    let session = sessions::find_active_session(state, call.id(0), call.cx.now)?;
    let seconds = call.params().int("expires_in_seconds");
    let seconds = seconds.unwrap_or(SESSION_SECONDS);
    let jwt = sessions::session_token(call.cx, state, session, None, seconds)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}

fn create_template_token(call: &Call<'_>, state: &State) -> HandlerResult {
    let seconds = call.params().int("expires_in_seconds");
    let jwt = template_token(call.cx, state, call.id(0), call.id(1), seconds, user_view)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}

fn refresh_session(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let jwt = sessions::refresh_session(call.cx, state, call.id(0), call.params())?;
    if call.params().text("format") != Some("cookie") {
        return Ok(json!({"object": "token", "jwt": jwt}));
    }
    let suffixed = call.query_flag("suffixed_cookies") == Some(true);
    let cookies: Vec<String> = call
        .cx
        .instance
        .settings
        .cookie_names("__session", suffixed)
        .map(|name| format!("{name}={jwt}; Path=/; Max-Age=31536000; SameSite=Lax"))
        .collect();
    Ok(json!({"object": "cookies", "cookies": cookies}))
}

fn list_clients(call: &Call<'_>, state: &State) -> HandlerResult {
    let all: Vec<&Client> = state.sessions.clients().rev().collect();
    Ok(call.page(&all, |client| client_view(state, client, call.cx.now)))
}

fn get_client(call: &Call<'_>, state: &State) -> HandlerResult {
    let client = state
        .sessions
        .client(call.id(0))
        .ok_or_else(|| ApiError::not_found("client", call.id(0)))?;
    Ok(client_view(state, client, call.cx.now))
}

fn verify_client(call: &Call<'_>, state: &State) -> HandlerResult {
    let token = call.params().required_text("token")?;
    let client = sessions::verify_client_token(call.cx.instance, state, token)?;
    Ok(client_view(state, client, call.cx.now))
}
