use std::fmt;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::{cut, describe, trace_id};
use crate::runtime::Response;

/// A success whose body is not what was expected: [`Error::Decode`](crate::Error::Decode).
///
/// The operation may have been carried out. The `json` method of every request returns the body untyped, so that nothing
/// is out of reach until the crate knows the new shape.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) {
/// use clerk_api::{Error, Method};
///
/// if let Err(Error::Decode(error)) = api.request(Method::GET, "/users/count").send_as::<u64>().await {
///     eprintln!("at {}: {}", error.path, error.reason);
/// }
/// # }
/// ```
#[non_exhaustive]
pub struct DecodeError {
    /// The operation that was called.
    pub operation: &'static str,
    /// Where in the JSON, such as `data[3].email_addresses[0].id`; `.` is the whole body.
    pub path: String,
    /// What is wrong there. The values of texts are left out.
    pub reason: String,
    /// The status: a 2xx.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as it came. It may hold personal or secret values. Empty when it was larger than
    /// [`max_response_bytes`](crate::HttpOptions::max_response_bytes).
    pub body: Bytes,
}

impl DecodeError {
    pub(crate) fn new(
        operation: &'static str,
        answer: Response<Bytes>,
        path: String,
        error: &serde_json::Error,
    ) -> Self {
        Self::because(operation, answer, path, without_values(&error.to_string()))
    }

    pub(crate) fn too_large(
        operation: &'static str,
        answer: Response<Bytes>,
        limit: usize,
    ) -> Self {
        let reason = format!("the body is larger than `max_response_bytes`, {limit}");
        Self::because(operation, answer, ".".to_owned(), reason)
    }

    /// Returns the id under which Clerk's support finds the request.
    pub fn clerk_trace_id(&self) -> Option<&str> {
        trace_id(&self.headers)
    }

    fn because(
        operation: &'static str,
        answer: Response<Bytes>,
        path: String,
        reason: String,
    ) -> Self {
        let (body, status, headers) = answer.into_parts();
        Self {
            operation,
            path,
            reason,
            status,
            headers,
            body,
        }
    }
}

/// Serde repeats the text it did not expect, which may be a secret: takes out what is in quotes.
pub fn without_values(message: &str) -> String {
    let shortened = match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (message.get(..first), message.get(last + 1..));
            format!(
                "{}\"…\"{}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        }
        _ => message.to_owned(),
    };
    let unknown = "unknown variant `";
    match shortened
        .strip_prefix(unknown)
        .and_then(|rest| rest.split_once("`, "))
    {
        Some((_, expected)) => format!("{unknown}…`, {expected}"),
        None => shortened,
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} returned {}, but the body ({}) cannot be decoded at `{}`: {}; the operation may have been carried out, and \
             `.json()` returns the body untyped",
            self.operation,
            self.status,
            describe(&self.body, &self.headers),
            cut(&self.path),
            cut(&self.reason),
        )?;
        if let Some(id) = self.clerk_trace_id() {
            write!(f, " [trace {}]", cut(id))?;
        }
        Ok(())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("reason", &self.reason)
            .field("status", &self.status)
            .field(
                "body",
                &format_args!("{}", describe(&self.body, &self.headers)),
            )
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}
