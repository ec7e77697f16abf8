use std::fmt;
use std::time::Duration;

use clerk_api::{ApiError, DecodeError, StatusCode, TransportError};

use crate::auth::ClaimsError;
use crate::tokens::{MachineTokenError, TokenError};
use crate::webhooks::WebhookError;

/// The error of everything in this crate.
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// use clerk_sdk::Error;
///
/// match clerk.users().get_user("user_123").await {
///     Ok(user) => println!("{:?}", user.first_name),
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
    /// The operation needs a secret key, which is not set. Nothing was sent.
    MissingSecretKey,
    /// The [gate](clerk_api::Client#the-gate) for calls that visitors can cause is closed: Clerk rejected an earlier one with
    /// 429. Nothing was sent.
    GateClosed {
        /// The operation that was called.
        operation: &'static str,
        /// After how long such calls are sent again.
        retry_after: Duration,
    },
    /// An option that was passed, or an environment variable, cannot work.
    InvalidOption(OptionError),
    /// A session token was rejected.
    Token(TokenError),
    /// A machine token was rejected.
    MachineToken(MachineTokenError),
    /// The claims of a genuine token cannot be read.
    Claims(ClaimsError),
    /// A webhook was rejected.
    Webhook(WebhookError),
    /// The browser's client has no last active session: no user is signed in.
    NoActiveSession,
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

    /// Returns the code of Clerk's first error, such as `form_identifier_exists`, or the reason for which a token was rejected, such
    /// as `token-expired`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.errors.first().map(|error| error.code.as_str()),
            Self::Token(error) => Some(error.reason().as_str()),
            Self::MachineToken(error) => Some(error.error.reason().as_str()),
            _ => None,
        }
    }

    /// Returns the body of the response, unchanged. It may hold personal or secret values.
    pub fn body(&self) -> Option<&[u8]> {
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
    /// the [gate](clerk_api::Client#the-gate) is closed.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
            || matches!(self, Self::GateClosed { .. })
    }

    /// Returns whether the same request may succeed at another time: too many requests, a failure on Clerk's side, or no response.
    /// It does not say that repeating is harmless: a `POST` without a response may have been carried out.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => matches!(error.status.as_u16(), 429 | 500 | 502 | 503 | 504),
            Self::Transport(_) | Self::GateClosed { .. } => true,
            Self::Token(error) => error.is_outage(),
            Self::MachineToken(error) => error.error.is_outage(),
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
                "no secret key: set CLERK_SECRET_KEY or pass `secret_key`; it is on the API keys page of the application \
                 in the Clerk Dashboard, https://dashboard.clerk.com",
            ),
            Self::GateClosed {
                operation,
                retry_after,
            } => clerk_api::Error::GateClosed {
                operation,
                retry_after: *retry_after,
            }
            .fmt(f),
            Self::InvalidOption(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::MachineToken(error) => error.fmt(f),
            Self::Claims(error) => error.fmt(f),
            Self::Webhook(error) => error.fmt(f),
            Self::NoActiveSession => f.write_str(
                "no user is signed in: the client has no last active session; send the user to the sign-in page",
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
            Self::GateClosed { .. } => write!(f, "GateClosed: {self}"),
            Self::InvalidOption(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::MachineToken(error) => error.fmt(f),
            Self::Claims(error) => error.fmt(f),
            Self::Webhook(error) => error.fmt(f),
            Self::NoActiveSession => write!(f, "NoActiveSession: {self}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Token(error) => error.source(),
            Self::MachineToken(error) => error.error.source(),
            Self::Webhook(error) => error.source(),
            _ => None,
        }
    }
}

impl From<clerk_api::Error> for Error {
    fn from(error: clerk_api::Error) -> Self {
        use clerk_api::Error as Api;

        match error {
            Api::Api(error) => Self::Api(error),
            Api::Decode(error) => Self::Decode(error),
            Api::Transport(error) => Self::Transport(error),
            Api::InvalidRequest { operation, reason } => Self::InvalidRequest { operation, reason },
            Api::MissingSecretKey => Self::MissingSecretKey,
            Api::GateClosed {
                operation,
                retry_after,
            } => Self::GateClosed {
                operation,
                retry_after,
            },
            // The enum may grow; a variant that this crate does not know yet still says what it is.
            other => Self::InvalidRequest {
                operation: "request",
                reason: other.to_string(),
            },
        }
    }
}

macro_rules! from {
    ($($variant:ident($error:ty),)*) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}
from! {
    InvalidOption(OptionError),
    Token(TokenError),
    MachineToken(MachineTokenError),
    Claims(ClaimsError),
    Webhook(WebhookError),
}

/// An option that was passed, or the environment variable that stands for it, cannot work. It never prints the value.
///
/// ```
/// use clerk_sdk::{Clerk, ClerkOptions, Environment, Error};
///
/// let options = ClerkOptions::new().publishable_key("sk_test_123");
/// let error = Clerk::with_environment(options, Environment::empty()).unwrap_err();
/// assert!(matches!(error, Error::InvalidOption(_)));
/// assert!(error.to_string().contains("publishable_key"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OptionError {
    option: &'static str,
    variable: &'static str,
    reason: String,
}

impl OptionError {
    pub(crate) fn new(
        option: &'static str,
        variable: &'static str,
        reason: impl fmt::Display,
    ) -> Self {
        Self {
            option,
            variable,
            reason: reason.to_string(),
        }
    }

    /// Returns the name of the option.
    pub fn option(&self) -> &'static str {
        self.option
    }

    /// Returns the environment variable that it falls back to.
    pub fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            option,
            variable,
            reason,
        } = self;
        write!(f, "`{option}` (or {variable}) cannot be used: {reason}")
    }
}

// `main` prints this if it returns an error: the sentence says more than the fields.
impl fmt::Debug for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for OptionError {}
