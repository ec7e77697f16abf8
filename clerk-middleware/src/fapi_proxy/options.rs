use std::time::Duration;

use super::visitor::VisitorAddress;
use crate::config_error::ConfigError;
use crate::options::{AuthenticateOptions, ForwardedHeaders};
use crate::request_url::{origin, parse_origin};

/// Where the [`FrontendApiProxy`](crate::FrontendApiProxy) answers, whom it asks, and whom it believes.
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
    /// What is believed of requests.
    pub(super) requests: AuthenticateOptions,
    pub(super) visitor_address: VisitorAddress,
}

/// As long as for ever, and short enough to be added to any instant.
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
    /// Under `/__clerk`, for the Frontend API that the publishable key belongs to.
    pub fn new() -> Self {
        Self::default()
    }

    /// The path to answer under. Slashes at its end do not count, and the one at its beginning may be missing. Default:
    /// `/__clerk`, which is what Clerk's frontend libraries expect.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Where the Frontend API is: an `http` or `https` URL without credentials, query and fragment. Default: the environment
    /// variable `CLERK_FAPI_URL`, and without it what follows from the publishable key. An empty text means the latter.
    #[must_use]
    pub fn fapi_url(mut self, url: impl Into<String>) -> Self {
        self.fapi_url = Some(url.into());
        self
    }

    /// How long connecting to the Frontend API may take. Default: 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout.min(LONGEST);
        self
    }

    /// How long nothing at all may come from the Frontend API, or go to it: until the answer begins, counted from what was
    /// last sent of the request's body, and between the pieces of the answer. There is no limit on how long a whole request
    /// takes. Default: 30 seconds.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout.min(LONGEST);
        self
    }

    /// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed, in which a proxy in front of this server says where a
    /// request went. Default: yes. Otherwise they are not passed on either. They never say whom a request came from: see
    /// [`visitor_address`](Self::visitor_address).
    #[must_use]
    pub fn forwarded_headers(mut self, forwarded: ForwardedHeaders) -> Self {
        self.requests = self.requests.forwarded_headers(forwarded);
        self
    }

    /// Which address is sent to Clerk as the visitor's. Default: that of the connection. Headers in which an address may be,
    /// such as `X-Forwarded-For`, are not passed on themselves, whatever is set here.
    #[must_use]
    pub fn visitor_address(mut self, address: VisitorAddress) -> Self {
        self.visitor_address = address;
        self
    }

    /// Where this application is for its visitors, such as `https://app.example.com`. Default: what the headers of a request
    /// say.
    #[must_use]
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.requests = self.requests.public_origin(origin);
        self
    }

    /// The hosts that this application has, as in [`AuthenticateOptions::trusted_hosts`]. Default: none, which believes the
    /// request.
    #[must_use]
    pub fn trusted_hosts<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.requests = self.requests.trusted_hosts(hosts);
        self
    }

    /// Takes over what is believed of requests where they are authenticated: `forwarded_headers`, `public_origin` and
    /// `trusted_hosts`.
    ///
    /// ```
    /// use clerk_middleware::{AuthenticateOptions, FrontendApiProxyOptions};
    ///
    /// let authenticate = AuthenticateOptions::new()
    ///     .public_origin("https://app.example.com")
    ///     .proxy_path("/__clerk");
    /// let proxy = FrontendApiProxyOptions::new().believing_like(&authenticate);
    /// # let _ = proxy;
    /// ```
    #[must_use]
    pub fn believing_like(mut self, options: &AuthenticateOptions) -> Self {
        self.requests = options.clone();
        self
    }

    /// # Errors
    ///
    /// The first of what this application is called that is no name.
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
