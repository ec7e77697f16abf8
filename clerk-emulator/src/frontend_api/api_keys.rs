//! API keys of users, and of the organizations whose keys they manage.

use serde_json::json;

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext, Visitor};
use super::organizations::{page, segment};
use crate::domain::api_keys::{self, KEYS, check_room_for_key, find_key, is_expired};
use crate::domain::organizations::access::check_permission;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::ids::has_prefix;
use crate::views::credentials::{api_key_view, new_api_key_view};

pub(super) const API_KEY_ACTIONS: Actions = &[
    ("getApiKeys", Action::User(list)),
    ("createApiKey", Action::User(create)),
    ("updateApiKey", Action::User(update)),
    ("revokeApiKey", Action::User(revoke)),
];

const READ: &str = "org:sys_api_keys:read";
const MANAGE: &str = "org:sys_api_keys:manage";

/// Checks that the visitor may use the keys of a subject: its own, or those of an organization that lets it.
fn check_subject(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    subject: &str,
    permission: &str,
) -> Result<(), ApiError> {
    if subject == visitor.user_id {
        return Ok(());
    }
    if has_prefix(subject, "org") {
        let user = &visitor.user_id;
        return check_permission(context.state, subject, user, permission).map(drop);
    }
    Err(ApiError::invalid(
        "subject",
        "The subject must be the user who is signed in, or an organization of it.",
    ))
}

/// Checks that the visitor may change the key that the path names, and returns its id.
fn manageable<'a>(context: &FapiContext<'a>, visitor: &Visitor) -> Result<&'a str, ApiError> {
    let id = segment(context.request, 1);
    let subject = find_key(context.state, id)?["subject"].as_str();
    let subject = subject.unwrap_or_default();
    // The key of somebody else is none that the visitor can know of.
    if subject != visitor.user_id && !has_prefix(subject, "org") {
        return Err(ApiError::not_found("API key", id));
    }
    check_subject(context, visitor, subject, MANAGE)?;
    Ok(id)
}

fn list(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let (request, now) = (context.request, context.cx.now);
    let subject = request.query("subject").unwrap_or_default();
    check_subject(context, visitor, subject, READ)?;
    let kind = request.query("type").filter(|kind| !kind.is_empty());
    let query = request.query("query").unwrap_or_default().to_lowercase();
    let invalid_too = request.query("include_invalid") == Some("true");
    let keys = context.state.documents.all(KEYS).rev().filter(|key| {
        let name = key["name"].as_str().unwrap_or_default().to_lowercase();
        key["subject"] == subject
            && kind.is_none_or(|kind| key["type"] == kind)
            && name.contains(&query)
            && (invalid_too || (key["revoked"] == false && !is_expired(key, now)))
    });
    let views = keys.map(|key| api_key_view(key, now)).collect();
    Ok(page(context, views))
}

/// Creates a key; the response is the only one that has its secret.
fn create(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    let subject = params.required_text("subject")?;
    check_subject(context, visitor, subject, MANAGE)?;
    context.request.required_text("name")?;
    check_room_for_key(context.state, subject)?;
    let mut fields = params.fields();
    fields.insert("created_by".into(), visitor.user_id.as_str().into());
    let fields = json!(fields);
    let key = api_keys::create_key(context.cx, context.state, Params::new(&fields))?;
    Ok(new_api_key_view(&key, context.cx.now))
}

fn update(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let (id, params) = (manageable(context, visitor)?, context.request.params());
    let key = api_keys::update_key(context.cx, context.state, id, params)?;
    Ok(api_key_view(&key, context.cx.now))
}

fn revoke(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let (id, params) = (manageable(context, visitor)?, context.request.params());
    let key = api_keys::revoke_key(context.cx, context.state, id, params)?;
    Ok(api_key_view(&key, context.cx.now))
}
