//! Test runs of enterprise connections, and what identity providers ask for. The connections themselves are kept.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext, Visitor};
use super::organizations::{is_wanted, page, permitted, segment, wanted};
use super::pages::message_page;
use super::request::FapiRequest;
use crate::domain::enterprise::{
    carry_out_test_run, check_saml_response, create_test_run, find_connection, find_test_run,
    saml_metadata, test_runs_of,
};
use crate::domain::organizations::access::check_access;
use crate::http::error::ApiError;
use crate::http::response::see_other;
use crate::instance::Instance;
use crate::store::Documents;

pub(super) const ENTERPRISE_ACTIONS: Actions = &[
    (
        "createMeEnterpriseConnectionTestRun",
        Action::User(create_run),
    ),
    (
        "createOrganizationEnterpriseConnectionTestRun",
        Action::User(create_run),
    ),
    (
        "listMeEnterpriseConnectionTestRuns",
        Action::User(list_runs),
    ),
    (
        "listOrganizationEnterpriseConnectionTestRuns",
        Action::User(list_runs),
    ),
    ("initEnterpriseConnectionTestRun", Action::Open(start_run)),
    (
        "getEnterpriseConnectionTestRunResult",
        Action::Open(show_run),
    ),
    ("samlMetadata", Action::Open(metadata)),
    ("acs", Action::Open(consume_assertion)),
];

/// Returns the id of the connection that the path names, if it is of the collection that comes before it.
fn own_connection<'a>(
    context: &FapiContext<'a>,
    collection: &str,
    index: usize,
) -> Result<&'a str, ApiError> {
    let id = segment(context.request, index);
    match context.state.documents.get(collection, id) {
        Some(_) => Ok(id),
        None => Err(ApiError::not_found("enterprise connection", id)),
    }
}

/// Returns the id of a connection that the visitor may see, or may `change`.
fn connection<'a>(
    context: &FapiContext<'a>,
    visitor: &Visitor,
    change: bool,
) -> Result<&'a str, ApiError> {
    if context.segment(1) == "me" {
        let collection = format!("users/{}/enterprise_connections", visitor.user_id);
        return own_connection(context, &collection, 3);
    }
    let organization = if change {
        permitted(context, visitor, "org:sys_profile:manage")?
    } else {
        let member = check_access(context.state, context.segment(2), &visitor.user_id)?;
        member.organization_id.clone()
    };
    let collection = format!("organizations/{organization}/enterprise_connections");
    own_connection(context, &collection, 4)
}

fn create_run(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = connection(context, visitor, true)?;
    let connection = find_connection(context.state, id)?.clone();
    let run = create_test_run(context.cx, context.state, &connection);
    let ticket = run["_ticket"].as_str().unwrap_or_default();
    let url = &context.cx.instance.settings.url;
    let path = format!("/v1/enterprise_connections/{id}/init_test_run");
    Ok(json!({"url": format!("{url}{path}?ticket={ticket}")}))
}

fn list_runs(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = connection(context, visitor, false)?;
    let statuses = wanted(context.request, "status");
    let views = test_runs_of(context.state, id)
        .filter(|run| is_wanted(&statuses, run["status"].as_str().unwrap_or_default()))
        .map(Documents::view)
        .collect();
    Ok(page(context, views))
}

/// Carries a test run out, and sends the browser to its result.
fn start_run(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let id = segment(request, 2);
    let ticket = request.query("ticket").unwrap_or_default();
    let run = instance.commit(|state| carry_out_test_run(state, id, ticket))?;
    let text = |name: &str| run[name].as_str().unwrap_or_default().to_owned();
    let location = format!(
        "/v1/enterprise_connections/{}/test_runs/{}?token={}",
        text("_connection_id"),
        text("id"),
        text("_token"),
    );
    Ok((
        StatusCode::MOVED_PERMANENTLY,
        [(header::LOCATION, location)],
    )
        .into_response())
}

fn show_run(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let token = request.query("token").unwrap_or_default();
    let state = instance.read();
    let run = find_test_run(&state, segment(request, 2), segment(request, 4), token)?;
    let title = if run["status"] == "success" {
        "The connection works"
    } else {
        "The test run waits"
    };
    Ok(message_page(
        title,
        "The emulator asked no identity provider.",
    ))
}

fn metadata(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let id = segment(request, 3).trim_end_matches(".xml");
    let state = instance.read();
    let document = saml_metadata(instance, find_connection(&state, id)?);
    let headers = [(header::CONTENT_TYPE, "application/samlmetadata+xml")];
    Ok((headers, document).into_response())
}

/// Sends the browser to the sign-in page: what a provider asserts signs nobody in here.
fn consume_assertion(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    find_connection(&instance.read(), segment(request, 3))?;
    check_saml_response(request.params())?;
    let location = format!("{}/sign-in", instance.settings.url);
    Ok(see_other(&location))
}
