mod api;
mod decode;
mod transport;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

pub use api::{ApiError, ClerkError};
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
    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::Decode(error) => Some(error.status),
            _ => None,
        }
    }

    /// Returns the id under which Clerk's support finds the request.
    pub fn clerk_trace_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.clerk_trace_id.as_deref(),
            Self::Decode(error) => error.clerk_trace_id(),
            _ => None,
        }
    }

    /// Returns how long Clerk asks to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::GateClosed { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// Returns the code of Clerk's first error, such as `form_identifier_exists`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.errors.first().map(|error| error.code.as_str()),
            _ => None,
        }
    }

    /// Returns the body of the response, unchanged. It may hold personal or secret values.
    pub fn body(&self) -> Option<&Bytes> {
        match self {
            Self::Api(error) => Some(&error.body),
            Self::Decode(error) => Some(&error.body),
            _ => None,
        }
    }

    /// Returns whether Clerk responded that the object does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Returns whether there were too many requests: Clerk rejected this one with 429, after all retries, or it was not sent because
    /// the [gate](crate::Client#the-gate) is closed.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
            || matches!(self, Self::GateClosed { .. })
    }

    /// Returns whether the same request may succeed at another time: too many requests, a failure on Clerk's side, or no response.
    ///
    /// It does not say that repeating is harmless: a `POST` without a response may have been carried out.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => matches!(error.status.as_u16(), 429 | 500 | 502 | 503 | 504),
            Self::Transport(_) | Self::GateClosed { .. } => true,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::InvalidRequest { operation, reason } => {
                write!(f, "{operation} was not sent: {reason}")
            }
            Self::MissingSecretKey => f.write_str(
                "no secret key: set CLERK_SECRET_KEY, or give one to the configuration; \
                 it is on the API keys page of the Clerk Dashboard",
            ),
            Self::GateClosed {
                operation,
                retry_after,
            } => write!(
                f,
                "{operation} was not sent: Clerk rejected an earlier call because there were too many; such calls are sent \
                 again in {} s",
                retry_after.as_secs().max(1)
            ),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::InvalidRequest { operation, reason } => f
                .debug_struct("InvalidRequest")
                .field("operation", operation)
                .field("reason", reason)
                .finish(),
            // `main` prints this if it returns an error; the advice helps more than the bare name.
            Self::MissingSecretKey => write!(f, "MissingSecretKey: {self}"),
            Self::GateClosed {
                operation,
                retry_after,
            } => f
                .debug_struct("GateClosed")
                .field("operation", operation)
                .field("retry_after", retry_after)
                .finish(),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error.reqwest_error()),
            _ => None,
        }
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

/// Returns the trace id that Clerk sends with every answer, or the one of the network in front of it, which is all that an answer
/// has that Clerk never saw the request of.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-clerk-trace-id").or(headers.get("cf-ray"))?;
    id.to_str().ok()
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
