//! Whatever a webhook carries: what is not signed is not accepted, and what is signed and JSON is.
//!
//! The first byte chooses who signed it. Then come lines: the id, the timestamp and the signatures of somebody who has not
//! the secret; all that follows is the body.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{NOW, choice, json, line};
use clerk_sdk::Clock;
use clerk_sdk::webhooks::{EventData, WebhookError, Webhooks};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static WEBHOOKS: LazyLock<Webhooks> =
    LazyLock::new(|| of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
static OTHERS: LazyLock<Webhooks> = LazyLock::new(|| of("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

fn of(secret: &str) -> Webhooks {
    Webhooks::new(secret)
        .unwrap()
        .clock(Clock::from_fn(|| NOW * 1000))
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = choice(data) else {
        return;
    };
    let (id, rest) = line(rest);
    let (timestamp, rest) = line(rest);
    let (signatures, body) = line(rest);
    let [id, timestamp, signatures] =
        [id, timestamp, signatures].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    match choice & 3 {
        0 => signed(&id, body),
        1 => tampered(&id, body, choice),
        2 => {
            let headers = OTHERS.sign(&id, body);
            assert!(WEBHOOKS.verify(headers.as_slice(), body).is_err());
        }
        _ => {
            let headers = [
                ("svix-id", id),
                ("svix-timestamp", timestamp),
                ("svix-signature", signatures),
            ];
            // 32 bytes cannot be guessed.
            assert!(WEBHOOKS.verify(headers.as_slice(), body).is_err());
        }
    }
});

fn signed(id: &str, body: &[u8]) {
    let headers = WEBHOOKS.sign(id, body);
    let event = match WEBHOOKS.verify(headers.as_slice(), body) {
        Ok(event) => event,
        Err(WebhookError::MissingHeaders { .. }) => return assert!(id.trim().is_empty()),
        // The id is trimmed, and then it is not the one that was signed.
        Err(WebhookError::InvalidSignature) => return assert_ne!(id.trim(), id),
        Err(WebhookError::InvalidBody(_)) => {
            return assert!(json(body).is_none_or(|body| body.is_null()));
        }
        Err(error) => panic!("{error}"),
    };
    assert_eq!(event.id, id);
    if let Some(read) = json(body) {
        assert_eq!(event.raw, read);
    }
    let kind = event.raw.get("type").and_then(Value::as_str);
    assert_eq!(event.kind, kind.unwrap_or_default());
    if let EventData::Unknown { data, .. } = &event.data {
        assert_eq!(*data, event.raw.get("data").cloned().unwrap_or_default());
    } else {
        assert!(event.decode_error.is_none());
        assert_eq!(event.data.kind(), event.kind);
    }
    let _ = format!("{event:?}");
}

/// The same signature for another id, another time or another body.
fn tampered(id: &str, body: &[u8], choice: u8) {
    let mut headers = WEBHOOKS.sign(id, body);
    let mut body = body.to_vec();
    match choice >> 2 & 3 {
        0 => headers[0].1.push('x'),
        1 => headers[1].1 = (NOW + 1).to_string(),
        2 => body.push(b' '),
        _ => match body.first_mut() {
            Some(first) => *first ^= 1,
            None => return,
        },
    }
    assert!(WEBHOOKS.verify(headers.as_slice(), &body).is_err());
}
