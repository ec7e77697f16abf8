//! Machines, what they may talk to, and their secret keys.

use serde_json::{Value, json};

use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const MACHINES: &str = "machines";

pub(crate) fn find_machine<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state
        .documents
        .get(MACHINES, id)
        .ok_or_else(|| ApiError::not_found("machine", id))
}

/// Returns the id of the machine with this secret key; a rotated key works for a while longer.
pub(crate) fn machine_by_secret(state: &State, secret: &str, now: i64) -> Option<String> {
    let owns = |machine: &&Value| {
        machine["_secret"] == secret
            || (machine["_previous_secret"] == secret
                && machine["_previous_until"]
                    .as_i64()
                    .is_some_and(|until| now < until))
    };
    state.documents.all(MACHINES).find(owns)?["id"]
        .as_str()
        .map(str::to_owned)
}

/// Returns the ids of the machines that a machine may talk to.
pub(crate) fn scopes_of(machine: &Value) -> Vec<&str> {
    machine["_scopes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

/// Creates a machine and returns it.
pub(crate) fn create_machine(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let scopes = params.texts("scoped_machines").unwrap_or_default();
    for id in &scopes {
        find_machine(state, id)?;
    }
    let (id, secret) = (cx.instance.ids.id("mch"), cx.instance.ids.secret("ak"));
    let machine = json!({
        "object": "machine", "id": id, "instance_id": cx.instance.settings.instance_id, "name": params.required_text("name")?,
        "default_token_ttl": params.int("default_token_ttl").unwrap_or(3600),
        "_secret": secret, "_scopes": scopes, "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(MACHINES, &id, machine.clone());
    Ok(machine)
}

fn change_machine(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Value, ApiError> {
    let machine = state
        .documents
        .get_mut(MACHINES, id)
        .ok_or_else(|| ApiError::not_found("machine", id))?;
    change(machine);
    machine["updated_at"] = cx.now.into();
    Ok(machine.clone())
}

/// Changes a machine and returns it.
pub(crate) fn update_machine(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    change_machine(cx, state, id, |machine| {
        params.copy_to(machine, &["name", "default_token_ttl"]);
    })
}

/// Deletes a machine with its tokens and the scopes to it.
pub(crate) fn delete_machine(state: &mut State, id: &str) -> Result<(), ApiError> {
    find_machine(state, id)?;
    state.documents.remove(MACHINES, id);
    state
        .documents
        .retain("m2m_tokens", |token| token["subject"] != id);
    for machine in state.documents.all_mut(MACHINES) {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.retain(|scope| scope != id);
        }
    }
    Ok(())
}

/// Lets a machine talk to another one.
pub(crate) fn add_scope(
    cx: Context<'_>,
    state: &mut State,
    from: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let to = params.required_text("to_machine_id")?;
    let machine = find_machine(state, from)?;
    find_machine(state, to)?;
    if from == to {
        return Err(ApiError::invalid(
            "to_machine_id",
            "A machine needs no scope to itself.",
        ));
    }
    if scopes_of(machine).contains(&to) {
        return Err(ApiError::conflict(
            "duplicate_record",
            "Scope exists",
            "The machine has this scope already.",
        ));
    }
    change_machine(cx, state, from, |machine| {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.push(to.into());
        }
    })?;
    Ok(
        json!({"object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "created_at": cx.now}),
    )
}

/// Stops letting a machine talk to another one.
pub(crate) fn remove_scope(
    cx: Context<'_>,
    state: &mut State,
    from: &str,
    to: &str,
) -> Result<Value, ApiError> {
    if !scopes_of(find_machine(state, from)?).contains(&to) {
        return Err(ApiError::not_found("scope to the machine", to));
    }
    change_machine(cx, state, from, |machine| {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.retain(|scope| scope != to);
        }
    })?;
    Ok(
        json!({"object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "deleted": true}),
    )
}

/// Gives a machine a new secret key and returns it.
pub(crate) fn rotate_secret(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<String, ApiError> {
    let until = cx.after(params.int("previous_token_ttl").unwrap_or(0));
    let secret = cx.instance.ids.secret("ak");
    change_machine(cx, state, id, |machine| {
        machine["_previous_secret"] = machine["_secret"].clone();
        machine["_previous_until"] = until.into();
        machine["_secret"] = secret.as_str().into();
    })?;
    Ok(secret)
}
