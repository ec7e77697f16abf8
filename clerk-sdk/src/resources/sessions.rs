use clerk_api::{Method, types};

use super::get_token::GetToken;
use super::{LEGACY_API_VERSION, Sessions, path_segment};
use crate::Clerk;
use crate::request::Request;

impl Sessions {
    /// Makes a token from a session; see [`GetToken`].
    ///
    /// `POST /sessions/{session_id}/tokens` (operation `CreateSessionToken`), or
    /// `POST /sessions/{session_id}/tokens/{template_name}` (operation `CreateSessionTokenFromTemplate`) for a template.
    pub fn get_token(&self, session_id: impl Into<String>) -> GetToken {
        GetToken::new(self.api(), session_id.into())
    }

    /// Asks Clerk whether this token belongs to this session, and returns the session.
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
