//! The value types that requests and responses are made of.

pub(crate) mod lenient;
#[doc(hidden)]
pub mod open_enum;
mod page;
mod patch;
pub(crate) mod redaction;
mod timestamp;
mod upload;

pub use page::Page;
pub use patch::Patch;
pub use redaction::SecretKey;
pub use timestamp::{Timestamp, TimestampRangeError};
pub use upload::Upload;
pub(crate) use upload::UploadContent;

use serde::Serialize;
use serde::ser::Error as _;

/// A JSON object whose fields are not known to the crate, such as a user's `public_metadata`.
///
/// ```
/// let mut metadata = clerk_api::JsonObject::new();
/// metadata.insert("plan".to_owned(), "gold".into());
/// ```
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// Reads any serializable value as a JSON object.
///
/// # Errors
///
/// When the value cannot be serialized or is not an object in JSON.
pub fn to_object(value: impl Serialize) -> Result<JsonObject, serde_json::Error> {
    match serde_json::to_value(value)? {
        serde_json::Value::Object(object) => Ok(object),
        other => Err(serde_json::Error::custom(format_args!(
            "expected a JSON object, got {}",
            kind(&other)
        ))),
    }
}

/// Returns what sort of JSON value this is, for error messages: never the value itself.
pub(crate) fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a boolean",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
