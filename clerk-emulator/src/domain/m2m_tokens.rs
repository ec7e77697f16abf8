//! Tokens with which machines talk to machines.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::machines::{find_machine, scopes_of};
use super::tokens::{self, Category};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const TOKENS: &str = "m2m_tokens";

pub(crate) fn is_expired(token: &Value, now: i64) -> bool {
    token["expiration"].as_i64().is_some_and(|at| at <= now)
}

/// Issues a token of a machine and returns it; reuses one that is valid for long enough if the request says so.
pub(crate) fn create_token(
    cx: Context<'_>,
    state: &mut State,
    machine_id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let machine = find_machine(state, machine_id)?.clone();
    let ttl = match params.value("seconds_until_expiration") {
        Some(Value::Null) => None,
        Some(given) => given.as_f64().map(|seconds| seconds as i64),
        None => machine["default_token_ttl"].as_i64(),
    };
    let jwt = params.text("token_format") == Some("jwt");
    let claims = params.field("claims").cloned().unwrap_or_default();
    if let Some(minimum) = params.int("min_remaining_ttl_seconds") {
        let reusable = state.documents.all(TOKENS).rev().find(|token| {
            token["subject"] == machine_id
                && token["revoked"] == false
                && token["claims"] == claims
                && token["_jwt"] == jwt
                && token["expiration"]
                    .as_i64()
                    .is_none_or(|at| at >= cx.after(minimum.max(1)))
        });
        if let Some(token) = reusable {
            return Ok(token.clone());
        }
    }
    let id = cx.instance.ids.hex_id("mt");
    let scopes = scopes_of(&machine);
    let expiration = ttl.map(|seconds| cx.after(seconds));
    let secret = if jwt {
        jwt_of(cx, &id, machine_id, &scopes, &claims, expiration)?
    } else {
        cx.instance.ids.secret("mt")
    };
    let token = json!({
        "object": "machine_to_machine_token", "id": id, "subject": machine_id, "scopes": scopes, "claims": claims,
        "revoked": false, "revocation_reason": null, "expired": false, "expiration": expiration, "last_used_at": null,
        "created_at": cx.now, "updated_at": cx.now, "_token": secret, "_jwt": jwt,
    });
    state.documents.insert(TOKENS, &id, token.clone());
    Ok(token)
}

fn jwt_of(
    cx: Context<'_>,
    id: &str,
    machine_id: &str,
    scopes: &[&str],
    claims: &Value,
    expiration: Option<i64>,
) -> Result<String, ApiError> {
    let now = cx.now / 1000;
    let mut all: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    let registered = json!({
        "iss": cx.instance.settings.url, "sub": machine_id, "jti": id, "iat": now, "nbf": now - 10,
        "exp": expiration.map_or(now + 3600, |at| at / 1000), "aud": scopes, "scopes": scopes.join(" "),
    });
    all.extend(registered.as_object().cloned().unwrap_or_default());
    tokens::sign(&cx.instance.key(), Category::Machine, &Value::Object(all))
        .map_err(|error| ApiError::internal(&error))
}

/// Returns a valid token by its secret; a machine finds its own tokens and those that are for it.
pub(crate) fn verify_token(
    cx: Context<'_>,
    state: &mut State,
    machine_id: Option<&str>,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let given = params.required_text("token")?;
    let not_found = || {
        let long = "There is no such token, it is revoked or expired, or it is not for the machine that asks.";
        ApiError::new(
            StatusCode::NOT_FOUND,
            "token-not-found",
            "Token not found",
            long,
        )
    };
    let now = cx.now;
    let token = state
        .documents
        .all_mut(TOKENS)
        .find(|token| token["_token"] == given)
        .ok_or_else(not_found)?;
    let for_caller = machine_id.is_none_or(|id| {
        let scopes = token["scopes"].as_array();
        token["subject"] == id
            || scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == id))
    });
    if token["revoked"] == true || is_expired(token, now) || !for_caller {
        return Err(not_found());
    }
    token["last_used_at"] = now.into();
    Ok(token.clone())
}

/// Revokes a token and returns it; a machine can revoke its own tokens only.
pub(crate) fn revoke_token(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    machine_id: Option<&str>,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let not_found = || ApiError::not_found("M2M token", id);
    let token = state.documents.get_mut(TOKENS, id).ok_or_else(not_found)?;
    if machine_id.is_some_and(|machine| token["subject"] != machine) {
        return Err(not_found());
    }
    token["revoked"] = true.into();
    token["revocation_reason"] = params.text("revocation_reason").into();
    token["updated_at"] = cx.now.into();
    Ok(token.clone())
}
