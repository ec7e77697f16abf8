//! The raw reads of one request. Each value is read when a step first asks for it.

use std::borrow::Cow;
use std::sync::OnceLock;

use clerk_sdk::__private::Snapshot;
use clerk_sdk::tokens::{InspectedToken, TokenError, TokenErrorReason, TokenVerifier};
use http::Method;
use http::header::{AUTHORIZATION, COOKIE, HeaderName};
use http::request::Parts;
use memchr::memchr;
use url::{Url, form_urlencoded};

use super::cookie_choice;
use super::numbers::{js_integer, js_number};
use super::organization_patterns::Target;
use super::setup::{FrontendApi, Instance, Setup};
use crate::cookies::{decoded, pairs};
use crate::names;
use crate::options::AuthenticateOptions;
use crate::request_url::public_url;

pub(super) const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The cookies that Clerk sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    Session,
    ClientUat,
    DevBrowser,
    Refresh,
    Handshake,
    HandshakeNonce,
    RedirectCount,
}

const COOKIES: [(Cookie, &str); 7] = [
    (Cookie::Session, names::SESSION),
    (Cookie::ClientUat, names::CLIENT_UAT),
    (Cookie::DevBrowser, names::DEV_BROWSER),
    (Cookie::Refresh, names::REFRESH),
    (Cookie::Handshake, names::HANDSHAKE),
    (Cookie::HandshakeNonce, names::HANDSHAKE_NONCE),
    (Cookie::RedirectCount, names::REDIRECT_COUNT),
];

/// Which of two cookies is meant: the plain one or the suffixed one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Suffixed,
}

/// The values of Clerk's cookies, plain and suffixed.
#[derive(Default)]
struct Values<'a>([[Option<Cow<'a, str>>; 2]; COOKIES.len()]);

pub(super) struct Context<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) parts: &'a Parts,
    pub(super) options: &'a AuthenticateOptions,
    pub(super) setup: &'a Setup,
    pub(super) verifier: &'a TokenVerifier,
    // Boxed, because most requests do not need them, and each request that waits holds its context.
    url: OnceLock<Box<Url>>,
    cookies: OnceLock<Box<Values<'a>>>,
    plain_session: OnceLock<InspectedToken>,
    suffixed_session: OnceLock<InspectedToken>,
    uses_suffixed_cookies: OnceLock<bool>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        parts: &'a Parts,
        options: &'a AuthenticateOptions,
        setup: &'a Setup,
    ) -> Self {
        Self {
            snapshot,
            parts,
            options,
            setup,
            verifier: snapshot.verifier(),
            url: OnceLock::new(),
            cookies: OnceLock::new(),
            plain_session: OnceLock::new(),
            suffixed_session: OnceLock::new(),
            uses_suffixed_cookies: OnceLock::new(),
        }
    }

    /// Returns the instance. Only the steps that need one call this.
    pub(super) fn instance(&self) -> Result<&'a Instance, TokenError> {
        // Setup rejects a configuration without an instance if these steps can run.
        self.setup.instance().ok_or_else(|| {
            TokenError::new(
                TokenErrorReason::UnexpectedError,
                "there is no publishable key",
            )
        })
    }

    pub(super) fn is_production(&self) -> bool {
        self.setup
            .instance()
            .is_some_and(|instance| instance.is_production)
    }

    pub(super) fn is_satellite(&self) -> bool {
        self.setup
            .instance()
            .is_some_and(|instance| instance.is_satellite)
    }

    /// Returns where the Frontend API is reached, as a host or a URL.
    pub(super) fn frontend_api(&self) -> Cow<'a, str> {
        match self.setup.instance().map(|instance| &instance.frontend_api) {
            Some(FrontendApi::At(url)) => Cow::Borrowed(url),
            Some(FrontendApi::OwnPath(path)) => Cow::Owned(format!(
                "{}{path}",
                self.url().origin().ascii_serialization()
            )),
            None => Cow::Borrowed(""),
        }
    }

    /// Returns the request's URL as the browser knows it.
    pub(super) fn url(&self) -> &Url {
        self.url
            .get_or_init(|| Box::new(public_url(self.parts, self.options)))
    }

    /// Returns what the request's path requires to be active.
    pub(super) fn organization_target(&self) -> Option<Target> {
        self.setup.patterns.as_ref()?.target(self.url().path())
    }

    /// Returns the first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        self.queries(name).next()
    }

    /// Returns all values of a query parameter.
    pub(super) fn queries(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        let query = self.parts.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value)
    }

    fn query_with_value(&self, name: &str) -> Option<Cow<'a, str>> {
        self.query(name).filter(|value| !value.is_empty())
    }

    pub(super) fn header(&self, name: &HeaderName) -> Option<&'a str> {
        let value = self.parts.headers.get(name)?.to_str().ok()?;
        Some(value).filter(|value| !value.is_empty())
    }

    pub(super) fn is_get(&self) -> bool {
        self.parts.method == Method::GET
    }

    pub(super) fn fetch_destination(&self) -> Option<&'a str> {
        self.header(&SEC_FETCH_DEST)
    }

    /// Returns the token in the `Authorization` header. A token without a scheme is accepted; a scheme other than `Bearer`
    /// is not.
    pub(super) fn token_in_header(&self) -> Option<Cow<'a, str>> {
        let header = self.parts.headers.get(AUTHORIZATION)?.as_bytes();
        // Surrounding white space is not part of a header's value.
        let text = match std::str::from_utf8(header) {
            Ok(text) => Cow::Borrowed(text.trim_matches([' ', '\t'])),
            // The header cannot be read as a token. The request must not be treated like one without the header.
            Err(_) => Cow::Owned(String::from_utf8_lossy(header).into_owned()),
        };
        if text.is_empty() {
            return None;
        }
        let pick = |text: &str| {
            let end_of_word = |begin: usize| {
                let rest = text.as_bytes().get(begin..).unwrap_or_default();
                memchr(b' ', rest).map_or(text.len(), |length| begin + length)
            };
            let first = end_of_word(0);
            let (begin, end) = (first + 1, end_of_word(first + 1));
            if begin >= end {
                Some((0, first))
            } else if text.starts_with("Bearer ") {
                Some((begin, end))
            } else {
                None
            }
        };
        let (begin, end) = pick(&text)?;
        match text {
            Cow::Borrowed(text) => text.get(begin..end).map(Cow::Borrowed),
            Cow::Owned(text) => text
                .get(begin..end)
                .map(|token| Cow::Owned(token.to_owned())),
        }
    }

    /// Returns a cookie in one of its two forms. An empty cookie counts as missing.
    pub(super) fn cookie(&self, cookie: Cookie, form: Form) -> Option<&str> {
        let values = self.cookies.get_or_init(|| Box::new(self.read_cookies()));
        let value = values.0[cookie as usize][form as usize].as_deref()?;
        Some(value).filter(|value| !value.is_empty())
    }

    fn read_cookies(&self) -> Values<'a> {
        let suffix = self
            .setup
            .instance()
            .map(|instance| instance.cookie_suffix.as_bytes());
        let mut values = Values::default();
        for (name, value) in pairs(self.parts.headers.get_all(COOKIE)) {
            if !name.starts_with(b"__") {
                continue;
            }
            let unsuffixed = suffix
                .and_then(|suffix| name.strip_suffix(suffix))
                .and_then(|name| name.strip_suffix(b"_"));
            for (cookie, plain_name) in COOKIES {
                let form = if name == plain_name.as_bytes() {
                    Form::Plain
                } else if unsuffixed == Some(plain_name.as_bytes()) {
                    Form::Suffixed
                } else {
                    continue;
                };
                // If a cookie was sent several times, the first one counts, even if it is empty.
                values.0[cookie as usize][form as usize].get_or_insert_with(|| decoded(value));
            }
        }
        values
    }

    /// Returns a cookie in the form that was chosen for this request.
    fn chosen(&self, cookie: Cookie) -> Option<&str> {
        self.cookie(cookie, self.chosen_form())
    }

    fn chosen_form(&self) -> Form {
        if self.uses_suffixed_cookies() {
            Form::Suffixed
        } else {
            Form::Plain
        }
    }

    pub(super) fn uses_suffixed_cookies(&self) -> bool {
        *self
            .uses_suffixed_cookies
            .get_or_init(|| cookie_choice::uses_suffixed_cookies(self))
    }

    pub(super) fn session_in_cookie(&self) -> Option<&str> {
        self.chosen(Cookie::Session)
    }

    /// Returns the inspected session cookie of this form. A missing cookie, and one that is not a JWT, are opaque.
    pub(super) fn inspected_session(&self, form: Form) -> &InspectedToken {
        let cell = match form {
            Form::Plain => &self.plain_session,
            Form::Suffixed => &self.suffixed_session,
        };
        cell.get_or_init(|| match self.cookie(Cookie::Session, form) {
            Some(token) => self.verifier.inspect(token),
            None => InspectedToken::Opaque,
        })
    }

    /// Returns the inspected session cookie in the form that was chosen for this request.
    pub(super) fn inspected_session_cookie(&self) -> &InspectedToken {
        self.inspected_session(self.chosen_form())
    }

    /// Returns the session token. The cookie takes precedence over the header.
    pub(super) fn session_token(&self) -> Option<Cow<'_, str>> {
        let in_cookie = self.session_in_cookie().map(Cow::Borrowed);
        in_cookie.or_else(|| self.token_in_header())
    }

    /// Returns when the browser's sessions last changed, in seconds since 1970, or 0 if no user is signed in.
    pub(super) fn client_uat(&self) -> f64 {
        self.chosen(Cookie::ClientUat)
            .and_then(js_integer)
            .unwrap_or(0.0)
    }

    pub(super) fn dev_browser(&self) -> Option<Cow<'_, str>> {
        self.query_with_value(names::DEV_BROWSER)
            .or_else(|| self.chosen(Cookie::DevBrowser).map(Cow::Borrowed))
    }

    /// Only the suffixed cookie is read.
    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.cookie(Cookie::Refresh, Form::Suffixed)
    }

    pub(super) fn handshake_nonce(&self) -> Option<Cow<'_, str>> {
        self.query_or_cookie(names::HANDSHAKE_NONCE, Cookie::HandshakeNonce)
    }

    pub(super) fn handshake_token(&self) -> Option<Cow<'_, str>> {
        self.query_or_cookie(names::HANDSHAKE, Cookie::Handshake)
    }

    fn query_or_cookie(&self, name: &str, cookie: Cookie) -> Option<Cow<'_, str>> {
        self.query_with_value(name)
            .or_else(|| self.cookie(cookie, Form::Plain).map(Cow::Borrowed))
    }

    /// Returns how many handshakes led to this request, up to the number that matters.
    pub(super) fn redirect_count(&self) -> u8 {
        let count = self
            .cookie(Cookie::RedirectCount, Form::Plain)
            .map_or(0.0, js_number);
        // A cast saturates, and turns NaN into 0.
        count as u8
    }

    /// Returns the current time in seconds since 1970.
    pub(super) fn now(&self) -> f64 {
        (self.verifier.clock().now_ms() as f64 / 1000.0).floor()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookies_stand_in_the_order_of_their_numbers() {
        for (index, (cookie, _)) in COOKIES.into_iter().enumerate() {
            assert_eq!(cookie as usize, index);
        }
    }
}
