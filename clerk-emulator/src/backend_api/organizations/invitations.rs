//! Invitations to organizations.

use serde_json::Value;

use crate::backend_api::call::Handler::{Read, Write};
use crate::backend_api::call::{Call, HandlerResult, Handlers};
use crate::domain::invitations::{create_all, invitation_status};
use crate::domain::organizations::invitations::{self, INVITATIONS};
use crate::domain::organizations::organization_id_of;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;
use crate::views::organization::{invitation_with_organization_view, organization_invitation_view};

pub(in crate::backend_api) const ORGANIZATION_INVITATION_HANDLERS: Handlers = &[
    (
        "ListInstanceOrganizationInvitations",
        Read(list_all_invitations),
    ),
    (
        "UsersGetOrganizationInvitations",
        Read(list_invitations_of_user),
    ),
    ("ListOrganizationInvitations", Read(list_invitations)),
    (
        "ListPendingOrganizationInvitations",
        Read(list_pending_invitations),
    ),
    (
        "GetOrganizationInvitation",
        Read(|call, state| {
            let invitation = invitations::find_invitation(state, call.id(0), call.id(1))?;
            Ok(organization_invitation_view(call.cx, state, invitation))
        }),
    ),
    (
        "CreateOrganizationInvitation",
        Write(|call, state| {
            let (organization, params) = (call.id(0), call.params());
            let invitation = invitations::create_invitation(call.cx, state, organization, params);
            view_of(call, state, invitation)
        }),
    ),
    (
        "CreateOrganizationInvitationBulk",
        Write(create_invitations),
    ),
    (
        "RevokeOrganizationInvitation",
        Write(|call, state| {
            let (organization, id) = (call.id(0), call.id(1));
            let params = call.params();
            let invitation =
                invitations::revoke_invitation(call.cx, state, organization, id, params);
            view_of(call, state, invitation)
        }),
    ),
];

fn view_of(call: &Call<'_>, state: &State, invitation: Result<Value, ApiError>) -> HandlerResult {
    Ok(organization_invitation_view(call.cx, state, &invitation?))
}

/// Returns the invitations that fit, with the status that the query asks for.
fn invitation_page(
    call: &Call<'_>,
    state: &State,
    view: fn(Context<'_>, &State, &Value) -> Value,
    fits: impl Fn(&Value) -> bool,
) -> HandlerResult {
    let wanted = call.query("status");
    let now = call.cx.now;
    let views: Vec<Value> = state
        .documents
        .all(INVITATIONS)
        .filter(|invitation| fits(invitation))
        .filter(|invitation| {
            wanted.is_none_or(|status| invitation_status(invitation, now) == status)
        })
        .map(|invitation| view(call.cx, state, invitation))
        .collect();
    Ok(call.documents(views.iter()))
}

fn list_all_invitations(call: &Call<'_>, state: &State) -> HandlerResult {
    invitation_page(call, state, invitation_with_organization_view, |_| true)
}

fn list_invitations_of_user(call: &Call<'_>, state: &State) -> HandlerResult {
    let user = find_user(state, call.id(0))?;
    let view = invitation_with_organization_view;
    invitation_page(call, state, view, |invitation| {
        user.emails
            .iter()
            .any(|email| invitation["email_address"] == *email.value)
    })
}

fn list_invitations(call: &Call<'_>, state: &State) -> HandlerResult {
    let id = organization_id_of(state, call.id(0))?;
    let email = call.query("email_address").map(str::to_lowercase);
    let is_for = |invitation: &Value| {
        let email = email.as_deref();
        email.is_none_or(|email| invitation["email_address"] == email)
    };
    invitation_page(call, state, organization_invitation_view, |invitation| {
        invitation["organization_id"] == id.as_str() && is_for(invitation)
    })
}

fn list_pending_invitations(call: &Call<'_>, state: &State) -> HandlerResult {
    let id = organization_id_of(state, call.id(0))?;
    invitation_page(call, state, organization_invitation_view, |invitation| {
        invitation["organization_id"] == id.as_str()
            && invitation_status(invitation, call.cx.now) == "pending"
    })
}

fn create_invitations(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let organization = organization_id_of(state, call.id(0))?;
    let made = create_all(
        call.cx,
        state,
        INVITATIONS,
        call.params(),
        |cx, state, params| invitations::create_invitation(cx, state, &organization, params),
    )?;
    let view = |invitation| organization_invitation_view(call.cx, state, invitation);
    let views: Vec<Value> = made.iter().map(view).collect();
    let total = views.len();
    Ok(call.list(views, total))
}
