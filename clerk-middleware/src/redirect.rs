//! Links to the sign-in and sign-up pages.

use std::fmt;

use clerk_sdk::{Clerk, InstanceType};
use http::request::Parts;
use url::Url;

use crate::authenticate::{accounts_url, set_parameter};
use crate::cookies::cookie;
use crate::names::{DEV_BROWSER, SYNCED};
use crate::options::AuthenticateOptions;
use crate::request_state::RequestState;
use crate::request_url::public_url;

/// The URLs of the sign-in and sign-up pages for a visitor: the pages that the client is configured with, or else those of
/// the account portal.
///
/// ```
/// use clerk_middleware::Redirects;
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let options = ClerkOptions::new().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let clerk = Clerk::with_environment(options, Environment::empty())?;
/// let redirects = Redirects::new(&clerk)?.base_url("https://app.example.com/page")?;
/// assert_eq!(
///     redirects.to_sign_in(Some("/dashboard"))?,
///     "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fdashboard",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redirects {
    /// The URL of the account portal. `None` without a publishable key.
    accounts: Option<String>,
    is_development: bool,
    is_satellite: bool,
    sign_in_url: Option<String>,
    sign_up_url: Option<String>,
    base: Option<Url>,
    dev_browser: Option<String>,
    is_pending: bool,
}

impl Redirects {
    /// Returns the pages of this client.
    ///
    /// # Errors
    ///
    /// [`RedirectError::InvalidPublishableKey`].
    pub fn new(clerk: &Clerk) -> Result<Self, RedirectError> {
        let settings = clerk.settings();
        let key = settings
            .publishable_key()
            .map_err(|_| RedirectError::InvalidPublishableKey)?;
        Ok(Self {
            accounts: key.map(|key| accounts_url(key.frontend_api())),
            is_development: key.is_some_and(|key| key.instance_type() == InstanceType::Development),
            is_satellite: settings.is_satellite(),
            sign_in_url: settings.sign_in_url().map(str::to_owned),
            sign_up_url: settings.sign_up_url().map(str::to_owned),
            base: None,
            dev_browser: None,
            is_pending: false,
        })
    }

    /// Returns the pages for the visitor who makes this request.
    ///
    /// ```
    /// use clerk_middleware::{AuthenticateOptions, Redirects, RequestState};
    /// # fn run(clerk: &clerk_sdk::Clerk, parts: &http::request::Parts, options: &AuthenticateOptions, state: &RequestState)
    /// # -> Result<(), clerk_middleware::RedirectError> {
    /// let url = Redirects::of_request(clerk, parts, options, state)?.to_sign_in(Some("/dashboard"))?;
    /// println!("{url}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RedirectError::InvalidPublishableKey`].
    pub fn of_request(
        clerk: &Clerk,
        parts: &Parts,
        options: &AuthenticateOptions,
        state: &RequestState,
    ) -> Result<Self, RedirectError> {
        let mut redirects = Self::new(clerk)?;
        redirects.base = Some(public_url(parts, options));
        redirects.dev_browser = cookie(&parts.headers, DEV_BROWSER).map(Into::into);
        redirects.is_pending =
            matches!(state, RequestState::SignedIn(signed_in) if signed_in.pending.is_some());
        Ok(redirects)
    }

    /// Sets the URL of the current page, against which relative URLs are resolved. Default: not set; then only absolute URLs
    /// are allowed.
    ///
    /// # Errors
    ///
    /// [`RedirectError::InvalidUrl`] if the URL is not absolute.
    pub fn base_url(mut self, url: &str) -> Result<Self, RedirectError> {
        self.base = Some(parse(url)?);
        Ok(self)
    }

    /// Sets the development browser token, which development instances need on other domains. Production instances ignore
    /// it.
    #[must_use]
    pub fn dev_browser_token(mut self, token: impl Into<String>) -> Self {
        self.dev_browser = Some(token.into());
        self
    }

    /// Sets whether the visitor has a pending session. The page is then the one with the session's tasks.
    #[must_use]
    pub fn pending(mut self, is_pending: bool) -> Self {
        self.is_pending = is_pending;
        self
    }

    /// Returns the URL of the sign-in page, which sends the visitor back to `return_url`.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_sign_in(&self, return_url: Option<&str>) -> Result<String, RedirectError> {
        let target = match &self.sign_in_url {
            Some(url) => url.clone(),
            None => format!("{}/sign-in", self.accounts()?),
        };
        self.to(target, return_url)
    }

    /// Returns the URL of the sign-up page, which sends the visitor back to `return_url`.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_sign_up(&self, return_url: Option<&str>) -> Result<String, RedirectError> {
        let target = match (&self.sign_up_url, &self.sign_in_url) {
            (Some(url), _) => url.clone(),
            // The prebuilt sign-in page has the sign-up page beneath it.
            (None, Some(sign_in)) => {
                let mut url = match &self.base {
                    Some(base) => base.join(sign_in).map_err(|_| invalid(sign_in))?,
                    None => parse(sign_in)?,
                };
                url.set_path(&format!("{}/create", url.path()));
                url.into()
            }
            (None, None) => format!("{}/sign-up", self.accounts()?),
        };
        self.to(target, return_url)
    }

    fn accounts(&self) -> Result<&str, RedirectError> {
        self.accounts
            .as_deref()
            .ok_or(RedirectError::MissingPublishableKey)
    }

    fn to(&self, mut target: String, return_url: Option<&str>) -> Result<String, RedirectError> {
        if self.is_pending {
            target.push_str("/tasks");
        }
        let return_url = return_url.filter(|url| !url.is_empty());
        let Some(base) = &self.base else {
            return without_base(&target, return_url);
        };
        let mut url = base.join(&target).map_err(|_| invalid(&target))?;
        let is_elsewhere = (base.host_str(), base.port()) != (url.host_str(), url.port());
        if let Some(return_url) = return_url {
            let mut back = base.join(return_url).map_err(|_| invalid(return_url))?;
            if is_elsewhere && self.is_satellite {
                set_parameter(&mut back, SYNCED, "false");
            }
            set_parameter(&mut url, "redirect_url", back.as_str());
        }
        let token = self
            .dev_browser
            .as_deref()
            .filter(|token| !token.is_empty());
        if let Some(token) = token
            && is_elsewhere
            && self.is_development
        {
            set_parameter(&mut url, DEV_BROWSER, token);
        }
        Ok(url.into())
    }
}

impl fmt::Debug for Redirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects")
            .field("sign_in_url", &self.sign_in_url)
            .field("sign_up_url", &self.sign_up_url)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

fn without_base(target: &str, return_url: Option<&str>) -> Result<String, RedirectError> {
    let mut url = if target.starts_with("http") {
        parse(target)?
    } else {
        let back = return_url.filter(|url| url.starts_with("http"));
        let mut back = parse(back.ok_or_else(|| invalid(target))?)?;
        // The page is on this origin, wherever the visitor currently is.
        back.set_path("/");
        back.join(target).map_err(|_| invalid(target))?
    };
    if let Some(return_url) = return_url {
        set_parameter(&mut url, "redirect_url", return_url);
    }
    Ok(url.into())
}

fn parse(url: &str) -> Result<Url, RedirectError> {
    Url::parse(url).map_err(|_| invalid(url))
}

fn invalid(url: &str) -> RedirectError {
    RedirectError::InvalidUrl(url.to_owned())
}

/// The URL of a page is not known or not valid.
///
/// ```
/// use clerk_middleware::RedirectError;
///
/// assert!(RedirectError::InvalidUrl("page".to_owned()).to_string().contains("page"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectError {
    /// Neither a page nor a publishable key, from which the account portal follows, is configured.
    MissingPublishableKey,
    /// The publishable key is not valid.
    InvalidPublishableKey,
    /// This is not a URL, or it is relative and there is no base URL.
    InvalidUrl(String),
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingPublishableKey => f.write_str(
                "the sign-in page is not known: set CLERK_SIGN_IN_URL or CLERK_PUBLISHABLE_KEY",
            ),
            Self::InvalidPublishableKey => {
                f.write_str("CLERK_PUBLISHABLE_KEY is not a valid publishable key")
            }
            Self::InvalidUrl(url) => write!(
                f,
                "`{url}` is not an absolute URL, and there is no base URL"
            ),
        }
    }
}

impl std::error::Error for RedirectError {}
