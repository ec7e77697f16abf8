// Clerk deprecates some of these operations; whoever calls them is told.
#![allow(deprecated)]

use std::time::{Duration, Instant};

use clerk_api::operations::{GetClient, GetClientList, VerifyClient};
use clerk_api::{JsonObject, Method, types};

use super::resource;
use super::sessions::verify_session;
use crate::error::Error;
use crate::request::Request;
use crate::{Paged, Plain};

/// How long asking about a visitor's token may take.
const LIMIT: Duration = Duration::from_secs(10);

resource! {
    /// Clients: browsers and devices, each with the sessions that were opened on it.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Clients {
    ///     clerk.clients()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Clients;
}

impl Clients {
    /// Lists browser and device clients, latest created first. Deprecated and may answer 410: read clients one at a time instead.
    ///
    /// `GET /clients`, operation `GetClientList`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_client_list(&self) -> GetClientList<Paged> {
        GetClientList::new(self.clerk.api())
    }

    /// Reads one client (a browser or device) together with the sessions it holds.
    ///
    /// `GET /clients/{client_id}`, operation `GetClient`.
    pub fn get_client(&self, client_id: impl Into<String>) -> GetClient<Plain> {
        GetClient::new(self.clerk.api(), client_id)
    }

    /// Exchanges a client token for the client it stands for, sessions included; a token that matches nothing answers 404.
    ///
    /// `POST /clients/verify`, operation `VerifyClient`.
    pub fn verify_client(&self) -> VerifyClient<Plain> {
        VerifyClient::new(self.clerk.api())
    }

    /// What a handshake left for this nonce: the cookies to set, as `directives`.
    ///
    /// `GET /clients/handshake_payload`, which is in no published document.
    pub fn get_handshake_payload(&self, nonce: impl Into<String>) -> Request<JsonObject> {
        let request = self
            .clerk
            .api()
            .request(Method::GET, "/clients/handshake_payload");
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
