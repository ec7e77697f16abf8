//! Requests to become a member.

use super::{is_wanted, page, permitted, segment, wanted};
use crate::domain::organizations::enrollment::{REQUESTS, answer_request};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::views::frontend_organization::membership_request_view;

pub(in crate::frontend_api) const MEMBERSHIP_REQUEST_ACTIONS: Actions = &[
    ("listOrganizationMembershipRequests", Action::User(list)),
    (
        "acceptOrganizationMembershipRequest",
        Action::User(|context, visitor| answer(context, visitor, true)),
    ),
    (
        "rejectOrganizationMembershipRequest",
        Action::User(|context, visitor| answer(context, visitor, false)),
    ),
];

const MANAGE: &str = "org:sys_memberships:manage";

fn list(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let (statuses, state) = (wanted(context.request, "status"), &*context.state);
    let found = state.documents.all(REQUESTS).rev().filter(|request| {
        request["organization_id"] == id.as_str()
            && is_wanted(&statuses, request["status"].as_str().unwrap_or_default())
    });
    let views = found
        .map(|request| membership_request_view(context.cx.instance, state, request))
        .collect();
    Ok(page(context, views))
}

fn answer(context: &mut FapiContext<'_>, visitor: &Visitor, accepted: bool) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let named = segment(context.request, 4);
    let request = answer_request(context.cx, context.state, &id, named, accepted)?;
    Ok(membership_request_view(
        context.cx.instance,
        context.state,
        &request,
    ))
}
