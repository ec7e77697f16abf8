//! Members of organizations.

use crate::backend_api::call::Handler::{Read, Write};
use crate::backend_api::call::{Call, HandlerResult, Handlers};
use crate::domain::organizations::members::{self, is_mentioned};
use crate::domain::organizations::organization_id_of;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::store::{Contact, Member, State, User};
use crate::views::organization::member_view;

pub(in crate::backend_api) const MEMBER_HANDLERS: Handlers = &[
    ("ListOrganizationMemberships", Read(list_members)),
    ("InstanceGetOrganizationMemberships", Read(list_all_members)),
    (
        "UsersGetOrganizationMemberships",
        Read(list_members_of_user),
    ),
    (
        "CreateOrganizationMembership",
        Write(|call, state| {
            let member = members::create_member(call.cx, state, call.id(0), call.params());
            view_of(call, state, member)
        }),
    ),
    (
        "UpdateOrganizationMembership",
        Write(|call, state| {
            let (organization, user) = (call.id(0), call.id(1));
            let member = members::update_member(call.cx, state, organization, user, call.params());
            view_of(call, state, member)
        }),
    ),
    (
        "UpdateOrganizationMembershipMetadata",
        Write(|call, state| {
            let (organization, user) = (call.id(0), call.id(1));
            let member =
                members::merge_member_metadata(call.cx, state, organization, user, call.params());
            view_of(call, state, member)
        }),
    ),
    (
        "DeleteOrganizationMembership",
        Write(|call, state| {
            let member = members::delete_member(call.cx, state, call.id(0), call.id(1));
            view_of(call, state, member)
        }),
    ),
];

fn view_of(call: &Call<'_>, state: &State, member: Result<Member, ApiError>) -> HandlerResult {
    Ok(member_view(call.cx.instance, state, &member?))
}

fn member_page(call: &Call<'_>, state: &State, mut members: Vec<&Member>) -> HandlerResult {
    let (field, descending) = call.order("created_at");
    let user = |member: &&Member| state.users.get(&member.user_id);
    let text = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    match field {
        "created_at" => members.sort_by_key(|member| member.created_at),
        "updated_at" => members.sort_by_key(|member| member.updated_at),
        "role" => members.sort_by_key(|member| member.role.clone()),
        "first_name" => members
            .sort_by_key(|member| text(user(member).and_then(|user| user.first_name.as_deref()))),
        "last_name" => members
            .sort_by_key(|member| text(user(member).and_then(|user| user.last_name.as_deref()))),
        "username" => members
            .sort_by_key(|member| text(user(member).and_then(|user| user.username.as_deref()))),
        "email_address" | "phone_number" => {
            members.sort_by_key(|member| text(user(member).and_then(|user| user.identifier())));
        }
        _ => {
            return Err(ApiError::invalid(
                "order_by",
                "Memberships cannot be ordered by this.",
            ));
        }
    }
    if descending {
        members.reverse();
    }
    Ok(call.page(&members, |member| {
        member_view(call.cx.instance, state, member)
    }))
}

fn list_all_members(call: &Call<'_>, state: &State) -> HandlerResult {
    member_page(call, state, state.members.iter().collect())
}

fn list_members_of_user(call: &Call<'_>, state: &State) -> HandlerResult {
    find_user(state, call.id(0))?;
    member_page(call, state, state.members.of_user(call.id(0)).collect())
}

fn list_members(call: &Call<'_>, state: &State) -> HandlerResult {
    let id = organization_id_of(state, call.id(0))?;
    let lists: Vec<(&str, Vec<&str>)> = [
        "user_id",
        "email_address",
        "phone_number",
        "username",
        "web3_wallet",
        "role",
    ]
    .into_iter()
    .map(|name| (name, call.query_all(name)))
    .filter(|(_, wanted)| !wanted.is_empty())
    .collect();
    let texts: Vec<(&str, String)> = [
        "query",
        "email_address_query",
        "phone_number_query",
        "username_query",
        "name_query",
    ]
    .into_iter()
    .filter_map(|name| Some((name, call.query(name)?.to_lowercase())))
    .collect();
    let within = |at: Option<i64>, name: &str| {
        let before = call
            .query_int(&format!("{name}_before"))
            .is_none_or(|time| at.is_some_and(|at| at < time));
        before
            && call
                .query_int(&format!("{name}_after"))
                .is_none_or(|time| at.is_some_and(|at| at > time))
    };
    let fits = |member: &&Member| {
        let Some(user) = state.users.get(&member.user_id) else {
            return false;
        };
        lists.iter().all(|(name, wanted)| {
            wanted
                .iter()
                .any(|value| is_named(member, user, name, value))
        }) && texts
            .iter()
            .all(|(name, wanted)| is_mentioned(user, name, wanted))
            && within(Some(member.created_at), "created_at")
            && within(user.last_active_at, "last_active_at")
    };
    member_page(
        call,
        state,
        state.members.of_organization(&id).filter(fits).collect(),
    )
}

fn is_named(member: &Member, user: &User, name: &str, value: &str) -> bool {
    let any = |contacts: &[Contact]| {
        contacts
            .iter()
            .any(|contact| contact.value.eq_ignore_ascii_case(value))
    };
    match name {
        "user_id" => user.id == value,
        "email_address" => any(&user.emails),
        "phone_number" => any(&user.phones),
        "web3_wallet" => any(&user.wallets),
        "username" => user
            .username
            .as_deref()
            .is_some_and(|username| username.eq_ignore_ascii_case(value)),
        _ => member.role == value,
    }
}
