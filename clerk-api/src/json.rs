//! JSON that other languages wrote, which are laxer than serde_json about text.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads JSON as JavaScript does: invalid UTF-8 and lone surrogates become U+FFFD, and a byte order mark is dropped.
///
/// What serde_json reads by itself costs nothing more.
///
/// # Errors
///
/// Those of serde_json.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes).or_else(|error| match mended(bytes) {
        Some(text) => serde_json::from_str(&text),
        None => Err(error),
    })
}

/// Returns the text with what serde_json does not read replaced. `None` where there is nothing to replace.
pub(crate) fn mended(bytes: &[u8]) -> Option<String> {
    let without_mark = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = String::from_utf8_lossy(without_mark);
    let mended = without_lone_surrogates(&text);
    let is_same = mended.as_bytes() == bytes;
    (!is_same).then(|| mended.into_owned())
}

/// Returns the text with every `\uD800`…`\uDFFF` that is not half of a pair replaced by `\uFFFD`.
pub fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match unit(escape) {
            Some(0xD800..=0xDBFF) => match escape.get(6..).and_then(unit) {
                Some(0xDC00..=0xDFFF) => 12,
                _ => 0,
            },
            Some(0xDC00..=0xDFFF) => 0,
            Some(_) => 6,
            // Two characters of a simple escape: a backslash and what it escapes, which may be another backslash.
            None => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        if length == 0 {
            out.push_str("\\uFFFD");
            rest = escape.get(6..).unwrap_or_default();
        } else {
            out.push_str(escape.get(..length).unwrap_or_default());
            rest = escape.get(length..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns the code unit of a `\uXXXX` that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_javascript_reads_is_read() {
        let cases: [(&[u8], Value); 7] = [
            (b"\xEF\xBB\xBF{\"a\":1}", json!({ "a": 1 })),
            (b"{\"n\":\"\xFF\xFE\"}", json!({ "n": "\u{FFFD}\u{FFFD}" })),
            (br#""\ud800""#, json!("\u{FFFD}")),
            (br#""\udc00\ud83d\ude80""#, json!("\u{FFFD}\u{1F680}")),
            (br#""\ud800\ud83d\ude80""#, json!("\u{FFFD}\u{1F680}")),
            (
                br#"["\\ud800","\ud800\n"]"#,
                json!(["\\ud800", "\u{FFFD}\n"]),
            ),
            (br#"{"\udfff":1}"#, json!({ "\u{FFFD}": 1 })),
        ];
        for (bytes, value) in cases {
            assert_eq!(from_slice::<Value>(bytes).unwrap(), value);
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for bytes in [
            &b""[..],
            b"{",
            b"hello",
            br#""\ud8"#,
            br#""\u"#,
            br"\",
            br#""\"#,
        ] {
            assert!(from_slice::<Value>(bytes).is_err());
        }
    }
}
