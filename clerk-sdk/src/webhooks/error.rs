use std::fmt;

/// Why a webhook was rejected. Respond with status 400, and the sender tries again later.
///
/// ```
/// use clerk_sdk::webhooks::{self, WebhookError};
///
/// let no_headers: &[(&str, &str)] = &[];
/// let error = webhooks::verify(no_headers, b"{}", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_err();
/// assert!(matches!(error, WebhookError::MissingHeaders { .. }));
/// assert!(error.to_string().contains("svix-id"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no signing secret.
    MissingSecret,
    /// The signing secret is not one that Clerk handed out.
    InvalidSecret,
    /// Headers that every webhook has are missing or empty.
    MissingHeaders {
        /// Their names.
        names: Vec<&'static str>,
    },
    /// The header `svix-timestamp` is not a number.
    InvalidTimestamp,
    /// It was sent too long ago, by this machine's clock: perhaps someone repeats an old one.
    TooOld,
    /// It was sent in the future, by this machine's clock.
    TooNew,
    /// No signature is of this secret and these bytes.
    InvalidSignature,
    /// It is genuine, and the body is not JSON.
    InvalidBody(serde_json::Error),
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingSecret => f.write_str(
                "the signing secret is missing: set CLERK_WEBHOOK_SIGNING_SECRET to the one of the endpoint \
                 on the Webhooks page of the Clerk Dashboard",
            ),
            Self::InvalidSecret => f.write_str(
                "the signing secret is malformed: copy all of it, from whsec_ on, from the Webhooks page of the \
                 Clerk Dashboard",
            ),
            Self::MissingHeaders { names } => write!(
                f,
                "headers are missing: {}; is this request a webhook, and does a proxy drop headers?",
                names.join(", ")
            ),
            Self::InvalidTimestamp => f.write_str("the header svix-timestamp is not a number"),
            Self::TooOld => f.write_str(
                "the webhook was sent too long ago: someone repeats it, or this machine's clock is ahead",
            ),
            Self::TooNew => f.write_str(
                "the webhook was sent in the future: this machine's clock is behind",
            ),
            Self::InvalidSignature => f.write_str(
                "no signature fits: check that the secret is the one of this endpoint, and that the body is verified \
                 as it was received, byte by byte",
            ),
            Self::InvalidBody(error) => write!(f, "the webhook is genuine, but its body is not an event: {error}"),
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidBody(error) => Some(error),
            _ => None,
        }
    }
}
