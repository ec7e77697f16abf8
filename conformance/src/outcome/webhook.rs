//! Cases of `verifyWebhook`.

use clerk_sdk::Clock;
use clerk_sdk::webhooks::{Event, WebhookError, Webhooks};
use serde_json::{Value, json};

use crate::cases::text;

pub(super) fn verify(case: &Value) -> Value {
    match ours(case) {
        Ok(event) => json!({ "kind": "ok", "event": {
            "type": event.raw.get("type"),
            "object": "event",
            "data": event.raw.get("data"),
            "event_attributes": event.raw.get("event_attributes"),
            "timestamp": event.raw.get("timestamp"),
            "instance_id": event.raw.get("instance_id"),
        }}),
        Err(error) => json!({ "kind": "throw", "error": name(&error) }),
    }
}

fn ours(case: &Value) -> Result<Event, WebhookError> {
    let clock = case
        .get("clock")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let secret = case["options"]
        .get("signingSecret")
        .or_else(|| case["env"].get("CLERK_WEBHOOK_SIGNING_SECRET"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let headers: Vec<(String, String)> = case["request"]["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned())))
        .collect();
    Webhooks::new(secret)?
        .clock(Clock::from_fn(move || clock))
        .verify(
            headers.as_slice(),
            text(&case["request"], "body").as_bytes(),
        )
}

fn name(error: &WebhookError) -> String {
    match error {
        WebhookError::MissingSecret => "missing secret".to_owned(),
        WebhookError::InvalidSecret => "invalid secret".to_owned(),
        WebhookError::MissingHeaders { names } => format!("missing headers: {}", names.join(", ")),
        WebhookError::InvalidTimestamp => "invalid timestamp".to_owned(),
        WebhookError::TooOld => "too old".to_owned(),
        WebhookError::TooNew => "too new".to_owned(),
        WebhookError::InvalidSignature => "invalid signature".to_owned(),
        WebhookError::InvalidBody(_) => "invalid body".to_owned(),
        _ => "something new".to_owned(),
    }
}
