//! Passwords, second factors and backup codes.

use serde_json::json;

use super::{changed, find};
use crate::backend_api::call::{Answer, Call};
use crate::backend_api::errors::ApiError;
use crate::store::{self, State};

pub(super) fn verify_password(call: &Call<'_>, state: &State) -> Answer {
    let user = find(state, call.id(0))?;
    let password = user
        .password
        .as_ref()
        .ok_or_else(|| ApiError::bad_state("no_password_set", "This user has no password."))?;
    match password.verify(call.needed("password")?) {
        Ok(true) => Ok(json!({"verified": true})),
        Ok(false) => Err(ApiError::parameter(
            "incorrect_password",
            "password",
            "is incorrect",
            "This is not the user's password.",
        )),
        Err(hasher) => Err(ApiError::parameter(
            "form_param_value_invalid",
            "password",
            "cannot be verified",
            &format!(
                "The emulator cannot verify digests of {hasher}; it knows pbkdf2_sha256 and passwords given as text."
            ),
        )),
    }
}

pub(super) fn verify_totp(call: &Call<'_>, state: &mut State) -> Answer {
    let (id, code) = (call.id(0), call.needed("code")?);
    let user = find(state, id)?;
    if user.totp_secret.is_none() && user.backup_codes.is_empty() {
        return Err(ApiError::bad_state(
            "totp_disabled",
            "This user has no authenticator app and no backup codes.",
        ));
    }
    if user
        .totp_secret
        .as_deref()
        .is_some_and(|secret| store::verify_totp(secret, code, call.now))
    {
        return Ok(json!({"verified": true, "code_type": "totp"}));
    }
    // A backup code works once.
    let used = state.users.change(id, |user| {
        let before = user.backup_codes.len();
        user.backup_codes.retain(|backup| &**backup != code);
        before != user.backup_codes.len()
    });
    if used == Some(true) {
        return Ok(json!({"verified": true, "code_type": "backup_code"}));
    }
    Err(ApiError::parameter(
        "form_code_incorrect",
        "code",
        "is incorrect",
        "This is not the code of now.",
    ))
}

/// `DELETE /users/{user_id}/totp`, `backup_code`, `mfa`
pub(super) fn disable(call: &Call<'_>, state: &mut State) -> Answer {
    let what = call.operation.segments.last().map_or("", String::as_str);
    changed(call, state, |user| {
        if what != "backup_code" {
            user.totp_secret = None;
        }
        if what != "totp" {
            user.backup_codes.clear();
        }
        if what == "mfa" {
            for phone in &mut user.phones {
                phone.second_factor = false;
            }
        }
        if !user.two_factor_enabled() {
            user.mfa_disabled_at = Some(call.now);
        }
        Ok(())
    })?;
    Ok(json!({"user_id": call.id(0)}))
}

pub(super) fn remove_password(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    if find(state, id)?.password.is_none() {
        return Err(ApiError::bad_state(
            "no_password_set",
            "This user has no password.",
        ));
    }
    if call.flag("sign_out_of_other_sessions") == Some(true) {
        state.sessions.end_all(id, "revoked", call.now);
    }
    changed(call, state, |user| {
        user.password = None;
        Ok(())
    })
}

pub(super) fn set_compromised(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    find(state, id)?;
    let compromised = call.operation.id == "SetUserPasswordCompromised";
    if compromised && call.flag("revoke_all_sessions") == Some(true) {
        state.sessions.end_all(id, "revoked", call.now);
    }
    changed(call, state, |user| match &mut user.password {
        Some(password) => {
            password.compromised = compromised;
            Ok(())
        }
        None => Err(ApiError::bad_state(
            "no_password_set",
            "This user has no password.",
        )),
    })
}
