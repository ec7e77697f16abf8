//! Operations that SDKs call and that are not in Clerk's document: those that were removed from it, and one that never
//! was in it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::call::HandlerResult;
use crate::domain::sessions;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Instance;
use crate::store::State;
use crate::views::session::session_view;

/// Takes the path's segments and the parameters, in the query or the body.
pub(super) type LegacyHandler = fn(&Instance, &[&str], &Value) -> HandlerResult;

/// `POST /clients/verify` is not here: the document still has it.
pub(super) fn legacy_handler(method: &Method, segments: &[&str]) -> Option<LegacyHandler> {
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

/// Returns what a handshake left for a nonce: once, and within a minute.
fn handshake_payload(instance: &Instance, _: &[&str], query: &Value) -> HandlerResult {
    let nonce = Params::new(query).required_text("nonce")?;
    let now = instance.clock.now();
    let directives = instance.commit(|state| state.browsers.redeem(nonce, now));
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

fn verify_session(instance: &Instance, segments: &[&str], body: &Value) -> HandlerResult {
    let id = segments.get(1).copied().unwrap_or_default();
    let token = Params::new(body).required_text("token")?;
    let cx = instance.context();
    let state = instance.read();
    let session = sessions::verify_session(cx, &state, id, token)?;
    Ok(session_view(session, cx.now))
}

/// Returns the user and the value of the contact with this id.
fn recipient(state: &State, id: &str, what: &str) -> Result<(String, String), ApiError> {
    let user = state
        .users
        .by_contact_id(id)
        .ok_or_else(|| ApiError::not_found(what, id))?;
    let contact = user.contact(id).map(|contact| contact.value.to_string());
    Ok((user.id.clone(), contact.unwrap_or_default()))
}

/// Keeps the message under its id; it is not sent.
fn sms_message(instance: &Instance, _: &[&str], body: &Value) -> HandlerResult {
    let params = Params::new(body);
    let phone_id = params.required_text("phone_number_id")?;
    let message = params.required_text("message")?;
    let id = instance.ids.id("sms");
    instance.commit(|state| {
        let (user_id, number) = recipient(state, phone_id, "phone number")?;
        let sent = json!({
            "object": "sms_message", "id": id, "phone_number_id": phone_id, "to_phone_number": number,
            "from_phone_number": "+15555550100", "message": message, "status": "queued", "user_id": user_id,
            "slug": null, "data": null, "delivered_by_clerk": true,
        });
        state.documents.insert("sms_messages", &id, sent.clone());
        Ok(sent)
    })
}

/// Keeps the email under its id; it is not sent.
fn email(instance: &Instance, _: &[&str], body: &Value) -> HandlerResult {
    let params = Params::new(body);
    let email_id = params.required_text("email_address_id")?;
    let from = params.required_text("from_email_name")?;
    let subject = params.required_text("subject")?;
    let content = params.required_text("body")?;
    let id = instance.ids.id("ema");
    instance.commit(|state| {
        let (user_id, address) = recipient(state, email_id, "email address")?;
        let sent = json!({
            "object": "email", "id": id, "email_address_id": email_id, "to_email_address": address,
            "from_email_name": from, "subject": subject, "body": content, "body_plain": content, "status": "queued",
            "user_id": user_id, "slug": null, "data": null, "delivered_by_clerk": true,
        });
        state.documents.insert("emails", &id, sent.clone());
        Ok(sent)
    })
}
