//! Sessions, clients and their tokens.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::broken;
use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use super::users;
use crate::emulator::{Refused, SignedIn};
use crate::store::{Client, Session, State};
use crate::tokens::{self, Category, SESSION_SECONDS};
use crate::world::World;

const DAY: i64 = 86_400_000;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "GetSessionList" => Handler::Read(list),
        "GetSession" => Handler::Read(|call, state| Ok(show(find(state, call.id(0))?, call.now))),
        "createSession" => Handler::Write(create),
        "RevokeSession" => Handler::Write(revoke),
        "RefreshSession" => Handler::Write(refresh),
        "CreateSessionToken" => Handler::Read(token),
        "CreateSessionTokenFromTemplate" => Handler::Read(template_token),
        "GetClientList" => Handler::Read(clients),
        "GetClient" => Handler::Read(client),
        "VerifyClient" => {
            Handler::Read(|call, state| verify_client(call.world, state, call.needed("token")?))
        }
        _ => return None,
    })
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Session, ApiError> {
    state
        .sessions
        .get(id)
        .ok_or_else(|| ApiError::not_found("session", id))
}

pub(crate) fn show(session: &Session, now: i64) -> Value {
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

fn list(call: &Call<'_>, state: &State) -> Answer {
    let is = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
    let fits = |session: &&Session| {
        is("client_id", &session.client_id) && is("status", session.status_at(call.now))
    };
    let mut found: Vec<&Session> = match call.query("user_id") {
        Some(user_id) => state.sessions.of_user(user_id).rev().filter(fits).collect(),
        None => state.sessions.iter().rev().filter(fits).collect(),
    };
    found.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    Ok(call.page(&found, |session| show(session, call.now)))
}

/// A browser that nobody is signed in to, by its id.
pub(crate) fn new_client(world: &World, state: &mut State) -> String {
    let (id, now) = (world.ids.id("client"), world.clock.now());
    state.sessions.insert_client(Client {
        id: id.clone(),
        created_at: now,
        updated_at: now,
        session_ids: Vec::new(),
        last_active_session_id: None,
        rotating_token: world.ids.letters(32),
    });
    id
}

/// What a new session begins with.
pub(crate) struct Opening<'a> {
    pub(crate) user_id: &'a str,
    /// A new client where none is given.
    pub(crate) client_id: Option<&'a str>,
    pub(crate) organization_id: Option<&'a str>,
    pub(crate) actor: Option<Value>,
}

/// Signs a user in. The user exists and may sign in: whoever calls this made sure.
pub(crate) fn open(world: &World, state: &mut State, opening: Opening<'_>) -> Session {
    let now = world.clock.now();
    let client_id = match opening.client_id {
        Some(id) => id.to_owned(),
        None => new_client(world, state),
    };
    let session = Session {
        id: world.ids.id("sess"),
        user_id: opening.user_id.to_owned(),
        client_id,
        status: "active",
        created_at: now,
        updated_at: now,
        last_active_at: now,
        expire_at: now + 7 * DAY,
        abandon_at: now + 30 * DAY,
        organization_id: opening.organization_id.map(str::to_owned),
        actor: opening.actor,
        refresh_token: world.ids.letters(43),
        first_factor_at: Some(now),
        second_factor_at: None,
    };
    state.sessions.insert(session.clone());
    state.users.change(opening.user_id, |user| {
        user.last_sign_in_at = Some(now);
        user.last_active_at = Some(now);
    });
    session
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let user = users::find(state, call.needed("user_id")?)?;
    if user.banned {
        return Err(ApiError::bad_state(
            "user_banned",
            "Banned users cannot sign in.",
        ));
    }
    let user_id = user.id.clone();
    let organization_id = call.text("active_organization_id");
    if let Some(id) = organization_id
        && state.members.get(id, &user_id).is_none()
    {
        return Err(ApiError::invalid(
            "active_organization_id",
            "The user is no member of this organization.",
        ));
    }
    let opening = Opening {
        user_id: &user_id,
        client_id: None,
        organization_id,
        actor: None,
    };
    let session = open(call.world, state, opening);
    Ok(show(&session, call.now))
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    find(state, id)?;
    state.sessions.end(id, "revoked", call.now);
    Ok(show(find(state, id)?, call.now))
}

/// A session that can be used.
pub(crate) fn active<'a>(state: &'a State, id: &str, now: i64) -> Result<&'a Session, ApiError> {
    let session = find(state, id)?;
    let status = session.status_at(now);
    if status != "active" {
        let long = format!("The session is {status}.");
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            &format!("session_{status}"),
            "Session not active",
            &long,
        ));
    }
    Ok(session)
}

/// A token of a session.
pub(crate) fn session_token(
    world: &World,
    state: &State,
    session: &Session,
    azp: Option<&str>,
    seconds: i64,
) -> Result<String, ApiError> {
    let claims = tokens::session_claims(world, state, session, azp, world.clock.now(), seconds);
    tokens::sign(&world.key(), Category::Session, &claims).map_err(|error| broken(&error))
}

fn token(call: &Call<'_>, state: &State) -> Answer {
    let session = active(state, call.id(0), call.now)?;
    let seconds = call.int("expires_in_seconds").unwrap_or(SESSION_SECONDS);
    Ok(json!({"object": "token", "jwt": session_token(call.world, state, session, None, seconds)?}))
}

fn template_token(call: &Call<'_>, state: &State) -> Answer {
    let session = active(state, call.id(0), call.now)?;
    let name = call.id(1);
    let template = state
        .documents
        .find("jwt_templates", "name", name)
        .ok_or_else(|| ApiError::not_found("JWT template", name))?;
    let user = users::find(state, &session.user_id)?;
    let seconds = call
        .int("expires_in_seconds")
        .or(template["lifetime"].as_i64())
        .unwrap_or(SESSION_SECONDS);
    let claims = tokens::template_claims(
        call.world, state, session, user, template, call.now, seconds,
    );
    let algorithm = template["signing_algorithm"].as_str().unwrap_or("RS256");
    let jwt = match template["_signing_key"].as_str() {
        Some(secret) => tokens::sign_hmac(algorithm, secret, &claims).ok_or_else(|| {
            ApiError::bad_state(
                "not_supported",
                "The emulator signs with keys of its own only by HS256, HS384 and HS512.",
            )
        })?,
        None => tokens::sign(&call.world.key(), Category::Template, &claims)
            .map_err(|error| broken(&error))?,
    };
    Ok(json!({"object": "token", "jwt": jwt}))
}

fn refresh(call: &Call<'_>, state: &mut State) -> Answer {
    let refused = |code: &str, long: &str| {
        ApiError::new(StatusCode::UNAUTHORIZED, code, "Not refreshed", long)
    };
    let id = call.id(0);
    let now = call.now;
    let given = active(state, id, now)?;
    if call.needed("refresh_token")? != given.refresh_token {
        return Err(refused(
            "refresh_token_invalid",
            "This is not the session's refresh token.",
        ));
    }
    let claims =
        tokens::verified(&call.world.key(), call.needed("expired_token")?).ok_or_else(|| {
            refused(
                "expired_token_invalid",
                "The expired token was not signed by this instance.",
            )
        })?;
    if claims.get("sid").and_then(Value::as_str) != Some(id) {
        return Err(refused(
            "expired_token_invalid",
            "The expired token belongs to another session.",
        ));
    }
    if let Some(session) = state.sessions.get_mut(id) {
        session.last_active_at = now;
    }
    let session = find(state, id)?;
    let jwt = session_token(
        call.world,
        state,
        session,
        call.text("request_origin"),
        SESSION_SECONDS,
    )?;
    if call.text("format") != Some("cookie") {
        return Ok(json!({"object": "token", "jwt": jwt}));
    }
    let names = if call.query_flag("suffixed_cookies") == Some(true) {
        let suffix = cookie_suffix(&call.world.publishable_key);
        vec!["__session".to_owned(), format!("__session_{suffix}")]
    } else {
        vec!["__session".to_owned()]
    };
    let cookies: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={jwt}; Path=/; Max-Age=31536000; SameSite=Lax"))
        .collect();
    Ok(json!({"object": "cookies", "cookies": cookies}))
}

/// What the names of an instance's cookies end with.
pub(crate) fn cookie_suffix(publishable_key: &str) -> String {
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        publishable_key.as_bytes(),
    );
    STANDARD
        .encode(digest)
        .replace('+', "-")
        .replace('/', "_")
        .chars()
        .take(8)
        .collect()
}

fn show_client(state: &State, client: &Client, now: i64) -> Value {
    let sessions: Vec<&Session> = client
        .session_ids
        .iter()
        .filter_map(|id| state.sessions.get(id))
        .collect();
    let active: Vec<&&Session> = sessions
        .iter()
        .filter(|session| session.is_active(now))
        .collect();
    json!({
        "object": "client",
        "id": client.id,
        "session_ids": active.iter().map(|session| &session.id).collect::<Vec<_>>(),
        "sessions": active.iter().map(|session| show(session, now)).collect::<Vec<_>>(),
        "sign_in_id": null,
        "sign_up_id": null,
        "last_active_session_id": client.last_active_session_id,
        "last_authentication_strategy": null,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    })
}

fn clients(call: &Call<'_>, state: &State) -> Answer {
    let all: Vec<&Client> = state.sessions.clients().rev().collect();
    Ok(call.page(&all, |client| show_client(state, client, call.now)))
}

fn client(call: &Call<'_>, state: &State) -> Answer {
    let client = state
        .sessions
        .client(call.id(0))
        .ok_or_else(|| ApiError::not_found("client", call.id(0)))?;
    Ok(show_client(state, client, call.now))
}

/// The client that a client's token names, if it is the newest token of it.
pub(crate) fn client_by_token<'a>(
    world: &World,
    state: &'a State,
    token: &str,
) -> Option<&'a Client> {
    let claims = tokens::verified(&world.key(), token)?;
    let client = state.sessions.client(claims.get("id")?.as_str()?)?;
    (claims.get("rotating_token")?.as_str()? == client.rotating_token).then_some(client)
}

/// The client that a client's token names, as the Backend API answers it.
pub(super) fn verify_client(world: &World, state: &State, token: &str) -> Answer {
    let now = world.clock.now();
    let client = client_by_token(world, state, token).ok_or_else(|| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "client_token_invalid",
            "Invalid token",
            "This token is of no client.",
        )
    })?;
    Ok(show_client(state, client, now))
}

/// The session that a session token names, as long as both are good. A client's token is as good for the sessions of that
/// client: SDKs that look for the last active session have no other.
pub(super) fn verify_session(world: &World, state: &State, id: &str, token: &str) -> Answer {
    let now = world.clock.now();
    if let Some(client) = client_by_token(world, state, token) {
        let session = active(state, id, now)?;
        if session.client_id == client.id {
            return Ok(show(session, now));
        }
    }
    let invalid = |long: &str| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "session_token_invalid",
            "Invalid token",
            long,
        )
    };
    let claims = tokens::verified(&world.key(), token)
        .ok_or_else(|| invalid("This instance did not sign this token."))?;
    if claims.get("sid").and_then(Value::as_str) != Some(id) {
        return Err(invalid("The token belongs to another session."));
    }
    if claims
        .get("exp")
        .and_then(Value::as_i64)
        .is_none_or(|exp| exp <= now / 1000)
    {
        return Err(invalid("The token has expired."));
    }
    Ok(show(active(state, id, now)?, now))
}

/// The token in the Frontend API's cookie.
pub(crate) fn client_token(world: &World, client: &Client) -> Result<String, ApiError> {
    let claims = json!({"id": client.id, "rotating_token": client.rotating_token});
    tokens::sign(&world.key(), Category::None, &claims).map_err(|error| broken(&error))
}

/// Signs a user in from outside of HTTP.
pub(crate) fn sign_in(
    world: &World,
    user_id: &str,
    client_id: Option<&str>,
    organization_id: Option<&str>,
) -> Result<SignedIn, Refused> {
    let mut state = world.write();
    let user = state
        .users
        .get(user_id)
        .ok_or_else(|| Refused(format!("there is no user {user_id}")))?;
    if user.banned || user.locked {
        return Err(Refused(format!("{user_id} is banned or locked")));
    }
    if let Some(id) = client_id.filter(|id| state.sessions.client(id).is_none()) {
        return Err(Refused(format!("there is no client {id}")));
    }
    if let Some(id) = organization_id.filter(|id| state.members.get(id, user_id).is_none()) {
        return Err(Refused(format!("{user_id} is no member of {id}")));
    }
    let session = open(
        world,
        &mut state,
        Opening {
            user_id,
            client_id,
            organization_id,
            actor: None,
        },
    );
    let failed = |_| Refused("signing failed".into());
    let client = state
        .sessions
        .client(&session.client_id)
        .ok_or_else(|| Refused("the client is gone".into()))?;
    Ok(SignedIn {
        token: session_token(world, &state, &session, None, SESSION_SECONDS).map_err(failed)?,
        client_token: client_token(world, client).map_err(failed)?,
        client_id: session.client_id,
        session_id: session.id,
        refresh_token: session.refresh_token,
    })
}
