//! Changing and deleting users.

use serde_json::Map;

use super::create::{check_external_id, check_username, password, set, time};
use super::{changed, find, not_found};
use crate::backend_api::call::{Answer, Call, deleted};
use crate::backend_api::errors::ApiError;
use crate::store::{Contact, State, User};

pub(super) fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    find(state, id)?;
    check_username(state, call.text("username"), Some(id))?;
    check_external_id(state, call.text("external_id"), Some(id))?;
    let password = password(call)?;
    let created_at = time(call, "created_at")?;
    let legal_accepted_at = time(call, "legal_accepted_at")?;
    if password.is_some() && call.flag("sign_out_of_other_sessions") == Some(true) {
        state.sessions.end_all(id, "revoked", call.now);
    }
    changed(call, state, |user| {
        primary(
            call,
            "primary_email_address_id",
            &user.emails,
            &mut user.primary_email,
        )?;
        primary(
            call,
            "primary_phone_number_id",
            &user.phones,
            &mut user.primary_phone,
        )?;
        primary(
            call,
            "primary_web3_wallet_id",
            &user.wallets,
            &mut user.primary_wallet,
        )?;
        set(call, "first_name", &mut user.first_name);
        set(call, "last_name", &mut user.last_name);
        set(call, "locale", &mut user.locale);
        set(call, "username", &mut user.username);
        set(call, "external_id", &mut user.external_id);
        set(call, "totp_secret", &mut user.totp_secret);
        if call.text("totp_secret").is_some() {
            user.mfa_enabled_at = Some(call.now);
        }
        if let Some(codes) = call.texts("backup_codes") {
            user.backup_codes = codes.into_iter().map(Into::into).collect();
        }
        if let Some(password) = password {
            user.password = Some(Box::new(password));
        }
        user.created_at = created_at.unwrap_or(user.created_at);
        if call.has("legal_accepted_at") {
            user.legal_accepted_at = legal_accepted_at;
        }
        if call.has("create_organizations_limit") {
            user.create_organizations_limit = call.int("create_organizations_limit");
        }
        for (name, field) in [
            ("delete_self_enabled", &mut user.delete_self_enabled),
            (
                "create_organization_enabled",
                &mut user.create_organization_enabled,
            ),
            ("bypass_client_trust", &mut user.bypass_client_trust),
        ] {
            *field = call.flag(name).unwrap_or(*field);
        }
        Ok(())
    })
}

/// Only what the user has, and what is verified, can be the primary one.
fn primary(
    call: &Call<'_>,
    name: &str,
    contacts: &[Contact],
    field: &mut Option<Box<str>>,
) -> Result<(), ApiError> {
    let Some(id) = call.text(name) else {
        return Ok(());
    };
    let contact = contacts.iter().find(|contact| &*contact.id == id);
    match contact {
        None => Err(ApiError::not_found("identification of this user", id)),
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

pub(super) fn merge_metadata(call: &Call<'_>, state: &mut State) -> Answer {
    metadata(call, state, true)
}

pub(super) fn replace_metadata(call: &Call<'_>, state: &mut State) -> Answer {
    metadata(call, state, false)
}

/// What is not given stays as it is, in both ways.
fn metadata(call: &Call<'_>, state: &mut State, merge: bool) -> Answer {
    changed(call, state, |user| {
        for (name, metadata) in [
            ("public_metadata", &mut user.public_metadata),
            ("private_metadata", &mut user.private_metadata),
            ("unsafe_metadata", &mut user.unsafe_metadata),
        ] {
            match call.object(name) {
                Some(fields) if merge => metadata.merge(fields),
                Some(fields) => metadata.replace(fields),
                None if call.has(name) => metadata.replace(&Map::new()),
                None => {}
            }
        }
        Ok(())
    })
}

pub(super) fn set_image(call: &Call<'_>, state: &mut State) -> Answer {
    find(state, call.id(0))?;
    let upload = call
        .upload
        .as_ref()
        .ok_or_else(|| ApiError::missing("file"))?;
    let id = call.world.ids.id("img");
    state.images.insert(
        id.clone(),
        (upload.media_type.clone(), upload.bytes.clone()),
    );
    delete_image(call, state)?;
    changed(call, state, |user| {
        user.image = Some(id.into());
        Ok(())
    })
}

pub(super) fn delete_image(call: &Call<'_>, state: &mut State) -> Answer {
    if let Some(image) = find(state, call.id(0))?.image.clone() {
        state.images.remove(&*image);
    }
    changed(call, state, |user| {
        user.image = None;
        Ok(())
    })
}

pub(super) fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let user: User = state.users.remove(id).ok_or_else(|| not_found(id))?;
    state.sessions.remove_user(id, call.now);
    state.members.remove_user(id);
    if let Some(image) = &user.image {
        state.images.remove(&**image);
    }
    state.documents.remove_below(&format!("users/{id}/"));
    let mut answer = deleted("user", id);
    if let Some(external_id) = user.external_id.as_deref() {
        answer["external_id"] = external_id.into();
    }
    Ok(answer)
}
