//! Users.

mod change;
mod create;
mod credentials;
mod linked;
mod list;
mod restrict;

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use crate::store::{Contact, ContactState, State, User};
use crate::world::World;
pub(crate) use create::{
    check_contact, check_password, check_username, new_contact, primary, time,
};

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "GetUser" => Handler::Read(get),
        "GetUserList" => Handler::Read(list::list),
        "GetUsersCount" => Handler::Read(list::count),
        "CreateUser" => Handler::Write(create::create),
        "UpdateUser" => Handler::Write(change::update),
        "UpdateUserMetadata" => Handler::Write(change::merge_metadata),
        "ReplaceUserMetadata" => Handler::Write(change::replace_metadata),
        "SetUserProfileImage" => Handler::Write(change::set_image),
        "DeleteUserProfileImage" => Handler::Write(change::delete_image),
        "DeleteUser" => Handler::Write(change::delete),
        "BanUser" | "UnbanUser" | "LockUser" | "UnlockUser" => Handler::Write(restrict::one),
        "UsersBan" | "UsersUnban" => Handler::Write(restrict::many),
        "VerifyPassword" => Handler::Read(credentials::verify_password),
        "VerifyTOTP" => Handler::Write(credentials::verify_totp),
        "DeleteTOTP" | "DeleteBackupCode" | "DisableMFA" => Handler::Write(credentials::disable),
        "RemoveUserPassword" => Handler::Write(credentials::remove_password),
        "SetUserPasswordCompromised" | "UnsetUserPasswordCompromised" => {
            Handler::Write(credentials::set_compromised)
        }
        "UserPasskeyDelete" | "UserWeb3WalletDelete" | "DeleteExternalAccount" => {
            Handler::Write(linked::delete)
        }
        "ListUserTrustedDevices" => Handler::Read(linked::devices),
        "RevokeUserTrustedDevice" => Handler::Write(linked::revoke_device),
        "GetOAuthAccessToken" => Handler::Read(linked::oauth_tokens),
        _ => return None,
    })
}

pub(crate) fn not_found(id: &str) -> ApiError {
    ApiError::not_found("user", id)
}

/// The user with this id.
pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a User, ApiError> {
    state.users.get(id).ok_or_else(|| not_found(id))
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    Ok(show(call.world, find(state, call.id(0))?))
}

/// Changes the user that the path names, and answers it.
fn changed(
    call: &Call<'_>,
    state: &mut State,
    change: impl FnOnce(&mut User) -> Result<(), ApiError>,
) -> Answer {
    let id = call.id(0);
    let result = state.users.change(id, |user| {
        change(user)?;
        user.updated_at = call.now;
        Ok(())
    });
    result.ok_or_else(|| not_found(id))??;
    get(call, state)
}

/// A user as the Backend API answers it.
pub(crate) fn show(world: &World, user: &User) -> Value {
    let image_url = image_url(world, user.image.as_deref());
    let linked = user.linked.as_deref();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("object", "user".into());
    put("id", user.id.as_str().into());
    put("username", text(user.username.as_deref()));
    put("first_name", text(user.first_name.as_deref()));
    put("last_name", text(user.last_name.as_deref()));
    put("locale", text(user.locale.as_deref()));
    put("image_url", image_url.as_str().into());
    put("profile_image_url", image_url.into());
    put("has_image", user.image.is_some().into());
    put(
        "primary_email_address_id",
        text(user.primary_email.as_deref()),
    );
    put(
        "primary_phone_number_id",
        text(user.primary_phone.as_deref()),
    );
    put(
        "primary_web3_wallet_id",
        text(user.primary_wallet.as_deref()),
    );
    put("password_enabled", user.password.is_some().into());
    put(
        "password_last_updated_at",
        user.password
            .as_ref()
            .map(|password| password.updated_at)
            .into(),
    );
    put("two_factor_enabled", user.two_factor_enabled().into());
    put("totp_enabled", user.totp_secret.is_some().into());
    put(
        "backup_code_enabled",
        (!user.backup_codes.is_empty()).into(),
    );
    put("mfa_enabled_at", user.mfa_enabled_at.into());
    put("mfa_disabled_at", user.mfa_disabled_at.into());
    put(
        "email_addresses",
        user.emails.iter().map(show_email).collect(),
    );
    put(
        "phone_numbers",
        user.phones.iter().map(show_phone).collect(),
    );
    put(
        "web3_wallets",
        user.wallets.iter().map(show_wallet).collect(),
    );
    let list = |list: Option<&Vec<Value>>| Value::Array(list.cloned().unwrap_or_default());
    put("passkeys", list(linked.map(|linked| &linked.passkeys)));
    put(
        "external_accounts",
        list(linked.map(|linked| &linked.external_accounts)),
    );
    put(
        "saml_accounts",
        list(linked.map(|linked| &linked.saml_accounts)),
    );
    put(
        "enterprise_accounts",
        list(linked.map(|linked| &linked.enterprise_accounts)),
    );
    put("external_id", text(user.external_id.as_deref()));
    put("public_metadata", user.public_metadata.read().into());
    put("private_metadata", user.private_metadata.read().into());
    put("unsafe_metadata", user.unsafe_metadata.read().into());
    put("banned", user.banned.into());
    put("locked", user.locked.into());
    put("lockout_expires_in_seconds", Value::Null);
    put(
        "verification_attempts_remaining",
        if user.locked { 0 } else { 100 }.into(),
    );
    put("delete_self_enabled", user.delete_self_enabled.into());
    put(
        "create_organization_enabled",
        user.create_organization_enabled.into(),
    );
    if user.create_organizations_limit.is_some() {
        put(
            "create_organizations_limit",
            user.create_organizations_limit.into(),
        );
    }
    put("bypass_client_trust", user.bypass_client_trust.into());
    put("legal_accepted_at", user.legal_accepted_at.into());
    put("last_sign_in_at", user.last_sign_in_at.into());
    put("last_active_at", user.last_active_at.into());
    put("created_at", user.created_at.into());
    put("updated_at", user.updated_at.into());
    Value::Object(fields)
}

/// Where an image is; the default one where there is none.
pub(crate) fn image_url(world: &World, image: Option<&str>) -> String {
    format!("{}/images/{}", world.url, image.unwrap_or("default"))
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

pub(crate) fn show_email(email: &Contact) -> Value {
    json!({
        "id": email.id,
        "object": "email_address",
        "email_address": email.value,
        "reserved": email.state == ContactState::Reserved,
        "verification": verification(email, "email_code"),
        "linked_to": [],
        "matches_sso_connection": false,
        "created_at": email.created_at,
        "updated_at": email.updated_at,
    })
}

pub(crate) fn show_phone(phone: &Contact) -> Value {
    json!({
        "id": phone.id,
        "object": "phone_number",
        "phone_number": phone.value,
        "reserved_for_second_factor": phone.second_factor,
        "default_second_factor": phone.second_factor,
        "reserved": phone.state == ContactState::Reserved,
        "verification": verification(phone, "phone_code"),
        "linked_to": [],
        "backup_codes": null,
        "created_at": phone.created_at,
        "updated_at": phone.updated_at,
    })
}

fn show_wallet(wallet: &Contact) -> Value {
    json!({
        "id": wallet.id,
        "object": "web3_wallet",
        "web3_wallet": wallet.value,
        "verification": verification(wallet, "web3_metamask_signature"),
        "created_at": wallet.created_at,
        "updated_at": wallet.updated_at,
    })
}

fn verification(contact: &Contact, strategy: &str) -> Value {
    let attempt = contact.attempt.as_deref();
    let object = if strategy.starts_with("web3") {
        "verification_web3"
    } else {
        "verification_otp"
    };
    let status = match contact.state {
        ContactState::Reserved => return Value::Null,
        ContactState::VerifiedByAdmin => {
            return json!({"object": "verification_admin", "status": "verified", "strategy": "admin", "attempts": null, "expire_at": null});
        }
        ContactState::Verified => "verified",
        ContactState::Unverified if attempt.is_none() => return Value::Null,
        ContactState::Unverified => "unverified",
    };
    json!({
        "object": object,
        "status": status,
        "strategy": strategy,
        "attempts": attempt.map(|attempt| attempt.tries),
        "expire_at": attempt.map(|attempt| attempt.expire_at),
    })
}
