mod get_token;

use clerk_api::operations::{
    CreateSession, GetSession, GetSessionList, RefreshSession, RevokeSession,
};
use clerk_api::{Method, types};

pub use get_token::GetToken;

use super::{LEGACY_API_VERSION, path_segment, resource};
use crate::Clerk;
use crate::request::Request;
use crate::{Paged, Plain};

resource! {
    /// Sessions of users, and the tokens made from them.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Sessions {
    ///     clerk.sessions()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Sessions;
}

impl Sessions {
    /// Lists sessions of a user or a client, latest created first. Give `user_id` or `client_id`; long-dead sessions are purged and will not show up.
    ///
    /// `GET /sessions`, operation `GetSessionList`.
    pub fn get_session_list(&self) -> GetSessionList<Paged> {
        GetSessionList::new(self.clerk.api())
    }

    /// Reads one session: its owner, client, status, expiry and the latest device activity.
    ///
    /// `GET /sessions/{session_id}`, operation `GetSession`.
    pub fn get_session(&self, session_id: impl Into<String>) -> GetSession<Plain> {
        GetSession::new(self.clerk.api(), session_id)
    }

    /// Ends a session at once by setting its status to `revoked`. Tokens already issued stay valid until they expire, about a minute.
    ///
    /// `POST /sessions/{session_id}/revoke`, operation `RevokeSession`.
    pub fn revoke_session(&self, session_id: impl Into<String>) -> RevokeSession<Plain> {
        RevokeSession::new(self.clerk.api(), session_id)
    }

    /// Opens an active session for a user without any sign-in, for tests only: production instances refuse it. Use a sign-in token there.
    ///
    /// `POST /sessions`, operation `createSession`.
    pub fn create_session(&self) -> CreateSession<Plain> {
        CreateSession::new(self.clerk.api())
    }

    /// Trades an expired session token plus its refresh token for a fresh one. A 401 means: send the browser through the handshake.
    ///
    /// `POST /sessions/{session_id}/refresh`, operation `RefreshSession`.
    pub fn refresh_session(&self, session_id: impl Into<String>) -> RefreshSession<Plain> {
        RefreshSession::new(self.clerk.api(), session_id)
    }

    /// Makes a token from a session; see [`GetToken`].
    ///
    /// `POST /sessions/{session_id}/tokens` (operation `CreateSessionToken`), or
    /// `POST /sessions/{session_id}/tokens/{template_name}` (operation `CreateSessionTokenFromTemplate`) for a template.
    pub fn get_token(&self, session_id: impl Into<String>) -> GetToken {
        GetToken::new(self.clerk.api(), session_id.into())
    }

    /// Asks Clerk whether this token belongs to this session, and answers the session.
    ///
    /// `POST /sessions/{session_id}/verify`, of which Clerk's document knew until its version 2025-03-12: it is sent with
    /// `Clerk-API-Version: 2021-02-05`. [`Clerk::verify_token`](crate::Clerk::verify_token) needs no request.
    #[deprecated(note = "verify the token with `Clerk::verify_token` and compare its `sid`")]
    pub fn verify_session(
        &self,
        session_id: impl AsRef<str>,
        token: impl Into<String>,
    ) -> Request<types::Session> {
        verify_session(&self.clerk, session_id.as_ref(), &token.into())
    }
}

pub(super) fn verify_session(
    clerk: &Clerk,
    session_id: &str,
    token: &str,
) -> Request<types::Session> {
    const OPERATION: &str = "VerifySession";

    let Some(id) = path_segment(session_id) else {
        return Request::refused(OPERATION, "the id of the session is empty, `.` or `..`");
    };
    let request = clerk
        .api()
        .request(Method::POST, format!("/sessions/{id}/verify"))
        .clerk_api_version(LEGACY_API_VERSION);
    Request::new(OPERATION, request).json(serde_json::json!({ "token": token }))
}
