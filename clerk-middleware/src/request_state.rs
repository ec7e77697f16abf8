//! The outcome of authenticating a request.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use clerk_sdk::auth::{Auth, AuthObject};
use clerk_sdk::tokens::{TokenErrorReason, TokenType, VerifiedToken};
use http::header::{HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue};

/// The outcome of authenticating a request, and the headers that the response needs because of it.
///
/// In every case, add the [`headers`](Self::headers) to the response. If there is a
/// [`redirect_location`](Self::redirect_location), respond with a redirect to it (307) and nothing else.
///
/// ```
/// use clerk_middleware::RequestState;
///
/// fn page(state: &RequestState) -> String {
///     match state {
///         RequestState::SignedIn(signed_in) => format!("welcome, {:?}", signed_in.auth),
///         RequestState::SignedOut(signed_out) => format!("please sign in: {}", signed_out.reason),
///         RequestState::Handshake(handshake) => format!("see {:?}", handshake.location),
///     }
/// }
/// # let _ = page;
/// ```
#[derive(Clone, Debug)]
pub enum RequestState {
    /// A user or a machine is signed in.
    SignedIn(Box<SignedIn>),
    /// The request is signed out.
    SignedOut(Box<SignedOut>),
    /// The browser has to visit Clerk to find out.
    Handshake(Handshake),
}

/// The three kinds of [`RequestState`].
///
/// ```
/// use clerk_middleware::Status;
///
/// assert_eq!(Status::SignedIn.as_str(), "signed-in");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// A user or a machine is signed in.
    SignedIn,
    /// The request is signed out.
    SignedOut,
    /// The browser has to visit Clerk first.
    Handshake,
}

impl Status {
    /// Returns Clerk's name for the status, as in the `x-clerk-auth-status` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Handshake => "handshake",
        }
    }
}

/// How the session of a request was determined.
///
/// ```
/// use clerk_middleware::AuthSource;
///
/// fn is_certain(source: AuthSource) -> bool {
///     source != AuthSource::LastActive
/// }
/// # let _ = is_certain;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthSource {
    /// The token came in the `Authorization` header.
    Header,
    /// The request names this session ([`CLERK_SESSION_ID_PARAM`](crate::CLERK_SESSION_ID_PARAM)), and its token belongs to
    /// it.
    NamedSession,
    /// The token came in a cookie, which belongs to the session that was active last in this browser. If a browser may have
    /// several sessions, the page that makes the request may belong to another one.
    LastActive,
}

/// Why a request is signed out, or why the browser has to visit Clerk. The codes are those of Clerk's other SDKs, as in the
/// `x-clerk-auth-reason` header.
///
/// ```
/// use clerk_middleware::Reason;
///
/// assert_eq!(Reason::SESSION_TOKEN_AND_UAT_MISSING.as_str(), "session-token-and-uat-missing");
/// assert_eq!(Reason::DEV_BROWSER_MISSING, "dev-browser-missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason(Cow<'static, str>);

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl Reason {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($text));)*
        }
    };
}

reasons! {
    /// The organization that the path names is not the active one.
    ACTIVE_ORGANIZATION_MISMATCH = "active-organization-mismatch";
    /// The browser has a session, but its token is missing.
    CLIENT_UAT_BUT_NO_SESSION_TOKEN = "client-uat-but-no-session-token";
    /// A development instance does not know this browser yet.
    DEV_BROWSER_MISSING = "dev-browser-missing";
    /// The URL contains a development browser token.
    DEV_BROWSER_SYNC = "dev-browser-sync";
    /// There is no token in the header, and only tokens from the header are accepted.
    NO_TOKEN_IN_HEADER = "No token in header";
    /// The visitor comes from another site, which may be a satellite.
    PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC = "primary-domain-cross-origin-sync";
    /// A primary application sends a satellite's visitor back.
    PRIMARY_RESPONDS_TO_SYNCING = "primary-responds-to-syncing";
    /// A satellite has to ask the primary application.
    SATELLITE_NEEDS_SYNCING = "satellite-needs-syncing";
    /// The token names no session (`sid`). It is another token of the instance, such as an ID token for an OAuth application.
    /// Clerk's other SDKs accept it.
    SESSION_ID_MISSING = "session-id-missing";
    /// The session is not the one that the request names.
    SESSION_ID_MISMATCH = "session-id-mismatch";
    /// There is neither a session token nor a cookie which shows that the browser has a session.
    SESSION_TOKEN_AND_UAT_MISSING = "session-token-and-uat-missing";
    /// There is a session token, but no cookie which shows that the browser has a session.
    SESSION_TOKEN_BUT_NO_CLIENT_UAT = "session-token-but-no-client-uat";
    /// The session changed after its token was issued.
    SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT = "session-token-iat-before-client-uat";
    /// The token was issued in the future.
    SESSION_TOKEN_IAT_IN_THE_FUTURE = "session-token-iat-in-the-future";
    /// A handshake ended without a session token.
    SESSION_TOKEN_MISSING = "session-token-missing";
    /// The token is not valid yet.
    SESSION_TOKEN_NBF = "session-token-nbf";
    /// The token is of a kind that is not accepted here.
    TOKEN_TYPE_MISMATCH = "token-type-mismatch";
    /// An error that should not happen.
    UNEXPECTED_ERROR = "unexpected-error";
}

impl Reason {
    /// Returns the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the session token was rejected only because it has expired.
    pub(crate) fn is_expired(&self) -> bool {
        self.0.starts_with("session-token-expired-refresh-")
    }

    /// Returns the reason for an expired session token that could not be refreshed because of this.
    pub(crate) fn expired(refresh: &str) -> Self {
        Self(Cow::Owned(format!(
            "session-token-expired-refresh-{refresh}"
        )))
    }
}

impl From<TokenErrorReason> for Reason {
    fn from(reason: TokenErrorReason) -> Self {
        Self(Cow::Borrowed(reason.as_str()))
    }
}

impl PartialEq<str> for Reason {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Reason {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user or a machine is signed in. [`Debug`] prints ids, but neither the token nor the values of headers.
///
/// ```
/// use clerk_middleware::SignedIn;
///
/// fn token(signed_in: &SignedIn) -> &str {
///     signed_in.token()
/// }
/// # let _ = token;
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// Who makes the request. A pending session is signed out here, unless the options say otherwise.
    pub auth: Arc<AuthObject>,
    /// The pending session as the user who will be signed in. `None` if the session is not pending.
    pub pending: Option<Auth>,
    /// The kind of the token.
    pub token_type: TokenType,
    /// How the session was determined.
    pub source: AuthSource,
    /// The headers to add to the response.
    pub headers: HeaderMap,
    pub(crate) token: Verified,
}

/// A verified token.
#[derive(Clone)]
pub(crate) enum Verified {
    /// A JWT, shared with the cache of verified tokens.
    Jwt(VerifiedToken),
    Other(Box<str>),
}

impl SignedIn {
    /// Returns the verified token. After a handshake or a refresh, it is the new one.
    pub fn token(&self) -> &str {
        match &self.token {
            Verified::Jwt(seen) => seen.token(),
            Verified::Other(token) => token,
        }
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("auth", &self.auth)
            .field("token_type", &self.token_type)
            .field("source", &self.source)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

/// The request is signed out.
///
/// ```
/// use clerk_middleware::{Reason, SignedOut};
///
/// fn has_never_been_here(signed_out: &SignedOut) -> bool {
///     signed_out.reason == Reason::SESSION_TOKEN_AND_UAT_MISSING
/// }
/// # let _ = has_never_been_here;
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedOut {
    /// The signed-out auth object for the accepted kinds of tokens.
    pub auth: AuthObject,
    /// The accepted kind of token. `None` if the request has a token of a kind that is not accepted.
    pub token_type: Option<TokenType>,
    /// Why the request is signed out.
    pub reason: Reason,
    /// More about the reason, for logs. It may be empty.
    pub message: String,
    /// The headers to add to the response.
    pub headers: HeaderMap,
    /// Whether the token could not be verified, because Clerk could not be reached.
    pub(crate) is_outage: bool,
    /// What may be told to whoever presented a machine token. Empty if the token was not verified.
    pub(crate) description: &'static str,
}

impl fmt::Debug for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedOut")
            .field("token_type", &self.token_type)
            .field("reason", &self.reason)
            .field("message", &self.message)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

/// The browser has to visit Clerk, which knows whether the user is signed in and sends the browser back.
///
/// ```
/// use clerk_middleware::Handshake;
///
/// fn redirect(handshake: &Handshake) -> (http::StatusCode, http::HeaderMap) {
///     (http::StatusCode::TEMPORARY_REDIRECT, handshake.headers.clone())
/// }
/// # let _ = redirect;
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Handshake {
    /// Why the browser has to visit Clerk.
    pub reason: Reason,
    /// More about the reason, for logs. It may be empty.
    pub message: String,
    /// Where to redirect the browser. The URL contains the session token, if there is one.
    pub location: HeaderValue,
    /// The headers to add to the response, including `Location`.
    pub headers: HeaderMap,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("reason", &self.reason)
            .field("message", &self.message)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

/// Prints the names of headers only, because their values may be tokens.
struct Names<'a>(&'a HeaderMap);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

const STATUS: HeaderName = HeaderName::from_static("x-clerk-auth-status");
const REASON: HeaderName = HeaderName::from_static("x-clerk-auth-reason");
const MESSAGE: HeaderName = HeaderName::from_static("x-clerk-auth-message");

/// Adds the headers that describe an outcome. A text that is not a valid header value is left out.
pub(crate) fn describe(
    headers: &mut HeaderMap,
    status: Status,
    reason: &Reason,
    message: Option<&str>,
) {
    headers.insert(STATUS, HeaderValue::from_static(status.as_str()));
    for (name, text) in [(REASON, Some(reason.as_str())), (MESSAGE, message)] {
        let text = text.filter(|text| !text.is_empty());
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    }
}

impl RequestState {
    /// Returns which of the three kinds the outcome is.
    pub fn status(&self) -> Status {
        match self {
            Self::SignedIn(_) => Status::SignedIn,
            Self::SignedOut(_) => Status::SignedOut,
            Self::Handshake(_) => Status::Handshake,
        }
    }

    /// Returns whether a token was verified. This includes pending sessions; use [`auth`](Self::auth) to find out whether
    /// the user counts as signed in.
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }

    /// Returns why the request is signed out, or why the browser has to visit Clerk. `None` if a user or a machine is signed
    /// in.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::SignedIn(_) => None,
            Self::SignedOut(state) => Some(&state.reason),
            Self::Handshake(state) => Some(&state.reason),
        }
    }

    /// Returns whether the request is signed out only because its token could not be verified: Clerk could not be reached for
    /// the keys, or for its opinion of an opaque token. The same request may be signed in later. Guards, extractors and strict
    /// layers respond with 503 and not with 401.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::SignedOut(state) if state.is_outage)
    }

    /// Marks a signed-out request as one whose token could not be verified.
    pub(crate) fn in_outage(mut self, is_outage: bool) -> Self {
        if let Self::SignedOut(state) = &mut self {
            state.is_outage = is_outage;
        }
        self
    }

    /// Says what may be told to whoever presented a machine token.
    pub(crate) fn described(mut self, description: &'static str) -> Self {
        if let Self::SignedOut(state) = &mut self {
            state.description = description;
        }
        self
    }

    /// Returns what may be told to whoever presented a machine token. Empty if no token was verified.
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::SignedOut(state) => state.description,
            _ => "",
        }
    }

    /// Returns more about the reason, for logs.
    pub fn message(&self) -> Option<&str> {
        let message = match self {
            Self::SignedIn(_) => return None,
            Self::SignedOut(state) => &state.message,
            Self::Handshake(state) => &state.message,
        };
        Some(message.as_str()).filter(|message| !message.is_empty())
    }

    /// Returns the kind of the token, or `None` if the request has a token of a kind that is not accepted.
    pub fn token_type(&self) -> Option<TokenType> {
        match self {
            Self::SignedIn(state) => Some(state.token_type),
            Self::SignedOut(state) => state.token_type,
            Self::Handshake(_) => Some(TokenType::Session),
        }
    }

    /// Returns who makes the request, or `None` during a handshake: the caller is then unknown, and the request must not be
    /// served.
    pub fn auth(&self) -> Option<&AuthObject> {
        match self {
            Self::SignedIn(state) => Some(&state.auth),
            Self::SignedOut(state) => Some(&state.auth),
            Self::Handshake(_) => None,
        }
    }

    /// Returns [`auth`](Self::auth), and consumes the state.
    pub fn into_auth(self) -> Option<AuthObject> {
        match self {
            Self::SignedIn(state) => Some(Arc::unwrap_or_clone(state.auth)),
            Self::SignedOut(state) => Some(state.auth),
            Self::Handshake(_) => None,
        }
    }

    /// Returns how the session was determined, or `None` if no user is signed in.
    pub fn source(&self) -> Option<AuthSource> {
        match self {
            Self::SignedIn(state) => Some(state.source),
            _ => None,
        }
    }

    /// Returns the headers to add to the response. `Set-Cookie` may occur several times, so append it and do not replace it.
    pub fn headers(&self) -> &HeaderMap {
        match self {
            Self::SignedIn(state) => &state.headers,
            Self::SignedOut(state) => &state.headers,
            Self::Handshake(state) => &state.headers,
        }
    }

    /// Returns where to redirect the browser, if anywhere. After a handshake of a development instance this is the current
    /// page without the handshake's query parameters, and a user may be signed in at the same time.
    pub fn redirect_location(&self) -> Option<&HeaderValue> {
        self.headers().get(LOCATION)
    }
}
