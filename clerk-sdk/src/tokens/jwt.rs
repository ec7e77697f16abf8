use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::claims::Claims;
use super::error::{TokenError, TokenErrorReason};
use super::json;
use super::skim::{Json, View};

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
    let [header, payload, signature] = parts(token)?;
    let read = |part| base64url(part).and_then(|bytes| json::parse(&bytes));
    match (read(header), read(payload), base64url(signature)) {
        (Some(header), Some(payload), Some(signature)) => Ok(Jwt {
            header,
            payload,
            signature,
        }),
        _ => Err(undecodable()),
    }
}

fn parts(token: &str) -> Result<[&str; 3], TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(invalid("the token is too large to be one of Clerk's"));
    }
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(signature), None) => Ok([header, payload, signature]),
        _ => Err(invalid(
            "a JWT has three parts with dots between them; this has not",
        )),
    }
}

/// What verifying needs of a JWT, read as far as that.
#[doc(hidden)]
pub struct Decoded {
    pub(super) header: Header,
    /// `None` when the payload is no object.
    pub(super) claims: Option<Claims>,
    pub(super) signature: Vec<u8>,
}

impl Decoded {
    /// Reads what [`decode_jwt`] reads.
    ///
    /// # Errors
    ///
    /// Those of [`decode_jwt`].
    pub fn of(token: &str) -> Result<Self, TokenError> {
        let [header, payload, signature] = parts(token)?;
        let read = |part| base64url(part).and_then(Json::read);
        match (read(header), read(payload), base64url(signature)) {
            (Some(header), Some(payload), Some(signature)) => Ok(Self {
                header: Header::of(header.view()),
                claims: Claims::from_json(payload),
                signature,
            }),
            _ => Err(undecodable()),
        }
    }

    /// See [`Jwt::may_be_session_token`].
    pub fn may_be_session_token(&self) -> bool {
        self.header.may_be_of_a_session()
    }

    /// What the payload says, unverified. `None` when it is no object.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
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

fn undecodable() -> TokenError {
    invalid("the header, the payload or the signature of the JWT cannot be decoded")
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
    fn of(header: View<'_>, name: &str) -> Self {
        match header.get(name).map(View::as_str) {
            None => Self::Absent,
            Some(Some(text)) => Self::Text(text.to_owned()),
            Some(None) => Self::Other,
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
    pub(super) fn of(header: View<'_>) -> Self {
        let text = |name| header.get(name).and_then(View::as_str).map(str::to_owned);
        Self {
            alg: text("alg"),
            kid: text("kid"),
            typ: Named::of(header, "typ"),
            cat: Named::of(header, "cat"),
        }
    }

    /// See [`Jwt::may_be_session_token`].
    pub(super) fn may_be_of_a_session(&self) -> bool {
        match &self.cat {
            Named::Absent => true,
            Named::Text(cat) => matches!(cat.as_str(), SESSION | IGNORED),
            Named::Other => false,
        }
    }

    pub(super) fn is_m2m(&self) -> bool {
        self.cat.as_text() == Some(M2M)
    }
}
