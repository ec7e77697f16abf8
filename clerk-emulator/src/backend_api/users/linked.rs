//! Passkeys, wallets, accounts at other providers and devices of a user.

use serde_json::{Value, json};

use super::{find, not_found};
use crate::backend_api::call::{Answer, Call, deleted};
use crate::backend_api::errors::ApiError;
use crate::store::{Linked, State};

fn has_id(document: &Value, id: &str) -> bool {
    ["id", "identification_id"]
        .iter()
        .any(|name| document.get(*name).and_then(Value::as_str) == Some(id))
}

/// `DELETE /users/{user_id}/passkeys/{id}`, `web3_wallets`, `external_accounts`
pub(super) fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let (user_id, id) = (call.id(0), call.id(1));
    let (object, what) = match call.operation.id.as_str() {
        "UserPasskeyDelete" => ("passkey", "passkey"),
        "DeleteExternalAccount" => ("external_account", "external account"),
        _ => ("web3_wallet", "web3 wallet"),
    };
    let gone = state.users.change(user_id, |user| {
        let wallets = user.wallets.len();
        let linked = user.linked.get_or_insert_default();
        let list = match object {
            "passkey" => &mut linked.passkeys,
            "external_account" => &mut linked.external_accounts,
            _ => {
                user.wallets.retain(|wallet| &*wallet.id != id);
                if user.primary_wallet.as_deref() == Some(id) {
                    user.primary_wallet = super::create::primary(&user.wallets);
                }
                return wallets != user.wallets.len();
            }
        };
        let before = list.len();
        list.retain(|document| !has_id(document, id));
        before != list.len()
    });
    match gone {
        None => Err(not_found(user_id)),
        Some(false) => Err(ApiError::not_found(what, id)),
        Some(true) => Ok(deleted(object, id)),
    }
}

fn linked(state: &State, user_id: &str) -> Result<Linked, ApiError> {
    Ok(find(state, user_id)?
        .linked
        .as_deref()
        .cloned()
        .unwrap_or_default())
}

pub(super) fn devices(call: &Call<'_>, state: &State) -> Answer {
    let devices = linked(state, call.id(0))?.trusted_devices;
    Ok(call.list(devices.clone(), devices.len()))
}

pub(super) fn revoke_device(call: &Call<'_>, state: &mut State) -> Answer {
    let (user_id, id) = (call.id(0), call.id(1));
    let revoked = state.users.change(user_id, |user| {
        let device = user
            .linked_mut()
            .trusted_devices
            .iter_mut()
            .find(|device| has_id(device, id))?;
        device["status"] = "revoked".into();
        device["revoked_at"] = call.now.into();
        device["updated_at"] = call.now.into();
        Some(device.clone())
    });
    revoked
        .ok_or_else(|| not_found(user_id))?
        .ok_or_else(|| ApiError::not_found("trusted device", id))
}

/// The tokens that a provider gave for the user: one for each account there.
pub(super) fn oauth_tokens(call: &Call<'_>, state: &State) -> Answer {
    let provider = call.id(1);
    let wanted = provider.trim_start_matches("oauth_");
    let accounts = linked(state, call.id(0))?.external_accounts;
    let text = |account: &Value, name: &str| account.get(name).cloned().unwrap_or_default();
    let tokens: Vec<Value> = accounts
        .iter()
        .filter(|account| {
            account.get("provider").and_then(Value::as_str).is_some_and(|have| have.trim_start_matches("oauth_") == wanted)
        })
        .map(|account| {
            let scopes = account.get("approved_scopes").and_then(Value::as_str).unwrap_or_default();
            json!({
                "object": "oauth_access_token",
                "external_account_id": text(account, "id"),
                "provider_user_id": text(account, "provider_user_id"),
                "token": format!("emulated_{}", account.get("id").and_then(Value::as_str).unwrap_or_default()),
                "expires_at": call.now + 3_600_000,
                "provider": format!("oauth_{wanted}"),
                "public_metadata": {},
                "label": null,
                "scopes": scopes.split_whitespace().collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(call.page(&tokens, Value::clone))
}
