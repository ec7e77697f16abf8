//! What identifiers and passwords of users may be.

use crate::http::error::ApiError;
use crate::openapi::formats::is_email;
use crate::store::State;

/// Checks the form of an email address, a phone number or a wallet; `name` is the parameter.
pub(crate) fn check_contact(name: &str, value: &str) -> Result<(), ApiError> {
    let ok = match name {
        "email_address" => is_email(value),
        "phone_number" => value.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        }),
        _ => !value.is_empty(),
    };
    if ok {
        return Ok(());
    }
    let long = match name {
        "email_address" => "email_address must be a valid email address.",
        "phone_number" => {
            "phone_number must be a number as E.164 has it: a plus and 7 to 15 digits."
        }
        _ => "web3_wallet must be the address of a wallet.",
    };
    Err(ApiError::invalid_format(name, long))
}

/// Checks a username; `except` is the user that may have it already.
pub(crate) fn check_username(
    state: &State,
    username: Option<&str>,
    except: Option<&str>,
) -> Result<(), ApiError> {
    let Some(username) = username else {
        return Ok(());
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !(4..=64).contains(&username.len()) || !username.chars().all(allowed) {
        let long = "username must have 4 to 64 letters, digits, underscores, hyphens or dots.";
        return Err(ApiError::parameter(
            "form_username_invalid_character",
            "username",
            "is invalid",
            long,
        ));
    }
    match state.users.by_username(username) {
        Some(user) if Some(user.id.as_str()) != except => Err(ApiError::taken("username")),
        _ => Ok(()),
    }
}

pub(crate) fn check_external_id(
    state: &State,
    id: Option<&str>,
    except: Option<&str>,
) -> Result<(), ApiError> {
    match id.and_then(|id| state.users.by_external_id(id)) {
        Some(user) if Some(user.id.as_str()) != except => Err(ApiError::taken("external_id")),
        _ => Ok(()),
    }
}

/// Checks the length of a password; `name` is the parameter.
pub(crate) fn check_password(name: &str, password: &str) -> Result<(), ApiError> {
    let length = password.chars().count();
    if length < 8 {
        let long = "Passwords must have 8 or more characters.";
        return Err(ApiError::parameter(
            "form_password_length_too_short",
            name,
            "is too short",
            long,
        ));
    }
    if length > 72 {
        let long = "Passwords must have 72 characters at most.";
        return Err(ApiError::parameter(
            "form_password_length_too_long",
            name,
            "is too long",
            long,
        ));
    }
    Ok(())
}
