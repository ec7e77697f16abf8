//! Guards decide which requests reach a route.

use clerk_sdk::auth::{Accepts, MachineAuth, Requirement};
use http::request::Parts;

use crate::rejection::Rejection;
use crate::request_auth::{RequestAuth, check};

/// Rejects requests that do not meet its conditions. Use it as a layer on a route or a group of routes, or in a
/// [`Policy`](crate::Policy) of a handler.
///
/// Add it inside Clerk's own layer. Without that layer, all requests are rejected with 500.
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

/// Returns a guard that requires a signed-in user; other requests get 401.
pub fn require_auth() -> Guard {
    Guard::default()
}

/// Returns a guard that requires a signed-in user who meets the requirement. Users who do not meet it get 403;
/// unauthenticated requests get 401.
pub fn require(requirement: impl Into<Requirement>) -> Guard {
    Guard {
        requirement: Some(requirement.into()),
        ..Guard::default()
    }
}

/// Returns a guard that requires a token of one of these kinds. They may be kinds of machine tokens, session tokens or both;
/// other requests get 401. The guard verifies the tokens itself, whichever kinds the outer layer accepts.
pub fn require_token(accepts: impl Into<Accepts>) -> Guard {
    Guard {
        accepts: accepts.into(),
        ..Guard::default()
    }
}

impl Guard {
    /// Also requires a scope of the machine's token; if called several times, all of the scopes. Sessions have no scopes.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Returns who makes the request, if the request passes. Adapters call it before the handler.
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

fn scopes(machine: &MachineAuth) -> &[String] {
    match machine {
        MachineAuth::ApiKey(key) => &key.scopes,
        MachineAuth::M2m(token) => &token.scopes,
        MachineAuth::OAuth(token) => &token.scopes,
        _ => &[],
    }
}
