//! Links to Clerk's pages.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use clerk_sdk::{Clerk, InstanceType, Settings};
use http::request::Parts;
use url::Url;

use crate::authenticate::{accounts_url, set_parameter};
use crate::cookies::cookie;
use crate::names::{DEV_BROWSER, SYNCED};
use crate::options::AuthenticateOptions;
use crate::request_state::RequestState;
use crate::request_url::public_url;

/// The URLs of Clerk's pages for a visitor: to sign in and up, to manage the account or the organization, and so on. They are
/// the pages that the client is configured with, or else those of the account portal.
///
/// A handler takes `Redirects` as an argument, or calls [`RequestAuth::redirects`](crate::RequestAuth::redirects), which
/// [`Auth`](crate::Auth) and [`RequireAuth`](crate::RequireAuth) have too. There is no page to sign out on; see
/// [`RequestAuth::sign_out`](crate::RequestAuth::sign_out).
///
/// ```
/// use clerk_middleware::{RedirectError, Redirects};
///
/// async fn menu(redirects: Redirects) -> Result<String, RedirectError> {
///     Ok(format!("<a href=\"{}\">Account</a>", redirects.to_user_profile(Some("/"))?.replace('&', "&amp;")))
/// }
/// # let _ = menu;
/// ```
///
/// Without a request:
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
    /// The URL of the account portal.
    accounts: Result<String, RedirectError>,
    is_development: bool,
    is_satellite: bool,
    settings: Arc<Settings>,
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
        let redirects = Self::unchecked(clerk.settings());
        match redirects.accounts {
            Err(RedirectError::InvalidPublishableKey) => Err(RedirectError::InvalidPublishableKey),
            _ => Ok(redirects),
        }
    }

    /// Returns the pages of these settings. With an invalid publishable key, the pages of the account portal are errors.
    pub(crate) fn unchecked(settings: Arc<Settings>) -> Self {
        let (accounts, is_development) = match settings.publishable_key() {
            Ok(Some(key)) => (
                Ok(accounts_url(key.frontend_api())),
                key.instance_type() == InstanceType::Development,
            ),
            Ok(None) => (Err(RedirectError::MissingPublishableKey), false),
            Err(_) => (Err(RedirectError::InvalidPublishableKey), false),
        };
        Self {
            accounts,
            is_development,
            is_satellite: settings.is_satellite(),
            settings,
            base: None,
            dev_browser: None,
            is_pending: false,
        }
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
        let dev_browser = cookie(&parts.headers, DEV_BROWSER);
        Ok(Self::new(clerk)?.for_visitor(public_url(parts, options), dev_browser, state))
    }

    pub(crate) fn for_visitor(
        mut self,
        url: Url,
        dev_browser: Option<Cow<'_, str>>,
        state: &RequestState,
    ) -> Self {
        self.base = Some(url);
        self.dev_browser = dev_browser.map(Into::into);
        self.is_pending =
            matches!(state, RequestState::SignedIn(signed_in) if signed_in.pending.is_some());
        self
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
        let target = self.page(self.settings.sign_in_url(), "/sign-in")?;
        self.to(self.with_tasks(target), return_url)
    }

    /// Returns the URL of the sign-up page, which sends the visitor back to `return_url`.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_sign_up(&self, return_url: Option<&str>) -> Result<String, RedirectError> {
        let target = match (self.settings.sign_up_url(), self.settings.sign_in_url()) {
            (Some(url), _) => url.to_owned(),
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
        self.to(self.with_tasks(target), return_url)
    }

    /// Returns the URL of the page where users manage their account, which leads back to `return_url`: `user_profile_url`
    /// (`CLERK_USER_PROFILE_URL`), else `/user` of the account portal.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_user_profile(&self, return_url: Option<&str>) -> Result<String, RedirectError> {
        self.to(
            self.page(self.settings.user_profile_url(), "/user")?,
            return_url,
        )
    }

    /// Returns the URL of the page where members manage their organization, which leads back to `return_url`:
    /// `organization_profile_url` (`CLERK_ORGANIZATION_PROFILE_URL`), else `/organization` of the account portal.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_organization_profile(
        &self,
        return_url: Option<&str>,
    ) -> Result<String, RedirectError> {
        let configured = self.settings.organization_profile_url();
        self.to(self.page(configured, "/organization")?, return_url)
    }

    /// Returns the URL of the page to create an organization on, which leads back to `return_url`: `create_organization_url`
    /// (`CLERK_CREATE_ORGANIZATION_URL`), else `/create-organization` of the account portal.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_create_organization(
        &self,
        return_url: Option<&str>,
    ) -> Result<String, RedirectError> {
        let configured = self.settings.create_organization_url();
        self.to(self.page(configured, "/create-organization")?, return_url)
    }

    /// Returns the URL of the page to join the waitlist on, which leads back to `return_url`: `waitlist_url`
    /// (`CLERK_WAITLIST_URL`), else `/waitlist` of the account portal.
    ///
    /// # Errors
    ///
    /// [`RedirectError`] if the page is not known, or a URL is not valid.
    pub fn to_waitlist(&self, return_url: Option<&str>) -> Result<String, RedirectError> {
        self.to(
            self.page(self.settings.waitlist_url(), "/waitlist")?,
            return_url,
        )
    }

    /// Returns the page that the client is configured with, else that of the account portal.
    fn page(&self, configured: Option<&str>, path: &str) -> Result<String, RedirectError> {
        match configured {
            Some(url) => Ok(url.to_owned()),
            None => Ok(format!("{}{path}", self.accounts()?)),
        }
    }

    fn with_tasks(&self, mut target: String) -> String {
        if self.is_pending {
            target.push_str("/tasks");
        }
        target
    }

    fn accounts(&self) -> Result<&str, RedirectError> {
        self.accounts.as_deref().map_err(Clone::clone)
    }

    fn to(&self, target: String, return_url: Option<&str>) -> Result<String, RedirectError> {
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
            .field("sign_in_url", &self.settings.sign_in_url())
            .field("sign_up_url", &self.settings.sign_up_url())
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
#[derive(Clone, PartialEq, Eq)]
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
                "the page is not known: set CLERK_PUBLISHABLE_KEY, or the URL of the page, such as CLERK_SIGN_IN_URL",
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

// `main` prints this if it returns an error: the sentence says more than the name.
impl fmt::Debug for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RedirectError {}
