//! The instance's settings: organizations, domains, messages' templates, the Svix app.

use serde_json::{Value, json};

use super::documents::{Target, create_document};
use super::roles::find_role;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(super) const ORGANIZATION_SETTINGS: &str = "instance/organization_settings";
const SVIX_APP: &str = "webhooks/svix";

pub(crate) fn update_instance(state: &mut State, params: Params<'_>) {
    if let (Some(instance), Some(origins)) = (
        state.documents.get_mut("singletons", "instance"),
        params.field("allowed_origins"),
    ) {
        instance["allowed_origins"] = origins.clone();
    }
}

/// Changes the settings of organizations and returns them.
pub(crate) fn update_organization_settings(
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut keys = Vec::new();
    for (given, setting) in [
        ("creator_role_id", "creator_role"),
        ("domains_default_role_id", "domains_default_role"),
    ] {
        if let Some(id) = params.text(given) {
            keys.push((setting, find_role(state, id)?["key"].clone()));
        }
    }
    let settings = state
        .documents
        .get_mut("singletons", ORGANIZATION_SETTINGS)
        .ok_or_else(|| ApiError::not_found("setting", "organizations"))?;
    params.copy_to(
        settings,
        &[
            "enabled",
            "max_allowed_memberships",
            "admin_delete_enabled",
            "domains_enabled",
            "domains_enrollment_modes",
            "slug_disabled",
        ],
    );
    for (setting, key) in keys {
        settings[setting] = key;
    }
    Ok(settings.clone())
}

/// Checks the domain that a production instance would move to: the emulator stays where it is.
pub(crate) fn check_home_url(params: Params<'_>) -> Result<(), ApiError> {
    let url = params
        .text("home_url")
        .ok_or_else(|| ApiError::missing("home_url"))?;
    let host = url
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(ApiError::invalid_format(
            "home_url",
            "home_url must be a URL or a host.",
        ));
    }
    Ok(())
}

fn has_svix_app(state: &State) -> bool {
    state.documents.get("singletons", SVIX_APP).is_some()
}

/// Returns the URL of the Svix app's dashboard.
pub(crate) fn svix_url(cx: Context<'_>, state: &State) -> Result<String, ApiError> {
    if !has_svix_app(state) {
        return Err(ApiError::bad_state(
            "svix_app_missing",
            "There is no Svix app; create one first.",
        ));
    }
    let settings = &cx.instance.settings;
    Ok(format!(
        "{}/svix/{}",
        settings.url,
        cx.instance.ids.letters(24)
    ))
}

/// Creates the Svix app and returns the URL of its dashboard.
pub(crate) fn create_svix_app(cx: Context<'_>, state: &mut State) -> Result<String, ApiError> {
    if has_svix_app(state) {
        return Err(ApiError::bad_state(
            "svix_app_exists",
            "There is a Svix app already.",
        ));
    }
    state.documents.insert("singletons", SVIX_APP, json!({}));
    svix_url(cx, state)
}

pub(crate) fn delete_svix_app(state: &mut State) -> Result<(), ApiError> {
    if !has_svix_app(state) {
        return Err(ApiError::bad_state(
            "svix_app_missing",
            "There is no Svix app.",
        ));
    }
    state.documents.remove("singletons", SVIX_APP);
    Ok(())
}

/// Makes a template of a message as it was never changed.
fn default_template(cx: Context<'_>, kind: &str, slug: &str) -> Value {
    let name = slug.replace('_', " ");
    json!({
        "object": "template", "id": cx.instance.ids.id("tmpl"), "instance_id": cx.instance.settings.instance_id, "resource_type": "system",
        "template_type": kind, "slug": slug, "name": name, "position": 0, "subject": format!("Your {name}"),
        "body": format!("Your {name}: {{{{otp_code}}}}"), "markup": "", "from_email_name": "notifications",
        "reply_to_email_name": "", "delivered_by_clerk": true, "enabled": true, "can_revert": false, "can_delete": false,
        "can_edit_body": true, "can_toggle": true, "flagged_as_suspicious": false, "required_variables": [],
        "available_variables": ["otp_code"], "created_at": cx.now, "updated_at": cx.now,
    })
}

/// Makes a template of a message with its default texts.
pub(super) fn insert_default_template(cx: Context<'_>, state: &mut State, kind: &str, slug: &str) {
    let template = default_template(cx, kind, slug);
    let collection = format!("templates/{kind}");
    state.documents.insert(&collection, slug, template);
}

/// Returns the template of a message of this kind: `email` or `sms`.
pub(crate) fn find_template(state: &State, kind: &str, slug: &str) -> Result<Value, ApiError> {
    let template = state.documents.get(&format!("templates/{kind}"), slug);
    template
        .cloned()
        .ok_or_else(|| ApiError::not_found(&format!("{kind} template"), slug))
}

/// Changes a template by the request's fields, or creates it; returns it.
pub(crate) fn upsert_template(
    cx: Context<'_>,
    state: &mut State,
    kind: &str,
    slug: &str,
    params: Params<'_>,
) -> Value {
    let mut template =
        find_template(state, kind, slug).unwrap_or_else(|_| default_template(cx, kind, slug));
    for (name, value) in params.fields() {
        template[name.as_str()] = value;
    }
    template["can_revert"] = true.into();
    store_template(cx, state, kind, slug, template)
}

/// Gives a template its default texts back and returns it.
pub(crate) fn revert_template(
    cx: Context<'_>,
    state: &mut State,
    kind: &str,
    slug: &str,
) -> Result<Value, ApiError> {
    let before = find_template(state, kind, slug)?;
    let mut reverted = default_template(cx, kind, slug);
    reverted["id"] = before["id"].clone();
    reverted["created_at"] = before["created_at"].clone();
    Ok(store_template(cx, state, kind, slug, reverted))
}

/// Says whether Clerk delivers the messages of a template, and returns it.
pub(crate) fn set_template_delivery(
    cx: Context<'_>,
    state: &mut State,
    kind: &str,
    slug: &str,
    by_clerk: bool,
) -> Result<Value, ApiError> {
    let mut template = find_template(state, kind, slug)?;
    template["delivered_by_clerk"] = by_clerk.into();
    Ok(store_template(cx, state, kind, slug, template))
}

fn store_template(
    cx: Context<'_>,
    state: &mut State,
    kind: &str,
    slug: &str,
    mut template: Value,
) -> Value {
    if template["markup"].is_null() {
        template["markup"] = "".into();
    }
    if template["delivered_by_clerk"].is_null() {
        template["delivered_by_clerk"] = true.into();
    }
    template["updated_at"] = cx.now.into();
    let collection = format!("templates/{kind}");
    state.documents.insert(&collection, slug, template.clone());
    template
}

/// Sets a domain's proxy and returns the check of it. Nothing is fetched: a domain that exists passes.
pub(crate) fn check_proxy(
    cx: Context<'_>,
    state: &mut State,
    target: Target<'_>,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let id = params.required_text("domain_id")?;
    let domain = state
        .documents
        .get_mut("domains", id)
        .ok_or_else(|| ApiError::not_found("domain", id))?;
    domain["proxy_url"] = params.required_text("proxy_url")?.into();
    let mut fields = params.fields();
    fields.insert("successful".into(), true.into());
    fields.insert("last_run_at".into(), cx.now.into());
    create_document(cx, state, target, fields)
}
