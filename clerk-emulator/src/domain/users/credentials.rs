//! Passwords, second factors and backup codes.

use super::{change_user, find_user, user_not_found};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{self, State, User};

pub(super) fn no_password() -> ApiError {
    ApiError::bad_state("no_password_set", "This user has no password.")
}

/// Whether a password is a user's.
pub(crate) enum PasswordCheck {
    Correct,
    Incorrect,
    /// It was hashed by this method, which the emulator does not know.
    Unknown(String),
}

/// Checks a password; `None` if the user has none.
pub(crate) fn check_password_of(user: &User, password: &str) -> Option<PasswordCheck> {
    let known = user.password.as_ref()?;
    Some(match known.verify(password) {
        Ok(true) => PasswordCheck::Correct,
        Ok(false) => PasswordCheck::Incorrect,
        Err(hasher) => PasswordCheck::Unknown(hasher.to_owned()),
    })
}

/// Verifies a password as the Backend API does.
pub(crate) fn verify_password(state: &State, id: &str, password: &str) -> Result<(), ApiError> {
    let user = find_user(state, id)?;
    match check_password_of(user, password).ok_or_else(no_password)? {
        PasswordCheck::Correct => Ok(()),
        PasswordCheck::Incorrect => Err(ApiError::parameter(
            "incorrect_password",
            "password",
            "is incorrect",
            "This is not the user's password.",
        )),
        PasswordCheck::Unknown(hasher) => Err(ApiError::parameter(
            "form_param_value_invalid",
            "password",
            "cannot be verified",
            &format!(
                "The emulator cannot verify digests of {hasher}; it knows pbkdf2_sha256 and passwords given as text."
            ),
        )),
    }
}

/// What a second factor was.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SecondFactor {
    Totp,
    BackupCode,
}

/// Verifies a code of the authenticator app, or a backup code, which works once.
pub(crate) fn verify_second_factor(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    code: &str,
) -> Result<SecondFactor, ApiError> {
    let user = find_user(state, id)?;
    if user.totp_secret.is_none() && user.backup_codes.is_empty() {
        return Err(ApiError::bad_state(
            "totp_disabled",
            "This user has no authenticator app and no backup codes.",
        ));
    }
    let is_totp = user
        .totp_secret
        .as_deref()
        .is_some_and(|secret| store::verify_totp(secret, code, cx.now));
    if is_totp {
        return Ok(SecondFactor::Totp);
    }
    let used = state.users.change(id, |user| {
        let before = user.backup_codes.len();
        user.backup_codes.retain(|backup| &**backup != code);
        before != user.backup_codes.len()
    });
    if used == Some(true) {
        return Ok(SecondFactor::BackupCode);
    }
    Err(ApiError::parameter(
        "form_code_incorrect",
        "code",
        "is incorrect",
        "This is not the current code.",
    ))
}

/// Which second factors to remove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SecondFactors {
    Totp,
    BackupCodes,
    All,
}

pub(crate) fn disable_second_factors(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    which: SecondFactors,
) -> Result<(), ApiError> {
    change_user(cx, state, id, |user| {
        if which != SecondFactors::BackupCodes {
            user.totp_secret = None;
        }
        if which != SecondFactors::Totp {
            user.backup_codes.clear();
        }
        if which == SecondFactors::All {
            for phone in &mut user.phones {
                phone.second_factor = false;
                phone.default_second_factor = false;
            }
        }
        if !user.two_factor_enabled() {
            user.mfa_disabled_at = Some(cx.now);
        }
        Ok(())
    })
}

/// Removes a user's password; `end_sessions` signs the user out everywhere.
pub(crate) fn remove_password(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    end_sessions: bool,
) -> Result<(), ApiError> {
    if find_user(state, id)?.password.is_none() {
        return Err(no_password());
    }
    if end_sessions {
        state.sessions.end_all(id, "revoked", cx.now);
    }
    change_user(cx, state, id, |user| {
        user.password = None;
        Ok(())
    })
}

/// Marks a user's password as compromised, or no longer; `end_sessions` signs the user out everywhere.
pub(crate) fn set_password_compromised(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    compromised: bool,
    end_sessions: bool,
) -> Result<(), ApiError> {
    state.users.get(id).ok_or_else(|| user_not_found(id))?;
    if compromised && end_sessions {
        state.sessions.end_all(id, "revoked", cx.now);
    }
    change_user(cx, state, id, |user| match &mut user.password {
        Some(password) => {
            password.compromised = compromised;
            Ok(())
        }
        None => Err(no_password()),
    })
}
