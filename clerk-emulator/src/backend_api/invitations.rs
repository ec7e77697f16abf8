//! Invitations to the application, and the waiting list.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::organizations::ticket_url;
use super::schema::is_email;
use crate::store::{Documents, State};

const INVITATIONS: &str = "invitations";
const ENTRIES: &str = "waitlist_entries";
const DAY: i64 = 86_400_000;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListInvitations" => Handler::Read(list),
        "CreateInvitation" => Handler::Write(|call, state| create(call, state, &call.body)),
        "CreateBulkInvitations" => {
            Handler::Write(|call, state| many(call, state, INVITATIONS, create))
        }
        "RevokeInvitation" => Handler::Write(revoke),
        "ListWaitlistEntries" => Handler::Read(list_entries),
        "CreateWaitlistEntry" => {
            Handler::Write(|call, state| create_entry(call, state, &call.body))
        }
        "CreateBulkWaitlistEntries" => {
            Handler::Write(|call, state| many(call, state, ENTRIES, create_entry))
        }
        "DeleteWaitlistEntry" => Handler::Write(delete_entry),
        "InviteWaitlistEntry" => Handler::Write(invite),
        "RejectWaitlistEntry" => Handler::Write(reject),
        _ => return None,
    })
}

/// Where an invitation stands, to an application or to an organization; one whose time is over has expired.
pub(super) fn status(invitation: &Value, now: i64) -> &str {
    match invitation["status"].as_str().unwrap_or_default() {
        "pending"
            if invitation["expires_at"]
                .as_i64()
                .is_some_and(|at| at <= now) =>
        {
            "expired"
        }
        status => status,
    }
}

fn show(invitation: &Value, now: i64) -> Value {
    let mut shown = Documents::shown(invitation);
    shown["status"] = status(invitation, now).into();
    shown
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let fits = |invitation: &Value| {
        call.query("status")
            .is_none_or(|wanted| status(invitation, call.now) == wanted)
    };
    let shown: Vec<Value> = state
        .documents
        .all(INVITATIONS)
        .filter(|invitation| fits(invitation))
        .map(|invitation| show(invitation, call.now))
        .collect();
    Ok(call.documents(shown.iter()))
}

fn email(given: &Value) -> Result<String, ApiError> {
    let email = given["email_address"]
        .as_str()
        .ok_or_else(|| ApiError::missing("email_address"))?
        .to_lowercase();
    if is_email(&email) {
        return Ok(email);
    }
    let long = "email_address must be a valid email address.";
    Err(ApiError::parameter(
        "form_param_format_invalid",
        "email_address",
        "is invalid",
        long,
    ))
}

fn create(call: &Call<'_>, state: &mut State, given: &Value) -> Answer {
    let email = email(given)?;
    if given["ignore_existing"] != true {
        if state.users.by_contact(&email).is_some() {
            return Err(ApiError::taken("email_address"));
        }
        let pending = |invitation: &Value| {
            invitation["email_address"] == email.as_str()
                && status(invitation, call.now) == "pending"
        };
        if state.documents.all(INVITATIONS).any(pending) {
            return Err(ApiError::bad_state(
                "duplicate_record",
                "This address has a pending invitation already.",
            ));
        }
    }
    let id = call.world.ids.id("inv");
    let expires_at = call.now + given["expires_in_days"].as_i64().unwrap_or(30) * DAY;
    let metadata = if given["public_metadata"].is_object() {
        given["public_metadata"].clone()
    } else {
        json!({})
    };
    let invitation = json!({
        "object": "invitation", "id": id, "email_address": email, "public_metadata": metadata, "revoked": false,
        "status": "pending", "url": ticket_url(call.world, "invitation", &id, given["redirect_url"].as_str(), expires_at)?,
        "expires_at": expires_at, "created_at": call.now, "updated_at": call.now, "_notify": given["notify"] != false,
    });
    let shown = Documents::shown(&invitation);
    state.documents.insert(INVITATIONS, &id, invitation);
    Ok(shown)
}

/// All or, if one cannot be made, none.
fn many(
    call: &Call<'_>,
    state: &mut State,
    collection: &str,
    create: fn(&Call<'_>, &mut State, &Value) -> Answer,
) -> Answer {
    let mut made: Vec<Value> = Vec::new();
    for given in call.body.as_array().map(Vec::as_slice).unwrap_or_default() {
        match create(call, state, given) {
            Ok(document) => made.push(document),
            Err(error) => {
                for document in &made {
                    state
                        .documents
                        .remove(collection, document["id"].as_str().unwrap_or_default());
                }
                return Err(error);
            }
        }
    }
    Ok(Value::Array(made))
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let invitation = state
        .documents
        .get_mut(INVITATIONS, id)
        .ok_or_else(|| ApiError::not_found("invitation", id))?;
    match status(invitation, call.now) {
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
            invitation["updated_at"] = call.now.into();
            Ok(show(invitation, call.now))
        }
    }
}

fn list_entries(call: &Call<'_>, state: &State) -> Answer {
    let wanted = call.query("status");
    let fits = |entry: &&Value| wanted.is_none_or(|wanted| entry["status"] == wanted);
    Ok(call.documents(state.documents.all(ENTRIES).filter(fits)))
}

/// Who is on the list already, stays there as he is.
fn create_entry(call: &Call<'_>, state: &mut State, given: &Value) -> Answer {
    let email = email(given)?;
    if let Some(entry) = state.documents.find(ENTRIES, "email_address", &email) {
        return Ok(entry.clone());
    }
    let id = call.world.ids.id("wle");
    let entry = json!({
        "object": "waitlist_entry", "id": id, "email_address": email, "status": "pending", "is_locked": false,
        "created_at": call.now, "updated_at": call.now,
    });
    state.documents.insert(ENTRIES, &id, entry.clone());
    Ok(entry)
}

/// An entry that nothing was decided about, or was rejected.
fn undecided(call: &Call<'_>, state: &State) -> Result<Value, ApiError> {
    let id = call.id(0);
    let entry = state
        .documents
        .get(ENTRIES, id)
        .ok_or_else(|| ApiError::not_found("waitlist entry", id))?;
    if entry["status"] == "invited" || entry["status"] == "completed" {
        let conflict = axum::http::StatusCode::CONFLICT;
        return Err(ApiError::new(
            conflict,
            "waitlist_entry_already_invited",
            "Already invited",
            "The entry is invited already.",
        ));
    }
    Ok(entry.clone())
}

fn delete_entry(call: &Call<'_>, state: &mut State) -> Answer {
    undecided(call, state)?;
    state.documents.remove(ENTRIES, call.id(0));
    Ok(deleted("waitlist_entry", call.id(0)))
}

fn keep(call: &Call<'_>, state: &mut State, mut entry: Value, status: &str) -> Answer {
    entry["status"] = status.into();
    entry["updated_at"] = call.now.into();
    state.documents.insert(ENTRIES, call.id(0), entry.clone());
    Ok(entry)
}

fn invite(call: &Call<'_>, state: &mut State) -> Answer {
    let mut entry = undecided(call, state)?;
    let ignore = call.flag("ignore_existing").unwrap_or(false);
    let given = json!({"email_address": entry["email_address"], "ignore_existing": ignore});
    entry["invitation"] = create(call, state, &given)?;
    keep(call, state, entry, "invited")
}

fn reject(call: &Call<'_>, state: &mut State) -> Answer {
    let entry = undecided(call, state)?;
    keep(call, state, entry, "rejected")
}
