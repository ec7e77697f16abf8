//! Roles, permissions and role sets of organizations.

use serde_json::Value;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::permissions::{self, PERMISSIONS, ROLES};
use crate::domain::role_sets::{self, ROLE_SETS};
use crate::domain::roles;
use crate::http::error::ApiError;
use crate::store::State;
use crate::views::roles::{role_set_view, role_view};

pub(super) const ROLE_HANDLERS: Handlers = &[
    (
        "ListOrganizationPermissions",
        Read(|call, state| Ok(call.documents(state.documents.all(PERMISSIONS)))),
    ),
    (
        "CreateOrganizationPermission",
        Write(|call, state| {
            permissions::create_permission(call.cx, state, call.operation, call.params())
        }),
    ),
    (
        "UpdateOrganizationPermission",
        Write(|call, state| {
            permissions::update_permission(call.cx, state, call.id(0), call.params())
        }),
    ),
    (
        "DeleteOrganizationPermission",
        Write(|call, state| {
            permissions::delete_permission(state, call.id(0))?;
            Ok(deleted_view("permission", call.id(0)))
        }),
    ),
    ("ListOrganizationRoles", Read(list_roles)),
    (
        "GetOrganizationRole",
        Read(|call, state| Ok(role_view(state, roles::find_role(state, call.id(0))?))),
    ),
    (
        "CreateOrganizationRole",
        Write(|call, state| {
            let role = roles::create_role(call.cx, state, call.params())?;
            Ok(role_view(state, &role))
        }),
    ),
    (
        "UpdateOrganizationRole",
        Write(|call, state| {
            let role = roles::update_role(call.cx, state, call.id(0), call.params())?;
            Ok(role_view(state, &role))
        }),
    ),
    (
        "DeleteOrganizationRole",
        Write(|call, state| {
            let id = roles::delete_role(state, call.id(0))?;
            Ok(deleted_view("role", &id))
        }),
    ),
    (
        "AssignPermissionToOrganizationRole",
        Write(|call, state| set_permission(call, state, true)),
    ),
    (
        "RemovePermissionFromOrganizationRole",
        Write(|call, state| set_permission(call, state, false)),
    ),
];

pub(super) const ROLE_SET_HANDLERS: Handlers = &[
    ("ListRoleSets", Read(list_role_sets)),
    (
        "GetRoleSet",
        Read(|call, state| view_of_set(state, role_sets::find_role_set(state, call.id(0)))),
    ),
    (
        "CreateRoleSet",
        Write(|call, state| {
            let set = role_sets::create_role_set(call.cx, state, call.params());
            view_of_set(state, set)
        }),
    ),
    (
        "UpdateRoleSet",
        Write(|call, state| {
            let set = role_sets::update_role_set(call.cx, state, call.id(0), call.params());
            view_of_set(state, set)
        }),
    ),
    (
        "AddRolesToRoleSet",
        Write(|call, state| {
            let set = role_sets::add_roles(call.cx, state, call.id(0), call.params());
            view_of_set(state, set)
        }),
    ),
    (
        "ReplaceRoleInRoleSet",
        Write(|call, state| {
            let set = role_sets::replace_role(call.cx, state, call.id(0), call.params());
            view_of_set(state, set)
        }),
    ),
    (
        "ReplaceRoleSet",
        Write(|call, state| {
            let id = role_sets::replace_role_set(state, call.id(0), call.params())?;
            Ok(deleted_view("role_set", &id))
        }),
    ),
];

fn list_roles(call: &Call<'_>, state: &State) -> HandlerResult {
    let roles = state.documents.all(ROLES);
    let views: Vec<Value> = roles.map(|role| role_view(state, role)).collect();
    Ok(call.documents(views.iter()))
}

fn set_permission(call: &Call<'_>, state: &mut State, granted: bool) -> HandlerResult {
    let role = roles::set_permission(call.cx, state, call.id(0), call.id(1), granted)?;
    Ok(role_view(state, &role))
}

fn list_role_sets(call: &Call<'_>, state: &State) -> HandlerResult {
    let sets = state.documents.all(ROLE_SETS);
    let views: Vec<Value> = sets.map(|set| role_set_view(state, set)).collect();
    Ok(call.documents(views.iter()))
}

fn view_of_set(state: &State, set: Result<Value, ApiError>) -> HandlerResult {
    Ok(role_set_view(state, &set?))
}
