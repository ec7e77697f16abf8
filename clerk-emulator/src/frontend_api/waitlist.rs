//! Joining the waiting list.

use serde_json::json;

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use crate::domain::waitlist::create_entry;

pub(super) const WAITLIST_ACTIONS: Actions = &[("joinWaitlist", Action::Browser(join_waitlist))];

fn join_waitlist(context: &mut FapiContext<'_>) -> ActionResult {
    let entry = create_entry(context.cx, context.state, context.request.params())?;
    // Whether the address was on the list already is nobody's business.
    Ok(json!({"object": "waitlist_entry", "id": entry["id"]}))
}
