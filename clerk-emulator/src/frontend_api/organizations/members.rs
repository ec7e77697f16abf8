//! Members of organizations.

use super::{is_wanted, page_or_list, permitted, segment, wanted};
use crate::domain::organizations::access::{check_others_manage, is_managing_role};
use crate::domain::organizations::members::{self, check_member, is_mentioned};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::store::Member;
use crate::views::frontend::frontend_member_view;

pub(in crate::frontend_api) const MEMBER_ACTIONS: Actions = &[
    ("ListOrganizationMemberships", Action::User(list)),
    ("CreateOrganizationMembership", Action::User(create)),
    ("UpdateOrganizationMembership", Action::User(update)),
    ("removeOrganizationMember", Action::User(remove)),
];

const MANAGE: &str = "org:sys_memberships:manage";

fn view_of(context: &FapiContext<'_>, member: Result<Member, ApiError>) -> ActionResult {
    let instance = context.cx.instance;
    Ok(frontend_member_view(instance, context.state, &member?))
}

fn list(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, "org:sys_memberships:read")?;
    let (request, state) = (context.request, &*context.state);
    let roles = wanted(request, "role");
    let query = request.query("query").unwrap_or_default().to_lowercase();
    let fits = |member: &&Member| {
        let user = state.users.get(&member.user_id);
        is_wanted(&roles, &member.role)
            && user.is_some_and(|user| query.is_empty() || is_mentioned(user, "query", &query))
    };
    let found = state.members.of_organization(&id).rev().filter(fits);
    let views = found
        .map(|member| frontend_member_view(context.cx.instance, state, member))
        .collect();
    Ok(page_or_list(context, views))
}

fn create(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let params = context.request.params();
    let member = members::create_member(context.cx, context.state, &id, params);
    view_of(context, member)
}

fn update(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let request = context.request;
    let user_id = segment(request, 4);
    check_member(context.state, &id, user_id)?;
    if !is_managing_role(context.state, request.required_text("role")?) {
        check_others_manage(context.state, &id, user_id)?;
    }
    let (cx, params) = (context.cx, request.params());
    let member = members::update_member(cx, context.state, &id, user_id, params);
    view_of(context, member)
}

fn remove(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let user_id = segment(context.request, 4);
    check_others_manage(context.state, &id, user_id)?;
    let member = members::delete_member(context.cx, context.state, &id, user_id);
    view_of(context, member)
}
