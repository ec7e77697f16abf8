//! Signing up: an account after the code that was sent.

use serde_json::{Value, json};

use super::sign_in::{check_code, sign_in_as};
use super::{Answer, Desk, ticket};
use crate::backend_api;
use crate::backend_api::errors::ApiError;
use crate::backend_api::users::{check_contact, check_password, check_username};
use crate::store::{ContactState, Password, SignUp};
use crate::webhooks::messages::{To, code_sent};

const SIGN_UPS: &str = "sign_ups";
const DAY: i64 = 86_400_000;
/// What is copied as it is given.
const TEXTS: [&str; 4] = ["first_name", "last_name", "username", "locale"];

pub(super) fn create(desk: &mut Desk<'_>) -> Answer {
    begin(desk);
    if let Some(given) = desk.visit.text("ticket") {
        let invitation = ticket::invitation(desk.world, desk.state, given)?;
        change(desk, |sign_up| {
            sign_up["_ticket"] = given.into();
            sign_up["email_address"] = invitation.email_address.into();
            sign_up["public_metadata"] = invitation.public_metadata;
            sign_up["missing_fields"] = json!([]);
            sign_up["_verified"] = true.into();
        })?;
    }
    fill(desk)
}

pub(super) fn get(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    shown(desk)
}

pub(super) fn update(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    fill(desk)
}

pub(super) fn prepare(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    let strategy = desk.visit.text("strategy").unwrap_or("email_code");
    check_strategy(strategy)?;
    send_code(desk)?;
    shown(desk)
}

/// A code is on its way, as it were; only webhooks hear of it.
pub(super) fn send_code(desk: &Desk<'_>) -> Result<(), ApiError> {
    let address = under_way(desk)?["email_address"]
        .as_str()
        .ok_or_else(|| ApiError::missing("email_address"))?;
    let to = To {
        address,
        contact_id: None,
        user_id: None,
    };
    code_sent(desk.world, desk.state, "verification_code", to);
    Ok(())
}

pub(super) fn attempt(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    let strategy = desk.visit.text("strategy").unwrap_or("email_code");
    check_strategy(strategy)?;
    give_code(desk, desk.visit.needed("code")?)
}

fn check_strategy(strategy: &str) -> Result<(), ApiError> {
    if strategy == "email_code" {
        return Ok(());
    }
    let long = "The emulator verifies email addresses by email_code, and nothing else.";
    Err(ApiError::invalid("strategy", long))
}

/// The code for the email address.
pub(super) fn give_code(desk: &mut Desk<'_>, code: &str) -> Answer {
    check_code(code)?;
    change(desk, |sign_up| sign_up["_verified"] = true.into())?;
    finish(desk)?;
    shown(desk)
}

/// Makes sure that the path names the attempt that is under way.
fn named(desk: &Desk<'_>) -> Result<(), ApiError> {
    let id = desk.segment(3);
    match under_way(desk) {
        Ok(sign_up) if sign_up["id"] == id => Ok(()),
        _ => Err(ApiError::not_found("sign-up", id)),
    }
}

/// The browser's attempt to sign up.
pub(super) fn under_way<'a>(desk: &'a Desk<'_>) -> Result<&'a Value, ApiError> {
    let client = desk.browser.client_id.as_deref();
    client
        .and_then(|client| desk.state.browsers.sign_ups.get(client))
        .and_then(|sign_up| desk.state.documents.get(SIGN_UPS, &sign_up.id))
        .ok_or_else(|| ApiError::not_found("sign-up", ""))
}

fn shown(desk: &Desk<'_>) -> Answer {
    under_way(desk).map(crate::store::Documents::shown)
}

fn change(desk: &mut Desk<'_>, change: impl FnOnce(&mut Value)) -> Result<(), ApiError> {
    let id = id(desk)?;
    let sign_up = desk.state.documents.get_mut(SIGN_UPS, &id);
    change(sign_up.ok_or_else(|| ApiError::not_found("sign-up", &id))?);
    Ok(())
}

fn id(desk: &Desk<'_>) -> Result<String, ApiError> {
    Ok(under_way(desk)?["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

/// A new attempt, in place of one that there may be.
fn begin(desk: &mut Desk<'_>) {
    let client = desk.browser.ensure_client(desk.world, desk.state);
    let (id, now) = (desk.world.ids.id("sua"), desk.world.clock.now());
    let document = json!({
        "object": "sign_up_attempt", "id": id, "status": "missing_requirements",
        "required_fields": ["email_address"], "optional_fields": ["first_name", "last_name", "username", "password"],
        "missing_fields": ["email_address"], "unverified_fields": [],
        "verifications": {"email_address": null, "phone_number": null, "web3_wallet": null, "external_account": null},
        "username": null, "email_address": null, "phone_number": null, "web3_wallet": null, "password_enabled": false,
        "first_name": null, "last_name": null, "unsafe_metadata": {}, "public_metadata": {}, "custom_action": false,
        "external_id": null, "created_session_id": null, "created_user_id": null, "locale": null,
        "abandon_at": now.saturating_add(DAY), "legal_accepted_at": null,
    });
    desk.state.make_room_for_sign_up();
    desk.state.documents.insert(SIGN_UPS, &id, document);
    let sign_up = SignUp { id, password: None };
    desk.state.browsers.sign_ups.insert(client, sign_up);
}

/// Takes over what the request brings, and finishes where nothing is missing any more.
fn fill(desk: &mut Desk<'_>) -> Answer {
    let visit = desk.visit;
    let now = desk.world.clock.now();
    if under_way(desk)?["status"] == "complete" {
        return Err(ApiError::bad_state(
            "sign_up_already_complete",
            "The account exists already.",
        ));
    }
    let email = visit
        .text("email_address")
        .map(|email| email.trim().to_lowercase());
    if let Some(email) = &email {
        check_contact("email_address", email)?;
        if desk.state.users.by_contact(email).is_some() {
            return Err(ApiError::taken("email_address"));
        }
    }
    let password = visit
        .field("password")
        .filter(|password| !password.is_empty());
    if let Some(password) = password {
        check_password(password)?;
    }
    check_username(desk.state, visit.text("username"), None)?;
    change(desk, |sign_up| {
        for name in TEXTS {
            if let Some(text) = visit.text(name) {
                sign_up[name] = text.trim().into();
            }
        }
        // A browser that sends forms sends JSON as text.
        let metadata = match visit.value("unsafe_metadata") {
            Some(Value::String(text)) => serde_json::from_str(text).ok(),
            other => other.cloned(),
        };
        if let Some(metadata) = metadata.filter(Value::is_object) {
            sign_up["unsafe_metadata"] = metadata;
        }
        if matches!(visit.value("legal_accepted"), Some(value) if *value == true || *value == "true")
        {
            sign_up["legal_accepted_at"] = now.into();
        }
        if password.is_some() {
            sign_up["password_enabled"] = true.into();
        }
        if let Some(email) = email.filter(|email| sign_up["email_address"] != email.as_str()) {
            sign_up["email_address"] = email.into();
            sign_up["_verified"] = false.into();
            sign_up["missing_fields"] = json!([]);
            sign_up["unverified_fields"] = json!(["email_address"]);
            sign_up["verifications"]["email_address"] = json!({
                "status": "unverified", "strategy": "email_code", "next_action": "needs_attempt",
                "supported_strategies": ["email_code"], "attempts": 0, "expire_at": now + 600_000,
            });
        }
    })?;
    if let (Some(password), Some(client)) = (password, &desk.browser.client_id)
        && let Some(sign_up) = desk.state.browsers.sign_ups.get_mut(client)
    {
        sign_up.password = Some(Password::new(password, now));
    }
    finish(desk)?;
    shown(desk)
}

/// Makes the account and signs it in, once the email address is known to be the visitor's.
fn finish(desk: &mut Desk<'_>) -> Result<(), ApiError> {
    let sign_up = under_way(desk)?.clone();
    if sign_up["_verified"] != true || sign_up["status"] == "complete" {
        return Ok(());
    }
    let ticket = sign_up["_ticket"].as_str();
    if let Some(ticket) = ticket {
        ticket::invitation(desk.world, desk.state, ticket)?;
    }
    let email = sign_up["email_address"].as_str().unwrap_or_default();
    let mut fields = json!({"email_address": [email]});
    for name in TEXTS
        .into_iter()
        .chain(["unsafe_metadata", "public_metadata"])
    {
        if !sign_up[name].is_null() {
            fields[name] = sign_up[name].clone();
        }
    }
    let user = backend_api::perform(desk.world, desk.state, "CreateUser", &[], fields)?;
    let user_id = user["id"].as_str().unwrap_or_default();
    if let Some(ticket) = ticket {
        ticket::use_up_invitation(desk, ticket)?;
    }
    let password = desk
        .browser
        .client_id
        .as_ref()
        .and_then(|client| desk.state.browsers.sign_ups.get_mut(client))
        .and_then(|sign_up| sign_up.password.take());
    desk.state.users.change(user_id, |user| {
        user.password = password.map(Box::new);
        user.legal_accepted_at = sign_up["legal_accepted_at"].as_i64();
        for email in &mut user.emails {
            email.state = ContactState::Verified;
        }
    });
    let session = sign_in_as(desk, user_id)?;
    change(desk, |sign_up| {
        sign_up["status"] = "complete".into();
        sign_up["missing_fields"] = json!([]);
        sign_up["unverified_fields"] = json!([]);
        sign_up["verifications"]["email_address"] =
            json!({"status": "verified", "strategy": "email_code", "next_action": ""});
        sign_up["created_user_id"] = user_id.into();
        sign_up["created_session_id"] = session.into();
    })
}
