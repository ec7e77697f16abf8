//! What members and guests of organizations see in the Frontend API.

use serde_json::{Value, json};

use super::organization::{domain_view, invitation_with_organization_view, public_data_of_owner};
use super::roles::role_view;
use super::user::public_member_data;
use crate::domain::organizations::enrollment::pending_counts;
use crate::instance::{Context, Instance};
use crate::store::{Documents, State};

fn picked(view: &Value, names: &[&str]) -> Value {
    let fields = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), view.get(*name)?.clone())));
    Value::Object(fields.collect())
}

/// What is shown of an invitation: neither private metadata nor who invited.
const INVITATION_FIELDS: [&str; 11] = [
    "object",
    "id",
    "email_address",
    "role",
    "role_name",
    "organization_id",
    "public_metadata",
    "status",
    "expires_at",
    "created_at",
    "updated_at",
];

/// Returns an invitation as the organization's members see it. Its link is for who is invited only.
pub(crate) fn frontend_invitation_view(
    cx: Context<'_>,
    state: &State,
    invitation: &Value,
) -> Value {
    let full = invitation_with_organization_view(cx, state, invitation);
    let mut view = picked(&full, &INVITATION_FIELDS);
    view["url"] = Value::Null;
    view
}

/// Returns an invitation as who is invited sees it.
pub(crate) fn own_invitation_view(cx: Context<'_>, state: &State, invitation: &Value) -> Value {
    let full = invitation_with_organization_view(cx, state, invitation);
    let mut view = picked(&full, &INVITATION_FIELDS);
    view["url"] = full["url"].clone();
    view["public_organization_data"] = full["public_organization_data"].clone();
    view
}

/// Returns a domain with the numbers of its open invitations and suggestions, and the DNS record that proves who owns it.
pub(crate) fn frontend_domain_view(cx: Context<'_>, state: &State, domain: &Value) -> Value {
    let mut view = Documents::view(&domain_view(cx.instance, state, domain));
    let id = domain["id"].as_str().unwrap_or_default();
    let (invitations, suggestions) = pending_counts(cx, state, id);
    view["total_pending_invitations"] = invitations.into();
    view["total_pending_suggestions"] = suggestions.into();
    if view["ownership_verification"].is_object() {
        let name = domain["name"].as_str().unwrap_or_default();
        let secret = id.trim_start_matches("orgdmn_");
        view["ownership_verification"]["txt_record_name"] = format!("_clerk.{name}").into();
        view["ownership_verification"]["txt_record_value"] =
            format!("clerk-domain-verification={secret}").into();
    }
    view
}

pub(crate) fn suggestion_view(instance: &Instance, state: &State, suggestion: &Value) -> Value {
    let names = ["object", "id", "status", "created_at", "updated_at"];
    let mut view = picked(suggestion, &names);
    if let Some(data) = public_data_of_owner(instance, state, suggestion) {
        view["public_organization_data"] = data;
    }
    view
}

pub(crate) fn membership_request_view(
    instance: &Instance,
    state: &State,
    request: &Value,
) -> Value {
    let names = [
        "object",
        "id",
        "organization_id",
        "status",
        "created_at",
        "updated_at",
    ];
    let mut view = picked(request, &names);
    let user = state
        .users
        .get(request["user_id"].as_str().unwrap_or_default());
    view["public_user_data"] = user.map(|user| public_member_data(instance, user)).into();
    view
}

/// Returns a role; what has no description has an empty one.
pub(crate) fn frontend_role_view(state: &State, role: &Value) -> Value {
    let describe = |document: &mut Value| {
        for name in ["name", "description"] {
            if document[name].is_null() {
                document[name] = "".into();
            }
        }
    };
    let mut view = role_view(state, role);
    describe(&mut view);
    let permissions = view["permissions"].as_array_mut();
    permissions.into_iter().flatten().for_each(describe);
    view
}

/// Returns `{object, id, deleted: true}`.
pub(crate) fn deleted_object(object: &str, id: &str) -> Value {
    json!({"object": object, "id": id, "deleted": true})
}
