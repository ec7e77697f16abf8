//! Values of generated types, written down as a user of the crate writes them.

use std::fmt::Write as _;

use serde_json::Value;

use super::emit::Shape;
use super::format::inline;
use super::harvest::Harvest;
use super::types::{self, Presence};
use crate::normalize::fields::Facts;

/// Crate paths as a user writes them.
fn public(code: &str) -> String {
    code.replace("crate::", "clerk_api::")
}

/// Writes values of generated types as a user would: enums from their text, parts of requests by `new` and setters.
pub(super) struct Values<'a> {
    pub(super) harvest: &'a Harvest,
    pub(super) facts: &'a Facts,
}

impl Values<'_> {
    /// What a setter that takes `impl Into<_>` or `impl IntoIterator<_>` accepts.
    pub(super) fn loose(&self, shape: &Shape, value: &Value) -> String {
        let entry = |inner: &Shape, value: &Value| match inner {
            Shape::String | Shape::Named(_) | Shape::Timestamp | Shape::Scalar(_) => {
                self.loose(inner, value)
            }
            _ => self.exact(inner, value),
        };
        match (shape, value) {
            (Shape::String, Value::String(text)) => format!("{text:?}"),
            (Shape::Timestamp, Value::Number(number)) => number.to_string(),
            (Shape::Array(inner), Value::Array(items)) if !items.is_empty() => {
                format!(
                    "[{}]",
                    items
                        .iter()
                        .map(|item| entry(inner, item))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            (Shape::Map(inner), Value::Object(entries)) if !entries.is_empty() => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("({name:?}, {})", entry(inner, value)))
                    .collect();
                format!("[{}]", entries.join(", "))
            }
            _ => self.exact(shape, value),
        }
    }

    /// A value of exactly the type.
    pub(super) fn exact(&self, shape: &Shape, value: &Value) -> String {
        let written = || public(&inline(&shape.rust()));
        match (shape, value) {
            (Shape::Scalar(ty), Value::Number(number)) if ty.to_string() == "f64" => {
                format!("{number}_f64")
            }
            (Shape::Scalar(_), Value::Number(_) | Value::Bool(_)) => value.to_string(),
            (Shape::String, Value::String(text)) => format!("{text:?}.to_owned()"),
            (Shape::Timestamp, Value::Number(number)) => {
                format!("clerk_api::Timestamp::from({number})")
            }
            (Shape::Array(inner), Value::Array(items)) if !items.is_empty() => {
                let items: Vec<String> = items.iter().map(|item| self.exact(inner, item)).collect();
                format!("vec![{}]", items.join(", "))
            }
            (Shape::Map(inner), Value::Object(entries)) if !entries.is_empty() => {
                let entries = entries.iter().map(|(name, value)| {
                    format!("({name:?}.to_owned(), {})", self.exact(inner, value))
                });
                format!(
                    "::std::collections::BTreeMap::from([{}])",
                    entries.collect::<Vec<_>>().join(", ")
                )
            }
            (Shape::Array(_) | Shape::Map(_), _) => format!("<{}>::new()", written()),
            (Shape::Nullable(inner), Value::Null) => {
                format!("None::<{}>", public(&inline(&inner.rust())))
            }
            (Shape::Nullable(inner), value) => format!("Some({})", self.exact(inner, value)),
            (Shape::Named(ty), value) => self.named(&inline(ty), value),
            _ => format!("sample::<{}>({})", written(), literal(value)),
        }
    }

    pub(super) fn patch(&self, held: &Shape, value: &Value) -> String {
        if value.is_null() {
            return "clerk_api::Patch::Null".to_owned();
        }
        format!("clerk_api::Patch::Set({})", self.exact(held, value))
    }

    fn named(&self, ty: &str, value: &Value) -> String {
        if let Some(inner) = ty
            .strip_prefix("Box<")
            .and_then(|rest| rest.strip_suffix('>'))
        {
            return format!("Box::new({})", self.named(inner, value));
        }
        let name = ty.strip_prefix("types::").unwrap_or(ty);
        let known = self.harvest.structs.get(name).zip(self.facts.get(name));
        let Some(fields) = known.and_then(|(found, facts)| types::fields(found, facts).ok()) else {
            return format!(
                "{ty}::from({:?})",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            );
        };
        let mut arguments = Vec::new();
        let mut setters = String::new();
        for field in fields.iter().filter(|f| !f.flatten) {
            let value = value.get(&field.wire);
            match (field.presence, value) {
                (Presence::Plain, value) => {
                    arguments.push(self.loose(&field.shape, value.unwrap_or(&Value::Null)))
                }
                (_, None) => {}
                (Presence::Option, Some(value)) => {
                    let _ = write!(
                        setters,
                        ".{}({})",
                        field.rust,
                        self.loose(&field.shape, value)
                    );
                }
                (Presence::Patch, Some(value)) => {
                    let _ = write!(
                        setters,
                        ".{}({})",
                        field.rust,
                        self.patch(&field.shape, value)
                    );
                }
            }
        }
        format!("{ty}::new({}){setters}", arguments.join(", "))
    }
}

/// A JSON value as a raw string.
pub(super) fn literal(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().any(super::emit::is_hidden) {
        // Escapes, which a raw literal has not.
        return format!("{text:?}");
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}
