//! JSON as it is kept of a verified token: its text, and where things are in it. That takes a third of the time and a
//! fraction of the memory of a tree of values, since most of a token is never asked for.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::tokens::json::{self, Number};

/// A JSON text that was read.
pub(super) enum Json {
    Skimmed(Skimmed),
    /// What an application made of values.
    Value(Value),
}

/// A text, and where everything is in it.
pub(crate) struct Skimmed {
    /// The text, followed by those of its strings that hold escapes, without them.
    text: Box<str>,
    /// Each value before those in it; each key of an object before its value.
    nodes: Box<[Node]>,
}

/// A value, in 12 bytes.
#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    a: u32,
    b: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Null,
    False,
    True,
    /// `a` and `b` are the lower and the upper half of the number.
    Positive,
    Negative,
    Float,
    /// `a` is where it begins in the text, `b` its length.
    Text,
    /// `a` is how many there are, `b` the index of the node that follows the last of them.
    List,
    Object,
}

impl Node {
    fn number(self) -> Option<Number> {
        let bits = u64::from(self.a) | u64::from(self.b) << 32;
        match self.kind {
            Kind::Positive => Some(Number::Positive(bits)),
            Kind::Negative => Some(Number::Negative(bits.cast_signed())),
            Kind::Float => Some(Number::Float(f64::from_bits(bits))),
            _ => None,
        }
    }

    fn range(self) -> Range<usize> {
        let start = self.a as usize;
        start..start + self.b as usize
    }
}

impl From<Number> for Node {
    fn from(number: Number) -> Self {
        let (kind, bits) = match number {
            Number::Positive(number) => (Kind::Positive, number),
            Number::Negative(number) => (Kind::Negative, number.cast_unsigned()),
            Number::Float(number) => (Kind::Float, number.to_bits()),
        };
        let (a, b) = (bits as u32, (bits >> 32) as u32);
        Self { kind, a, b }
    }
}

impl Json {
    /// Reads what [`json::parse`] reads, and the same from it.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        json::lenient(bytes, skim).map(Self::Skimmed)
    }

    pub(super) fn view(&self) -> View<'_> {
        match self {
            Self::Skimmed(skimmed) => View::Skimmed(skimmed, 0),
            Self::Value(value) => View::Value(value),
        }
    }

    /// Returns how many bytes it holds on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Skimmed(Skimmed { text, nodes }) => text.len() + size_of_val::<[Node]>(nodes),
            Self::Value(_) => 0,
        }
    }
}

/// A value somewhere in a JSON text.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    /// The node of this index.
    Skimmed(&'a Skimmed, usize),
    Value(&'a Value),
}

/// Where a member of an object is, so that it is searched for once.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Absent,
    Node(usize),
    /// Of values that an application made.
    Named(&'static str),
}

impl Place {
    /// That of a member of this name, if there is one.
    pub(super) fn of(member: Option<View<'_>>, name: &'static str) -> Self {
        match member {
            None => Self::Absent,
            Some(View::Skimmed(_, index)) => Self::Node(index),
            Some(View::Value(_)) => Self::Named(name),
        }
    }
}

impl<'a> View<'a> {
    /// Returns the member at a place of this object.
    pub(super) fn at(self, place: Place) -> Option<Self> {
        match (self, place) {
            (_, Place::Absent) => None,
            (Self::Skimmed(skimmed, _), Place::Node(index)) => Some(Self::Skimmed(skimmed, index)),
            (Self::Value(_), Place::Node(_)) => None,
            (_, Place::Named(name)) => self.get(name),
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<Self> {
        match self {
            Self::Skimmed(skimmed, index) => {
                let object = skimmed.node(index)?;
                if object.kind != Kind::Object {
                    return None;
                }
                let (mut found, mut at) = (None, index + 1);
                while at < object.b as usize {
                    let key = skimmed.node(at)?;
                    // The last of equal names counts.
                    if is_name(skimmed.bytes(key), name) {
                        found = Some(at + 1);
                    }
                    at = skimmed.after(at + 1)?;
                }
                found.map(|at| Self::Skimmed(skimmed, at))
            }
            Self::Value(value) => value.get(name).map(Self::Value),
        }
    }

    pub(crate) fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Skimmed(skimmed, index) => skimmed
                .node(index)
                .filter(|node| node.kind == Kind::Text)
                .map(|node| skimmed.text(node)),
            Self::Value(value) => value.as_str(),
        }
    }

    pub(crate) fn as_f64(self) -> Option<f64> {
        match self {
            Self::Skimmed(skimmed, index) => skimmed.node(index)?.number().map(Number::as_f64),
            Self::Value(value) => value.as_f64(),
        }
    }

    pub(crate) fn as_list(self) -> Option<Vec<Self>> {
        match self {
            Self::Skimmed(skimmed, index) => {
                let list = skimmed.node(index)?;
                (list.kind == Kind::List).then(|| {
                    let items = skimmed.items(index);
                    items.map(|at| Self::Skimmed(skimmed, at)).collect()
                })
            }
            Self::Value(value) => Some(value.as_array()?.iter().map(Self::Value).collect()),
        }
    }

    pub(super) fn as_bool(self) -> Option<bool> {
        match self {
            Self::Skimmed(skimmed, index) => match skimmed.node(index)?.kind {
                Kind::False => Some(false),
                Kind::True => Some(true),
                _ => None,
            },
            Self::Value(value) => value.as_bool(),
        }
    }

    /// Returns the members of these names, found at one go. The last of equal names counts.
    pub(crate) fn members<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let (skimmed, index) = match self {
            Self::Skimmed(skimmed, index) => (skimmed, index),
            Self::Value(_) => return names.map(|name| self.get(name)),
        };
        let mut members = [None; N];
        let end = skimmed
            .node(index)
            .filter(|node| node.kind == Kind::Object)
            .map_or(0, |object| object.b as usize);
        let mut at = index + 1;
        while at < end {
            let Some(key) = skimmed.node(at) else { break };
            let key = skimmed.bytes(key);
            if let Some(wanted) = names.iter().position(|name| is_name(key, name)) {
                members[wanted] = Some(Self::Skimmed(skimmed, at + 1));
            }
            let Some(next) = skimmed.after(at + 1) else {
                break;
            };
            at = next;
        }
        members
    }

    pub(crate) fn is_null(self) -> bool {
        match self {
            Self::Skimmed(skimmed, index) => skimmed.is(index, &[Kind::Null]),
            Self::Value(value) => value.is_null(),
        }
    }

    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Skimmed(skimmed, index) => skimmed.is(index, &[Kind::Object]),
            Self::Value(value) => value.is_object(),
        }
    }

    /// Returns whether JavaScript treats the value as true.
    pub(crate) fn is_truthy(self) -> bool {
        let is_plainly_false = match self {
            Self::Skimmed(skimmed, index) => skimmed.is(index, &[Kind::Null, Kind::False]),
            Self::Value(value) => matches!(value, Value::Null | Value::Bool(false)),
        };
        !is_plainly_false && self.as_f64() != Some(0.0) && self.as_str() != Some("")
    }

    /// Returns a copy.
    pub(crate) fn to_value(self) -> Value {
        let (skimmed, index) = match self {
            Self::Value(value) => return value.clone(),
            Self::Skimmed(skimmed, index) => (skimmed, index),
        };
        let value = |at| Self::Skimmed(skimmed, at).to_value();
        match skimmed.node(index).map(|node| (node, node.kind)) {
            None | Some((_, Kind::Null)) => Value::Null,
            Some((_, Kind::False)) => Value::Bool(false),
            Some((_, Kind::True)) => Value::Bool(true),
            Some((node, Kind::Positive | Kind::Negative | Kind::Float)) => {
                node.number().map_or(Value::Null, Number::to_value)
            }
            Some((node, Kind::Text)) => skimmed.text(node).into(),
            Some((_, Kind::List)) => Value::Array(skimmed.items(index).map(value).collect()),
            Some((node, Kind::Object)) => {
                let mut object = serde_json::Map::new();
                let mut at = index + 1;
                while at < node.b as usize {
                    let key = skimmed.node(at).map(|key| skimmed.text(key));
                    object.insert(key.unwrap_or_default().to_owned(), value(at + 1));
                    let Some(next) = skimmed.after(at + 1) else {
                        break;
                    };
                    at = next;
                }
                Value::Object(object)
            }
        }
    }
}

impl Skimmed {
    fn node(&self, index: usize) -> Option<Node> {
        self.nodes.get(index).copied()
    }

    fn is(&self, index: usize, kinds: &[Kind]) -> bool {
        self.node(index)
            .is_some_and(|node| kinds.contains(&node.kind))
    }

    fn bytes(&self, node: Node) -> &[u8] {
        self.text.as_bytes().get(node.range()).unwrap_or_default()
    }

    fn text(&self, node: Node) -> &str {
        self.text.get(node.range()).unwrap_or_default()
    }

    /// Returns the index of what follows a value and all that is in it.
    fn after(&self, index: usize) -> Option<usize> {
        let node = self.node(index)?;
        match node.kind {
            Kind::List | Kind::Object => Some(node.b as usize),
            _ => Some(index + 1),
        }
    }

    /// Returns the indices of the values of a list.
    fn items(&self, list: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.node(list).map_or(0, |node| node.b as usize);
        let first = Some(list + 1).filter(|first| *first < end);
        std::iter::successors(first, move |at| self.after(*at).filter(|next| *next < end))
    }
}

/// Returns whether a key is this name. Most keys differ in the first byte, which is quicker to see than a call for each.
fn is_name(key: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    key.len() == name.len() && key.first() == name.first() && key == name
}

/// Returns where everything is. `None` when the text is not JSON.
fn skim(text: &str) -> Option<Skimmed> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut nodes = Nodes {
        text,
        unescaped: String::new(),
        // Enough for the usual session token.
        nodes: Vec::with_capacity(48),
    };
    nodes.deserialize(&mut json).ok()?;
    json.end().ok()?;
    let Nodes {
        unescaped, nodes, ..
    } = nodes;
    Some(Skimmed {
        text: if unescaped.is_empty() {
            text.into()
        } else {
            [text, &unescaped].concat().into_boxed_str()
        },
        nodes: nodes.into_boxed_slice(),
    })
}

struct Nodes<'t> {
    text: &'t str,
    unescaped: String,
    nodes: Vec<Node>,
}

impl Nodes<'_> {
    fn push(&mut self, kind: Kind, a: usize, b: usize) {
        // A token is far shorter than what 32 bits count.
        let (a, b) = (a as u32, b as u32);
        self.nodes.push(Node { kind, a, b });
    }

    /// Adds a string that is a part of the text: its position follows from the two addresses.
    fn push_borrowed(&mut self, part: &str) {
        let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        match self.text.len().checked_sub(start) {
            Some(rest) if rest >= part.len() => self.push(Kind::Text, start, part.len()),
            _ => self.push_unescaped(part),
        }
    }

    /// Returns whether the last node is the key of the map that stands for a number: see [`json::is_number`].
    fn ends_with_key_of_number(&self) -> bool {
        let range = self.nodes.last().map_or(0..0, |node| node.range());
        let unescaped = || {
            let begin = range.start.checked_sub(self.text.len())?;
            self.unescaped.get(begin..begin + range.len())
        };
        let key = self.text.get(range.clone()).or_else(unescaped);
        key.is_some_and(json::is_number)
    }

    fn push_unescaped(&mut self, part: &str) {
        let start = self.text.len() + self.unescaped.len();
        self.unescaped.push_str(part);
        self.push(Kind::Text, start, part.len());
    }

    /// Reads what is in a list or an object, whose node comes first.
    fn nest<E>(
        &mut self,
        kind: Kind,
        read: impl FnOnce(&mut Self) -> Result<usize, E>,
    ) -> Result<(), E> {
        let own = self.nodes.len();
        self.push(kind, 0, 0);
        let count = read(self)?;
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(own) {
            (node.a, node.b) = (count as u32, end as u32);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Nodes<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Nodes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(Kind::Null, 0, 0);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(if value { Kind::True } else { Kind::False }, 0, 0);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.nodes.push(Number::Negative(number).into());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.nodes.push(Number::Positive(number).into());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.nodes.push(Number::Float(number).into());
        Ok(())
    }

    fn visit_borrowed_str<E>(self, part: &'de str) -> Result<(), E> {
        self.push_borrowed(part);
        Ok(())
    }

    fn visit_str<E: Error>(self, part: &str) -> Result<(), E> {
        self.push_unescaped(part);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.nest(Kind::List, |nodes| {
            let mut count = 0;
            while list.next_element_seed(&mut *nodes)?.is_some() {
                count += 1;
            }
            Ok(count)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let own = self.nodes.len();
        let mut number = None;
        self.nest(Kind::Object, |nodes| {
            let mut count = 0;
            while map.next_key_seed(&mut *nodes)?.is_some() {
                if count == 0 && nodes.ends_with_key_of_number() {
                    number = Some(Number::of_map(&mut map)?);
                    return Ok(0);
                }
                map.next_value_seed(&mut *nodes)?;
                count += 1;
            }
            Ok(count)
        })?;
        if let Some(number) = number {
            self.nodes.truncate(own);
            self.nodes.push(number.into());
        }
        Ok(())
    }
}
