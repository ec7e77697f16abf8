//! The waiting list.

use serde_json::{Value, json};

use super::invitations::{create_invitation, email_address_from};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const ENTRIES: &str = "waitlist_entries";
/// Anybody may join.
const MAX_ENTRIES: usize = 10_000;

/// Puts an address on the list and returns its entry; an address that is on it already stays as it is.
pub(crate) fn create_entry(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let email = email_address_from(params)?;
    if let Some(entry) = state.documents.find(ENTRIES, "email_address", &email) {
        return Ok(entry.clone());
    }
    if state.documents.all(ENTRIES).count() >= MAX_ENTRIES {
        return Err(ApiError::forbidden(
            "waitlist_full",
            "The waiting list of the emulator is full.",
        ));
    }
    let id = cx.instance.ids.id("wle");
    let entry = json!({
        "object": "waitlist_entry", "id": id, "email_address": email, "status": "pending", "is_locked": false,
        "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(ENTRIES, &id, entry.clone());
    Ok(entry)
}

/// Returns an entry that is not invited yet.
fn find_open_entry(state: &State, id: &str) -> Result<Value, ApiError> {
    let entry = state
        .documents
        .get(ENTRIES, id)
        .ok_or_else(|| ApiError::not_found("waitlist entry", id))?;
    if entry["status"] == "invited" || entry["status"] == "completed" {
        return Err(ApiError::conflict(
            "waitlist_entry_already_invited",
            "Already invited",
            "The entry is invited already.",
        ));
    }
    Ok(entry.clone())
}

pub(crate) fn delete_entry(state: &mut State, id: &str) -> Result<(), ApiError> {
    find_open_entry(state, id)?;
    state.documents.remove(ENTRIES, id);
    Ok(())
}

fn store_entry(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    mut entry: Value,
    status: &str,
) -> Value {
    entry["status"] = status.into();
    entry["updated_at"] = cx.now.into();
    state.documents.insert(ENTRIES, id, entry.clone());
    entry
}

/// Invites an entry's address to the application. `view` is how the entry shows the invitation.
pub(crate) fn invite_entry(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
    view: fn(&Value) -> Value,
) -> Result<Value, ApiError> {
    let mut entry = find_open_entry(state, id)?;
    let ignore = params.flag("ignore_existing").unwrap_or(false);
    let given = json!({"email_address": entry["email_address"], "ignore_existing": ignore});
    entry["invitation"] = view(&create_invitation(cx, state, Params::new(&given))?);
    Ok(store_entry(cx, state, id, entry, "invited"))
}

pub(crate) fn reject_entry(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Value, ApiError> {
    let entry = find_open_entry(state, id)?;
    Ok(store_entry(cx, state, id, entry, "rejected"))
}
