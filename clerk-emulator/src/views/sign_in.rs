//! Attempts to sign in, as the Frontend API shows them.

use serde_json::{Value, json};

use crate::domain::DAY;
use crate::domain::sign_in::code_factors;
use crate::instance::Instance;
use crate::store::{SignIn, SignInStatus, State, User};

pub(crate) fn sign_in_view(instance: &Instance, state: &State, sign_in: &SignIn) -> Value {
    let user = sign_in
        .user_id
        .as_deref()
        .and_then(|id| state.users.get(id));
    let status = match sign_in.status {
        SignInStatus::NeedsIdentifier => "needs_identifier",
        SignInStatus::NeedsFirstFactor => "needs_first_factor",
        SignInStatus::NeedsSecondFactor => "needs_second_factor",
        SignInStatus::Complete => "complete",
    };
    let given = matches!(
        sign_in.status,
        SignInStatus::NeedsSecondFactor | SignInStatus::Complete
    );
    let verification = sign_in.strategy.as_deref().map(|strategy| {
        let status = if given { "verified" } else { "unverified" };
        verification_view(strategy, status, sign_in.updated_at)
    });
    let second = user.filter(|user| user.totp_secret.is_some()).map(|user| {
        let mut factors = vec![json!({"strategy": "totp"})];
        if !user.backup_codes.is_empty() {
            factors.push(json!({"strategy": "backup_code"}));
        }
        factors
    });
    json!({
        "object": "sign_in_attempt",
        "id": sign_in.id,
        "status": status,
        "supported_identifiers": ["email_address", "phone_number", "username"],
        "identifier": sign_in.identifier,
        "supported_first_factors": user.map(first_factors),
        "supported_second_factors": second,
        "first_factor_verification": verification,
        "second_factor_verification": null,
        "user_data": user.map(|user| json!({
            "first_name": user.first_name, "last_name": user.last_name,
            "image_url": instance.settings.image_url(user.image.as_deref()), "has_image": user.image.is_some(),
        })),
        "created_session_id": sign_in.session_id,
        "abandon_at": sign_in.created_at.saturating_add(DAY),
        "created_at": sign_in.created_at,
        "updated_at": sign_in.updated_at,
    })
}

/// Returns a verification by a strategy, begun at `at`.
pub(crate) fn verification_view(strategy: &str, status: &str, at: i64) -> Value {
    let (object, expires) = match strategy {
        "password" => ("verification_password", false),
        "ticket" => ("verification_ticket", false),
        "totp" => ("verification_totp", false),
        "backup_code" => ("verification_backup_code", false),
        "passkey" => ("verification_passkey", true),
        "email_link" => ("verification_email_link", true),
        oauth if oauth.starts_with("oauth_") => ("verification_oauth", true),
        _ => ("verification_otp", true),
    };
    json!({
        "object": object, "status": status, "strategy": strategy, "attempts": null,
        "expire_at": expires.then(|| at.saturating_add(TEN_MINUTES)),
    })
}

const TEN_MINUTES: i64 = 600_000;

fn first_factors(user: &User) -> Vec<Value> {
    let password = user
        .password
        .iter()
        .map(|_| json!({"strategy": "password"}));
    let codes = code_factors(user).map(|(strategy, contact)| {
        let (id, primary) = match strategy {
            "email_code" => ("email_address_id", &user.primary_email),
            _ => ("phone_number_id", &user.primary_phone),
        };
        json!({
            "strategy": strategy, id: contact.id, "safe_identifier": contact.value,
            "primary": primary.as_deref() == Some(&*contact.id),
        })
    });
    password.chain(codes).collect()
}
