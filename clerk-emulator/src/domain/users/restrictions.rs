//! Banning and locking.

use super::{change_user, find_user};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

/// Bans a user, which ends its sessions, or lifts the ban.
pub(crate) fn set_banned(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    banned: bool,
) -> Result<(), ApiError> {
    find_user(state, id)?;
    if banned {
        state.sessions.end_all(id, "revoked", cx.now);
    }
    change_user(cx, state, id, |user| {
        user.banned = banned;
        Ok(())
    })
}

/// Bans all these users or lifts their bans; changes none of them if one does not exist.
pub(crate) fn set_all_banned(
    cx: Context<'_>,
    state: &mut State,
    ids: &[&str],
    banned: bool,
) -> Result<(), ApiError> {
    for id in ids {
        find_user(state, id)?;
    }
    for id in ids {
        set_banned(cx, state, id, banned)?;
    }
    Ok(())
}

pub(crate) fn set_locked(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    locked: bool,
) -> Result<(), ApiError> {
    change_user(cx, state, id, |user| {
        user.locked = locked;
        Ok(())
    })
}
