//! URLs that browsers are sent to.

use url::Url;

use super::browser::DEV_BROWSER;
use super::request::FapiRequest;
use crate::http::error::ApiError;
use crate::instance::Instance;

/// The parameters that a handshake puts into the query.
const HANDSHAKE_PARAMETERS: [&str; 3] = [
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_help",
];

/// A place to send a browser to: a page on a loopback host or of an allowed origin.
#[derive(Clone, Debug)]
pub(super) struct Redirect(Url);

impl Redirect {
    /// Parses the parameter `redirect_url` or a ticket's URL. The browser gets the parsed form, because it could read
    /// the original text differently.
    pub(super) fn parse(
        instance: &Instance,
        request: &FapiRequest,
        text: &str,
    ) -> Result<Self, ApiError> {
        Url::parse(text)
            .ok()
            .filter(|url| instance.settings.access.allows_url(url, &request.own))
            .map(Self)
            .ok_or_else(|| {
                ApiError::new(
                    axum::http::StatusCode::BAD_REQUEST,
                    "invalid_redirect_url",
                    "Invalid redirect URL",
                    "redirect_url has to be a whole URL that begins with http:// or https://, of a page on a loopback host. \
                     Start the emulator with --allow-origin ORIGIN (in Rust: allow_origin) to redirect to another origin.",
                )
            })
    }

    /// Parses the parameter `redirect_url` in a request's body, if it is there.
    pub(super) fn optional(
        instance: &Instance,
        request: &FapiRequest,
    ) -> Result<Option<Self>, ApiError> {
        let given = request.text("redirect_url");
        given
            .map(|url| Self::parse(instance, request, url))
            .transpose()
    }

    /// Parses the parameter `redirect_url` in a request's body.
    pub(super) fn required(instance: &Instance, request: &FapiRequest) -> Result<Self, ApiError> {
        Self::parse(instance, request, request.required_text("redirect_url")?)
    }

    /// Returns the URL with these parameters in the query, in place of earlier ones.
    pub(super) fn with_parameters(&self, parameters: &[(&str, &str)]) -> Self {
        parameters.iter().fold(self.clone(), |url, (name, value)| {
            Self(url.with(&[name], name, value))
        })
    }

    /// Returns scheme, host and port.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the URL with the result of a handshake in the query, in place of an earlier one.
    pub(super) fn with_handshake(&self, name: &str, value: &str) -> String {
        self.with(&HANDSHAKE_PARAMETERS, name, value).into()
    }

    /// Returns the URL with the development browser's token in the query, which tells the application who its visitor
    /// is.
    pub(super) fn with_dev_browser(&self, token: &str) -> String {
        self.with(&[DEV_BROWSER], DEV_BROWSER, token).into()
    }

    /// Returns the URL with an invitation's ticket in the query, for the application's own page. `status` says whether
    /// the guest has to `sign_up` or to `sign_in`.
    pub(super) fn with_ticket(&self, ticket: &str, status: &str) -> String {
        let with_ticket = Self(self.with(&["__clerk_ticket"], "__clerk_ticket", ticket));
        with_ticket
            .with(&["__clerk_status"], "__clerk_status", status)
            .into()
    }

    fn with(&self, without: &[&str], name: &str, value: &str) -> Url {
        let mut url = self.0.clone();
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(have, _)| !without.contains(&&**have))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair(name, value);
        url
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Redirect;

    #[test]
    fn a_handshake_replaces_an_earlier_one() {
        let url =
            "http://localhost:3000/a?x=1&__clerk_handshake=old&__clerk_handshake_nonce=old#end";
        assert_eq!(
            Redirect(url.parse().unwrap()).with_handshake("__clerk_handshake_nonce", "new"),
            "http://localhost:3000/a?x=1&__clerk_handshake_nonce=new#end"
        );
    }
}
