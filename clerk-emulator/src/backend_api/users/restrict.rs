//! Banning and locking.

use serde_json::Value;

use super::{changed, find, show};
use crate::backend_api::call::{Answer, Call};
use crate::store::State;

/// `POST /users/{user_id}/ban`, `unban`, `lock`, `unlock`
pub(super) fn one(call: &Call<'_>, state: &mut State) -> Answer {
    find(state, call.id(0))?;
    let verb = call.operation.segments.last().map_or("", String::as_str);
    if verb == "ban" {
        state.sessions.end_all(call.id(0), "revoked", call.now);
    }
    changed(call, state, |user| {
        match verb {
            "ban" => user.banned = true,
            "unban" => user.banned = false,
            "lock" => user.locked = true,
            _ => user.locked = false,
        }
        Ok(())
    })
}

/// `POST /users/ban`, `unban`: all or, if one of them does not exist, none.
pub(super) fn many(call: &Call<'_>, state: &mut State) -> Answer {
    let banned = call
        .operation
        .segments
        .last()
        .is_some_and(|verb| verb == "ban");
    let ids = call.texts("user_ids").unwrap_or_default();
    for id in &ids {
        find(state, id)?;
    }
    for id in &ids {
        if banned {
            state.sessions.end_all(id, "revoked", call.now);
        }
        state.users.change(id, |user| {
            user.banned = banned;
            user.updated_at = call.now;
        });
    }
    let users = ids.iter().filter_map(|id| state.users.get(id));
    Ok(Value::Array(
        users.map(|user| show(call.world, user)).collect(),
    ))
}
