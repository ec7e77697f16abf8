//! Invitations to organizations.

use serde_json::{Value, json};

use super::find_organization;
use super::members::{check_role, check_room, create_member};
use crate::domain::invitations::{
    check_not_invited, email_address_from, expiry_from, invitation_status, post_invitation,
};
use crate::domain::tickets::invitation_url;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const INVITATIONS: &str = "organization_invitations";

/// Returns an invitation to an organization, which is named by id or slug.
pub(crate) fn find_invitation<'a>(
    state: &'a State,
    organization: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let organization_id = &find_organization(state, organization)?["id"];
    let found = state.documents.get(INVITATIONS, id);
    found
        .filter(|invitation| invitation["organization_id"] == *organization_id)
        .ok_or_else(|| ApiError::not_found("organization invitation", id))
}

/// So many invitations may wait in one organization.
pub(super) const MAX_PENDING: usize = 1_000;
/// So many others are kept in one organization.
const MAX_DONE: usize = 10_000;

/// Checks that members may make `more` invitations to an organization.
pub(crate) fn check_room_for_invitations(
    cx: Context<'_>,
    state: &State,
    organization_id: &str,
    more: usize,
) -> Result<(), ApiError> {
    let (mut pending, mut done) = (more, 0);
    let all = state.documents.all(INVITATIONS);
    for invitation in all.filter(|one| one["organization_id"] == organization_id) {
        match invitation_status(invitation, cx.now) {
            "pending" => pending += 1,
            _ => done += 1,
        }
    }
    if pending > MAX_PENDING || done > MAX_DONE {
        return Err(ApiError::forbidden(
            "organization_invitation_quota_exceeded",
            &format!(
                "An organization has at most {MAX_PENDING} pending invitations, and {MAX_DONE} that are not."
            ),
        ));
    }
    Ok(())
}

/// Invites an address to an organization and returns the invitation.
pub(crate) fn create_invitation(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let organization = find_organization(state, organization)?;
    let organization_id = organization["id"].as_str().unwrap_or_default();
    let email = email_address_from(params)?;
    let role = check_role(state, organization, params.required_text("role")?)?;
    if let Some(inviter) = params.text("inviter_user_id") {
        find_user(state, inviter)?;
    }
    let invited = state.users.by_contact(&email);
    if invited.is_some_and(|user| state.members.get(organization_id, &user.id).is_some()) {
        return Err(ApiError::bad_state(
            "already_a_member_in_organization",
            "This address belongs to a member already.",
        ));
    }
    check_room(state, organization)?;
    let others = state.documents.all(INVITATIONS);
    let others = others.filter(|other| other["organization_id"] == organization_id);
    check_not_invited(cx, others, &email)?;
    let id = cx.instance.ids.id("orginv");
    let expires_at = expiry_from(cx, params);
    let redirect_url = params.text("redirect_url");
    let invitation = json!({
        "object": "organization_invitation", "id": id, "email_address": email, "role": role,
        "organization_id": organization_id, "inviter_id": params.text("inviter_user_id"), "status": "pending",
        "public_metadata": params.object_or_empty("public_metadata"),
        "private_metadata": params.object_or_empty("private_metadata"),
        "url": invitation_url(cx, "organization_invitation", &id, redirect_url, expires_at)?,
        "expires_at": expires_at, "created_at": cx.now, "updated_at": cx.now,
        "_notify": params.flag("notify") != Some(false),
    });
    state.documents.insert(INVITATIONS, &id, invitation.clone());
    post_invitation(cx, state, &invitation);
    Ok(invitation)
}

/// Makes a user a member, as the pending invitation says, and marks it as accepted. Who is a member already keeps the role.
pub(crate) fn accept_invitation(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    user_id: &str,
) -> Result<(), ApiError> {
    let found = state.documents.get(INVITATIONS, id).cloned();
    let mut invitation = found.ok_or_else(|| ApiError::not_found("organization invitation", id))?;
    let organization_id = invitation["organization_id"].as_str().unwrap_or_default();
    if state.members.get(organization_id, user_id).is_none() {
        let fields = json!({
            "user_id": user_id, "role": invitation["role"], "public_metadata": invitation["public_metadata"],
            "private_metadata": invitation["private_metadata"],
        });
        create_member(cx, state, organization_id, Params::new(&fields))?;
    }
    invitation["status"] = "accepted".into();
    invitation["user_id"] = user_id.into();
    invitation["updated_at"] = cx.now.into();
    state.documents.insert(INVITATIONS, id, invitation);
    Ok(())
}

/// Revokes a pending invitation and returns it.
pub(crate) fn revoke_invitation(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut invitation = find_invitation(state, organization, id)?.clone();
    if invitation_status(&invitation, cx.now) != "pending" {
        return Err(ApiError::bad_state(
            "organization_invitation_not_pending",
            "Only pending invitations can be revoked.",
        ));
    }
    if let Some(user_id) = params.text("requesting_user_id") {
        find_user(state, user_id)?;
    }
    invitation["status"] = "revoked".into();
    invitation["updated_at"] = cx.now.into();
    state.documents.insert(INVITATIONS, id, invitation.clone());
    Ok(invitation)
}
