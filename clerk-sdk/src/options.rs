//! The options of an application.

use std::fmt;
use std::time::Duration;

use clerk_api::header::HeaderMap;
use clerk_api::{Config, RetryPolicy, SecretKey};

use crate::clock::Clock;
use crate::tokens::{JwksPolicy, MachineTokenCache};

/// What a [`Clerk`](crate::Clerk) is made from. Each option that is not passed falls back to its environment variable, and
/// then to its default.
///
/// | option | variable | default |
/// |---|---|---|
/// | `secret_key` | `CLERK_SECRET_KEY`, then `CLERK_API_KEY` with a warning | none: calls return [`Error::MissingSecretKey`](crate::Error::MissingSecretKey) |
/// | `api_version` | `CLERK_API_VERSION` | `v1` |
/// | `server_api_url` | `CLERK_API_URL` | `https://api.clerk.com` |
/// | `http_options` | | [`HttpOptions::default`] |
/// | `jwt_key` | `CLERK_JWT_KEY` | none: keys are fetched |
/// | `publishable_key` | `CLERK_PUBLISHABLE_KEY` | none |
/// | `machine_secret_key` | `CLERK_MACHINE_SECRET_KEY` | the secret key |
/// | `webhook_signing_secret` | `CLERK_WEBHOOK_SIGNING_SECRET` | none |
/// | `domain` | `CLERK_DOMAIN` | none |
/// | `is_satellite` | `CLERK_IS_SATELLITE` (`true` or `false`) | `false` |
/// | `proxy_url` | `CLERK_PROXY_URL` | none |
/// | `sign_in_url` | `CLERK_SIGN_IN_URL` | none |
/// | `sign_up_url` | `CLERK_SIGN_UP_URL` | none |
/// | `user_profile_url` | `CLERK_USER_PROFILE_URL` | `/user` of the account portal |
/// | `organization_profile_url` | `CLERK_ORGANIZATION_PROFILE_URL` | `/organization` of the account portal |
/// | `create_organization_url` | `CLERK_CREATE_ORGANIZATION_URL` | `/create-organization` of the account portal |
/// | `waitlist_url` | `CLERK_WAITLIST_URL` | `/waitlist` of the account portal |
/// | `machine_id` | `CLERK_MACHINE_ID` | none |
/// | `authorized_parties` | `CLERK_AUTHORIZED_PARTIES` (origins, separated by commas) | none: tokens of every origin are accepted |
/// | `audience` | `CLERK_AUDIENCE` (separated by commas) | none: the audience is not looked at |
/// | `clock_skew_ms` | `CLERK_CLOCK_SKEW_MS` (milliseconds) | 5000 |
///
/// The others have no variable. A variable that is empty or holds white space only is not set. White space around a key or
/// secret is left out, passed or not. An option that is passed counts even when it is empty: an empty secret key is a missing one, whatever the environment says, so that no other key is taken by surprise.
///
/// ```
/// use clerk_sdk::{Clerk, ClerkOptions};
///
/// let clerk = Clerk::new(ClerkOptions::new().secret_key("sk_test_123").api_version("v1"))?;
/// assert!(!format!("{clerk:?}").contains("sk_test_123"));
/// # Ok::<(), clerk_sdk::Error>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ClerkOptions {
    /// The secret key of the instance, `sk_test_…` or `sk_live_…`.
    pub secret_key: Option<SecretKey>,
    /// The version in the path of the Backend API. An empty one leaves it out.
    pub api_version: Option<String>,
    /// Where the Backend API is, without the version: scheme, host, and a path prefix if there is one.
    pub server_api_url: Option<String>,
    /// How requests are sent.
    pub http_options: HttpOptions,
    /// The public key of the instance as PEM, with which tokens are verified without any network. One line with `\n` in
    /// place of line breaks is fine, as environment files have it.
    pub jwt_key: Option<String>,
    /// The publishable key of the instance, `pk_test_…` or `pk_live_…`; what authenticates requests needs it.
    pub publishable_key: Option<String>,
    /// The secret key of a machine, `ak_…`; calls about machine-to-machine tokens are made with it.
    pub machine_secret_key: Option<SecretKey>,
    /// The signing secret of the webhook endpoint, `whsec_…`.
    pub webhook_signing_secret: Option<SecretKey>,
    /// The domain of a satellite application, or the one that Clerk's Frontend API is under.
    pub domain: Option<String>,
    /// Whether this application is a satellite: one that shares the sessions of a primary domain.
    pub is_satellite: Option<bool>,
    /// Where the Frontend API is proxied: a URL, or a path of this application.
    pub proxy_url: Option<String>,
    /// The page to sign in on.
    pub sign_in_url: Option<String>,
    /// The page to sign up on.
    pub sign_up_url: Option<String>,
    /// The page where users manage their account.
    pub user_profile_url: Option<String>,
    /// The page where members manage their organization.
    pub organization_profile_url: Option<String>,
    /// The page to create an organization on.
    pub create_organization_url: Option<String>,
    /// The page to join the waitlist on.
    pub waitlist_url: Option<String>,
    /// The id of the machine that this application is, `mch_…`. Machine-to-machine tokens for this machine name it in their
    /// scopes. The machine secret key does not tell it.
    pub machine_id: Option<String>,
    /// The origins that session tokens may have been issued to (`azp`), as browsers write them: `https://app.example.com`,
    /// without a path or a slash at the end. Default: none, which accepts every origin. In production, name those of your
    /// application: cookies are valid for all subdomains, and a page on another one could act for your users.
    pub authorized_parties: Option<Vec<String>>,
    /// The audiences of which a token must name one, if it names any (`aud`). Default: none, which does not look at it.
    pub audience: Option<Vec<String>>,
    /// How many milliseconds the clocks of Clerk and of this machine may differ. Default: 5000.
    pub clock_skew_ms: Option<i64>,
    /// How long fetched keys are used and how often they are fetched.
    pub jwks_policy: JwksPolicy,
    /// How many verified tokens are remembered at most. Default: 4096. With 0, no tokens are kept.
    pub verified_tokens: Option<usize>,
    /// How many bytes of memory the remembered tokens take at most. Default: 64 MiB. With 0, no tokens are kept.
    pub verified_token_bytes: Option<usize>,
    /// Keeps Clerk's responses about API keys and other opaque machine tokens for seconds. A revoked token is still
    /// accepted for that time. Default: no cache, so that each verification calls Clerk.
    pub machine_token_cache: Option<MachineTokenCache>,
    /// The clock to judge tokens and webhooks by. Default: the system's.
    pub clock: Clock,
}

impl ClerkOptions {
    /// Nothing passed: everything comes from the environment or is the default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`secret_key`](Self#structfield.secret_key).
    #[must_use]
    pub fn secret_key(mut self, key: impl Into<SecretKey>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Sets [`api_version`](Self#structfield.api_version).
    #[must_use]
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// Sets [`server_api_url`](Self#structfield.server_api_url).
    #[must_use]
    pub fn server_api_url(mut self, url: impl Into<String>) -> Self {
        self.server_api_url = Some(url.into());
        self
    }

    /// Sets [`http_options`](Self#structfield.http_options).
    #[must_use]
    pub fn http_options(mut self, options: HttpOptions) -> Self {
        self.http_options = options;
        self
    }

    /// Sets [`jwt_key`](Self#structfield.jwt_key).
    #[must_use]
    pub fn jwt_key(mut self, pem: impl Into<String>) -> Self {
        self.jwt_key = Some(pem.into());
        self
    }

    /// Sets [`publishable_key`](Self#structfield.publishable_key).
    #[must_use]
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Sets [`machine_secret_key`](Self#structfield.machine_secret_key).
    #[must_use]
    pub fn machine_secret_key(mut self, key: impl Into<SecretKey>) -> Self {
        self.machine_secret_key = Some(key.into());
        self
    }

    /// Sets [`webhook_signing_secret`](Self#structfield.webhook_signing_secret).
    #[must_use]
    pub fn webhook_signing_secret(mut self, secret: impl Into<SecretKey>) -> Self {
        self.webhook_signing_secret = Some(secret.into());
        self
    }

    /// Sets [`domain`](Self#structfield.domain).
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets [`is_satellite`](Self#structfield.is_satellite).
    #[must_use]
    pub fn is_satellite(mut self, is_satellite: bool) -> Self {
        self.is_satellite = Some(is_satellite);
        self
    }

    /// Sets [`proxy_url`](Self#structfield.proxy_url).
    #[must_use]
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.proxy_url = Some(url.into());
        self
    }

    /// Sets [`sign_in_url`](Self#structfield.sign_in_url).
    #[must_use]
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.sign_in_url = Some(url.into());
        self
    }

    /// Sets [`sign_up_url`](Self#structfield.sign_up_url).
    #[must_use]
    pub fn sign_up_url(mut self, url: impl Into<String>) -> Self {
        self.sign_up_url = Some(url.into());
        self
    }

    /// Sets [`user_profile_url`](Self#structfield.user_profile_url).
    #[must_use]
    pub fn user_profile_url(mut self, url: impl Into<String>) -> Self {
        self.user_profile_url = Some(url.into());
        self
    }

    /// Sets [`organization_profile_url`](Self#structfield.organization_profile_url).
    #[must_use]
    pub fn organization_profile_url(mut self, url: impl Into<String>) -> Self {
        self.organization_profile_url = Some(url.into());
        self
    }

    /// Sets [`create_organization_url`](Self#structfield.create_organization_url).
    #[must_use]
    pub fn create_organization_url(mut self, url: impl Into<String>) -> Self {
        self.create_organization_url = Some(url.into());
        self
    }

    /// Sets [`waitlist_url`](Self#structfield.waitlist_url).
    #[must_use]
    pub fn waitlist_url(mut self, url: impl Into<String>) -> Self {
        self.waitlist_url = Some(url.into());
        self
    }

    /// Sets [`machine_id`](Self#structfield.machine_id).
    #[must_use]
    pub fn machine_id(mut self, id: impl Into<String>) -> Self {
        self.machine_id = Some(id.into());
        self
    }

    /// Sets [`authorized_parties`](Self#structfield.authorized_parties).
    #[must_use]
    pub fn authorized_parties<S: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        self.authorized_parties = Some(origins.into_iter().map(Into::into).collect());
        self
    }

    /// Sets [`audience`](Self#structfield.audience).
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

    /// Sets [`jwks_policy`](Self#structfield.jwks_policy).
    #[must_use]
    pub fn jwks_policy(mut self, policy: JwksPolicy) -> Self {
        self.jwks_policy = policy;
        self
    }

    /// Sets [`verified_tokens`](Self#structfield.verified_tokens).
    #[must_use]
    pub fn verified_tokens(mut self, count: usize) -> Self {
        self.verified_tokens = Some(count);
        self
    }

    /// Sets [`verified_token_bytes`](Self#structfield.verified_token_bytes).
    #[must_use]
    pub fn verified_token_bytes(mut self, bytes: usize) -> Self {
        self.verified_token_bytes = Some(bytes);
        self
    }

    /// Sets [`machine_token_cache`](Self#structfield.machine_token_cache).
    #[must_use]
    pub fn machine_token_cache(mut self, cache: MachineTokenCache) -> Self {
        self.machine_token_cache = Some(cache);
        self
    }

    /// Sets [`clock`](Self#structfield.clock).
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

// By hand: the names of what was passed, and no secret.
impl fmt::Debug for ClerkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ClerkOptions");
        for (name, key) in [
            ("secret_key", &self.secret_key),
            ("machine_secret_key", &self.machine_secret_key),
            ("webhook_signing_secret", &self.webhook_signing_secret),
        ] {
            if let Some(key) = key {
                out.field(name, key);
            }
        }
        for (name, text) in [
            ("api_version", &self.api_version),
            ("publishable_key", &self.publishable_key),
            ("domain", &self.domain),
            ("sign_in_url", &self.sign_in_url),
            ("sign_up_url", &self.sign_up_url),
            ("machine_id", &self.machine_id),
        ] {
            if let Some(text) = text {
                out.field(name, text);
            }
        }
        // URLs may hold credentials by mistake.
        for (name, text) in [
            ("server_api_url", &self.server_api_url),
            ("proxy_url", &self.proxy_url),
            ("jwt_key", &self.jwt_key),
        ] {
            if text.is_some() {
                out.field(name, &format_args!("set"));
            }
        }
        out.field("is_satellite", &self.is_satellite)
            .field("http_options", &self.http_options)
            .finish_non_exhaustive()
    }
}

/// How requests to the Backend API are sent.
///
/// ```
/// use clerk_sdk::{ClerkOptions, HttpOptions};
/// use std::time::Duration;
///
/// let http = HttpOptions::new().timeout(Duration::from_secs(5)).user_agent("my-app/1.0");
/// let options = ClerkOptions::new().http_options(http);
/// assert_eq!(options.http_options.timeout, Duration::from_secs(5));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Headers added to every request. They cannot replace `Authorization` nor what frames the body. Default: none.
    pub headers: HeaderMap,
    /// How long one try may take, from connecting to the last byte of the body. Default: 30 seconds.
    pub timeout: Duration,
    /// How long connecting may take, TLS included. Default: 10 seconds.
    pub connect_timeout: Duration,
    /// How long one call may take with all its tries and the waiting between them. Default: 60 seconds.
    pub total_timeout: Duration,
    /// How large a response body may be, in bytes. Default: 64 MiB.
    pub max_response_bytes: usize,
    /// The URL of a proxy for all requests. Default: `None`, which goes by the usual variables (`HTTPS_PROXY`, …).
    pub proxy: Option<String>,
    /// The `User-Agent`. Default: `clerk-sdk-rust/<version of this crate>`.
    pub user_agent: String,
    /// When and how often a failed request is tried again. Default: [`RetryPolicy::default`].
    pub retry: RetryPolicy,
    /// The HTTP client to use instead of the SDK's own. It brings its own proxy, connect timeout and policy on redirects.
    /// Default: `None`.
    pub client: Option<clerk_api::reqwest::Client>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let defaults = Config::new("");
        Self {
            headers: defaults.headers,
            timeout: defaults.timeout,
            connect_timeout: defaults.connect_timeout,
            total_timeout: defaults.total_timeout,
            max_response_bytes: defaults.max_response_bytes,
            proxy: defaults.proxy,
            user_agent: concat!("clerk-sdk-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
            retry: defaults.retry,
            client: None,
        }
    }
}

impl HttpOptions {
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`headers`](Self#structfield.headers).
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets [`timeout`](Self#structfield.timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets [`connect_timeout`](Self#structfield.connect_timeout).
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets [`total_timeout`](Self#structfield.total_timeout).
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Sets [`max_response_bytes`](Self#structfield.max_response_bytes).
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets [`proxy`](Self#structfield.proxy).
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Sets [`user_agent`](Self#structfield.user_agent).
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets [`retry`](Self#structfield.retry).
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets [`client`](Self#structfield.client).
    #[must_use]
    pub fn client(mut self, client: clerk_api::reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    pub(crate) fn config(&self, secret_key: SecretKey) -> Config {
        let mut config = Config::new(secret_key)
            .headers(self.headers.clone())
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .total_timeout(self.total_timeout)
            .max_response_bytes(self.max_response_bytes)
            .user_agent(&self.user_agent)
            .retry(self.retry.clone());
        config.proxy = self.proxy.clone();
        config.http_client = self.client.clone();
        config
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("proxy", &self.proxy.as_ref().map(|_| format_args!("set")))
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .field(
                "client",
                &self.client.as_ref().map(|_| format_args!("custom")),
            )
            .finish()
    }
}
