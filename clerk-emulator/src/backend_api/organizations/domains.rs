//! Domains of organizations, whose users are invited or suggested.

use serde_json::{Value, json};

use super::invitations::public_data;
use super::{find, named};
use crate::backend_api::call::{Answer, Call, Handler, deleted};
use crate::backend_api::errors::ApiError;
use crate::store::State;

const DOMAINS: &str = "organization_domains";
const MODES: [&str; 4] = [
    "manual_invitation",
    "automatic_invitation",
    "automatic_suggestion",
    "enterprise_sso",
];

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListAllOrganizationDomains" => Handler::Read(|call, state| page(call, state, |_| true)),
        "ListOrganizationDomains" => Handler::Read(list),
        "CreateOrganizationDomain" => Handler::Write(create),
        "UpdateOrganizationDomain" => Handler::Write(update),
        "DeleteOrganizationDomain" => Handler::Write(delete),
        "VerifyOrganizationDomainOwnership" => Handler::Write(verify),
        _ => return None,
    })
}

fn is_verified(domain: &Value) -> bool {
    domain["verification"]["status"] == "verified"
        || domain["ownership_verification"]["status"] == "verified"
}

fn show(call: &Call<'_>, state: &State, domain: &Value) -> Value {
    let mut shown = domain.clone();
    if let Ok(organization) = find(
        state,
        domain["organization_id"].as_str().unwrap_or_default(),
    ) {
        shown["public_organization_data"] = public_data(call.world, organization);
    }
    shown
}

fn page(call: &Call<'_>, state: &State, fits: impl Fn(&Value) -> bool) -> Answer {
    let verified = call.query_flag("verified");
    let organization = call.query("organization_id");
    let names = call.query_all("domains");
    let modes: Vec<&str> = call
        .query_all("enrollment_mode")
        .into_iter()
        .flat_map(|modes| modes.split(','))
        .collect();
    let mode_fits = |mode: &str| {
        let (without, with): (Vec<&str>, Vec<&str>) =
            modes.iter().partition(|wanted| wanted.starts_with('-'));
        !without.iter().any(|wanted| &wanted[1..] == mode)
            && (with.is_empty() || with.contains(&mode))
    };
    let found: Vec<Value> = state
        .documents
        .all(DOMAINS)
        .filter(|domain| {
            fits(domain)
                && verified.is_none_or(|verified| verified == is_verified(domain))
                && organization.is_none_or(|id| domain["organization_id"] == id)
                && (names.is_empty() || names.iter().any(|name| domain["name"] == *name))
                && mode_fits(domain["enrollment_mode"].as_str().unwrap_or_default())
        })
        .map(|domain| show(call, state, domain))
        .collect();
    Ok(call.documents(found.iter()))
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let id = named(call, state)?;
    page(call, state, |domain| {
        domain["organization_id"] == id.as_str()
    })
}

fn mode<'a>(call: &'a Call<'_>) -> Result<Option<&'a str>, ApiError> {
    match call.text("enrollment_mode") {
        Some(mode) if !MODES.contains(&mode) => Err(ApiError::invalid(
            "enrollment_mode",
            &format!("enrollment_mode must be one of: {}.", MODES.join(", ")),
        )),
        mode => Ok(mode),
    }
}

fn verification(call: &Call<'_>, strategy: &str, verified: bool) -> Value {
    json!({
        "status": if verified { "verified" } else { "unverified" }, "strategy": strategy, "attempts": 0,
        "expire_at": null, "verified_at": verified.then_some(call.now),
    })
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let organization_id = named(call, state)?;
    let name = call.needed("name")?.to_lowercase();
    if !name.contains('.')
        || name.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
    {
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "name",
            "is invalid",
            "name must be a domain.",
        ));
    }
    let mode = mode(call)?.unwrap_or("manual_invitation");
    if state.documents.find(DOMAINS, "name", &name).is_some() {
        return Err(ApiError::taken("name"));
    }
    let id = call.world.ids.id("orgdmn");
    let verified = call.flag("verified").unwrap_or(true);
    let domain = json!({
        "object": "organization_domain", "id": id, "organization_id": organization_id, "name": name,
        "enrollment_mode": mode, "affiliation_email_address": null, "affiliation_verification": null,
        "verification": verification(call, "affiliation_email_code", verified), "ownership_verification": null,
        "total_pending_invitations": 0, "total_pending_suggestions": 0,
        "created_at": call.now, "updated_at": call.now,
    });
    state.documents.insert(DOMAINS, &id, domain.clone());
    Ok(show(call, state, &domain))
}

fn domain(call: &Call<'_>, state: &State) -> Result<Value, ApiError> {
    let organization_id = named(call, state)?;
    let found = state.documents.get(DOMAINS, call.id(1));
    let found = found.filter(|domain| domain["organization_id"] == organization_id.as_str());
    found
        .cloned()
        .ok_or_else(|| ApiError::not_found("organization domain", call.id(1)))
}

fn keep(call: &Call<'_>, state: &mut State, mut domain: Value) -> Answer {
    domain["updated_at"] = call.now.into();
    state.documents.insert(DOMAINS, call.id(1), domain.clone());
    Ok(show(call, state, &domain))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let mut domain = domain(call, state)?;
    if let Some(mode) = mode(call)? {
        domain["enrollment_mode"] = mode.into();
    }
    if let Some(verified) = call.flag("verified") {
        domain["verification"] = verification(call, "affiliation_email_code", verified);
    }
    keep(call, state, domain)
}

fn verify(call: &Call<'_>, state: &mut State) -> Answer {
    let mut domain = domain(call, state)?;
    domain["ownership_verification"] = verification(call, "txt", true);
    keep(call, state, domain)
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    domain(call, state)?;
    state.documents.remove(DOMAINS, call.id(1));
    Ok(deleted("organization_domain", call.id(1)))
}
