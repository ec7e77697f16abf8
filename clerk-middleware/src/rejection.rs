//! Why a request was rejected, and the response to it.

use std::fmt;

use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::Clock;
use clerk_sdk::auth::{Factor, Requirement, Reverification};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::bearer::bearer;

/// A rejected request: why it was rejected, and the response.
///
/// Every extractor and guard of this crate fails with it, and handlers may return it. Change the response with
/// [`Authenticator::on_error`](crate::Authenticator::on_error), or directly:
///
/// ```
/// use clerk_middleware::{Rejection, RejectionKind};
/// use http::StatusCode;
///
/// let mut rejection = Rejection::unauthenticated();
/// assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
/// assert_eq!(rejection.body(), br#"{"error":"Unauthenticated"}"#.as_slice());
/// assert_eq!(*rejection.kind(), RejectionKind::Unauthenticated);
///
/// rejection.set_status(StatusCode::NOT_FOUND);
/// rejection.set_json(&serde_json::json!({ "error": "There is nothing here" }));
/// let response = rejection.into_response();
/// assert_eq!(response.status(), 404);
/// ```
#[derive(Clone)]
pub struct Rejection(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: RejectionKind,
    response: Response<Bytes>,
}

/// Why a request was rejected.
///
/// ```
/// use clerk_middleware::RejectionKind;
/// use clerk_sdk::auth::{Requirement, Role};
///
/// let needed: Requirement = Role("org:admin").into();
/// assert!(RejectionKind::Forbidden(needed).to_string().contains("org:admin"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// No user or machine is signed in with a token of an accepted kind: 401.
    Unauthenticated,
    /// The user does not meet this requirement: 403.
    Forbidden(Requirement),
    /// The token lacks this scope: 403.
    MissingScope(String),
    /// The session token lacks this claim, or the claim has another value: 403.
    MissingClaim(String),
    /// The claims of the session token cannot be read as the type that the handler asks for: 403. The reason is logged and not
    /// sent.
    InvalidClaims,
    /// The request is authenticated by a cookie, and a page of another origin makes it: 403.
    ForeignOrigin,
    /// A condition of a guard does not hold: 403.
    Condition,
    /// Somebody acts in the name of the token's subject, and the guard accepts the subject itself only: 403.
    Delegated,
    /// `Authorization` is malformed, where OAuth access tokens are accepted for a
    /// [`ProtectedResource`](crate::ProtectedResource): 400.
    InvalidRequest,
    /// The token cannot be verified, because Clerk cannot be reached for its keys or for its opinion: 503 with `Retry-After`.
    Unavailable,
    /// The request is not a webhook that Clerk sent: 400. The reason is logged and not sent.
    InvalidWebhook,
    /// The body of a webhook cannot be read: the status says why.
    UnreadableBody,
    /// The route is not behind a layer of this crate, so no user can be signed in: 500.
    MissingLayer,
    /// Something that the response needs is not configured: 500. The log says what.
    Misconfigured,
}

impl RejectionKind {
    /// Returns a name for logs and metrics, such as `missing-scope`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::MissingScope(_) => "missing-scope",
            Self::MissingClaim(_) => "missing-claim",
            Self::InvalidClaims => "invalid-claims",
            Self::ForeignOrigin => "foreign-origin",
            Self::Condition => "condition",
            Self::Delegated => "delegated",
            Self::InvalidRequest => "invalid-request",
            Self::Unavailable => "unavailable",
            Self::InvalidWebhook => "invalid-webhook",
            Self::UnreadableBody => "unreadable-body",
            Self::MissingLayer => "missing-layer",
            Self::Misconfigured => "misconfigured",
        }
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("the request is not authenticated"),
            Self::Forbidden(requirement) => write!(f, "the user lacks {}", metadata(requirement)),
            Self::MissingScope(scope) => write!(f, "the token lacks the scope `{scope}`"),
            Self::MissingClaim(claim) => {
                write!(f, "the session token lacks the claim `{claim}` with the required value")
            }
            Self::InvalidClaims => f.write_str(
                "the claims of the session token are not those that the handler expects; check the customisation of the \
                 session token",
            ),
            Self::ForeignOrigin => {
                f.write_str("a page of another origin makes the request with the cookies of the user")
            }
            Self::Condition => f.write_str("a condition of the guard does not hold"),
            Self::Delegated => f.write_str("somebody acts in the name of the token's subject"),
            Self::InvalidRequest => f.write_str("the header Authorization is malformed"),
            Self::Unavailable => {
                f.write_str("the token cannot be verified, because Clerk cannot be reached")
            }
            Self::InvalidWebhook => f.write_str("this is not a webhook that Clerk sent"),
            Self::UnreadableBody => f.write_str("the body cannot be read"),
            Self::MissingLayer => f.write_str(
                "this route is not behind Clerk's layer: add the layer to the application, outside the route",
            ),
            Self::Misconfigured => f.write_str("the configuration cannot work; the log says why"),
        }
    }
}

impl Rejection {
    fn new(kind: RejectionKind, status: StatusCode, body: &Value) -> Self {
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // A response to one visitor must not be stored for others.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self(Box::new(Inner { kind, response }))
    }

    /// Returns a rejection with status 401 and the body `{"error":"Unauthenticated"}`.
    pub fn unauthenticated() -> Self {
        let body = json!({ "error": "Unauthenticated" });
        let mut rejection = Self::new(
            RejectionKind::Unauthenticated,
            StatusCode::UNAUTHORIZED,
            &body,
        );
        let headers = rejection.headers_mut();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        rejection
    }

    /// Returns a rejection with status 403 and a body that Clerk's frontend libraries understand. If the reverification is
    /// missing, they ask the user for it; other rejections have the same shape. `is_only_stale` says that only the
    /// reverification is missing.
    pub(crate) fn forbidden(requirement: Requirement, is_only_stale: bool) -> Self {
        let reason = if is_only_stale {
            "reverification-error"
        } else {
            "authorization-error"
        };
        let body = forbidden_body(reason, &metadata(&requirement));
        Self::new(
            RejectionKind::Forbidden(requirement),
            StatusCode::FORBIDDEN,
            &body,
        )
    }

    /// The challenge is that of RFC 6750, section 3.1. If a scope is not a valid one, only the body names it.
    pub(crate) fn missing_scope(scope: &str) -> Self {
        let body = forbidden_body("authorization-error", &json!({ "scope": scope }));
        let mut rejection = Self::new(
            RejectionKind::MissingScope(scope.to_owned()),
            StatusCode::FORBIDDEN,
            &body,
        );
        if let Some(value) = bearer(&[("error", "insufficient_scope")], &[scope.to_owned()]) {
            rejection.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        rejection
    }

    pub(crate) fn delegated() -> Self {
        let body = forbidden_body("authorization-error", &json!({}));
        Self::new(RejectionKind::Delegated, StatusCode::FORBIDDEN, &body)
    }

    pub(crate) fn invalid_request() -> Self {
        let body = json!({ "error": "Invalid request" });
        Self::new(
            RejectionKind::InvalidRequest,
            StatusCode::BAD_REQUEST,
            &body,
        )
    }

    pub(crate) fn missing_claim(claim: &str) -> Self {
        let body = forbidden_body("authorization-error", &json!({ "claim": claim }));
        Self::new(
            RejectionKind::MissingClaim(claim.to_owned()),
            StatusCode::FORBIDDEN,
            &body,
        )
    }

    /// The reason may quote claims, so it is not part of the response.
    pub(crate) fn invalid_claims(reason: &str) -> Self {
        static LIMIT: LogLimit = LogLimit::new();

        let body = forbidden_body("authorization-error", &json!({}));
        let rejection = Self::new(RejectionKind::InvalidClaims, StatusCode::FORBIDDEN, &body);
        let message = rejection.kind().to_string();
        LIMIT.log(
            &Clock::system(),
            Level::Warn,
            &message,
            &[("reason", reason)],
        );
        rejection
    }

    pub(crate) fn foreign_origin() -> Self {
        let body = json!({ "error": "Forbidden" });
        Self::new(RejectionKind::ForeignOrigin, StatusCode::FORBIDDEN, &body)
    }

    pub(crate) fn condition() -> Self {
        let body = forbidden_body("authorization-error", &json!({}));
        Self::new(RejectionKind::Condition, StatusCode::FORBIDDEN, &body)
    }

    /// Returns a rejection with status 503, `Retry-After: 5` and the body `{"error":"Service unavailable"}`: the token cannot
    /// be verified, because Clerk cannot be reached.
    pub fn unavailable() -> Self {
        let body = json!({ "error": "Service unavailable" });
        let mut rejection = Self::new(
            RejectionKind::Unavailable,
            StatusCode::SERVICE_UNAVAILABLE,
            &body,
        );
        let headers = rejection.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        rejection
    }

    /// Returns a rejection with status 400 and the body `{"error":"Invalid webhook"}`.
    pub fn invalid_webhook() -> Self {
        let body = json!({ "error": "Invalid webhook" });
        Self::new(
            RejectionKind::InvalidWebhook,
            StatusCode::BAD_REQUEST,
            &body,
        )
    }

    /// Returns a rejection with this status, for a body that could not be read.
    pub fn unreadable_body(status: StatusCode) -> Self {
        let body = json!({ "error": "The body cannot be read" });
        Self::new(RejectionKind::UnreadableBody, status, &body)
    }

    /// Returns a rejection with status 500, and logs an error: the route is not behind a layer of this crate.
    pub fn missing_layer() -> Self {
        static LIMIT: LogLimit = LogLimit::new();

        let body = json!({ "error": "Internal server error" });
        let rejection = Self::new(
            RejectionKind::MissingLayer,
            StatusCode::INTERNAL_SERVER_ERROR,
            &body,
        );
        LIMIT.log(
            &Clock::system(),
            Level::Error,
            &rejection.kind().to_string(),
            &[],
        );
        rejection
    }

    /// Returns a rejection with status 500: something that is needed is not configured.
    pub fn misconfigured() -> Self {
        let body = json!({ "error": "Internal server error" });
        Self::new(
            RejectionKind::Misconfigured,
            StatusCode::INTERNAL_SERVER_ERROR,
            &body,
        )
    }

    /// Returns why the request was rejected.
    pub fn kind(&self) -> &RejectionKind {
        &self.0.kind
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.0.response.status()
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        self.0.response.headers()
    }

    /// Returns the body of the response.
    pub fn body(&self) -> &Bytes {
        self.0.response.body()
    }

    /// Sets the status of the response.
    pub fn set_status(&mut self, status: StatusCode) {
        *self.0.response.status_mut() = status;
    }

    /// Returns the headers of the response, for changes.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.0.response.headers_mut()
    }

    /// Sets the body of the response. Set its type with [`headers_mut`](Self::headers_mut).
    pub fn set_body(&mut self, body: impl Into<Bytes>) {
        *self.0.response.body_mut() = body.into();
    }

    /// Sets a JSON body.
    pub fn set_json(&mut self, body: &Value) {
        self.set_body(body.to_string());
        let json = HeaderValue::from_static("application/json");
        self.headers_mut().insert(CONTENT_TYPE, json);
    }

    /// Turns the response into a redirect (302) without a body.
    pub fn redirect_to(&mut self, location: HeaderValue) {
        self.set_status(StatusCode::FOUND);
        self.set_body(Bytes::new());
        let headers = self.headers_mut();
        headers.remove(CONTENT_TYPE);
        headers.remove(WWW_AUTHENTICATE);
        headers.insert(LOCATION, location);
    }

    /// Returns the response.
    pub fn into_response(self) -> Response<Bytes> {
        self.0.response
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("kind", self.kind())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

impl std::error::Error for Rejection {}

fn forbidden_body(reason: &str, metadata: &Value) -> Value {
    json!({ "clerk_error": { "type": "forbidden", "reason": reason, "metadata": metadata } })
}

/// Returns a requirement as JSON.
fn metadata(requirement: &Requirement) -> Value {
    let mut metadata = serde_json::Map::new();
    let texts = [
        ("role", &requirement.role),
        ("permission", &requirement.permission),
        ("feature", &requirement.feature),
        ("plan", &requirement.plan),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            metadata.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(reverification) = requirement.reverification {
        metadata.insert("reverification".to_owned(), config(reverification));
    }
    Value::Object(metadata)
}

/// Returns a reverification in the form of Clerk's JavaScript libraries.
fn config(reverification: Reverification) -> Value {
    match reverification {
        Reverification::StrictMfa => json!("strict_mfa"),
        Reverification::Strict => json!("strict"),
        Reverification::Moderate => json!("moderate"),
        Reverification::Lax => json!("lax"),
        Reverification::Within { factor, minutes } => {
            let level = match factor {
                Factor::First => "first_factor",
                Factor::Second => "second_factor",
                _ => "multi_factor",
            };
            json!({ "level": level, "afterMinutes": minutes })
        }
        _ => Value::Null,
    }
}
