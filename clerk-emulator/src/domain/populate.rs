//! What every instance starts with: roles, permissions, settings and templates.

use serde_json::{Value, json};

use super::oauth::settings::{OAUTH_SETTINGS, default_settings};
use super::permissions::{PERMISSIONS, ROLES, SYSTEM_PERMISSIONS};
use super::role_sets::{DEFAULT_ROLE_SET, ROLE_SETS};
use super::settings::{ORGANIZATION_SETTINGS, insert_default_template};
use crate::instance::Context;
use crate::store::State;

/// Fills an empty state.
pub(crate) fn populate(cx: Context<'_>, state: &mut State) {
    populate_roles(cx, state);
    populate_role_sets(cx, state);
    populate_settings(cx, state);
    populate_templates(cx, state);
}

fn populate_roles(cx: Context<'_>, state: &mut State) {
    let (ids, now) = (&cx.instance.ids, cx.now);
    for (key, name, _) in SYSTEM_PERMISSIONS {
        let id = ids.id("perm");
        let permission = json!({
            "object": "permission", "id": id, "key": key, "name": name, "description": name, "type": "system",
            "created_at": now, "updated_at": now,
        });
        state.documents.insert(PERMISSIONS, &id, permission);
    }
    for (key, name, admin) in [
        ("org:admin", "Admin", true),
        ("org:member", "Member", false),
    ] {
        let id = ids.id("role");
        let granted = SYSTEM_PERMISSIONS
            .iter()
            .filter(|(_, _, members)| admin || *members)
            .map(|(key, _, _)| *key);
        let role = json!({
            "object": "role", "id": id, "key": key, "name": name, "description": name, "is_creator_eligible": admin,
            "_permissions": granted.collect::<Vec<_>>(), "created_at": now, "updated_at": now,
        });
        state.documents.insert(ROLES, &id, role);
    }
}

fn populate_role_sets(cx: Context<'_>, state: &mut State) {
    let (now, id) = (cx.now, cx.instance.ids.id("rset"));
    let set = json!({
        "object": "role_set", "id": id, "key": DEFAULT_ROLE_SET, "name": "Default role set", "description": null,
        "type": "initial", "_roles": ["org:admin", "org:member"], "_default": "org:member", "_creator": "org:admin",
        "created_at": now, "updated_at": now,
    });
    state.documents.insert(ROLE_SETS, &id, set);
}

fn populate_settings(cx: Context<'_>, state: &mut State) {
    let instance = cx.instance;
    let mut put =
        |path: &str, document: Value| state.documents.insert("singletons", path, document);
    put(
        "instance",
        json!({
            "object": "instance", "id": instance.settings.instance_id, "environment_type": "development", "workspace_id": null,
            "allowed_origins": null,
        }),
    );
    put(
        ORGANIZATION_SETTINGS,
        json!({
            "object": "organization_settings", "enabled": true, "max_allowed_memberships": 0, "max_allowed_roles": 10,
            "max_allowed_permissions": 50, "max_allowed_domains": 10, "max_role_sets_allowed": 10,
            "initial_role_set_key": DEFAULT_ROLE_SET, "creator_role": "org:admin", "admin_delete_enabled": true,
            "domains_enabled": true, "domains_enrollment_modes": ["manual_invitation", "automatic_invitation", "automatic_suggestion"],
            "domains_default_role": "org:member", "slug_disabled": false,
        }),
    );
    put(OAUTH_SETTINGS, default_settings());
    let domain = instance.ids.id("dmn");
    state.documents.insert("domains", &domain, json!({
        "object": "domain", "id": domain, "name": instance.settings.host(), "is_satellite": false, "frontend_api_url": instance.settings.url,
        "accounts_portal_url": instance.settings.url, "development_origin": "", "proxy_url": null, "cname_targets": [],
    }));
}

fn populate_templates(cx: Context<'_>, state: &mut State) {
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
            insert_default_template(cx, state, kind, slug);
        }
    }
}
