//! What applications can configure.

use std::sync::Arc;

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
///
/// These options are data: what follows from them, such as compiled path patterns, belongs to the
/// [`Authenticator`](crate::Authenticator) that is made with them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AuthenticateOptions {
    /// Which kinds of tokens are accepted. Default: session tokens. Each opaque machine token costs a request to Clerk, even a
    /// forged one, so accept them only where you expect them.
    pub accepts_token: Accepts,
    /// The requirements for tokens, all of them, in place of the client's. Default: `None`, which takes the client's.
    pub verify_token: Option<VerifyTokenOptions>,
    /// The origins that session tokens may have been issued to (`azp`), in place of those in
    /// [`verify_token`](Self::verify_token) or of the client. Default: `None`.
    pub authorized_parties: Option<Vec<String>>,
    /// The audiences of which a token must name one (`aud`), in place of those in [`verify_token`](Self::verify_token) or of
    /// the client. Default: `None`.
    pub audience: Option<Vec<String>>,
    /// How many milliseconds the clocks of Clerk and of this machine may differ, in place of the value in
    /// [`verify_token`](Self::verify_token) or of the client. Default: `None`.
    pub clock_skew_ms: Option<i64>,
    /// How a pending session is treated. Default: as signed out.
    pub pending_sessions: PendingSessions,
    /// How the session of a request is found. Default: by verifying its token.
    pub session_resolution: SessionResolution,
    /// Whether a browser may be redirected to Clerk to renew its session. Default: `true`. With `false`, such a request is
    /// signed out with the same reason; use it for servers that browsers load no pages from.
    pub handshake: bool,
    /// Whether to refresh an expired session token by a request to Clerk, if the browser sent a refresh token. Default:
    /// `true`.
    pub refresh: bool,
    /// Whether a form that a page of this application sends after its session token has expired is kept instead of rejected.
    /// Default: `false`. If the browser sent a refresh token, the session is refreshed, and the form is processed at once; else
    /// the response is a page that renews the session and sends the form again: see
    /// [`RequestAuth::expired_form`](crate::RequestAuth::expired_form) for which forms these are. Set it for applications that render forms on the server.
    pub expired_forms: bool,
    /// Whether a satellite redirects each visitor's first request to the primary application, to find out whether the visitor
    /// is signed in there. Default: `false`; the satellite then waits until the visitor signs in.
    pub satellite_auto_sync: bool,
    /// Which paths belong to which organization, so that the active organization follows the path. Default: no paths.
    pub organization_sync: Option<OrganizationSync>,
    /// From which sites a visit renews the session, because they may be satellites. Default: no sites.
    pub cross_origin_sync: CrossOriginSync,
    /// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are trusted. Default: yes, as in Clerk's other SDKs. Turn it off if
    /// visitors reach this server directly, because they could send these headers themselves.
    pub forwarded_headers: ForwardedHeaders,
    /// The origin of this application as visitors see it, such as `https://app.example.com`, whatever the headers of a request
    /// say. Default: the origin follows from the headers.
    pub public_origin: Option<String>,
    /// The hosts of this application, with their ports unless those are the default. A request for any other host is treated
    /// as one for the first of these hosts. Default: an empty list, with which every host is trusted.
    pub trusted_hosts: Vec<String>,
    /// The origins of satellites, such as `https://shop.example`, to which a primary application may send visitors back. The
    /// application's own origins and loopback (`localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`) are always allowed.
    /// Default: no others. A request to be sent to another origin is handled as if it had not asked for that.
    ///
    /// This affects development instances only: there the URL carries the development browser token, with which the browser's
    /// sessions can be used from anywhere. For production instances, Clerk sends visitors back.
    pub sync_redirect_origins: Vec<String>,
    /// The path under which this application proxies the Frontend API, such as `/__clerk`. Handshakes then go there, unless
    /// the client has a `proxy_url`. Default: not set.
    pub proxy_path: Option<String>,
    /// Whether a production application proxies the Frontend API at `/__clerk` unless the client has a `proxy_url` or a
    /// `domain`. [`vercel_proxy`](Self::vercel_proxy) sets it. Default: `false`.
    pub is_automatically_proxied: bool,
    /// Which machines guards and extractors let in by machine-to-machine tokens. Default: those whose token names this machine
    /// in its scopes.
    pub m2m_callers: M2mCallers,
    /// Whether the `x-clerk-auth-message` header says what is wrong with a token, for debugging. Default: `false`. The reason
    /// is always sent, and messages are always logged.
    pub message_header: bool,
}

impl Default for AuthenticateOptions {
    fn default() -> Self {
        Self {
            accepts_token: Accepts::default(),
            verify_token: None,
            authorized_parties: None,
            audience: None,
            clock_skew_ms: None,
            pending_sessions: PendingSessions::default(),
            session_resolution: SessionResolution::default(),
            handshake: true,
            refresh: true,
            expired_forms: false,
            satellite_auto_sync: false,
            organization_sync: None,
            cross_origin_sync: CrossOriginSync::default(),
            forwarded_headers: ForwardedHeaders::default(),
            public_origin: None,
            trusted_hosts: Vec::new(),
            sync_redirect_origins: Vec::new(),
            proxy_path: None,
            is_automatically_proxied: false,
            m2m_callers: M2mCallers::default(),
            message_header: false,
        }
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
    /// request is signed out and an error is logged. [`Authenticator::validate`](crate::Authenticator::validate) also checks
    /// the form of keys and URLs ([`Settings::validate`]).
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is missing or wrong.
    pub fn validate(&self, clerk: &Clerk) -> Result<(), ConfigError> {
        Setup::new(Arc::clone(clerk.snapshot().settings()), self)?;
        for warning in self.warnings(clerk) {
            log(Level::Warn, &warning.to_string(), &[]);
        }
        Ok(())
    }

    /// Returns the requirements for tokens: these options, where they say something, else those of the client.
    pub(crate) fn token_requirements(&self, settings: &Settings) -> VerifyTokenOptions {
        let mut verify = self
            .verify_token
            .as_ref()
            .unwrap_or_else(|| settings.verify_token_options())
            .clone();
        if let Some(parties) = &self.authorized_parties {
            verify.authorized_parties.clone_from(parties);
        }
        if let Some(audience) = &self.audience {
            verify.audience.clone_from(audience);
        }
        if let Some(skew) = self.clock_skew_ms {
            verify.clock_skew_ms = skew;
        }
        verify
    }

    /// Sets [`accepts_token`](Self#structfield.accepts_token).
    #[must_use]
    pub fn accepts_token(mut self, accepts: impl Into<Accepts>) -> Self {
        self.accepts_token = accepts.into();
        self
    }

    /// Sets [`verify_token`](Self#structfield.verify_token). It replaces the client's `authorized_parties` too, so start from
    /// [`Settings::verify_token_options`], or set only what differs with [`authorized_parties`](Self::authorized_parties),
    /// [`audience`](Self::audience) and [`clock_skew_ms`](Self::clock_skew_ms).
    #[must_use]
    pub fn verify_token(mut self, verify_token: VerifyTokenOptions) -> Self {
        self.verify_token = Some(verify_token);
        self
    }

    /// Sets [`authorized_parties`](Self#structfield.authorized_parties). An empty list accepts every origin.
    #[must_use]
    pub fn authorized_parties<S: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        self.authorized_parties = Some(origins.into_iter().map(Into::into).collect());
        self
    }

    /// Sets [`audience`](Self#structfield.audience). An empty list does not look at the audience.
    #[must_use]
    pub fn audience<S: Into<String>>(mut self, audiences: impl IntoIterator<Item = S>) -> Self {
        self.audience = Some(audiences.into_iter().map(Into::into).collect());
        self
    }

    /// Sets [`clock_skew_ms`](Self#structfield.clock_skew_ms).
    #[must_use]
    pub fn clock_skew_ms(mut self, milliseconds: i64) -> Self {
        self.clock_skew_ms = Some(milliseconds);
        self
    }

    /// Sets [`pending_sessions`](Self#structfield.pending_sessions).
    #[must_use]
    pub fn pending_sessions(mut self, pending: PendingSessions) -> Self {
        self.pending_sessions = pending;
        self
    }

    /// Sets [`session_resolution`](Self#structfield.session_resolution).
    #[must_use]
    pub fn session_resolution(mut self, resolution: SessionResolution) -> Self {
        self.session_resolution = resolution;
        self
    }

    /// Sets [`handshake`](Self#structfield.handshake).
    #[must_use]
    pub fn handshake(mut self, is_allowed: bool) -> Self {
        self.handshake = is_allowed;
        self
    }

    /// Sets [`refresh`](Self#structfield.refresh).
    #[must_use]
    pub fn refresh(mut self, is_allowed: bool) -> Self {
        self.refresh = is_allowed;
        self
    }

    /// Sets [`expired_forms`](Self#structfield.expired_forms).
    #[must_use]
    pub fn expired_forms(mut self, are_kept: bool) -> Self {
        self.expired_forms = are_kept;
        self
    }

    /// Sets [`satellite_auto_sync`](Self#structfield.satellite_auto_sync).
    #[must_use]
    pub fn satellite_auto_sync(mut self, is_automatic: bool) -> Self {
        self.satellite_auto_sync = is_automatic;
        self
    }

    /// Sets [`organization_sync`](Self#structfield.organization_sync).
    #[must_use]
    pub fn organization_sync(mut self, sync: OrganizationSync) -> Self {
        self.organization_sync = Some(sync);
        self
    }

    /// Sets [`cross_origin_sync`](Self#structfield.cross_origin_sync).
    #[must_use]
    pub fn cross_origin_sync(mut self, sync: CrossOriginSync) -> Self {
        self.cross_origin_sync = sync;
        self
    }

    /// Sets [`forwarded_headers`](Self#structfield.forwarded_headers).
    #[must_use]
    pub fn forwarded_headers(mut self, forwarded: ForwardedHeaders) -> Self {
        self.forwarded_headers = forwarded;
        self
    }

    /// Sets [`public_origin`](Self#structfield.public_origin).
    #[must_use]
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.public_origin = Some(origin.into());
        self
    }

    /// Sets [`trusted_hosts`](Self#structfield.trusted_hosts).
    #[must_use]
    pub fn trusted_hosts<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.trusted_hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`sync_redirect_origins`](Self#structfield.sync_redirect_origins).
    #[must_use]
    pub fn sync_redirect_origins<S: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        self.sync_redirect_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`proxy_path`](Self#structfield.proxy_path).
    #[must_use]
    pub fn proxy_path(mut self, path: impl Into<String>) -> Self {
        self.proxy_path = Some(path.into());
        self
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
    pub fn vercel_proxy(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
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
        self.is_automatically_proxied = is_proxied;
        self
    }

    /// Sets [`m2m_callers`](Self#structfield.m2m_callers).
    #[must_use]
    pub fn m2m_callers(mut self, callers: M2mCallers) -> Self {
        self.m2m_callers = callers;
        self
    }

    /// Sets [`message_header`](Self#structfield.message_header).
    #[must_use]
    pub fn message_header(mut self, is_sent: bool) -> Self {
        self.message_header = is_sent;
        self
    }
}

/// Which machines guards, extractors and strict layers let in by machine-to-machine tokens. Every machine of the instance can
/// make such tokens; their scopes name the machines that it may call, as configured in the Clerk Dashboard.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, M2mCallers};
///
/// let options = AuthenticateOptions::new().m2m_callers(M2mCallers::AnyMachine);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum M2mCallers {
    /// Machines whose token names this machine in its scopes; others get 403. The client must know the id of this machine
    /// ([`machine_id`](clerk_sdk::ClerkOptions::machine_id), `CLERK_MACHINE_ID`): without it, all machines get 500 and an error
    /// is logged. Guards that require a [scope](crate::Guard::scope) check that scope instead. The default.
    #[default]
    ThisMachine,
    /// Every machine of the instance, whichever machines its token is for.
    AnyMachine,
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
