use std::time::Duration;

use super::visitor::VisitorAddress;
use crate::config_error::ConfigError;
use crate::options::{AuthenticateOptions, ForwardedHeaders};
use crate::request_url::{origin, parse_origin};

/// The settings of a [`FrontendApiProxy`](crate::FrontendApiProxy): its path, the Frontend API, and which request headers it
/// trusts.
///
/// ```
/// use std::time::Duration;
///
/// use clerk_middleware::{ForwardedHeaders, FrontendApiProxyOptions};
///
/// let options = FrontendApiProxyOptions::new()
///     .path("/api/auth")
///     .read_timeout(Duration::from_secs(10))
///     .forwarded_headers(ForwardedHeaders::Ignored);
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct FrontendApiProxyOptions {
    pub(super) path: String,
    pub(super) fapi_url: Option<String>,
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
    /// Which headers of requests are trusted.
    pub(super) requests: AuthenticateOptions,
    pub(super) visitor_address: VisitorAddress,
}

/// Practically unlimited, and still short enough to be added to any instant.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Default for FrontendApiProxyOptions {
    fn default() -> Self {
        Self {
            path: "/__clerk".to_owned(),
            fapi_url: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            requests: AuthenticateOptions::new(),
            visitor_address: VisitorAddress::default(),
        }
    }
}

impl FrontendApiProxyOptions {
    /// Returns the default options: the path `/__clerk`, and the Frontend API that belongs to the publishable key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the path of the proxy. Slashes at its end are ignored, and the slash at its beginning may be missing. Default:
    /// `/__clerk`, which Clerk's frontend libraries expect.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the URL of the Frontend API: an `http` or `https` URL without credentials, query or fragment. Default: the
    /// environment variable `CLERK_FAPI_URL`; without it, the URL follows from the publishable key. An empty text selects
    /// the latter.
    #[must_use]
    pub fn fapi_url(mut self, url: impl Into<String>) -> Self {
        self.fapi_url = Some(url.into());
        self
    }

    /// Sets how long connecting to the Frontend API may take. Default: 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout.min(LONGEST);
        self
    }

    /// Sets how long the Frontend API may be idle: until its response begins, counted from when the last part of the
    /// request's body was sent, and between two parts of the response. The duration of a whole request is not limited.
    /// Default: 30 seconds.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout.min(LONGEST);
        self
    }

    /// Sets whether `X-Forwarded-Host` and `X-Forwarded-Proto` are trusted. With these a proxy in front of this server says
    /// where a request was sent. Default: yes. If they are not trusted, they are not passed on either. They never determine
    /// the visitor's address: see [`visitor_address`](Self::visitor_address).
    #[must_use]
    pub fn forwarded_headers(mut self, forwarded: ForwardedHeaders) -> Self {
        self.requests = self.requests.forwarded_headers(forwarded);
        self
    }

    /// Sets which address is sent to Clerk as the visitor's. Default: the address of the connection. Headers that may
    /// contain an address, such as `X-Forwarded-For`, are never passed on themselves, whatever is set here.
    #[must_use]
    pub fn visitor_address(mut self, address: VisitorAddress) -> Self {
        self.visitor_address = address;
        self
    }

    /// Sets the origin of this application as visitors see it, such as `https://app.example.com`. Default: the origin
    /// follows from the headers of each request.
    #[must_use]
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.requests = self.requests.public_origin(origin);
        self
    }

    /// Sets the hosts of this application, as in [`AuthenticateOptions::trusted_hosts`]. Default: an empty list, with which
    /// every host is trusted.
    #[must_use]
    pub fn trusted_hosts<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.requests = self.requests.trusted_hosts(hosts);
        self
    }

    /// Copies the settings for trusted headers and hosts from the authentication options: `forwarded_headers`,
    /// `public_origin` and `trusted_hosts`.
    ///
    /// ```
    /// use clerk_middleware::{AuthenticateOptions, FrontendApiProxyOptions};
    ///
    /// let authenticate = AuthenticateOptions::new()
    ///     .public_origin("https://app.example.com")
    ///     .proxy_path("/__clerk");
    /// let proxy = FrontendApiProxyOptions::new().trusting_like(&authenticate);
    /// # let _ = proxy;
    /// ```
    #[must_use]
    pub fn trusting_like(mut self, options: &AuthenticateOptions) -> Self {
        self.requests = options.clone();
        self
    }

    /// # Errors
    ///
    /// The first origin or host that is not valid.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut origins = self.requests.public_origin.iter();
        let mut hosts = self.requests.trusted_hosts.iter();
        let wrong = origins
            .find(|text| parse_origin(text).is_none())
            .or_else(|| hosts.find(|host| origin("https", host).is_none()));
        match wrong {
            Some(text) => Err(ConfigError::InvalidOrigin(text.clone())),
            None => Ok(()),
        }
    }
}
