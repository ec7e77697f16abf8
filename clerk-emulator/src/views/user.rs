//! Users with their email addresses, phone numbers and wallets.

use serde_json::{Map, Value, json};

use crate::domain::contacts::ContactKind;
use crate::instance::Instance;
use crate::store::{Attempt, Contact, ContactState, Documents, Linked, User};

/// Returns a user as the Backend API shows it.
pub(crate) fn user_view(instance: &Instance, user: &User) -> Value {
    let mut fields = Map::new();
    for part in [
        profile_fields(instance, user),
        credential_fields(user),
        linked_fields(user),
        account_fields(user),
    ] {
        if let Value::Object(part) = part {
            fields.extend(part);
        }
    }
    Value::Object(fields)
}

fn profile_fields(instance: &Instance, user: &User) -> Value {
    let image_url = instance.settings.image_url(user.image.as_deref());
    json!({
        "object": "user",
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "locale": user.locale,
        "image_url": image_url,
        "profile_image_url": image_url,
        "has_image": user.image.is_some(),
        "primary_email_address_id": user.primary_email,
        "primary_phone_number_id": user.primary_phone,
        "primary_web3_wallet_id": user.primary_wallet,
        "external_id": user.external_id,
        "public_metadata": user.public_metadata.read(),
        "private_metadata": user.private_metadata.read(),
        "unsafe_metadata": user.unsafe_metadata.read(),
    })
}

fn credential_fields(user: &User) -> Value {
    let password = user.password.as_ref();
    json!({
        "password_enabled": password.is_some(),
        "password_last_updated_at": password.map(|password| password.updated_at),
        "two_factor_enabled": user.two_factor_enabled(),
        "totp_enabled": user.totp_secret.is_some(),
        "backup_code_enabled": !user.backup_codes.is_empty(),
        "mfa_enabled_at": user.mfa_enabled_at,
        "mfa_disabled_at": user.mfa_disabled_at,
    })
}

fn linked_fields(user: &User) -> Value {
    let linked = user.linked.as_deref();
    let list = |list: fn(&Linked) -> &Vec<Value>| -> Value {
        let documents = linked.into_iter().flat_map(list);
        documents.map(Documents::view).collect()
    };
    json!({
        "email_addresses": user.emails.iter().map(email_view).collect::<Vec<_>>(),
        "phone_numbers": user.phones.iter().map(phone_view).collect::<Vec<_>>(),
        "web3_wallets": user.wallets.iter().map(wallet_view).collect::<Vec<_>>(),
        "passkeys": verified_passkeys(user),
        "external_accounts": list(|linked| &linked.external_accounts),
        "saml_accounts": list(|linked| &linked.saml_accounts),
        "enterprise_accounts": list(|linked| &linked.enterprise_accounts),
    })
}

/// Returns the passkeys that can be signed in with, as the Backend API shows them: it knows no others.
fn verified_passkeys(user: &User) -> Vec<Value> {
    let passkeys = user.linked.iter().flat_map(|linked| &linked.passkeys);
    passkeys
        .filter(|passkey| {
            let verification = &passkey["verification"];
            verification.is_null() || verification["status"] == "verified"
        })
        .map(|passkey| {
            let mut view = Documents::view(passkey);
            if let Some(fields) = view.as_object_mut() {
                fields.retain(|name, _| !matches!(&**name, "created_at" | "updated_at"));
            }
            view
        })
        .collect()
}

fn account_fields(user: &User) -> Value {
    let mut fields = json!({
        "banned": user.banned,
        "locked": user.locked,
        "lockout_expires_in_seconds": null,
        "verification_attempts_remaining": if user.locked { 0 } else { 100 },
        "delete_self_enabled": user.delete_self_enabled,
        "create_organization_enabled": user.create_organization_enabled,
        "bypass_client_trust": user.bypass_client_trust,
        "legal_accepted_at": user.legal_accepted_at,
        "last_sign_in_at": user.last_sign_in_at,
        "last_active_at": user.last_active_at,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    });
    if let Some(limit) = user.create_organizations_limit {
        fields["create_organizations_limit"] = limit.into();
    }
    fields
}

/// Returns what anybody may see of a user.
pub(crate) fn public_user_data(instance: &Instance, user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": instance.settings.image_url(user.image.as_deref()),
        "has_image": user.image.is_some(),
        "identifier": user.identifier().unwrap_or_default(),
    })
}

/// Returns what other members of an organization see of a user.
pub(crate) fn public_member_data(instance: &Instance, user: &User) -> Value {
    let mut data = public_user_data(instance, user);
    data["profile_image_url"] = data["image_url"].clone();
    data["username"] = json!(user.username);
    data["banned"] = user.banned.into();
    data
}

/// Returns an attempt to verify a contact by a code.
pub(crate) fn attempt_view(attempt: &Attempt, strategy: &str, status: &str) -> Value {
    json!({
        "id": attempt.id, "object": "verification_otp", "status": status, "strategy": strategy,
        "attempts": attempt.tries, "expire_at": attempt.expire_at,
    })
}

/// Returns a contact of this kind.
pub(crate) fn contact_view(kind: ContactKind, contact: &Contact) -> Value {
    match kind {
        ContactKind::Email => email_view(contact),
        ContactKind::Phone => phone_view(contact),
        ContactKind::Wallet => wallet_view(contact),
    }
}

fn email_view(email: &Contact) -> Value {
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

fn phone_view(phone: &Contact) -> Value {
    json!({
        "id": phone.id,
        "object": "phone_number",
        "phone_number": phone.value,
        "reserved_for_second_factor": phone.second_factor,
        "default_second_factor": phone.default_second_factor,
        "reserved": phone.state == ContactState::Reserved,
        "verification": verification(phone, "phone_code"),
        "linked_to": [],
        "backup_codes": null,
        "created_at": phone.created_at,
        "updated_at": phone.updated_at,
    })
}

fn wallet_view(wallet: &Contact) -> Value {
    json!({
        "id": wallet.id,
        "object": "web3_wallet",
        "web3_wallet": wallet.value,
        "verification": wallet_verification(wallet),
        "created_at": wallet.created_at,
        "updated_at": wallet.updated_at,
    })
}

fn verification(contact: &Contact, strategy: &str) -> Value {
    let attempt = contact.attempt.as_deref();
    let strategy = attempt
        .and_then(|attempt| attempt.strategy.as_deref())
        .unwrap_or(strategy);
    let object = match strategy {
        "email_link" => "verification_email_link",
        web3 if web3.starts_with("web3") => "verification_web3",
        _ => "verification_otp",
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
        // What was verified with a sign-up has no attempt of its own.
        "expire_at": attempt.map_or(contact.updated_at, |attempt| attempt.expire_at),
    })
}

/// Returns how far a wallet is verified, with the text that it is to sign.
fn wallet_verification(wallet: &Contact) -> Value {
    let mut verification = verification(wallet, ContactKind::Wallet.strategy());
    let attempt = wallet.attempt.as_deref();
    let nonce = attempt.and_then(|attempt| attempt.nonce.as_deref());
    if let Some(nonce) = nonce.filter(|_| verification["status"] == "unverified") {
        verification["nonce"] = nonce.into();
        let message = format!("Prove that {} is yours. Nonce: {nonce}", wallet.value);
        verification["message"] = message.into();
    }
    verification
}
