//! The Frontend API proxy: this application serves the Frontend API under one of its own paths.

mod body;
mod failure;
mod headers;
mod options;
mod service;
mod target;
mod timing;
mod visitor;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use clerk_sdk::__private::{Level, LogLimit, http_client_builder, root_cause};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, Clock, Settings};
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method, Response};
use http_body::Body as _;
use url::Url;

pub use self::body::ProxyBody;
use self::failure::Failure;
pub use self::options::FrontendApiProxyOptions;
pub use self::service::PeerAddr;
use self::timing::Progress;
pub use self::visitor::VisitorAddress;
use crate::config_error::ConfigError;

/// Serves Clerk's Frontend API under a path of this application, by default `/__clerk`. Browsers then connect to one host
/// only, content blockers see no third party, and no DNS record for Clerk is needed.
///
/// The proxy is a [`tower_service::Service`]; without tower, call [`handle`](Self::handle). It does not depend on a web
/// framework. Bodies are streamed in both directions; if one side disconnects, the other side's connection is closed too.
/// Redirects of the Frontend API are passed on to the browser and not followed, and no request is ever sent twice.
///
/// The proxy's own errors are JSON in the form of Clerk's errors, `{"errors":[{"code":…,"message":…}]}`, and must not be
/// stored:
///
/// | status | code | when |
/// |---|---|---|
/// | 400 | `proxy_path_mismatch` | the path is not beneath the proxy's path |
/// | 400 | `proxy_request_failed` | the path would lead to another host |
/// | 500 | `proxy_configuration_error` | a key was removed after the proxy was created, or is not valid |
/// | 501 | `proxy_request_failed` | a web socket or a tunnel was requested, which the Frontend API does not offer |
/// | 502 | `proxy_request_failed` | the Frontend API cannot be reached, or its response is not valid HTTP |
/// | 504 | `proxy_request_failed` | the Frontend API is too slow: see [`FrontendApiProxyOptions::read_timeout`] |
///
/// The proxy reads the client's keys on each request, so changes take effect. It has an HTTP client of its own, because
/// requests must not be retried or redirected. From the client's [`HttpOptions`](clerk_sdk::HttpOptions) it takes `proxy`,
/// as it is when the Frontend API proxy is created.
///
/// ```
/// use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions};
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let options = ClerkOptions::new()
///     .secret_key("sk_live_1")
///     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let clerk = Clerk::with_environment(options, Environment::empty())?;
/// let proxy = FrontendApiProxy::with_variables(&clerk, FrontendApiProxyOptions::new(), |_| None)?;
///
/// assert!(proxy.matches("/__clerk/v1/client"));
/// assert!(!proxy.matches("/__clerkish"));
/// // With axum: Router::new().route_service("/__clerk/{*path}", proxy). Do not nest it: that would cut the path.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FrontendApiProxy {
    shared: Arc<Shared>,
}

struct Shared {
    clerk: Clerk,
    http: reqwest::Client,
    /// With a slash at the beginning, and without one at the end.
    path: String,
    /// The URL of the Frontend API, unless it follows from the publishable key.
    fapi_url: Option<Url>,
    options: FrontendApiProxyOptions,
}

impl FrontendApiProxy {
    /// Creates a proxy for the instance of this client. If [`FrontendApiProxyOptions::fapi_url`] is not set, the environment
    /// variable `CLERK_FAPI_URL` is used; without it, the Frontend API follows from the publishable key.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is missing or wrong. Requests do not fail because of it later.
    pub fn new(clerk: &Clerk, options: FrontendApiProxyOptions) -> Result<Self, ConfigError> {
        Self::with_variables(clerk, options, |name| std::env::var(name).ok())
    }

    /// Like [`new`](Self::new), with `variable` in place of the environment. This is for tests, and for programs with
    /// several configurations.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is missing or wrong.
    pub fn with_variables(
        clerk: &Clerk,
        options: FrontendApiProxyOptions,
        variable: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let settings = clerk.settings();
        settings.check()?;
        if settings.publishable_key()?.is_none() {
            return Err(ConfigError::MissingPublishableKey);
        }
        if settings.secret_key().is_missing() {
            return Err(ConfigError::MissingSecretKey);
        }
        let fapi_url = options
            .fapi_url
            .clone()
            .or_else(|| variable("CLERK_FAPI_URL"))
            .filter(|url| !url.is_empty())
            .map(|url| target::parse_fapi_url(&url).ok_or(ConfigError::InvalidFapiUrl))
            .transpose()?;
        let path = target::normalized_path(&options.path)
            .ok_or_else(|| ConfigError::InvalidProxyPath(options.path.clone()))?;
        options.check()?;
        let shared = Arc::new(Shared {
            clerk: clerk.clone(),
            http: http_client(&options, clerk.api().config().http_options.proxy.as_deref())?,
            path,
            fapi_url,
            options,
        });
        Ok(Self { shared })
    }

    /// Returns the path under which the proxy serves requests, such as `/__clerk`. Pass it to
    /// [`AuthenticateOptions::proxy_path`](crate::AuthenticateOptions::proxy_path), so that handshakes go there.
    pub fn path(&self) -> &str {
        &self.shared.path
    }

    /// Returns whether a request for this path (without its query) is for the proxy: the path is the proxy's own or beneath
    /// it. A path that leads out again with `..` in any encoding, or that contains a backslash, is not.
    pub fn matches(&self, path: &str) -> bool {
        target::rest(&self.shared.path, path).is_some()
    }

    /// Sends a request to the Frontend API and returns its response.
    ///
    /// `body` is the body of the request. `peer` is the other end of the connection; its address is sent to Clerk as the
    /// visitor's unless [`FrontendApiProxyOptions::visitor_address`] says otherwise. Dropping the future, or the body of the
    /// response, ends the request to the Frontend API. This method never fails; the table [above](Self) lists the responses
    /// for the case that the Frontend API does not respond.
    pub async fn handle(
        &self,
        parts: &Parts,
        body: reqwest::Body,
        peer: Option<IpAddr>,
    ) -> Response<ProxyBody> {
        match self.shared.ask(parts, body, peer).await {
            Ok(response) => response,
            Err(failure) => failure.into_response(),
        }
    }
}

impl Shared {
    async fn ask(
        &self,
        parts: &Parts,
        body: reqwest::Body,
        peer: Option<IpAddr>,
    ) -> Result<Response<ProxyBody>, Failure> {
        let rest = target::rest(&self.path, parts.uri.path()).ok_or(Failure::PathMismatch)?;
        if parts.method == Method::CONNECT || asks_for_web_socket(&parts.headers) {
            return Err(Failure::Upgrade);
        }
        let settings = self.clerk.settings();
        let fapi = match &self.fapi_url {
            Some(url) => url.clone(),
            None => target_of_key(&settings)?,
        };
        let url = target::url(&fapi, rest, parts.uri.query()).ok_or(Failure::OtherHost)?;
        let origin = headers::public_origin(parts, &self.options.requests);
        let proxy_url = format!("{}{}", origin.as_str().trim_end_matches('/'), self.path);

        let address = self
            .options
            .visitor_address
            .header_value(&parts.headers, peer);
        let forwarded = self.options.requests.forwarded_headers;
        let mut headers = headers::of_request(parts, address, forwarded, &origin);
        headers.insert(headers::PROXY_URL, header(&proxy_url)?);
        let mut key = header(settings.secret_key().expose())?;
        key.set_sensitive(true);
        headers.insert(headers::SECRET_KEY, key);

        let progress = Progress::start();
        let mut request = reqwest::Request::new(parts.method.clone(), url.clone());
        *request.body_mut() = frame(&parts.method, &mut headers, body, &progress);
        *request.headers_mut() = headers;
        let pending = progress.within(self.options.read_timeout, self.http.execute(request));
        let response = match pending.await {
            Some(Ok(response)) => http::Response::<reqwest::Body>::from(response),
            Some(Err(error)) => return Err(failed(error)),
            None => return Err(Failure::TooSlow),
        };
        if response.status().is_informational() {
            return Err(Failure::Unreachable);
        }
        let (head, body) = response.into_parts();
        let mut headers = headers::of_response(&head.headers, &parts.method);
        headers::rewrite_location(&mut headers, &url, &fapi, &proxy_url);
        let mut response = Response::new(ProxyBody::streaming(body, self.options.read_timeout));
        *response.status_mut() = head.status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// Returns the body to send, and sets the headers that say where it ends.
fn frame(
    method: &Method,
    headers: &mut HeaderMap,
    body: reqwest::Body,
    progress: &Progress,
) -> Option<reqwest::Body> {
    if body.is_end_stream() {
        if let Some(length) = headers.get_mut(CONTENT_LENGTH) {
            *length = HeaderValue::from_static("0");
        }
        return None;
    }
    // For methods that usually have no body, a body is sent only if a header announces it.
    if matches!(*method, Method::GET | Method::HEAD) && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    Some(reqwest::Body::wrap(body::Upload::new(body, progress)))
}

fn target_of_key(settings: &Settings) -> Result<Url, Failure> {
    let key = settings.publishable_key().ok().flatten();
    let key = key.ok_or(Failure::Configuration("the publishable key is missing"))?;
    target::by_frontend_api(key.frontend_api()).ok_or(Failure::OtherHost)
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    if text.is_empty() {
        return Err(Failure::Configuration("the secret key is missing"));
    }
    HeaderValue::from_str(text)
        .map_err(|_| Failure::Configuration("the secret key cannot be sent in a header"))
}

fn asks_for_web_socket(headers: &HeaderMap) -> bool {
    let asked = headers.get_all(UPGRADE).iter();
    asked
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

/// Maps an error to a failure. The log says why; the visitor learns as little as possible.
fn failed(error: reqwest::Error) -> Failure {
    static LIMIT: LogLimit = LogLimit::new();

    let is_slow = error.is_timeout();
    let message = "the Frontend API proxy got no response from the Frontend API";
    LIMIT.log(
        &Clock::system(),
        Level::Warn,
        message,
        &[("error", &root_cause(&error.without_url()).to_string())],
    );
    if is_slow {
        Failure::TooSlow
    } else {
        Failure::Unreachable
    }
}

/// Creates the HTTP client. `through` is the proxy that all requests of this application go through, if there is one.
fn http_client(
    options: &FrontendApiProxyOptions,
    through: Option<&str>,
) -> Result<reqwest::Client, ConfigError> {
    http_client_builder(options.connect_timeout, through)
        .map_err(|reason| ConfigError::HttpClient(reason.to_owned()))?
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| ConfigError::HttpClient(root_cause(&error).to_string()))
}

impl fmt::Debug for FrontendApiProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrontendApiProxy")
            .field("path", &self.shared.path)
            .field("fapi_url", &self.shared.fapi_url.as_ref().map(Url::as_str))
            .finish_non_exhaustive()
    }
}
