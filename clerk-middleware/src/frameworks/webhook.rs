//! Webhooks, verified over the bytes as they arrived.

use std::ops::Deref;

#[cfg(feature = "axum")]
use axum::{RequestExt as _, extract::DefaultBodyLimit};
use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::Clock;
use clerk_sdk::webhooks::{Event, WebhookError};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// A webhook that Clerk sent. Its signature was verified over the unchanged body, with the client's
/// [`webhook_signing_secret`](clerk_sdk::ClerkOptions::webhook_signing_secret) (`CLERK_WEBHOOK_SIGNING_SECRET`).
///
/// Other requests are rejected with 400, and the log says why; a missing secret leads to 500. The framework's usual limit
/// for bodies applies: what you configure in axum and actix-web, and the limit for `json` in Rocket. poem has no limit, so 2
/// MiB are allowed. The route must be behind Clerk's layer, but not behind one that requires a signed-in user, because
/// Clerk's requests have none.
///
/// ```
/// use clerk_middleware::ClerkWebhook;
/// use clerk_sdk::webhooks::EventData;
///
/// async fn receive(event: ClerkWebhook) {
///     match &event.data {
///         EventData::UserCreated(user) => println!("welcome, {}", user.id),
///         other => println!("{} is not for us", other.kind()),
///     }
/// }
/// # let _ = receive;
/// ```
#[derive(Clone, Debug)]
pub struct ClerkWebhook(
    /// The event.
    pub Event,
);

impl Deref for ClerkWebhook {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.0
    }
}

impl ClerkWebhook {
    /// Creates the webhook from a request whose body was read. If reading failed, the error is the status to reject with.
    pub(super) fn of(
        authenticated: &RequestAuth,
        parts: &Parts,
        body: Result<Bytes, StatusCode>,
    ) -> Result<Self, Rejection> {
        body.map_err(Rejection::unreadable_body)
            .and_then(|body| Self::verify(authenticated, &parts.headers, &body))
            .map_err(|rejection| authenticated.reject(parts, rejection))
    }

    fn verify(
        authenticated: &RequestAuth,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Rejection> {
        authenticated
            .clerk()
            .verify_webhook(headers, body)
            .map(Self)
            .map_err(|error| {
                static LIMIT: LogLimit = LogLimit::new();
                let message = format!("a webhook was rejected: {error}");
                LIMIT.log(&Clock::system(), Level::Warn, &message, &[]);
                match error {
                    clerk_sdk::Error::Webhook(
                        WebhookError::MissingSecret | WebhookError::InvalidSecret,
                    ) => Rejection::misconfigured(),
                    _ => Rejection::invalid_webhook(),
                }
            })
    }
}

#[cfg(feature = "axum")]
impl<S: Send + Sync> axum::extract::FromRequest<S> for ClerkWebhook {
    type Rejection = Rejection;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Rejection> {
        use super::tower::{WithOriginalUri, of_extensions};

        // The limit is in the extensions and applies to the body from here on, wherever the request's head is.
        let (mut parts, body) = request.with_limited_body().into_parts();
        let authenticated = of_extensions(&parts)?.clone();
        let mut request = axum::extract::Request::new(body);
        DefaultBodyLimit::disable().apply(&mut request);
        let body = Bytes::from_request(request, state).await;
        Self::of(
            &authenticated,
            &WithOriginalUri::of(&mut parts),
            body.map_err(|error| error.status()),
        )
    }
}
