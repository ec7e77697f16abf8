//! Organizations.

pub(super) mod domains;
pub(super) mod invitations;
pub(super) mod members;

use serde_json::Value;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::organizations::access::manages_members;
use crate::domain::organizations::{self, ORGANIZATIONS, find_organization};
use crate::http::error::ApiError;
use crate::store::{Member, State};
use crate::views::organization::organization_view;

pub(super) const ORGANIZATION_HANDLERS: Handlers = &[
    ("ListOrganizations", Read(list_organizations)),
    (
        "GetOrganization",
        Read(|call, state| {
            let organization = find_organization(state, call.id(0))?;
            Ok(requested_view(call, state, organization))
        }),
    ),
    (
        "CreateOrganization",
        Write(|call, state| {
            let created = organizations::create_organization(call.cx, state, call.params());
            view_of(call, created)
        }),
    ),
    (
        "UpdateOrganization",
        Write(|call, state| {
            let id = call.id(0);
            let changed = organizations::update_organization(call.cx, state, id, call.params());
            view_of(call, changed)
        }),
    ),
    ("DeleteOrganization", Write(delete_organization)),
    (
        "MergeOrganizationMetadata",
        Write(|call, state| change_metadata(call, state, true)),
    ),
    (
        "ReplaceOrganizationMetadata",
        Write(|call, state| change_metadata(call, state, false)),
    ),
    ("UploadOrganizationLogo", Write(upload_logo)),
    (
        "DeleteOrganizationLogo",
        Write(|call, state| {
            let changed = organizations::remove_logo(call.cx, state, call.id(0));
            view_of(call, changed)
        }),
    ),
];

fn view_of(call: &Call<'_>, organization: Result<Value, ApiError>) -> HandlerResult {
    Ok(organization_view(call.cx.instance, &organization?))
}

/// Returns an organization with what the query asks for.
fn requested_view(call: &Call<'_>, state: &State, organization: &Value) -> Value {
    let mut view = organization_view(call.cx.instance, organization);
    let id = organization["id"].as_str().unwrap_or_default();
    if call.query_flag("include_members_count") == Some(true) {
        view["members_count"] = state.members.count(id).into();
    }
    if call.query_flag("include_missing_member_with_elevated_permissions") == Some(true) {
        let manages = |member: &Member| manages_members(state, member);
        view["missing_member_with_elevated_permissions"] =
            (!state.members.of_organization(id).any(manages)).into();
    }
    view
}

fn list_organizations(call: &Call<'_>, state: &State) -> HandlerResult {
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let ids = call.query_all("organization_id");
    let user_ids = call.query_all("user_id");
    // `+` or nothing before an id: with it; `-`: without.
    let among = |wanted: &[&str], has: &dyn Fn(&str) -> bool| {
        let (without, with): (Vec<&str>, Vec<&str>) =
            wanted.iter().partition(|id| id.starts_with('-'));
        !without.iter().any(|id| has(&id[1..]))
            && (with.is_empty() || with.iter().any(|id| has(id.trim_start_matches(['+', ' ']))))
    };
    let mut found: Vec<Value> = state
        .documents
        .all(ORGANIZATIONS)
        .filter(|organization| {
            let id = organization["id"].as_str().unwrap_or_default();
            let text = |name: &str| {
                organization[name]
                    .as_str()
                    .is_some_and(|text| text.to_lowercase().contains(&query))
            };
            (query.is_empty()
                || text("name")
                || text("slug")
                || organization["id"] == query.as_str()
                || organization["id"] == call.query("query").unwrap_or_default())
                && among(&ids, &|wanted| wanted == id)
                && among(&user_ids, &|user| state.members.get(id, user).is_some())
        })
        .map(|organization| requested_view(call, state, organization))
        .collect();
    let (field, descending) = call.order("created_at");
    match field {
        "members_count" => {
            found.sort_by_key(|o| state.members.count(o["id"].as_str().unwrap_or_default()))
        }
        "name" => found.sort_by_key(|o| o["name"].as_str().unwrap_or_default().to_lowercase()),
        "created_at" => found.sort_by_key(|o| o["created_at"].as_i64()),
        _ => {
            return Err(ApiError::invalid(
                "order_by",
                "Organizations are ordered by name, created_at or members_count.",
            ));
        }
    }
    if descending {
        found.reverse();
    }
    Ok(call.page(&found, Value::clone))
}

fn delete_organization(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let organization = organizations::delete_organization(state, call.id(0))?;
    let id = organization["id"].as_str().unwrap_or_default();
    let mut view = deleted_view("organization", id);
    view["slug"] = organization["slug"].clone();
    Ok(view)
}

fn change_metadata(call: &Call<'_>, state: &mut State, merge: bool) -> HandlerResult {
    let (id, params) = (call.id(0), call.params());
    let changed = organizations::change_organization_metadata(call.cx, state, id, params, merge);
    view_of(call, changed)
}

fn upload_logo(call: &Call<'_>, state: &mut State) -> HandlerResult {
    find_organization(state, call.id(0))?;
    let upload = call.upload()?;
    let changed = organizations::set_logo(call.cx, state, call.id(0), upload);
    let mut view = view_of(call, changed)?;
    view["logo_url"] = view["image_url"].clone();
    Ok(view)
}
