//! Machines, what they may talk to, and their secret keys.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use crate::store::{Documents, State};

const MACHINES: &str = "machines";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListMachines" => Handler::Read(list),
        "GetMachine" => Handler::Read(|call, state| Ok(show(state, find(state, call.id(0))?))),
        "CreateMachine" => Handler::Write(create),
        "UpdateMachine" => Handler::Write(update),
        "DeleteMachine" => Handler::Write(delete),
        "CreateMachineScope" => Handler::Write(add_scope),
        "DeleteMachineScope" => Handler::Write(remove_scope),
        "GetMachineSecretKey" => Handler::Read(secret_key),
        "RotateMachineSecretKey" => Handler::Write(rotate),
        _ => return None,
    })
}

pub(super) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state
        .documents
        .get(MACHINES, id)
        .ok_or_else(|| ApiError::not_found("machine", id))
}

/// The machine that a secret key belongs to; a rotated key works for a while longer.
pub(super) fn by_secret(state: &State, secret: &str, now: i64) -> Option<String> {
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

/// The machines that a machine may talk to.
pub(super) fn scopes(machine: &Value) -> Vec<&str> {
    machine["_scopes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

fn show(state: &State, machine: &Value) -> Value {
    let mut shown = Documents::shown(machine);
    shown["scoped_machines"] = scopes(machine)
        .into_iter()
        .filter_map(|id| state.documents.get(MACHINES, id))
        .map(Documents::shown)
        .collect();
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let all: Vec<Value> = state
        .documents
        .all(MACHINES)
        .map(|machine| show(state, machine))
        .collect();
    Ok(call.documents(all.iter()))
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let scopes = call.texts("scoped_machines").unwrap_or_default();
    for id in &scopes {
        find(state, id)?;
    }
    let (id, secret) = (call.world.ids.id("mch"), call.world.ids.secret("ak"));
    let machine = json!({
        "object": "machine", "id": id, "instance_id": call.world.instance_id, "name": call.needed("name")?,
        "default_token_ttl": call.int("default_token_ttl").unwrap_or(3600),
        "_secret": secret, "_scopes": scopes, "created_at": call.now, "updated_at": call.now,
    });
    state.documents.insert(MACHINES, &id, machine.clone());
    let mut shown = show(state, &machine);
    shown["secret_key"] = secret.into();
    Ok(shown)
}

fn changed(call: &Call<'_>, state: &mut State, change: impl FnOnce(&mut Value)) -> Answer {
    let id = call.id(0);
    let machine = state
        .documents
        .get_mut(MACHINES, id)
        .ok_or_else(|| ApiError::not_found("machine", id))?;
    change(machine);
    machine["updated_at"] = call.now.into();
    Ok(show(state, find(state, id)?))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    changed(call, state, |machine| {
        for name in ["name", "default_token_ttl"] {
            if let Some(value) = call.field(name) {
                machine[name] = value.clone();
            }
        }
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    find(state, id)?;
    state.documents.remove(MACHINES, id);
    state
        .documents
        .retain("m2m_tokens", |token| token["subject"] != id);
    for machine in state.documents.all_mut(MACHINES) {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.retain(|scope| scope != id);
        }
    }
    Ok(deleted("machine", id))
}

fn add_scope(call: &Call<'_>, state: &mut State) -> Answer {
    let (from, to) = (call.id(0), call.needed("to_machine_id")?);
    let machine = find(state, from)?;
    find(state, to)?;
    if from == to {
        return Err(ApiError::invalid(
            "to_machine_id",
            "A machine needs no scope to itself.",
        ));
    }
    if scopes(machine).contains(&to) {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "duplicate_record",
            "Scope exists",
            "The machine has this scope already.",
        ));
    }
    changed(call, state, |machine| {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.push(to.into());
        }
    })?;
    Ok(
        json!({"object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "created_at": call.now}),
    )
}

fn remove_scope(call: &Call<'_>, state: &mut State) -> Answer {
    let (from, to) = (call.id(0), call.id(1));
    if !scopes(find(state, from)?).contains(&to) {
        return Err(ApiError::not_found("scope to the machine", to));
    }
    changed(call, state, |machine| {
        if let Some(scopes) = machine["_scopes"].as_array_mut() {
            scopes.retain(|scope| scope != to);
        }
    })?;
    Ok(
        json!({"object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "deleted": true}),
    )
}

fn secret_key(call: &Call<'_>, state: &State) -> Answer {
    Ok(json!({"object": "machine_secret_key", "secret": find(state, call.id(0))?["_secret"]}))
}

fn rotate(call: &Call<'_>, state: &mut State) -> Answer {
    let until = call.after(call.int("previous_token_ttl").unwrap_or(0));
    let secret = call.world.ids.secret("ak");
    changed(call, state, |machine| {
        machine["_previous_secret"] = machine["_secret"].clone();
        machine["_previous_until"] = until.into();
        machine["_secret"] = secret.as_str().into();
    })?;
    Ok(json!({"object": "machine_secret_key", "secret": secret}))
}
