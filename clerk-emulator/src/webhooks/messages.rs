//! Emails and text messages: nothing is ever sent, but applications that send them themselves hear of them.

use serde_json::{Value, json};

use super::events::Event;
use crate::store::{Contact, State, User};
use crate::world::World;

/// The code that is always right.
const CODE: &str = "424242";

/// Codes that a user was sent by this write.
pub(super) fn codes(world: &World, before: Option<&User>, user: &User) -> Vec<Event> {
    user.contacts()
        .filter(|contact| is_new(before, contact))
        .map(|contact| {
            let to = To {
                address: &contact.value,
                contact_id: Some(&contact.id),
                user_id: Some(&user.id),
            };
            code(world, "verification_code", to)
        })
        .collect()
}

fn is_new(before: Option<&User>, contact: &Contact) -> bool {
    let Some(attempt) = &contact.attempt else {
        return false;
    };
    let before = before.and_then(|before| before.contact(&contact.id)?.attempt.as_deref());
    before.is_none_or(|before| before.id != attempt.id)
}

/// Who is written to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'a> {
    /// Where the message goes: to an inbox or to a telephone.
    pub(crate) address: &'a str,
    pub(crate) contact_id: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
}

/// Tells that a code was sent which leaves no trace in the state: of somebody who signs in or up.
pub(crate) fn code_sent(world: &World, state: &State, slug: &str, to: To<'_>) {
    state.journal().note(|| {
        let (kind, data) = code(world, slug, to);
        crate::store::Entry::Event(kind, data)
    });
}

fn code(world: &World, slug: &str, to: To<'_>) -> Event {
    let text = format!("{CODE} is your verification code.");
    let data = json!({"otp_code": CODE, "app": app(world)});
    if to.address.contains('@') {
        ("email.created", email(world, slug, to, &text, data))
    } else {
        let sms = json!({
            "object": "sms_message", "id": world.ids.id("sms"), "slug": slug, "status": "queued", "message": text,
            "from_phone_number": "+15555550100", "to_phone_number": to.address, "phone_number_id": to.contact_id,
            "user_id": to.user_id, "delivered_by_clerk": true, "data": data, "created_at_ms": world.clock.now(),
        });
        ("sms.created", sms)
    }
}

/// The email with an invitation's link, unless nobody was to be notified.
pub(super) fn invitation(world: &World, slug: &str, invitation: &Value) -> Option<Event> {
    if invitation["_notify"] == false {
        return None;
    }
    let to = To {
        address: invitation["email_address"].as_str()?,
        contact_id: None,
        user_id: None,
    };
    let url = invitation["url"].as_str().unwrap_or_default();
    let data =
        json!({"action_url": url, "app": app(world), "invitation": {"id": invitation["id"]}});
    let text = format!("You are invited: {url}");
    Some(("email.created", email(world, slug, to, &text, data)))
}

fn email(world: &World, slug: &str, to: To<'_>, text: &str, data: Value) -> Value {
    json!({
        "object": "email", "id": world.ids.id("ema"), "slug": slug, "status": "queued", "subject": text,
        "body": format!("<p>{text}</p>"), "body_plain": text, "from_email_name": "notifications",
        "reply_to_email_name": null, "to_email_address": to.address, "email_address_id": to.contact_id,
        "user_id": to.user_id, "delivered_by_clerk": true, "data": data,
    })
}

fn app(world: &World) -> Value {
    json!({"name": "clerk-emulator", "url": world.url, "domain_name": world.host()})
}
