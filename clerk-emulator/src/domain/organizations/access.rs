//! What members may do in an organization, by their roles' permissions.

use axum::http::StatusCode;
use serde_json::Value;

use super::{created_by_count, find_organization, organization_settings, too_many_created};
use crate::domain::environment::DashboardSettings;
use crate::domain::roles::permission_keys;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::store::{Member, State};

/// Clerk's permission to give people memberships and roles: an organization keeps a member who has it.
const MANAGE_MEMBERS: &str = "org:sys_memberships:manage";

/// So many organizations may a user make who has no limit of its own.
const MAX_CREATED: i64 = 100;

fn not_found_or_unauthorized() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "organization_not_found_or_unauthorized",
        "Organization not found",
        "There is no such organization, or the user is no member of it.",
    )
}

/// Returns the membership of a user in an organization, named by id or slug.
pub(crate) fn check_access<'a>(
    state: &'a State,
    organization: &str,
    user_id: &str,
) -> Result<&'a Member, ApiError> {
    let id = find_organization(state, organization)
        .ok()
        .and_then(|organization| organization["id"].as_str());
    id.and_then(|id| state.members.get(id, user_id))
        .ok_or_else(not_found_or_unauthorized)
}

fn has_permission(state: &State, member: &Member, permission: &str) -> bool {
    permission_keys(state, &member.role)
        .iter()
        .any(|key| key == permission)
}

/// Checks that a member may do something in an organization, named by id or slug; returns the organization's id.
pub(crate) fn check_permission(
    state: &State,
    organization: &str,
    user_id: &str,
    permission: &str,
) -> Result<String, ApiError> {
    let member = check_access(state, organization, user_id)?;
    if has_permission(state, member, permission) {
        return Ok(member.organization_id.clone());
    }
    Err(ApiError::forbidden(
        "missing_organization_permission",
        &format!("This needs a role with the permission {permission}."),
    ))
}

/// Whether a member may manage the others.
pub(crate) fn manages_members(state: &State, member: &Member) -> bool {
    has_permission(state, member, MANAGE_MEMBERS)
}

/// Checks that somebody else manages the members before a user stops to do so.
pub(crate) fn check_others_manage(
    state: &State,
    organization_id: &str,
    user_id: &str,
) -> Result<(), ApiError> {
    let does = state
        .members
        .get(organization_id, user_id)
        .is_some_and(|member| manages_members(state, member));
    let mut others = state.members.of_organization(organization_id);
    if !does || others.any(|other| other.user_id != user_id && manages_members(state, other)) {
        return Ok(());
    }
    Err(ApiError::bad_state(
        "organization_minimum_permissions_needed",
        "An organization needs a member who can manage the others.",
    ))
}

/// Whether a role lets members manage the others.
pub(crate) fn is_managing_role(state: &State, role: &str) -> bool {
    permission_keys(state, role)
        .iter()
        .any(|key| key == MANAGE_MEMBERS)
}

/// Checks that a user may make one more organization.
pub(crate) fn check_may_create(state: &State, user_id: &str) -> Result<(), ApiError> {
    if organization_settings(state)["enabled"] == false {
        return Err(ApiError::forbidden(
            "organization_not_enabled_in_instance",
            "The instance has organizations turned off.",
        ));
    }
    let user = find_user(state, user_id)?;
    if !DashboardSettings::read(state).create_organization || !user.create_organization_enabled {
        return Err(ApiError::forbidden(
            "organization_creation_not_allowed",
            "This user may not create organizations.",
        ));
    }
    let has_own_limit = user.create_organizations_limit.is_some_and(|own| own > 0);
    if !has_own_limit && created_by_count(state, user_id) >= MAX_CREATED {
        return Err(too_many_created());
    }
    Ok(())
}

/// Checks that the organization may be deleted by its members.
pub(crate) fn check_may_be_deleted(organization: &Value) -> Result<(), ApiError> {
    if organization["admin_delete_enabled"] == false {
        return Err(ApiError::forbidden(
            "organization_admin_delete_not_enabled",
            "Members cannot delete this organization.",
        ));
    }
    Ok(())
}
