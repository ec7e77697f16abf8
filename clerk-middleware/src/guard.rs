//! Who is let through to some routes.

use clerk_sdk::auth::{Accepts, MachineAuth, Requirement};
use http::request::Parts;

use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// Lets only some through: to a route or a group of routes as a layer, or to a handler as a [`Policy`](crate::Policy).
///
/// It goes inside of Clerk's own layer, and rejects everything (500) where that is missing.
///
/// ```
/// use clerk_middleware::{require, require_auth, require_token};
/// use clerk_sdk::auth::{Permission, Requirement, Reverification, Role};
/// use clerk_sdk::tokens::TokenType;
///
/// let users = require_auth();
/// let admins = require(Role("org:admin"));
/// let fresh = require(Requirement::new().permission("org:posts:delete").reverification(Reverification::Strict));
/// let machines = require_token([TokenType::ApiKey, TokenType::M2m]).scope("posts:write");
/// # let _ = (users, admins, fresh, machines);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Guard {
    accepts: Accepts,
    requirement: Option<Requirement>,
    scopes: Vec<String>,
}

/// Lets through who is signed in with a session; the others are answered 401.
pub fn require_auth() -> Guard {
    Guard::default()
}

/// Lets through who is signed in and has what is required; without it the answer is 403, and 401 to nobody.
pub fn require(requirement: impl Into<Requirement>) -> Guard {
    Guard {
        requirement: Some(requirement.into()),
        ..Guard::default()
    }
}

/// Lets through who has a token of these kinds: machines, or users among them. The others are answered 401. The tokens are
/// verified here, whatever the layer outside accepts.
pub fn require_token(accepts: impl Into<Accepts>) -> Guard {
    Guard {
        accepts: accepts.into(),
        ..Guard::default()
    }
}

impl Guard {
    /// Also asks for a scope of the machine's token; called several times, for all of them. A session has no scopes.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Whoever makes the request, if it is let through. It is what an adapter calls before the handler.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 or 403.
    pub async fn check(
        &self,
        authenticated: &RequestAuth,
        parts: &Parts,
    ) -> Result<RequestAuth, Rejection> {
        let authenticated = authenticated.accepting(parts, &self.accepts).await;
        match self.verdict(&authenticated) {
            Ok(()) => Ok(authenticated),
            Err(rejection) => Err(authenticated.reject(parts, rejection)),
        }
    }

    fn verdict(&self, authenticated: &RequestAuth) -> Result<(), Rejection> {
        let is_accepted = authenticated.is_somebody()
            && authenticated
                .state()
                .token_type()
                .is_some_and(|kind| self.accepts.includes(kind));
        if !is_accepted {
            return Err(Rejection::unauthenticated());
        }
        if let Some(requirement) = &self.requirement {
            check(authenticated, requirement)?;
        }
        let scopes = authenticated.machine().map(scopes).unwrap_or_default();
        match self.scopes.iter().find(|scope| !scopes.contains(scope)) {
            Some(missing) => Err(Rejection::missing_scope(missing)),
            None => Ok(()),
        }
    }
}

/// Whether the signed-in user has what is required.
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

fn scopes(machine: &MachineAuth) -> &[String] {
    match machine {
        MachineAuth::ApiKey(key) => &key.scopes,
        MachineAuth::M2m(token) => &token.scopes,
        MachineAuth::OAuth(token) => &token.scopes,
        _ => &[],
    }
}
