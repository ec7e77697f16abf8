//! The instance as the Frontend API shows it: what browsers can do here, and where.

use serde_json::{Map, Value, json};

use crate::domain::environment::{InstanceSettings, PROVIDERS};
use crate::instance::Instance;
use crate::store::State;

/// Returns what browsers can do here, and where.
pub(crate) fn environment_view(instance: &Instance, state: &State) -> Value {
    let settings = InstanceSettings::read(state);
    json!({
        "auth_config": auth_config(&settings),
        "display_config": display_config(instance),
        "user_settings": user_settings(&settings),
        "organization_settings": organization_settings(state),
        "commerce_settings": commerce_settings(state),
        "fraud_settings": {
            "object": "fraud_settings", "native": {"device_attestation_mode": "disabled"},
        },
        "api_keys_settings": {
            "enabled": true, "user_api_keys_enabled": true, "orgs_api_keys_enabled": true,
        },
        "client_debug_mode": false,
        "partitioned_cookies": false,
        "maintenance_mode": false,
    })
}

fn auth_config(settings: &InstanceSettings) -> Value {
    json!({
        "object": "auth_config", "id": "aconf_emulator", "single_session_mode": false, "claimed_at": null,
        "reverification": false, "url_based_session_syncing": true, "cookieless_dev": true, "test_mode": true,
        "email_address": "on", "phone_number": "on", "username": "on", "first_name": "on", "last_name": "on",
        "password": if settings.dashboard.password_required { "required" } else { "on" },
        "enhanced_email_deliverability": false,
        "email_address_verification_strategies": ["email_code", "email_link"],
        "identification_strategies": ["email_address", "phone_number", "username"],
        "identification_requirements": [["email_address"], []],
        "first_factors": ["password", "email_code", "email_link", "phone_code", "passkey", "ticket"],
        "second_factors": ["totp", "phone_code", "backup_code"],
        "native_settings": {
            "object": "native_settings", "api_enabled": true, "trusted_device_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_up_enabled": false,
        },
    })
}

/// Pages, by the field that says where each is.
const PAGES: [(&str, &str); 16] = [
    ("home_url", ""),
    ("logo_link_url", ""),
    ("sign_in_url", "/sign-in"),
    ("sign_up_url", "/sign-up"),
    ("waitlist_url", "/sign-up"),
    ("after_join_waitlist_url", "/sign-up"),
    ("after_sign_out_all_url", "/sign-in"),
    ("user_profile_url", "/user"),
    ("organization_profile_url", "/user"),
    ("create_organization_url", "/user"),
    ("after_sign_in_url", "/user"),
    ("after_sign_up_url", "/user"),
    ("after_sign_out_one_url", "/user"),
    ("after_switch_session_url", "/user"),
    ("after_create_organization_url", "/user"),
    ("after_leave_organization_url", "/user"),
];

/// What the emulator has not got: brands, captchas and legal texts.
const NOTHING: [&str; 16] = [
    "logo_url",
    "logo_image",
    "logo_image_url",
    "favicon_url",
    "favicon_image",
    "favicon_image_url",
    "captcha_public_key",
    "captcha_public_key_invisible",
    "captcha_provider",
    "captcha_widget_type",
    "clerk_js_version",
    "google_one_tap_client_id",
    "support_email",
    "help_url",
    "terms_url",
    "privacy_policy_url",
];

fn display_config(instance: &Instance) -> Value {
    let url = &instance.settings.url;
    let mut config = json!({
        "object": "display_config", "id": "display_config_emulator", "instance_environment_type": "development",
        "application_name": "Clerk emulator", "branded": false, "preferred_sign_in_strategy": "password", "theme": {},
        "oauth_consent_url": format!("{url}/oauth/consent"), "captcha_oauth_bypass": [], "captcha_heartbeat": false,
        "experimental_force_oauth_first": false, "show_devmode_warning": true,
    });
    for (name, path) in PAGES {
        config[name] = format!("{url}{path}").into();
    }
    for name in NOTHING {
        config[name] = Value::Null;
    }
    config
}

/// An attribute that users may have, the ways to sign in and to prove oneself by it, and how it is verified.
fn attribute(first: &[&str], second: &[&str], verifications: &[&str]) -> Value {
    json!({
        "enabled": true, "required": false, "immutable": false,
        "used_for_first_factor": !first.is_empty(), "first_factors": first,
        "used_for_second_factor": !second.is_empty(), "second_factors": second,
        "verifications": verifications, "verify_at_sign_up": !verifications.is_empty(),
    })
}

fn attributes(settings: &InstanceSettings) -> Value {
    // Components that may choose take the link; a code is what most applications ask for.
    let mut email = attribute(&["email_code", "email_link"], &[], &["email_code"]);
    email["required"] = true.into();
    let mut password = attribute(&["password"], &[], &[]);
    password["required"] = settings.dashboard.password_required.into();
    let mut off = attribute(&[], &[], &[]);
    off["enabled"] = false.into();
    json!({
        "email_address": email, "password": password,
        "phone_number": attribute(&["phone_code"], &["phone_code"], &["phone_code"]),
        "username": attribute(&["username"], &[], &[]),
        "first_name": attribute(&[], &[], &[]), "last_name": attribute(&[], &[], &[]),
        "authenticator_app": attribute(&[], &["totp"], &["totp"]),
        "backup_code": attribute(&[], &["backup_code"], &[]),
        "passkey": attribute(&["passkey"], &[], &["passkey"]),
        "ticket": attribute(&["ticket"], &[], &[]),
        "web3_wallet": off,
    })
}

fn user_settings(settings: &InstanceSettings) -> Value {
    let social: Map<String, Value> = PROVIDERS
        .into_iter()
        .map(|(strategy, name)| {
            let provider = json!({
                "strategy": strategy, "name": name, "enabled": true, "required": false, "authenticatable": true,
                "block_email_subaddresses": false, "not_selectable": false, "deprecated": false, "logo_url": null,
            });
            (strategy.to_owned(), provider)
        })
        .collect();
    let limits = |on: bool| json!({"enabled": on});
    json!({
        "attributes": attributes(settings),
        "social": social,
        "saml": {"enabled": false},
        "enterprise_sso": {"enabled": false, "self_serve_sso": true},
        "sign_in": {"second_factor": {"required": false}},
        "sign_up": {
            "mode": settings.dashboard.sign_up_mode, "captcha_enabled": false, "captcha_widget_type": "smart",
            "custom_action_required": false, "progressive": true, "legal_consent_enabled": false,
        },
        "password_settings": {
            "min_length": 8, "max_length": 72, "require_special_char": false, "require_numbers": false,
            "require_uppercase": false, "require_lowercase": false, "disable_hibp": true,
            "disable_password_reverification": true, "enforce_hibp_on_sign_in": false, "show_zxcvbn": false,
            "min_zxcvbn_strength": 0, "allowed_special_characters": "",
        },
        "passkey_settings": {
            "allow_autofill": true, "show_sign_in_button": true, "satisfies_second_factor": true,
        },
        "username_settings": {
            "min_length": 4, "max_length": 64, "allow_extended_special_characters": false,
            "allow_numeric_usernames": true,
        },
        "actions": {
            "delete_self": settings.dashboard.delete_self, "create_organization": settings.dashboard.create_organization,
            "create_organizations_limit": null,
        },
        "attack_protection": {
            "email_link": {"require_same_client": false}, "enumeration_protection": {"enabled": false},
            "pii": {"enabled": false},
            "user_lockout": {"enabled": false, "duration_in_minutes": 60, "max_attempts": 100},
        },
        "restrictions": {
            "allowlist": limits(settings.allowlist), "blocklist": limits(settings.blocklist),
            "allowlist_blocklist_disabled_on_sign_in": limits(false),
            "block_email_subaddresses": limits(settings.block_email_subaddresses),
            "block_disposable_email_domains": limits(settings.block_disposable_email_domains),
        },
    })
}

fn organization_settings(state: &State) -> Value {
    let settings = state
        .documents
        .get("singletons", "instance/organization_settings")
        .cloned()
        .unwrap_or_default();
    let or = |name: &str, otherwise: Value| match &settings[name] {
        Value::Null => otherwise,
        given => given.clone(),
    };
    json!({
        "enabled": or("enabled", true.into()),
        "max_allowed_memberships": or("max_allowed_memberships", 0.into()),
        "creator_role": or("creator_role", "org:admin".into()),
        "actions": {"admin_delete": or("admin_delete_enabled", true.into())},
        "domains": {
            "enabled": or("domains_enabled", false.into()),
            "enrollment_modes": or("domains_enrollment_modes", json!([])),
            "default_role": or("domains_default_role", "org:member".into()),
        },
        "slug": {"disabled": or("slug_disabled", false.into())},
    })
}

fn commerce_settings(state: &State) -> Value {
    let has_plans = |payer: &str| {
        let mut plans = state.documents.all("billing/plans");
        plans.any(|plan| plan["for_payer_type"] == payer)
    };
    let part =
        |payer: &str| json!({"enabled": has_plans(payer), "has_paid_plans": has_plans(payer)});
    json!({
        "billing": {
            "stripe_publishable_key": "", "free_trial_requires_payment_method": false,
            "organization": part("org"), "user": part("user"),
        },
    })
}

/// Returns where the emulator's own pages are.
pub(crate) fn account_portal_view(instance: &Instance) -> Value {
    let url = &instance.settings.url;
    json!({
        "object": "account_portal", "enabled": true, "allowed": true, "internal_linking": true,
        "customization": {
            "appearance": null, "background_color_dark": null, "background_color_light": null,
            "primary_color_dark": null, "primary_color_light": null,
        },
        "after_sign_in_url": format!("{url}/user"), "after_sign_up_url": format!("{url}/user"),
        "after_create_organization_url": format!("{url}/user"), "after_leave_organization_url": format!("{url}/user"),
        "after_join_waitlist_url": format!("{url}/sign-up"), "logo_link_url": url,
    })
}
