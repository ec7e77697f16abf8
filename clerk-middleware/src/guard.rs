//! Guards decide which requests reach a route.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use clerk_sdk::auth::{Accepts, MachineAuth, Requirement};
use http::request::Parts;
use serde_json::Value;

use crate::authenticator::Authenticator;
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
    claims: Vec<(String, Value)>,
    conditions: Vec<Condition>,
    rejects_delegated: bool,
    /// Who authenticates requests to a protected resource, which need no outer layer.
    own: Option<Arc<Authenticator>>,
}

/// A condition in code.
#[derive(Clone)]
struct Condition(Arc<dyn Fn(&RequestAuth) -> bool + Send + Sync>);

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition")
    }
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
    /// Returns a guard that lets in whoever may use the resource of this authenticator.
    pub(crate) fn of_resource(own: Arc<Authenticator>) -> Self {
        Self {
            accepts: own.authenticate_options().accepts_token.clone(),
            own: Some(own),
            ..Self::default()
        }
    }

    /// Also requires these scopes of the machine's token, all of them, as [`scope`](Self::scope) does.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Also rejects requests by which somebody acts in the name of the token's subject
    /// ([`RequestAuth::is_delegated`]), with 403: services that exchanged a user's token (RFC 8693), and people who impersonate
    /// a user. Use it for what only users themselves may do.
    ///
    /// ```
    /// use clerk_middleware::require_auth;
    ///
    /// let oneself = require_auth().reject_delegated();
    /// # let _ = oneself;
    /// ```
    #[must_use]
    pub fn reject_delegated(mut self) -> Self {
        self.rejects_delegated = true;
        self
    }

    /// Also requires a scope of the machine's token; if called several times, all of the scopes. Sessions have no scopes. A
    /// machine-to-machine token then need not name this machine.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Returns a guard that requires a signed-in user for whom `condition` holds. Users for whom it does not hold get 403;
    /// unauthenticated requests get 401, and the condition is not asked. It is called for every request, so it must not block.
    ///
    /// ```
    /// use clerk_middleware::Guard;
    ///
    /// // Not for support staff who impersonate a user.
    /// let oneself = Guard::by(|auth| auth.session().actor_id().is_none());
    /// # let _ = oneself;
    /// ```
    pub fn by(condition: impl Fn(&RequestAuth) -> bool + Send + Sync + 'static) -> Self {
        Self::default().and_by(condition)
    }

    /// Also requires a condition, as [`by`](Self::by) does. With [`require_token`], it is asked about machines too.
    #[must_use]
    pub fn and_by(
        mut self,
        condition: impl Fn(&RequestAuth) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.conditions.push(Condition(Arc::new(condition)));
        self
    }

    /// Also requires a claim of the session token, such as a role in the user's metadata that you have added to the session
    /// token in the Clerk Dashboard. The claim must be equal to `value`, or be a list that contains it; other users get 403.
    ///
    /// `name` is the name of a claim, or a JSON pointer (RFC 6901), which begins with a slash: `/metadata/role`.
    ///
    /// ```
    /// use clerk_middleware::require_auth;
    ///
    /// let editors = require_auth().claim("/metadata/role", "editor");
    /// # let _ = editors;
    /// ```
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.push((name.into(), value.into()));
        self
    }

    /// Returns who makes the request, if the request passes. Adapters call it before the handler.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 or 403; 503 if the token cannot be verified because Clerk cannot be reached; 500 for
    /// machine-to-machine tokens if it is not known [which machine this is](crate::M2mCallers).
    pub async fn check(
        &self,
        authenticated: &RequestAuth,
        parts: &Parts,
    ) -> Result<RequestAuth, Rejection> {
        self.admit(Some(authenticated), parts).await
    }

    /// Checks a request as [`check`](Self::check) does. `found` is what a layer has found out, if there is a layer.
    pub(crate) async fn admit(
        &self,
        found: Option<&RequestAuth>,
        parts: &Parts,
    ) -> Result<RequestAuth, Rejection> {
        let authenticated = match (&self.own, found) {
            (Some(own), found) => own.enter(found, parts).await?,
            (None, Some(found)) => found.accepting(parts, &self.accepts).await,
            (None, None) => return Err(Rejection::missing_layer()),
        };
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
        for (name, value) in &self.claims {
            if !has_claim(authenticated, name, value) {
                return Err(Rejection::missing_claim(name));
            }
        }
        authenticated.check_scopes(&self.needed_scopes(authenticated))?;
        if self.rejects_delegated && authenticated.is_delegated() {
            return Err(Rejection::delegated());
        }
        if self.scopes.is_empty() {
            authenticated.require_m2m_scope()?;
        }
        match self
            .conditions
            .iter()
            .all(|condition| (condition.0)(authenticated))
        {
            true => Ok(()),
            false => Err(Rejection::condition()),
        }
    }
}

impl Guard {
    /// Returns the scopes that the token must have: those of this guard, and an access token those that all requests to the
    /// resource need.
    fn needed_scopes(&self, authenticated: &RequestAuth) -> Cow<'_, [String]> {
        let resource = self.own.as_ref().and_then(|own| own.resource());
        match (resource, authenticated.machine()) {
            (Some(resource), Some(MachineAuth::OAuth(_))) => {
                let baseline = resource.baseline_scopes.iter();
                baseline.chain(&self.scopes).cloned().collect()
            }
            _ => Cow::Borrowed(&self.scopes),
        }
    }
}

fn has_claim(authenticated: &RequestAuth, name: &str, expected: &Value) -> bool {
    let Some(claims) = &authenticated.session().claims else {
        return false;
    };
    let found = match name.strip_prefix('/') {
        None => claims.get(name),
        Some(_) => Value::Object(claims.to_object()).pointer(name).cloned(),
    };
    match found {
        Some(Value::Array(list)) if list.contains(expected) => true,
        found => found.as_ref() == Some(expected),
    }
}
