//! What tests do without HTTP: sign users in and issue tokens.

use serde_json::json;

use super::oauth::tokens::issue_access_token;
use super::operation_error::OperationError;
use super::organizations::members::check_member;
use super::sessions::{Acting, NewSession, client_token, open_session, session_token};
use super::sign_in::check_may_sign_in;
use super::tokens::SESSION_SECONDS;
use crate::http::error::ApiError;
use crate::instance::Instance;

/// What a browser holds once a user signed in.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// # let (ada, grace) = ("user_…", "user_…");
/// let first = emulator.sign_in(ada)?;
/// let second = emulator.sign_in_on(&first.client_id, grace)?;
/// assert_eq!(first.client_id, second.client_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The client: `client_…`.
    pub client_id: String,
    /// The session: `sess_…`.
    pub session_id: String,
    /// A session token, as in the cookie `__session`; it lives for a minute.
    pub token: String,
    /// The client's token, as in the Frontend API's cookie `__client`.
    pub client_token: String,
    /// What the session is refreshed with, as in the cookie `__refresh`.
    pub refresh_token: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("client_id", &self.client_id)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// On what a user is signed in, and how.
#[derive(Default)]
pub(crate) struct SignInOn<'a> {
    /// A new client if it is `None`.
    pub(crate) client_id: Option<&'a str>,
    pub(crate) organization_id: Option<&'a str>,
    /// The id of the user who acts in this one's name.
    pub(crate) actor_id: Option<&'a str>,
}

/// Signs a user in.
pub(crate) fn sign_in(
    instance: &Instance,
    user_id: &str,
    on: SignInOn<'_>,
) -> Result<SignedIn, OperationError> {
    let cx = instance.context();
    let (client_id, organization_id) = (on.client_id, on.organization_id);
    instance.commit(|state| {
        let user = state
            .users
            .get(user_id)
            .ok_or_else(|| OperationError::new(format!("there is no user {user_id}")))?;
        check_may_sign_in(user).map_err(ApiError::from)?;
        if let Some(id) = client_id.filter(|id| state.sessions.client(id).is_none()) {
            return Err(OperationError::new(format!("there is no client {id}")));
        }
        if let Some(id) = organization_id {
            check_member(state, id, user_id)
                .map_err(|_| OperationError::new(format!("{user_id} is no member of {id}")))?;
        }
        if let Some(id) = on.actor_id.filter(|id| state.users.get(id).is_none()) {
            return Err(OperationError::new(format!("there is no user {id}")));
        }
        let acting = on.actor_id.map(|id| Acting {
            actor: json!({ "sub": id }),
            seconds: Acting::SECONDS,
        });
        let new = NewSession {
            user_id,
            client_id,
            organization_id,
            acting: acting.as_ref(),
        };
        let session = open_session(cx, state, new);
        let client = state
            .sessions
            .client(&session.client_id)
            .ok_or_else(|| OperationError::new("the client is gone"))?;
        Ok(SignedIn {
            token: session_token(cx, state, &session, None, SESSION_SECONDS)?,
            client_token: client_token(instance, client)?,
            client_id: session.client_id,
            session_id: session.id,
            refresh_token: session.refresh_token,
        })
    })
}

/// Issues an OAuth access token as if the user had consented.
pub(crate) fn issue_oauth_token(
    instance: &Instance,
    client_id: &str,
    user_id: &str,
    scopes: &[&str],
) -> Result<String, OperationError> {
    let cx = instance.context();
    instance.commit(|state| {
        if state.users.get(user_id).is_none() {
            return Err(OperationError::new(format!("there is no user {user_id}")));
        }
        issue_access_token(cx, state, client_id, user_id, scopes)?.ok_or_else(|| {
            OperationError::new(format!(
                "there is no OAuth application with the client id {client_id}"
            ))
        })
    })
}
