//! Webhooks: checking that Clerk sent them, and reading them.
//!
//! Give [`verify`] the body as it was received: a body that was parsed and written again has other bytes, and no signature
//! fits them.
//!
//! ```
//! use clerk_sdk::webhooks::{self, EventData};
//!
//! fn receive(headers: &clerk_api::header::HeaderMap, raw_body: &[u8], secret: &str) -> Result<(), webhooks::WebhookError> {
//!     let event = webhooks::verify(headers, raw_body, secret)?;
//!     match event.data {
//!         EventData::UserCreated(user) => println!("welcome, {}", user.id),
//!         other => println!("{} is not for us", other.kind()),
//!     }
//!     Ok(())
//! }
//! # let _ = receive;
//! ```

mod error;
mod event;
mod headers;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::clock::Clock;
pub use clerk_api::webhooks::EventData;
pub use error::WebhookError;
pub use event::Event;
pub use headers::WebhookHeaders;

const ID: &str = "svix-id";
const TIMESTAMP: &str = "svix-timestamp";
const SIGNATURE: &str = "svix-signature";

/// Checks that Clerk sent this webhook, within the last five minutes, and reads it.
///
/// `secret` is the signing secret of the endpoint, `whsec_…`. [`Webhooks`] does the same with more to set.
///
/// # Errors
///
/// [`WebhookError`].
pub fn verify(
    headers: &(impl WebhookHeaders + ?Sized),
    raw_body: &[u8],
    secret: &str,
) -> Result<Event, WebhookError> {
    Webhooks::new(secret)?.verify(headers, raw_body)
}

/// Verifies webhooks of one endpoint, and signs them for tests.
///
/// ```
/// use clerk_sdk::Clock;
/// use clerk_sdk::webhooks::Webhooks;
///
/// let webhooks = Webhooks::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.clock(Clock::from_fn(|| 1_750_000_000_000));
/// let body = br#"{"type":"user.promoted","data":{}}"#;
/// let headers = webhooks.sign("msg_1", body);
/// assert_eq!(headers[1], ("svix-timestamp", "1750000000".to_owned()));
/// assert_eq!(webhooks.verify(headers.as_slice(), body)?.kind, "user.promoted");
/// # Ok::<(), clerk_sdk::webhooks::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Webhooks {
    key: hmac::Key,
    tolerance: Duration,
    clock: Clock,
}

impl Webhooks {
    /// With the signing secret of the endpoint, `whsec_…`.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingSecret`] and [`WebhookError::InvalidSecret`].
    pub fn new(secret: &str) -> Result<Self, WebhookError> {
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(WebhookError::MissingSecret);
        }
        let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
        let decoded = if encoded.ends_with('=') {
            STANDARD.decode(encoded)
        } else {
            STANDARD_NO_PAD.decode(encoded)
        };
        match decoded {
            Ok(bytes) if !bytes.is_empty() => Ok(Self {
                key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
                tolerance: Duration::from_secs(300),
                clock: Clock::default(),
            }),
            _ => Err(WebhookError::InvalidSecret),
        }
    }

    /// Sets how long ago, or how far in the future, a webhook may have been sent, in whole seconds. Default: 5 minutes.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the clock to judge by. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Checks that Clerk sent this webhook, in time, and reads it.
    ///
    /// # Errors
    ///
    /// [`WebhookError`].
    pub fn verify(
        &self,
        headers: &(impl WebhookHeaders + ?Sized),
        raw_body: &[u8],
    ) -> Result<Event, WebhookError> {
        let values = [ID, TIMESTAMP, SIGNATURE].map(|name| {
            headers
                .header(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .ok_or(name)
        });
        let [Ok(id), Ok(timestamp), Ok(signatures)] = &values else {
            let names = values.into_iter().filter_map(Result::err).collect();
            return Err(WebhookError::MissingHeaders { names });
        };
        let sent = leading_integer(timestamp).ok_or(WebhookError::InvalidTimestamp)?;
        let tolerance = i64::try_from(self.tolerance.as_secs()).unwrap_or(i64::MAX);
        let age = self.now_seconds().saturating_sub(sent);
        if age > tolerance {
            return Err(WebhookError::TooOld);
        }
        if age < -tolerance {
            return Err(WebhookError::TooNew);
        }
        let expected = self.signature(id, sent, raw_body);
        let fits = signatures.split(' ').any(|one| {
            let mut parts = one.split(',');
            parts.next() == Some("v1")
                && parts.next().is_some_and(|signature| {
                    constant_time::verify_slices_are_equal(
                        signature.as_bytes(),
                        expected.as_bytes(),
                    )
                    .is_ok()
                })
        });
        if !fits {
            return Err(WebhookError::InvalidSignature);
        }
        Event::read(id.clone(), raw_body)
    }

    /// Returns the headers that make this body a webhook sent now, for the tests of an application.
    pub fn sign(&self, id: &str, raw_body: &[u8]) -> [(&'static str, String); 3] {
        let now = self.now_seconds();
        [
            (ID, id.to_owned()),
            (TIMESTAMP, now.to_string()),
            (
                SIGNATURE,
                format!("v1,{}", self.signature(id, now, raw_body)),
            ),
        ]
    }

    fn signature(&self, id: &str, sent: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{id}.{sent}.").as_bytes());
        context.update(body);
        STANDARD.encode(context.sign())
    }

    fn now_seconds(&self) -> i64 {
        self.clock.now_ms().div_euclid(1000)
    }
}

/// Returns the number that a text begins with. Only the number is signed, so that is all that may count of it.
fn leading_integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(digits.len());
    let digits = digits.get(..end).filter(|digits| !digits.is_empty())?;
    // What does not fit is as far away as anything can be.
    Some(sign * digits.parse().unwrap_or(i64::MAX))
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks")
            .field("tolerance", &self.tolerance)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
