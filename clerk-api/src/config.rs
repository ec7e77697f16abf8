use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::values::SecretKey;

/// How a [`Client`](crate::Client) reaches Clerk.
///
/// Every setting is a public field with a setter of the same name: the setters build a configuration, the fields read it
/// and change the one of a living client ([`Client::update`](crate::Client::update)). Nothing is checked here; a setting
/// that cannot work is an [`Error::InvalidRequest`](crate::Error::InvalidRequest) of the first call that needs it.
///
/// ```
/// use clerk_api::{Config, RetryPolicy};
/// use std::time::Duration;
///
/// let config = Config::new("sk_test_123").timeout(Duration::from_secs(5)).retry(RetryPolicy::none());
/// assert_eq!(config.server_api_url, "https://api.clerk.com");
/// assert_eq!(config.timeout, Duration::from_secs(5));
/// assert!(!format!("{config:?}").contains("sk_test_123"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The secret key of the instance. An empty one is a missing one: operations that need it answer
    /// [`Error::MissingSecretKey`](crate::Error::MissingSecretKey) and send nothing.
    pub secret_key: SecretKey,
    /// Where the Backend API is, without the version: scheme, host, and a path prefix if there is one.
    /// Default: `https://api.clerk.com`.
    pub server_api_url: String,
    /// The version in the path. Default: `v1`. Empty leaves it out.
    pub api_version: String,
    /// The dated version of the API, sent as `Clerk-API-Version`. Default: [`API_VERSION`](crate::API_VERSION), the one
    /// that the types of this crate describe. With another version, responses may fail to decode.
    pub clerk_api_version: String,
    /// Headers added to every request. Default: none. They cannot replace `Authorization`; see
    /// [`RawRequest::header`](crate::RawRequest::header).
    pub headers: HeaderMap,
    /// The `User-Agent`. Default: `clerk-api-rust/<version of this crate>`.
    pub user_agent: String,
    /// How long one try may take, from connecting to the last byte of the body. Default: 30 seconds.
    pub timeout: Duration,
    /// How long connecting may take, TLS included. Default: 10 seconds. Changing it makes a new connection pool.
    pub connect_timeout: Duration,
    /// How long one call may take with all tries and the waiting between them. Default: 60 seconds. A try is cut off when
    /// this is over, and a wait that would go beyond it is not begun: the call returns its last error at once.
    pub total_timeout: Duration,
    /// How large a response body may be, in bytes. Default: 64 MiB. A larger one is an
    /// [`Error::Decode`](crate::Error::Decode), and no more than this is read.
    pub max_response_bytes: usize,
    /// The URL of a proxy for all requests, with credentials if it wants them. Default: `None`, which goes by the usual
    /// environment variables (`HTTPS_PROXY`, `NO_PROXY`, …). Changing it makes a new connection pool.
    pub proxy: Option<String>,
    /// When and how often a failed request is tried again.
    pub retry: RetryPolicy,
    /// The HTTP client to use instead of the crate's own. Default: `None`. It brings its own proxy, connect timeout and
    /// policy on redirects; the crate's own client follows none, as the API has none and a key must not travel.
    pub http_client: Option<reqwest::Client>,
    /// The clock of the gate, for `clerk-sdk`.
    #[doc(hidden)]
    pub gate_clock: Option<crate::runtime::GateClock>,
}

impl Config {
    /// Returns the defaults, with this secret key.
    pub fn new(secret_key: impl Into<SecretKey>) -> Self {
        Self {
            secret_key: secret_key.into(),
            server_api_url: "https://api.clerk.com".to_owned(),
            api_version: "v1".to_owned(),
            clerk_api_version: crate::API_VERSION.to_owned(),
            headers: HeaderMap::new(),
            user_agent: concat!("clerk-api-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(60),
            max_response_bytes: 64 * 1024 * 1024,
            proxy: None,
            retry: RetryPolicy::default(),
            http_client: None,
            gate_clock: None,
        }
    }

    /// Sets [`secret_key`](Self#structfield.secret_key).
    #[must_use]
    pub fn secret_key(mut self, key: impl Into<SecretKey>) -> Self {
        self.secret_key = key.into();
        self
    }

    /// Sets [`server_api_url`](Self#structfield.server_api_url).
    #[must_use]
    pub fn server_api_url(mut self, url: impl Into<String>) -> Self {
        self.server_api_url = url.into();
        self
    }

    /// Sets [`api_version`](Self#structfield.api_version).
    #[must_use]
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = version.into();
        self
    }

    /// Sets [`clerk_api_version`](Self#structfield.clerk_api_version).
    #[must_use]
    pub fn clerk_api_version(mut self, version: impl Into<String>) -> Self {
        self.clerk_api_version = version.into();
        self
    }

    /// Sets [`headers`](Self#structfield.headers).
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Sets [`user_agent`](Self#structfield.user_agent).
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
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

    /// Sets [`retry`](Self#structfield.retry).
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets [`http_client`](Self#structfield.http_client).
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }
}

// By hand: the key, the values of headers and the credentials of a proxy must not print.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("secret_key", &self.secret_key)
            .field("server_api_url", &without_credentials(&self.server_api_url))
            .field("api_version", &self.api_version)
            .field("clerk_api_version", &self.clerk_api_version)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("user_agent", &self.user_agent)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("proxy", &self.proxy.as_deref().map(without_credentials))
            .field("retry", &self.retry)
            .field(
                "http_client",
                &self.http_client.as_ref().map(|_| format_args!("custom")),
            )
            .finish()
    }
}

/// Returns a URL for people to read: without what stands between `//` and `@`, and without a query.
fn without_credentials(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("//").map_or("", |(scheme, _)| scheme);
            format!("{scheme}//[redacted]@{host}")
        }
        None => url.to_owned(),
    }
}

/// When and how often a failed request is tried again.
///
/// A request that Clerk rejected with 429 is tried again whatever its method, after the time that `Retry-After` states.
/// After 500, 502, 503, 504 and after a broken connection only `GET`, `HEAD`, `PUT` and `DELETE` are: a `POST` or `PATCH`
/// may have been carried out. A connection that could not even be made is tried again for every method. A
/// [stream](crate::Upload::stream) is sent once.
///
/// Calls through the [gate](crate::Client#the-gate) are sent once, whatever the policy.
///
/// Where Clerk states no time, the wait is a random part of `base_delay`, doubled with every try and at most `max_delay`.
/// [`Config::total_timeout`] bounds it all.
///
/// ```
/// use clerk_api::RetryPolicy;
/// use std::time::Duration;
///
/// let patient = RetryPolicy::default().max_retries(5).max_delay(Duration::from_secs(20));
/// assert_eq!(patient.base_delay, Duration::from_millis(500));
/// assert_eq!(RetryPolicy::none().max_retries, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is tried again after the first try. Default: 3.
    pub max_retries: u32,
    /// The bound of the first wait. Default: 500 ms.
    pub base_delay: Duration,
    /// The bound of every wait that Clerk did not state. Default: 8 seconds.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
        }
    }
}

impl RetryPolicy {
    /// Never try again.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets [`max_retries`](Self#structfield.max_retries).
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets [`base_delay`](Self#structfield.base_delay).
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets [`max_delay`](Self#structfield.max_delay).
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }
}
