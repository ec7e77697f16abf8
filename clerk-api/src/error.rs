mod api;
mod call;
mod decode;
mod transport;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

pub use api::{ApiError, ClerkError};
pub use call::CallError;
pub use decode::{DecodeError, without_values};
pub use transport::TransportError;

/// What a call can fail with.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
/// use clerk_api::{Error, Method};
///
/// match api.request(Method::GET, "/users/user_123").await {
///     Ok(user) => println!("{}", user["id"]),
///     Err(error) if error.is_not_found() => println!("no such user"),
///     Err(Error::Api(api)) => println!("{}: {:?}", api.status, api.errors),
///     Err(other) => return Err(other),
/// }
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
pub enum Error {
    /// Clerk responded with a status that is not a success.
    Api(Box<ApiError>),
    /// Clerk responded with success, but the body cannot be decoded. The operation may have been carried out.
    Decode(Box<DecodeError>),
    /// There was no response, or only a part of it.
    Transport(Box<TransportError>),
    /// The request or the configuration cannot work. Nothing was sent.
    InvalidRequest {
        /// The operation that was called.
        operation: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The operation needs a secret key and the configuration has none. Nothing was sent.
    MissingSecretKey,
    /// The [gate](crate::Client#the-gate) of the client is closed: Clerk rejected an earlier gated call with 429. Nothing was
    /// sent.
    GateClosed {
        /// The operation that was called.
        operation: &'static str,
        /// After how long such calls are sent again.
        retry_after: Duration,
    },
}

impl Error {
    /// The same, borrowed.
    fn as_call(&self) -> CallError<'_> {
        match self {
            Self::Api(error) => CallError::Api(error),
            Self::Decode(error) => CallError::Decode(error),
            Self::Transport(error) => CallError::Transport(error),
            Self::InvalidRequest { operation, reason } => {
                CallError::InvalidRequest { operation, reason }
            }
            Self::MissingSecretKey => CallError::MissingSecretKey,
            Self::GateClosed {
                operation,
                retry_after,
            } => CallError::GateClosed {
                operation,
                retry_after: *retry_after,
            },
        }
    }

    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.as_call().status()
    }

    /// Returns the id under which Clerk's support finds the request.
    pub fn clerk_trace_id(&self) -> Option<&str> {
        self.as_call().clerk_trace_id()
    }

    /// Returns how long Clerk asks to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.as_call().retry_after()
    }

    /// Returns the code of Clerk's first error, such as `form_identifier_exists`.
    pub fn code(&self) -> Option<&str> {
        self.as_call().code()
    }

    /// Returns the body of the response, unchanged. It may hold personal or secret values.
    pub fn body(&self) -> Option<&Bytes> {
        self.as_call().body()
    }

    /// Returns whether Clerk responded that the object does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.as_call().is_not_found()
    }

    /// Returns whether there were too many requests: Clerk rejected this one with 429, after all retries, or it was not sent because
    /// the [gate](crate::Client#the-gate) is closed.
    pub fn is_rate_limited(&self) -> bool {
        self.as_call().is_rate_limited()
    }

    /// Returns whether the same request may succeed at another time: too many requests, a failure on Clerk's side, or no response.
    ///
    /// It does not say that repeating is harmless: a `POST` without a response may have been carried out.
    pub fn is_retryable(&self) -> bool {
        self.as_call().is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_call(), f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_call(), f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.as_call().source()
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(Box::new(error))
    }
}

/// Returns the trace id that Clerk sends with every response. A response of the network in front of Clerk, which Clerk never
/// saw the request of, has the id of that network instead.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-clerk-trace-id").or(headers.get("cf-ray"))?;
    id.to_str().ok()
}

/// Returns the error that is behind all others: the one that says what went wrong.
pub fn root_cause<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> &'a (dyn std::error::Error + 'static) {
    let mut root = error;
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    root
}

/// Returns what a body is, for people to read: its size and media type, never what it says.
fn describe(body: &Bytes, headers: &HeaderMap) -> String {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    match media_type.map(|value| value.split(';').next().unwrap_or_default().trim()) {
        _ if body.is_empty() => "an empty body".to_owned(),
        Some(media_type) => format!("{} bytes of {}", body.len(), cut(media_type)),
        None => format!("{} bytes of no stated type", body.len()),
    }
}

/// At most so much of a text that came from outside.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(300) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}
