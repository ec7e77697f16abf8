//! What the Frontend API shows: clients with their sessions and users, and the instance's settings.

use serde_json::{Value, json};

use crate::backend_api::errors::ApiError;
use crate::backend_api::{organizations, roles, sessions, users};
use crate::store::{Client, Documents, Session, State, User};
use crate::tokens::SESSION_SECONDS;
use crate::world::World;

/// A client, with a fresh token for each of its sessions; `null` where there is none yet.
pub(super) fn client(
    world: &World,
    state: &State,
    id: Option<&str>,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    match id.and_then(|id| state.sessions.client(id)) {
        Some(client) => shown(world, state, client, origin),
        None => Ok(Value::Null),
    }
}

fn shown(
    world: &World,
    state: &State,
    client: &Client,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let now = world.clock.now();
    let sessions: Vec<Value> = state
        .sessions
        .active_of(&client.id, now)
        .into_iter()
        .map(|shown| session(world, state, shown, origin))
        .collect::<Result<_, _>>()?;
    let current = state.sessions.current_of(&client.id, now);
    let sign_in = state.browsers.sign_ins.get(&client.id);
    let sign_up = state
        .browsers
        .sign_ups
        .get(&client.id)
        .and_then(|sign_up| state.documents.get("sign_ups", &sign_up.id))
        .map(Documents::shown);
    Ok(json!({
        "object": "client",
        "id": client.id,
        "sessions": sessions,
        "sign_in": sign_in.map(|sign_in| super::sign_in::show(world, state, sign_in)),
        "sign_up": sign_up,
        "last_active_session_id": current.map(|session| &session.id),
        "last_authentication_strategy": sign_in.and_then(|sign_in| sign_in.strategy.as_deref()),
        "cookie_expires_at": null,
        "captcha_bypass": false,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }))
}

/// A session with its user and a fresh token.
pub(super) fn session(
    world: &World,
    state: &State,
    session: &Session,
    origin: Option<&str>,
) -> Result<Value, ApiError> {
    let now = world.clock.now();
    let mut shown = sessions::show(session, now);
    let user = state.users.get(&session.user_id);
    shown["user"] = user.map(|user| self::user(world, state, user)).into();
    shown["public_user_data"] = user.map(|user| public_data(world, user)).into();
    shown["factor_verification_age"] = json!([
        minutes_since(session.first_factor_at, now),
        minutes_since(session.second_factor_at, now),
    ]);
    shown["last_active_token"] = if session.is_active(now) {
        let jwt = sessions::session_token(world, state, session, origin, SESSION_SECONDS)?;
        json!({"object": "token", "jwt": jwt})
    } else {
        Value::Null
    };
    Ok(shown)
}

/// -1 for never.
fn minutes_since(at: Option<i64>, now: i64) -> i64 {
    at.map_or(-1, |at| (now - at).max(0) / 60_000)
}

/// A user as the user may see itself: without the application's secrets.
fn user(world: &World, state: &State, user: &User) -> Value {
    let mut shown = users::show(world, user);
    if let Value::Object(fields) = &mut shown {
        fields.remove("private_metadata");
    }
    shown["organization_memberships"] = state
        .members
        .of_user(&user.id)
        .filter_map(|member| {
            let organization = organizations::find(state, &member.organization_id).ok()?;
            let mut organization = organizations::show(world, organization);
            if let Value::Object(fields) = &mut organization {
                fields.remove("private_metadata");
            }
            Some(json!({
                "object": "organization_membership",
                "id": member.id,
                "role": member.role,
                "role_name": roles::name(state, &member.role),
                "permissions": roles::permission_keys(state, &member.role),
                "public_metadata": member.public_metadata.read(),
                "organization": organization,
                "created_at": member.created_at,
                "updated_at": member.updated_at,
            }))
        })
        .collect();
    shown
}

/// What anybody may see of a user.
fn public_data(world: &World, user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": users::image_url(world, user.image.as_deref()),
        "has_image": user.image.is_some(),
        "identifier": user.identifier().unwrap_or_default(),
    })
}

/// `GET /v1/environment`: what can be done here, and where.
pub(super) fn environment(world: &World, state: &State) -> Value {
    let url = &world.url;
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
