//! Clerk's responses, and clients to request them.

use clerk_sdk::{Clerk, ClerkOptions, Environment, HttpOptions, RetryPolicy};
use serde_json::{Value, json};

use crate::server::Server;

/// A client of this server that tries each request once.
pub(crate) fn clerk(server: &Server) -> Clerk {
    Clerk::with_environment(options(server), Environment::empty()).unwrap()
}

pub(crate) fn options(server: &Server) -> ClerkOptions {
    ClerkOptions::new()
        .secret_key("sk_test_1")
        .server_api_url(server.url())
        .http_options(once())
}

pub(crate) fn once() -> HttpOptions {
    HttpOptions::new().retry(RetryPolicy::none())
}

pub(crate) fn user(id: &str) -> Value {
    json!({
        "id": id, "object": "user", "username": null, "first_name": "Ada", "last_name": "Lovelace", "locale": null,
        "image_url": "", "has_image": false, "primary_email_address_id": null, "primary_phone_number_id": null,
        "primary_web3_wallet_id": null, "password_enabled": true, "two_factor_enabled": false, "totp_enabled": false,
        "backup_code_enabled": false, "email_addresses": [], "phone_numbers": [], "web3_wallets": [], "passkeys": [],
        "external_accounts": [], "saml_accounts": [], "enterprise_accounts": [], "public_metadata": {},
        "private_metadata": {}, "unsafe_metadata": {}, "external_id": null, "last_sign_in_at": null, "banned": false,
        "locked": false, "lockout_expires_in_seconds": null, "verification_attempts_remaining": 100, "created_at": 1,
        "updated_at": 2, "delete_self_enabled": true, "create_organization_enabled": true, "last_active_at": null,
        "mfa_enabled_at": null, "mfa_disabled_at": null, "legal_accepted_at": null
    })
}

pub(crate) fn organization(id: &str) -> Value {
    json!({
        "id": id, "object": "organization", "name": "Analytical Engines", "slug": "analytical-engines", "has_image": false,
        "max_allowed_memberships": 5, "admin_delete_enabled": true, "public_metadata": {}, "private_metadata": {},
        "created_at": 1, "updated_at": 2
    })
}

pub(crate) fn session(id: &str) -> Value {
    json!({
        "id": id, "object": "session", "client_id": "client_1", "user_id": "user_1", "status": "active",
        "last_active_at": 1, "expire_at": 2, "abandon_at": 3, "created_at": 1, "updated_at": 2
    })
}

pub(crate) fn browser(last_active_session_id: Value) -> Value {
    json!({
        "id": "client_1", "object": "client", "session_ids": ["sess_1"], "sessions": [session("sess_1")],
        "last_active_session_id": last_active_session_id, "sign_in_id": null, "sign_up_id": null, "created_at": 1,
        "updated_at": 2
    })
}

/// A response of Clerk that rejects the request.
pub(crate) fn rejection(code: &str) -> Value {
    json!({ "errors": [{ "code": code, "message": "No", "long_message": "No, thank you" }], "clerk_trace_id": "trace_1" })
}
