//! The instance itself: its settings, its keys, who may not get in.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use super::{generic, roles};
use crate::store::{Documents, State};
use crate::world::World;

const ORGANIZATIONS: &str = "instance/organization_settings";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "GetJWKS" => Handler::Read(|call, _| Ok(call.world.key().jwks())),
        "UpdateInstance" => Handler::Write(update),
        "UpdateInstanceOrganizationSettings" => Handler::Write(update_organizations),
        "CreateAllowlistIdentifier" | "CreateBlocklistIdentifier" => {
            Handler::Write(create_identifier)
        }
        "UpdateProductionInstanceDomain" | "ChangeProductionInstanceDomain" => {
            Handler::Write(change_domain)
        }
        "GenerateSvixAuthURL" => Handler::Read(svix_url),
        "DeleteSvixApp" | "CreateSvixApp" => Handler::Write(svix_app),
        "PreviewTemplate" => Handler::Read(preview),
        "UpsertTemplate" | "RevertTemplate" | "ToggleTemplateDelivery" => {
            Handler::Write(change_template)
        }
        "VerifyDomainProxy" => Handler::Write(check_proxy),
        _ => return None,
    })
}

pub(super) fn populate(world: &World, state: &mut State) {
    let now = world.clock.now();
    let mut put =
        |path: &str, document: Value| state.documents.insert("singletons", path, document);
    put(
        "instance",
        json!({
            "object": "instance", "id": world.instance_id, "environment_type": "development", "workspace_id": null,
            "allowed_origins": null,
        }),
    );
    put(
        ORGANIZATIONS,
        json!({
            "object": "organization_settings", "enabled": true, "max_allowed_memberships": 0, "max_allowed_roles": 10,
            "max_allowed_permissions": 50, "max_allowed_domains": 10, "max_role_sets_allowed": 10,
            "initial_role_set_key": super::role_sets::DEFAULT, "creator_role": "org:admin", "admin_delete_enabled": true,
            "domains_enabled": true, "domains_enrollment_modes": ["manual_invitation", "automatic_invitation", "automatic_suggestion"],
            "domains_default_role": "org:member", "slug_disabled": false,
        }),
    );
    let domain = world.ids.id("dmn");
    state.documents.insert("domains", &domain, json!({
        "object": "domain", "id": domain, "name": world.host(), "is_satellite": false, "frontend_api_url": world.url,
        "accounts_portal_url": world.url, "development_origin": "", "proxy_url": null, "cname_targets": [],
    }));
    for (kind, slugs) in [
        (
            "email",
            [
                "verification_code",
                "magic_link_sign_in",
                "invitation",
                "organization_invitation",
                "reset_password_code",
            ]
            .as_slice(),
        ),
        (
            "sms",
            ["verification_code", "reset_password_code"].as_slice(),
        ),
    ] {
        for slug in slugs {
            state.documents.insert(
                &format!("templates/{kind}"),
                slug,
                template(world, kind, slug, now),
            );
        }
    }
}

fn template(world: &World, kind: &str, slug: &str, now: i64) -> Value {
    let name = slug.replace('_', " ");
    json!({
        "object": "template", "id": world.ids.id("tmpl"), "instance_id": world.instance_id, "resource_type": "system",
        "template_type": kind, "slug": slug, "name": name, "position": 0, "subject": format!("Your {name}"),
        "body": format!("Your {name}: {{{{otp_code}}}}"), "markup": "", "from_email_name": "notifications",
        "reply_to_email_name": "", "delivered_by_clerk": true, "enabled": true, "can_revert": false, "can_delete": false,
        "can_edit_body": true, "can_toggle": true, "flagged_as_suspicious": false, "required_variables": [],
        "available_variables": ["otp_code"], "created_at": now, "updated_at": now,
    })
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    if let (Some(instance), Some(origins)) = (
        state.documents.get_mut("singletons", "instance"),
        call.field("allowed_origins"),
    ) {
        instance["allowed_origins"] = origins.clone();
    }
    Ok(Value::Null)
}

fn update_organizations(call: &Call<'_>, state: &mut State) -> Answer {
    let mut keys = Vec::new();
    for (given, setting) in [
        ("creator_role_id", "creator_role"),
        ("domains_default_role_id", "domains_default_role"),
    ] {
        if let Some(id) = call.text(given) {
            keys.push((setting, roles::find(state, id)?["key"].clone()));
        }
    }
    let settings = state
        .documents
        .get_mut("singletons", ORGANIZATIONS)
        .ok_or_else(|| ApiError::not_found("setting", "organizations"))?;
    for name in [
        "enabled",
        "max_allowed_memberships",
        "admin_delete_enabled",
        "domains_enabled",
        "domains_enrollment_modes",
        "slug_disabled",
    ] {
        if let Some(value) = call.field(name) {
            settings[name] = value.clone();
        }
    }
    for (setting, key) in keys {
        settings[setting] = key;
    }
    Ok(settings.clone())
}

/// An identifier is an address, a number, a wallet, or `*@` and a domain.
fn create_identifier(call: &Call<'_>, state: &mut State) -> Answer {
    let identifier = call.needed("identifier")?.trim().to_lowercase();
    if identifier.is_empty() {
        return Err(ApiError::invalid(
            "identifier",
            "identifier must not be empty.",
        ));
    }
    let collection = call.operation.path.trim_start_matches('/');
    if state
        .documents
        .find(collection, "identifier", &identifier)
        .is_some()
    {
        return Err(ApiError::taken("identifier"));
    }
    let kind = if identifier.contains('@') {
        "email_address"
    } else if identifier.starts_with('+') {
        "phone_number"
    } else {
        "web3_wallet"
    };
    let mut fields = call.fields();
    fields.insert("identifier".into(), identifier.into());
    fields.insert("identifier_type".into(), kind.into());
    generic::create_with(call, state, fields)
}

fn change_domain(call: &Call<'_>, _: &mut State) -> Answer {
    let url = call
        .text("home_url")
        .ok_or_else(|| ApiError::missing("home_url"))?;
    let host = url
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "home_url",
            "is invalid",
            "home_url must be a URL or a host.",
        ));
    }
    Ok(Value::Null)
}

fn svix_exists(state: &State) -> bool {
    state.documents.get("singletons", "webhooks/svix").is_some()
}

fn svix_url(call: &Call<'_>, state: &State) -> Answer {
    if !svix_exists(state) {
        return Err(ApiError::bad_state(
            "svix_app_missing",
            "There is no Svix app; create one first.",
        ));
    }
    Ok(json!({"svix_url": format!("{}/svix/{}", call.world.url, call.world.ids.letters(24))}))
}

fn svix_app(call: &Call<'_>, state: &mut State) -> Answer {
    let exists = svix_exists(state);
    if call.operation.method == "DELETE" {
        if !exists {
            return Err(ApiError::bad_state(
                "svix_app_missing",
                "There is no Svix app.",
            ));
        }
        state.documents.remove("singletons", "webhooks/svix");
        return Ok(Value::Null);
    }
    if exists {
        return Err(ApiError::bad_state(
            "svix_app_exists",
            "There is a Svix app already.",
        ));
    }
    state
        .documents
        .insert("singletons", "webhooks/svix", json!({}));
    svix_url(call, state)
}

fn find_template(call: &Call<'_>, state: &State) -> Result<Value, ApiError> {
    let (kind, slug) = (call.id(0), call.id(1));
    let template = state.documents.get(&format!("templates/{kind}"), slug);
    template
        .cloned()
        .ok_or_else(|| ApiError::not_found(&format!("{kind} template"), slug))
}

fn preview(call: &Call<'_>, state: &State) -> Answer {
    let template = find_template(call, state)?;
    let field = |name: &str| call.field(name).unwrap_or(&template[name]).clone();
    Ok(json!({
        "subject": field("subject"), "body": field("body"),
        "from_email_address": format!("{}@example.com", field("from_email_name").as_str().unwrap_or_default()),
    }))
}

fn change_template(call: &Call<'_>, state: &mut State) -> Answer {
    let (kind, slug) = (call.id(0), call.id(1));
    let existing = find_template(call, state);
    let mut changed = match call.operation.id.as_str() {
        // A template that there is not yet is made.
        "UpsertTemplate" => {
            let mut template =
                existing.unwrap_or_else(|_| template(call.world, kind, slug, call.now));
            for (name, value) in call.fields() {
                template[name.as_str()] = value;
            }
            template["can_revert"] = true.into();
            template
        }
        "RevertTemplate" => {
            let before = existing?;
            let mut reverted = template(call.world, kind, slug, call.now);
            reverted["id"] = before["id"].clone();
            reverted["created_at"] = before["created_at"].clone();
            reverted
        }
        _ => {
            let mut template = existing?;
            template["delivered_by_clerk"] =
                call.flag("delivered_by_clerk").unwrap_or(false).into();
            template
        }
    };
    if changed["markup"].is_null() {
        changed["markup"] = "".into();
    }
    if changed["delivered_by_clerk"].is_null() {
        changed["delivered_by_clerk"] = true.into();
    }
    changed["updated_at"] = call.now.into();
    state
        .documents
        .insert(&format!("templates/{kind}"), slug, changed.clone());
    Ok(Documents::shown(&changed))
}

/// Nothing is fetched: a domain that exists is one that answers.
fn check_proxy(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.needed("domain_id")?;
    let domain = state
        .documents
        .get_mut("domains", id)
        .ok_or_else(|| ApiError::not_found("domain", id))?;
    let proxy_url = call.needed("proxy_url")?;
    domain["proxy_url"] = proxy_url.into();
    let mut fields = call.fields();
    fields.insert("successful".into(), true.into());
    fields.insert("last_run_at".into(), call.now.into());
    generic::create_with(call, state, fields)
}
