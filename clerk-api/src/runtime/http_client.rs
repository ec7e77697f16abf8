//! The HTTP client, for this crate and for the proxy of clerk-middleware.

use std::time::Duration;

use reqwest::{ClientBuilder, Proxy, redirect};

/// Returns the builder of a client that follows no redirects: the API has none, and following one would carry the secret key and the
/// body to wherever it points. `proxy` is the URL of a proxy for all requests.
///
/// # Errors
///
/// Why `proxy` cannot be used, without its credentials.
pub fn http_client_builder(
    connect_timeout: Duration,
    proxy: Option<&str>,
) -> Result<ClientBuilder, &'static str> {
    let builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(redirect::Policy::none());
    let Some(url) = proxy else {
        return Ok(builder);
    };
    // The error is left out, because it repeats the URL and its credentials.
    let proxy = Proxy::all(url).map_err(|_| "`proxy` is not the URL of a proxy")?;
    Ok(builder.proxy(proxy))
}
