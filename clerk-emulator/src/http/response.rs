//! Responses: JSON, and redirects.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::error::ApiError;

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// Returns the response for an error, with the trace id in its body.
pub(crate) fn error(error: &ApiError, trace_id: &str) -> Response {
    json(error.status, &error.body(trace_id))
}

/// Returns the response that sends a browser elsewhere, whatever it sent.
pub(crate) fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
