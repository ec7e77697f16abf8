//! Domains of organizations.

use serde_json::Value;

use crate::backend_api::call::Handler::{Read, Write};
use crate::backend_api::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::organizations::domains::{self, DOMAINS, is_domain_verified};
use crate::domain::organizations::organization_id_of;
use crate::http::error::ApiError;
use crate::store::State;
use crate::views::organization::domain_view;

pub(in crate::backend_api) const DOMAIN_HANDLERS: Handlers = &[
    (
        "ListAllOrganizationDomains",
        Read(|call, state| domain_page(call, state, |_| true)),
    ),
    ("ListOrganizationDomains", Read(list_domains)),
    (
        "CreateOrganizationDomain",
        Write(|call, state| {
            let domain = domains::create_domain(call.cx, state, call.id(0), call.params());
            view_of(call, state, domain)
        }),
    ),
    (
        "UpdateOrganizationDomain",
        Write(|call, state| {
            let (organization, id) = (call.id(0), call.id(1));
            let domain = domains::update_domain(call.cx, state, organization, id, call.params());
            view_of(call, state, domain)
        }),
    ),
    (
        "DeleteOrganizationDomain",
        Write(|call, state| {
            domains::delete_domain(state, call.id(0), call.id(1))?;
            Ok(deleted_view("organization_domain", call.id(1)))
        }),
    ),
    (
        "VerifyOrganizationDomainOwnership",
        Write(|call, state| {
            let domain = domains::verify_domain(call.cx, state, call.id(0), call.id(1));
            view_of(call, state, domain)
        }),
    ),
];

fn view_of(call: &Call<'_>, state: &State, domain: Result<Value, ApiError>) -> HandlerResult {
    Ok(domain_view(call.cx.instance, state, &domain?))
}

fn domain_page(call: &Call<'_>, state: &State, fits: impl Fn(&Value) -> bool) -> HandlerResult {
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
                && verified.is_none_or(|verified| verified == is_domain_verified(domain))
                && organization.is_none_or(|id| domain["organization_id"] == id)
                && (names.is_empty() || names.iter().any(|name| domain["name"] == *name))
                && mode_fits(domain["enrollment_mode"].as_str().unwrap_or_default())
        })
        .map(|domain| domain_view(call.cx.instance, state, domain))
        .collect();
    Ok(call.documents(found.iter()))
}

fn list_domains(call: &Call<'_>, state: &State) -> HandlerResult {
    let id = organization_id_of(state, call.id(0))?;
    domain_page(call, state, |domain| {
        domain["organization_id"] == id.as_str()
    })
}
