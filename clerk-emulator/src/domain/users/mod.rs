//! Users.

pub(crate) mod account;
pub(crate) mod checks;
mod create;
pub(crate) mod credentials;
pub(crate) mod linked;
pub(crate) mod restrictions;
pub(crate) mod second_factors;
pub(crate) mod update;

pub(crate) use create::create_user;

use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{State, User};

pub(crate) fn user_not_found(id: &str) -> ApiError {
    ApiError::not_found("user", id)
}

/// Returns the user with this id.
pub(crate) fn find_user<'a>(state: &'a State, id: &str) -> Result<&'a User, ApiError> {
    state.users.get(id).ok_or_else(|| user_not_found(id))
}

/// Returns the user with this email address, phone number, wallet or username.
pub(crate) fn find_by_identifier<'a>(state: &'a State, identifier: &str) -> Option<&'a User> {
    let users = &state.users;
    users
        .by_contact(identifier)
        .or_else(|| users.by_username(identifier))
}

/// Returns the id of the user with this id, or else with this email address, phone number, wallet or username.
pub(crate) fn resolve_user_id(state: &State, name: &str) -> Option<String> {
    let user = state.users.get(name);
    user.or_else(|| find_by_identifier(state, name))
        .map(|user| user.id.clone())
}

/// Changes a user and its `updated_at`.
pub(crate) fn change_user(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    change: impl FnOnce(&mut User) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let result = state.users.change(id, |user| {
        change(user)?;
        user.updated_at = cx.now;
        Ok(())
    });
    result.ok_or_else(|| user_not_found(id))?
}
