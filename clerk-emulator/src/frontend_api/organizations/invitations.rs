//! Invitations to organizations.

use serde_json::{Value, json};

use super::{is_wanted, page_or_list, permitted, segment, wanted};
use crate::domain::invitations::{create_all, invitation_status};
use crate::domain::organizations::invitations::{self, INVITATIONS, check_room_for_invitations};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::views::frontend_organization::frontend_invitation_view;

pub(in crate::frontend_api) const ORGANIZATION_INVITATION_ACTIONS: Actions = &[
    ("getOrganizationInvitations", Action::User(list)),
    (
        "getAllPendingOrganizationInvitations",
        Action::User(list_pending),
    ),
    ("createOrganizationInvitations", Action::User(create)),
    (
        "bulkCreateOrganizationInvitations",
        Action::User(create_many),
    ),
    ("revokePendingOrganizationInvitation", Action::User(revoke)),
];

const MANAGE: &str = "org:sys_memberships:manage";

fn view_of(context: &FapiContext<'_>, invitation: Result<Value, ApiError>) -> ActionResult {
    Ok(frontend_invitation_view(
        context.cx,
        context.state,
        &invitation?,
    ))
}

fn list_with(context: &FapiContext<'_>, visitor: &Visitor, statuses: &[&str]) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let (cx, state) = (context.cx, &*context.state);
    let all = state.documents.all(INVITATIONS).rev();
    let views = all
        .filter(|invitation| {
            invitation["organization_id"] == id.as_str()
                && is_wanted(statuses, invitation_status(invitation, cx.now))
        })
        .map(|invitation| frontend_invitation_view(cx, state, invitation))
        .collect();
    Ok(page_or_list(context, views))
}

fn list(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    list_with(context, visitor, &wanted(context.request, "status"))
}

fn list_pending(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    list_with(context, visitor, &["pending"])
}

/// Returns the parameters of an invitation by the visitor.
fn fields_for(context: &FapiContext<'_>, visitor: &Visitor, email: &Value) -> Value {
    let params = context.request.params();
    json!({
        "email_address": email, "role": params.value("role"), "notify": params.value("notify"),
        "inviter_user_id": visitor.user_id,
    })
}

fn create(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    check_room_for_invitations(context.cx, context.state, &id, 1)?;
    let email = json!(context.request.params().value("email_address"));
    let fields = fields_for(context, visitor, &email);
    let (cx, params) = (context.cx, Params::new(&fields));
    let invitation = invitations::create_invitation(cx, context.state, &id, params);
    view_of(context, invitation)
}

/// Invites all addresses or none.
fn create_many(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let emails = context.request.params().value("email_address");
    let emails = emails.and_then(Value::as_array);
    let emails = emails
        .filter(|emails| !emails.is_empty())
        .ok_or_else(|| ApiError::missing("email_address"))?;
    check_room_for_invitations(context.cx, context.state, &id, emails.len())?;
    let fields: Value = emails
        .iter()
        .map(|email| fields_for(context, visitor, email))
        .collect();
    let (cx, params) = (context.cx, Params::new(&fields));
    let made = create_all(
        cx,
        context.state,
        INVITATIONS,
        params,
        |cx, state, params| invitations::create_invitation(cx, state, &id, params),
    )?;
    let state = &*context.state;
    let views = made.iter();
    Ok(views
        .map(|invitation| frontend_invitation_view(cx, state, invitation))
        .collect())
}

fn revoke(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let fields = json!({"requesting_user_id": visitor.user_id});
    let invitation = invitations::revoke_invitation(
        context.cx,
        context.state,
        &id,
        segment(context.request, 4),
        Params::new(&fields),
    );
    view_of(context, invitation)
}
