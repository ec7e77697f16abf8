//! Roles of organizations' members.

use serde_json::{Value, json};

use super::permissions::{ROLES, check_key, check_key_is_free, find_permission_key};
use super::role_sets::{add_role_to_initial_set, is_role_in_any_set, rename_role_in_sets};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

/// Returns the role with this id or key.
pub(crate) fn find_role<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let by_id = state.documents.get(ROLES, id);
    by_id
        .or_else(|| state.documents.find(ROLES, "key", id))
        .ok_or_else(|| ApiError::not_found("role", id))
}

/// Returns a role's name, or its key if the role is gone.
pub(crate) fn role_name(state: &State, key: &str) -> String {
    let role = state.documents.find(ROLES, "key", key);
    role.and_then(|role| role.get("name")?.as_str())
        .unwrap_or(key)
        .to_owned()
}

/// Returns the keys of a role's permissions.
pub(crate) fn permission_keys(state: &State, role: &str) -> Vec<String> {
    let role = state.documents.find(ROLES, "key", role);
    role.map(permissions_of)
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Returns the keys of the permissions in a role's document.
pub(crate) fn permissions_of(role: &Value) -> Vec<&str> {
    let list = role
        .get("_permissions")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// Reads the request's permissions, named by id or key, as keys.
fn permissions_from(state: &State, params: Params<'_>) -> Result<Option<Vec<Value>>, ApiError> {
    let Some(named) = params.texts("permissions") else {
        return Ok(None);
    };
    let keys = named.into_iter().map(|id| find_permission_key(state, id));
    keys.collect::<Result<_, _>>().map(Some)
}

/// Creates a role and returns it.
pub(crate) fn create_role(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let key = params.required_text("key")?;
    check_key(key, 1)?;
    check_key_is_free(state, ROLES, key, "")?;
    let permissions = permissions_from(state, params)?.unwrap_or_default();
    let id = cx.instance.ids.id("role");
    let role = json!({
        "object": "role", "id": id, "key": key, "name": params.text("name"),
        "description": params.text("description"), "is_creator_eligible": false,
        "_permissions": permissions, "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(ROLES, &id, role.clone());
    if params.flag("include_in_initial_role_set") == Some(true) {
        add_role_to_initial_set(state, key);
    }
    Ok(role)
}

/// Changes a role and returns it; members and role sets that have it keep it under its new key.
pub(crate) fn update_role(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut role = find_role(state, id)?.clone();
    let id = role["id"].as_str().unwrap_or_default().to_owned();
    let old = role["key"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = params.text("key") {
        check_key(key, 1)?;
        check_key_is_free(state, ROLES, key, &id)?;
        for member in state.members.iter_mut().filter(|member| member.role == old) {
            member.role = key.to_owned();
        }
        rename_role_in_sets(state, &old, key);
    }
    if let Some(permissions) = permissions_from(state, params)? {
        role["_permissions"] = permissions.into();
    }
    for name in ["key", "name", "description"] {
        if let Some(text) = params.text(name) {
            role[name] = text.into();
        }
    }
    role["updated_at"] = cx.now.into();
    state.documents.insert(ROLES, &id, role.clone());
    Ok(role)
}

/// Deletes a role that neither members nor role sets have, and returns its id.
pub(crate) fn delete_role(state: &mut State, id: &str) -> Result<String, ApiError> {
    let role = find_role(state, id)?;
    let (id, key) = (
        role["id"].as_str().unwrap_or_default().to_owned(),
        role["key"].as_str().unwrap_or_default().to_owned(),
    );
    if state.members.iter().any(|member| member.role == key) {
        return Err(ApiError::forbidden(
            "organization_role_used_by_members",
            "Members have this role; give them another one first.",
        ));
    }
    if is_role_in_any_set(state, &key) {
        return Err(ApiError::forbidden(
            "organization_role_used_by_role_set",
            "A role set has this role; replace it there first.",
        ));
    }
    state.documents.remove(ROLES, &id);
    Ok(id)
}

/// Grants a permission to a role, or takes it back; returns the role.
pub(crate) fn set_permission(
    cx: Context<'_>,
    state: &mut State,
    role_id: &str,
    permission_id: &str,
    granted: bool,
) -> Result<Value, ApiError> {
    let mut role = find_role(state, role_id)?.clone();
    let key = find_permission_key(state, permission_id)?;
    let id = role["id"].as_str().unwrap_or_default().to_owned();
    let has = permissions_of(&role).iter().any(|have| key == *have);
    if granted && has {
        return Err(ApiError::conflict(
            "duplicate_record",
            "Already assigned",
            "The role has this permission already.",
        ));
    }
    if !granted && !has {
        return Err(ApiError::not_found(
            "permission of this role",
            permission_id,
        ));
    }
    if let Some(keys) = role["_permissions"].as_array_mut() {
        keys.retain(|have| *have != key);
        if granted {
            keys.push(key);
        }
    }
    role["updated_at"] = cx.now.into();
    state.documents.insert(ROLES, &id, role.clone());
    Ok(role)
}
