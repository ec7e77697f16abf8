//! Invitations to the application.

use serde_json::{Value, json};

use super::DAY;
use super::codes::{Recipient, post_link};
use super::tickets::invitation_url;
use super::users::checks::check_contact;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const INVITATIONS: &str = "invitations";

/// Returns the status of an invitation, to the application or to an organization: a pending one expires with its time.
pub(crate) fn invitation_status(invitation: &Value, now: i64) -> &str {
    let has_expired = invitation["expires_at"]
        .as_i64()
        .is_some_and(|at| at <= now);
    match invitation["status"].as_str().unwrap_or_default() {
        "pending" if has_expired => "expired",
        status => status,
    }
}

/// Reads the request's email address, in lower case.
pub(super) fn email_address_from(params: Params<'_>) -> Result<String, ApiError> {
    let email = params.required_text("email_address")?.to_lowercase();
    check_contact("email_address", &email)?;
    Ok(email)
}

/// Checks that no other of these pending invitations is for the address.
pub(super) fn check_not_invited<'a>(
    cx: Context<'_>,
    mut invitations: impl Iterator<Item = &'a Value>,
    email: &str,
) -> Result<(), ApiError> {
    let is_pending = |invitation: &Value| {
        invitation["email_address"] == email && invitation_status(invitation, cx.now) == "pending"
    };
    if invitations.any(is_pending) {
        return Err(ApiError::bad_state(
            "duplicate_record",
            "This address has a pending invitation already.",
        ));
    }
    Ok(())
}

/// Returns when an invitation expires: after 30 days by default.
pub(super) fn expiry_from(cx: Context<'_>, params: Params<'_>) -> i64 {
    cx.now + params.int("expires_in_days").unwrap_or(30) * DAY
}

/// Puts an invitation, to the application or to an organization, into the outbox, unless the inviter wanted none sent.
pub(super) fn post_invitation(cx: Context<'_>, state: &mut State, invitation: &Value) {
    let text = |name: &str| invitation[name].as_str().unwrap_or_default();
    if invitation["_notify"] == false {
        return;
    }
    let address = text("email_address");
    let user_id = state.users.by_contact(address).map(|user| user.id.clone());
    let to = Recipient {
        address,
        contact_id: None,
        user_id: user_id.as_deref(),
    };
    post_link(cx, state, to, "invitation", text("url"));
}

/// Invites an address to the application and returns the invitation.
pub(crate) fn create_invitation(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let email = email_address_from(params)?;
    if params.flag("ignore_existing") != Some(true) {
        if state.users.by_contact(&email).is_some() {
            return Err(ApiError::taken("email_address"));
        }
        check_not_invited(cx, state.documents.all(INVITATIONS), &email)?;
    }
    let id = cx.instance.ids.id("inv");
    let expires_at = expiry_from(cx, params);
    let redirect_url = params.text("redirect_url");
    let invitation = json!({
        "object": "invitation", "id": id, "email_address": email,
        "public_metadata": params.object_or_empty("public_metadata"), "revoked": false, "status": "pending",
        "url": invitation_url(cx, "invitation", &id, redirect_url, expires_at)?,
        "expires_at": expires_at, "created_at": cx.now, "updated_at": cx.now,
        "_notify": params.flag("notify") != Some(false),
    });
    state.documents.insert(INVITATIONS, &id, invitation.clone());
    post_invitation(cx, state, &invitation);
    Ok(invitation)
}

/// Creates a document for each item of the request; removes those already made if one cannot be made.
pub(crate) fn create_all(
    cx: Context<'_>,
    state: &mut State,
    collection: &str,
    params: Params<'_>,
    create: impl Fn(Context<'_>, &mut State, Params<'_>) -> Result<Value, ApiError>,
) -> Result<Vec<Value>, ApiError> {
    let mut made: Vec<Value> = Vec::new();
    for item in params.items() {
        match create(cx, state, item) {
            Ok(document) => made.push(document),
            Err(error) => {
                for document in &made {
                    let id = document["id"].as_str().unwrap_or_default();
                    state.documents.remove(collection, id);
                }
                return Err(error);
            }
        }
    }
    Ok(made)
}

/// Revokes an invitation, expired or not, and returns it.
pub(crate) fn revoke_invitation(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Value, ApiError> {
    let invitation = state
        .documents
        .get_mut(INVITATIONS, id)
        .ok_or_else(|| ApiError::not_found("invitation", id))?;
    match invitation_status(invitation, cx.now) {
        "revoked" => Err(ApiError::bad_state(
            "invitation_already_revoked",
            "The invitation is revoked already.",
        )),
        "accepted" => Err(ApiError::bad_state(
            "invitation_already_accepted",
            "The invitation is accepted already.",
        )),
        _ => {
            invitation["status"] = "revoked".into();
            invitation["revoked"] = true.into();
            invitation["updated_at"] = cx.now.into();
            Ok(invitation.clone())
        }
    }
}
