use std::fmt;

use clerk_api::webhooks::EventData;
use serde_json::Value;

use super::error::WebhookError;

/// A webhook whose signature was verified.
///
/// ```
/// use clerk_sdk::webhooks::{EventData, Webhooks};
///
/// let webhooks = Webhooks::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let body = br#"{"type":"user.deleted","object":"event","data":{"id":"user_1","object":"user","deleted":true}}"#;
/// let headers = webhooks.sign("msg_1", body);
///
/// let event = webhooks.verify(headers.as_slice(), body)?;
/// match &event.data {
///     EventData::UserDeleted(user) => assert_eq!(user.id.as_deref(), Some("user_1")),
///     other => println!("{} is not for us", other.kind()),
/// }
/// # Ok::<(), clerk_sdk::webhooks::WebhookError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// The id of the message (`svix-id`). It is the same when a message is sent again: keep it to act on each only once.
    pub id: String,
    /// What happened, such as `user.created`. Empty when the body names nothing.
    pub kind: String,
    /// What it happened to. Events that this version of the crate does not know are
    /// [`Unknown`](EventData::Unknown), and so are those that it knows and whose data does not have the documented form; the
    /// latter have a [`decode_error`](Self::decode_error).
    pub data: EventData,
    /// Why the data of a known event could not be read as such. `None` for all others.
    pub decode_error: Option<String>,
    /// When it happened, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The instance where it happened.
    pub instance_id: Option<String>,
    /// The body as it came.
    pub raw: Value,
}

impl Event {
    pub(super) fn read(id: String, body: &[u8]) -> Result<Self, WebhookError> {
        let raw: Value =
            clerk_api::__private::json_from_slice(body).map_err(WebhookError::InvalidBody)?;
        if raw.is_null() {
            return Err(WebhookError::InvalidBody(serde::de::Error::custom(
                "it is null",
            )));
        }
        let text = |name| raw.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type").unwrap_or_default();
        let data = raw.get("data").cloned().unwrap_or_default();
        let (data, decode_error) = match EventData::decode(&kind, data) {
            Ok(data) => (data, None),
            Err(error) => {
                // A genuine event must not be lost because Clerk's data has changed.
                let reason = clerk_api::__private::without_values(&error.to_string());
                tracing::warn!(
                    kind,
                    reason,
                    "the data of the webhook does not have the documented form"
                );
                let data = raw.get("data").cloned().unwrap_or_default();
                let unknown = EventData::Unknown {
                    kind: kind.clone(),
                    data,
                };
                (unknown, Some(reason))
            }
        };
        Ok(Self {
            id,
            kind,
            data,
            decode_error,
            timestamp: raw.get("timestamp").and_then(Value::as_i64),
            instance_id: text("instance_id"),
            raw,
        })
    }
}

// Data is personal; who wants to print it can.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("decode_error", &self.decode_error)
            .field("timestamp", &self.timestamp)
            .field("instance_id", &self.instance_id)
            .finish_non_exhaustive()
    }
}
