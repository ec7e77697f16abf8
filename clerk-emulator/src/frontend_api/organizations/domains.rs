//! Domains of organizations.

use serde_json::{Value, json};

use super::{is_wanted, page, permitted, segment, wanted};
use crate::domain::organizations::domains::{self, DOMAINS, find_domain, is_domain_verified};
use crate::domain::organizations::verification::{self, check_domains_enabled};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;
use crate::views::frontend_organization::{deleted_object, frontend_domain_view};

pub(in crate::frontend_api) const DOMAIN_ACTIONS: Actions = &[
    ("ListOrganizationDomains", Action::User(list)),
    ("CreateOrganizationDomain", Action::User(create)),
    ("createOrganizationDomainsBulk", Action::User(create_many)),
    ("GetOrganizationDomain", Action::User(get)),
    ("deleteOrganizationDomain", Action::User(delete)),
    (
        "prepareOrganizationDomainVerification",
        Action::User(prepare_affiliation),
    ),
    (
        "attemptOrganizationDomainVerification",
        Action::User(attempt_affiliation),
    ),
    (
        "prepareOrganizationDomainOwnershipVerification",
        Action::User(|context, visitor| {
            verify_one(context, visitor, verification::prepare_ownership)
        }),
    ),
    (
        "attemptOrganizationDomainOwnershipVerification",
        Action::User(|context, visitor| {
            verify_one(context, visitor, verification::attempt_ownership)
        }),
    ),
    (
        "prepareOrganizationDomainsOwnershipVerification",
        Action::User(|context, visitor| {
            verify_many(context, visitor, verification::prepare_ownership)
        }),
    ),
    (
        "attemptOrganizationDomainsOwnershipVerification",
        Action::User(|context, visitor| {
            verify_many(context, visitor, verification::attempt_ownership)
        }),
    ),
    (
        "UpdateOrganizationDomainEnrollmentMode",
        Action::User(set_mode),
    ),
];

/// Verifies, or prepares to, the domain with this id of the organization with this one.
type Verify = fn(Context<'_>, &mut State, &str, &str) -> Result<Value, ApiError>;

/// Returns the organization's id, if the visitor may see its domains.
fn readable(context: &FapiContext<'_>, visitor: &Visitor) -> Result<String, ApiError> {
    let id = permitted(context, visitor, "org:sys_domains:read")?;
    check_domains_enabled(context.state)?;
    Ok(id)
}

/// Returns the organization's id, if the visitor may change its domains.
fn manageable(context: &FapiContext<'_>, visitor: &Visitor) -> Result<String, ApiError> {
    let id = permitted(context, visitor, "org:sys_domains:manage")?;
    check_domains_enabled(context.state)?;
    Ok(id)
}

fn view_of(context: &FapiContext<'_>, domain: Result<Value, ApiError>) -> ActionResult {
    Ok(frontend_domain_view(context.cx, context.state, &domain?))
}

fn list(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = readable(context, visitor)?;
    let (request, state) = (context.request, &*context.state);
    let modes = wanted(request, "enrollment_mode");
    let verified: Option<bool> = request.query("verified").and_then(|text| text.parse().ok());
    let found = state.documents.all(DOMAINS).rev().filter(|domain| {
        domain["organization_id"] == id.as_str()
            && is_wanted(
                &modes,
                domain["enrollment_mode"].as_str().unwrap_or_default(),
            )
            && verified.is_none_or(|verified| verified == is_domain_verified(domain))
    });
    let views = found
        .map(|domain| frontend_domain_view(context.cx, state, domain))
        .collect();
    Ok(page(context, views))
}

/// Adds a domain that is still to be verified.
fn add(context: &mut FapiContext<'_>, organization: &str, name: &str) -> Result<Value, ApiError> {
    let params = context.request.params();
    let mode = verification::check_mode_allowed(context.state, params)?;
    verification::check_room_for_domain(context.state, organization)?;
    let fields = json!({"name": name, "enrollment_mode": mode, "verified": false});
    let params = Params::new(&fields);
    domains::create_domain(context.cx, context.state, organization, params)
}

fn create(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let name = context.request.required_text("name")?;
    let domain = add(context, &id, name);
    view_of(context, domain)
}

/// Adds those of the domains that can be added, and says what is wrong with the others.
fn create_many(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let names = context.request.params().texts("names").unwrap_or_default();
    if names.is_empty() {
        return Err(ApiError::missing("names"));
    }
    let (mut data, mut errors) = (Vec::new(), Vec::new());
    for name in names {
        match add(context, &id, name) {
            Ok(domain) => data.push(frontend_domain_view(context.cx, context.state, &domain)),
            Err(error) => errors.push(json!({"name": name, "code": error.first_code()})),
        }
    }
    Ok(json!({"data": data, "errors": errors}))
}

fn get(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = readable(context, visitor)?;
    let domain = find_domain(context.state, &id, context.segment(4));
    view_of(context, domain)
}

fn delete(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let domain = segment(context.request, 4);
    domains::delete_domain(context.state, &id, domain)?;
    Ok(deleted_object("organization_domain", domain))
}

fn prepare_affiliation(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let request = context.request;
    let email = request.required_text("affiliation_email_address")?;
    let (cx, domain) = (context.cx, segment(request, 4));
    let domain = verification::prepare_affiliation(cx, context.state, &id, domain, email);
    view_of(context, domain)
}

fn attempt_affiliation(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let request = context.request;
    let code = request.required_text("code")?;
    let (cx, domain) = (context.cx, segment(request, 4));
    let domain = verification::attempt_affiliation(cx, context.state, &id, domain, code);
    view_of(context, domain)
}

fn verify_one(context: &mut FapiContext<'_>, visitor: &Visitor, verify: Verify) -> ActionResult {
    let id = manageable(context, visitor)?;
    let domain = verify(context.cx, context.state, &id, segment(context.request, 4));
    view_of(context, domain)
}

fn verify_many(context: &mut FapiContext<'_>, visitor: &Visitor, verify: Verify) -> ActionResult {
    let id = manageable(context, visitor)?;
    let name = "organization_domain_ids";
    let ids = context.request.params().texts(name).unwrap_or_default();
    if ids.is_empty() {
        return Err(ApiError::missing(name));
    }
    let (mut data, mut errors) = (Vec::new(), Vec::new());
    for domain in ids {
        match verify(context.cx, context.state, &id, domain) {
            Ok(domain) => data.push(frontend_domain_view(context.cx, context.state, &domain)),
            Err(error) => errors.push(json!({"id": domain, "code": error.first_code()})),
        }
    }
    Ok(json!({"data": data, "errors": errors}))
}

fn set_mode(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = manageable(context, visitor)?;
    let request = context.request;
    let (cx, domain, params) = (context.cx, segment(request, 4), request.params());
    let domain = verification::set_enrollment_mode(cx, context.state, &id, domain, params);
    view_of(context, domain)
}
