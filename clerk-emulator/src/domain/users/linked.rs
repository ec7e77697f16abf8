//! Passkeys, wallets, accounts at other providers and devices of a user.

use serde_json::{Map, Value};

use super::{find_user, user_not_found};
use crate::domain::contacts::first_verified;
use crate::domain::documents::item_schema;
use crate::domain::synthesize::synthesize;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Linked, State};

fn has_id(document: &Value, id: &str) -> bool {
    ["id", "identification_id"]
        .iter()
        .any(|name| document.get(*name).and_then(Value::as_str) == Some(id))
}

/// Removes a wallet.
pub(crate) fn remove_wallet(state: &mut State, user_id: &str, id: &str) -> Result<(), ApiError> {
    let removed = state.users.change(user_id, |user| {
        let before = user.wallets.len();
        user.wallets.retain(|wallet| &*wallet.id != id);
        if user.primary_wallet.as_deref() == Some(id) {
            user.primary_wallet = first_verified(&user.wallets);
        }
        before != user.wallets.len()
    });
    check_removed(removed, user_id, "web3 wallet", id)
}

/// Removes a passkey.
pub(crate) fn remove_passkey(state: &mut State, user_id: &str, id: &str) -> Result<(), ApiError> {
    let removed = remove_linked(state, user_id, id, |linked| &mut linked.passkeys);
    check_removed(removed, user_id, "passkey", id)
}

/// Removes an account at another provider.
pub(crate) fn remove_external_account(
    state: &mut State,
    user_id: &str,
    id: &str,
) -> Result<(), ApiError> {
    let removed = remove_linked(state, user_id, id, |linked| &mut linked.external_accounts);
    check_removed(removed, user_id, "external account", id)
}

fn remove_linked(
    state: &mut State,
    user_id: &str,
    id: &str,
    list: fn(&mut Linked) -> &mut Vec<Value>,
) -> Option<bool> {
    state.users.change(user_id, |user| {
        let list = list(user.linked.get_or_insert_default());
        let before = list.len();
        list.retain(|document| !has_id(document, id));
        before != list.len()
    })
}

fn check_removed(
    removed: Option<bool>,
    user_id: &str,
    what: &str,
    id: &str,
) -> Result<(), ApiError> {
    match removed {
        None => Err(user_not_found(user_id)),
        Some(false) => Err(ApiError::not_found(what, id)),
        Some(true) => Ok(()),
    }
}

/// Returns the documents that belong to a user.
pub(crate) fn linked_documents(state: &State, user_id: &str) -> Result<Linked, ApiError> {
    let linked = find_user(state, user_id)?.linked.as_deref();
    Ok(linked.cloned().unwrap_or_default())
}

/// Revokes a trusted device and returns it.
pub(crate) fn revoke_device(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let revoked = state.users.change(user_id, |user| {
        let device = user
            .linked_mut()
            .trusted_devices
            .iter_mut()
            .find(|device| has_id(device, id))?;
        device["status"] = "revoked".into();
        device["revoked_at"] = cx.now.into();
        device["updated_at"] = cx.now.into();
        Some(device.clone())
    });
    revoked
        .ok_or_else(|| user_not_found(user_id))?
        .ok_or_else(|| ApiError::not_found("trusted device", id))
}

/// Adds a document to one of a user's lists, completed as its schema says; `None` if users have no such list.
pub(crate) fn add_linked(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    list: &str,
    fields: &Map<String, Value>,
) -> Option<Result<Value, ApiError>> {
    let document = cx.instance.document;
    let of_user = || {
        let user = document.operation("GetUser")?.response.as_ref()?;
        let list = document.resolve(user)?.properties.get(list)?;
        list.items.as_deref()
    };
    let (schema, list): (_, fn(&mut Linked) -> &mut Vec<Value>) = match list {
        "passkeys" => (of_user(), |linked| &mut linked.passkeys),
        "external_accounts" => (of_user(), |linked| &mut linked.external_accounts),
        "saml_accounts" => (of_user(), |linked| &mut linked.saml_accounts),
        "enterprise_accounts" => (of_user(), |linked| &mut linked.enterprise_accounts),
        "trusted_devices" => (item_schema(document, &["users", user_id, list]), |linked| {
            &mut linked.trusted_devices
        }),
        _ => return None,
    };
    let mut added = synthesize(cx, schema?, fields);
    if added["id"].is_null() {
        let given = fields.get("id").cloned();
        added["id"] = given.unwrap_or_else(|| cx.instance.ids.id("idn").into());
    }
    let done = state.users.change(user_id, |user| {
        list(user.linked_mut()).push(added.clone());
    });
    Some(done.map(|()| added).ok_or_else(|| user_not_found(user_id)))
}
