//! Roles and permissions of organizations.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use crate::store::{Documents, State};
use crate::world::World;

const ROLES: &str = "organization_roles";
const PERMISSIONS: &str = "organization_permissions";

/// What Clerk itself checks: key, name, and whether members have it.
const SYSTEM: [(&str, &str, bool); 8] = [
    ("org:sys_profile:manage", "Manage organization", false),
    ("org:sys_profile:delete", "Delete organization", false),
    ("org:sys_memberships:read", "Read members", true),
    ("org:sys_memberships:manage", "Manage members", false),
    ("org:sys_domains:read", "Read domains", false),
    ("org:sys_domains:manage", "Manage domains", false),
    ("org:sys_billing:read", "Read billing", true),
    ("org:sys_billing:manage", "Manage billing", false),
];

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListOrganizationPermissions" => {
            Handler::Read(|call, state| Ok(call.documents(state.documents.all(PERMISSIONS))))
        }
        "CreateOrganizationPermission" => Handler::Write(create_permission),
        "UpdateOrganizationPermission" => Handler::Write(update_permission),
        "DeleteOrganizationPermission" => Handler::Write(delete_permission),
        "ListOrganizationRoles" => Handler::Read(list),
        "GetOrganizationRole" => {
            Handler::Read(|call, state| Ok(show(state, find(state, call.id(0))?)))
        }
        "CreateOrganizationRole" => Handler::Write(create),
        "UpdateOrganizationRole" => Handler::Write(update),
        "DeleteOrganizationRole" => Handler::Write(delete),
        "AssignPermissionToOrganizationRole" | "RemovePermissionFromOrganizationRole" => {
            Handler::Write(assign)
        }
        _ => return None,
    })
}

/// The roles that every instance starts with.
pub(super) fn populate(world: &World, state: &mut State) {
    let now = world.clock.now();
    for (key, name, _) in SYSTEM {
        let id = world.ids.id("perm");
        let permission = json!({
            "object": "permission", "id": id, "key": key, "name": name, "description": name, "type": "system",
            "created_at": now, "updated_at": now,
        });
        state.documents.insert(PERMISSIONS, &id, permission);
    }
    for (key, name, admin) in [
        ("org:admin", "Admin", true),
        ("org:member", "Member", false),
    ] {
        let id = world.ids.id("role");
        let granted = SYSTEM
            .iter()
            .filter(|(_, _, members)| admin || *members)
            .map(|(key, _, _)| *key);
        let role = json!({
            "object": "role", "id": id, "key": key, "name": name, "description": name, "is_creator_eligible": admin,
            "_permissions": granted.collect::<Vec<_>>(), "created_at": now, "updated_at": now,
        });
        state.documents.insert(ROLES, &id, role);
    }
}

/// A role by its id or key.
pub(super) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let by_id = state.documents.get(ROLES, id);
    by_id
        .or_else(|| state.documents.find(ROLES, "key", id))
        .ok_or_else(|| ApiError::not_found("role", id))
}

/// What a role is called; its key where there is no such role any more.
pub(crate) fn name(state: &State, key: &str) -> String {
    let role = state.documents.find(ROLES, "key", key);
    role.and_then(|role| role.get("name")?.as_str())
        .unwrap_or(key)
        .to_owned()
}

/// The keys of what a role permits.
pub(crate) fn permission_keys(state: &State, role: &str) -> Vec<String> {
    let role = state.documents.find(ROLES, "key", role);
    role.map(keys)
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn keys(role: &Value) -> Vec<&str> {
    let list = role
        .get("_permissions")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

pub(crate) fn show(state: &State, role: &Value) -> Value {
    let mut shown = Documents::shown(role);
    let permissions = keys(role)
        .into_iter()
        .filter_map(|key| state.documents.find(PERMISSIONS, "key", key));
    shown["permissions"] = permissions.map(Documents::shown).collect();
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let shown: Vec<Value> = state
        .documents
        .all(ROLES)
        .map(|role| show(state, role))
        .collect();
    Ok(call.documents(shown.iter()))
}

/// `org:` and `parts` words.
fn check_key(key: &str, parts: usize) -> Result<(), ApiError> {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let words: Vec<&str> = key.split(':').collect();
    if words.len() == parts + 1 && words[0] == "org" && words[1..].iter().all(|part| word(part)) {
        return Ok(());
    }
    let form = if parts == 1 {
        "org:<role>"
    } else {
        "org:<feature>:<action>"
    };
    Err(ApiError::parameter(
        "form_param_format_invalid",
        "key",
        "is invalid",
        &format!("key must have the form {form}, in lower case."),
    ))
}

fn check_free(state: &State, collection: &str, key: &str, except: &str) -> Result<(), ApiError> {
    match state.documents.find(collection, "key", key) {
        Some(other) if other.get("id").and_then(Value::as_str) != Some(except) => {
            Err(ApiError::taken("key"))
        }
        _ => Ok(()),
    }
}

fn create_permission(call: &Call<'_>, state: &mut State) -> Answer {
    let key = call.needed("key")?;
    check_key(key, 2)?;
    check_free(state, PERMISSIONS, key, "")?;
    let id = call.world.ids.id("perm");
    let mut fields = call.fields();
    fields.insert("id".into(), id.as_str().into());
    fields.insert("type".into(), "user".into());
    let permission = call.made(fields);
    state.documents.insert(PERMISSIONS, &id, permission.clone());
    Ok(permission)
}

/// Clerk's own permissions cannot be changed.
fn own_permission(state: &State, id: &str) -> Result<Value, ApiError> {
    let permission = state
        .documents
        .get(PERMISSIONS, id)
        .ok_or_else(|| ApiError::not_found("permission", id))?;
    if permission["type"] == "system" {
        return Err(ApiError::forbidden(
            "not_allowed_for_system_permission",
            "System permissions cannot be changed.",
        ));
    }
    Ok(permission.clone())
}

fn update_permission(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let mut permission = own_permission(state, id)?;
    let old = permission["key"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = call.text("key") {
        check_key(key, 2)?;
        check_free(state, PERMISSIONS, key, id)?;
    }
    for name in ["key", "name", "description"] {
        if let Some(text) = call.text(name) {
            permission[name] = text.into();
        }
    }
    permission["updated_at"] = call.now.into();
    let new = permission["key"].clone();
    for role in state.documents.all_mut(ROLES) {
        for key in role["_permissions"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .filter(|key| **key == old.as_str())
        {
            *key = new.clone();
        }
    }
    state.documents.insert(PERMISSIONS, id, permission.clone());
    Ok(permission)
}

fn delete_permission(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let permission = own_permission(state, id)?;
    for role in state.documents.all_mut(ROLES) {
        if let Some(keys) = role["_permissions"].as_array_mut() {
            keys.retain(|key| *key != permission["key"]);
        }
    }
    state.documents.remove(PERMISSIONS, id);
    Ok(deleted("permission", id))
}

/// The keys of permissions that are named by id or key.
fn permissions(call: &Call<'_>, state: &State) -> Result<Option<Vec<Value>>, ApiError> {
    let Some(named) = call.texts("permissions") else {
        return Ok(None);
    };
    let keys = named.into_iter().map(|id| permission_key(state, id));
    keys.collect::<Result<_, _>>().map(Some)
}

fn permission_key(state: &State, id: &str) -> Result<Value, ApiError> {
    let permission = state
        .documents
        .get(PERMISSIONS, id)
        .or_else(|| state.documents.find(PERMISSIONS, "key", id));
    permission
        .map(|permission| permission["key"].clone())
        .ok_or_else(|| ApiError::not_found("permission", id))
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let key = call.needed("key")?;
    check_key(key, 1)?;
    check_free(state, ROLES, key, "")?;
    let permissions = permissions(call, state)?.unwrap_or_default();
    let id = call.world.ids.id("role");
    let role = json!({
        "object": "role", "id": id, "key": key, "name": call.text("name"),
        "description": call.text("description"), "is_creator_eligible": false,
        "_permissions": permissions, "created_at": call.now, "updated_at": call.now,
    });
    state.documents.insert(ROLES, &id, role.clone());
    if call.flag("include_in_initial_role_set") == Some(true) {
        super::role_sets::add_to_initial(state, key);
    }
    Ok(show(state, &role))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let mut role = find(state, call.id(0))?.clone();
    let id = role["id"].as_str().unwrap_or_default().to_owned();
    let old = role["key"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = call.text("key") {
        check_key(key, 1)?;
        check_free(state, ROLES, key, &id)?;
        for member in state.members.iter_mut().filter(|member| member.role == old) {
            member.role = key.to_owned();
        }
        super::role_sets::rename(state, &old, key);
    }
    if let Some(permissions) = permissions(call, state)? {
        role["_permissions"] = permissions.into();
    }
    for name in ["key", "name", "description"] {
        if let Some(text) = call.text(name) {
            role[name] = text.into();
        }
    }
    role["updated_at"] = call.now.into();
    state.documents.insert(ROLES, &id, role.clone());
    Ok(show(state, &role))
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let role = find(state, call.id(0))?;
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
    if super::role_sets::uses(state, &key) {
        return Err(ApiError::forbidden(
            "organization_role_used_by_role_set",
            "A role set has this role; replace it there first.",
        ));
    }
    state.documents.remove(ROLES, &id);
    Ok(deleted("role", &id))
}

/// `POST` or `DELETE /organization_roles/{id}/permissions/{id}`
fn assign(call: &Call<'_>, state: &mut State) -> Answer {
    let mut role = find(state, call.id(0))?.clone();
    let key = permission_key(state, call.id(1))?;
    let id = role["id"].as_str().unwrap_or_default().to_owned();
    let has = keys(&role).iter().any(|have| key == *have);
    if call.operation.method == "POST" && has {
        return Err(ApiError::new(
            axum::http::StatusCode::CONFLICT,
            "duplicate_record",
            "Already assigned",
            "The role has this permission already.",
        ));
    }
    if call.operation.method == "DELETE" && !has {
        return Err(ApiError::not_found("permission of this role", call.id(1)));
    }
    if let Some(keys) = role["_permissions"].as_array_mut() {
        keys.retain(|have| *have != key);
        if call.operation.method == "POST" {
            keys.push(key);
        }
    }
    role["updated_at"] = call.now.into();
    state.documents.insert(ROLES, &id, role.clone());
    Ok(show(state, &role))
}
