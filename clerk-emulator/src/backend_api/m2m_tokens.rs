//! Tokens with which machines talk to machines.

use serde_json::{Value, json};

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers};
use crate::domain::m2m_tokens::{self, TOKENS, is_expired};
use crate::domain::machines::find_machine;
use crate::http::error::ApiError;
use crate::store::State;
use crate::views::credentials::m2m_token_view;

pub(super) const M2M_TOKEN_HANDLERS: Handlers = &[
    ("getM2MTokens", Read(list_tokens)),
    ("createM2MToken", Write(create_token)),
    (
        "verifyM2MToken",
        Write(|call, state| {
            let caller = call.machine_id();
            let token = m2m_tokens::verify_token(call.cx, state, caller, call.params())?;
            Ok(m2m_token_view(&token, call.cx.now))
        }),
    ),
    (
        "revokeM2MToken",
        Write(|call, state| {
            let (id, caller) = (call.id(0), call.machine_id());
            let token = m2m_tokens::revoke_token(call.cx, state, id, caller, call.params())?;
            Ok(m2m_token_view(&token, call.cx.now))
        }),
    ),
];

fn list_tokens(call: &Call<'_>, state: &State) -> HandlerResult {
    let subject = call.query("subject").unwrap_or_default();
    find_machine(state, subject)?;
    if call.machine_id().is_some_and(|id| id != subject) {
        return Err(ApiError::forbidden(
            "not_allowed",
            "A machine can list its own tokens only.",
        ));
    }
    let with_revoked = call.query_flag("revoked") == Some(true);
    let with_expired = call.query_flag("expired") == Some(true);
    let views: Vec<Value> = state
        .documents
        .all(TOKENS)
        .filter(|token| token["subject"] == subject)
        // Clerk does not keep JWTs, so it lists none.
        .filter(|token| token["_jwt"] != true)
        .filter(|token| with_revoked || token["revoked"] == false)
        .filter(|token| with_expired || !is_expired(token, call.cx.now))
        .map(|token| m2m_token_view(token, call.cx.now))
        .collect();
    let page = call.documents(views.iter());
    Ok(json!({"m2m_tokens": page["data"], "total_count": page["total_count"]}))
}

fn create_token(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let machine_id = call.machine_id().ok_or_else(|| {
        ApiError::unauthorized(
            "machine_secret_key_required",
            "Not authorized",
            "A token is made with the secret key of the machine that it is for.",
        )
    })?;
    let token = m2m_tokens::create_token(call.cx, state, machine_id, call.params())?;
    let mut view = m2m_token_view(&token, call.cx.now);
    view["token"] = token["_token"].clone();
    Ok(view)
}
