//! How an organization's member verifies a domain: by a code that is sent to an address of it, or by a DNS record.

use serde_json::{Value, json};

use super::domains::{DOMAINS, enrollment_mode, find_domain, store_domain, verify_domain};
use super::enrollment::{enroll_domain, withdraw_pending};
use super::organization_settings;
use crate::domain::TEN_MINUTES;
use crate::domain::codes::{Recipient, check_code, send_code};
use crate::domain::users::checks::check_contact;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

/// So often can a code be given wrongly.
const MAX_ATTEMPTS: i64 = 5;

fn already_verified() -> ApiError {
    ApiError::bad_state("verification_already_verified", "It is verified already.")
}

/// Checks that the instance has domains of organizations.
pub(crate) fn check_domains_enabled(state: &State) -> Result<(), ApiError> {
    let settings = organization_settings(state);
    if settings["enabled"] == false || settings["domains_enabled"] == false {
        return Err(ApiError::forbidden(
            "organization_domains_not_enabled",
            "The instance has domains of organizations turned off.",
        ));
    }
    Ok(())
}

/// Checks that an organization has room for more domains.
pub(crate) fn check_room_for_domain(state: &State, organization_id: &str) -> Result<(), ApiError> {
    let settings = organization_settings(state);
    let limit = settings["max_allowed_domains"].as_u64().unwrap_or(10);
    let all = state.documents.all(DOMAINS);
    let count = all
        .filter(|domain| domain["organization_id"] == organization_id)
        .count() as u64;
    if count >= limit {
        return Err(ApiError::forbidden(
            "organization_domain_quota_exceeded",
            &format!("The organization has reached its limit of {limit} domains."),
        ));
    }
    Ok(())
}

/// Checks that the instance's settings allow the request's enrollment mode, and returns it.
pub(crate) fn check_mode_allowed<'a>(
    state: &State,
    params: Params<'a>,
) -> Result<Option<&'a str>, ApiError> {
    let mode = enrollment_mode(params)?;
    let settings = organization_settings(state);
    let is_allowed = |mode: &str| {
        let allowed = settings["domains_enrollment_modes"].as_array();
        mode == "manual_invitation"
            || allowed.is_some_and(|allowed| allowed.iter().any(|have| have == mode))
    };
    match mode {
        Some(mode) if !is_allowed(mode) => Err(ApiError::invalid(
            "enrollment_mode",
            "The instance's settings do not allow this mode.",
        )),
        mode => Ok(mode),
    }
}

/// Sends a code to an address of the domain, and returns the domain.
pub(crate) fn prepare_affiliation(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
    email: &str,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    if domain["verification"]["status"] == "verified" {
        return Err(already_verified());
    }
    let name = "affiliation_email_address";
    let email = email.to_lowercase();
    check_contact("email_address", &email)
        .map_err(|_| ApiError::invalid_format(name, "It must be an email address."))?;
    if email.rsplit('@').next() != domain["name"].as_str() {
        return Err(ApiError::invalid(
            name,
            "The address must be one of the domain.",
        ));
    }
    let to = Recipient {
        address: &email,
        contact_id: None,
        user_id: None,
    };
    send_code(cx, state, to, "verification_code");
    domain[name] = email.into();
    domain["verification"] = json!({
        "status": "unverified", "strategy": "affiliation_email_code", "attempts": 0,
        "expire_at": cx.now + TEN_MINUTES, "verified_at": null,
    });
    domain["affiliation_verification"] = domain["verification"].clone();
    Ok(store_domain(cx, state, id, domain))
}

/// Verifies the domain by the code, and returns it.
pub(crate) fn attempt_affiliation(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
    code: &str,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    let verification = domain["verification"].clone();
    if verification["status"] == "verified" {
        return Err(already_verified());
    }
    let Some(expire_at) = verification["expire_at"].as_i64() else {
        return Err(ApiError::bad_state(
            "verification_missing",
            "No code was sent; prepare the verification first.",
        ));
    };
    if expire_at <= cx.now {
        return Err(ApiError::bad_state(
            "verification_expired",
            "The code has expired; prepare another verification.",
        ));
    }
    let attempts = verification["attempts"].as_i64().unwrap_or(0) + 1;
    if attempts > MAX_ATTEMPTS {
        return Err(ApiError::bad_state(
            "verification_failed",
            "The code was wrong too often; prepare another verification.",
        ));
    }
    domain["verification"]["attempts"] = attempts.into();
    let right = check_code(code);
    if right.is_ok() {
        domain["verification"]["status"] = "verified".into();
        domain["verification"]["verified_at"] = cx.now.into();
    }
    domain["affiliation_verification"] = domain["verification"].clone();
    let domain = store_domain(cx, state, id, domain);
    right?;
    enroll_domain(cx, state, domain["name"].as_str().unwrap_or_default());
    Ok(domain)
}

/// Asks for a DNS record that proves that the organization owns the domain; returns the domain.
pub(crate) fn prepare_ownership(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    if domain["ownership_verification"]["status"] == "verified" {
        return Err(already_verified());
    }
    domain["ownership_verification"] = json!({
        "status": "unverified", "strategy": "txt", "attempts": 0, "expire_at": null, "verified_at": null,
    });
    Ok(store_domain(cx, state, id, domain))
}

/// Takes the DNS record as found, because no names are looked up; returns the domain.
pub(crate) fn attempt_ownership(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let domain = find_domain(state, organization, id)?;
    match domain["ownership_verification"]["status"].as_str() {
        Some("verified") => return Err(already_verified()),
        Some(_) => {}
        None => {
            return Err(ApiError::bad_state(
                "verification_missing",
                "Prepare the verification first.",
            ));
        }
    }
    let domain = verify_domain(cx, state, organization, id)?;
    enroll_domain(cx, state, domain["name"].as_str().unwrap_or_default());
    Ok(domain)
}

/// Says how people with an address of the domain come to the organization, and returns the domain.
pub(crate) fn set_enrollment_mode(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    params.required_text("enrollment_mode")?;
    let mode = check_mode_allowed(state, params)?.unwrap_or_default();
    if !super::domains::is_domain_verified(&domain) {
        return Err(ApiError::forbidden(
            "organization_domain_not_verified",
            "The domain is not verified yet.",
        ));
    }
    domain["enrollment_mode"] = mode.into();
    let domain = store_domain(cx, state, id, domain);
    if params.flag("delete_pending") == Some(true) {
        withdraw_pending(cx, state, organization, id);
    }
    enroll_domain(cx, state, domain["name"].as_str().unwrap_or_default());
    Ok(domain)
}
