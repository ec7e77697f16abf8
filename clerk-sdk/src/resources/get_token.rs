use std::fmt;
use std::time::Duration;

use clerk_api::operations::{CreateSessionToken, CreateSessionTokenFromTemplate};
use clerk_api::{Client, types};
use futures_util::future::BoxFuture;

use crate::error::Error;
use crate::reply::BodyOnly;

/// Makes a token from a session: an ordinary session token, or one of a JWT template.
///
/// `POST /sessions/{session_id}/tokens`, operation `CreateSessionToken`, and with a [`template`](Self::template)
/// `POST /sessions/{session_id}/tokens/{template_name}`, operation `CreateSessionTokenFromTemplate`.
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// let token = clerk.sessions().get_token("sess_123").template("supabase").expires_in_seconds(600).await?;
/// println!("{} characters", token.jwt.unwrap_or_default().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct GetToken {
    api: Client,
    session_id: String,
    template: Option<String>,
    expires_in_seconds: Option<i64>,
    timeout: Option<Duration>,
}

impl GetToken {
    pub(super) fn new(api: &Client, session_id: String) -> Self {
        Self {
            api: api.clone(),
            session_id,
            template: None,
            expires_in_seconds: None,
            timeout: None,
        }
    }

    /// The name of the JWT template. Unset, it is an ordinary session token.
    pub fn template(mut self, name: impl Into<String>) -> Self {
        self.template = Some(name.into());
        self
    }

    /// How long the token is valid, in seconds. Unset, the template or the instance decides.
    pub fn expires_in_seconds(mut self, seconds: i64) -> Self {
        self.expires_in_seconds = Some(seconds);
        self
    }

    /// Bounds this call, with all its tries and the waiting between them, in place of the time-outs of the configuration.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends the request; awaiting the value itself does the same.
    ///
    /// # Errors
    ///
    /// Those of a call to the API; see [`Error`].
    pub async fn send(self) -> Result<types::SessionToken, Error> {
        // The two operations have the same setters and no trait in common.
        macro_rules! send {
            ($request:expr) => {{
                let mut request = $request;
                if let Some(seconds) = self.expires_in_seconds {
                    request = request.expires_in_seconds(seconds);
                }
                if let Some(timeout) = self.timeout {
                    request = request.timeout(timeout);
                }
                request.await
            }};
        }
        match self.template {
            None => send!(CreateSessionToken::<BodyOnly>::new(
                &self.api,
                self.session_id
            )),
            Some(name) => send!(CreateSessionTokenFromTemplate::<BodyOnly>::new(
                &self.api,
                self.session_id,
                name
            )),
        }
    }
}

impl IntoFuture for GetToken {
    type Output = Result<types::SessionToken, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for GetToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetToken")
            .field("template", &self.template)
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}
