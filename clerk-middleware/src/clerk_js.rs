//! Clerk's JavaScript on pages that the server renders.

use clerk_sdk::{Clerk, PublishableKey};
use maud::{Markup, PreEscaped, html};
use url::Url;

use crate::redirect::RedirectError;

/// The version of `clerk-js` that is loaded unless another one is set.
const VERSION: &str = "6";
/// Starts Clerk's JavaScript once the page has loaded.
const LOADER: &str = "window.addEventListener('load',()=>window.Clerk&&window.Clerk.load());";
/// The SHA-256 of that script, by which the policy allows it. A test compares the two.
const LOADER_HASH: &str = "eJPjh21G5HSkG0TpHdYIFkvKX6AghS9OL8FGwk8niZw=";

/// Clerk's JavaScript for a page that the server renders: the script tags that load and start it, and a Content-Security-Policy
/// that fits them. On a page with it, the session token is renewed before it expires, so forms and requests of the page keep
/// working for as long as the session lasts.
///
/// ```
/// use clerk_middleware::ClerkJs;
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let options = ClerkOptions::new().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let clerk = Clerk::with_environment(options, Environment::empty())?;
/// let clerk_js = ClerkJs::new(&clerk)?;
/// let page = format!("<!doctype html><title>Notes</title>{}<form method=\"post\">…</form>", clerk_js.script_tags());
/// assert!(page.contains("src=\"https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js\""));
/// assert!(clerk_js.content_security_policy().contains("connect-src 'self' https://clerk.example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClerkJs {
    publishable_key: String,
    /// Where the Frontend API is reached: a URL, or a path of this application.
    frontend_api: String,
    proxy_url: Option<String>,
    domain: Option<String>,
    version: String,
}

impl ClerkJs {
    /// Returns the script of this client's instance: from its `proxy_url` if it has one, else from its Frontend API.
    ///
    /// # Errors
    ///
    /// [`RedirectError::MissingPublishableKey`], [`RedirectError::InvalidPublishableKey`], and [`RedirectError::InvalidUrl`] if
    /// the `proxy_url` is neither a URL nor a path.
    pub fn new(clerk: &Clerk) -> Result<Self, RedirectError> {
        let settings = clerk.settings();
        let key: &PublishableKey = settings
            .publishable_key()
            .map_err(|_| RedirectError::InvalidPublishableKey)?
            .ok_or(RedirectError::MissingPublishableKey)?;
        let domain = settings.domain().filter(|_| settings.is_satellite());
        let reached = key.reachable_frontend_api(settings.proxy_url(), domain);
        let frontend_api = match &reached {
            path if path.starts_with('/') && !path.starts_with("//") => path.clone(),
            url if url.starts_with("http://") || url.starts_with("https://") => url.clone(),
            host => format!("https://{host}"),
        };
        let frontend_api = frontend_api.trim_end_matches('/').to_owned();
        if !frontend_api.starts_with('/') && Url::parse(&frontend_api).is_err() {
            return Err(RedirectError::InvalidUrl(reached));
        }
        Ok(Self {
            publishable_key: key.as_str().to_owned(),
            frontend_api,
            proxy_url: settings.proxy_url().map(str::to_owned),
            domain: domain.map(str::to_owned),
            version: VERSION.to_owned(),
        })
    }

    /// Sets the version of `clerk-js`: `6`, or an exact one such as `6.40.0`. Default: `6`, the newest release of that major
    /// version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Returns the script tags, for the head or the body of a page.
    pub fn script_tags(&self) -> String {
        let src = format!(
            "{}/npm/@clerk/clerk-js@{}/dist/clerk.browser.js",
            self.frontend_api, self.version
        );
        let tags: Markup = html! {
            script async crossorigin="anonymous" src=(src)
                data-clerk-publishable-key=(self.publishable_key)
                data-clerk-proxy-url=[&self.proxy_url]
                data-clerk-domain=[&self.domain] {}
            script { (PreEscaped(LOADER)) }
        };
        tags.0
    }

    /// Returns the value of a `Content-Security-Policy` header with which the script works: it may load and call the Frontend
    /// API, show users' pictures, and use Cloudflare's bot protection. Add what else your pages load. Other inline scripts do not
    /// run.
    pub fn content_security_policy(&self) -> String {
        let frontend_api = match Url::parse(&self.frontend_api) {
            Ok(url) => format!(" {}", url.origin().ascii_serialization()),
            // It is a path of this application, which is `'self'`.
            Err(_) => String::new(),
        };
        format!(
            "default-src 'self'; \
             script-src 'self' 'sha256-{LOADER_HASH}'{frontend_api} https://challenges.cloudflare.com; \
             connect-src 'self'{frontend_api}; img-src 'self' https://img.clerk.com; worker-src 'self' blob:; \
             style-src 'self' 'unsafe-inline'; frame-src 'self' https://challenges.cloudflare.com; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'self'"
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use clerk_sdk::{ClerkOptions, Environment};

    fn clerk_js(options: ClerkOptions) -> ClerkJs {
        let options = options.publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
        let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
        ClerkJs::new(&clerk).unwrap()
    }

    #[test]
    fn the_policy_allows_the_loader() {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, LOADER.as_bytes());
        assert_eq!(STANDARD.encode(hash), LOADER_HASH);
        let policy = clerk_js(ClerkOptions::new()).content_security_policy();
        assert!(policy.contains(LOADER_HASH));
    }

    #[test]
    fn the_script_comes_from_where_the_frontend_api_is() {
        let new = ClerkOptions::new;
        for (options, src, origin) in [
            (
                new(),
                "https://clerk.example.com/npm/",
                " https://clerk.example.com;",
            ),
            (
                new().proxy_url("/__clerk/"),
                "/__clerk/npm/",
                "connect-src 'self';",
            ),
            (
                new().proxy_url("https://app.example.com/__clerk"),
                "https://app.example.com/__clerk/npm/",
                " https://app.example.com;",
            ),
            (
                new().is_satellite(true).domain("shop.example"),
                "https://clerk.shop.example/npm/",
                " https://clerk.shop.example;",
            ),
        ] {
            let clerk_js = clerk_js(options);
            let tags = clerk_js.clone().version("6.1.0").script_tags();
            assert!(
                tags.contains(&format!(
                    "src=\"{src}@clerk/clerk-js@6.1.0/dist/clerk.browser.js\""
                )),
                "{tags}"
            );
            assert!(clerk_js.content_security_policy().contains(origin));
        }
    }

    #[test]
    fn attributes_are_text() {
        let tags = clerk_js(ClerkOptions::new())
            .version("\"><script>alert(1)</script>")
            .script_tags();
        assert_eq!(tags.matches("<script").count(), 2, "{tags}");
    }
}
