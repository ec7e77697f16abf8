//! A user as Clerk returns it: all that the document requires, and what most accounts have beside it.

use serde_json::{Value, json};

pub fn user(id: &str) -> Value {
    let verification = json!({
        "object": "verification_otp", "status": "verified", "strategy": "email_code", "attempts": 1,
        "expire_at": 1_767_225_600_000_i64
    });
    json!({
        "id": id,
        "object": "user",
        "username": "ada.lovelace",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "locale": "en-GB",
        "image_url": "https://img.example.com/eyJ0eXBlIjoiZGVmYXVsdCIsImlpZCI6Imluc18xIiwicmlkIjoidXNlcl8xIn0",
        "has_image": false,
        "primary_email_address_id": "idn_2mail",
        "primary_phone_number_id": null,
        "primary_web3_wallet_id": null,
        "password_enabled": true,
        "two_factor_enabled": false,
        "totp_enabled": false,
        "backup_code_enabled": false,
        "email_addresses": [{
            "id": "idn_2mail", "object": "email_address", "email_address": format!("{id}@example.com"), "reserved": false,
            "verification": verification, "linked_to": [], "matches_sso_connection": false,
            "created_at": 1_735_689_600_000_i64, "updated_at": 1_735_689_660_000_i64
        }],
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "public_metadata": { "plan": "pro", "seats": 3 },
        "private_metadata": { "crm": { "id": "003xx000004TmiQ", "owner": "north" } },
        "unsafe_metadata": {},
        "external_id": null,
        "last_sign_in_at": 1_767_139_200_000_i64,
        "banned": false,
        "locked": false,
        "lockout_expires_in_seconds": null,
        "verification_attempts_remaining": 100,
        "created_at": 1_735_689_600_000_i64,
        "updated_at": 1_767_139_200_000_i64,
        "delete_self_enabled": true,
        "create_organization_enabled": true,
        "last_active_at": 1_767_139_200_000_i64,
        "mfa_enabled_at": null,
        "mfa_disabled_at": null,
        "legal_accepted_at": null
    })
}
