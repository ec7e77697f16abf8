//! Machines, their tokens, and API keys. Secrets are shown only where they are issued.

use serde_json::Value;

use crate::domain::machines::{MACHINES, scopes_of};
use crate::domain::{api_keys, m2m_tokens};
use crate::store::{Documents, State};

/// Returns a machine with the machines that it may talk to.
pub(crate) fn machine_view(state: &State, machine: &Value) -> Value {
    let mut view = Documents::view(machine);
    view["scoped_machines"] = scopes_of(machine)
        .into_iter()
        .filter_map(|id| state.documents.get(MACHINES, id))
        .map(Documents::view)
        .collect();
    view
}

pub(crate) fn m2m_token_view(token: &Value, now: i64) -> Value {
    let mut view = Documents::view(token);
    view["expired"] = m2m_tokens::is_expired(token, now).into();
    view
}

/// Returns a key that was just created, with its secret.
pub(crate) fn new_api_key_view(key: &Value, now: i64) -> Value {
    let mut view = api_key_view(key, now);
    view["secret"] = key["_secret"].clone();
    view
}

pub(crate) fn api_key_view(key: &Value, now: i64) -> Value {
    let mut view = Documents::view(key);
    view["expired"] = api_keys::is_expired(key, now).into();
    view
}
