//! A user's own memberships, invitations and suggestions.

use serde_json::Value;

use super::{is_wanted, page, page_or_list, segment, wanted};
use crate::domain::invitations::invitation_status;
use crate::domain::organizations::access::{check_access, check_others_manage};
use crate::domain::organizations::enrollment::{accept_suggestion, enroll_user, suggestions_of};
use crate::domain::organizations::invitations::{INVITATIONS, accept_invitation};
use crate::domain::organizations::members::delete_member;
use crate::domain::users::find_user;
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::store::{State, User};
use crate::views::frontend::frontend_member_view;
use crate::views::frontend_organization::{deleted_object, own_invitation_view, suggestion_view};

pub(in crate::frontend_api) const OWN_ORGANIZATION_ACTIONS: Actions = &[
    ("getOrganizationMemberships", Action::User(list_memberships)),
    ("deleteOrganizationMemberships", Action::User(leave)),
    (
        "getUsersOrganizationInvitations",
        Action::User(list_invitations),
    ),
    (
        "acceptOrganizationInvitation",
        Action::User(accept_own_invitation),
    ),
    ("getOrganizationSuggestions", Action::User(list_suggestions)),
    (
        "acceptOrganizationSuggestion",
        Action::User(accept_own_suggestion),
    ),
];

fn list_memberships(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let state = &*context.state;
    let members = state.members.of_user(&visitor.user_id);
    let views = members
        .map(|member| frontend_member_view(context.cx.instance, state, member))
        .collect();
    Ok(page_or_list(context, views))
}

fn leave(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let member = check_access(context.state, context.segment(3), &visitor.user_id)?.clone();
    let organization = &member.organization_id;
    check_others_manage(context.state, organization, &visitor.user_id)?;
    delete_member(context.cx, context.state, organization, &visitor.user_id)?;
    Ok(deleted_object("organization_membership", &member.id))
}

/// Returns the invitations to a user's verified addresses.
fn invitations_of<'a>(state: &'a State, user: &'a User) -> impl Iterator<Item = &'a Value> {
    state.documents.all(INVITATIONS).rev().filter(|invitation| {
        user.emails
            .iter()
            .any(|email| email.state.is_verified() && invitation["email_address"] == *email.value)
    })
}

fn list_invitations(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let cx = context.cx;
    enroll_user(cx, context.state, &visitor.user_id)?;
    let (statuses, state) = (wanted(context.request, "status"), &*context.state);
    let user = find_user(state, &visitor.user_id)?;
    let views = invitations_of(state, user)
        .filter(|invitation| is_wanted(&statuses, invitation_status(invitation, cx.now)))
        .map(|invitation| own_invitation_view(cx, state, invitation))
        .collect();
    Ok(page(context, views))
}

fn accept_own_invitation(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let (cx, id) = (context.cx, segment(context.request, 3));
    let user = find_user(context.state, &visitor.user_id)?;
    let not_found = || ApiError::not_found("organization invitation", id);
    let found = invitations_of(context.state, user).find(|invitation| invitation["id"] == id);
    if invitation_status(found.ok_or_else(not_found)?, cx.now) != "pending" {
        return Err(ApiError::bad_state(
            "organization_invitation_not_pending",
            "Only pending invitations can be accepted.",
        ));
    }
    accept_invitation(cx, context.state, id, &visitor.user_id)?;
    let accepted = context.state.documents.get(INVITATIONS, id);
    Ok(own_invitation_view(
        cx,
        context.state,
        accepted.ok_or_else(not_found)?,
    ))
}

fn list_suggestions(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    enroll_user(context.cx, context.state, &visitor.user_id)?;
    let (statuses, state) = (wanted(context.request, "status"), &*context.state);
    let found = suggestions_of(state, &visitor.user_id).rev();
    let views = found
        .filter(|found| is_wanted(&statuses, found["status"].as_str().unwrap_or_default()))
        .map(|found| suggestion_view(context.cx.instance, state, found))
        .collect();
    Ok(page(context, views))
}

fn accept_own_suggestion(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = segment(context.request, 3);
    let suggestion = accept_suggestion(context.cx, context.state, &visitor.user_id, id)?;
    Ok(suggestion_view(
        context.cx.instance,
        context.state,
        &suggestion,
    ))
}
