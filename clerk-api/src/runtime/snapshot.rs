//! The configuration as requests use it: checked once per change, taken whole by each request.

use std::sync::Arc;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::{http_client_builder, path};
use crate::config::{Config, HttpOptions};
use crate::error::root_cause;
use crate::values::SecretKey;

/// The name of the header with the dated version of the API.
pub(super) const CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");

/// One state of a client's configuration. Never changed: a change makes another one.
///
/// What cannot work is kept as the reason, which each call answers.
pub(crate) struct Snapshot {
    pub(crate) config: Arc<Config>,
    /// `{server_api_url}/{api_version}`, without a slash at the end.
    pub(super) base: Result<String, String>,
    /// `None` is a missing key.
    pub(super) authorization: Result<Option<HeaderValue>, String>,
    /// The headers of every request but `Authorization`.
    pub(super) headers: Result<HeaderMap, String>,
    pub(super) http: Result<reqwest::Client, String>,
}

impl Snapshot {
    /// Checks the configuration; keeps the connections of the one before if it can.
    pub(crate) fn new(config: Config, before: Option<&Self>) -> Self {
        let http = match (&config.http_options.client, before) {
            (Some(client), _) => Ok(client.clone()),
            (None, Some(before))
                if has_same_transport(&before.config.http_options, &config.http_options) =>
            {
                before.http.clone()
            }
            (None, _) => http_client(&config.http_options),
        };
        Self {
            base: base(&config.server_api_url, &config.api_version),
            authorization: authorization(&config.secret_key),
            headers: headers(&config),
            http,
            config: Arc::new(config),
        }
    }
}

fn has_same_transport(before: &HttpOptions, now: &HttpOptions) -> bool {
    before.client.is_none()
        && before.proxy == now.proxy
        && before.connect_timeout == now.connect_timeout
}

fn http_client(options: &HttpOptions) -> Result<reqwest::Client, String> {
    http_client_builder(options.connect_timeout, options.proxy.as_deref())?
        .build()
        .map_err(|error| format!("the HTTP client cannot be made: {}", root_cause(&error)))
}

// The messages do not repeat the URL: it may hold credentials.
fn base(server_api_url: &str, api_version: &str) -> Result<String, String> {
    let url = Url::parse(server_api_url)
        .map_err(|error| format!("`server_api_url` is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("`server_api_url` must begin with `https://` or `http://`".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("`server_api_url` must not hold a user name or password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("`server_api_url` must not hold `?` or `#`".to_owned());
    }
    let base = url.as_str().trim_end_matches('/');
    let version = api_version.trim_matches('/');
    if version.is_empty() {
        return Ok(base.to_owned());
    }
    path::check(&format!("/{version}")).map_err(|reason| format!("`api_version`: {reason}"))?;
    Ok(format!("{base}/{version}"))
}

fn authorization(key: &SecretKey) -> Result<Option<HeaderValue>, String> {
    if key.is_missing() {
        return Ok(None);
    }
    // `HeaderValue` lets bytes outside of ASCII through; no key has any, so it is a slip of the keyboard.
    let value = Some(key.expose()).filter(|key| key.is_ascii());
    let mut value = value
        .and_then(|key| HeaderValue::try_from(format!("Bearer {key}")).ok())
        .ok_or("the secret key holds a character that none has, such as a line break at its end")?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn headers(config: &Config) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let user_agent = config.http_options.user_agent.as_deref();
    let user_agent = user_agent.unwrap_or(concat!("clerk-api-rust/", env!("CARGO_PKG_VERSION")));
    for (name, setting, text) in [
        (USER_AGENT, "user_agent", user_agent),
        (
            CLERK_API_VERSION,
            "clerk_api_version",
            config.clerk_api_version.as_str(),
        ),
    ] {
        let value = HeaderValue::try_from(text)
            .map_err(|_| format!("`{setting}` holds a character that no header may carry"))?;
        headers.insert(name, value);
    }
    add(&mut headers, &config.http_options.headers);
    Ok(headers)
}

/// Adds a caller's headers in place of those that are there; those that are the runtime's own business are left out.
pub(super) fn add(headers: &mut HeaderMap, more: &HeaderMap) {
    use reqwest::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};

    for name in more.keys() {
        // The first would replace the key, the others contradict the body that is sent.
        if [
            AUTHORIZATION,
            CONTENT_TYPE,
            CONTENT_LENGTH,
            TRANSFER_ENCODING,
            CONNECTION,
        ]
        .contains(name)
        {
            continue;
        }
        headers.remove(name);
        for value in more.get_all(name) {
            headers.append(name, value.clone());
        }
    }
}
