//! What the provider's endpoints respond with.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use crate::domain::oauth::authorization::{Rejection, ReturnTo};
use crate::domain::oauth::error::OAuthError;
use crate::frontend_api::pages;
use crate::http::response;
use crate::instance::Instance;

/// Returns JSON that nobody keeps: tokens and the like.
pub(super) fn json_for_once(status: StatusCode, body: &Value) -> Response {
    let mut response = response::json(status, body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Returns an error for a program.
pub(super) fn error(error: &OAuthError) -> Response {
    let body = json!({"error": error.code, "error_description": error.description()});
    let mut response = json_for_once(error.status(), &body);
    if error.code == "invalid_client" {
        let value = HeaderValue::from_static("Basic realm=\"OAuth\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// Returns an error for a person: the redirect URI is not to be trusted.
pub(super) fn error_page(error: &OAuthError) -> Response {
    // A page asks for no password of HTTP, whatever is wrong.
    let status = match error.status() {
        StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
        status => status,
    };
    pages::page(
        status,
        pages::authorization_error(error.code, error.description()),
    )
}

pub(super) fn rejection(instance: &Instance, rejection: &Rejection) -> Response {
    match rejection {
        Rejection::Page(error) => error_page(error),
        Rejection::Return(to, error) => error_to_client(instance, to, error),
    }
}

/// Sends the browser back to the client with an error.
pub(super) fn error_to_client(instance: &Instance, to: &ReturnTo, error: &OAuthError) -> Response {
    let fields = [
        ("error", error.code),
        ("error_description", error.description()),
    ];
    to_client(instance, to, &fields)
}

/// Sends the browser back to the client, which learns who answers too (RFC 9207).
pub(super) fn to_client(instance: &Instance, to: &ReturnTo, fields: &[(&str, &str)]) -> Response {
    let mut all = fields.to_vec();
    all.extend(to.state.as_deref().map(|state| ("state", state)));
    all.push(("iss", &instance.settings.url));
    // The browser gets the parsed form, because it could read the original text differently.
    let Ok(mut url) = Url::parse(&to.redirect_uri) else {
        return error_page(&OAuthError::invalid_request(
            "The redirect_uri cannot be read.",
        ));
    };
    if to.by_form {
        return pages::page(StatusCode::OK, pages::return_form(url.as_str(), &all));
    }
    url.query_pairs_mut().extend_pairs(&all);
    see_other(url.as_str())
}

/// Sends the browser elsewhere by GET.
pub(super) fn see_other(location: &str) -> Response {
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
