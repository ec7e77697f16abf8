//! Domains of organizations, whose users are invited or suggested.

use serde_json::{Value, json};

use super::enrollment::remove_suggestions;
use super::find_organization;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const DOMAINS: &str = "organization_domains";
const MODES: [&str; 4] = [
    "manual_invitation",
    "automatic_invitation",
    "automatic_suggestion",
    "enterprise_sso",
];

/// Whether a domain is verified in either way.
pub(crate) fn is_domain_verified(domain: &Value) -> bool {
    domain["verification"]["status"] == "verified"
        || domain["ownership_verification"]["status"] == "verified"
}

/// Reads the request's enrollment mode.
pub(super) fn enrollment_mode<'a>(params: Params<'a>) -> Result<Option<&'a str>, ApiError> {
    match params.text("enrollment_mode") {
        Some(mode) if !MODES.contains(&mode) => Err(ApiError::invalid(
            "enrollment_mode",
            &format!("enrollment_mode must be one of: {}.", MODES.join(", ")),
        )),
        mode => Ok(mode),
    }
}

fn verification(cx: Context<'_>, strategy: &str, verified: bool) -> Value {
    json!({
        "status": if verified { "verified" } else { "unverified" }, "strategy": strategy, "attempts": 0,
        "expire_at": null, "verified_at": verified.then_some(cx.now),
    })
}

/// Adds a domain to an organization and returns it.
pub(crate) fn create_domain(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let organization_id = find_organization(state, organization)?["id"].clone();
    let name = params.required_text("name")?.to_lowercase();
    if !name.contains('.')
        || name.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
    {
        return Err(ApiError::invalid_format("name", "name must be a domain."));
    }
    let mode = enrollment_mode(params)?.unwrap_or("manual_invitation");
    if state.documents.find(DOMAINS, "name", &name).is_some() {
        return Err(ApiError::taken("name"));
    }
    let id = cx.instance.ids.id("orgdmn");
    let verified = params.flag("verified").unwrap_or(true);
    let domain = json!({
        "object": "organization_domain", "id": id, "organization_id": organization_id, "name": name,
        "enrollment_mode": mode, "affiliation_email_address": null, "affiliation_verification": null,
        "verification": verification(cx, "affiliation_email_code", verified), "ownership_verification": null,
        "total_pending_invitations": 0, "total_pending_suggestions": 0,
        "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(DOMAINS, &id, domain.clone());
    Ok(domain)
}

/// Returns a domain of an organization, which is named by id or slug.
pub(crate) fn find_domain(state: &State, organization: &str, id: &str) -> Result<Value, ApiError> {
    let organization_id = &find_organization(state, organization)?["id"];
    let found = state.documents.get(DOMAINS, id);
    found
        .filter(|domain| domain["organization_id"] == *organization_id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("organization domain", id))
}

pub(super) fn store_domain(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    mut domain: Value,
) -> Value {
    domain["updated_at"] = cx.now.into();
    state.documents.insert(DOMAINS, id, domain.clone());
    domain
}

/// Changes a domain and returns it.
pub(crate) fn update_domain(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    if let Some(mode) = enrollment_mode(params)? {
        domain["enrollment_mode"] = mode.into();
    }
    if let Some(verified) = params.flag("verified") {
        domain["verification"] = verification(cx, "affiliation_email_code", verified);
    }
    Ok(store_domain(cx, state, id, domain))
}

/// Verifies that the organization owns the domain, and returns it.
pub(crate) fn verify_domain(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let mut domain = find_domain(state, organization, id)?;
    domain["ownership_verification"] = verification(cx, "txt", true);
    Ok(store_domain(cx, state, id, domain))
}

/// Deletes a domain and what it suggested.
pub(crate) fn delete_domain(
    state: &mut State,
    organization: &str,
    id: &str,
) -> Result<(), ApiError> {
    find_domain(state, organization, id)?;
    state.documents.remove(DOMAINS, id);
    remove_suggestions(state, id);
    Ok(())
}
