//! What applications can configure.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use clerk_sdk::__private::{Level, log};
use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::VerifyTokenOptions;
use clerk_sdk::{Clerk, Settings};

use crate::authenticate::Setup;
use crate::config_error::ConfigError;

/// How requests are authenticated, in addition to the configuration of the [`Clerk`] client (keys, domain, proxy, pages).
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, CrossOriginSync};
/// use clerk_sdk::auth::Accepts;
/// use clerk_sdk::tokens::TokenType;
///
/// let options = AuthenticateOptions::new()
///     .accepts_token(Accepts::AnyOf(vec![TokenType::Session, TokenType::ApiKey]))
///     .cross_origin_sync(CrossOriginSync::Origins(vec!["https://shop.example".to_owned()]));
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct AuthenticateOptions {
    pub(crate) accepts_token: Accepts,
    pub(crate) verify_token: Option<VerifyTokenOptions>,
    pub(crate) pending_sessions: PendingSessions,
    pub(crate) session_resolution: SessionResolution,
    pub(crate) without_handshake: bool,
    pub(crate) without_refresh: bool,
    pub(crate) satellite_auto_sync: bool,
    pub(crate) organization_sync: Option<OrganizationSync>,
    pub(crate) cross_origin_sync: CrossOriginSync,
    pub(crate) forwarded_headers: ForwardedHeaders,
    pub(crate) public_origin: Option<String>,
    pub(crate) trusted_hosts: Vec<String>,
    pub(crate) sync_redirect_origins: Vec<String>,
    pub(crate) proxy_path: Option<String>,
    pub(crate) is_automatically_proxied: bool,
    pub(crate) message_header: bool,
    pub(crate) prepared: Prepared,
}

/// The values that follow from the options and a client's settings, so that requests need not compute them. They belong to
/// these options as they are: a clone, which may be changed, starts without them.
#[derive(Default)]
pub(crate) struct Prepared(ArcSwapOption<Setup>);

impl Clone for Prepared {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl AuthenticateOptions {
    /// Returns the default options: only session tokens are accepted, and requests are authenticated as in Clerk's own
    /// backend SDK.
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks that these options and the client's current settings can authenticate requests, and logs the
    /// [`warnings`](Self::warnings). Call it once, when the application starts: with a configuration that cannot work, every
    /// request is signed out and an error is logged.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is missing or wrong.
    pub fn validate(&self, clerk: &Clerk) -> Result<(), ConfigError> {
        self.setup(clerk.snapshot().settings())?;
        for warning in self.warnings(clerk) {
            log(Level::Warn, &warning.to_string(), &[]);
        }
        Ok(())
    }

    /// Returns the values for these settings. They are computed if they are not yet known.
    pub(crate) fn setup(&self, settings: &Arc<Settings>) -> Result<Arc<Setup>, ConfigError> {
        if let Some(setup) = &*self.prepared.0.load()
            && setup.is_of(settings)
        {
            return Ok(Arc::clone(setup));
        }
        let setup = Arc::new(Setup::new(Arc::clone(settings), self)?);
        self.prepared.0.store(Some(Arc::clone(&setup)));
        Ok(setup)
    }

    fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.prepared = Prepared::default();
        change(&mut self);
        self
    }

    /// Sets which kinds of tokens are accepted. Default: session tokens. Each opaque machine token costs a request to Clerk,
    /// even a forged one, so accept them only where you expect them.
    #[must_use]
    pub fn accepts_token(self, accepts: Accepts) -> Self {
        self.changed(|options| options.accepts_token = accepts)
    }

    /// Sets the requirements for tokens, in place of the client's. Default: the client's.
    #[must_use]
    pub fn verify_token(self, verify_token: VerifyTokenOptions) -> Self {
        self.changed(|options| options.verify_token = Some(verify_token))
    }

    /// Sets how a pending session is treated. Default: as signed out.
    #[must_use]
    pub fn pending_sessions(self, pending: PendingSessions) -> Self {
        self.changed(|options| options.pending_sessions = pending)
    }

    /// Sets how the session of a request is found. Default: by verifying its token.
    #[must_use]
    pub fn session_resolution(self, resolution: SessionResolution) -> Self {
        self.changed(|options| options.session_resolution = resolution)
    }

    /// Sets whether a browser may be redirected to Clerk to renew its session. Default: `true`. With `false`, such a request
    /// is signed out with the same reason; use it for servers that browsers load no pages from.
    #[must_use]
    pub fn handshake(self, is_allowed: bool) -> Self {
        self.changed(|options| options.without_handshake = !is_allowed)
    }

    /// Sets whether to refresh an expired session token by a request to Clerk, if the browser sent a refresh token. Default:
    /// `true`.
    #[must_use]
    pub fn refresh(self, is_allowed: bool) -> Self {
        self.changed(|options| options.without_refresh = !is_allowed)
    }

    /// Sets whether a satellite redirects each visitor's first request to the primary application, to find out whether the
    /// visitor is signed in there. Default: `false`; the satellite then waits until the visitor signs in.
    #[must_use]
    pub fn satellite_auto_sync(self, is_automatic: bool) -> Self {
        self.changed(|options| options.satellite_auto_sync = is_automatic)
    }

    /// Sets which paths belong to which organization, so that the active organization follows the path. Default: no paths.
    #[must_use]
    pub fn organization_sync(self, sync: OrganizationSync) -> Self {
        self.changed(|options| options.organization_sync = Some(sync))
    }

    /// Sets from which sites a visit renews the session, because they may be satellites. Default: no sites.
    #[must_use]
    pub fn cross_origin_sync(self, sync: CrossOriginSync) -> Self {
        self.changed(|options| options.cross_origin_sync = sync)
    }

    /// Sets whether `X-Forwarded-Host` and `X-Forwarded-Proto` are trusted. Default: yes, as in Clerk's other SDKs. Turn it
    /// off if visitors reach this server directly, because they could send these headers themselves.
    #[must_use]
    pub fn forwarded_headers(self, forwarded: ForwardedHeaders) -> Self {
        self.changed(|options| options.forwarded_headers = forwarded)
    }

    /// Sets the origin of this application as visitors see it, such as `https://app.example.com`, whatever the headers of a
    /// request say. Default: the origin follows from the headers.
    #[must_use]
    pub fn public_origin(self, origin: impl Into<String>) -> Self {
        self.changed(|options| options.public_origin = Some(origin.into()))
    }

    /// Sets the hosts of this application, with their ports unless those are the default. A request for any other host is
    /// treated as one for the first of these hosts. Default: an empty list, with which every host is trusted.
    #[must_use]
    pub fn trusted_hosts<S: Into<String>>(self, hosts: impl IntoIterator<Item = S>) -> Self {
        let hosts = hosts.into_iter().map(Into::into).collect();
        self.changed(|options| options.trusted_hosts = hosts)
    }

    /// Sets the origins of satellites, such as `https://shop.example`, to which a primary application may send visitors
    /// back. The application's own origins and loopback (`localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`) are always
    /// allowed. Default: no others. A request to be sent to another origin is handled as if it had not asked for that.
    ///
    /// This affects development instances only: there the URL carries the development browser token, with which the
    /// browser's sessions can be used from anywhere. For production instances, Clerk sends visitors back.
    #[must_use]
    pub fn sync_redirect_origins<S: Into<String>>(
        self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        let origins = origins.into_iter().map(Into::into).collect();
        self.changed(|options| options.sync_redirect_origins = origins)
    }

    /// Sets the path under which this application proxies the Frontend API, such as `/__clerk`. Handshakes then go there,
    /// unless the client has a `proxy_url`. Default: not set.
    #[must_use]
    pub fn proxy_path(self, path: impl Into<String>) -> Self {
        self.changed(|options| options.proxy_path = Some(path.into()))
    }

    /// Treats this application as one that proxies the Frontend API at `/__clerk` if it runs in production on Vercel under a
    /// `vercel.app` name, which cannot have a domain for Clerk. `variable` reads an environment variable. Default: off.
    ///
    /// ```
    /// use clerk_middleware::AuthenticateOptions;
    ///
    /// let options = AuthenticateOptions::new().vercel_proxy(|name| std::env::var(name).ok());
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn vercel_proxy(self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_on = |name| {
            variable(name).is_some_and(|value| {
                value.eq_ignore_ascii_case("true")
                    || value.trim().parse::<i64>().is_ok_and(|number| number > 0)
            })
        };
        let is_own_name = || {
            let name = variable("VERCEL_PROJECT_PRODUCTION_URL").unwrap_or_default();
            let name = name
                .split_once("://")
                .map_or(name.as_str(), |(_, rest)| rest);
            let host = name.split(['/', '?', '#', ':']).next().unwrap_or_default();
            host.to_ascii_lowercase().ends_with(".vercel.app")
        };
        let is_proxied = !is_on("CLERK_DISABLE_AUTO_PROXY")
            && variable("VERCEL_TARGET_ENV").as_deref() == Some("production")
            && is_own_name();
        self.changed(|options| options.is_automatically_proxied = is_proxied)
    }

    /// Sets whether the `x-clerk-auth-message` header says what is wrong with a token, for debugging. Default: `false`. The
    /// reason is always sent, and messages are always logged.
    #[must_use]
    pub fn message_header(self, is_sent: bool) -> Self {
        self.changed(|options| options.message_header = is_sent)
    }
}

impl fmt::Debug for AuthenticateOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateOptions")
            .field("accepts_token", &self.accepts_token)
            .field("pending_sessions", &self.pending_sessions)
            .field("session_resolution", &self.session_resolution)
            .field("organization_sync", &self.organization_sync)
            .field("cross_origin_sync", &self.cross_origin_sync)
            .field("forwarded_headers", &self.forwarded_headers)
            .field("public_origin", &self.public_origin)
            .field("trusted_hosts", &self.trusted_hosts)
            .finish_non_exhaustive()
    }
}

/// How to treat a pending session: one that still lacks something that the instance requires, such as choosing an
/// organization.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, PendingSessions};
///
/// let options = AuthenticateOptions::new().pending_sessions(PendingSessions::SignedIn);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingSessions {
    /// As signed out: the auth object keeps only the status of the session. The default.
    #[default]
    SignedOut,
    /// As signed in.
    SignedIn,
}

/// How the session of a request is found.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, SessionResolution};
///
/// let options = AuthenticateOptions::new().session_resolution(SessionResolution::Server);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionResolution {
    /// By verifying the session token. The default.
    #[default]
    Token,
    /// By asking Clerk about a token that is not a JWT, as instances of the first generation use them: about the session
    /// that the request names, or else the session that was active last. JWTs are still verified. Each request with a token
    /// that is not a JWT costs one or two requests to Clerk.
    Server,
}

/// From which other sites a visit by a signed-in user renews the session with a redirect, because the session may have
/// changed there. Only applications with satellites need it.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, CrossOriginSync};
///
/// let sync = CrossOriginSync::Origins(vec!["https://shop.example".to_owned()]);
/// let options = AuthenticateOptions::new().cross_origin_sync(sync);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CrossOriginSync {
    /// From no sites. The default.
    #[default]
    Never,
    /// From these origins, which are those of the satellites.
    Origins(Vec<String>),
    /// From every other origin, as in Clerk's other SDKs: each link from another site costs a redirect.
    AnyOrigin,
}

/// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are trusted.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, ForwardedHeaders};
///
/// let options = AuthenticateOptions::new().forwarded_headers(ForwardedHeaders::Ignored);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeaders {
    /// They are trusted: a proxy in front of this server sets them. The default.
    #[default]
    Trusted,
    /// They are ignored.
    Ignored,
}

/// Which paths belong to which organization. If a signed-in user opens such a path while another organization is active, the
/// browser is redirected to Clerk to activate the organization of the path.
///
/// A pattern is a path with parameters, such as `/orgs/:slug` or `/orgs/:id/(.*)`; `:slug` or `:id` names the organization.
/// It is compared with the path as it was sent, ignoring case and a slash at the end. The syntax is that of path-to-regexp
/// 6: `:slug(\d+)` is a parameter with a regular expression of its own, in which lookaround works; `{…}` groups; `?`, `*`
/// and `+` follow what is optional or repeated. A parameter does not contain the text before it, if that text has no slash:
/// `/o/:slug.:ext` splits `acme.tar.gz` into `acme.tar` and `gz`.
///
/// A pattern may have at most 1024 bytes, and one MiB when compiled. A path that takes more than 20,000 attempts to compare
/// does not match; only lookaround and separators of several characters can cause that.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, OrganizationSync};
///
/// let sync = OrganizationSync::new()
///     .organization_patterns(["/orgs/:slug", "/orgs/:slug/(.*)"])
///     .personal_account_patterns(["/me", "/me/(.*)"]);
/// let options = AuthenticateOptions::new().organization_sync(sync);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrganizationSync {
    /// Paths that name an organization.
    pub organization_patterns: Vec<String>,
    /// Paths on which the personal account is active.
    pub personal_account_patterns: Vec<String>,
}

impl OrganizationSync {
    /// Returns an empty list of patterns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`organization_patterns`](Self#structfield.organization_patterns).
    #[must_use]
    pub fn organization_patterns<S: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = S>,
    ) -> Self {
        self.organization_patterns = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`personal_account_patterns`](Self#structfield.personal_account_patterns).
    #[must_use]
    pub fn personal_account_patterns<S: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = S>,
    ) -> Self {
        self.personal_account_patterns = patterns.into_iter().map(Into::into).collect();
        self
    }
}
