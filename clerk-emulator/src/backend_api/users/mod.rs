//! Users.

mod list;

use serde_json::{Value, json};

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::external_accounts::has_tokens;
use crate::domain::users::credentials::{self, SecondFactor, SecondFactors};
use crate::domain::users::update::{self, MetadataChange};
use crate::domain::users::{create_user, find_user, linked, restrictions};
use crate::store::{Documents, State};
use crate::views::user::user_view;

pub(super) const USER_HANDLERS: Handlers = &[
    ("GetUser", Read(get_user)),
    ("GetUserList", Read(list::list_users)),
    ("GetUsersCount", Read(list::count_users)),
    (
        "CreateUser",
        Write(|call, state| {
            let id = create_user(call.cx, state, call.params())?;
            view_of(call, state, &id)
        }),
    ),
    (
        "UpdateUser",
        Write(|call, state| {
            update::update_user(call.cx, state, call.id(0), call.params())?;
            get_user(call, state)
        }),
    ),
    (
        "UpdateUserMetadata",
        Write(|call, state| change_metadata(call, state, MetadataChange::Merge)),
    ),
    (
        "ReplaceUserMetadata",
        Write(|call, state| change_metadata(call, state, MetadataChange::Replace)),
    ),
    (
        "SetUserProfileImage",
        Write(|call, state| {
            find_user(state, call.id(0))?;
            update::set_image(call.cx, state, call.id(0), call.upload()?)?;
            get_user(call, state)
        }),
    ),
    (
        "DeleteUserProfileImage",
        Write(|call, state| {
            update::remove_image(call.cx, state, call.id(0))?;
            get_user(call, state)
        }),
    ),
    ("DeleteUser", Write(delete_user)),
    (
        "BanUser",
        Write(|call, state| set_banned(call, state, true)),
    ),
    (
        "UnbanUser",
        Write(|call, state| set_banned(call, state, false)),
    ),
    (
        "LockUser",
        Write(|call, state| set_locked(call, state, true)),
    ),
    (
        "UnlockUser",
        Write(|call, state| set_locked(call, state, false)),
    ),
    (
        "UsersBan",
        Write(|call, state| set_all_banned(call, state, true)),
    ),
    (
        "UsersUnban",
        Write(|call, state| set_all_banned(call, state, false)),
    ),
    (
        "VerifyPassword",
        Read(|call, state| {
            let password = call.params().required_text("password");
            find_user(state, call.id(0))?;
            credentials::verify_password(state, call.id(0), password?)?;
            Ok(json!({"verified": true}))
        }),
    ),
    ("VerifyTOTP", Write(verify_totp)),
    (
        "DeleteTOTP",
        Write(|call, state| disable(call, state, SecondFactors::Totp)),
    ),
    (
        "DeleteBackupCode",
        Write(|call, state| disable(call, state, SecondFactors::BackupCodes)),
    ),
    (
        "DisableMFA",
        Write(|call, state| disable(call, state, SecondFactors::All)),
    ),
    (
        "RemoveUserPassword",
        Write(|call, state| {
            let end_sessions = call.params().flag("sign_out_of_other_sessions");
            let end_sessions = end_sessions.unwrap_or(false);
            credentials::remove_password(call.cx, state, call.id(0), end_sessions)?;
            get_user(call, state)
        }),
    ),
    (
        "SetUserPasswordCompromised",
        Write(|call, state| set_compromised(call, state, true)),
    ),
    (
        "UnsetUserPasswordCompromised",
        Write(|call, state| set_compromised(call, state, false)),
    ),
    (
        "UserPasskeyDelete",
        Write(|call, state| {
            linked::remove_passkey(state, call.id(0), call.id(1))?;
            Ok(deleted_view("passkey", call.id(1)))
        }),
    ),
    (
        "UserWeb3WalletDelete",
        Write(|call, state| {
            linked::remove_wallet(state, call.id(0), call.id(1))?;
            Ok(deleted_view("web3_wallet", call.id(1)))
        }),
    ),
    (
        "DeleteExternalAccount",
        Write(|call, state| {
            linked::remove_external_account(state, call.id(0), call.id(1))?;
            Ok(deleted_view("external_account", call.id(1)))
        }),
    ),
    (
        "ListUserTrustedDevices",
        Read(|call, state| {
            let devices = linked::linked_documents(state, call.id(0))?.trusted_devices;
            let total = devices.len();
            let devices = devices.iter().map(Documents::view).collect();
            Ok(call.list(devices, total))
        }),
    ),
    (
        "RevokeUserTrustedDevice",
        Write(|call, state| {
            let device = linked::revoke_device(call.cx, state, call.id(0), call.id(1))?;
            Ok(Documents::view(&device))
        }),
    ),
    ("GetOAuthAccessToken", Read(list_oauth_tokens)),
];

fn view_of(call: &Call<'_>, state: &State, id: &str) -> HandlerResult {
    Ok(user_view(call.cx.instance, find_user(state, id)?))
}

fn get_user(call: &Call<'_>, state: &State) -> HandlerResult {
    view_of(call, state, call.id(0))
}

fn change_metadata(call: &Call<'_>, state: &mut State, how: MetadataChange) -> HandlerResult {
    update::change_metadata(call.cx, state, call.id(0), call.params(), how)?;
    get_user(call, state)
}

fn delete_user(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let user = update::delete_user(call.cx, state, call.id(0))?;
    let mut view = deleted_view("user", &user.id);
    if let Some(external_id) = user.external_id.as_deref() {
        view["external_id"] = external_id.into();
    }
    Ok(view)
}

fn set_banned(call: &Call<'_>, state: &mut State, banned: bool) -> HandlerResult {
    restrictions::set_banned(call.cx, state, call.id(0), banned)?;
    get_user(call, state)
}

fn set_locked(call: &Call<'_>, state: &mut State, locked: bool) -> HandlerResult {
    restrictions::set_locked(call.cx, state, call.id(0), locked)?;
    get_user(call, state)
}

fn set_all_banned(call: &Call<'_>, state: &mut State, banned: bool) -> HandlerResult {
    let ids = call.params().texts("user_ids").unwrap_or_default();
    restrictions::set_all_banned(call.cx, state, &ids, banned)?;
    ids.iter().map(|id| view_of(call, state, id)).collect()
}

fn verify_totp(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let code = call.params().required_text("code")?;
    let factor = credentials::verify_second_factor(call.cx, state, call.id(0), code)?;
    let code_type = match factor {
        SecondFactor::Totp => "totp",
        SecondFactor::BackupCode => "backup_code",
    };
    Ok(json!({"verified": true, "code_type": code_type}))
}

fn disable(call: &Call<'_>, state: &mut State, which: SecondFactors) -> HandlerResult {
    credentials::disable_second_factors(call.cx, state, call.id(0), which)?;
    Ok(json!({"user_id": call.id(0)}))
}

fn set_compromised(call: &Call<'_>, state: &mut State, compromised: bool) -> HandlerResult {
    let end_sessions = call.params().flag("revoke_all_sessions").unwrap_or(false);
    let id = call.id(0);
    credentials::set_password_compromised(call.cx, state, id, compromised, end_sessions)?;
    get_user(call, state)
}

/// Returns the tokens that a provider issued for the user: one for each account there.
fn list_oauth_tokens(call: &Call<'_>, state: &State) -> HandlerResult {
    let wanted = call.id(1).trim_start_matches("oauth_");
    let accounts = linked::linked_documents(state, call.id(0))?.external_accounts;
    let is_of_provider = |account: &&Value| {
        let provider = account["provider"].as_str().filter(|_| has_tokens(account));
        provider.is_some_and(|provider| provider.trim_start_matches("oauth_") == wanted)
    };
    let tokens: Vec<Value> = accounts
        .iter()
        .filter(is_of_provider)
        .map(|account| {
            let scopes = account["approved_scopes"].as_str().unwrap_or_default();
            let id = account["id"].as_str().unwrap_or_default();
            json!({
                "object": "oauth_access_token",
                "external_account_id": account["id"],
                "provider_user_id": account["provider_user_id"],
                "token": format!("emulated_{id}"),
                "expires_at": call.cx.now + 3_600_000,
                "provider": format!("oauth_{wanted}"),
                "public_metadata": {},
                "label": null,
                "scopes": scopes.split_whitespace().collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(call.page(&tokens, Value::clone))
}
