//! The authentication of a request, for its handler.

use std::fmt;
use std::sync::{Arc, LazyLock};

use clerk_sdk::Clerk;
use clerk_sdk::auth::{Accepts, Auth as Session, AuthObject, MachineAuth, Requirement};
use http::HeaderMap;
use http::request::Parts;

use crate::authenticate::authenticate_request;
use crate::authenticator::Authenticator;
use crate::rejection::Rejection;
use crate::request_state::{AuthSource, RequestState};
use crate::response_headers::add;

static SIGNED_OUT: LazyLock<Session> = LazyLock::new(Session::signed_out);

/// The authentication of a request, signed in or not. A layer puts it into the extensions of the request; the other
/// extractors read it.
///
/// ```
/// use clerk_middleware::RequestAuth;
///
/// async fn greet(authenticated: RequestAuth) -> String {
///     match &authenticated.session().user_id {
///         Some(id) => format!("welcome back, {id}"),
///         None => "welcome".to_owned(),
///     }
/// }
/// # let _ = greet;
/// ```
#[derive(Clone)]
pub struct RequestAuth(Arc<Inner>);

struct Inner {
    state: RequestState,
    authenticator: Arc<Authenticator>,
    /// The kinds of tokens that were accepted.
    accepts: Accepts,
}

impl RequestAuth {
    pub(crate) fn new(state: RequestState, authenticator: Arc<Authenticator>) -> Self {
        let accepts = authenticator.authenticate_options().accepts_token.clone();
        Self(Arc::new(Inner {
            state,
            authenticator,
            accepts,
        }))
    }

    /// Returns the full outcome of authentication.
    pub fn state(&self) -> &RequestState {
        &self.0.state
    }

    /// Returns the client that authenticated the request. Use it to call Clerk.
    pub fn clerk(&self) -> &Clerk {
        self.0.authenticator.clerk()
    }

    /// Returns the session. It is signed out if no user is signed in, or a machine makes the request.
    pub fn session(&self) -> &Session {
        match self.state().auth() {
            Some(AuthObject::Session(session)) => session,
            _ => &SIGNED_OUT,
        }
    }

    /// Returns the machine, if one makes the request.
    pub fn machine(&self) -> Option<&MachineAuth> {
        match self.state().auth() {
            Some(AuthObject::Machine(machine)) => Some(machine),
            _ => None,
        }
    }

    /// Returns the verified token.
    pub fn token(&self) -> Option<&str> {
        match self.state() {
            RequestState::SignedIn(signed_in) => Some(signed_in.token()),
            _ => None,
        }
    }

    /// Returns how the session was determined. A handler that must not act for another session of the same browser should
    /// reject [`AuthSource::LastActive`].
    pub fn source(&self) -> Option<AuthSource> {
        self.state().source()
    }

    /// Returns whether a user or a machine is signed in.
    pub(crate) fn is_somebody(&self) -> bool {
        self.session().is_signed_in() || self.machine().is_some()
    }

    /// Returns the authentication of this request with these kinds of tokens accepted. The request is authenticated again if
    /// the kinds differ and its token is not of one of them.
    pub(crate) async fn accepting(&self, parts: &Parts, accepts: &Accepts) -> Self {
        if self.0.accepts == *accepts {
            return self.clone();
        }
        let authenticator = &self.0.authenticator;
        let known = self.state().auth().and_then(AuthObject::token_type);
        if self.is_somebody() && known.is_some_and(|kind| accepts.includes(kind)) {
            return self.clone();
        }
        let options = authenticator.options_for(accepts);
        let state = authenticate_request(authenticator.clerk(), parts, &options).await;
        Self(Arc::new(Inner {
            state,
            authenticator: Arc::clone(authenticator),
            accepts: accepts.clone(),
        }))
    }

    /// Checks whether the user meets a requirement.
    ///
    /// ```
    /// use clerk_middleware::{RequestAuth, Rejection};
    /// use clerk_sdk::auth::Permission;
    ///
    /// fn check(authenticated: &RequestAuth) -> Result<(), Rejection> {
    ///     authenticated.require(Permission("org:posts:delete"))
    /// }
    /// # let _ = check;
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 if no user or machine is signed in, 403 if the user does not meet the requirement.
    pub fn require(&self, requirement: impl Into<Requirement>) -> Result<(), Rejection> {
        if self.is_somebody() {
            check(self, &requirement.into())
        } else {
            Err(Rejection::unauthenticated())
        }
    }

    /// Completes a rejection as the authenticator is configured: it adds the authentication headers, redirects to the
    /// sign-in page if that is enabled, and calls [`Authenticator::on_error`]. The extractors of an adapter fail with the
    /// result.
    pub fn reject(&self, parts: &Parts, rejection: Rejection) -> Rejection {
        self.0.authenticator.reject(parts, self, rejection)
    }

    /// Adds the authentication headers and cookies to a response, and `Cookie` and `Authorization` to its `Vary` header.
    /// Call it on every response to the request. If session cookies are set, it removes headers that would allow storing the
    /// response, such as `Expires` and `CDN-Cache-Control`. If the application has set `Access-Control-*` headers, it adds
    /// no others.
    pub fn finish(&self, headers: &mut HeaderMap) {
        add(headers, self.state().headers());
    }
}

impl fmt::Debug for RequestAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().fmt(f)
    }
}

/// Checks whether the signed-in user meets the requirement.
pub(crate) fn check(
    authenticated: &RequestAuth,
    requirement: &Requirement,
) -> Result<(), Rejection> {
    let session = authenticated.session();
    if session.has(requirement.clone()) {
        return Ok(());
    }
    let mut stale = requirement.clone();
    stale.reverification = None;
    let is_only_stale = requirement.reverification.is_some()
        && session.is_signed_in()
        && (stale == Requirement::new() || session.has(stale));
    Err(Rejection::forbidden(requirement.clone(), is_only_stale))
}
