//! Invitations to organizations.

use serde_json::{Value, json};

use super::members::{check_role, check_room, public_user_data};
use super::{find, named, show};
use crate::backend_api::call::{Answer, Call, Handler};
use crate::backend_api::errors::ApiError;
use crate::backend_api::invitations::status;
use crate::backend_api::schema::is_email;
use crate::backend_api::{roles, users};
use crate::store::{Documents, State};
use crate::tokens::{self, Category};
use crate::world::World;

const INVITATIONS: &str = "organization_invitations";
const DAY: i64 = 86_400_000;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListInstanceOrganizationInvitations" => Handler::Read(list_all),
        "UsersGetOrganizationInvitations" => Handler::Read(list_of_user),
        "ListOrganizationInvitations" => Handler::Read(list),
        "ListPendingOrganizationInvitations" => Handler::Read(list_pending),
        "GetOrganizationInvitation" => Handler::Read(get),
        "CreateOrganizationInvitation" => Handler::Write(create_one),
        "CreateOrganizationInvitationBulk" => Handler::Write(create_many),
        "RevokeOrganizationInvitation" => Handler::Write(revoke),
        _ => return None,
    })
}

fn show_invitation(call: &Call<'_>, state: &State, invitation: &Value) -> Value {
    show_at(call.world, state, invitation, call.now)
}

pub(crate) fn show_at(world: &World, state: &State, invitation: &Value, now: i64) -> Value {
    let mut shown = Documents::shown(invitation);
    shown["status"] = status(invitation, now).into();
    let inviter = invitation["inviter_id"]
        .as_str()
        .and_then(|id| state.users.get(id));
    shown["public_inviter_data"] = inviter
        .map(|user| public_user_data(world, user, false))
        .into();
    shown["role_name"] = roles::name(state, invitation["role"].as_str().unwrap_or_default()).into();
    shown
}

fn show_with_organization(call: &Call<'_>, state: &State, invitation: &Value) -> Value {
    let mut shown = show_invitation(call, state, invitation);
    if let Ok(organization) = find(
        state,
        invitation["organization_id"].as_str().unwrap_or_default(),
    ) {
        shown["public_organization_data"] = public_data(call.world, organization);
    }
    shown
}

/// What people outside see of an organization.
pub(crate) fn public_data(world: &World, organization: &Value) -> Value {
    let shown = show(world, organization);
    json!({
        "id": shown["id"], "name": shown["name"], "slug": shown["slug"],
        "image_url": shown["image_url"], "has_image": shown["has_image"],
    })
}

fn page(
    call: &Call<'_>,
    state: &State,
    with_organization: bool,
    fits: impl Fn(&Value) -> bool,
) -> Answer {
    let wanted = call.query("status");
    let found: Vec<Value> = state
        .documents
        .all(INVITATIONS)
        .filter(|invitation| {
            fits(invitation) && wanted.is_none_or(|wanted| status(invitation, call.now) == wanted)
        })
        .map(|invitation| match with_organization {
            true => show_with_organization(call, state, invitation),
            false => show_invitation(call, state, invitation),
        })
        .collect();
    Ok(call.documents(found.iter()))
}

fn list_all(call: &Call<'_>, state: &State) -> Answer {
    page(call, state, true, |_| true)
}

fn list_of_user(call: &Call<'_>, state: &State) -> Answer {
    let user = users::find(state, call.id(0))?;
    page(call, state, true, |invitation| {
        user.emails
            .iter()
            .any(|email| invitation["email_address"] == *email.value)
    })
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let id = named(call, state)?;
    let email = call.query("email_address").map(str::to_lowercase);
    page(call, state, false, |invitation| {
        invitation["organization_id"] == id.as_str()
            && email
                .as_ref()
                .is_none_or(|email| invitation["email_address"] == email.as_str())
    })
}

fn list_pending(call: &Call<'_>, state: &State) -> Answer {
    let id = named(call, state)?;
    page(call, state, false, |invitation| {
        invitation["organization_id"] == id.as_str() && status(invitation, call.now) == "pending"
    })
}

fn invitation<'a>(call: &Call<'_>, state: &'a State) -> Result<&'a Value, ApiError> {
    let organization_id = named(call, state)?;
    let found = state.documents.get(INVITATIONS, call.id(1));
    found
        .filter(|invitation| invitation["organization_id"] == organization_id.as_str())
        .ok_or_else(|| ApiError::not_found("organization invitation", call.id(1)))
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    Ok(show_invitation(call, state, invitation(call, state)?))
}

/// The address in an invitation's email, with a ticket that names the invitation.
pub(crate) fn ticket_url(
    world: &World,
    kind: &str,
    id: &str,
    redirect_url: Option<&str>,
    expires_at: i64,
) -> Result<String, ApiError> {
    let claims = json!({
        "iss": world.url, "sub": id, "iid": world.instance_id, "st": kind, "rurl": redirect_url, "exp": expires_at / 1000,
    });
    let ticket = tokens::sign(&world.key(), Category::None, &claims)
        .map_err(|error| super::super::broken(&error))?;
    Ok(format!("{}/v1/tickets/accept?ticket={ticket}", world.url))
}

fn create(call: &Call<'_>, state: &mut State, given: &Value) -> Answer {
    let organization = find(state, call.id(0))?.clone();
    let organization_id = organization["id"].as_str().unwrap_or_default();
    let text = |name: &str| given[name].as_str();
    let email = text("email_address")
        .ok_or_else(|| ApiError::missing("email_address"))?
        .to_lowercase();
    if !is_email(&email) {
        let long = "email_address must be a valid email address.";
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "email_address",
            "is invalid",
            long,
        ));
    }
    let role = check_role(
        state,
        &organization,
        text("role").ok_or_else(|| ApiError::missing("role"))?,
    )?;
    if let Some(inviter) = text("inviter_user_id") {
        users::find(state, inviter)?;
    }
    if state
        .users
        .by_contact(&email)
        .is_some_and(|user| state.members.get(organization_id, &user.id).is_some())
    {
        return Err(ApiError::bad_state(
            "already_a_member_in_organization",
            "This address belongs to a member already.",
        ));
    }
    check_room(state, &organization)?;
    let pending = |invitation: &Value| {
        invitation["organization_id"] == organization_id
            && invitation["email_address"] == email.as_str()
            && status(invitation, call.now) == "pending"
    };
    if state.documents.all(INVITATIONS).any(pending) {
        return Err(ApiError::bad_state(
            "duplicate_record",
            "This address has a pending invitation already.",
        ));
    }
    let id = call.world.ids.id("orginv");
    let expires_at = call.now + given["expires_in_days"].as_i64().unwrap_or(30) * DAY;
    let object = |name: &str| {
        if given[name].is_object() {
            given[name].clone()
        } else {
            json!({})
        }
    };
    let invitation = json!({
        "object": "organization_invitation", "id": id, "email_address": email, "role": role,
        "organization_id": organization_id, "inviter_id": text("inviter_user_id"), "status": "pending",
        "public_metadata": object("public_metadata"), "private_metadata": object("private_metadata"),
        "url": ticket_url(call.world, "organization_invitation", &id, text("redirect_url"), expires_at)?,
        "expires_at": expires_at, "created_at": call.now, "updated_at": call.now, "_notify": given["notify"] != false,
    });
    let shown = show_invitation(call, state, &invitation);
    state.documents.insert(INVITATIONS, &id, invitation);
    Ok(shown)
}

fn create_one(call: &Call<'_>, state: &mut State) -> Answer {
    create(call, state, &call.body)
}

/// All or, if one cannot be made, none.
fn create_many(call: &Call<'_>, state: &mut State) -> Answer {
    named(call, state)?;
    let mut made: Vec<Value> = Vec::new();
    for given in call.body.as_array().map(Vec::as_slice).unwrap_or_default() {
        match create(call, state, given) {
            Ok(invitation) => made.push(invitation),
            Err(error) => {
                for invitation in &made {
                    state
                        .documents
                        .remove(INVITATIONS, invitation["id"].as_str().unwrap_or_default());
                }
                return Err(error);
            }
        }
    }
    let total = made.len();
    Ok(call.list(made, total))
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    let mut invitation = invitation(call, state)?.clone();
    if status(&invitation, call.now) != "pending" {
        return Err(ApiError::bad_state(
            "organization_invitation_not_pending",
            "Only pending invitations can be revoked.",
        ));
    }
    if let Some(user_id) = call.text("requesting_user_id") {
        users::find(state, user_id)?;
    }
    invitation["status"] = "revoked".into();
    invitation["updated_at"] = call.now.into();
    let shown = show_invitation(call, state, &invitation);
    state.documents.insert(INVITATIONS, call.id(1), invitation);
    Ok(shown)
}
