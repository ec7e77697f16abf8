//! What follows from the error of a call, once for the two enums that hold one: [`Error`](super::Error), and clerk-sdk's, which has
//! the same variants beside its own so that its users match one level deep.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;

use super::{ApiError, DecodeError, TransportError};

/// An [`Error`](super::Error), borrowed.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum CallError<'a> {
    Api(&'a ApiError),
    Decode(&'a DecodeError),
    Transport(&'a TransportError),
    InvalidRequest {
        operation: &'static str,
        reason: &'a str,
    },
    MissingSecretKey,
    GateClosed {
        operation: &'static str,
        retry_after: Duration,
    },
}

#[doc(hidden)]
impl<'a> CallError<'a> {
    pub fn status(self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::Decode(error) => Some(error.status),
            _ => None,
        }
    }

    pub fn clerk_trace_id(self) -> Option<&'a str> {
        match self {
            Self::Api(error) => error.clerk_trace_id.as_deref(),
            Self::Decode(error) => error.clerk_trace_id(),
            _ => None,
        }
    }

    pub fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::GateClosed { retry_after, .. } => Some(retry_after),
            _ => None,
        }
    }

    pub fn code(self) -> Option<&'a str> {
        match self {
            Self::Api(error) => error.errors.first().map(|error| error.code.as_str()),
            _ => None,
        }
    }

    pub fn body(self) -> Option<&'a Bytes> {
        match self {
            Self::Api(error) => Some(&error.body),
            Self::Decode(error) => Some(&error.body),
            _ => None,
        }
    }

    pub fn is_not_found(self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    pub fn is_rate_limited(self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
            || matches!(self, Self::GateClosed { .. })
    }

    pub fn is_retryable(self) -> bool {
        match self {
            Self::Api(error) => matches!(error.status.as_u16(), 429 | 500 | 502 | 503 | 504),
            Self::Transport(_) | Self::GateClosed { .. } => true,
            _ => false,
        }
    }

    pub fn source(self) -> Option<&'a (dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error.reqwest_error()),
            _ => None,
        }
    }
}

impl fmt::Display for CallError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::InvalidRequest { operation, reason } => {
                write!(f, "{operation} was not sent: {reason}")
            }
            Self::MissingSecretKey => f.write_str(
                "no secret key: set CLERK_SECRET_KEY or pass `secret_key`; it is on the API keys page of the application \
                 in the Clerk Dashboard, https://dashboard.clerk.com",
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

impl fmt::Debug for CallError<'_> {
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
            // `main` prints these if it returns an error; the advice helps more than the bare name.
            Self::MissingSecretKey => write!(f, "MissingSecretKey: {self}"),
            Self::GateClosed { .. } => write!(f, "GateClosed: {self}"),
        }
    }
}
