//! What a session token says of itself, before anything of it is believed: enough to choose between cookies.

use clerk_sdk::tokens::Claims;
use serde_json::Value;

/// Claims of a token that nobody verified.
#[derive(Debug, PartialEq)]
pub(super) struct Unverified {
    iss: Option<Value>,
    iat: Option<Value>,
    exp: Option<Value>,
}

impl Unverified {
    /// What these claims say; `null` says nothing.
    pub(super) fn of_claims(claims: Option<&Claims>) -> Self {
        let claim = |name| claims?.peek(name).filter(|claim| !claim.is_null());
        Self {
            iss: claim("iss"),
            iat: claim("iat"),
            exp: claim("exp"),
        }
    }

    /// Who issued it, when it says so.
    pub(super) fn issuer(&self) -> Option<&Value> {
        self.iss.as_ref()
    }

    /// When it was issued, in seconds since 1970.
    pub(super) fn issued_at(&self) -> Option<f64> {
        self.iat.as_ref()?.as_f64()
    }

    /// When it expires, in seconds since 1970.
    pub(super) fn expires_at(&self) -> Option<f64> {
        self.exp.as_ref()?.as_f64()
    }
}
