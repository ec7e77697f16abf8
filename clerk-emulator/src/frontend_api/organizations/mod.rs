//! Organizations, by their members and by who may become one.

mod domains;
mod invitations;
mod life;
mod members;
mod mine;
mod requests;

use serde_json::{Value, json};

use super::context::{FapiContext, Visitor};
use super::request::FapiRequest;
use crate::domain::organizations::access::check_permission;
use crate::http::error::ApiError;

pub(super) use domains::DOMAIN_ACTIONS;
pub(super) use invitations::ORGANIZATION_INVITATION_ACTIONS;
pub(super) use life::ORGANIZATION_ACTIONS;
pub(super) use members::MEMBER_ACTIONS;
pub(super) use mine::OWN_ORGANIZATION_ACTIONS;
pub(super) use requests::MEMBERSHIP_REQUEST_ACTIONS;

/// Returns the id of the organization that the path names, if the visitor's role has the permission there.
pub(super) fn permitted(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    permission: &str,
) -> Result<String, ApiError> {
    check_permission(
        context.state,
        context.segment(2),
        &visitor.user_id,
        permission,
    )
}

/// Returns the path's segment with this number, for as long as the request lives.
pub(super) fn segment(request: &FapiRequest, index: usize) -> &str {
    request.segments.get(index).map_or("", String::as_str)
}

/// Returns the values of a query parameter that may come several times, or be a list with commas.
pub(super) fn wanted<'a>(request: &'a FapiRequest, name: &str) -> Vec<&'a str> {
    let pairs = request.query_pairs().iter();
    pairs
        .filter(|(have, _)| have == name || have.strip_suffix("[]") == Some(name))
        .flat_map(|(_, values)| values.split(','))
        .filter(|value| !value.is_empty())
        .collect()
}

/// Whether a value is among those that are asked for; if nothing is asked for, every value is.
pub(super) fn is_wanted(wanted: &[&str], value: &str) -> bool {
    wanted.is_empty() || wanted.contains(&value)
}

/// Returns the part of a list that the request asks for, with the whole one's length.
pub(super) fn page(context: &FapiContext<'_>, all: Vec<Value>) -> Value {
    let total = all.len();
    json!({"data": context.page(all), "total_count": total})
}

/// Returns a list as the request wants it: a page with the total count, or bare.
fn page_or_list(context: &FapiContext<'_>, all: Vec<Value>) -> Value {
    if context.request.query("paginated") == Some("true") {
        page(context, all)
    } else {
        Value::Array(context.page(all))
    }
}
