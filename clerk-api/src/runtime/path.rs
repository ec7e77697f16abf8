//! Paths: nothing that a user puts in may reach another endpoint than the one that was called.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Puts the values into the template.
pub(super) fn fill(template: &str, values: &[String]) -> Result<String, String> {
    let mut path =
        String::with_capacity(template.len() + values.iter().map(String::len).sum::<usize>());
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.next().map_or("", String::as_str);
        // URL parsers drop these segments, and the request would go to the parent.
        match value {
            "" => return Err(format!("path parameter `{name}` is empty")),
            "." | ".." => return Err(format!("path parameter `{name}` must not be `{value}`")),
            _ => {}
        }
        path.push_str(before);
        path.extend(encode(value));
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// Encodes a value as part of one path segment.
pub(crate) fn encode(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, RESERVED)
}

/// Checks a path that a caller wrote.
pub(super) fn check(path: &str) -> Result<(), String> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err("the path must begin with `/` and be no whole URL".to_owned());
    };
    if let Some(character) = path
        .chars()
        .find(|c| matches!(c, '?' | '#' | '\\') || c.is_control())
    {
        return Err(format!(
            "the path must not hold {character:?}: percent-encode it, and add query parameters with `.query(…)`"
        ));
    }
    // `/` alone is the root of the API, not an empty segment.
    if segments.is_empty() {
        return Ok(());
    }
    segments.split('/').try_for_each(segment)
}

/// Checks one segment, which may hold percent-escapes.
pub(super) fn segment(segment: &str) -> Result<(), String> {
    if segment.is_empty() {
        return Err("the path must not hold an empty segment: is an id missing?".to_owned());
    }
    // URL parsers take `%2e` for a dot here.
    if matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    ) {
        return Err("the path must not hold `.` or `..` segments".to_owned());
    }
    Ok(())
}
