//! Values to call operations with, made from the document's facts and not from what the rules made of them.

use serde_json::{Map, Value, json};

use crate::document;

/// Strings hold what breaks careless encoding: `+`, `&`, brackets, percent signs, quotes, other scripts.
#[must_use]
pub fn text(name: &str) -> String {
    format!("{name}: a+b & [c]=d/é%2F \"ü\" 日本")
}

/// A value for a schema of the document, with every declared property.
#[must_use]
pub fn full(document: &Value, schema: &Value, name: &str) -> Value {
    let mut sampler = Sampler {
        document,
        open: Vec::new(),
        left: LARGEST,
    };
    sampler.sample(schema, name).unwrap_or(Value::Null)
}

/// How many values one sample may hold.
const LARGEST: usize = 1_000;

struct Sampler<'a> {
    document: &'a Value,
    /// The references that are being followed.
    open: Vec<String>,
    /// How many values may still be made.
    left: usize,
}

impl Sampler<'_> {
    /// `None` where a schema is met inside itself, or when it gets too much: what need not be there is left out.
    fn sample(&mut self, schema: &Value, name: &str) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let Some(target) = schema.get("$ref").and_then(Value::as_str) else {
            return self.inline(schema, name);
        };
        if self.open.iter().any(|open| open == target) {
            return None;
        }
        let next = document::find(self.document, target)?;
        self.open.push(target.to_owned());
        let out = self.sample(next, name);
        self.open.pop();
        out
    }

    fn inline(&mut self, schema: &Value, name: &str) -> Option<Value> {
        for keyword in ["oneOf", "anyOf"] {
            let first = schema
                .get(keyword)
                .and_then(Value::as_array)
                .and_then(|list| list.first());
            let constrains = |s: &Value| {
                s.as_object()
                    .is_some_and(|o| o.keys().all(|k| k == "required"))
            };
            if let Some(first) = first.filter(|first| !constrains(first)) {
                return self.sample(first, name);
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut out = Map::new();
            let mut only = None;
            for part in parts {
                only = self.sample(part, name);
                if let Some(Value::Object(object)) = &only {
                    out.extend(object.clone());
                }
            }
            return if out.is_empty() {
                only
            } else {
                Some(Value::Object(out))
            };
        }
        let written = |value: &&Value| {
            !value.is_null() && !value.is_object() && !value.is_array() && **value != json!("")
        };
        if let Some(value) = schema
            .get("enum")
            .and_then(Value::as_array)
            .and_then(|values| values.iter().find(written))
        {
            let text = schema.get("type") == Some(&json!("string")) && !value.is_string();
            return Some(if text {
                json!(value.to_string())
            } else {
                value.clone()
            });
        }
        Some(match schema.get("type").and_then(Value::as_str) {
            Some("string") => json!(text(name)),
            // Below 2^53 and with a fraction nowhere, so that it reads as either kind of number.
            Some("integer" | "number") => json!(1_700_000_000_123_i64),
            Some("boolean") => json!(false),
            Some("array") => {
                let items = schema.get("items").cloned().unwrap_or_else(|| json!({}));
                let names = [name.to_owned(), format!("{name} again")];
                names
                    .iter()
                    .filter_map(|name| self.sample(&items, name))
                    .collect()
            }
            Some("object") | None => self.object(schema, name),
            Some(_) => Value::Null,
        })
    }

    fn object(&mut self, schema: &Value, name: &str) -> Value {
        if let Some(properties) = schema
            .get("properties")
            .and_then(Value::as_object)
            .filter(|p| !p.is_empty())
        {
            return properties
                .iter()
                .filter_map(|(name, property)| Some((name.clone(), self.sample(property, name)?)))
                .collect();
        }
        match schema.get("additionalProperties") {
            Some(values @ Value::Object(inner)) if !inner.is_empty() => self
                .sample(values, name)
                .map_or_else(|| json!({}), |value| json!({ "key": value })),
            _ => json!({ "free": { "form": [1, null, text(name)] } }),
        }
    }
}

/// Follows references within the document.
#[must_use]
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    for _ in 0..32 {
        let target = at.get("$ref").and_then(Value::as_str);
        match target.and_then(|target| document::find(document, target)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
