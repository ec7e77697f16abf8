//! Second factors that users give themselves: authenticator apps, backup codes and phone numbers.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::credentials::{SecondFactors, disable_second_factors};
use super::{change_user, find_user};
use crate::domain::contacts::{ContactKind, settle_default_phone};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{NewTotp, State, User, verify_totp};

/// How many backup codes there are, each good for once.
const BACKUP_CODES: usize = 10;
/// 160 bits, as RFC 4226 has it.
const SECRET_LENGTH: usize = 32;

/// Begins to add an authenticator app; one at a time.
pub(crate) fn begin_totp(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<NewTotp, ApiError> {
    if find_user(state, id)?.totp_secret.is_some() {
        let long = "The user has an authenticator app already: remove it first.";
        return Err(ApiError::bad_state("totp_already_enabled", long));
    }
    let begun = NewTotp {
        id: cx.instance.ids.id("totp"),
        secret: cx.instance.ids.base32(SECRET_LENGTH),
        created_at: cx.now,
    };
    let kept = Box::new(begun.clone());
    change_user(cx, state, id, |user| {
        user.linked_mut().begun.totp = Some(kept);
        Ok(())
    })?;
    Ok(begun)
}

/// Returns the URI that authenticator apps read from a picture.
pub(crate) fn totp_uri(user: &User, begun: &NewTotp) -> String {
    const ISSUER: &str = "Clerk emulator";
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let account = encoded(user.identifier().unwrap_or(&user.id));
    let (issuer, secret) = (encoded(ISSUER), &begun.secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

/// Makes the authenticator app that was begun a second factor; returns it with the user's first backup codes, if it has
/// none yet.
pub(crate) fn complete_totp(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    code: &str,
) -> Result<(NewTotp, Option<Vec<String>>), ApiError> {
    let linked = find_user(state, id)?.linked.as_deref();
    let begun = linked.and_then(|linked| linked.begun.totp.as_deref().cloned());
    let Some(begun) = begun else {
        let long = "No authenticator app was begun.";
        return Err(ApiError::bad_state("totp_missing", long));
    };
    if !verify_totp(&begun.secret, code.trim(), cx.now) {
        let long = "This is not the current code of the authenticator app.";
        let code = "form_code_incorrect";
        return Err(ApiError::parameter(code, "code", "is incorrect", long));
    }
    change_user(cx, state, id, |user| {
        user.linked_mut().begun.totp = None;
        user.totp_secret = Some(begun.secret.as_str().into());
        Ok(())
    })?;
    let codes = second_factor_added(cx, state, id)?;
    Ok((begun, codes))
}

/// Notes since when a user has a second factor, and makes the first backup codes.
fn second_factor_added(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Option<Vec<String>>, ApiError> {
    change_user(cx, state, id, |user| {
        user.mfa_enabled_at = Some(cx.now);
        Ok(())
    })?;
    if find_user(state, id)?.backup_codes.is_empty() {
        return create_backup_codes(cx, state, id).map(Some);
    }
    Ok(None)
}

/// Removes the authenticator app, or what was begun of one.
pub(crate) fn remove_totp(cx: Context<'_>, state: &mut State, id: &str) -> Result<(), ApiError> {
    let user = find_user(state, id)?;
    let begun = user.linked.as_deref();
    let begun = begun.is_some_and(|linked| linked.begun.totp.is_some());
    if user.totp_secret.is_none() && !begun {
        return Err(ApiError::not_found("authenticator app of user", id));
    }
    if begun {
        change_user(cx, state, id, |user| {
            user.linked_mut().begun.totp = None;
            Ok(())
        })?;
    }
    if find_user(state, id)?.totp_secret.is_some() {
        disable_second_factors(cx, state, id, SecondFactors::Totp)?;
    }
    Ok(())
}

/// Replaces a user's backup codes and returns the new ones.
pub(crate) fn create_backup_codes(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Vec<String>, ApiError> {
    let codes: Vec<String> = (0..BACKUP_CODES).map(|_| cx.instance.ids.hex(10)).collect();
    change_user(cx, state, id, |user| {
        user.backup_codes = codes.iter().map(|code| code.as_str().into()).collect();
        Ok(())
    })?;
    Ok(codes)
}

/// Makes a phone number a second factor or no more, or the default one; returns the first backup codes, if it is the
/// user's first second factor.
pub(crate) fn update_own_phone(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    params: Params<'_>,
) -> Result<Option<Vec<String>>, ApiError> {
    let (user, phone) = ContactKind::Phone.find_own(state, user_id, id)?;
    let reserved = params.flag("reserved_for_second_factor");
    let is_reserved = reserved.unwrap_or(phone.second_factor);
    if reserved == Some(true) && !phone.state.is_verified() {
        let long = "A number that is not verified cannot be a second factor.";
        return Err(ApiError::invalid("reserved_for_second_factor", long));
    }
    let make_default = params.flag("default_second_factor") == Some(true);
    if make_default && !is_reserved {
        let long = "A number that is no second factor cannot be the default one.";
        return Err(ApiError::invalid("default_second_factor", long));
    }
    let (was_reserved, had_factor) = (phone.second_factor, user.two_factor_enabled());
    change_user(cx, state, user_id, |user| {
        for phone in &mut user.phones {
            let is_named = &*phone.id == id;
            if is_named {
                phone.second_factor = is_reserved;
                phone.updated_at = cx.now;
            }
            if make_default {
                phone.default_second_factor = is_named;
            }
        }
        settle_default_phone(user);
        if had_factor && !user.two_factor_enabled() {
            user.mfa_disabled_at = Some(cx.now);
        }
        Ok(())
    })?;
    if is_reserved && !was_reserved {
        return second_factor_added(cx, state, user_id);
    }
    Ok(None)
}
