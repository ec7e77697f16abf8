//! Operations that are not in Clerk's document and that SDKs call: those that are in it no longer, and one that never was.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::call::Answer;
use super::errors::ApiError;
use super::sessions;
use crate::world::World;

type Legacy = fn(&World, &[&str], &Value) -> Answer;

/// `POST /clients/verify` is not here: the document still has it.
pub(super) fn find(method: &Method, segments: &[&str]) -> Option<Legacy> {
    if *method == Method::GET && segments == ["clients", "handshake_payload"] {
        return Some(handshake_payload);
    }
    if *method != Method::POST {
        return None;
    }
    match segments {
        ["sessions", _, "verify"] => Some(verify_session),
        ["sms_messages"] => Some(sms_message),
        ["emails"] => Some(email),
        _ => None,
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    body[name].as_str().ok_or_else(|| ApiError::missing(name))
}

/// What a handshake left for a nonce: handed out once, and for a minute.
fn handshake_payload(world: &World, _: &[&str], query: &Value) -> Answer {
    let directives = world
        .write()
        .browsers
        .redeem(text(query, "nonce")?, world.clock.now());
    let directives = directives.ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "handshake_nonce_not_found",
            "Not found",
            "There is no handshake with this nonce, or it was used already, or it is older than a minute.",
        )
    })?;
    Ok(json!({"directives": directives}))
}

fn verify_session(world: &World, segments: &[&str], body: &Value) -> Answer {
    let id = segments.get(1).copied().unwrap_or_default();
    sessions::verify_session(world, &world.read(), id, text(body, "token")?)
}

/// Nothing is sent; the message is kept under its id.
fn sms_message(world: &World, _: &[&str], body: &Value) -> Answer {
    let (id, phone_id, message) = (
        world.ids.id("sms"),
        text(body, "phone_number_id")?,
        text(body, "message")?,
    );
    let mut state = world.write();
    let user = state
        .users
        .by_contact_id(phone_id)
        .ok_or_else(|| ApiError::not_found("phone number", phone_id))?;
    let number = user
        .contact(phone_id)
        .map(|phone| phone.value.clone())
        .unwrap_or_default();
    let sent = json!({
        "object": "sms_message", "id": id, "phone_number_id": phone_id, "to_phone_number": number,
        "from_phone_number": "+15555550100", "message": message, "status": "queued", "user_id": user.id,
        "slug": null, "data": null, "delivered_by_clerk": true,
    });
    state.documents.insert("sms_messages", &id, sent.clone());
    Ok(sent)
}

fn email(world: &World, _: &[&str], body: &Value) -> Answer {
    let (id, email_id) = (world.ids.id("ema"), text(body, "email_address_id")?);
    let (from, subject, content) = (
        text(body, "from_email_name")?,
        text(body, "subject")?,
        text(body, "body")?,
    );
    let mut state = world.write();
    let user = state
        .users
        .by_contact_id(email_id)
        .ok_or_else(|| ApiError::not_found("email address", email_id))?;
    let address = user
        .contact(email_id)
        .map(|email| email.value.clone())
        .unwrap_or_default();
    let sent = json!({
        "object": "email", "id": id, "email_address_id": email_id, "to_email_address": address,
        "from_email_name": from, "subject": subject, "body": content, "body_plain": content, "status": "queued",
        "user_id": user.id, "slug": null, "data": null, "delivered_by_clerk": true,
    });
    state.documents.insert("emails", &id, sent.clone());
    Ok(sent)
}
