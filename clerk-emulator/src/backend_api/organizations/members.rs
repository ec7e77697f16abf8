//! Memberships.

use serde_json::{Value, json};

use super::{find, named, show};
use crate::backend_api::call::{Answer, Call, Handler};
use crate::backend_api::errors::ApiError;
use crate::backend_api::users::{self, image_url};
use crate::backend_api::{role_sets, roles};
use crate::store::{Contact, Member, Metadata, State, User};
use crate::world::World;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListOrganizationMemberships" => Handler::Read(list),
        "InstanceGetOrganizationMemberships" => Handler::Read(list_all),
        "UsersGetOrganizationMemberships" => Handler::Read(list_of_user),
        "CreateOrganizationMembership" => Handler::Write(create),
        "UpdateOrganizationMembership" => Handler::Write(update),
        "UpdateOrganizationMembershipMetadata" => Handler::Write(metadata),
        "DeleteOrganizationMembership" => Handler::Write(delete),
        _ => return None,
    })
}

fn show_member(call: &Call<'_>, state: &State, member: &Member) -> Value {
    let organization = find(state, &member.organization_id).unwrap_or(&Value::Null);
    let user = state.users.get(&member.user_id);
    show_with(call.world, state, member, organization, user)
}

/// A membership, with an organization and a user that may be gone from the state.
pub(crate) fn show_with(
    world: &World,
    state: &State,
    member: &Member,
    organization: &Value,
    user: Option<&User>,
) -> Value {
    let organization = match organization {
        Value::Null => json!({}),
        organization => show(world, organization),
    };
    json!({
        "object": "organization_membership",
        "id": member.id,
        "role": member.role,
        "role_name": roles::name(state, &member.role),
        "permissions": roles::permission_keys(state, &member.role),
        "public_metadata": member.public_metadata.read(),
        "private_metadata": member.private_metadata.read(),
        "organization": organization,
        "public_user_data": user.map(|user| public_user_data(world, user, true)),
        "created_at": member.created_at,
        "updated_at": member.updated_at,
    })
}

/// What other members see of a user.
pub(super) fn public_user_data(world: &World, user: &User, as_member: bool) -> Value {
    let image = image_url(world, user.image.as_deref());
    let mut data = json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": image,
        "has_image": user.image.is_some(),
        "identifier": user.identifier().unwrap_or_default(),
    });
    if as_member {
        data["profile_image_url"] = image.into();
        data["username"] = json!(user.username);
        data["banned"] = user.banned.into();
    }
    data
}

fn page(call: &Call<'_>, state: &State, mut members: Vec<&Member>) -> Answer {
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
    Ok(call.page(&members, |member| show_member(call, state, member)))
}

fn list_all(call: &Call<'_>, state: &State) -> Answer {
    page(call, state, state.members.iter().collect())
}

fn list_of_user(call: &Call<'_>, state: &State) -> Answer {
    users::find(state, call.id(0))?;
    page(call, state, state.members.of_user(call.id(0)).collect())
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let id = named(call, state)?;
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
        lists
            .iter()
            .all(|(name, wanted)| wanted.iter().any(|value| is(member, user, name, value)))
            && texts
                .iter()
                .all(|(name, wanted)| mentions(user, name, wanted))
            && within(Some(member.created_at), "created_at")
            && within(user.last_active_at, "last_active_at")
    };
    page(
        call,
        state,
        state.members.of_organization(&id).filter(fits).collect(),
    )
}

fn is(member: &Member, user: &User, name: &str, value: &str) -> bool {
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

fn mentions(user: &User, name: &str, wanted: &str) -> bool {
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

/// A role that members of the organization can have.
pub(super) fn role<'a>(
    call: &'a Call<'_>,
    state: &State,
    organization: &Value,
) -> Result<&'a str, ApiError> {
    check_role(state, organization, call.needed("role")?)
}

pub(super) fn check_role<'a>(
    state: &State,
    organization: &Value,
    role: &'a str,
) -> Result<&'a str, ApiError> {
    if roles::find(state, role).is_err() {
        return Err(ApiError::new(
            axum::http::StatusCode::NOT_FOUND,
            "organization_role_not_found",
            "Role not found",
            &format!("There is no role with the key {role}."),
        ));
    }
    let set = role_sets::find(
        state,
        organization["role_set_key"].as_str().unwrap_or_default(),
    )?;
    // A role outside every set is one that a test made for itself: let it be used.
    let allowed = set["_roles"]
        .as_array()
        .is_some_and(|roles| roles.iter().any(|have| have == role));
    if !allowed && role_sets::uses(state, role) {
        return Err(ApiError::invalid(
            "role",
            "This role is not in the organization's role set.",
        ));
    }
    Ok(role)
}

/// Whether another member fits in.
pub(super) fn check_room(state: &State, organization: &Value) -> Result<(), ApiError> {
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

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let organization = find(state, call.id(0))?;
    let organization_id = organization["id"].as_str().unwrap_or_default().to_owned();
    let user_id = users::find(state, call.needed("user_id")?)?.id.clone();
    let role = role(call, state, organization)?;
    if state.members.get(&organization_id, &user_id).is_some() {
        return Err(ApiError::bad_state(
            "already_a_member_in_organization",
            "The user is a member of the organization already.",
        ));
    }
    check_room(state, organization)?;
    let metadata = |name: &str| {
        let mut metadata = Metadata::default();
        metadata.replace(call.object(name).unwrap_or(&serde_json::Map::new()));
        metadata
    };
    let member = Member {
        id: call.world.ids.id("orgmem"),
        organization_id,
        user_id,
        role: role.to_owned(),
        public_metadata: metadata("public_metadata"),
        private_metadata: metadata("private_metadata"),
        created_at: call.now,
        updated_at: call.now,
    };
    let shown = show_member(call, state, &member);
    state.members.insert(member);
    Ok(shown)
}

fn changed(call: &Call<'_>, state: &mut State, change: impl FnOnce(&mut Member)) -> Answer {
    let organization_id = named(call, state)?;
    let user_id = call.id(1);
    let not_found = || ApiError::not_found("membership of the user", user_id);
    let member = state
        .members
        .get_mut(&organization_id, user_id)
        .ok_or_else(not_found)?;
    change(member);
    member.updated_at = call.now;
    let member = state
        .members
        .get(&organization_id, user_id)
        .ok_or_else(not_found)?;
    Ok(show_member(call, state, member))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let role = role(call, state, find(state, call.id(0))?)?;
    changed(call, state, |member| member.role = role.to_owned())
}

fn metadata(call: &Call<'_>, state: &mut State) -> Answer {
    changed(call, state, |member| {
        for (name, metadata) in [
            ("public_metadata", &mut member.public_metadata),
            ("private_metadata", &mut member.private_metadata),
        ] {
            if let Some(fields) = call.object(name) {
                metadata.merge(fields);
            }
        }
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let organization_id = named(call, state)?;
    let shown = changed(call, state, |_| {})?;
    state.members.remove(&organization_id, call.id(1));
    Ok(shown)
}
