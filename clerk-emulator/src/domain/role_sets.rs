//! Role sets: which roles an organization's members can have.

use serde_json::{Value, json};

use super::roles::find_role;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const ROLE_SETS: &str = "role_sets";

/// The key of the set that every instance starts with.
pub(crate) const DEFAULT_ROLE_SET: &str = "role_set:default";

/// Returns the role set with this id or key.
pub(crate) fn find_role_set(state: &State, id: &str) -> Result<Value, ApiError> {
    let by_id = state.documents.get(ROLE_SETS, id);
    let set = by_id.or_else(|| state.documents.find(ROLE_SETS, "key", id));
    set.cloned()
        .ok_or_else(|| ApiError::not_found("role set", id))
}

/// Whether a role set has the role.
pub(crate) fn is_role_in_any_set(state: &State, role: &str) -> bool {
    state
        .documents
        .all(ROLE_SETS)
        .any(|set| has_role(set, role))
}

pub(super) fn add_role_to_initial_set(state: &mut State, role: &str) {
    for set in state
        .documents
        .all_mut(ROLE_SETS)
        .filter(|set| set["type"] == "initial")
    {
        if let Some(roles) = set["_roles"].as_array_mut() {
            roles.push(role.into());
        }
    }
}

/// Gives a role its new key in all sets.
pub(super) fn rename_role_in_sets(state: &mut State, old: &str, new: &str) {
    for set in state.documents.all_mut(ROLE_SETS) {
        exchange_role(set, old, new);
    }
}

fn has_role(set: &Value, role: &str) -> bool {
    set["_roles"]
        .as_array()
        .is_some_and(|roles| roles.iter().any(|have| have == role))
}

fn exchange_role(set: &mut Value, old: &str, new: &str) {
    for key in set["_roles"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter(|key| **key == old)
    {
        *key = new.into();
    }
    for name in ["_default", "_creator"] {
        if set[name] == old {
            set[name] = new.into();
        }
    }
}

/// Stores a changed set and returns it.
fn store_set(cx: Context<'_>, state: &mut State, mut set: Value) -> Result<Value, ApiError> {
    set["updated_at"] = cx.now.into();
    let id = set["id"].as_str().unwrap_or_default().to_owned();
    state.documents.insert(ROLE_SETS, &id, set.clone());
    Ok(set)
}

fn check_key(state: &State, key: &str, except: &Value) -> Result<(), ApiError> {
    if key.strip_prefix("role_set:").is_none_or(str::is_empty) {
        return Err(ApiError::invalid_format(
            "key",
            "key must begin with role_set:.",
        ));
    }
    match state.documents.find(ROLE_SETS, "key", key) {
        Some(other) if other["id"] != *except => Err(ApiError::taken("key")),
        _ => Ok(()),
    }
}

/// Returns the role that the request names, which the set has to have.
fn role_in_set(params: Params<'_>, set: &Value, name: &str) -> Result<Option<Value>, ApiError> {
    match params.text(name) {
        None => Ok(None),
        Some(key) if has_role(set, key) => Ok(Some(key.into())),
        Some(_) => Err(ApiError::invalid(
            name,
            &format!("{name} must be one of the set's roles."),
        )),
    }
}

/// Sets the default role and the creator's role, if the request names them.
fn choose_roles(params: Params<'_>, set: &mut Value) -> Result<(), ApiError> {
    if let Some(role) = role_in_set(params, set, "default_role_key")? {
        set["_default"] = role;
    }
    if let Some(role) = role_in_set(params, set, "creator_role_key")? {
        set["_creator"] = role;
    }
    Ok(())
}

/// Makes all other sets custom ones if this one is initial: there is one initial set.
fn make_only_initial(state: &mut State, set: &Value) {
    if set["type"] == "initial" {
        for other in state
            .documents
            .all_mut(ROLE_SETS)
            .filter(|other| other["id"] != set["id"])
        {
            other["type"] = "custom".into();
        }
    }
}

/// Creates a role set and returns it.
pub(crate) fn create_role_set(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let name = params.required_text("name")?;
    let words = name
        .to_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let key = params
        .text("key")
        .map_or_else(|| format!("role_set:{words}"), str::to_owned);
    check_key(state, &key, &Value::Null)?;
    let roles = params.texts("roles").unwrap_or_default();
    for role in &roles {
        find_role(state, role)?;
    }
    let mut set = json!({
        "object": "role_set", "id": cx.instance.ids.id("rset"), "key": key, "name": name,
        "description": params.text("description"), "type": params.text("type").unwrap_or("custom"),
        "_roles": roles, "created_at": cx.now,
    });
    choose_roles(params, &mut set)?;
    make_only_initial(state, &set);
    store_set(cx, state, set)
}

/// Changes a role set and returns it.
pub(crate) fn update_role_set(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut set = find_role_set(state, id)?;
    if let Some(key) = params.text("key") {
        check_key(state, key, &set["id"])?;
    }
    choose_roles(params, &mut set)?;
    for name in ["key", "name", "description", "type"] {
        if let Some(text) = params.text(name) {
            set[name] = text.into();
        }
    }
    make_only_initial(state, &set);
    store_set(cx, state, set)
}

/// Adds roles to a set and returns it.
pub(crate) fn add_roles(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut set = find_role_set(state, id)?;
    for role in params.texts("role_keys").unwrap_or_default() {
        find_role(state, role)?;
        if has_role(&set, role) {
            return Err(ApiError::invalid(
                "role_keys",
                &format!("The set has the role {role} already."),
            ));
        }
        if let Some(roles) = set["_roles"].as_array_mut() {
            roles.push(role.into());
        }
    }
    choose_roles(params, &mut set)?;
    store_set(cx, state, set)
}

/// Replaces a role of a set, for its members as well, and returns the set.
pub(crate) fn replace_role(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut set = find_role_set(state, id)?;
    let (old, new) = (
        params.required_text("role_key")?,
        params.required_text("to_role_key")?,
    );
    if !has_role(&set, old) {
        return Err(ApiError::not_found("role of this set", old));
    }
    find_role(state, new)?;
    let had = has_role(&set, new);
    exchange_role(&mut set, old, new);
    if had && let Some(roles) = set["_roles"].as_array_mut() {
        let mut seen = false;
        roles.retain(|key| key != new || !std::mem::replace(&mut seen, true));
    }
    let organizations = organizations_with_set(state, &set["key"]);
    for member in state
        .members
        .iter_mut()
        .filter(|m| m.role == old && organizations.contains(&m.organization_id))
    {
        member.role = new.to_owned();
    }
    store_set(cx, state, set)
}

/// Returns the ids of the organizations whose role set has this key.
fn organizations_with_set(state: &State, key: &Value) -> Vec<String> {
    let all = state
        .documents
        .all("organizations")
        .filter(|organization| organization["role_set_key"] == *key);
    all.filter_map(|organization| organization["id"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Deletes a set whose organizations move to another one, and returns its id. Members get the roles that the mappings
/// say.
pub(crate) fn replace_role_set(
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<String, ApiError> {
    let set = find_role_set(state, id)?;
    let to = find_role_set(state, params.required_text("dest_role_set_key")?)?;
    if set["id"] == to["id"] {
        return Err(ApiError::invalid(
            "dest_role_set_key",
            "A role set cannot take its own place.",
        ));
    }
    let organizations = organizations_with_set(state, &set["key"]);
    let mappings = params
        .object("reassignment_mappings")
        .cloned()
        .unwrap_or_default();
    for member in state
        .members
        .iter_mut()
        .filter(|member| organizations.contains(&member.organization_id))
    {
        match mappings.get(&member.role).and_then(Value::as_str) {
            Some(role) => member.role = role.to_owned(),
            None if has_role(&to, &member.role) => {}
            None => member.role = to["_default"].as_str().unwrap_or_default().to_owned(),
        }
    }
    for organization in state
        .documents
        .all_mut("organizations")
        .filter(|o| o["role_set_key"] == set["key"])
    {
        organization["role_set_key"] = to["key"].clone();
    }
    if set["type"] == "initial"
        && let Some(to) = state
            .documents
            .get_mut(ROLE_SETS, to["id"].as_str().unwrap_or_default())
    {
        to["type"] = "initial".into();
    }
    let id = set["id"].as_str().unwrap_or_default();
    state.documents.remove(ROLE_SETS, id);
    Ok(id.to_owned())
}
