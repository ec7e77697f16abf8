//! Reads cookies from the headers of a request.

use std::borrow::Cow;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use memchr::memchr;
use percent_encoding::percent_decode;

use crate::names::SESSION;

/// Returns the percent-decoded value of the first cookie of this name, or `None` if the cookie is missing or empty.
///
/// ```
/// use clerk_middleware::cookies::cookie;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("cookie", "a=1; name=Ada%20L; name=x".parse()?);
/// assert_eq!(cookie(&headers, "name").as_deref(), Some("Ada L"));
/// assert_eq!(cookie(&headers, "b"), None);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, str>> {
    first(headers.get_all(COOKIE), name)
}

/// Returns what [`cookie`] returns, for these headers.
pub(crate) fn first<'h>(
    headers: impl IntoIterator<Item = &'h HeaderValue>,
    name: &str,
) -> Option<Cow<'h, str>> {
    let (_, value) = pairs(headers).find(|(given, _)| *given == name.as_bytes())?;
    Some(decoded(value)).filter(|value| !value.is_empty())
}

/// Returns the session token in the plain `__session` cookie, unverified. Applications that share a domain with other
/// instances also have a suffixed cookie; [`authenticate_request`](crate::authenticate_request) reads both.
///
/// ```
/// use clerk_middleware::cookies::session_token;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("cookie", "__session=eyJ".parse()?);
/// assert_eq!(session_token(&headers).as_deref(), Some("eyJ"));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn session_token(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    cookie(headers, SESSION)
}

/// Returns all cookies in the order in which they were sent, percent-decoded. If a name occurs several times, its first
/// cookie counts.
///
/// ```
/// use clerk_middleware::cookies::cookies;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("cookie", "a=1; b=2".parse()?);
/// let names: Vec<_> = cookies(&headers).map(|(name, _)| name).collect();
/// assert_eq!(names, ["a", "b"]);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let pairs = pairs(headers.get_all(COOKIE));
    pairs.map(|(name, value)| (String::from_utf8_lossy(name), decoded(value)))
}

/// Returns the cookies as they were sent. Several headers are read as one.
pub(crate) fn pairs<'h>(
    headers: impl IntoIterator<Item = &'h HeaderValue>,
) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
    headers
        .into_iter()
        .flat_map(|header| split(header.as_bytes()))
        .filter_map(|pair| {
            let equals = memchr(b'=', pair)?;
            let (name, value) = pair.split_at(equals);
            Some((trimmed(name), trimmed(value.get(1..)?)))
        })
}

/// Splits a header at each semicolon. A search for the byte is quicker than a look at each, and tokens are long.
fn split(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr(b';', text).unwrap_or(text.len());
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

/// Returns a percent-decoded value, or the value unchanged if its encoding is not valid.
pub(crate) fn decoded(value: &[u8]) -> Cow<'_, str> {
    // Checking whether it is UTF-8 is much quicker than replacing what is not.
    let raw = || match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value),
    };
    if memchr(b'%', value).is_none() {
        return raw();
    }
    let is_encoded = value.iter().enumerate().all(|(at, byte)| {
        *byte != b'%'
            || value
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if is_encoded {
        percent_decode(value)
            .decode_utf8()
            .unwrap_or_else(|_| raw())
    } else {
        raw()
    }
}

fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pairs_of(values: &[&[u8]]) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(COOKIE, HeaderValue::from_bytes(value).unwrap());
        }
        cookies(&headers)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    #[test]
    fn what_is_no_pair_is_skipped_and_what_is_badly_encoded_stays() {
        let pairs = pairs_of(&[b"; a ; =x; b = 1=2\t;c=%zz;d=%ff;e=%41%", b"f=\"q\""]);
        let expected = [
            ("", "x"),
            ("b", "1=2"),
            ("c", "%zz"),
            ("d", "%ff"),
            ("e", "%41%"),
            ("f", "\"q\""),
        ];
        assert_eq!(
            pairs,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn a_separator_that_is_encoded_separates_nothing() {
        assert_eq!(
            pairs_of(&[b"a=x%3B%20b%3D1"]),
            [("a".to_owned(), "x; b=1".to_owned())]
        );
    }

    #[test]
    fn the_first_of_several_counts_even_when_it_is_empty() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=; a=1".parse().unwrap());
        assert_eq!(cookie(&headers, "a"), None);
    }
}
