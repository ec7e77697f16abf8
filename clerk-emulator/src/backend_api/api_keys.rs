//! API keys of users, organizations and machines.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::{machines, organizations, users};
use crate::ids::has_prefix;
use crate::store::{Documents, State};

const KEYS: &str = "api_keys";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "getApiKeys" => Handler::Read(list),
        "getApiKey" => Handler::Read(|call, state| Ok(show(find(state, call.id(0))?, call.now))),
        "getApiKeySecret" => {
            Handler::Read(|call, state| Ok(json!({"secret": find(state, call.id(0))?["_secret"]})))
        }
        "createApiKey" => Handler::Write(create),
        "verifyApiKey" => Handler::Write(verify),
        "updateApiKey" => Handler::Write(update),
        "revokeApiKey" => Handler::Write(revoke),
        "deleteApiKey" => Handler::Write(delete),
        _ => return None,
    })
}

fn not_found(id: &str) -> ApiError {
    ApiError::not_found("API key", id)
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state.documents.get(KEYS, id).ok_or_else(|| not_found(id))
}

fn is_expired(key: &Value, now: i64) -> bool {
    key["expiration"].as_i64().is_some_and(|at| at <= now)
}

fn show(key: &Value, now: i64) -> Value {
    let mut shown = Documents::shown(key);
    shown["expired"] = is_expired(key, now).into();
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let subject = call.query("subject").unwrap_or_default();
    let invalid_too = call.query_flag("include_invalid") == Some(true);
    let found: Vec<Value> = state
        .documents
        .all(KEYS)
        .filter(|key| {
            key["subject"] == subject && call.query("type").is_none_or(|kind| key["type"] == kind)
        })
        .filter(|key| invalid_too || (key["revoked"] == false && !is_expired(key, call.now)))
        .map(|key| show(key, call.now))
        .collect();
    Ok(call.documents(found.iter()))
}

/// Whoever a key is for has to exist.
fn check_subject(state: &State, subject: &str) -> Result<(), ApiError> {
    if has_prefix(subject, "user") {
        users::find(state, subject).map(drop)
    } else if has_prefix(subject, "org") {
        organizations::find(state, subject).map(drop)
    } else if has_prefix(subject, "mch") {
        machines::find(state, subject).map(drop)
    } else {
        Ok(())
    }
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let subject = call.needed("subject")?;
    check_subject(state, subject)?;
    if let Some(creator) = call.text("created_by") {
        users::find(state, creator)?;
    }
    let (id, secret) = (call.world.ids.hex_id("ak"), call.world.ids.secret("ak"));
    let key = json!({
        "object": "api_key", "id": id, "type": call.text("type").unwrap_or("api_key"), "name": call.needed("name")?,
        "subject": subject, "scopes": call.texts("scopes").unwrap_or_default(), "claims": call.field("claims"),
        "description": call.text("description"), "created_by": call.text("created_by"),
        "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": call.int("seconds_until_expiration").map(|seconds| call.after(seconds)),
        "last_used_at": null, "created_at": call.now, "updated_at": call.now, "_secret": secret,
    });
    let mut shown = show(&key, call.now);
    shown["secret"] = secret.into();
    state.documents.insert(KEYS, &id, key);
    Ok(shown)
}

fn verify(call: &Call<'_>, state: &mut State) -> Answer {
    let secret = call.needed("secret")?;
    let key = state
        .documents
        .all_mut(KEYS)
        .find(|key| key["_secret"] == secret);
    let key = key
        .filter(|key| key["revoked"] == false && !is_expired(key, call.now))
        .ok_or_else(|| {
            let long = "There is no such API key, or it is revoked or expired.";
            ApiError::new(
                StatusCode::NOT_FOUND,
                "api_key_not_found",
                "API key not found",
                long,
            )
        })?;
    key["last_used_at"] = call.now.into();
    Ok(show(key, call.now))
}

fn changed(call: &Call<'_>, state: &mut State, change: impl FnOnce(&mut Value)) -> Answer {
    let id = call.id(0);
    let key = state
        .documents
        .get_mut(KEYS, id)
        .ok_or_else(|| not_found(id))?;
    change(key);
    key["updated_at"] = call.now.into();
    Ok(show(key, call.now))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    find(state, call.id(0))?;
    if let Some(subject) = call.text("subject") {
        check_subject(state, subject)?;
    }
    changed(call, state, |key| {
        for name in ["claims", "description", "scopes", "subject"] {
            if let Some(value) = call.body.get(name) {
                key[name] = value.clone();
            }
        }
        if call.has("seconds_until_expiration") {
            key["expiration"] = call
                .int("seconds_until_expiration")
                .map(|seconds| call.after(seconds))
                .into();
        }
    })
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    changed(call, state, |key| {
        key["revoked"] = true.into();
        key["revocation_reason"] = call.text("revocation_reason").into();
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    state
        .documents
        .remove(KEYS, id)
        .ok_or_else(|| not_found(id))?;
    Ok(deleted("api_key", id))
}
