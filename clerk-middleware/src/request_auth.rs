//! The authentication of a request, for its handler.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::auth::{
    Accepts, Actor, ActorError, Auth as Session, AuthObject, MachineAuth, Requirement,
};
use clerk_sdk::tokens::TokenType;
use clerk_sdk::types::User;
use clerk_sdk::{Clerk, Clock, Error, Settings};
use http::header::{COOKIE, ORIGIN, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use crate::authenticator::Authenticator;
use crate::cookies::first;
use crate::names::DEV_BROWSER;
use crate::options::{AuthenticateOptions, M2mCallers};
use crate::protected_resource::{Resource, challenge};
use crate::redirect::Redirects;
use crate::rejection::Rejection;
use crate::request_state::{AuthSource, RequestState};
use crate::request_url::SentTo;
use crate::response_headers::{ResponseHeaders, add};

const UNKNOWN_MACHINE: &str = "a machine-to-machine token cannot be accepted, because it is not known which machine this \
                               application is: set CLERK_MACHINE_ID, require a scope with `Guard::scope`, or let every machine \
                               of the instance in with `M2mCallers::AnyMachine`";

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
    /// The settings that the request was authenticated under.
    settings: Arc<Settings>,
    authenticator: Arc<Authenticator>,
    /// The kinds of tokens that were accepted.
    accepts: Accepts,
    exchange: Exchange,
}

/// What does not depend on the kinds of tokens that are accepted.
enum Exchange {
    Own(Request),
    /// The request was authenticated before, for other kinds of tokens.
    Of(RequestAuth),
}

/// The request, as far as its URL and Clerk's cookies follow from it. Few handlers ask for that, and every request pays for
/// what is kept.
struct Request {
    sent_to: SentTo,
    cookies: Vec<HeaderValue>,
    origins: Vec<HeaderValue>,
    /// The headers that clear Clerk's cookies, once the user was signed out.
    clearing: OnceLock<Box<HeaderMap>>,
}

impl Request {
    fn of(parts: &Parts, options: &AuthenticateOptions) -> Self {
        let (mut cookies, mut origins) = (Vec::new(), Vec::new());
        for (name, value) in &parts.headers {
            if name == COOKIE {
                cookies.push(value.clone());
            } else if name == ORIGIN {
                origins.push(value.clone());
            }
        }
        Self {
            sent_to: SentTo::of(parts, options),
            cookies,
            origins,
            clearing: OnceLock::new(),
        }
    }
}

impl RequestAuth {
    pub(crate) fn new(
        state: RequestState,
        settings: Arc<Settings>,
        authenticator: Arc<Authenticator>,
        parts: &Parts,
    ) -> Self {
        let options = authenticator.authenticate_options();
        Self(Arc::new(Inner {
            accepts: options.accepts_token.clone(),
            exchange: Exchange::Own(Request::of(parts, options)),
            state,
            settings,
            authenticator,
        }))
    }

    /// Returns the settings that the request was authenticated under.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn request(&self) -> &Request {
        match &self.0.exchange {
            Exchange::Own(request) => request,
            Exchange::Of(first) => first.request(),
        }
    }

    /// Returns the URL of the request as its sender sees it.
    pub(crate) fn public_url(&self) -> Url {
        let sent_to = &self.request().sent_to;
        sent_to.public_url(self.authenticate_options())
    }

    /// Returns the `Cookie` headers of the request.
    pub(crate) fn cookies(&self) -> &[HeaderValue] {
        &self.request().cookies
    }

    /// Returns the `Origin` headers of the request.
    pub(crate) fn origins(&self) -> &[HeaderValue] {
        &self.request().origins
    }

    pub(crate) fn authenticate_options(&self) -> &AuthenticateOptions {
        self.0.authenticator.authenticate_options()
    }

    /// Returns the origin of the Frontend API, unless this application proxies it.
    pub(crate) fn frontend_origin(&self) -> Option<String> {
        self.0.authenticator.frontend_origin(&self.0.settings)
    }

    /// Makes the response clear Clerk's cookies.
    pub(crate) fn clear_cookies(&self, headers: HeaderMap) {
        // If the user is signed out twice, the same headers follow from the same request.
        let _ = self.request().clearing.set(Box::new(headers));
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

    /// Returns the URLs of Clerk's pages for this visitor: to sign in, to manage the account, and so on.
    ///
    /// ```
    /// use clerk_middleware::{RedirectError, RequireAuth};
    ///
    /// async fn account(auth: RequireAuth) -> Result<String, RedirectError> {
    ///     auth.redirects().to_user_profile(Some("/"))
    /// }
    /// # let _ = account;
    /// ```
    pub fn redirects(&self) -> Redirects {
        let redirects = Redirects::unchecked(Arc::clone(&self.0.settings));
        let dev_browser = first(self.cookies(), DEV_BROWSER);
        redirects.for_visitor(self.public_url(), dev_browser, self.state())
    }

    /// Fetches the signed-in user from Clerk (`GET /users/{user_id}`): one call each time, nothing is cached. `None` if no user
    /// is signed in.
    ///
    /// # Errors
    ///
    /// An [`Error`] if the call fails; [`Error::is_not_found`] if the user was deleted.
    pub async fn current_user(&self) -> Result<Option<User>, Error> {
        match &self.session().user_id {
            Some(id) => self.clerk().users().get_user(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the claims of the session token as a type of yours: those of Clerk and those that you added to the session
    /// token in the Clerk Dashboard.
    ///
    /// ```
    /// use clerk_middleware::{Rejection, RequireAuth};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Claims {
    ///     metadata: Metadata, // the Dashboard has `{"metadata": "{{user.public_metadata}}"}`
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Metadata {
    ///     role: Option<String>,
    /// }
    ///
    /// async fn role(auth: RequireAuth) -> Result<String, Rejection> {
    ///     let claims: Claims = auth.claims()?;
    ///     Ok(claims.metadata.role.unwrap_or_default())
    /// }
    /// # let _ = role;
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 if no user is signed in, 403 ([`RejectionKind::InvalidClaims`](crate::RejectionKind::InvalidClaims))
    /// if a claim is missing or of another type.
    pub fn claims<C: DeserializeOwned>(&self) -> Result<C, Rejection> {
        let claims = &self.session().claims;
        let claims = claims.as_ref().ok_or_else(Rejection::unauthenticated)?;
        claims
            .deserialize()
            .map_err(|error| Rejection::invalid_claims(&error.to_string()))
    }

    /// Returns whether a user or a machine is signed in.
    pub(crate) fn is_somebody(&self) -> bool {
        self.session().is_signed_in() || self.machine().is_some()
    }

    /// Returns why the request is rejected where somebody must be signed in. A machine with a machine-to-machine token must be
    /// one that may call this machine.
    pub(crate) fn require_somebody(&self) -> Result<(), Rejection> {
        if !self.is_somebody() {
            return Err(Rejection::unauthenticated());
        }
        self.require_m2m_scope()
    }

    /// Returns why a machine-to-machine token is rejected, if it is one and not meant for this machine.
    pub(crate) fn require_m2m_scope(&self) -> Result<(), Rejection> {
        let Some(MachineAuth::M2m(token)) = self.machine() else {
            return Ok(());
        };
        if self.authenticate_options().m2m_callers == M2mCallers::AnyMachine {
            return Ok(());
        }
        match self.settings().machine_id() {
            Some(id) if token.scopes.iter().any(|scope| scope == id) => Ok(()),
            Some(id) => Err(Rejection::missing_scope(id)),
            None => {
                static LIMIT: LogLimit = LogLimit::new();
                LIMIT.log(&Clock::system(), Level::Error, UNKNOWN_MACHINE, &[]);
                Err(Rejection::misconfigured())
            }
        }
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
        let (state, settings) = authenticator.authenticate_as(parts, accepts).await;
        Self(Arc::new(Inner {
            state,
            settings,
            authenticator: Arc::clone(authenticator),
            accepts: accepts.clone(),
            exchange: Exchange::Of(self.clone()),
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

    /// Checks whether the token has all of these scopes. Sessions have none. Use it in a handler or a tool that needs more than
    /// its route; for a whole route, use [`Guard::scope`](crate::Guard::scope) or
    /// [`ProtectedResource::require_scopes`](crate::ProtectedResource::require_scopes).
    ///
    /// ```
    /// use clerk_middleware::{Rejection, RequestAuth};
    ///
    /// async fn inbox(auth: RequestAuth) -> Result<String, Rejection> {
    ///     auth.require_scopes(["email"])?; // 403
    ///     Ok("…".to_owned())
    /// }
    /// # let _ = inbox;
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 if nobody is signed in, 403 if a scope is missing. Where a
    /// [`ProtectedResource`](crate::ProtectedResource) is configured, its challenge (RFC 6750, section 3.1) names the scopes with
    /// which the client can come back: those that are needed, and those of the resource that the token has already.
    pub fn require_scopes<S: Into<String>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<(), Rejection> {
        if !self.is_somebody() {
            let mut rejection = Rejection::unauthenticated();
            if let Some(resource) = self.resource() {
                challenge::without_token(resource, self.state(), &mut rejection);
            }
            return Err(rejection);
        }
        let scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        self.check_scopes(&scopes)
    }

    pub(crate) fn check_scopes(&self, needed: &[String]) -> Result<(), Rejection> {
        let granted = self.machine().map(MachineAuth::scopes).unwrap_or_default();
        let Some(missing) = needed.iter().find(|scope| !granted.contains(scope)) else {
            return Ok(());
        };
        let mut rejection = Rejection::missing_scope(missing);
        if let Some(resource) = self.resource() {
            challenge::insufficient_scope(resource, granted, needed, &mut rejection);
        }
        Err(rejection)
    }

    /// Returns the resource that the request is for, where OAuth access tokens are accepted.
    fn resource(&self) -> Option<&Resource> {
        let resource = self.0.authenticator.resource();
        resource
            .filter(|_| self.may_have_oauth_token())
            .map(|resource| &**resource)
    }

    pub(crate) fn may_have_oauth_token(&self) -> bool {
        self.0.accepts.includes(TokenType::OAuth)
    }

    pub(crate) fn is_authenticated_by(&self, authenticator: &Authenticator) -> bool {
        self.0.authenticator.is_clone_of(authenticator)
            && self.0.accepts == authenticator.authenticate_options().accepts_token
    }

    /// Returns whether somebody acts in the name of the user, or of the machine, that the token is about: a service that
    /// exchanged its token, or a person who impersonates the user. It is `true` for every token with the claim `act`, whatever
    /// the claim says.
    pub fn is_delegated(&self) -> bool {
        match self.machine() {
            Some(machine) => machine.is_delegated(),
            None => self.session().is_delegated(),
        }
    }

    /// Returns who acts in the name of the user or machine (RFC 8693, section 4.1), or `None` if nobody does.
    ///
    /// ```
    /// use clerk_middleware::RequestAuth;
    /// use clerk_sdk::auth::ActorError;
    ///
    /// fn agent(auth: &RequestAuth) -> Result<Option<String>, ActorError> {
    ///     Ok(auth.actor()?.map(|actor| actor.sub))
    /// }
    /// # let _ = agent;
    /// ```
    ///
    /// # Errors
    ///
    /// [`ActorError`] if the claim `act` is malformed; [`is_delegated`](Self::is_delegated) is then `true`.
    pub fn actor(&self) -> Result<Option<Actor>, ActorError> {
        match self.machine() {
            Some(machine) => machine.acting(),
            None => self.session().acting(),
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
        self.add_headers(headers);
    }

    pub(crate) fn add_headers(&self, headers: &mut impl ResponseHeaders) {
        let Some(clearing) = self.request().clearing.get() else {
            return add(headers, self.state().headers());
        };
        // The user was signed out after this request was authenticated, so no cookie of the session may be set.
        let mut rest = self.state().headers().clone();
        rest.remove(SET_COOKIE);
        add(headers, &rest);
        add(headers, clearing);
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
