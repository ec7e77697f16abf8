//! Roles and role sets.

use serde_json::{Value, json};

use crate::domain::permissions::PERMISSIONS;
use crate::domain::roles::{find_role, permissions_of};
use crate::store::{Documents, State};

/// Returns a role with its permissions.
pub(crate) fn role_view(state: &State, role: &Value) -> Value {
    let mut view = Documents::view(role);
    let permissions = permissions_of(role)
        .into_iter()
        .filter_map(|key| state.documents.find(PERMISSIONS, "key", key));
    view["permissions"] = permissions.map(Documents::view).collect();
    view
}

fn role_set_item(state: &State, key: &Value) -> Option<Value> {
    let key = key.as_str()?;
    let role = find_role(state, key).ok()?;
    let members = state
        .members
        .iter()
        .filter(|member| member.role == key)
        .count();
    Some(json!({
        "object": "role_set_item", "id": role["id"], "name": role["name"], "key": key,
        "description": role["description"], "members_count": members, "has_members": members > 0,
        "created_at": role["created_at"], "updated_at": role["updated_at"],
    }))
}

/// Returns a role set with its roles.
pub(crate) fn role_set_view(state: &State, set: &Value) -> Value {
    let mut view = Documents::view(set);
    let roles = set["_roles"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    view["roles"] = roles
        .iter()
        .filter_map(|key| role_set_item(state, key))
        .collect();
    view["default_role"] = role_set_item(state, &set["_default"]).unwrap_or_default();
    view["creator_role"] = role_set_item(state, &set["_creator"]).unwrap_or_default();
    view["role_set_migration"] = Value::Null;
    view
}
