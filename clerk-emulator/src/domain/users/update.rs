//! Changing and deleting users.

use serde_json::{Map, Value};

use super::checks::{check_external_id, check_username};
use super::create::password_from;
use super::{change_user, find_user, user_not_found};
use crate::domain::images::store_image;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::store::{Contact, State, User};

/// Changes a user by the parameters of `UpdateUser`.
pub(crate) fn update_user(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    find_user(state, id)?;
    check_username(state, params.text("username"), Some(id))?;
    check_external_id(state, params.text("external_id"), Some(id))?;
    let password = password_from(cx, params)?;
    let created_at = params.time("created_at")?;
    let legal_accepted_at = params.time("legal_accepted_at")?;
    if password.is_some() && params.flag("sign_out_of_other_sessions") == Some(true) {
        state.sessions.end_all(id, "revoked", cx.now);
    }
    change_user(cx, state, id, |user| {
        set_primary(
            params,
            "primary_email_address_id",
            &user.emails,
            &mut user.primary_email,
        )?;
        set_primary(
            params,
            "primary_phone_number_id",
            &user.phones,
            &mut user.primary_phone,
        )?;
        set_primary(
            params,
            "primary_web3_wallet_id",
            &user.wallets,
            &mut user.primary_wallet,
        )?;
        set_text(params, "first_name", &mut user.first_name);
        set_text(params, "last_name", &mut user.last_name);
        set_text(params, "locale", &mut user.locale);
        set_text(params, "username", &mut user.username);
        set_text(params, "external_id", &mut user.external_id);
        set_text(params, "totp_secret", &mut user.totp_secret);
        if params.text("totp_secret").is_some() {
            user.mfa_enabled_at = Some(cx.now);
        }
        if let Some(codes) = params.texts("backup_codes") {
            user.backup_codes = codes.into_iter().map(Into::into).collect();
        }
        if let Some(password) = password {
            user.password = Some(Box::new(password));
        }
        user.created_at = created_at.unwrap_or(user.created_at);
        if params.has("legal_accepted_at") {
            user.legal_accepted_at = legal_accepted_at;
        }
        if params.has("create_organizations_limit") {
            user.create_organizations_limit = params.int("create_organizations_limit");
        }
        for (name, field) in [
            ("delete_self_enabled", &mut user.delete_self_enabled),
            (
                "create_organization_enabled",
                &mut user.create_organization_enabled,
            ),
            ("bypass_client_trust", &mut user.bypass_client_trust),
        ] {
            *field = params.flag(name).unwrap_or(*field);
        }
        Ok(())
    })
}

/// Sets a primary contact, which has to be a verified one of the user's.
fn set_primary(
    params: Params<'_>,
    name: &str,
    contacts: &[Contact],
    field: &mut Option<Box<str>>,
) -> Result<(), ApiError> {
    let Some(id) = params.text(name) else {
        return Ok(());
    };
    let contact = contacts.iter().find(|contact| &*contact.id == id);
    match contact {
        None => Err(ApiError::not_found("identification of this user", id).about(name)),
        Some(contact) if !contact.state.is_verified() => Err(ApiError::invalid(
            name,
            "What is not verified cannot be primary.",
        )),
        Some(contact) => {
            *field = Some(contact.id.clone());
            Ok(())
        }
    }
}

/// How metadata is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MetadataChange {
    Merge,
    Replace,
}

/// Merges or replaces metadata; what the request does not name stays as it is.
pub(crate) fn change_metadata(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
    how: MetadataChange,
) -> Result<(), ApiError> {
    change_user(cx, state, id, |user| {
        for (name, metadata) in [
            ("public_metadata", &mut user.public_metadata),
            ("private_metadata", &mut user.private_metadata),
            ("unsafe_metadata", &mut user.unsafe_metadata),
        ] {
            match params.object(name) {
                Some(fields) if how == MetadataChange::Merge => metadata.merge(fields),
                Some(fields) => metadata.replace(fields),
                None if params.has(name) => metadata.replace(&Map::new()),
                None => {}
            }
        }
        Ok(())
    })
}

pub(crate) fn set_image(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    upload: &Upload,
) -> Result<(), ApiError> {
    remove_image(cx, state, id)?;
    let image = store_image(cx, state, upload);
    change_user(cx, state, id, |user| {
        user.image = Some(image.into());
        Ok(())
    })
}

pub(crate) fn remove_image(cx: Context<'_>, state: &mut State, id: &str) -> Result<(), ApiError> {
    if let Some(image) = find_user(state, id)?.image.clone() {
        state.images.remove(&*image);
    }
    change_user(cx, state, id, |user| {
        user.image = None;
        Ok(())
    })
}

/// Deletes a user with its sessions, memberships and image; returns it as it was.
pub(crate) fn delete_user(cx: Context<'_>, state: &mut State, id: &str) -> Result<User, ApiError> {
    let user = state.users.remove(id).ok_or_else(|| user_not_found(id))?;
    state.sessions.remove_user(id, cx.now);
    state.members.remove_user(id);
    state.oauth.forget(Some(id), None);
    if let Some(image) = &user.image {
        state.images.remove(&**image);
    }
    state.documents.remove_below(&format!("users/{id}/"));
    for collection in [
        "organization_suggestions",
        "organization_membership_requests",
    ] {
        let is_of_other = |document: &Value| document["user_id"] != id;
        state.documents.retain(collection, is_of_other);
    }
    Ok(user)
}

/// Sets an optional text: `null` clears it; a missing parameter leaves it as it is.
fn set_text(params: Params<'_>, name: &str, field: &mut Option<Box<str>>) {
    match params.value(name) {
        Some(Value::String(text)) => *field = Some(text.as_str().into()),
        Some(Value::Null) => *field = None,
        _ => {}
    }
}
