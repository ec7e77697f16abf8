use std::fmt;

use clerk_sdk::OptionError;

/// The configuration cannot work. [`AuthenticateOptions::validate`](crate::AuthenticateOptions::validate) returns this
/// error, and a layer logs it when it is built. It never prints a secret.
///
/// ```
/// use clerk_middleware::{AuthenticateOptions, ConfigError};
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let clerk = Clerk::with_environment(ClerkOptions::new().secret_key("sk_test_1"), Environment::empty())?;
/// let error = AuthenticateOptions::new().validate(&clerk).unwrap_err();
/// assert_eq!(error, ConfigError::MissingPublishableKey);
/// assert!(error.to_string().contains("CLERK_PUBLISHABLE_KEY"));
/// # Ok::<(), clerk_sdk::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Sessions and OAuth tokens need the publishable key.
    MissingPublishableKey,
    /// The secret key is missing.
    MissingSecretKey,
    /// Machine-to-machine tokens need a machine's secret key, or the instance's secret key.
    MissingMachineSecretKey,
    /// An option of the client, or an environment variable, is not valid.
    Option(OptionError),
    /// A satellite of a development instance needs the URL of the primary application's sign-in page.
    MissingSignInUrl,
    /// A satellite's `sign_in_url` is not an absolute URL, or is a page of the satellite itself.
    InvalidSignInUrl,
    /// The `proxy_url` is neither a URL nor a path of this application.
    InvalidProxyUrl,
    /// A satellite needs a `domain` or a `proxy_url`.
    MissingDomain,
    /// A satellite's `domain` is not a host such as `shop.example`: it has a scheme, a path or credentials, for example.
    InvalidDomain(String),
    /// A pattern of [`OrganizationSync`](crate::OrganizationSync) is not valid.
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `public_origin`, or an entry of `sync_redirect_origins` or `trusted_hosts`, is not a valid origin or host.
    InvalidOrigin(String),
    /// The URL of the Frontend API (`fapi_url`, `CLERK_FAPI_URL`) is not one that the proxy can send requests to.
    InvalidFapiUrl,
    /// The path of the Frontend API proxy is not a valid path, or covers the whole application.
    InvalidProxyPath(String),
    /// The URL of a [`ProtectedResource`](crate::ProtectedResource) is not one that clients could use: `https`, or `http` on this
    /// machine, without credentials, query and fragment, and written as a URL parser writes it.
    InvalidResource(String),
    /// A scope of a [`ProtectedResource`](crate::ProtectedResource) is empty, or has characters that no scope may have.
    /// The HTTP client of the Frontend API proxy cannot be created, for this reason.
    HttpClient(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingPublishableKey => f.write_str(
                "the publishable key is missing: set CLERK_PUBLISHABLE_KEY or pass `publishable_key`",
            ),
            Self::MissingSecretKey => {
                f.write_str("the secret key is missing: set CLERK_SECRET_KEY or pass `secret_key`")
            }
            Self::MissingMachineSecretKey => f.write_str(
                "machine-to-machine tokens cannot be verified: set CLERK_MACHINE_SECRET_KEY or CLERK_SECRET_KEY",
            ),
            Self::Option(error) => error.fmt(f),
            Self::MissingSignInUrl => f.write_str(
                "a satellite of a development instance needs `sign_in_url` (CLERK_SIGN_IN_URL): the sign-in page of \
                 the primary application",
            ),
            Self::InvalidSignInUrl => f.write_str(
                "the `sign_in_url` of a satellite must be an absolute URL, and not a page of the satellite itself",
            ),
            Self::InvalidProxyUrl => f.write_str(
                "`proxy_url` (CLERK_PROXY_URL) must be a URL, or a path of this application such as `/__clerk`",
            ),
            Self::MissingDomain => f.write_str(
                "a satellite needs `domain` (CLERK_DOMAIN) or `proxy_url` (CLERK_PROXY_URL)",
            ),
            Self::InvalidDomain(domain) => write!(
                f,
                "the `domain` (CLERK_DOMAIN) of a satellite must be a host such as `shop.example`, without a scheme or a path; \
                 `{domain}` is not"
            ),
            Self::InvalidPattern { pattern, reason } => {
                write!(f, "the pattern `{pattern}` is not valid: {reason}")
            }
            Self::InvalidOrigin(text) => {
                write!(f, "`{text}` is not an origin such as `https://app.example.com`, or not a host")
            }
            Self::InvalidFapiUrl => f.write_str(
                "`fapi_url` (CLERK_FAPI_URL) must be an http or https URL without credentials, query or fragment",
            ),
            Self::InvalidProxyPath(path) => write!(
                f,
                "`{path}` is not a path for the Frontend API proxy, such as `/__clerk`"
            ),
            Self::InvalidResource(url) => write!(
                f,
                "`{url}` is not the URL of a resource: it must begin with https:// (http:// for this machine), have neither \
                 credentials nor a query nor a fragment, and be written as clients write it, such as \
                 `https://api.example.com/mcp`"
            ),
            Self::HttpClient(reason) => {
                write!(f, "the HTTP client of the Frontend API proxy cannot be created: {reason}")
            }
        }
    }
}

// `main` prints this if it returns an error: the sentence says more than the name.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

impl From<OptionError> for ConfigError {
    fn from(error: OptionError) -> Self {
        Self::Option(error)
    }
}
