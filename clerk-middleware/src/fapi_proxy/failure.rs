use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use super::body::ProxyBody;

/// Why the proxy itself responds with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    PathMismatch,
    OtherHost,
    Upgrade,
    Configuration(&'static str),
    Unreachable,
    TooSlow,
}

impl Failure {
    fn status_code_and_message(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::PathMismatch => (
                StatusCode::BAD_REQUEST,
                "proxy_path_mismatch",
                "the path does not belong to the proxy",
            ),
            Self::OtherHost => (
                StatusCode::BAD_REQUEST,
                "proxy_request_failed",
                "the path does not lead to the Frontend API",
            ),
            Self::Upgrade => (
                StatusCode::NOT_IMPLEMENTED,
                "proxy_request_failed",
                "the proxy does not support web sockets and tunnels",
            ),
            Self::Configuration(message) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "proxy_configuration_error",
                message,
            ),
            Self::Unreachable => (
                StatusCode::BAD_GATEWAY,
                "proxy_request_failed",
                "the Frontend API cannot be reached",
            ),
            Self::TooSlow => (
                StatusCode::GATEWAY_TIMEOUT,
                "proxy_request_failed",
                "the Frontend API did not respond in time",
            ),
        }
    }

    pub(super) fn into_response(self) -> Response<ProxyBody> {
        let (status, code, message) = self.status_code_and_message();
        let body = json!({ "errors": [{ "code": code, "message": message }] });
        let mut response = Response::new(ProxyBody::text(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
