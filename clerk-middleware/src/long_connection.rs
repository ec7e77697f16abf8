//! What connections need that live longer than a session token: web sockets and server-sent events.

use std::time::Duration;

use clerk_sdk::Timestamp;

use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;
use crate::request_state::AuthSource;

/// How long the clock of the client is not looked at. It may be another one than the timer's.
const MAX_SLEEP: Duration = Duration::from_secs(5);

impl RequestAuth {
    /// Returns when the session token expires, which is a minute after it was issued unless you have changed that in the Clerk
    /// Dashboard. `None` if no user is signed in.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let claims = self.session().claims.as_ref()?;
        claims.exp().map(Timestamp::from_secs)
    }

    /// Completes when the session token expires, or at once if no user is signed in. A connection that should not outlive the
    /// session ends then: its client connects again, with a new token if the session still exists.
    ///
    /// It does not ask Clerk, so a session that is revoked earlier is noticed at that time.
    ///
    /// ```
    /// use clerk_middleware::RequireAuth;
    /// use futures_util::{Stream, StreamExt};
    ///
    /// fn until_expired<S: Stream>(auth: RequireAuth, messages: S) -> impl Stream<Item = S::Item> {
    ///     messages.take_until(Box::pin(async move { auth.expired().await }))
    /// }
    /// # let _ = until_expired::<futures_util::stream::Empty<()>>;
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn expired(&self) {
        let Some(expires_at) = self.expires_at() else {
            return;
        };
        let snapshot = self.clerk().snapshot();
        let clock = snapshot.verifier().clock();
        loop {
            let left = expires_at.as_millis().saturating_sub(clock.now_ms());
            match u64::try_from(left) {
                Ok(left) if left > 0 => {
                    tokio::time::sleep(Duration::from_millis(left).min(MAX_SLEEP)).await;
                }
                _ => return,
            }
        }
    }

    /// Checks that a page of this application's own origin makes the request, if it is authenticated by a cookie. Call it before
    /// a connection is upgraded to a web socket: browsers connect from pages of any site, and neither CORS nor, on subdomains,
    /// `SameSite` keeps the cookies back. A request with its token in the `Authorization` header comes from no page.
    ///
    /// ```
    /// use clerk_middleware::{Rejection, RequestAuth};
    ///
    /// async fn upgrade(auth: RequestAuth) -> Result<&'static str, Rejection> {
    ///     auth.require_same_origin()?;
    ///     Ok("now upgrade the connection")
    /// }
    /// # let _ = upgrade;
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 403 if `Origin` is missing or names another origin.
    pub fn require_same_origin(&self) -> Result<(), Rejection> {
        if self.source() == Some(AuthSource::Header) {
            return Ok(());
        }
        let mut origins = self.origins().iter();
        let own = self.public_url().origin().ascii_serialization();
        match (origins.next(), origins.next()) {
            (Some(origin), None) if origin.as_bytes() == own.as_bytes() => Ok(()),
            _ => Err(Rejection::foreign_origin()),
        }
    }
}
