//! What users may do with their own accounts, where the rules are others than the application's.

use serde_json::{Map, Value};

use super::change_user;
use super::checks::check_password;
use super::credentials::{PasswordCheck, check_password_of, no_password, remove_password};
use super::find_user;
use super::update::{delete_user, update_user};
use crate::domain::environment::DashboardSettings;
use crate::domain::external_accounts::is_connected;
use crate::domain::sessions::end_other_sessions;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{Password, State, User};

/// What users may change of themselves: texts, and which contacts are the primary ones.
const OWN_FIELDS: [&str; 6] = [
    "first_name",
    "last_name",
    "username",
    "primary_email_address_id",
    "primary_phone_number_id",
    "primary_web3_wallet_id",
];

const MAX_NAME: usize = 256;
/// As Clerk bounds it: with the rest of a user it has to fit into a cookie.
const MAX_METADATA: usize = 8 * 1024;

/// Changes the names and the primary contacts of a user who asks for it.
pub(crate) fn update_self(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let mut own = Map::new();
    for name in OWN_FIELDS {
        if let Some(value) = params.value(name) {
            // A form has no other way to say that there is to be none.
            let is_none = value.as_str().is_some_and(|text| text.trim().is_empty());
            let value = if is_none { Value::Null } else { value.clone() };
            own.insert(name.to_owned(), value);
        }
    }
    for name in ["first_name", "last_name"] {
        let text = own.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.chars().count() > MAX_NAME {
            let long = format!("{name} must have {MAX_NAME} characters at most.");
            return Err(ApiError::invalid(name, &long));
        }
    }
    let user = find_user(state, id)?;
    let loses_username = own.get("username").is_some_and(Value::is_null);
    if loses_username && user.username.is_some() && user.contacts().next().is_none() {
        let long = "It is the last one that identifies the user.";
        return Err(ApiError::bad_state("identification_deletion_failed", long).about("username"));
    }
    // Clerk's browser SDK sends the metadata along; it replaces what there is.
    let metadata = params.text("unsafe_metadata").map(metadata_from);
    let metadata = metadata.transpose()?;
    update_user(cx, state, id, Params::new(&Value::Object(own)))?;
    match metadata {
        None => Ok(()),
        Some(metadata) => change_user(cx, state, id, |user| {
            user.unsafe_metadata.replace(&metadata);
            Ok(())
        }),
    }
}

fn metadata_from(text: &str) -> Result<Map<String, Value>, ApiError> {
    check_metadata_size(text.len())?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => {
            let long = "unsafe_metadata must be a JSON object.";
            Err(ApiError::invalid("unsafe_metadata", long))
        }
    }
}

fn check_metadata_size(bytes: usize) -> Result<(), ApiError> {
    if bytes <= MAX_METADATA {
        return Ok(());
    }
    let long = format!("unsafe_metadata must have {MAX_METADATA} bytes at most.");
    Err(ApiError::invalid("unsafe_metadata", &long))
}

/// Merges JSON text into the metadata that users may write themselves.
pub(crate) fn merge_unsafe_metadata(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    text: &str,
) -> Result<(), ApiError> {
    let fields = metadata_from(text)?;
    let mut merged = find_user(state, id)?.unsafe_metadata.clone();
    merged.merge(&fields);
    check_metadata_size(Value::Object(merged.read()).to_string().len())?;
    change_user(cx, state, id, |user| {
        user.unsafe_metadata = merged;
        Ok(())
    })
}

/// Checks the password that a user has now; a user without one needs none.
fn check_current_password(user: &User, given: Option<&str>) -> Result<(), ApiError> {
    if user.password.is_none() {
        return Ok(());
    }
    let given = given.ok_or_else(|| ApiError::missing("current_password"))?;
    let rejected = |long: &str| {
        let code = "form_password_incorrect";
        ApiError::parameter(code, "current_password", "is incorrect", long)
    };
    match check_password_of(user, given) {
        Some(PasswordCheck::Incorrect) => Err(rejected("This is not the account's password.")),
        Some(PasswordCheck::Unknown(hasher)) => Err(rejected(&format!(
            "The emulator cannot verify digests of {hasher}: set the password by the Backend API."
        ))),
        Some(PasswordCheck::Correct) | None => Ok(()),
    }
}

/// Gives a user another password, or a first one.
pub(crate) fn change_password(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    session_id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let password = params.required_text("new_password")?;
    check_current_password(find_user(state, id)?, params.text("current_password"))?;
    check_password("new_password", password)?;
    let password = Box::new(Password::new(password, cx.now));
    change_user(cx, state, id, |user| {
        user.password = Some(password);
        Ok(())
    })?;
    if params.flag("sign_out_of_other_sessions") == Some(true) {
        end_other_sessions(cx, state, id, session_id);
    }
    Ok(())
}

/// Takes a user's password away, who then signs in by something else.
pub(crate) fn remove_own_password(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let user = find_user(state, id)?;
    if user.password.is_none() {
        return Err(no_password());
    }
    check_current_password(user, params.text("current_password"))?;
    if DashboardSettings::read(state).password_required {
        let long = "This instance wants all users to have passwords.";
        return Err(ApiError::bad_state("password_required", long));
    }
    if !signs_in_without_password(user) {
        let long = "Nothing else signs this user in: verify an address or a number first.";
        return Err(ApiError::bad_state("password_is_last_factor", long));
    }
    remove_password(cx, state, id, false)
}

/// Whether a code, a passkey or a provider signs the user in.
fn signs_in_without_password(user: &User) -> bool {
    let by_code = user.emails.iter().chain(&user.phones);
    let mut by_code = by_code.filter(|contact| contact.state.is_verified());
    let linked = user.linked.as_deref();
    by_code.next().is_some()
        || user.passkeys().next().is_some()
        || linked.is_some_and(|linked| linked.external_accounts.iter().any(is_connected))
}

/// Deletes a user who asks for it, if the instance and the application allow that.
pub(crate) fn delete_self(cx: Context<'_>, state: &mut State, id: &str) -> Result<User, ApiError> {
    let user = find_user(state, id)?;
    if !user.delete_self_enabled || !DashboardSettings::read(state).delete_self {
        let long = "Users of this instance, or this one, may not delete themselves.";
        return Err(ApiError::forbidden("user_delete_self_not_enabled", long));
    }
    delete_user(cx, state, id)
}
