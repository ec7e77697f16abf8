//! Role sets: which roles an organization's members can have.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::roles;
use crate::store::State;
use crate::world::World;

const ROLE_SETS: &str = "role_sets";

/// The key of the set that every instance starts with.
pub(super) const DEFAULT: &str = "role_set:default";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListRoleSets" => Handler::Read(list),
        "GetRoleSet" => Handler::Read(|call, state| Ok(show(state, &find(state, call.id(0))?))),
        "CreateRoleSet" => Handler::Write(create),
        "UpdateRoleSet" => Handler::Write(update),
        "AddRolesToRoleSet" => Handler::Write(add_roles),
        "ReplaceRoleInRoleSet" => Handler::Write(replace_role),
        "ReplaceRoleSet" => Handler::Write(replace),
        _ => return None,
    })
}

pub(super) fn populate(world: &World, state: &mut State) {
    let (now, id) = (world.clock.now(), world.ids.id("rset"));
    let set = json!({
        "object": "role_set", "id": id, "key": DEFAULT, "name": "Default role set", "description": null,
        "type": "initial", "_roles": ["org:admin", "org:member"], "_default": "org:member", "_creator": "org:admin",
        "created_at": now, "updated_at": now,
    });
    state.documents.insert(ROLE_SETS, &id, set);
}

/// A role set by its id or key.
pub(super) fn find(state: &State, id: &str) -> Result<Value, ApiError> {
    let by_id = state.documents.get(ROLE_SETS, id);
    let set = by_id.or_else(|| state.documents.find(ROLE_SETS, "key", id));
    set.cloned()
        .ok_or_else(|| ApiError::not_found("role set", id))
}

pub(super) fn uses(state: &State, role: &str) -> bool {
    state.documents.all(ROLE_SETS).any(|set| has(set, role))
}

pub(super) fn add_to_initial(state: &mut State, role: &str) {
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

/// A role has another key now.
pub(super) fn rename(state: &mut State, old: &str, new: &str) {
    for set in state.documents.all_mut(ROLE_SETS) {
        exchange(set, old, new);
    }
}

fn has(set: &Value, role: &str) -> bool {
    set["_roles"]
        .as_array()
        .is_some_and(|roles| roles.iter().any(|have| have == role))
}

fn exchange(set: &mut Value, old: &str, new: &str) {
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

fn item(state: &State, key: &Value) -> Option<Value> {
    let key = key.as_str()?;
    let role = roles::find(state, key).ok()?;
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

fn show(state: &State, set: &Value) -> Value {
    let mut shown = crate::store::Documents::shown(set);
    let roles = set["_roles"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    shown["roles"] = roles.iter().filter_map(|key| item(state, key)).collect();
    shown["default_role"] = item(state, &set["_default"]).unwrap_or_default();
    shown["creator_role"] = item(state, &set["_creator"]).unwrap_or_default();
    shown["role_set_migration"] = Value::Null;
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let shown: Vec<Value> = state
        .documents
        .all(ROLE_SETS)
        .map(|set| show(state, set))
        .collect();
    Ok(call.documents(shown.iter()))
}

fn keep(call: &Call<'_>, state: &mut State, mut set: Value) -> Answer {
    set["updated_at"] = call.now.into();
    let id = set["id"].as_str().unwrap_or_default().to_owned();
    let shown = show(state, &set);
    state.documents.insert(ROLE_SETS, &id, set);
    Ok(shown)
}

fn check_key(state: &State, key: &str, except: &Value) -> Result<(), ApiError> {
    if key.strip_prefix("role_set:").is_none_or(str::is_empty) {
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "key",
            "is invalid",
            "key must begin with role_set:.",
        ));
    }
    match state.documents.find(ROLE_SETS, "key", key) {
        Some(other) if other["id"] != *except => Err(ApiError::taken("key")),
        _ => Ok(()),
    }
}

/// A role that the request names and the set has.
fn role_of(call: &Call<'_>, set: &Value, name: &str) -> Result<Option<Value>, ApiError> {
    match call.text(name) {
        None => Ok(None),
        Some(key) if has(set, key) => Ok(Some(key.into())),
        Some(_) => Err(ApiError::invalid(
            name,
            &format!("{name} must be one of the set's roles."),
        )),
    }
}

fn choose(call: &Call<'_>, set: &mut Value) -> Result<(), ApiError> {
    if let Some(role) = role_of(call, set, "default_role_key")? {
        set["_default"] = role;
    }
    if let Some(role) = role_of(call, set, "creator_role_key")? {
        set["_creator"] = role;
    }
    Ok(())
}

/// There is one initial set; another one takes its place.
fn only_initial(state: &mut State, set: &Value) {
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

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let name = call.needed("name")?;
    let words = name
        .to_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let key = call
        .text("key")
        .map_or_else(|| format!("role_set:{words}"), str::to_owned);
    check_key(state, &key, &Value::Null)?;
    let roles = call.texts("roles").unwrap_or_default();
    for role in &roles {
        roles::find(state, role)?;
    }
    let mut set = json!({
        "object": "role_set", "id": call.world.ids.id("rset"), "key": key, "name": name,
        "description": call.text("description"), "type": call.text("type").unwrap_or("custom"),
        "_roles": roles, "created_at": call.now,
    });
    choose(call, &mut set)?;
    only_initial(state, &set);
    keep(call, state, set)
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let mut set = find(state, call.id(0))?;
    if let Some(key) = call.text("key") {
        check_key(state, key, &set["id"])?;
    }
    choose(call, &mut set)?;
    for name in ["key", "name", "description", "type"] {
        if let Some(text) = call.text(name) {
            set[name] = text.into();
        }
    }
    only_initial(state, &set);
    keep(call, state, set)
}

fn add_roles(call: &Call<'_>, state: &mut State) -> Answer {
    let mut set = find(state, call.id(0))?;
    for role in call.texts("role_keys").unwrap_or_default() {
        roles::find(state, role)?;
        if has(&set, role) {
            return Err(ApiError::invalid(
                "role_keys",
                &format!("The set has the role {role} already."),
            ));
        }
        if let Some(roles) = set["_roles"].as_array_mut() {
            roles.push(role.into());
        }
    }
    choose(call, &mut set)?;
    keep(call, state, set)
}

fn replace_role(call: &Call<'_>, state: &mut State) -> Answer {
    let mut set = find(state, call.id(0))?;
    let (old, new) = (call.needed("role_key")?, call.needed("to_role_key")?);
    if !has(&set, old) {
        return Err(ApiError::not_found("role of this set", old));
    }
    roles::find(state, new)?;
    let had = has(&set, new);
    exchange(&mut set, old, new);
    if had && let Some(roles) = set["_roles"].as_array_mut() {
        let mut seen = false;
        roles.retain(|key| key != new || !std::mem::replace(&mut seen, true));
    }
    let organizations = organizations_with(state, &set["key"]);
    for member in state
        .members
        .iter_mut()
        .filter(|m| m.role == old && organizations.contains(&m.organization_id))
    {
        member.role = new.to_owned();
    }
    keep(call, state, set)
}

fn organizations_with(state: &State, key: &Value) -> Vec<String> {
    let all = state
        .documents
        .all("organizations")
        .filter(|organization| organization["role_set_key"] == *key);
    all.filter_map(|organization| organization["id"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Organizations move to another set, their members to the roles that the mappings say, and the set is gone.
fn replace(call: &Call<'_>, state: &mut State) -> Answer {
    let set = find(state, call.id(0))?;
    let to = find(state, call.needed("dest_role_set_key")?)?;
    if set["id"] == to["id"] {
        return Err(ApiError::invalid(
            "dest_role_set_key",
            "A role set cannot take its own place.",
        ));
    }
    let organizations = organizations_with(state, &set["key"]);
    let mappings = call
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
            None if has(&to, &member.role) => {}
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
    Ok(deleted("role_set", id))
}
