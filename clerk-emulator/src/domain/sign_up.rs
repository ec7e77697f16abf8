//! Signing up: an account, once the email address is known to be the visitor's.
//!
//! Each client (browser) has at most one attempt to sign up: a document of `sign_ups`, and the password beside it.

use serde_json::{Value, json};

use super::DAY;
use super::codes::{check_code, send_code};
use super::sign_in::sign_in_user;
use super::tickets::{Ticket, TicketKind};
use super::users::checks::{check_contact, check_password, check_username};
use super::users::create_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{ContactState, Password, SignUp, State};

const SIGN_UPS: &str = "sign_ups";

/// Parameters that are copied as they are given.
const TEXTS: [&str; 4] = ["first_name", "last_name", "username", "locale"];

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

/// Begins an attempt in place of an earlier one, with an invitation's ticket or without, and takes the parameters.
pub(crate) fn create_sign_up(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    begin_sign_up(cx, state, client_id);
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
            sign_up["missing_fields"] = json!([]);
            sign_up["_verified"] = true.into();
        })?;
    }
    update_sign_up(cx, state, client_id, params)
}

fn begin_sign_up(cx: Context<'_>, state: &mut State, client_id: &str) {
    let id = cx.instance.ids.id("sua");
    let document = json!({
        "object": "sign_up_attempt", "id": id, "status": "missing_requirements",
        "required_fields": ["email_address"], "optional_fields": ["first_name", "last_name", "username", "password"],
        "missing_fields": ["email_address"], "unverified_fields": [],
        "verifications": {"email_address": null, "phone_number": null, "web3_wallet": null, "external_account": null},
        "username": null, "email_address": null, "phone_number": null, "web3_wallet": null, "password_enabled": false,
        "first_name": null, "last_name": null, "unsafe_metadata": {}, "public_metadata": {}, "custom_action": false,
        "external_id": null, "created_session_id": null, "created_user_id": null, "locale": null,
        "abandon_at": cx.now.saturating_add(DAY), "legal_accepted_at": null,
    });
    state.make_room_for_sign_up();
    state.documents.insert(SIGN_UPS, &id, document);
    let sign_up = SignUp { id, password: None };
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
    if current_sign_up(state, Some(client_id))?["status"] == "complete" {
        return Err(ApiError::bad_state(
            "sign_up_already_complete",
            "The account exists already.",
        ));
    }
    let email = params
        .filled_text("email_address")
        .map(|email| email.trim().to_lowercase());
    if let Some(email) = &email {
        check_contact("email_address", email)?;
        if state.users.by_contact(email).is_some() {
            return Err(ApiError::taken("email_address"));
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
        if let Some(email) = email.filter(|email| sign_up["email_address"] != email.as_str()) {
            take_email(cx, sign_up, email);
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
    if matches!(params.value("legal_accepted"), Some(value) if *value == true || *value == "true") {
        sign_up["legal_accepted_at"] = cx.now.into();
    }
}

fn take_email(cx: Context<'_>, sign_up: &mut Value, email: String) {
    sign_up["email_address"] = email.into();
    sign_up["_verified"] = false.into();
    sign_up["missing_fields"] = json!([]);
    sign_up["unverified_fields"] = json!(["email_address"]);
    sign_up["verifications"]["email_address"] = json!({
        "status": "unverified", "strategy": "email_code", "next_action": "needs_attempt",
        "supported_strategies": ["email_code"], "attempts": 0, "expire_at": cx.now + 600_000,
    });
}

/// Checks that a strategy can verify what was given.
pub(crate) fn check_strategy(strategy: &str) -> Result<(), ApiError> {
    if strategy == "email_code" {
        return Ok(());
    }
    let long = "The emulator verifies email addresses by email_code, and nothing else.";
    Err(ApiError::invalid("strategy", long))
}

/// Sends the code to the email address, which only webhooks hear of.
pub(crate) fn send_sign_up_code(state: &State, client_id: Option<&str>) -> Result<(), ApiError> {
    let address = current_sign_up(state, client_id)?["email_address"]
        .as_str()
        .ok_or_else(|| ApiError::missing("email_address"))?;
    send_code(state, address, None, None);
    Ok(())
}

/// Verifies the email address by the code, and creates the account.
pub(crate) fn attempt_sign_up_code(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    code: &str,
) -> Result<(), ApiError> {
    check_code(code)?;
    let client = client_id.ok_or_else(|| ApiError::not_found("sign-up", ""))?;
    change_sign_up(state, client, |sign_up| sign_up["_verified"] = true.into())?;
    finish_sign_up(cx, state, client)
}

/// Creates the account and signs it in, if the email address is verified.
fn finish_sign_up(cx: Context<'_>, state: &mut State, client_id: &str) -> Result<(), ApiError> {
    let sign_up = current_sign_up(state, Some(client_id))?.clone();
    if sign_up["_verified"] != true || sign_up["status"] == "complete" {
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
    let password = state
        .browsers
        .sign_ups
        .get_mut(client_id)
        .and_then(|sign_up| sign_up.password.take());
    state.users.change(&user_id, |user| {
        user.password = password.map(Box::new);
        user.legal_accepted_at = sign_up["legal_accepted_at"].as_i64();
        for email in &mut user.emails {
            email.state = ContactState::Verified;
        }
    });
    let session = sign_in_user(cx, state, client_id, &user_id, None)?;
    change_sign_up(state, client_id, |sign_up| {
        sign_up["status"] = "complete".into();
        sign_up["missing_fields"] = json!([]);
        sign_up["unverified_fields"] = json!([]);
        sign_up["verifications"]["email_address"] =
            json!({"status": "verified", "strategy": "email_code", "next_action": ""});
        sign_up["created_user_id"] = user_id.into();
        sign_up["created_session_id"] = session.into();
    })
}

fn create_account(cx: Context<'_>, state: &mut State, sign_up: &Value) -> Result<String, ApiError> {
    let email = sign_up["email_address"].as_str().unwrap_or_default();
    let mut fields = json!({"email_address": [email]});
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
