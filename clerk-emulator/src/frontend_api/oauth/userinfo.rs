//! `/oauth/userinfo`: what an access token lets its client know of the user.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::{answer, client};
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::grants::access_token_facts;
use crate::http::error::ApiError;
use crate::http::response;
use crate::instance::Instance;
use crate::views::oauth::user_info_view;

pub(super) async fn userinfo(
    Shared(instance): Shared<Arc<Instance>>,
    request: Request,
) -> Response {
    let view = match access_token(request).await {
        Ok(Some(token)) => view(&instance, &token).map_err(Some),
        Ok(None) => Err(None),
        Err(error) => Err(Some(error)),
    };
    match view {
        Ok(view) => answer::json_for_once(StatusCode::OK, &view),
        Err(error) => challenge(&instance, error.as_ref()),
    }
}

/// Reads the token from `Authorization` or from a form (RFC 6750).
async fn access_token(request: Request) -> Result<Option<String>, OAuthError> {
    let in_header = client::authorization(request.headers(), "Bearer").map(str::to_owned);
    let is_form = client::has_type(request.headers(), "application/x-www-form-urlencoded");
    if request.method() != Method::POST || !is_form {
        return Ok(in_header);
    }
    let (_, parameters) = client::read_form(request).await?;
    match (in_header, parameters.one("access_token")?) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request(
            "The access token was sent in two ways.",
        )),
        (in_header, in_form) => Ok(in_header.or_else(|| in_form.map(str::to_owned))),
    }
}

fn view(instance: &Instance, token: &str) -> Result<Value, OAuthError> {
    let cx = instance.context();
    let state = instance.read();
    let facts = access_token_facts(cx, &state, token);
    let user = facts
        .as_ref()
        .and_then(|facts| state.users.get(&facts.user_id));
    match (&facts, user) {
        (Some(facts), Some(user)) => Ok(user_info_view(cx, &state, user, facts)),
        _ => Err(OAuthError::new(
            "invalid_token",
            "There is no such access token, or it is revoked or expired.",
        )),
    }
}

/// Returns the error in the header for clients and in Clerk's body.
fn challenge(instance: &Instance, error: Option<&OAuthError>) -> Response {
    let status = error.map_or(StatusCode::UNAUTHORIZED, OAuthError::status);
    let (code, long) = error.map_or(
        ("access_token_missing", "The request has no access token."),
        |error| (error.code, error.description()),
    );
    let text = error.map_or_else(
        || "Bearer".to_owned(),
        |error| {
            let (code, description) = (error.code, error.description());
            format!("Bearer error=\"{code}\", error_description=\"{description}\"")
        },
    );
    let error = ApiError::new(status, code, "Not authorized", long);
    let mut response = response::error(&error, &instance.ids.hex(32));
    if let Ok(value) = HeaderValue::from_str(&text) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
