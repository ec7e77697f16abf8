//! The parts of a request: path, query and body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Returns the segments below `/v1`, decoded. API keys, machine tokens and OAuth tokens are at the host's root as well.
pub(crate) fn backend_api_path(path: &str) -> Option<Vec<String>> {
    let below = path.trim_matches('/');
    let below = match below.strip_prefix("v1/") {
        Some(below) => below,
        None if below.starts_with("api_keys") || below.starts_with("m2m_tokens") => below,
        None if below == "oauth_applications/access_tokens/verify" => below,
        None => return None,
    };
    path_segments(below)
}

/// Returns the segments of a path, decoded; `None` if they are not UTF-8.
pub(crate) fn path_segments(path: &str) -> Option<Vec<String>> {
    path.split('/')
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .ok()
                .map(|text| text.into_owned())
        })
        .collect()
}

pub(crate) fn query_pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// Reads a JSON body; an empty body is an empty object.
pub(crate) fn json_body(bytes: &[u8]) -> Result<Value, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| invalid_body(&format!("The request's body is no JSON: {error}.")))
}

pub(crate) async fn body_bytes(request: Request) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, &()).await.map_err(|error| {
        let why = error.body_text();
        ApiError::new(
            error.status(),
            "request_body_invalid",
            "Request body invalid",
            &why,
        )
    })
}

/// 400: the body cannot be read.
pub(crate) fn invalid_body(why: &str) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "request_body_invalid",
        "Request body invalid",
        why,
    )
}
