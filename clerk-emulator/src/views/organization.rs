//! Organizations with their members, invitations and domains.

use serde_json::{Value, json};

use super::user::{public_member_data, public_user_data};
use crate::domain::invitations::invitation_status;
use crate::domain::organizations::find_organization;
use crate::domain::roles::{permission_keys, role_name};
use crate::instance::{Context, Instance};
use crate::store::{Documents, Member, State, User};

pub(crate) fn organization_view(instance: &Instance, organization: &Value) -> Value {
    let mut view = Documents::view(organization);
    let image = organization["_image"].as_str();
    view["has_image"] = image.is_some().into();
    view["image_url"] = instance.settings.image_url(image).into();
    view
}

/// Returns what people outside see of an organization.
pub(crate) fn public_organization_data(instance: &Instance, organization: &Value) -> Value {
    let view = organization_view(instance, organization);
    json!({
        "id": view["id"], "name": view["name"], "slug": view["slug"],
        "image_url": view["image_url"], "has_image": view["has_image"],
    })
}

/// Returns the public data of the organization that a document belongs to.
pub(super) fn public_data_of_owner(
    instance: &Instance,
    state: &State,
    document: &Value,
) -> Option<Value> {
    let id = document["organization_id"].as_str().unwrap_or_default();
    let organization = find_organization(state, id).ok()?;
    Some(public_organization_data(instance, organization))
}

pub(crate) fn member_view(instance: &Instance, state: &State, member: &Member) -> Value {
    let organization = find_organization(state, &member.organization_id).unwrap_or(&Value::Null);
    let user = state.users.get(&member.user_id);
    member_view_with(instance, state, member, organization, user)
}

/// Returns a membership, with an organization and a user that may be gone from the state.
pub(crate) fn member_view_with(
    instance: &Instance,
    state: &State,
    member: &Member,
    organization: &Value,
    user: Option<&User>,
) -> Value {
    let organization = match organization {
        Value::Null => json!({}),
        organization => organization_view(instance, organization),
    };
    json!({
        "object": "organization_membership",
        "id": member.id,
        "role": member.role,
        "role_name": role_name(state, &member.role),
        "permissions": permission_keys(state, &member.role),
        "public_metadata": member.public_metadata.read(),
        "private_metadata": member.private_metadata.read(),
        "organization": organization,
        "public_user_data": user.map(|user| public_member_data(instance, user)),
        "created_at": member.created_at,
        "updated_at": member.updated_at,
    })
}

pub(crate) fn organization_invitation_view(
    cx: Context<'_>,
    state: &State,
    invitation: &Value,
) -> Value {
    let mut view = Documents::view(invitation);
    view["status"] = invitation_status(invitation, cx.now).into();
    let inviter = invitation["inviter_id"].as_str();
    let inviter = inviter.and_then(|id| state.users.get(id));
    view["public_inviter_data"] = inviter
        .map(|user| public_user_data(cx.instance, user))
        .into();
    let role = invitation["role"].as_str().unwrap_or_default();
    view["role_name"] = role_name(state, role).into();
    view
}

/// As [`organization_invitation_view`], with the organization's public data.
pub(crate) fn invitation_with_organization_view(
    cx: Context<'_>,
    state: &State,
    invitation: &Value,
) -> Value {
    let mut view = organization_invitation_view(cx, state, invitation);
    if let Some(data) = public_data_of_owner(cx.instance, state, invitation) {
        view["public_organization_data"] = data;
    }
    view
}

pub(crate) fn domain_view(instance: &Instance, state: &State, domain: &Value) -> Value {
    let mut view = domain.clone();
    if let Some(data) = public_data_of_owner(instance, state, domain) {
        view["public_organization_data"] = data;
    }
    view
}
