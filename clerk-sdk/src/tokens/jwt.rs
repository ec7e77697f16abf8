use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::error::{TokenError, TokenErrorReason};
use super::json;

/// The longest token that is looked at, in bytes. A header of an HTTP request is far smaller, and what is decoded before
/// the signature is checked must stay small.
const MAX_TOKEN_BYTES: usize = 256 * 1024;

/// The category (`cat`) of a session token.
const SESSION: &str = "cl_B7d4PD111AAA";
/// The category of tokens whose category does not matter.
const IGNORED: &str = "cl_I7d4PD111III";
/// The category of a machine-to-machine token.
const M2M: &str = "cl_B7d4PD333AAA";

/// What a JWT says, before anything of it is believed: see [`decode_jwt`].
///
/// ```
/// let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc18xIn0.eyJzdWIiOiJ1c2VyXzEifQ.AAAA";
/// let jwt = clerk_sdk::tokens::decode_jwt(token)?;
/// assert_eq!(jwt.header["kid"], "ins_1");
/// assert_eq!(jwt.payload["sub"], "user_1");
/// assert_eq!(jwt.signature, [0, 0, 0]);
/// # Ok::<(), clerk_sdk::tokens::TokenError>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Jwt {
    /// The header: usually an object, but anyone can write anything here.
    pub header: Value,
    /// The payload: usually an object, but anyone can write anything here.
    pub payload: Value,
    /// The bytes of the signature.
    pub signature: Vec<u8>,
}

impl Jwt {
    /// Whether the `cat` of the header does not rule out that this is a session token: it is absent, or one of the two that
    /// session tokens have. Tokens of JWT templates and of machines are none.
    pub fn may_be_session_token(&self) -> bool {
        self.header
            .get("cat")
            .is_none_or(|cat| matches!(cat.as_str(), Some(SESSION | IGNORED)))
    }
}

// A decoded token is still a credential.
impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Reads a JWT **without verifying it**: what it answers is what anybody may have written. Use
/// [`TokenVerifier::verify`](super::TokenVerifier::verify) for anything that matters.
///
/// # Errors
///
/// [`TokenInvalid`](TokenErrorReason::TokenInvalid) when it does not have three parts of base64url, of which the first two
/// are JSON, or when it is larger than 256 KiB.
pub fn decode_jwt(token: &str) -> Result<Jwt, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(invalid("the token is too large to be one of Clerk's"));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(invalid(
            "a JWT has three parts with dots between them; this has not",
        ));
    };
    let read = |part| base64url(part).and_then(|bytes| json::parse(&bytes));
    match (read(header), read(payload), base64url(signature)) {
        (Some(header), Some(payload), Some(signature)) => Ok(Jwt {
            header,
            payload,
            signature,
        }),
        _ => Err(invalid(
            "the header, the payload or the signature of the JWT cannot be decoded",
        )),
    }
}

/// The part of a token that is signed: all up to the last dot.
pub(super) fn signed_part(token: &str) -> &[u8] {
    token
        .rsplit_once('.')
        .map_or("", |(signed, _)| signed)
        .as_bytes()
}

/// Any number of `=` at the end is tolerated, nothing else that is not base64url, and no bits left over.
pub(super) fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn invalid(what: &'static str) -> TokenError {
    TokenError::new(TokenErrorReason::TokenInvalid, what)
}

/// What verifying needs of a header, kept with a verified token.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) alg: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) typ: Named,
    pub(super) cat: Named,
}

/// A member of the header that should be text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named {
    Absent,
    Text(String),
    /// Present, and no text.
    Other,
}

impl Named {
    fn of(header: &Value, name: &str) -> Self {
        match header.get(name) {
            None => Self::Absent,
            Some(Value::String(text)) => Self::Text(text.clone()),
            Some(_) => Self::Other,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Header {
    pub(super) fn of(header: &Value) -> Self {
        let text = |name| header.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            alg: text("alg"),
            kid: text("kid"),
            typ: Named::of(header, "typ"),
            cat: Named::of(header, "cat"),
        }
    }

    pub(super) fn is_m2m(&self) -> bool {
        self.cat.as_text() == Some(M2M)
    }
}
