//! What an application may want otherwise.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use clerk_sdk::__private::{Level, log};
use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::VerifyTokenOptions;
use clerk_sdk::{Clerk, Settings};

use crate::authenticate::Setup;
use crate::config_error::ConfigError;

/// How requests are authenticated, beside what the [`Clerk`] client itself is configured with (keys, domain, proxy, pages).
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

/// What follows from the options and the settings of a client, so that a request computes none of it. It belongs to these
/// options as they are: a clone, which may be changed, begins without.
#[derive(Default)]
pub(crate) struct Prepared(ArcSwapOption<Setup>);

impl Clone for Prepared {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl AuthenticateOptions {
    /// Session tokens only, and everything as Clerk's own backend does it, save where the options say otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks that these options and the settings of the client, as they are now, can authenticate requests, and logs the
    /// [`warnings`](Self::warnings). Call it once, when the application starts: a request under a configuration that cannot
    /// work is signed out, with an error in the log.
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

    /// What was prepared for these settings, or is now.
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

    /// Which kinds of tokens are verified. Default: session tokens. Each opaque machine token that is accepted costs a
    /// request to Clerk, forged ones included, so accept them only where they are expected.
    #[must_use]
    pub fn accepts_token(self, accepts: Accepts) -> Self {
        self.changed(|options| options.accepts_token = accepts)
    }

    /// What tokens must satisfy, in place of what the client is configured with. Default: the client's.
    #[must_use]
    pub fn verify_token(self, verify_token: VerifyTokenOptions) -> Self {
        self.changed(|options| options.verify_token = Some(verify_token))
    }

    /// What a pending session counts as. Default: signed out.
    #[must_use]
    pub fn pending_sessions(self, pending: PendingSessions) -> Self {
        self.changed(|options| options.pending_sessions = pending)
    }

    /// How the session of a request is found. Default: by verifying its token.
    #[must_use]
    pub fn session_resolution(self, resolution: SessionResolution) -> Self {
        self.changed(|options| options.session_resolution = resolution)
    }

    /// Whether a browser may be sent to Clerk to renew its session. Default: `true`. Without, such a request is signed out
    /// with the same reason: for servers that no page is loaded from.
    #[must_use]
    pub fn handshake(self, is_allowed: bool) -> Self {
        self.changed(|options| options.without_handshake = !is_allowed)
    }

    /// Whether an expired session token is refreshed by a request to Clerk where the browser sent a refresh token.
    /// Default: `true`.
    #[must_use]
    pub fn refresh(self, is_allowed: bool) -> Self {
        self.changed(|options| options.without_refresh = !is_allowed)
    }

    /// Whether a satellite sends each first visit to the primary application, to learn whether it is signed in there.
    /// Default: `false`, which waits until somebody signs in.
    #[must_use]
    pub fn satellite_auto_sync(self, is_automatic: bool) -> Self {
        self.changed(|options| options.satellite_auto_sync = is_automatic)
    }

    /// Which paths are about which organization, so that the active one follows the path. Default: none.
    #[must_use]
    pub fn organization_sync(self, sync: OrganizationSync) -> Self {
        self.changed(|options| options.organization_sync = Some(sync))
    }

    /// From which sites a visit renews the session, because they may be satellites. Default: from none.
    #[must_use]
    pub fn cross_origin_sync(self, sync: CrossOriginSync) -> Self {
        self.changed(|options| options.cross_origin_sync = sync)
    }

    /// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. Default: yes, as Clerk's other SDKs do. A server
    /// that is reached directly should not: its visitors could write them.
    #[must_use]
    pub fn forwarded_headers(self, forwarded: ForwardedHeaders) -> Self {
        self.changed(|options| options.forwarded_headers = forwarded)
    }

    /// Where this application is for its visitors, such as `https://app.example.com`, whatever the headers of a request
    /// say. Default: what they say.
    #[must_use]
    pub fn public_origin(self, origin: impl Into<String>) -> Self {
        self.changed(|options| options.public_origin = Some(origin.into()))
    }

    /// The hosts that this application has, with their ports if those are not the usual ones. A request for another host
    /// is taken for one for the first of them. Default: none, which believes the request.
    #[must_use]
    pub fn trusted_hosts<S: Into<String>>(self, hosts: impl IntoIterator<Item = S>) -> Self {
        let hosts = hosts.into_iter().map(Into::into).collect();
        self.changed(|options| options.trusted_hosts = hosts)
    }

    /// The origins of satellites, such as `https://shop.example`, that a primary application sends visitors back to, besides
    /// the application's own origins and loopback (`localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`), which are always
    /// allowed. Default: none. Requests to be sent elsewhere are treated as if they had not asked for it.
    ///
    /// Only with development instances: there the visitor takes the token of the browser along, with which its sessions can
    /// be used from anywhere. Production instances send visitors back through Clerk.
    #[must_use]
    pub fn sync_redirect_origins<S: Into<String>>(
        self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        let origins = origins.into_iter().map(Into::into).collect();
        self.changed(|options| options.sync_redirect_origins = origins)
    }

    /// The path at which this application proxies the Frontend API, such as `/__clerk`: handshakes then go there, unless the
    /// client has a `proxy_url`. Default: none.
    #[must_use]
    pub fn proxy_path(self, path: impl Into<String>) -> Self {
        self.changed(|options| options.proxy_path = Some(path.into()))
    }

    /// Takes this application for proxying the Frontend API at `/__clerk` when it runs in production on Vercel under a
    /// `vercel.app` name, which cannot have a domain for Clerk. `variable` reads an environment variable. Default: not.
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

    /// Whether the `x-clerk-auth-message` header tells what is wrong with a token, for debugging. Default: `false`; the
    /// reason is always told, and messages are always in the log.
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

/// What a pending session counts as: one that still lacks something the instance asks for, such as choosing an
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
    /// Nobody: the auth object keeps only the status of the session. The default.
    #[default]
    SignedOut,
    /// The user.
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
    /// By asking Clerk about a token that is no JWT, as instances of the first generation have them: about the session that
    /// the request names, else about the one that was active last. Tokens that are JWTs are verified as ever. Each request
    /// with such a token costs one or two requests to Clerk.
    Server,
}

/// From which other sites a visit of a signed-in user renews the session by a redirect, because the session may have
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
    /// From none. The default.
    #[default]
    Never,
    /// From these origins: those of the satellites.
    Origins(Vec<String>),
    /// From every other origin, as Clerk's other SDKs do: each link from elsewhere costs a redirect.
    AnyOrigin,
}

/// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, ForwardedHeaders};
///
/// let options = AuthenticateOptions::new().forwarded_headers(ForwardedHeaders::Ignored);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeaders {
    /// They are: a proxy in front of this server writes them. The default.
    #[default]
    Trusted,
    /// They are not looked at.
    Ignored,
}

/// Which paths are about which organization. When a signed-in user opens one, and another organization is active, the
/// browser is sent to Clerk to make it the active one.
///
/// A pattern is a path with parameters, such as `/orgs/:slug` or `/orgs/:id/(.*)`; `:slug` or `:id` names the organization.
/// It is compared with the path as it was sent, in any case, with or without a slash at the end. The syntax is that of
/// path-to-regexp 6: `:slug(\d+)` is a parameter with a regular expression of its own, in which lookaround works; `{…}`
/// groups; `?`, `*` and `+` follow what is optional or repeated. A parameter does not contain the text in front of it, if that
/// has no slash: `/o/:slug.:ext` takes `acme.tar.gz` for `acme.tar` and `gz`.
///
/// A pattern has at most 1024 bytes and one MiB when compiled. A path that takes more than 20,000 attempts to compare, which
/// only lookaround and separators of several characters can cause, does not match.
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
    /// Paths on which no organization is active.
    pub personal_account_patterns: Vec<String>,
}

impl OrganizationSync {
    /// No patterns yet.
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
