//! JSON as tokens carry it: made by other languages, which are laxer than serde_json about text.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use clerk_api::__private::without_lone_surrogates;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Reads JSON as JavaScript does: invalid UTF-8 and lone surrogates become U+FFFD, a byte order mark is dropped, and the
/// last of equal keys wins. Nesting beyond serde_json's limit is rejected, so that no token can exhaust the stack.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    lenient(bytes, |text| serde_json::from_str(text).ok())
}

/// Reads a text by `read`: as it stands, and if that fails with what only JavaScript accepts replaced.
pub(super) fn lenient<T>(bytes: &[u8], read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Several times as quick as the search for what is not UTF-8.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    read(&text).or_else(|| {
        let may_hold_surrogates = text.contains("\\u");
        may_hold_surrogates.then(|| read(&without_lone_surrogates(&text)))?
    })
}

/// Whether serde_json hands out numbers as a map with one text. It does when any crate of the application switches on its
/// feature `arbitrary_precision`, which must change nothing here.
static NUMBERS_ARE_MAPS: LazyLock<bool> = LazyLock::new(|| {
    struct Probe(bool);

    impl<'de> Deserialize<'de> for Probe {
        fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
            json.deserialize_any(Self(false))
        }
    }

    impl<'de> Visitor<'de> for Probe {
        type Value = Self;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
            Ok(Self(false))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self(true))
        }
    }

    serde_json::from_str::<Probe>("0.5").is_ok_and(|probe| probe.0)
});

/// The name under which serde_json hands out a number as a map.
const NUMBER: &str = "$serde_json::private::Number";

/// Returns whether a map whose first key is this one is a number.
pub(super) fn is_number(first_key: &str) -> bool {
    first_key == NUMBER && *NUMBERS_ARE_MAPS
}

/// A number of JSON, as exact as serde_json keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

impl Number {
    /// Reads the value of a map that [`is_number`].
    pub(super) fn of_map<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        let text: Cow<'de, str> = map.next_value()?;
        if let Ok(number) = text.parse() {
            return Ok(Self::Positive(number));
        }
        if let Ok(number) = text.parse() {
            return Ok(Self::Negative(number));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self::Float(number)),
            _ => Err(A::Error::custom("number out of range")),
        }
    }

    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Positive(number) => number as f64,
            Self::Negative(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Positive(number) => number.into(),
            Self::Negative(number) => number.into(),
            Self::Float(number) => number.into(),
        }
    }
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
    fn what_is_no_json_is_rejected_without_exhausting_the_stack() {
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
