//! Tokens with which machines talk to machines.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Caller, Handler};
use super::errors::ApiError;
use super::{broken, machines};
use crate::store::{Documents, State};
use crate::tokens::{self, Category};

const TOKENS: &str = "m2m_tokens";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "getM2MTokens" => Handler::Read(list),
        "createM2MToken" => Handler::Write(create),
        "verifyM2MToken" => Handler::Write(verify),
        "revokeM2MToken" => Handler::Write(revoke),
        _ => return None,
    })
}

fn is_expired(token: &Value, now: i64) -> bool {
    token["expiration"].as_i64().is_some_and(|at| at <= now)
}

fn show(token: &Value, now: i64) -> Value {
    let mut shown = Documents::shown(token);
    shown["expired"] = is_expired(token, now).into();
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let subject = call.query("subject").unwrap_or_default();
    machines::find(state, subject)?;
    if matches!(&call.caller, Caller::Machine(id) if id != subject) {
        return Err(ApiError::forbidden(
            "not_allowed",
            "A machine can list its own tokens only.",
        ));
    }
    let with = |name: &str| call.query_flag(name).unwrap_or(false);
    let (with_revoked, with_expired) = (with("revoked"), with("expired"));
    let found: Vec<Value> = state
        .documents
        .all(TOKENS)
        .filter(|token| token["subject"] == subject)
        // Clerk does not keep JWTs, so it lists none.
        .filter(|token| token["_jwt"] != true)
        .filter(|token| with_revoked || token["revoked"] == false)
        .filter(|token| with_expired || !is_expired(token, call.now))
        .map(|token| show(token, call.now))
        .collect();
    let page = call.documents(found.iter());
    Ok(json!({"m2m_tokens": page["data"], "total_count": page["total_count"]}))
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let Caller::Machine(machine_id) = &call.caller else {
        let long = "A token is made with the secret key of the machine that it is for.";
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "machine_secret_key_required",
            "Not authorized",
            long,
        ));
    };
    let machine = machines::find(state, machine_id)?.clone();
    let ttl = match call.body.get("seconds_until_expiration") {
        Some(Value::Null) => None,
        Some(given) => given.as_f64().map(|seconds| seconds as i64),
        None => machine["default_token_ttl"].as_i64(),
    };
    let jwt = call.text("token_format") == Some("jwt");
    let claims = call.field("claims").cloned().unwrap_or_default();
    if let Some(minimum) = call.int("min_remaining_ttl_seconds") {
        let reusable = state.documents.all(TOKENS).rev().find(|token| {
            token["subject"] == machine_id.as_str()
                && token["revoked"] == false
                && token["claims"] == claims
                && token["_jwt"] == jwt
                && token["expiration"]
                    .as_i64()
                    .is_none_or(|at| at >= call.after(minimum.max(1)))
        });
        if let Some(token) = reusable {
            let mut shown = show(token, call.now);
            shown["token"] = token["_token"].clone();
            return Ok(shown);
        }
    }
    let id = call.world.ids.hex_id("mt");
    let scopes = machines::scopes(&machine);
    let expiration = ttl.map(|seconds| call.after(seconds));
    let secret = if jwt {
        let now = call.now / 1000;
        let mut all: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
        let registered = json!({
            "iss": call.world.url, "sub": machine_id, "jti": id, "iat": now, "nbf": now - 10,
            "exp": expiration.map_or(now + 3600, |at| at / 1000), "aud": scopes, "scopes": scopes.join(" "),
        });
        all.extend(registered.as_object().cloned().unwrap_or_default());
        tokens::sign(&call.world.key(), Category::Machine, &Value::Object(all))
            .map_err(|error| broken(&error))?
    } else {
        call.world.ids.secret("mt")
    };
    let token = json!({
        "object": "machine_to_machine_token", "id": id, "subject": machine_id, "scopes": scopes, "claims": claims,
        "revoked": false, "revocation_reason": null, "expired": false, "expiration": expiration, "last_used_at": null,
        "created_at": call.now, "updated_at": call.now, "_token": secret, "_jwt": jwt,
    });
    let mut shown = show(&token, call.now);
    shown["token"] = secret.into();
    state.documents.insert(TOKENS, &id, token);
    Ok(shown)
}

fn verify(call: &Call<'_>, state: &mut State) -> Answer {
    let given = call.needed("token")?;
    let not_found = || {
        let long = "There is no such token, it is revoked or expired, or it is not for the machine that asks.";
        ApiError::new(
            StatusCode::NOT_FOUND,
            "token-not-found",
            "Token not found",
            long,
        )
    };
    let now = call.now;
    let token = state
        .documents
        .all_mut(TOKENS)
        .find(|token| token["_token"] == given)
        .ok_or_else(not_found)?;
    let for_caller = match &call.caller {
        Caller::Machine(id) => {
            token["subject"] == id.as_str()
                || token["scopes"]
                    .as_array()
                    .is_some_and(|scopes| scopes.iter().any(|s| s == id))
        }
        _ => true,
    };
    if token["revoked"] == true || is_expired(token, now) || !for_caller {
        return Err(not_found());
    }
    token["last_used_at"] = now.into();
    Ok(show(token, now))
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let not_found = || ApiError::not_found("M2M token", id);
    let token = state.documents.get_mut(TOKENS, id).ok_or_else(not_found)?;
    if matches!(&call.caller, Caller::Machine(machine) if token["subject"] != machine.as_str()) {
        return Err(not_found());
    }
    token["revoked"] = true.into();
    token["revocation_reason"] = call.text("revocation_reason").into();
    token["updated_at"] = call.now.into();
    Ok(show(token, call.now))
}
