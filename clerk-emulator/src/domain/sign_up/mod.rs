//! Signing up: an account, once what is asked for is there and known to be the visitor's.
//!
//! Each client (browser) has at most one attempt to sign up: a document of `sign_ups`, and the password beside it.

mod admission;
mod verification;

use serde_json::{Value, json};

use super::environment::DashboardSettings;
use super::sign_in::sign_in_user;
use super::social::{attach_account, transferable_sign_in};
use super::tickets::{Ticket, TicketKind};
use super::users::checks::{check_contact, check_password, check_username};
use super::users::create_user;
use super::{DAY, TEN_MINUTES};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{ContactState, Password, SignUp, State};
use admission::check_admission;
pub(crate) use verification::{
    attempt_sign_up_code, follow_sign_up_link, prepare_sign_up, show_visit, verify_by_provider,
};

pub(crate) const SIGN_UPS: &str = "sign_ups";

/// Parameters that are copied as they are given.
const TEXTS: [&str; 4] = ["first_name", "last_name", "username", "locale"];

/// What identifies an account and is verified, with the strategies that verify it.
const CONTACTS: [(&str, &str, &[&str]); 2] = [
    ("email_address", "email_code", &["email_code", "email_link"]),
    ("phone_number", "phone_code", &["phone_code"]),
];

/// Returns the attempt of a client.
pub(crate) fn current_sign_up<'a>(
    state: &'a State,
    client_id: Option<&str>,
) -> Result<&'a Value, ApiError> {
    client_id
        .and_then(|client| state.browsers.sign_ups.get(client))
        .and_then(|sign_up| state.documents.get(SIGN_UPS, &sign_up.id))
        .ok_or_else(|| ApiError::not_found("sign-up", ""))
}

fn change_sign_up(
    state: &mut State,
    client_id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<(), ApiError> {
    let sign_up = current_sign_up(state, Some(client_id))?;
    let id = sign_up["id"].as_str().unwrap_or_default().to_owned();
    let sign_up = state.documents.get_mut(SIGN_UPS, &id);
    change(sign_up.ok_or_else(|| ApiError::not_found("sign-up", &id))?);
    Ok(())
}

/// Begins an attempt in place of an earlier one, with an invitation's ticket, with what another provider vouched for when
/// somebody without an account signed in, or without either; and takes the parameters.
pub(crate) fn create_sign_up(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let transferred = match params.flag("transfer") {
        Some(true) => Some(transferable_sign_in(cx, state, client_id)?),
        _ => None,
    };
    begin_sign_up(cx, state, client_id);
    if let Some((strategy, email)) = transferred {
        return verify_by_provider(cx, state, client_id, &strategy, &email);
    }
    if let Some(given) = params.filled_text("ticket") {
        let ticket = Ticket::verify(cx, given)?;
        let invitation = ticket.invitation(state)?;
        let email_address = invitation["email_address"].clone();
        // That of an invitation to an organization is the membership's.
        let public_metadata = match ticket.kind() {
            TicketKind::Invitation => invitation["public_metadata"].clone(),
            _ => json!({}),
        };
        change_sign_up(state, client_id, |sign_up| {
            sign_up["_ticket"] = given.into();
            sign_up["email_address"] = email_address;
            sign_up["public_metadata"] = public_metadata;
            sign_up["verifications"]["email_address"] = json!({
                "object": "verification_ticket", "status": "verified", "strategy": "ticket", "attempts": null,
                "expire_at": null, "next_action": "", "supported_strategies": ["ticket"],
            });
        })?;
    }
    update_sign_up(cx, state, client_id, params)
}

fn begin_sign_up(cx: Context<'_>, state: &mut State, client_id: &str) {
    let id = cx.instance.ids.id("sua");
    let mut document = json!({
        "object": "sign_up_attempt", "id": id, "status": "missing_requirements",
        "required_fields": ["email_address"],
        "optional_fields": ["phone_number", "first_name", "last_name", "username", "password"],
        "missing_fields": ["email_address"], "unverified_fields": [],
        "verifications": {"email_address": null, "phone_number": null, "web3_wallet": null, "external_account": null},
        "username": null, "email_address": null, "phone_number": null, "web3_wallet": null, "password_enabled": false,
        "first_name": null, "last_name": null, "unsafe_metadata": {}, "public_metadata": {}, "custom_action": false,
        "external_id": null, "created_session_id": null, "created_user_id": null, "locale": null,
        "abandon_at": cx.now.saturating_add(DAY), "legal_accepted_at": null,
    });
    if DashboardSettings::read(state).password_required {
        document["required_fields"] = json!(["email_address", "password"]);
    }
    state.make_room_for_sign_up();
    state.documents.insert(SIGN_UPS, &id, document);
    let sign_up = SignUp {
        id,
        password: None,
        external: None,
    };
    state
        .browsers
        .sign_ups
        .insert(client_id.to_owned(), sign_up);
}

/// Takes the parameters, and creates the account if nothing is missing any more.
pub(crate) fn update_sign_up(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let current = current_sign_up(state, Some(client_id))?;
    if current["status"] == "complete" {
        return Err(ApiError::bad_state(
            "sign_up_already_complete",
            "The account exists already.",
        ));
    }
    let by_ticket = current["_ticket"].is_string();
    let mut contacts = Vec::new();
    for (name, strategy, strategies) in CONTACTS {
        let given = params
            .filled_text(name)
            .map(|value| value.trim().to_lowercase());
        if let Some(value) = given.filter(|value| current[name] != value.as_str()) {
            if by_ticket && name == "email_address" {
                let long = "The invitation is for another address.";
                return Err(ApiError::invalid(name, long));
            }
            check_contact(name, &value)?;
            check_admission(state, name, &value, by_ticket)?;
            if state.users.by_contact(&value).is_some() {
                return Err(ApiError::taken(name));
            }
            contacts.push((name, value, strategy, strategies));
        }
    }
    let password = params
        .text("password")
        .filter(|password| !password.is_empty());
    if let Some(password) = password {
        check_password("password", password)?;
    }
    check_username(state, params.filled_text("username"), None)?;
    change_sign_up(state, client_id, |sign_up| {
        take_fields(cx, sign_up, params);
        if password.is_some() {
            sign_up["password_enabled"] = true.into();
        }
        for (name, value, strategy, strategies) in contacts {
            sign_up[name] = value.into();
            sign_up["verifications"][name] = json!({
                "object": "verification_otp", "status": "unverified", "strategy": strategy, "attempts": 0,
                "expire_at": cx.now + TEN_MINUTES, "next_action": "needs_prepare", "supported_strategies": strategies,
            });
        }
    })?;
    if let Some(password) = password
        && let Some(sign_up) = state.browsers.sign_ups.get_mut(client_id)
    {
        sign_up.password = Some(Password::new(password, cx.now));
    }
    finish_sign_up(cx, state, client_id)
}

fn take_fields(cx: Context<'_>, sign_up: &mut Value, params: Params<'_>) {
    for name in TEXTS {
        if let Some(text) = params.filled_text(name) {
            sign_up[name] = text.trim().into();
        }
    }
    // A browser that sends forms sends JSON as text.
    let metadata = match params.value("unsafe_metadata") {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        other => other.cloned(),
    };
    if let Some(metadata) = metadata.filter(Value::is_object) {
        sign_up["unsafe_metadata"] = metadata;
    }
    if params.flag("legal_accepted") == Some(true) {
        sign_up["legal_accepted_at"] = cx.now.into();
    }
}

/// Returns the required fields that are missing, and what is given and not verified.
fn open_fields(sign_up: &Value) -> (Vec<&'static str>, Vec<&'static str>) {
    let contacts = CONTACTS.map(|(name, ..)| name);
    let given = |name: &&str| !sign_up[*name].is_null();
    let mut missing = Vec::new();
    // Either identifies an account.
    if !contacts.iter().any(given) {
        missing.push("email_address");
    }
    let is_required = |name: &str| {
        let required = sign_up["required_fields"].as_array();
        required.is_some_and(|required| required.iter().any(|field| field == name))
    };
    let by_provider = sign_up["verifications"]["external_account"]["status"] == "verified";
    if is_required("password") && sign_up["password_enabled"] != true && !by_provider {
        missing.push("password");
    }
    let unverified = contacts
        .into_iter()
        .filter(given)
        .filter(|name| sign_up["verifications"][*name]["status"] != "verified")
        .collect();
    (missing, unverified)
}

/// Creates the account and signs it in, if nothing is missing or to be verified.
fn finish_sign_up(cx: Context<'_>, state: &mut State, client_id: &str) -> Result<(), ApiError> {
    let sign_up = current_sign_up(state, Some(client_id))?.clone();
    let (missing, unverified) = open_fields(&sign_up);
    let is_open = !missing.is_empty() || !unverified.is_empty();
    change_sign_up(state, client_id, |sign_up| {
        sign_up["missing_fields"] = json!(missing);
        sign_up["unverified_fields"] = json!(unverified);
    })?;
    if is_open || sign_up["status"] == "complete" {
        return Ok(());
    }
    let ticket = sign_up["_ticket"].as_str();
    let ticket = ticket
        .map(|ticket| Ticket::verify(cx, ticket))
        .transpose()?;
    if let Some(ticket) = &ticket {
        ticket.check_room(state)?;
    }
    let user_id = create_account(cx, state, &sign_up)?;
    if let Some(ticket) = &ticket {
        ticket.accept_invitation(cx, state, &user_id)?;
    }
    let strategy = sign_up["verifications"]["external_account"]["strategy"].as_str();
    if let (Some(strategy), Some(email)) = (strategy, sign_up["email_address"].as_str()) {
        attach_account(cx, state, &user_id, strategy, email)?;
    }
    let password = state
        .browsers
        .sign_ups
        .get_mut(client_id)
        .and_then(|sign_up| sign_up.password.take());
    state.users.change(&user_id, |user| {
        user.password = password.map(Box::new);
        user.legal_accepted_at = sign_up["legal_accepted_at"].as_i64();
        for contact in user.emails.iter_mut().chain(&mut user.phones) {
            contact.state = ContactState::Verified;
        }
    });
    let session = sign_in_user(cx, state, client_id, &user_id, None)?;
    change_sign_up(state, client_id, |sign_up| {
        sign_up["status"] = "complete".into();
        sign_up["created_user_id"] = user_id.into();
        sign_up["created_session_id"] = session.into();
    })
}

fn create_account(cx: Context<'_>, state: &mut State, sign_up: &Value) -> Result<String, ApiError> {
    let mut fields = json!({});
    for (name, ..) in CONTACTS {
        if let Some(value) = sign_up[name].as_str() {
            fields[name] = json!([value]);
        }
    }
    let copied = TEXTS
        .into_iter()
        .chain(["unsafe_metadata", "public_metadata"]);
    for name in copied {
        if !sign_up[name].is_null() {
            fields[name] = sign_up[name].clone();
        }
    }
    create_user(cx, state, Params::new(&fields))
}
