//! Creating users.

use super::checks::{check_contact, check_external_id, check_password, check_username};
use crate::domain::contacts::{first_verified, new_contact};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{Contact, ContactState, Password, State, User};

/// Creates a user from the parameters of `CreateUser` and returns its id.
pub(crate) fn create_user(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<String, ApiError> {
    check_new_identifiers(state, params)?;
    let username = params
        .text("username")
        .filter(|username| !username.is_empty());
    let mut user = User {
        id: cx.instance.ids.id("user"),
        created_at: params.time("created_at")?.unwrap_or(cx.now),
        updated_at: cx.now,
        legal_accepted_at: params.time("legal_accepted_at")?,
        first_name: params.text("first_name").map(Into::into),
        last_name: params.text("last_name").map(Into::into),
        username: username.map(Into::into),
        external_id: params.text("external_id").map(Into::into),
        locale: params.text("locale").map(Into::into),
        password: password_from(cx, params)?.map(Box::new),
        totp_secret: params.text("totp_secret").map(Into::into),
        backup_codes: params
            .texts("backup_codes")
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        banned: params.flag("banned").unwrap_or(false),
        locked: params.flag("locked").unwrap_or(false),
        delete_self_enabled: params.flag("delete_self_enabled").unwrap_or(true),
        create_organization_enabled: params.flag("create_organization_enabled").unwrap_or(true),
        create_organizations_limit: params.int("create_organizations_limit"),
        bypass_client_trust: params.flag("bypass_client_trust").unwrap_or(false),
        ..User::default()
    };
    user.mfa_enabled_at = user.totp_secret.as_ref().map(|_| cx.now);
    user.emails = contacts_from(cx, params, "email_address");
    user.phones = contacts_from(cx, params, "phone_number");
    user.wallets = contacts_from(cx, params, "web3_wallet");
    user.primary_email = first_verified(&user.emails);
    user.primary_phone = first_verified(&user.phones);
    user.primary_wallet = first_verified(&user.wallets);
    for (name, metadata) in [
        ("public_metadata", &mut user.public_metadata),
        ("private_metadata", &mut user.private_metadata),
        ("unsafe_metadata", &mut user.unsafe_metadata),
    ] {
        if let Some(fields) = params.object(name) {
            metadata.replace(fields);
        }
    }
    let id = user.id.clone();
    state.users.insert(user);
    Ok(id)
}

/// Checks that a new user is identified by something, and by nothing that another user has.
fn check_new_identifiers(state: &State, params: Params<'_>) -> Result<(), ApiError> {
    let emails = params.texts("email_address").unwrap_or_default();
    let phones = params.texts("phone_number").unwrap_or_default();
    let wallets = params.texts("web3_wallet").unwrap_or_default();
    let username = params
        .text("username")
        .filter(|username| !username.is_empty());
    let nothing =
        emails.is_empty() && phones.is_empty() && wallets.is_empty() && username.is_none();
    if nothing && params.flag("skip_user_requirement") != Some(true) {
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
    check_external_id(state, params.text("external_id"), None)
}

/// Makes the contacts that a list of the request names, with the states that go with them.
fn contacts_from(cx: Context<'_>, params: Params<'_>, name: &str) -> Vec<Contact> {
    let states = params
        .texts(&format!("{name}_identification_status"))
        .unwrap_or_default();
    let state = |index: usize| match states.get(index) {
        Some(&"reserved") => ContactState::Reserved,
        _ => ContactState::VerifiedByAdmin,
    };
    let values = params.texts(name).unwrap_or_default();
    values
        .iter()
        .enumerate()
        .map(|(index, value)| new_contact(cx, value, state(index)))
        .collect()
}

/// Reads the password of a request, given as text or as digest.
pub(super) fn password_from(
    cx: Context<'_>,
    params: Params<'_>,
) -> Result<Option<Password>, ApiError> {
    if let Some(digest) = params.text("password_digest") {
        let hasher = params.required_text("password_hasher")?;
        let password = Password::from_digest(digest, hasher, cx.now).ok_or_else(|| {
            ApiError::invalid(
                "password_digest",
                &format!("This is no digest of {hasher}."),
            )
        })?;
        return Ok(Some(password));
    }
    let Some(password) = params.text("password") else {
        return Ok(None);
    };
    if params.flag("skip_password_checks") != Some(true) {
        check_password("password", password)?;
    }
    Ok(Some(Password::new(password, cx.now)))
}
