//! JSON as tokens carry it: made by other languages, which are laxer than serde_json about text.

use serde_json::Value;

/// Reads JSON as JavaScript does: invalid UTF-8 and lone surrogates become U+FFFD, a byte order mark is dropped, and the
/// last of equal keys wins. Nesting beyond serde_json's limit is refused, so that no token can exhaust the stack.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Some(value);
    }
    let text = String::from_utf8_lossy(bytes);
    serde_json::from_str(&text)
        .or_else(|_| serde_json::from_str(&without_lone_surrogates(&text)))
        .ok()
}

/// The text with every `\uD800`…`\uDFFF` that is not half of a pair replaced by `\uFFFD`.
fn without_lone_surrogates(text: &str) -> String {
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
            // Two bytes of a simple escape: a backslash and what it escapes, which may be another backslash.
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
    out
}

/// The code unit of a `\uXXXX` that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_javascript_reads_is_read() {
        let cases: [(&[u8], Value); 8] = [
            (b"\xEF\xBB\xBF{\"a\":1}", json!({ "a": 1 })),
            (b"{\"a\":1,\"a\":2}", json!({ "a": 2 })),
            (b"{\"n\":\"\xFF\xFE\"}", json!({ "n": "\u{FFFD}\u{FFFD}" })),
            (br#""\ud800""#, json!("\u{FFFD}")),
            (br#""\udc00\ud83d\ude80""#, json!("\u{FFFD}\u{1F680}")),
            (br#""\ud800\ud83d\ude80""#, json!("\u{FFFD}\u{1F680}")),
            (
                br#"["\\ud800","\ud800\n"]"#,
                json!(["\\ud800", "\u{FFFD}\n"]),
            ),
            (b"1e20", json!(1e20)),
        ];
        for (bytes, value) in cases {
            assert_eq!(
                parse(bytes),
                Some(value),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn what_is_no_json_is_refused_without_exhausting_the_stack() {
        for bytes in [
            &b""[..],
            b"{",
            b"{\"a\":1,}",
            b"hello",
            br#""\ud8"#,
            br#""\u"#,
            br"\",
            br#""\"#,
        ] {
            assert_eq!(parse(bytes), None);
        }
        assert_eq!(parse(&vec![b'['; 100_000]), None);
    }
}
