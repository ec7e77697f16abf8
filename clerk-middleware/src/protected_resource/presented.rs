//! What stands in `Authorization` (RFC 6750, section 2.1; RFC 9110, section 11.4).

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

/// What a request presents to a protected resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presented<'h> {
    /// No credentials, or those of another scheme.
    Nothing,
    /// A header that means nothing: the request is malformed.
    Malformed,
    Token(&'h str),
}

impl<'h> Presented<'h> {
    pub(crate) fn of(headers: &'h HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::Nothing;
        };
        if values.next().is_some() {
            return Self::Malformed;
        }
        let text = value.to_str().map(|text| text.trim_matches([' ', '\t']));
        let Ok(text) = text else {
            return Self::Malformed;
        };
        let (scheme, credentials) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.is_empty() || !scheme.bytes().all(is_token_char) {
            return Self::Malformed;
        }
        let credentials = credentials.trim_start_matches(' ');
        if !scheme.eq_ignore_ascii_case("Bearer") {
            // A token without a scheme reads as a scheme without credentials.
            return match credentials {
                "" => Self::Malformed,
                _ => Self::Nothing,
            };
        }
        match is_b64token(credentials) {
            true => Self::Token(credentials),
            false => Self::Malformed,
        }
    }

    /// Returns the request with the token as the engine reads it. It is copied only if the header is written in another way.
    pub(crate) fn normalized(self, parts: &'h Parts) -> Cow<'h, Parts> {
        let Self::Token(token) = self else {
            return Cow::Borrowed(parts);
        };
        let expected = format!("Bearer {token}");
        let is_so = parts
            .headers
            .get(AUTHORIZATION)
            .is_some_and(|value| value.as_bytes() == expected.as_bytes());
        match HeaderValue::try_from(expected) {
            Ok(value) if !is_so => {
                let mut parts = parts.clone();
                parts.headers.insert(AUTHORIZATION, value);
                Cow::Owned(parts)
            }
            _ => Cow::Borrowed(parts),
        }
    }
}

fn is_token_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Returns whether this has the form of a bearer token.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_header_is_nothing_a_token_or_malformed() {
        for (values, expected) in [
            (&[][..], Presented::Nothing),
            (&[&b"Basic YTpi"[..]], Presented::Nothing),
            (&[b"DPoP abc"], Presented::Nothing),
            (&[b"Bearer abc"], Presented::Token("abc")),
            (&[b"bearer  abc "], Presented::Token("abc")),
            (&[b"BEARER a-b._~+/c=="], Presented::Token("a-b._~+/c==")),
            (&[b""], Presented::Malformed),
            (&[b"  "], Presented::Malformed),
            (&[b"Bearer"], Presented::Malformed),
            (&[b"Bearer "], Presented::Malformed),
            (&[b"Bearer a b"], Presented::Malformed),
            (&[b"Bearer a,b"], Presented::Malformed),
            (&[b"Bearer =="], Presented::Malformed),
            (&[b"Bearer a=b"], Presented::Malformed),
            (&[b"Bearer \"abc\""], Presented::Malformed),
            (&[b"Bearer \xFF"], Presented::Malformed),
            (&[b"\xFF"], Presented::Malformed),
            (&[b"oat_abc"], Presented::Malformed),
            (&[b"Bear/er abc"], Presented::Malformed),
            (&[b"Bearer abc", b"Bearer abc"], Presented::Malformed),
        ] {
            assert_eq!(Presented::of(&headers(values)), expected, "{values:?}");
        }
    }
}
