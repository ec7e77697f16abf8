//! The token that a form has to know: a page of another origin cannot read it.

use crate::frontend_api::request::FapiRequest;
use crate::http::error::ApiError;
use crate::instance::Instance;

/// The cookie with the token.
const COOKIE: &str = "__emulator_csrf";

/// A browser's token.
pub(in crate::frontend_api) struct Csrf {
    pub(in crate::frontend_api) token: String,
    is_new: bool,
}

impl Csrf {
    /// Returns the token that the browser has, or a new one.
    pub(in crate::frontend_api) fn of(instance: &Instance, request: &FapiRequest) -> Self {
        let known = request.cookies(COOKIE).next().map(str::to_owned);
        Self {
            is_new: known.is_none(),
            token: known.unwrap_or_else(|| instance.ids.letters(32)),
        }
    }

    /// Returns the cookie to set, if the browser has none.
    pub(in crate::frontend_api) fn cookie(&self) -> Option<String> {
        let token = &self.token;
        self.is_new
            .then(|| format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"))
    }

    /// Checks that a form is of a page that this browser got from the emulator.
    pub(in crate::frontend_api) fn check(request: &FapiRequest) -> Result<(), ApiError> {
        let known = request.cookies(COOKIE).next();
        if known.is_some() && request.text("csrf") == known {
            return Ok(());
        }
        Err(ApiError::forbidden(
            "csrf_token_invalid",
            "The form is not one of this browser's, or it is out of date: open the page anew. Cookies have to be allowed.",
        ))
    }
}
