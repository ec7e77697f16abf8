//! Attempts to sign in, as the Frontend API shows them.

use serde_json::{Value, json};

use crate::domain::factors::{Factor, first_factors, second_factors};
use crate::domain::{DAY, TEN_MINUTES};
use crate::instance::Instance;
use crate::store::{ExternalVerification, Reverification, SignIn, SignInStatus, State, User};

pub(crate) fn sign_in_view(instance: &Instance, state: &State, sign_in: &SignIn) -> Value {
    let user = sign_in
        .user_id
        .as_deref()
        .and_then(|id| state.users.get(id));
    let status = match sign_in.status {
        SignInStatus::NeedsIdentifier => "needs_identifier",
        SignInStatus::NeedsFirstFactor => "needs_first_factor",
        SignInStatus::NeedsSecondFactor => "needs_second_factor",
        SignInStatus::NeedsNewPassword => "needs_new_password",
        SignInStatus::Complete => "complete",
    };
    let given = !matches!(
        sign_in.status,
        SignInStatus::NeedsIdentifier | SignInStatus::NeedsFirstFactor
    );
    let verification = match (&sign_in.external, sign_in.strategy.as_deref()) {
        (Some(external), Some(strategy)) => Some(external_verification_view(
            external,
            strategy,
            sign_in.updated_at,
        )),
        (_, strategy) => strategy.map(|strategy| {
            let status = if given { "verified" } else { "unverified" };
            let mut view = verification_view(strategy, status, sign_in.updated_at);
            if let Some(assertion) = &sign_in.assertion {
                view["nonce"] = assertion.options.as_str().into();
            }
            view
        }),
    };
    let second_status = match sign_in.status {
        SignInStatus::Complete => "verified",
        _ => "unverified",
    };
    let second = sign_in.second_strategy.as_deref();
    let second =
        second.map(|strategy| verification_view(strategy, second_status, sign_in.updated_at));
    json!({
        "object": "sign_in_attempt",
        "id": sign_in.id,
        "status": status,
        "supported_identifiers": ["email_address", "phone_number", "username"],
        "identifier": sign_in.identifier,
        "supported_first_factors": user.map(|user| factors_view(&first_factors(user))),
        "supported_second_factors": user.map(|user| factors_view(&second_factors(user))),
        "first_factor_verification": verification,
        "second_factor_verification": second,
        "user_data": user.map(|user| json!({
            "first_name": user.first_name, "last_name": user.last_name,
            "image_url": instance.settings.image_url(user.image.as_deref()), "has_image": user.image.is_some(),
        })),
        "created_session_id": sign_in.session_id,
        "abandon_at": sign_in.created_at.saturating_add(DAY),
        "client_trust_state": "known",
    })
}

/// Returns a verification by a visit to another provider.
pub(crate) fn external_verification_view(
    external: &ExternalVerification,
    strategy: &str,
    at: i64,
) -> Value {
    let mut view = verification_view(strategy, &external.status, at);
    view["external_verification_redirect_url"] = match external.status.as_str() {
        "unverified" => external.url.as_str().into(),
        _ => Value::Null,
    };
    view
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

/// Returns the ways in which a user may prove who it is.
pub(crate) fn factors_view(factors: &[Factor<'_>]) -> Vec<Value> {
    let view = |factor: &Factor<'_>| {
        let mut view = json!({"strategy": factor.strategy});
        if let Some(contact) = factor.contact {
            let id = if contact.value.contains('@') {
                "email_address_id"
            } else {
                "phone_number_id"
            };
            view[id] = (&*contact.id).into();
            view["safe_identifier"] = (&*contact.value).into();
            view["primary"] = factor.is_primary.into();
            view["default"] = contact.second_factor.into();
        }
        view
    };
    factors.iter().map(view).collect()
}

/// Returns an attempt to prove again who a user is, without its session.
pub(crate) fn reverification_view(current: &Reverification, user: &User) -> Value {
    let status = match (current.needs_first, current.needs_second) {
        (true, _) => "needs_first_factor",
        (false, true) => "needs_second_factor",
        (false, false) => "complete",
    };
    let verification = |strategy: &Option<String>, is_open: bool| {
        let status = if is_open { "unverified" } else { "verified" };
        let strategy = strategy.as_deref();
        strategy.map(|strategy| verification_view(strategy, status, current.updated_at))
    };
    let first: Vec<Factor<'_>> = first_factors(user)
        .into_iter()
        .filter(|factor| matches!(factor.strategy, "password" | "email_code" | "phone_code"))
        .collect();
    json!({
        "object": "session_reverification",
        "status": status,
        "level": current.level,
        "supported_first_factors": factors_view(&first),
        "supported_second_factors": factors_view(&second_factors(user)),
        "first_factor_verification": verification(&current.first_strategy, current.needs_first),
        "second_factor_verification": verification(&current.second_strategy, current.needs_second),
    })
}
