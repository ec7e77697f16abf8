//! Cases of `verifyWebhook`.

use clerk_sdk::Clock;
use clerk_sdk::webhooks::{Event, WebhookError, Webhooks};
use serde_json::{Value, json};

use super::{Outcome, text};

pub(crate) fn verify(case: &Value, recorded: &Value) -> Outcome {
    let outcome = &recorded["outcome"];
    let recorded = match outcome.get("event") {
        Some(event) => json!({ "kind": "ok", "event": event }),
        None => json!({ "kind": "throw", "error": meaning(&text(&outcome["error"], "message")) }),
    };
    let ours = match ours(case) {
        Ok(event) => json!({ "kind": "ok", "event": {
            "type": event.raw.get("type"),
            "object": "event",
            "data": event.raw.get("data"),
            "event_attributes": event.raw.get("event_attributes"),
            "timestamp": event.raw.get("timestamp"),
            "instance_id": event.raw.get("instance_id"),
        }}),
        Err(error) => json!({ "kind": "throw", "error": name(&error) }),
    };
    Outcome { ours, recorded }
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

/// Which of our errors a recorded message, which has no code, stands for.
fn meaning(message: &str) -> String {
    let message = message.strip_prefix("@clerk/backend: ").unwrap_or(message);
    if let Some(names) = message.strip_prefix("Missing required webhook headers: ") {
        return format!("missing headers: {names}");
    }
    let message = message
        .strip_prefix("Unable to verify incoming webhook: ")
        .unwrap_or(message);
    let known = [
        ("Missing webhook signing secret", "missing secret"),
        ("Secret can't be empty", "invalid secret"),
        ("Base64Coder", "invalid secret"),
        ("Invalid Signature Headers", "invalid timestamp"),
        ("Message timestamp too old", "too old"),
        ("Message timestamp too new", "too new"),
        ("No matching signature found", "invalid signature"),
        ("Unexpected", "invalid body"),
        ("Cannot read properties of null", "invalid body"),
    ];
    known
        .iter()
        .find(|(begin, _)| message.starts_with(begin))
        .map_or_else(|| message.to_owned(), |(_, name)| (*name).to_owned())
}
