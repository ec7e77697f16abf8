//! Members of organizations.

use axum::http::StatusCode;
use serde_json::Value;

use super::{find_organization, leave_in_sessions};
use crate::domain::role_sets::{find_role_set, is_role_in_any_set};
use crate::domain::roles::find_role;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{Contact, Member, Metadata, State, User};

/// Checks that a user is a member of an organization.
pub(crate) fn check_member<'a>(
    state: &'a State,
    organization_id: &str,
    user_id: &str,
) -> Result<&'a Member, ApiError> {
    state
        .members
        .get(organization_id, user_id)
        .ok_or_else(|| ApiError::not_found("membership of the user", user_id))
}

/// Checks that members of the organization can have the role.
pub(crate) fn check_role<'a>(
    state: &State,
    organization: &Value,
    role: &'a str,
) -> Result<&'a str, ApiError> {
    if find_role(state, role).is_err() {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "organization_role_not_found",
            "Role not found",
            &format!("There is no role with the key {role}."),
        ));
    }
    let set = find_role_set(
        state,
        organization["role_set_key"].as_str().unwrap_or_default(),
    )?;
    // A role outside every set is one that a test made for itself: let it be used.
    let allowed = set["_roles"]
        .as_array()
        .is_some_and(|roles| roles.iter().any(|have| have == role));
    if !allowed && is_role_in_any_set(state, role) {
        return Err(ApiError::invalid(
            "role",
            "This role is not in the organization's role set.",
        ));
    }
    Ok(role)
}

/// Checks that the organization has room for another member.
pub(crate) fn check_room(state: &State, organization: &Value) -> Result<(), ApiError> {
    let limit = organization["max_allowed_memberships"]
        .as_u64()
        .unwrap_or(0);
    let count = state
        .members
        .count(organization["id"].as_str().unwrap_or_default()) as u64;
    if limit > 0 && count >= limit {
        let long = format!("The organization has reached its limit of {limit} members.");
        return Err(ApiError::forbidden(
            "organization_membership_quota_exceeded",
            &long,
        ));
    }
    Ok(())
}

/// Adds a user to an organization and returns the membership.
pub(crate) fn create_member(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    params: Params<'_>,
) -> Result<Member, ApiError> {
    let organization = find_organization(state, organization)?;
    let organization_id = organization["id"].as_str().unwrap_or_default().to_owned();
    let user_id = find_user(state, params.required_text("user_id")?)?
        .id
        .clone();
    let role = check_role(state, organization, params.required_text("role")?)?;
    if state.members.get(&organization_id, &user_id).is_some() {
        return Err(ApiError::bad_state(
            "already_a_member_in_organization",
            "The user is a member of the organization already.",
        ));
    }
    check_room(state, organization)?;
    let metadata = |name: &str| {
        let mut metadata = Metadata::default();
        metadata.replace(params.object(name).unwrap_or(&serde_json::Map::new()));
        metadata
    };
    let member = Member {
        id: cx.instance.ids.id("orgmem"),
        organization_id,
        user_id,
        role: role.to_owned(),
        public_metadata: metadata("public_metadata"),
        private_metadata: metadata("private_metadata"),
        created_at: cx.now,
        updated_at: cx.now,
    };
    state.members.insert(member.clone());
    Ok(member)
}

fn change_member(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    user_id: &str,
    change: impl FnOnce(&mut Member),
) -> Result<Member, ApiError> {
    let organization = find_organization(state, organization)?;
    let id = organization["id"].as_str().unwrap_or_default().to_owned();
    check_member(state, &id, user_id)?;
    if let Some(member) = state.members.get_mut(&id, user_id) {
        change(member);
        member.updated_at = cx.now;
    }
    check_member(state, &id, user_id).cloned()
}

/// Gives a member another role and returns the membership.
pub(crate) fn update_member(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    user_id: &str,
    params: Params<'_>,
) -> Result<Member, ApiError> {
    let found = find_organization(state, organization)?;
    let role = check_role(state, found, params.required_text("role")?)?;
    change_member(cx, state, organization, user_id, |member| {
        member.role = role.to_owned();
    })
}

/// Merges a membership's metadata and returns the membership.
pub(crate) fn merge_member_metadata(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    user_id: &str,
    params: Params<'_>,
) -> Result<Member, ApiError> {
    change_member(cx, state, organization, user_id, |member| {
        for (name, metadata) in [
            ("public_metadata", &mut member.public_metadata),
            ("private_metadata", &mut member.private_metadata),
        ] {
            if let Some(fields) = params.object(name) {
                metadata.merge(fields);
            }
        }
    })
}

/// Removes a member and returns the membership as it was.
pub(crate) fn delete_member(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    user_id: &str,
) -> Result<Member, ApiError> {
    let member = change_member(cx, state, organization, user_id, |_| {})?;
    state.members.remove(&member.organization_id, user_id);
    leave_in_sessions(state, &member.organization_id, user_id);
    Ok(member)
}

/// Whether a user has the text, in lower case, in what the name of a query asks about.
pub(crate) fn is_mentioned(user: &User, name: &str, wanted: &str) -> bool {
    let within = |text: &str| text.to_lowercase().contains(wanted);
    let any = |contacts: &[Contact]| contacts.iter().any(|contact| within(&contact.value));
    let full_name = [user.first_name.as_deref(), user.last_name.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let username = user.username.as_deref().is_some_and(within);
    match name {
        "email_address_query" => any(&user.emails),
        "phone_number_query" => any(&user.phones),
        "username_query" => username,
        "name_query" => within(&full_name),
        _ => {
            user.contacts().any(|contact| within(&contact.value))
                || username
                || within(&full_name)
                || user.id.to_lowercase().contains(wanted)
        }
    }
}
