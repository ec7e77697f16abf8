//! Single members of a JSON object, read without building anything of the rest. It is what is read of a token before its
//! signature is checked, so it must cost next to nothing, whatever stands in the token.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::json::{self, Number};
use super::skim::View;

/// How much of a text is kept, in bytes. No name, id or URL that is compared with is as long, so a longer text equals none.
const MAX_TEXT_BYTES: usize = 512;

/// A member of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Member {
    #[default]
    Absent,
    Null,
    Bool(bool),
    Number(f64),
    Text(Box<str>),
    /// A list or an object.
    Nested,
}

impl Member {
    /// Returns what is read of a value.
    pub(super) fn of(value: View<'_>) -> Self {
        if let Some(text) = value.as_str() {
            return Self::text(text);
        }
        match (value.as_f64(), value.is_null()) {
            (Some(number), _) => Self::Number(number),
            (None, true) => Self::Null,
            (None, false) => value.as_bool().map_or(Self::Nested, Self::Bool),
        }
    }

    fn text(text: &str) -> Self {
        let begin = match text.len() > MAX_TEXT_BYTES {
            true => (0..=MAX_TEXT_BYTES).rev().find_map(|end| text.get(..end)),
            false => Some(text),
        };
        Self::Text(begin.unwrap_or_default().into())
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether JavaScript treats the value as true.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Self::Absent | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Nested => true,
        }
    }

    pub(super) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads the members of these names; the last of equal names counts. `None` when the bytes are not JSON. When they are JSON
/// and no object, `Some(None)`.
pub(super) fn members<const N: usize>(
    bytes: &[u8],
    names: [&str; N],
) -> Option<Option<[Member; N]>> {
    json::lenient(bytes, |text| {
        let mut json = serde_json::Deserializer::from_str(text);
        let members = json.deserialize_any(Members(names)).ok()?;
        json.end().ok()?;
        Some(members)
    })
}

struct Members<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = Option<[Member; N]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element_seed(Skip)?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = std::array::from_fn(|_| Member::Absent);
        let mut is_first = true;
        while let Some(key) = map.next_key_seed(Key(&self.0))? {
            match key {
                Named::Number if is_first => {
                    Number::of_map(&mut map)?;
                    return Ok(None);
                }
                Named::Wanted(index) => members[index] = map.next_value_seed(One)?,
                Named::Number | Named::Other => {
                    map.next_value_seed(Skip)?;
                }
            }
            is_first = false;
        }
        Ok(Some(members))
    }
}

/// What a key of an object is.
enum Named {
    Wanted(usize),
    /// That of the map that stands for a number: see [`json::is_number`].
    Number,
    Other,
}

struct Key<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Named, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Named, E> {
        Ok(match self.0.iter().position(|name| *name == key) {
            Some(index) => Named::Wanted(index),
            None if json::is_number(key) => Named::Number,
            None => Named::Other,
        })
    }
}

/// The value of one member.
struct One;

impl<'de> DeserializeSeed<'de> for One {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Member, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Member, E> {
        Ok(Member::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Member, E> {
        Ok(Member::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
        Ok(Member::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        while list.next_element_seed(Skip)?.is_some() {}
        Ok(Member::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let mut is_first = true;
        while let Some(key) = map.next_key_seed(Key(&[]))? {
            if is_first && matches!(key, Named::Number) {
                return Number::of_map(&mut map).map(|number| Member::Number(number.as_f64()));
            }
            map.next_value_seed(Skip)?;
            is_first = false;
        }
        Ok(Member::Nested)
    }
}

/// A value that is read and dropped, with the limits that it would have if it were kept: `IgnoredAny` has none on nesting.
struct Skip;

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Self)?.is_some() {
            map.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(json: &[u8]) -> Option<Option<[Member; 2]>> {
        members(json, ["a", "b"])
    }

    #[test]
    fn the_named_members_are_read_and_nothing_else() {
        let text = |text: &str| Member::Text(text.into());
        let cases: [(&[u8], [Member; 2]); 10] = [
            (br#"{"a":1,"b":"x"}"#, [Member::Number(1.0), text("x")]),
            (br#"{"a":1,"a":-2}"#, [Member::Number(-2.0), Member::Absent]),
            (br#"{"\u0061":"\u0078"}"#, [text("x"), Member::Absent]),
            (
                br#"{"a":null,"b":true}"#,
                [Member::Null, Member::Bool(true)],
            ),
            (
                br#"{"a":[{"b":1}],"b":{"a":[1]}}"#,
                [Member::Nested, Member::Nested],
            ),
            (
                br#"{"c":{"a":1},"b":1.5}"#,
                [Member::Absent, Member::Number(1.5)],
            ),
            (br#"{"a":"\ud800"}"#, [text("\u{FFFD}"), Member::Absent]),
            (b"{\"b\":\"\xFF\"}", [Member::Absent, text("\u{FFFD}")]),
            (b"\xEF\xBB\xBF{}", [Member::Absent, Member::Absent]),
            (b" { } ", [Member::Absent, Member::Absent]),
        ];
        for (json, expected) in cases {
            let shown = String::from_utf8_lossy(json);
            assert_eq!(read(json), Some(Some(expected)), "{shown}");
        }
        for json in [
            &b"null"[..],
            b"5",
            b"-5",
            b"1.5",
            b"true",
            b"\"a\"",
            b"[{\"a\":1}]",
        ] {
            assert_eq!(read(json), Some(None));
        }
        for json in [
            &b""[..],
            b"{",
            b"{}x",
            b"{\"a\":1e999}",
            b"{\"a\":01}",
            b"[1,]",
            b"{a:1}",
        ] {
            assert_eq!(read(json), None, "{}", String::from_utf8_lossy(json));
        }
    }

    #[test]
    fn a_long_text_is_cut_and_deep_nesting_is_rejected() {
        let long = format!(r#"{{"a":"{}"}}"#, "é".repeat(1000));
        let [a, _] = read(long.as_bytes()).unwrap().unwrap();
        assert_eq!(a.as_str().unwrap().len(), MAX_TEXT_BYTES);
        let deep = format!(r#"{{"c":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(deep.as_bytes()), None);
        assert_eq!(read(&vec![b'['; 100_000]), None);
    }
}
