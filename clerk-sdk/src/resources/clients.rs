use std::time::{Duration, Instant};

use clerk_api::{JsonObject, Method, types};

use super::Clients;
use super::sessions::verify_session;
use crate::error::Error;
use crate::request::Request;

/// How long asking about a visitor's token may take.
const LIMIT: Duration = Duration::from_secs(10);

impl Clients {
    /// Fetches what a handshake left for this nonce: the cookies to set, as `directives`.
    ///
    /// `GET /clients/handshake_payload`, which is in no published document.
    pub fn get_handshake_payload(&self, nonce: impl Into<String>) -> Request<JsonObject> {
        let path = "/clients/handshake_payload";
        let request = self.api().request(Method::GET, path);
        Request::new(
            "GetHandshakePayload",
            request.query(&[("nonce", nonce.into())]),
        )
    }

    /// The session that was active last on the client that this token is of, checked with Clerk once more.
    ///
    /// `POST /clients/verify`, then `POST /sessions/{session_id}/verify`, both with the token. It tells who used the browser
    /// last, not who makes this request: with several sessions in a browser, which of them is the last changes with every
    /// tab that is looked at. Where it matters, let the page name its session and verify that one.
    ///
    /// Both go through the client's [gate](clerk_api::Client#the-gate), as the token is a visitor's, and take at most 10
    /// seconds together.
    ///
    /// # Errors
    ///
    /// [`Error::NoActiveSession`] when the client has none, and those of the calls.
    pub async fn authenticate_last_active(
        &self,
        token: impl Into<String>,
    ) -> Result<types::Session, Error> {
        let token = token.into();
        let begun = Instant::now();
        let call = self.verify_client().token(&token).gated();
        let client = call.timeout(LIMIT).await?;
        match client.last_active_session_id.as_deref() {
            None | Some("") => Err(Error::NoActiveSession),
            Some(id) => {
                let left = LIMIT.saturating_sub(begun.elapsed());
                let call = verify_session(&self.clerk, id, &token).gated();
                call.timeout(left).await
            }
        }
    }
}
