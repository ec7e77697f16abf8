//! Errors in the form of OAuth's RFCs.

use axum::http::StatusCode;

use crate::http::error::ApiError;

/// An error of RFC 6749, or of one of those that extend it.
#[derive(Clone, Debug)]
pub(crate) struct OAuthError {
    pub(crate) code: &'static str,
    description: String,
}

impl OAuthError {
    pub(crate) fn new(code: &'static str, description: &str) -> Self {
        // The RFC has no quotes and no other alphabets in descriptions, and a part may be what a stranger sent.
        let fits = |c: &char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
        Self {
            code,
            description: description.chars().filter(fits).take(500).collect(),
        }
    }

    pub(crate) fn invalid_request(description: &str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) fn invalid_client(description: &str) -> Self {
        Self::new("invalid_client", description)
    }

    pub(crate) fn invalid_grant(description: &str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Returns the status with which an endpoint for programs responds.
    pub(crate) fn status(&self) -> StatusCode {
        match self.code {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            "access_denied" => StatusCode::FORBIDDEN,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<ApiError> for OAuthError {
    fn from(error: ApiError) -> Self {
        let code = if error.status.is_server_error() {
            "server_error"
        } else {
            "invalid_request"
        };
        Self::new(code, error.first_message())
    }
}
