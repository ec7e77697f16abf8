//! Rejections of gRPC calls. gRPC clients read statuses of their own, and take any body for messages.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const CALL: &str = "application/grpc";

/// The ASCII characters that are percent-encoded in a `grpc-message`. All other characters are encoded too.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Converts a response into one for a gRPC call: a status without messages (`Trailers-Only`), with the body as its message.
pub(super) fn trailers_only(response: Response<Bytes>) -> Response<Bytes> {
    let (mut parts, body) = response.into_parts();
    let text = String::from_utf8_lossy(&body);
    parts.headers.remove(CONTENT_LENGTH);
    let content_type = HeaderValue::from_static(CALL);
    parts.headers.insert(CONTENT_TYPE, content_type);
    parts
        .headers
        .insert(STATUS, HeaderValue::from(code(parts.status)));
    let text = utf8_percent_encode(&text, ENCODED).to_string();
    if let Ok(text) = HeaderValue::try_from(text) {
        parts.headers.insert(MESSAGE, text);
    }
    parts.status = StatusCode::OK;
    Response::from_parts(parts, Bytes::new())
}

/// Returns whether a request is a gRPC call. A request with `application/grpc-web` from a browser is not: a translator turns
/// it into a call.
pub(super) fn is_call(parts: &Parts) -> bool {
    let content_type = parts.headers.get(CONTENT_TYPE);
    let rest = content_type.and_then(|value| value.as_bytes().strip_prefix(CALL.as_bytes()));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Returns the gRPC status for an HTTP status, as gRPC clients map responses that are not gRPC. Our own 500 becomes
/// `INTERNAL`.
fn code(status: StatusCode) -> u16 {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => 13,
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::NOT_FOUND => 12,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => 14,
        _ => 2,
    }
}
