use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;

use super::without_credentials;

/// How requests to the Backend API are sent.
///
/// ```
/// use clerk_api::{Config, HttpOptions};
/// use std::time::Duration;
///
/// let http = HttpOptions::new().timeout(Duration::from_secs(5)).user_agent("my-app/1.0");
/// let config = Config::new("sk_test_123").http_options(http);
/// assert_eq!(config.http_options.timeout, Duration::from_secs(5));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Headers added to every request. They cannot replace `Authorization` nor what frames the body; see
    /// [`RawRequest::header`](crate::RawRequest::header). Default: none.
    pub headers: HeaderMap,
    /// How long one try may take, from connecting to the last byte of the body. Default: 30 seconds.
    pub timeout: Duration,
    /// How long connecting may take, TLS included. Default: 10 seconds. Changing it makes a new connection pool.
    pub connect_timeout: Duration,
    /// How long one call may take with all its tries and the waiting between them. Default: 60 seconds. A try is cut off
    /// when this is over, and a wait that would go beyond it is not begun: the call returns its last error at once.
    pub total_timeout: Duration,
    /// How large a response body may be, in bytes. Default: 64 MiB. A larger one is an
    /// [`Error::Decode`](crate::Error::Decode), and no more than this is read.
    pub max_response_bytes: usize,
    /// The URL of a proxy for all requests, with credentials if it wants them. Default: `None`, which goes by the usual
    /// environment variables (`HTTPS_PROXY`, `NO_PROXY`, …). Changing it makes a new connection pool.
    pub proxy: Option<String>,
    /// The `User-Agent`. Default: `None`, which sends `clerk-sdk-rust/<version>` from a client of clerk-sdk, and
    /// `clerk-api-rust/<version>` from one of clerk-api.
    pub user_agent: Option<String>,
    /// When and how often a failed request is tried again. Default: [`RetryPolicy::default`].
    pub retry: RetryPolicy,
    /// The HTTP client to use instead of the crate's own. It brings its own proxy, connect timeout and policy on redirects;
    /// the crate's own client follows none, as the API has none and a key must not travel. Default: `None`.
    pub client: Option<reqwest::Client>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            headers: HeaderMap::new(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(60),
            max_response_bytes: 64 * 1024 * 1024,
            proxy: None,
            user_agent: None,
            retry: RetryPolicy::default(),
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
        self.user_agent = Some(user_agent.into());
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
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }
}

// By hand: the values of headers and the credentials of a proxy must not print.
impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("proxy", &self.proxy.as_deref().map(without_credentials))
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .field(
                "client",
                &self.client.as_ref().map(|_| format_args!("custom")),
            )
            .finish()
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
/// [`HttpOptions::total_timeout`] bounds it all.
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
