//! What all adapters do with a request, before its handler and after.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit, log};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Accepts;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use crate::authenticate::{authenticate_request, loads_a_page};
use crate::config_error::ConfigError;
use crate::config_warning::ConfigWarning;
use crate::options::AuthenticateOptions;
use crate::redirect::Redirects;
use crate::rejection::{Rejection, RejectionKind};
use crate::request_auth::RequestAuth;
use crate::request_state::RequestState;
use crate::response_headers::add;

type OnError = dyn Fn(&Parts, &mut Rejection) + Send + Sync;
type Choose = dyn Fn(&Parts) -> Option<Arc<Authenticator>> + Send + Sync;

/// What the middleware of every framework does: who is let through, and what the others are answered.
///
/// Without more it lets everybody through, and handlers ask who it is; only handshakes are answered, by redirects. A
/// [`Clerk`] client converts into it, so that most applications never name it.
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
    options: AuthenticateOptions,
    is_strict: bool,
    redirects_to_sign_in: bool,
    on_error: Option<Arc<OnError>>,
    choose: Option<Arc<Choose>>,
    narrowed: Arc<RwLock<Vec<Arc<AuthenticateOptions>>>>,
    /// Whether the warnings about these options were logged.
    has_warned: Arc<AtomicBool>,
}

impl Authenticator {
    /// Lets everybody through.
    pub fn new(clerk: Clerk) -> Self {
        Self {
            clerk,
            options: AuthenticateOptions::new(),
            is_strict: false,
            redirects_to_sign_in: false,
            on_error: None,
            choose: None,
            narrowed: Arc::default(),
            has_warned: Arc::default(),
        }
    }

    /// How requests are authenticated.
    #[must_use]
    pub fn options(mut self, options: AuthenticateOptions) -> Self {
        self.options = options;
        self.narrowed = Arc::default();
        self.has_warned = Arc::default();
        self
    }

    /// Answers 401 to every request that nobody is signed in on. Default: it reaches its handler.
    #[must_use]
    pub fn reject_signed_out(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Sends browsers that load a page on which nobody is signed in to the sign-in page (302), from where they come back.
    /// Everything else still gets its 401. Default: all get it.
    #[must_use]
    pub fn redirect_to_sign_in(mut self) -> Self {
        self.redirects_to_sign_in = true;
        self
    }

    /// Changes what is answered to those who are not let through, whether by [`reject_signed_out`](Self::reject_signed_out), by a
    /// guard or by an extractor. It is called last.
    #[must_use]
    pub fn on_error(
        mut self,
        change: impl Fn(&Parts, &mut Rejection) + Send + Sync + 'static,
    ) -> Self {
        self.on_error = Some(Arc::new(change));
        self
    }

    /// Takes another one for some requests: a server of several instances, or of a primary and a satellite application,
    /// chooses by the host. Make them once, and answer clones. Default: this one for all.
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

    /// Finds out now whether the configuration can work, so that an application that cannot authenticate does not start.
    /// Without, a layer that is built logs what is wrong, and every request is signed out. [`warnings`](Self::warnings) are
    /// logged, once.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn validate(self) -> Result<Self, ConfigError> {
        self.check()?;
        Ok(self)
    }

    /// Returns what the configuration leaves open that an application in production should close, such as missing
    /// [`authorized_parties`](clerk_sdk::ClerkOptions::authorized_parties). Empty with a development instance. They are
    /// logged once, by [`validate`](Self::validate) or when a layer is built. A guard of one route that accepts other kinds of
    /// tokens may add to them; what it adds is logged on the first request to it.
    pub fn warnings(&self) -> Vec<ConfigWarning> {
        self.options.warnings(&self.clerk)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.setup(self.clerk.snapshot().settings())?;
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

    /// The client.
    pub fn clerk(&self) -> &Clerk {
        &self.clerk
    }

    /// How requests are authenticated, to read.
    pub fn authenticate_options(&self) -> &AuthenticateOptions {
        &self.options
    }

    /// The options for a route that accepts other kinds of tokens. There are few of them, so they are kept: each holds what
    /// follows from it and the settings.
    pub(crate) fn options_for(&self, accepts: &Accepts) -> Arc<AuthenticateOptions> {
        let known = |options: &&Arc<AuthenticateOptions>| options.accepts_token == *accepts;
        let narrowed = self.narrowed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(options) = narrowed.iter().find(known) {
            return Arc::clone(options);
        }
        drop(narrowed);
        let options = self.options.clone().accepts_token(accepts.clone());
        // A redirect is the layer's to make, before anything else looks at the request.
        let options = Arc::new(options.handshake(false));
        let mut narrowed = self
            .narrowed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        narrowed.push(Arc::clone(&options));
        drop(narrowed);
        let known = self.warnings();
        let mut warnings = options.warnings(&self.clerk);
        warnings.retain(|warning| !known.contains(warning));
        warn(&warnings);
        options
    }

    /// Whether a request may go on, and as whom. It is what an adapter for another framework calls before the handler; when
    /// it [continues](Decision::Continue), call [`RequestAuth::finish`] on the headers of the response.
    pub async fn decide(self: &Arc<Self>, parts: &Parts) -> Decision {
        let chosen = self.choose.as_ref().and_then(|choose| choose(parts));
        let this = chosen.as_ref().unwrap_or(self);
        let state = authenticate_request(&this.clerk, parts, &this.options).await;
        if state.redirect_location().is_some() {
            return Decision::Respond(redirect(&state));
        }
        let authenticated = RequestAuth::new(state, Arc::clone(this));
        if this.is_strict && !authenticated.is_somebody() {
            let rejection = this.reject(parts, &authenticated, Rejection::unauthenticated());
            return Decision::Respond(rejection.into_response());
        }
        Decision::Continue(authenticated)
    }

    /// The last word about a rejection.
    pub(crate) fn reject(
        &self,
        parts: &Parts,
        authenticated: &RequestAuth,
        mut rejection: Rejection,
    ) -> Rejection {
        add(rejection.headers_mut(), authenticated.state().headers());
        if self.redirects_to_sign_in
            && *rejection.kind() == RejectionKind::Unauthenticated
            && loads_a_page(parts)
            && let Some(location) = self.sign_in_page(parts, authenticated.state())
        {
            rejection.redirect_to(location);
        }
        if let Some(change) = &self.on_error {
            change(parts, &mut rejection);
        }
        rejection
    }

    /// The sign-in page, with the way back. None when nothing tells where it is: then the answer stays a 401.
    fn sign_in_page(&self, parts: &Parts, state: &RequestState) -> Option<HeaderValue> {
        let back = crate::request_url::public_url(parts, &self.options);
        let page = Redirects::of_request(&self.clerk, parts, &self.options, state)
            .and_then(|redirects| redirects.to_sign_in(Some(back.as_str())));
        match page {
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
            .field("options", &self.options)
            .field("is_strict", &self.is_strict)
            .field("redirects_to_sign_in", &self.redirects_to_sign_in)
            .finish_non_exhaustive()
    }
}

/// What becomes of a request.
///
/// ```no_run
/// use clerk_middleware::{Authenticator, Decision};
/// use std::sync::Arc;
///
/// # async fn run(authenticator: Arc<Authenticator>, parts: http::request::Parts) {
/// match authenticator.decide(&parts).await {
///     Decision::Continue(authenticated) => println!("call the handler for {:?}", authenticated.session().user_id),
///     Decision::Respond(response) => println!("answer with {}", response.status()),
/// }
/// # }
/// ```
#[derive(Debug)]
pub enum Decision {
    /// It goes on to its handler, as this.
    Continue(RequestAuth),
    /// It is answered with this: a redirect, or a rejection.
    Respond(Response<Bytes>),
}

fn redirect(state: &RequestState) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    add(response.headers_mut(), state.headers());
    response
}
