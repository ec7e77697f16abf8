mod http_options;

use std::fmt;

use crate::values::SecretKey;
pub use http_options::{HttpOptions, RetryPolicy};

/// How a [`Client`](crate::Client) reaches Clerk.
///
/// Every setting is a public field with a setter of the same name: the setters build a configuration, the fields read it
/// and change the one of a living client ([`Client::update`](crate::Client::update)). Nothing is checked here; a setting
/// that cannot work is an [`Error::InvalidRequest`](crate::Error::InvalidRequest) of the first call that needs it.
///
/// ```
/// use clerk_api::{Config, HttpOptions, RetryPolicy};
///
/// let config = Config::new("sk_test_123").http_options(HttpOptions::new().retry(RetryPolicy::none()));
/// assert_eq!(config.server_api_url, "https://api.clerk.com");
/// assert_eq!(config.http_options.retry.max_retries, 0);
/// assert!(!format!("{config:?}").contains("sk_test_123"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The secret key of the instance. If it is empty, operations that need it fail with
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
    /// How requests are sent. Default: [`HttpOptions::default`].
    pub http_options: HttpOptions,
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
            http_options: HttpOptions::default(),
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

    /// Sets [`http_options`](Self#structfield.http_options).
    #[must_use]
    pub fn http_options(mut self, options: HttpOptions) -> Self {
        self.http_options = options;
        self
    }
}

// By hand: credentials in a URL must not print.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("secret_key", &self.secret_key)
            .field("server_api_url", &without_credentials(&self.server_api_url))
            .field("api_version", &self.api_version)
            .field("clerk_api_version", &self.clerk_api_version)
            .field("http_options", &self.http_options)
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
