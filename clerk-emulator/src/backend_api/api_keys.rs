//! API keys of users, organizations and machines.

use serde_json::{Value, json};

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::api_keys::{self, KEYS, find_key, is_expired};
use crate::http::error::ApiError;
use crate::store::State;
use crate::views::credentials::{api_key_view, new_api_key_view};

pub(super) const API_KEY_HANDLERS: Handlers = &[
    ("getApiKeys", Read(list_keys)),
    (
        "getApiKey",
        Read(|call, state| view_of(call, find_key(state, call.id(0)).cloned())),
    ),
    (
        "getApiKeySecret",
        Read(|call, state| Ok(json!({"secret": find_key(state, call.id(0))?["_secret"]}))),
    ),
    (
        "createApiKey",
        Write(|call, state| {
            let key = api_keys::create_key(call.cx, state, call.params())?;
            Ok(new_api_key_view(&key, call.cx.now))
        }),
    ),
    (
        "verifyApiKey",
        Write(|call, state| view_of(call, api_keys::verify_key(call.cx, state, call.params()))),
    ),
    (
        "updateApiKey",
        Write(|call, state| {
            let key = api_keys::update_key(call.cx, state, call.id(0), call.params());
            view_of(call, key)
        }),
    ),
    (
        "revokeApiKey",
        Write(|call, state| {
            let key = api_keys::revoke_key(call.cx, state, call.id(0), call.params());
            view_of(call, key)
        }),
    ),
    (
        "deleteApiKey",
        Write(|call, state| {
            api_keys::delete_key(state, call.id(0))?;
            Ok(deleted_view("api_key", call.id(0)))
        }),
    ),
];

fn view_of(call: &Call<'_>, key: Result<Value, ApiError>) -> HandlerResult {
    Ok(api_key_view(&key?, call.cx.now))
}

fn list_keys(call: &Call<'_>, state: &State) -> HandlerResult {
    let now = call.cx.now;
    let subject = call.query("subject").unwrap_or_default();
    let kind = call.query("type");
    let invalid_too = call.query_flag("include_invalid") == Some(true);
    let views: Vec<Value> = state
        .documents
        .all(KEYS)
        .filter(|key| key["subject"] == subject && kind.is_none_or(|kind| key["type"] == kind))
        .filter(|key| invalid_too || (key["revoked"] == false && !is_expired(key, now)))
        .map(|key| api_key_view(key, now))
        .collect();
    Ok(call.documents(views.iter()))
}
