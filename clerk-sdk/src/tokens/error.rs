use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub(super) const EXPIRED: &str = "the token has expired";
pub(super) const NO_AUDIENCE: &str =
    "the token does not say whom it is for (aud); see `WithoutAudience`";
pub(super) const OTHER_AUDIENCE: &str = "the claim aud names no expected audience";

/// Why a token was rejected.
///
/// The texts of [`as_str`](Self::as_str) are those that Clerk's other SDKs use, in logs and in the
/// `x-clerk-auth-reason` header.
///
/// ```
/// use clerk_sdk::tokens::TokenErrorReason;
///
/// assert_eq!(TokenErrorReason::TokenExpired.as_str(), "token-expired");
/// assert_eq!(TokenErrorReason::TokenExpired.to_string(), "token-expired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorReason {
    /// It is not a JWT, or is one of the wrong type.
    TokenInvalid,
    /// It names an algorithm that is not RS256, RS384 or RS512.
    TokenInvalidAlgorithm,
    /// Its `azp` is not among the authorized parties.
    TokenInvalidAuthorizedParties,
    /// Its `iss` is not an expected issuer.
    TokenInvalidIssuer,
    /// The key did not make this signature.
    TokenInvalidSignature,
    /// A claim is missing, malformed or not the expected one, or the key cannot be used.
    TokenVerificationFailed,
    /// Its `exp` has passed.
    TokenExpired,
    /// Its `nbf` has not come.
    TokenNotActiveYet,
    /// Its `iat` has not come: the clocks differ.
    TokenIatInTheFuture,
    /// Clerk rejected the secret key when keys were fetched.
    SecretKeyInvalid,
    /// Clerk responded, but not with keys.
    JwkRemoteFailedToLoad,
    /// There is neither a key nor a way to fetch one.
    JwkFailedToResolve,
    /// The instance has no key of the token's `kid`.
    JwkKidMismatch,
    /// Something else, such as no connection to Clerk.
    UnexpectedError,
}

impl TokenErrorReason {
    /// Clerk's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenInvalid => "token-invalid",
            Self::TokenInvalidAlgorithm => "token-invalid-algorithm",
            Self::TokenInvalidAuthorizedParties => "token-invalid-authorized-parties",
            Self::TokenInvalidIssuer => "token-invalid-issuer",
            Self::TokenInvalidSignature => "token-invalid-signature",
            Self::TokenVerificationFailed => "token-verification-failed",
            Self::TokenExpired => "token-expired",
            Self::TokenNotActiveYet => "token-not-active-yet",
            Self::TokenIatInTheFuture => "token-iat-in-the-future",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::JwkRemoteFailedToLoad => "jwk-remote-failed-to-load",
            Self::JwkFailedToResolve => "jwk-failed-to-resolve",
            Self::JwkKidMismatch => "jwk-kid-mismatch",
            Self::UnexpectedError => "unexpected-error",
        }
    }

    /// Returns what to do about it; nothing when the token's owner is the one who can do something.
    fn advice(self) -> Option<&'static str> {
        match self {
            Self::TokenInvalidAuthorizedParties => {
                Some("add the origin to the authorized parties if it is one of yours")
            }
            Self::TokenInvalidSignature => Some(
                "check that the JWT key, or the secret key, is of the instance that issued the token",
            ),
            Self::TokenNotActiveYet | Self::TokenIatInTheFuture => {
                Some("check this machine's clock, or allow more clock skew")
            }
            Self::SecretKeyInvalid => Some("check CLERK_SECRET_KEY"),
            Self::JwkFailedToResolve => Some("set CLERK_JWT_KEY or CLERK_SECRET_KEY"),
            Self::JwkKidMismatch => {
                Some("check that the secret key is of the instance that issued the token")
            }
            Self::JwkRemoteFailedToLoad | Self::UnexpectedError => Some(
                "check that Clerk's API can be reached, or set CLERK_JWT_KEY to need no network",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for TokenErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token was rejected. It never holds or prints the token.
///
/// ```
/// use clerk_sdk::tokens::{TokenErrorReason, decode_jwt};
///
/// let error = decode_jwt("not.a.token!").unwrap_err();
/// assert_eq!(error.reason(), TokenErrorReason::TokenInvalid);
/// assert!(error.to_string().ends_with("(reason=token-invalid)"));
/// ```
#[derive(Clone)]
pub struct TokenError {
    reason: TokenErrorReason,
    what: Cow<'static, str>,
    // Shared, since all who wait for the same keys get the same error.
    api: Option<Arc<clerk_api::Error>>,
}

impl TokenError {
    /// Returns an error for your own [`JwksSource`](super::JwksSource). `what` is printed, so it must not contain secrets.
    pub fn new(reason: TokenErrorReason, what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason,
            what: what.into(),
            api: None,
        }
    }

    pub(crate) fn from_api(
        reason: TokenErrorReason,
        what: &'static str,
        error: clerk_api::Error,
    ) -> Self {
        Self {
            reason,
            what: Cow::Borrowed(what),
            api: Some(Arc::new(error)),
        }
    }

    /// Replaces the reason by a coarser one.
    pub(crate) fn because(self, reason: TokenErrorReason) -> Self {
        Self { reason, ..self }
    }

    /// Returns the error without the API error, for caches: the response in it may be of any size.
    pub(super) fn without_call(self) -> Self {
        Self { api: None, ..self }
    }

    /// Returns the reason, for code that depends on it.
    pub fn reason(&self) -> TokenErrorReason {
        self.reason
    }

    /// Returns what may be told to whoever presented an access token (`error_description` of RFC 6750): a sentence of this crate.
    #[doc(hidden)]
    pub fn description(&self) -> &'static str {
        match &*self.what {
            EXPIRED => EXPIRED,
            NO_AUDIENCE => "the token does not say whom it is for",
            OTHER_AUDIENCE => "the token is for another resource",
            _ => "the token is not valid",
        }
    }

    /// Returns whether an OAuth access token was rejected because it names no audience.
    #[doc(hidden)]
    pub fn is_for_nobody(&self) -> bool {
        self.what == NO_AUDIENCE
    }

    /// Returns the error of the API call, if one failed.
    pub fn api_error(&self) -> Option<&clerk_api::Error> {
        self.api.as_deref()
    }

    /// Returns whether fetching keys failed for a passing reason: no connection, a failure on
    /// Clerk's side, too many requests. The same token may be accepted later.
    pub fn is_outage(&self) -> bool {
        match self.api_error() {
            Some(clerk_api::Error::Api(error)) => {
                matches!(error.status.as_u16(), 408 | 429 | 500..=599)
            }
            Some(clerk_api::Error::MissingSecretKey | clerk_api::Error::InvalidRequest { .. }) => {
                false
            }
            Some(_) => true,
            None => matches!(
                self.reason,
                TokenErrorReason::UnexpectedError | TokenErrorReason::JwkRemoteFailedToLoad
            ),
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(api) = &self.api {
            write!(f, ": {api}")?;
        } else if let Some(advice) = self.reason.advice() {
            write!(f, "; {advice}")?;
        }
        write!(f, " (reason={})", self.reason)
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError")
            .field("reason", &self.reason.as_str())
            .field("what", &self.what)
            .field("api", &self.api)
            .finish()
    }
}

impl std::error::Error for TokenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.api
            .as_deref()
            .map(|error| error as &(dyn std::error::Error + 'static))
    }
}
