use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::claims::Claims;
use super::error::{TokenError, TokenErrorReason};
use super::json;
use super::peek::{self, Member};
use super::skim::Json;

/// The longest token that is looked at, in bytes: most servers accept no header, and no browser a cookie, of that length.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A payload of that many bytes at most is read as a whole before the signature is checked, since that takes no longer than
/// reading single claims of it: what is read takes at most seven times as many bytes.
const SMALL_BYTES: usize = 2 * 1024;

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
    /// Returns whether the `cat` of the header does not rule out that this is a session token: it is absent, or one of the two that
    /// session tokens have. Tokens of JWT templates and of machines are not session tokens.
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

/// Reads a JWT **without verifying it**: anyone may have written what it returns. Use
/// [`TokenVerifier::verify`](super::TokenVerifier::verify) for anything that matters.
///
/// # Errors
///
/// [`TokenInvalid`](TokenErrorReason::TokenInvalid) when it does not have three parts of base64url, of which the first two
/// are JSON, or when it is larger than 16 KiB. Base64url is without padding.
pub fn decode_jwt(token: &str) -> Result<Jwt, TokenError> {
    let parts = Parts::of(token)?;
    let read = |part| base64url(part).and_then(|bytes| json::parse(&bytes));
    match (
        read(parts.header),
        read(parts.payload),
        base64url(parts.signature),
    ) {
        (Some(header), Some(payload), Some(signature)) => Ok(Jwt {
            header,
            payload,
            signature,
        }),
        _ => Err(undecodable()),
    }
}

/// The parts of a token, as they stand in it.
#[derive(Clone, Copy)]
pub(super) struct Parts<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
    /// What is signed: all up to the last dot.
    pub(super) signed: &'t [u8],
}

impl<'t> Parts<'t> {
    pub(super) fn of(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(invalid("the token is too large to be one of Clerk's"));
        }
        let in_three = || {
            let (header, rest) = token.split_once('.')?;
            let (payload, signature) = rest.split_once('.')?;
            (!signature.contains('.')).then(|| Self {
                header,
                payload,
                signature,
                signed: &token.as_bytes()[..header.len() + 1 + payload.len()],
            })
        };
        in_three()
            .ok_or_else(|| invalid("a JWT has three parts with dots between them; this has not"))
    }

    /// Returns what verifying needs of the header. A header that is not an object says nothing.
    pub(super) fn header(&self) -> Result<Header, TokenError> {
        Header::read(self.header).ok_or_else(undecodable)
    }

    /// Returns the bytes of the signature.
    pub(super) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        base64url(self.signature).ok_or_else(undecodable)
    }

    /// Returns the claims, which must not be trusted before the signature has been checked. `Ok(None)` if the payload is not
    /// an object.
    pub(super) fn claims(&self) -> Result<Option<Claims>, TokenError> {
        let read = base64url(self.payload).and_then(|bytes| Json::read(&bytes));
        read.map(Claims::from_json).ok_or_else(undecodable)
    }
}

/// What is read of a JWT before its signature is checked: the header as far as verifying needs it, and of the payload what
/// decides between cookies and kinds of tokens. It is small, whatever the token holds.
#[doc(hidden)]
#[derive(Debug)]
pub struct Decoded {
    pub(super) header: Arc<Header>,
    pub(super) claims: Unverified,
    pub(super) signature: Vec<u8>,
    /// How long the part is that is signed.
    pub(super) signed: usize,
    /// All of a small payload, so that it is read once. It must not be trusted before the signature has been checked.
    pub(super) payload: Option<Claims>,
}

impl Decoded {
    /// Reads what [`decode_jwt`] reads.
    ///
    /// # Errors
    ///
    /// Those of [`decode_jwt`].
    pub fn of(token: &str) -> Result<Self, TokenError> {
        let parts = Parts::of(token)?;
        let header = parts.header()?;
        let signature = parts.signature()?;
        let payload = base64url(parts.payload).ok_or_else(undecodable)?;
        let (claims, payload) = if payload.len() <= SMALL_BYTES {
            let claims = Json::read(&payload).map(Claims::from_json);
            let claims = claims.ok_or_else(undecodable)?;
            (
                claims.as_ref().map(Unverified::of).unwrap_or_default(),
                claims,
            )
        } else {
            (Unverified::read(&payload).ok_or_else(undecodable)?, None)
        };
        Ok(Self {
            header: Arc::new(header),
            claims,
            signature,
            signed: parts.signed.len(),
            payload,
        })
    }

    /// See [`Jwt::may_be_session_token`].
    pub fn may_be_session_token(&self) -> bool {
        self.header.may_be_of_a_session()
    }

    /// `sid`, unverified.
    pub fn session_id(&self) -> Option<&str> {
        self.claims.sid.as_str()
    }
}

/// The claims that are looked at before the signature is checked.
#[derive(Debug, Default)]
pub(super) struct Unverified {
    pub(super) iss: Member,
    pub(super) sub: Member,
    pub(super) sid: Member,
    pub(super) iat: Member,
    pub(super) exp: Member,
}

impl Unverified {
    const NAMES: [&str; 5] = ["iss", "sub", "sid", "iat", "exp"];

    fn of(payload: &Claims) -> Self {
        let members = payload.view().members(Self::NAMES);
        Self::from(members.map(|member| member.map_or(Member::Absent, Member::of)))
    }

    /// Returns `None` if the payload is not JSON. One that is not an object claims nothing.
    fn read(payload: &[u8]) -> Option<Self> {
        let members = peek::members(payload, Self::NAMES)?;
        Some(members.map_or_else(Self::default, Self::from))
    }
}

impl From<[Member; 5]> for Unverified {
    fn from([iss, sub, sid, iat, exp]: [Member; 5]) -> Self {
        Self {
            iss,
            sub,
            sid,
            iat,
            exp,
        }
    }
}

/// Returns whether this is the form of a JWT: three parts, none of them empty, of the characters of base64url. What has it and is
/// not JSON is still no JWT, but no other kind of token either.
pub(super) fn has_form_of_jwt(token: &str) -> bool {
    let is_run = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    Parts::of(token).is_ok_and(|parts| {
        [parts.header, parts.payload, parts.signature]
            .into_iter()
            .all(is_run)
    })
}

/// Base64url as RFC 7515 has it: without padding, and without bits left over.
fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
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
    pub(super) alg: Member,
    pub(super) kid: Member,
    pub(super) typ: Member,
    pub(super) cat: Member,
    crit: Member,
}

impl Header {
    /// Returns `None` if it is not JSON. A header that is not an object says nothing.
    fn read(header: &str) -> Option<Self> {
        let names = ["alg", "kid", "typ", "cat", "crit"];
        let members = peek::members(&base64url(header)?, names)?;
        let [alg, kid, typ, cat, crit] = members.unwrap_or_default();
        Some(Self {
            alg,
            kid,
            typ,
            cat,
            crit,
        })
    }

    /// See [`Jwt::may_be_session_token`].
    pub(super) fn may_be_of_a_session(&self) -> bool {
        match &self.cat {
            Member::Absent => true,
            cat => matches!(cat.as_str(), Some(SESSION | IGNORED)),
        }
    }

    pub(super) fn is_m2m(&self) -> bool {
        self.cat.as_str() == Some(M2M)
    }

    /// Returns whether the token asks for extensions that whoever verifies it must understand. This crate understands no
    /// extensions (RFC 7515, 4.1.11).
    pub(super) fn has_extensions(&self) -> bool {
        self.crit != Member::Absent
    }

    /// Returns how many bytes it holds on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        let texts = [&self.alg, &self.kid, &self.typ, &self.cat, &self.crit];
        texts
            .map(|text| text.as_str().map_or(0, str::len))
            .iter()
            .sum()
    }
}
