//! The steps that all adapters share, before and after the handler.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit, log};
use clerk_sdk::auth::Accepts;
use clerk_sdk::{Clerk, Settings};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::authenticate::{Compiled, authenticate_compiled, loads_a_page};
use crate::config_error::ConfigError;
use crate::config_warning::ConfigWarning;
use crate::expired_form::ExpiredForm;
use crate::options::AuthenticateOptions;
use crate::protected_resource::documents::{self, Document};
use crate::protected_resource::presented::Presented;
use crate::protected_resource::{Resource, challenge};
use crate::rejection::{Rejection, RejectionKind};
use crate::request_auth::RequestAuth;
use crate::request_state::RequestState;
use crate::response_headers::add;

type OnError = dyn Fn(&Parts, &mut Rejection) + Send + Sync;
type Choose = dyn Fn(&Parts) -> Option<Arc<Authenticator>> + Send + Sync;

/// The framework-independent part of the middleware: it decides which requests reach their handlers, and how rejected
/// requests are answered.
///
/// By default all requests reach their handlers, which check who is signed in; only handshakes are answered with redirects.
/// A [`Clerk`] client converts into an `Authenticator`, so most applications never name this type.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, Authenticator};
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let options = ClerkOptions::new().secret_key("sk_test_1").publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let clerk = Clerk::with_environment(options, Environment::empty())?;
/// let authenticator = Authenticator::new(clerk)
///     .options(AuthenticateOptions::new().trusted_hosts(["app.example.com"]))
///     .reject_signed_out()
///     .on_error(|_request, rejection| rejection.set_json(&serde_json::json!({ "error": "please sign in" })))
///     .validate()?;
/// # let _ = authenticator;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Authenticator {
    clerk: Clerk,
    compiled: Arc<Compiled>,
    is_strict: bool,
    redirects_to_sign_in: bool,
    on_error: Option<Arc<OnError>>,
    choose: Option<Arc<Choose>>,
    /// The same options for routes that accept other kinds of tokens.
    narrowed: Arc<RwLock<Vec<Arc<Compiled>>>>,
    /// Whether the warnings about these options have been logged.
    has_warned: Arc<AtomicBool>,
}

impl Authenticator {
    /// Returns an authenticator that rejects no requests.
    pub fn new(clerk: Clerk) -> Self {
        Self {
            clerk,
            compiled: Arc::new(Compiled::new(AuthenticateOptions::new(), None)),
            is_strict: false,
            redirects_to_sign_in: false,
            on_error: None,
            choose: None,
            narrowed: Arc::default(),
            has_warned: Arc::default(),
        }
    }

    /// Sets how requests are authenticated.
    #[must_use]
    pub fn options(mut self, options: AuthenticateOptions) -> Self {
        let resource = self.compiled.resource().cloned();
        self.compiled = Arc::new(Compiled::new(options, resource));
        self.narrowed = Arc::default();
        self.has_warned = Arc::default();
        self
    }

    /// Protects a resource with OAuth access tokens: they must be for it, and guards and extractors that accept such tokens
    /// reject requests with its challenges. Requests for its well-known documents are answered before anything else.
    pub(crate) fn for_resource(mut self, resource: Arc<Resource>) -> Self {
        let options = self.authenticate_options().clone();
        self.compiled = Arc::new(Compiled::new(options, Some(resource)));
        self.narrowed = Arc::default();
        self
    }

    /// Returns whether both authenticate in the same way: one is a clone of the other.
    pub(crate) fn is_clone_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.compiled, &other.compiled)
    }

    pub(crate) fn resource(&self) -> Option<&Arc<Resource>> {
        self.compiled.resource()
    }

    /// Rejects requests that are not signed in with 401, and with 503 those whose token cannot be verified because Clerk cannot
    /// be reached. By default all requests reach their handlers.
    #[must_use]
    pub fn reject_signed_out(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Redirects browsers that load a page without being signed in to the sign-in page (302), which sends them back
    /// afterwards. Other requests still get 401. By default all rejected requests get 401.
    #[must_use]
    pub fn redirect_to_sign_in(mut self) -> Self {
        self.redirects_to_sign_in = true;
        self
    }

    /// Changes rejections, whether they come from [`reject_signed_out`](Self::reject_signed_out), a guard or an extractor.
    /// The function is called last.
    #[must_use]
    pub fn on_error(
        mut self,
        change: impl Fn(&Parts, &mut Rejection) + Send + Sync + 'static,
    ) -> Self {
        self.on_error = Some(Arc::new(change));
        self
    }

    /// Selects another authenticator for some requests: a server of several instances, or of a primary and a satellite
    /// application, selects by host. Create the authenticators once and return clones. By default this authenticator handles
    /// all requests.
    ///
    /// ```
    /// use clerk_middleware::{AuthenticateOptions, Authenticator, public_url};
    /// use std::sync::Arc;
    ///
    /// fn of_two(primary: clerk_sdk::Clerk, satellite: clerk_sdk::Clerk) -> Authenticator {
    ///     let satellite = Arc::new(Authenticator::new(satellite));
    ///     let options = AuthenticateOptions::new();
    ///     Authenticator::new(primary).select_by(move |request| {
    ///         // Not by the `Host` header, which HTTP/2 does not have.
    ///         let url = public_url(request, &options);
    ///         (url.host_str() == Some("shop.example")).then(|| Arc::clone(&satellite))
    ///     })
    /// }
    /// # let _ = of_two;
    /// ```
    #[must_use]
    pub fn select_by(
        mut self,
        choose: impl Fn(&Parts) -> Option<Arc<Authenticator>> + Send + Sync + 'static,
    ) -> Self {
        self.choose = Some(Arc::new(choose));
        self
    }

    /// Checks the configuration now, so that an application that cannot authenticate does not start: what is missing, keys that
    /// are malformed or of two instances, and URLs that are not URLs. Without this call, a
    /// layer logs what is wrong when it is built, and every request is signed out. This method also logs the
    /// [`warnings`](Self::warnings), once.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: what is missing or wrong.
    pub fn validate(self) -> Result<Self, ConfigError> {
        self.check()?;
        Ok(self)
    }

    /// Returns the gaps in the configuration that an application in production should close, such as missing
    /// [`authorized_parties`](clerk_sdk::ClerkOptions::authorized_parties). The list is empty for a development instance.
    /// The warnings are logged once, by [`validate`](Self::validate) or when a layer is built. A guard that accepts other
    /// kinds of tokens on one route may add warnings, which are logged on the first request to that route.
    pub fn warnings(&self) -> Vec<ConfigWarning> {
        self.warnings_of(self.authenticate_options())
    }

    fn warnings_of(&self, options: &AuthenticateOptions) -> Vec<ConfigWarning> {
        let mut warnings = options.warnings(&self.clerk);
        if self.resource().is_some() {
            warnings.retain(|warning| *warning != ConfigWarning::MissingAudience);
        }
        warnings
    }

    fn check(&self) -> Result<(), ConfigError> {
        let snapshot = self.clerk.snapshot();
        self.compiled.setup(snapshot.settings())?;
        snapshot.settings().validate()?;
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            warn(&self.warnings());
        }
        Ok(())
    }

    /// Logs what is wrong with the configuration, if anything.
    #[cfg(any(
        feature = "tower",
        feature = "actix-web",
        feature = "poem",
        feature = "rocket"
    ))]
    pub(crate) fn log_config_error(&self) {
        if let Err(error) = self.check() {
            log(Level::Error, &error.to_string(), &[]);
        }
    }

    /// Returns the client.
    pub fn clerk(&self) -> &Clerk {
        &self.clerk
    }

    /// Returns how requests are authenticated.
    pub fn authenticate_options(&self) -> &AuthenticateOptions {
        self.compiled.options()
    }

    /// Authenticates a request as [`authenticate_request`](crate::authenticate_request) does, with this client and these
    /// options. What follows from both is computed once and not for every request. It ignores
    /// [`select_by`](Self::select_by); [`decide`](Self::decide) does not.
    pub async fn authenticate(&self, parts: &Parts) -> RequestState {
        authenticate_compiled(&self.clerk, parts, &self.compiled)
            .await
            .0
    }

    /// Returns the origin of the Frontend API, unless this application proxies it.
    pub(crate) fn frontend_origin(&self, settings: &Arc<Settings>) -> Option<String> {
        self.compiled.setup(settings).ok()?.frontend_origin()
    }

    /// Authenticates a request of a route that accepts other kinds of tokens.
    pub(crate) async fn authenticate_as(
        &self,
        parts: &Parts,
        accepts: &Accepts,
    ) -> (RequestState, Arc<Settings>) {
        let compiled = self.compiled_for(accepts);
        authenticate_compiled(&self.clerk, parts, &compiled).await
    }

    /// Returns the options for a route that accepts other kinds of tokens. There are few such sets of kinds, so their
    /// options are kept, each with the values that follow from it and the settings.
    fn compiled_for(&self, accepts: &Accepts) -> Arc<Compiled> {
        let known = |one: &&Arc<Compiled>| one.options().accepts_token == *accepts;
        let narrowed = self.narrowed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = narrowed.iter().find(known) {
            return Arc::clone(compiled);
        }
        drop(narrowed);
        let options = self.authenticate_options().clone();
        // The layer makes redirects, before anything else reads the request.
        let options = options.accepts_token(accepts.clone()).handshake(false);
        let mut warnings = self.warnings_of(&options);
        let compiled = Arc::new(Compiled::new(options, self.resource().cloned()));
        self.narrowed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&compiled));
        let known = self.warnings();
        warnings.retain(|warning| !known.contains(warning));
        warn(&warnings);
        compiled
    }

    /// Authenticates a request to the resource. What a layer has found out is taken over if it is a clone of this
    /// authenticator: another one may be of another instance.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the request is malformed.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        found: Option<&RequestAuth>,
        parts: &Parts,
    ) -> Result<RequestAuth, Rejection> {
        let presented = Presented::of(&parts.headers);
        if presented == Presented::Malformed {
            return Err(self.complete(parts, None, Rejection::unauthenticated()));
        }
        let parts = presented.normalized(parts);
        if let (Some(found), Cow::Borrowed(_)) = (found, &parts)
            && found.is_authenticated_by(self)
        {
            return Ok(found.clone());
        }
        let (state, settings) = authenticate_compiled(&self.clerk, &parts, &self.compiled).await;
        Ok(RequestAuth::new(state, settings, Arc::clone(self), &parts))
    }

    /// Returns the response to a request for a well-known document of the resource; `None` for all other requests.
    pub(crate) async fn document(&self, parts: &Parts) -> Option<Response<Bytes>> {
        let resource = self.resource()?;
        let document = Document::at(resource, parts.uri.path())?;
        if let Some(response) = documents::without_document(&parts.method) {
            return Some(response);
        }
        let settings = Arc::clone(self.clerk.snapshot().settings());
        let setup = self.compiled.setup(&settings).ok();
        let frontend_api = setup.and_then(|setup| setup.frontend_api_url(&resource.origin));
        let Some(frontend_api) = frontend_api else {
            return Some(documents::unavailable());
        };
        if document == Document::Resource {
            return Some(documents::of_resource(resource, &frontend_api));
        }
        let metadata = resource
            .authorization_server
            .get(&self.clerk, &frontend_api);
        // Rare. Boxed, so that the future of every request stays small.
        let metadata = Box::pin(metadata).await;
        Some(metadata.map_or_else(documents::unavailable, documents::public))
    }

    /// Decides whether a request continues, and as whom. Adapters for other frameworks call it before the handler; if the
    /// request [continues](Decision::Continue), call [`RequestAuth::finish`] on the headers of the response.
    pub async fn decide(self: &Arc<Self>, parts: &Parts) -> Decision {
        self.decide_or_keep(parts).await.0
    }

    /// Decides as [`decide`](Self::decide) does. If there is a form, its session has expired: the adapter reads the body and
    /// responds with what becomes of the form, whatever the decision is.
    pub(crate) async fn decide_or_keep(
        self: &Arc<Self>,
        parts: &Parts,
    ) -> (Decision, Option<Box<ExpiredForm>>) {
        let chosen = self.choose.as_ref().and_then(|choose| choose(parts));
        let this = chosen.as_ref().unwrap_or(self);
        if let Some(document) = this.document(parts).await {
            return (Decision::Respond(document), None);
        }
        let (state, settings) = authenticate_compiled(&this.clerk, parts, &this.compiled).await;
        if state.redirect_location().is_some() {
            return (Decision::Respond(redirect(&state)), None);
        }
        let authenticated = RequestAuth::new(state, settings, Arc::clone(this), parts);
        if let Some(document) = authenticated.renewal(parts) {
            return (Decision::Respond(document), None);
        }
        // Boxed, because it is large and rare.
        let form = authenticated.expired_form(parts).map(Box::new);
        if !this.is_strict {
            return (Decision::Continue(authenticated), form);
        }
        let rejection = match &form {
            Some(form) => form.rejection().clone(),
            None => match authenticated.require_somebody() {
                Ok(()) => return (Decision::Continue(authenticated), None),
                Err(rejection) => this.reject(parts, &authenticated, rejection),
            },
        };
        (Decision::Respond(rejection.into_response()), form)
    }

    /// Applies the last changes to a rejection.
    pub(crate) fn reject(
        &self,
        parts: &Parts,
        authenticated: &RequestAuth,
        mut rejection: Rejection,
    ) -> Rejection {
        if *rejection.kind() == RejectionKind::Unauthenticated && authenticated.state().is_outage()
        {
            rejection = Rejection::unavailable();
        }
        self.complete(parts, Some(authenticated), rejection)
    }

    fn complete(
        &self,
        parts: &Parts,
        authenticated: Option<&RequestAuth>,
        mut rejection: Rejection,
    ) -> Rejection {
        // Not above this level: strangers cause it as often as they like.
        tracing::debug!(
            kind = rejection.kind().name(),
            status = rejection.status().as_u16(),
            "a request is rejected: {rejection}"
        );
        let state = authenticated.map(RequestAuth::state);
        if let Some(resource) = self.resource()
            && authenticated.is_none_or(RequestAuth::may_have_oauth_token)
        {
            challenge::complete(resource, parts, state, &mut rejection);
        }
        match state {
            Some(state) => add(rejection.headers_mut(), state.headers()),
            None => add(rejection.headers_mut(), &HeaderMap::new()),
        }
        if self.redirects_to_sign_in
            && *rejection.kind() == RejectionKind::Unauthenticated
            && loads_a_page(parts)
            && let Some(authenticated) = authenticated
            && let Some(location) = self.sign_in_page(parts, authenticated)
        {
            rejection.redirect_to(location);
        }
        if let Some(change) = &self.on_error {
            change(parts, &mut rejection);
        }
        rejection
    }

    /// Returns the URL of the sign-in page, with the URL to return to. Returns `None` if the page is not known; the response
    /// then stays a 401.
    fn sign_in_page(&self, parts: &Parts, authenticated: &RequestAuth) -> Option<HeaderValue> {
        let back = crate::request_url::public_url(parts, self.authenticate_options());
        let redirects = authenticated.redirects();
        match redirects.to_sign_in(Some(back.as_str())) {
            Ok(url) => HeaderValue::try_from(url).ok(),
            Err(error) => {
                static LIMIT: LogLimit = LogLimit::new();
                let clock = clerk_sdk::Clock::system();
                LIMIT.log(&clock, Level::Error, &error.to_string(), &[]);
                None
            }
        }
    }
}

fn warn(warnings: &[ConfigWarning]) {
    for warning in warnings {
        log(Level::Warn, &warning.to_string(), &[]);
    }
}

impl From<Clerk> for Authenticator {
    fn from(clerk: Clerk) -> Self {
        Self::new(clerk)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("options", self.authenticate_options())
            .field("is_strict", &self.is_strict)
            .field("redirects_to_sign_in", &self.redirects_to_sign_in)
            .finish_non_exhaustive()
    }
}

/// What happens to a request.
///
/// ```no_run
/// use clerk_middleware::{Authenticator, Decision};
/// use std::sync::Arc;
///
/// # async fn run(authenticator: Arc<Authenticator>, parts: http::request::Parts) {
/// match authenticator.decide(&parts).await {
///     Decision::Continue(authenticated) => println!("call the handler for {:?}", authenticated.session().user_id),
///     Decision::Respond(response) => println!("respond with {}", response.status()),
/// }
/// # }
/// ```
#[derive(Debug)]
pub enum Decision {
    /// The request continues to its handler, authenticated as this.
    Continue(RequestAuth),
    /// The request gets this response: a redirect or a rejection.
    Respond(Response<Bytes>),
}

fn redirect(state: &RequestState) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    add(response.headers_mut(), state.headers());
    response
}
