//! Making users.

use serde_json::Value;

use super::show;
use crate::backend_api::call::{Answer, Call};
use crate::backend_api::errors::ApiError;
use crate::backend_api::schema::is_email;
use crate::dates;
use crate::store::{Contact, ContactState, Password, State, User};

pub(super) fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let emails = call.texts("email_address").unwrap_or_default();
    let phones = call.texts("phone_number").unwrap_or_default();
    let wallets = call.texts("web3_wallet").unwrap_or_default();
    let username = call
        .text("username")
        .filter(|username| !username.is_empty());
    let nothing =
        emails.is_empty() && phones.is_empty() && wallets.is_empty() && username.is_none();
    if nothing && call.flag("skip_user_requirement") != Some(true) {
        let long =
            "A user needs at least one email address, phone number, web3 wallet or username.";
        return Err(ApiError::parameter(
            "form_data_missing",
            "email_address",
            "is missing",
            long,
        ));
    }
    for (name, values) in [
        ("email_address", &emails),
        ("phone_number", &phones),
        ("web3_wallet", &wallets),
    ] {
        for (index, value) in values.iter().enumerate() {
            check_contact(name, value)?;
            if state.users.by_contact(value).is_some() || values[..index].contains(value) {
                return Err(ApiError::taken(name));
            }
        }
    }
    check_username(state, username, None)?;
    check_external_id(state, call.text("external_id"), None)?;
    let mut user = User {
        id: call.world.ids.id("user"),
        created_at: time(call, "created_at")?.unwrap_or(call.now),
        updated_at: call.now,
        legal_accepted_at: time(call, "legal_accepted_at")?,
        first_name: call.text("first_name").map(Into::into),
        last_name: call.text("last_name").map(Into::into),
        username: username.map(Into::into),
        external_id: call.text("external_id").map(Into::into),
        locale: call.text("locale").map(Into::into),
        password: password(call)?.map(Box::new),
        totp_secret: call.text("totp_secret").map(Into::into),
        backup_codes: call
            .texts("backup_codes")
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        banned: call.flag("banned").unwrap_or(false),
        locked: call.flag("locked").unwrap_or(false),
        delete_self_enabled: call.flag("delete_self_enabled").unwrap_or(true),
        create_organization_enabled: call.flag("create_organization_enabled").unwrap_or(true),
        create_organizations_limit: call.int("create_organizations_limit"),
        bypass_client_trust: call.flag("bypass_client_trust").unwrap_or(false),
        ..User::default()
    };
    user.mfa_enabled_at = user.totp_secret.as_ref().map(|_| call.now);
    let states = |name: &str| call.texts(name).unwrap_or_default();
    let email_states = states("email_address_identification_status");
    let phone_states = states("phone_number_identification_status");
    user.emails = contacts(call, &emails, &email_states);
    user.phones = contacts(call, &phones, &phone_states);
    user.wallets = contacts(call, &wallets, &[]);
    user.primary_email = primary(&user.emails);
    user.primary_phone = primary(&user.phones);
    user.primary_wallet = primary(&user.wallets);
    for (name, metadata) in [
        ("public_metadata", &mut user.public_metadata),
        ("private_metadata", &mut user.private_metadata),
        ("unsafe_metadata", &mut user.unsafe_metadata),
    ] {
        if let Some(fields) = call.object(name) {
            metadata.replace(fields);
        }
    }
    let shown = show(call.world, &user);
    state.users.insert(user);
    Ok(shown)
}

fn contacts(call: &Call<'_>, values: &[&str], states: &[&str]) -> Vec<Contact> {
    let state = |index: usize| match states.get(index) {
        Some(&"reserved") => ContactState::Reserved,
        _ => ContactState::VerifiedByAdmin,
    };
    values
        .iter()
        .enumerate()
        .map(|(index, value)| new_contact(call, value, state(index)))
        .collect()
}

pub(crate) fn new_contact(call: &Call<'_>, value: &str, state: ContactState) -> Contact {
    Contact {
        id: call.world.ids.id("idn").into(),
        // Only email addresses mean the same in any case.
        value: if value.contains('@') {
            value.to_lowercase().into()
        } else {
            value.into()
        },
        state,
        attempt: None,
        second_factor: false,
        created_at: call.now,
        updated_at: call.now,
    }
}

/// The first that is verified.
pub(crate) fn primary(contacts: &[Contact]) -> Option<Box<str>> {
    contacts
        .iter()
        .find(|contact| contact.state.is_verified())
        .map(|contact| contact.id.clone())
}

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
    Err(ApiError::parameter(
        "form_param_format_invalid",
        name,
        "is invalid",
        long,
    ))
}

/// `except`: the user that may have it already.
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

pub(super) fn check_external_id(
    state: &State,
    id: Option<&str>,
    except: Option<&str>,
) -> Result<(), ApiError> {
    match id.and_then(|id| state.users.by_external_id(id)) {
        Some(user) if Some(user.id.as_str()) != except => Err(ApiError::taken("external_id")),
        _ => Ok(()),
    }
}

/// The password that is given, as text or as digest.
pub(super) fn password(call: &Call<'_>) -> Result<Option<Password>, ApiError> {
    if let Some(digest) = call.text("password_digest") {
        let hasher = call.needed("password_hasher")?;
        let password = Password::from_digest(digest, hasher, call.now).ok_or_else(|| {
            ApiError::invalid(
                "password_digest",
                &format!("This is no digest of {hasher}."),
            )
        })?;
        return Ok(Some(password));
    }
    let Some(password) = call.text("password") else {
        return Ok(None);
    };
    if call.flag("skip_password_checks") != Some(true) {
        check_password(password)?;
    }
    Ok(Some(Password::new(password, call.now)))
}

/// Whether it is long enough, and not too long.
pub(crate) fn check_password(password: &str) -> Result<(), ApiError> {
    let length = password.chars().count();
    if length < 8 {
        let long = "Passwords must have 8 or more characters.";
        return Err(ApiError::parameter(
            "form_password_length_too_short",
            "password",
            "is too short",
            long,
        ));
    }
    if length > 72 {
        let long = "Passwords must have 72 characters at most.";
        return Err(ApiError::parameter(
            "form_password_length_too_long",
            "password",
            "is too long",
            long,
        ));
    }
    Ok(())
}

/// A date and time as text, in milliseconds.
pub(crate) fn time(call: &Call<'_>, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = call.text(name) else {
        return Ok(None);
    };
    let invalid = || {
        ApiError::parameter(
            "form_param_format_invalid",
            name,
            "is invalid",
            &format!("{name} must be a date and time as RFC 3339 has it."),
        )
    };
    dates::parse_date_time(text).map(Some).ok_or_else(invalid)
}

/// `Null` clears, a text sets, nothing leaves it as it is.
pub(super) fn set(call: &Call<'_>, name: &str, field: &mut Option<Box<str>>) {
    match call.body.get(name) {
        Some(Value::String(text)) => *field = Some(text.as_str().into()),
        Some(Value::Null) => *field = None,
        _ => {}
    }
}
