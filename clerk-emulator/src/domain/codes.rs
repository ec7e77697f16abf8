//! One-time codes: no message is ever sent, so the code is always the same.

use crate::http::error::ApiError;
use crate::store::{Entry, State};

/// The code that is always right.
pub(crate) const CODE: &str = "424242";

pub(crate) fn check_code(code: &str) -> Result<(), ApiError> {
    if code.trim() == CODE {
        return Ok(());
    }
    let long = format!("The code is wrong; in the emulator it is always {CODE}.");
    Err(ApiError::parameter(
        "form_code_incorrect",
        "code",
        "is incorrect",
        &long,
    ))
}

/// Records that a code was sent during a sign-in or sign-up, which changes nothing else in the state.
pub(crate) fn send_code(
    state: &State,
    address: &str,
    contact_id: Option<&str>,
    user_id: Option<&str>,
) {
    state.journal().record(|| Entry::CodeSent {
        address: address.to_owned(),
        contact_id: contact_id.map(str::to_owned),
        user_id: user_id.map(str::to_owned),
    });
}
