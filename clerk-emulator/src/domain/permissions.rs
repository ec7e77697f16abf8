//! Permissions of organizations' roles.

use serde_json::Value;

use super::synthesize::synthesize_response;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::openapi::document::Operation;
use crate::store::State;

pub(crate) const PERMISSIONS: &str = "organization_permissions";
pub(crate) const ROLES: &str = "organization_roles";

/// Clerk's own permissions: key, name, and whether members have it.
pub(super) const SYSTEM_PERMISSIONS: [(&str, &str, bool); 10] = [
    ("org:sys_profile:manage", "Manage organization", false),
    ("org:sys_profile:delete", "Delete organization", false),
    ("org:sys_memberships:read", "Read members", true),
    ("org:sys_memberships:manage", "Manage members", false),
    ("org:sys_domains:read", "Read domains", false),
    ("org:sys_domains:manage", "Manage domains", false),
    ("org:sys_billing:read", "Read billing", true),
    ("org:sys_billing:manage", "Manage billing", false),
    ("org:sys_api_keys:read", "Read API keys", true),
    ("org:sys_api_keys:manage", "Manage API keys", false),
];

/// Checks a key: `org:` and `parts` words.
pub(super) fn check_key(key: &str, parts: usize) -> Result<(), ApiError> {
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
    Err(ApiError::invalid_format(
        "key",
        &format!("key must have the form {form}, in lower case."),
    ))
}

/// Checks that no other document of the collection has the key; `except` is the id of the one that may.
pub(super) fn check_key_is_free(
    state: &State,
    collection: &str,
    key: &str,
    except: &str,
) -> Result<(), ApiError> {
    match state.documents.find(collection, "key", key) {
        Some(other) if other.get("id").and_then(Value::as_str) != Some(except) => {
            Err(ApiError::taken("key"))
        }
        _ => Ok(()),
    }
}

/// Creates a permission, made as `operation` returns it.
pub(crate) fn create_permission(
    cx: Context<'_>,
    state: &mut State,
    operation: &Operation,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let key = params.required_text("key")?;
    check_key(key, 2)?;
    check_key_is_free(state, PERMISSIONS, key, "")?;
    let id = cx.instance.ids.id("perm");
    let mut fields = params.fields();
    fields.insert("id".into(), id.as_str().into());
    fields.insert("type".into(), "user".into());
    let permission = synthesize_response(cx, operation, &fields);
    state.documents.insert(PERMISSIONS, &id, permission.clone());
    Ok(permission)
}

/// Returns a permission that can be changed: Clerk's own cannot.
fn find_custom_permission(state: &State, id: &str) -> Result<Value, ApiError> {
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

/// Changes a permission; roles that have it keep it under its new key.
pub(crate) fn update_permission(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut permission = find_custom_permission(state, id)?;
    let old = permission["key"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = params.text("key") {
        check_key(key, 2)?;
        check_key_is_free(state, PERMISSIONS, key, id)?;
    }
    for name in ["key", "name", "description"] {
        if let Some(text) = params.text(name) {
            permission[name] = text.into();
        }
    }
    permission["updated_at"] = cx.now.into();
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

/// Deletes a permission, which takes it from all roles.
pub(crate) fn delete_permission(state: &mut State, id: &str) -> Result<(), ApiError> {
    let permission = find_custom_permission(state, id)?;
    for role in state.documents.all_mut(ROLES) {
        if let Some(keys) = role["_permissions"].as_array_mut() {
            keys.retain(|key| *key != permission["key"]);
        }
    }
    state.documents.remove(PERMISSIONS, id);
    Ok(())
}

/// Returns the key of the permission with this id or key.
pub(super) fn find_permission_key(state: &State, id: &str) -> Result<Value, ApiError> {
    let permission = state
        .documents
        .get(PERMISSIONS, id)
        .or_else(|| state.documents.find(PERMISSIONS, "key", id));
    permission
        .map(|permission| permission["key"].clone())
        .ok_or_else(|| ApiError::not_found("permission", id))
}
