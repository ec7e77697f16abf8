//! Events of emails and text messages: the emulator sends none, but applications may send them themselves.

use serde_json::{Value, json};

use super::events::Event;
use crate::domain::codes::{CODE, Recipient};
use crate::domain::verifications::link_url;
use crate::instance::{Context, Instance};
use crate::store::{Attempt, Contact, User};

/// Returns the messages with the codes that a user was sent by a commit.
pub(super) fn new_code_messages(cx: Context<'_>, before: Option<&User>, user: &User) -> Vec<Event> {
    // Nothing is sent to a wallet.
    let contacts = user.emails.iter().chain(&user.phones);
    contacts
        .filter_map(|contact| Some((contact, new_attempt(before, contact)?)))
        .map(|(contact, attempt)| {
            let to = Recipient {
                address: &contact.value,
                contact_id: Some(&contact.id),
                user_id: Some(&user.id),
            };
            match link_url(cx.instance, attempt) {
                Some(url) => link_message(cx, to, "magic_link_user_profile", &url),
                None => code_message(cx, to),
            }
        })
        .collect()
}

fn new_attempt<'a>(before: Option<&User>, contact: &'a Contact) -> Option<&'a Attempt> {
    let attempt = contact.attempt.as_deref()?;
    let before = before.and_then(|before| before.contact(&contact.id)?.attempt.as_deref());
    before
        .is_none_or(|before| before.id != attempt.id)
        .then_some(attempt)
}

/// Returns the message with a link that proves that an email address is the visitor's.
pub(super) fn link_message(cx: Context<'_>, to: Recipient<'_>, slug: &str, url: &str) -> Event {
    let instance = cx.instance;
    let text = format!("Follow this link to go on: {url}");
    let data = json!({"magic_link": url, "app": app(instance)});
    ("email.created", email(instance, slug, to, &text, data))
}

/// Returns the message with a code.
pub(super) fn code_message(cx: Context<'_>, to: Recipient<'_>) -> Event {
    let instance = cx.instance;
    let slug = "verification_code";
    let text = format!("{CODE} is your verification code.");
    let data = json!({"otp_code": CODE, "app": app(instance)});
    if to.address.contains('@') {
        ("email.created", email(instance, slug, to, &text, data))
    } else {
        let sms = json!({
            "object": "sms_message", "id": instance.ids.id("sms"), "slug": slug, "status": "queued", "message": text,
            "from_phone_number": "+15555550100", "to_phone_number": to.address, "phone_number_id": to.contact_id,
            "user_id": to.user_id, "delivered_by_clerk": true, "data": data, "created_at_ms": cx.now,
        });
        ("sms.created", sms)
    }
}

/// Returns the email with an invitation's link, unless the inviter wanted none.
pub(super) fn invitation_message(cx: Context<'_>, slug: &str, invitation: &Value) -> Option<Event> {
    let instance = cx.instance;
    if invitation["_notify"] == false {
        return None;
    }
    let to = Recipient {
        address: invitation["email_address"].as_str()?,
        contact_id: None,
        user_id: None,
    };
    let url = invitation["url"].as_str().unwrap_or_default();
    let data =
        json!({"action_url": url, "app": app(instance), "invitation": {"id": invitation["id"]}});
    let text = format!("You are invited: {url}");
    Some(("email.created", email(instance, slug, to, &text, data)))
}

fn email(instance: &Instance, slug: &str, to: Recipient<'_>, text: &str, data: Value) -> Value {
    json!({
        "object": "email", "id": instance.ids.id("ema"), "slug": slug, "status": "queued", "subject": text,
        "body": format!("<p>{text}</p>"), "body_plain": text, "from_email_name": "notifications",
        "reply_to_email_name": null, "to_email_address": to.address, "email_address_id": to.contact_id,
        "user_id": to.user_id, "delivered_by_clerk": true, "data": data,
    })
}

fn app(instance: &Instance) -> Value {
    json!({"name": "clerk-emulator", "url": instance.settings.url, "domain_name": instance.settings.host()})
}
