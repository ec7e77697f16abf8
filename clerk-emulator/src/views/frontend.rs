//! Clients, sessions and users as the Frontend API shows them, and the instance's environment.

use serde_json::{Value, json};

use super::organization::member_view;
use super::session::session_view;
use super::sign_in::sign_in_view;
use super::user::{public_user_data, user_view};
use crate::domain::sessions::session_token;
use crate::domain::tokens::{SESSION_SECONDS, factor_ages};
use crate::http::error::ApiError;
use crate::instance::{Context, Instance};
use crate::store::{Documents, Member, Session, State, User};

/// Returns a client with a fresh token for each of its sessions; `null` if there is no client yet. `origin` is the page that
/// asks.
pub(crate) fn frontend_client_view(
    cx: Context<'_>,
    state: &State,
    id: Option<&str>,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let Some(client) = id.and_then(|id| state.sessions.client(id)) else {
        return Ok(Value::Null);
    };
    let sessions: Vec<Value> = state
        .sessions
        .active_of(&client.id, cx.now)
        .into_iter()
        .map(|session| frontend_session_view(cx, state, session, origin))
        .collect::<Result<_, _>>()?;
    let current = state.sessions.current_of(&client.id, cx.now);
    let sign_in = state.browsers.sign_ins.get(&client.id);
    let sign_up = state
        .browsers
        .sign_ups
        .get(&client.id)
        .and_then(|sign_up| state.documents.get("sign_ups", &sign_up.id))
        .map(Documents::view);
    Ok(json!({
        "object": "client",
        "id": client.id,
        "sessions": sessions,
        "sign_in": sign_in.map(|sign_in| sign_in_view(cx.instance, state, sign_in)),
        "sign_up": sign_up,
        "last_active_session_id": current.map(|session| &session.id),
        "last_authentication_strategy": sign_in.and_then(|sign_in| sign_in.strategy.as_deref()),
        "cookie_expires_at": null,
        "captcha_bypass": false,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }))
}

/// Returns a session with its user and a fresh token.
pub(crate) fn frontend_session_view(
    cx: Context<'_>,
    state: &State,
    session: &Session,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let mut view = session_view(session, cx.now);
    let user = state.users.get(&session.user_id);
    view["user"] = user
        .map(|user| frontend_user_view(cx.instance, state, user))
        .into();
    view["public_user_data"] = user.map(|user| public_user_data(cx.instance, user)).into();
    view["factor_verification_age"] = json!(factor_ages(session, cx.now));
    view["last_active_token"] = if session.is_active(cx.now) {
        let jwt = session_token(cx, state, session, origin, SESSION_SECONDS)?;
        json!({"object": "token", "jwt": jwt})
    } else {
        Value::Null
    };
    Ok(view)
}

/// Returns a user as the user may see itself: without the application's secrets.
fn frontend_user_view(instance: &Instance, state: &State, user: &User) -> Value {
    let mut view = user_view(instance, user);
    remove_field(&mut view, "private_metadata");
    view["organization_memberships"] = state
        .members
        .of_user(&user.id)
        .map(|member| frontend_member_view(instance, state, member))
        .collect();
    view
}

fn frontend_member_view(instance: &Instance, state: &State, member: &Member) -> Value {
    let mut view = member_view(instance, state, member);
    remove_field(&mut view, "private_metadata");
    remove_field(&mut view, "public_user_data");
    remove_field(&mut view["organization"], "private_metadata");
    view
}

fn remove_field(document: &mut Value, name: &str) {
    if let Value::Object(fields) = document {
        fields.remove(name);
    }
}

/// Returns what browsers can do here, and where.
pub(crate) fn environment_view(instance: &Instance, state: &State) -> Value {
    let url = &instance.settings.url;
    let organizations = state
        .documents
        .get("singletons", "instance/organization_settings")
        .cloned()
        .unwrap_or_default();
    let on = |first_factor: bool, strategies: &[&str]| {
        json!({
            "enabled": true, "required": false, "used_for_first_factor": first_factor,
            "first_factors": strategies, "used_for_second_factor": false, "second_factors": [],
            "verifications": strategies, "verify_at_sign_up": !strategies.is_empty(),
        })
    };
    let off = json!({
        "enabled": false, "required": false, "used_for_first_factor": false, "first_factors": [],
        "used_for_second_factor": false, "second_factors": [], "verifications": [], "verify_at_sign_up": false,
    });
    let mut email = on(true, &["email_code"]);
    email["required"] = true.into();
    let mut authenticator = off.clone();
    authenticator["enabled"] = true.into();
    authenticator["used_for_second_factor"] = true.into();
    authenticator["second_factors"] = json!(["totp"]);
    json!({
        "auth_config": {
            "object": "auth_config", "id": "aconf_emulator", "single_session_mode": false, "claimed_at": null,
            "reverification": true, "url_based_session_syncing": true,
        },
        "display_config": {
            "object": "display_config", "id": "display_config_emulator", "instance_environment_type": "development",
            "application_name": "Clerk emulator", "branded": false, "preferred_sign_in_strategy": "password",
            "home_url": url, "sign_in_url": format!("{url}/sign-in"), "sign_up_url": format!("{url}/sign-up"),
            "user_profile_url": format!("{url}/user"), "after_sign_in_url": format!("{url}/user"),
            "after_sign_up_url": format!("{url}/user"), "after_sign_out_one_url": format!("{url}/user"),
            "after_sign_out_all_url": format!("{url}/sign-in"), "after_switch_session_url": format!("{url}/user"),
            "captcha_public_key": null, "captcha_widget_type": null, "support_email": "", "terms_url": null,
            "privacy_policy_url": null, "waitlist_url": null, "show_devmode_warning": true,
        },
        "user_settings": {
            "attributes": {
                "email_address": email, "password": on(true, &[]), "username": on(true, &[]),
                "first_name": on(false, &[]), "last_name": on(false, &[]), "authenticator_app": authenticator,
                "phone_number": off, "passkey": off, "web3_wallet": off, "backup_code": off, "ticket": off,
            },
            "social": {},
            "enterprise_sso": {"enabled": false},
            "sign_in": {"second_factor": {"required": false}},
            "sign_up": {"mode": "public", "captcha_enabled": false, "progressive": true, "legal_consent_enabled": false},
            "password_settings": {
                "min_length": 8, "max_length": 72, "require_special_char": false, "require_numbers": false,
                "require_uppercase": false, "require_lowercase": false, "disable_hibp": true, "show_zxcvbn": false,
                "min_zxcvbn_strength": 0, "allowed_special_characters": "",
            },
            "username_settings": {"min_length": 4, "max_length": 64},
            "actions": {"delete_self": false, "create_organization": false},
            "restrictions": {
                "allowlist": {"enabled": false}, "blocklist": {"enabled": false},
                "block_email_subaddresses": {"enabled": false}, "block_disposable_email_domains": {"enabled": false},
            },
        },
        "organization_settings": organizations,
        "maintenance_mode": false,
    })
}
