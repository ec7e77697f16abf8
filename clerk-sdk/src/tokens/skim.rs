//! JSON as it is read when a token is verified: where things are in the text. Nothing is copied until somebody asks for it,
//! since most of a token is never asked for.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::json;

/// A JSON text that was read.
pub(super) enum Json {
    /// Ordinary JSON, and where everything in it is.
    Skimmed { text: Box<str>, root: Node },
    /// JSON with escapes, or with something that only JavaScript takes for JSON.
    Value(Value),
}

/// What stands in a text.
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(f64),
    Text(Range<usize>),
    List(Vec<Node>),
    Object(Vec<(Range<usize>, Node)>),
}

impl Json {
    /// Reads what [`json::parse`] reads, and the same from it.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        match String::from_utf8(bytes) {
            Ok(text) => match skim(&text) {
                Some(root) => Some(Self::Skimmed {
                    text: text.into_boxed_str(),
                    root,
                }),
                None => json::parse(text.as_bytes()).map(Self::Value),
            },
            Err(error) => json::parse(error.as_bytes()).map(Self::Value),
        }
    }

    pub(super) fn view(&self) -> View<'_> {
        match self {
            Self::Skimmed { text, root } => View::Skimmed(text, root),
            Self::Value(value) => View::Value(value),
        }
    }

    /// All of it.
    pub(super) fn to_value(&self) -> Value {
        match self {
            // What was skimmed can be parsed.
            Self::Skimmed { text, .. } => serde_json::from_str(text).unwrap_or_default(),
            Self::Value(value) => value.clone(),
        }
    }
}

/// A value somewhere in a JSON text.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    Skimmed(&'a str, &'a Node),
    Value(&'a Value),
}

impl<'a> View<'a> {
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        match self {
            // The last of equal names counts.
            Self::Skimmed(text, Node::Object(fields)) => fields
                .iter()
                .rev()
                .find(|(known, _)| {
                    known.len() == name.len()
                        && text.as_bytes().get(known.clone()) == Some(name.as_bytes())
                })
                .map(|(_, node)| Self::Skimmed(text, node)),
            Self::Skimmed(..) => None,
            Self::Value(value) => value.get(name).map(Self::Value),
        }
    }

    pub(crate) fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Skimmed(text, Node::Text(range)) => text.get(range.clone()),
            Self::Skimmed(..) => None,
            Self::Value(value) => value.as_str(),
        }
    }

    pub(crate) fn as_f64(self) -> Option<f64> {
        match self {
            Self::Skimmed(_, Node::Number(number)) => Some(*number),
            Self::Skimmed(..) => None,
            Self::Value(value) => value.as_f64(),
        }
    }

    pub(crate) fn as_list(self) -> Option<Vec<Self>> {
        match self {
            Self::Skimmed(text, Node::List(list)) => {
                Some(list.iter().map(|node| Self::Skimmed(text, node)).collect())
            }
            Self::Skimmed(..) => None,
            Self::Value(value) => Some(value.as_array()?.iter().map(Self::Value).collect()),
        }
    }

    pub(crate) fn is_null(self) -> bool {
        matches!(
            self,
            Self::Skimmed(_, Node::Null) | Self::Value(Value::Null)
        )
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(
            self,
            Self::Skimmed(_, Node::Object(_)) | Self::Value(Value::Object(_))
        )
    }

    /// What JavaScript takes for true.
    pub(crate) fn is_truthy(self) -> bool {
        match self {
            Self::Skimmed(_, Node::Null) | Self::Value(Value::Null) => false,
            Self::Skimmed(_, Node::Bool(value)) | Self::Value(Value::Bool(value)) => *value,
            Self::Skimmed(_, Node::Number(_)) | Self::Value(Value::Number(_)) => {
                self.as_f64() != Some(0.0)
            }
            Self::Skimmed(_, Node::Text(_)) | Self::Value(Value::String(_)) => {
                self.as_str() != Some("")
            }
            Self::Skimmed(_, Node::List(_) | Node::Object(_))
            | Self::Value(Value::Array(_) | Value::Object(_)) => true,
        }
    }

    /// A copy; numbers are floats.
    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Skimmed(text, node) => match node {
                Node::Null => Value::Null,
                Node::Bool(value) => Value::Bool(*value),
                Node::Number(number) => Value::from(*number),
                Node::Text(range) => text.get(range.clone()).unwrap_or_default().into(),
                Node::List(list) => {
                    let values = list.iter().map(|node| Self::Skimmed(text, node).to_value());
                    Value::Array(values.collect())
                }
                Node::Object(fields) => {
                    let pairs = fields.iter().map(|(name, node)| {
                        let name = text.get(name.clone()).unwrap_or_default();
                        (name.to_owned(), Self::Skimmed(text, node).to_value())
                    });
                    Value::Object(pairs.collect())
                }
            },
        }
    }
}

/// Where everything is. `None` for what is no JSON, and for what does not stand in the text as it reads.
fn skim(text: &str) -> Option<Node> {
    let mut json = serde_json::Deserializer::from_str(text);
    let root = Skim {
        begin: text.as_ptr() as usize,
    }
    .deserialize(&mut json)
    .ok()?;
    json.end().ok()?;
    Some(root)
}

/// Where the text begins in memory: what is borrowed from it is so much further.
#[derive(Clone, Copy)]
struct Skim {
    begin: usize,
}

impl Skim {
    fn range(self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).wrapping_sub(self.begin);
        start..start.wrapping_add(part.len())
    }
}

impl<'de> DeserializeSeed<'de> for Skim {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Node, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skim {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without escapes")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, part: &'de str) -> Result<Node, E> {
        Ok(Node::Text(self.range(part)))
    }

    /// With an escape in it, it does not stand in the text.
    fn visit_str<E: Error>(self, _: &str) -> Result<Node, E> {
        Err(E::custom("an escape"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(self)? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::with_capacity(16);
        while let Some(name) = map.next_key::<&'de str>()? {
            fields.push((self.range(name), map.next_value_seed(self)?));
        }
        Ok(Node::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn skimming_reads_what_parsing_reads() {
        let texts: [&[u8]; 14] = [
            br#"{"sub":"user_1","exp":1750000060,"o":{"id":"org_1","per":"a,b"},"fva":[3,-1],"x":1.5,"n":null,"t":true}"#,
            br#" { "a" : [ { "b" : "c" } , [ ] ] } "#,
            br#"{"a":1,"a":2}"#,
            br#"{"a":"\u0041"}"#,
            br#"{"\u0061":1}"#,
            br#"{"a":"\ud800"}"#,
            b"{\"a\":\"\xFF\"}",
            b"\xEF\xBB\xBF{\"a\":3}",
            br#""text""#,
            b"5",
            b"null",
            b"[]",
            "{\"é\":\"ü\"}".as_bytes(),
            b"1e20",
        ];
        for bytes in texts {
            let read = Json::read(bytes.to_vec()).unwrap();
            let shown = String::from_utf8_lossy(bytes);
            assert_eq!(Some(read.to_value()), json::parse(bytes), "{shown}");
            let whole = json::parse(bytes).unwrap();
            for name in ["a", "sub", "exp", "o", "fva", "é"] {
                let (view, value) = (read.view().get(name), whole.get(name));
                assert_eq!(view.is_some(), value.is_some(), "{shown}");
                let (Some(view), Some(value)) = (view, value) else {
                    continue;
                };
                assert_eq!(view.as_str(), value.as_str(), "{shown}");
                assert_eq!(view.as_f64(), value.as_f64(), "{shown}");
                assert_eq!(view.is_truthy(), View::Value(value).is_truthy(), "{shown}");
                assert_eq!(
                    view.as_list().map(|list| list.len()),
                    value.as_array().map(Vec::len)
                );
            }
        }
        assert_eq!(
            Json::read(br#"{"a":[1,"x",{"b":null}]}"#.to_vec())
                .unwrap()
                .view()
                .to_value(),
            json!({ "a": [1.0, "x", { "b": null }] })
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bytes in [
            &b""[..],
            b"{",
            b"{}x",
            b"{\"a\":1e999}",
            b"{\"a\":01}",
            b"[1,]",
        ] {
            assert!(Json::read(bytes.to_vec()).is_none(), "{bytes:?}");
        }
        assert!(Json::read(vec![b'['; 100_000]).is_none());
    }
}
