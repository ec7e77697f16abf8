//! API keys of users, organizations and machines.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::machines::find_machine;
use super::organizations::find_organization;
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::instance::ids::has_prefix;
use crate::store::State;

pub(crate) const KEYS: &str = "api_keys";

fn key_not_found(id: &str) -> ApiError {
    ApiError::not_found("API key", id)
}

/// Returns the API key with this id.
pub(crate) fn find_key<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state
        .documents
        .get(KEYS, id)
        .ok_or_else(|| key_not_found(id))
}

pub(crate) fn is_expired(key: &Value, now: i64) -> bool {
    key["expiration"].as_i64().is_some_and(|at| at <= now)
}

/// Checks that a key's subject exists.
fn check_subject(state: &State, subject: &str) -> Result<(), ApiError> {
    if has_prefix(subject, "user") {
        find_user(state, subject).map(drop)
    } else if has_prefix(subject, "org") {
        find_organization(state, subject).map(drop)
    } else if has_prefix(subject, "mch") {
        find_machine(state, subject).map(drop)
    } else {
        Ok(())
    }
}

/// So many valid keys may a subject have that users create.
const MAX_KEYS: usize = 1_000;

/// Checks that users may create one more key of a subject.
pub(crate) fn check_room_for_key(state: &State, subject: &str) -> Result<(), ApiError> {
    let all = state.documents.all(KEYS);
    if all.filter(|key| key["subject"] == subject).count() >= MAX_KEYS {
        return Err(ApiError::forbidden(
            "api_key_quota_exceeded",
            &format!("A subject has at most {MAX_KEYS} keys."),
        ));
    }
    Ok(())
}

/// Creates an API key and returns it.
pub(crate) fn create_key(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let subject = params.required_text("subject")?;
    check_subject(state, subject)?;
    if let Some(creator) = params.text("created_by") {
        find_user(state, creator)?;
    }
    let (id, secret) = (cx.instance.ids.hex_id("ak"), cx.instance.ids.secret("ak"));
    let key = json!({
        "object": "api_key", "id": id, "type": params.text("type").unwrap_or("api_key"), "name": params.required_text("name")?,
        "subject": subject, "scopes": params.texts("scopes").unwrap_or_default(), "claims": params.field("claims"),
        "description": params.text("description"), "created_by": params.text("created_by"),
        "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": params.int("seconds_until_expiration").map(|seconds| cx.after(seconds)),
        "last_used_at": null, "created_at": cx.now, "updated_at": cx.now, "_secret": secret,
    });
    state.documents.insert(KEYS, &id, key.clone());
    Ok(key)
}

/// Returns a valid API key by its secret.
pub(crate) fn verify_key(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let secret = params.required_text("secret")?;
    let key = state
        .documents
        .all_mut(KEYS)
        .find(|key| key["_secret"] == secret);
    let key = key
        .filter(|key| key["revoked"] == false && !is_expired(key, cx.now))
        .ok_or_else(|| {
            let long = "There is no such API key, or it is revoked or expired.";
            ApiError::new(
                StatusCode::NOT_FOUND,
                "api_key_not_found",
                "API key not found",
                long,
            )
        })?;
    key["last_used_at"] = cx.now.into();
    Ok(key.clone())
}

fn change_key(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Value, ApiError> {
    let key = state
        .documents
        .get_mut(KEYS, id)
        .ok_or_else(|| key_not_found(id))?;
    change(key);
    key["updated_at"] = cx.now.into();
    Ok(key.clone())
}

/// Changes an API key and returns it.
pub(crate) fn update_key(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    find_key(state, id)?;
    if let Some(subject) = params.text("subject") {
        check_subject(state, subject)?;
    }
    change_key(cx, state, id, |key| {
        for name in ["claims", "description", "scopes", "subject"] {
            if let Some(value) = params.value(name) {
                key[name] = value.clone();
            }
        }
        if params.has("seconds_until_expiration") {
            key["expiration"] = params
                .int("seconds_until_expiration")
                .map(|seconds| cx.after(seconds))
                .into();
        }
    })
}

/// Revokes an API key and returns it.
pub(crate) fn revoke_key(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    change_key(cx, state, id, |key| {
        key["revoked"] = true.into();
        key["revocation_reason"] = params.text("revocation_reason").into();
    })
}

pub(crate) fn delete_key(state: &mut State, id: &str) -> Result<(), ApiError> {
    state
        .documents
        .remove(KEYS, id)
        .ok_or_else(|| key_not_found(id))?;
    Ok(())
}
