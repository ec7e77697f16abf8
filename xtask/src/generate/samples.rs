//! Values to call operations with, made from the document's facts and not from what the rules made of them.

use serde_json::{Map, Value, json};

/// Strings hold what breaks careless encoding: `+`, `&`, brackets, percent signs, quotes, other scripts.
#[must_use]
pub fn text(name: &str) -> String {
    format!("{name}: a+b & [c]=d/é%2F \"ü\" 日本")
}

/// A value for a schema of the document, with every declared property.
#[must_use]
pub fn full(document: &Value, schema: &Value, name: &str) -> Value {
    sample(document, schema, name, 0)
}

fn sample(document: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    let schema = resolve(document, schema);
    if depth > 12 {
        return Value::Null;
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(first) = schema.get(keyword).and_then(Value::as_array).and_then(|list| list.first()) {
            if !first.as_object().is_some_and(|o| o.keys().all(|k| k == "required")) {
                return sample(document, first, name, depth + 1);
            }
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut out = Map::new();
        let mut only = Value::Null;
        for part in parts {
            only = sample(document, part, name, depth + 1);
            if let Value::Object(object) = &only {
                out.extend(object.clone());
            }
        }
        return if out.is_empty() { only } else { Value::Object(out) };
    }
    if let Some(value) = schema.get("enum").and_then(Value::as_array).and_then(|e| e.iter().find(|v| **v != json!(""))) {
        return value.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => json!(text(name)),
        // Below 2^53 and with a fraction nowhere, so that it reads as either kind of number.
        Some("integer" | "number") => json!(1_700_000_000_123_i64),
        Some("boolean") => json!(false),
        Some("array") => {
            let items = schema.get("items").cloned().unwrap_or_else(|| json!({}));
            json!([sample(document, &items, name, depth + 1), sample(document, &items, &format!("{name} again"), depth + 1)])
        }
        Some("object") | None => object(document, schema, name, depth),
        Some(_) => Value::Null,
    }
}

fn object(document: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|p| !p.is_empty()) {
        return properties
            .iter()
            .map(|(name, property)| (name.clone(), sample(document, property, name, depth + 1)))
            .collect();
    }
    match schema.get("additionalProperties") {
        Some(values @ Value::Object(inner)) if !inner.is_empty() => {
            json!({ "key": sample(document, values, name, depth + 1) })
        }
        _ => json!({ "free": { "form": [1, null, text(name)] } }),
    }
}

/// Follows references within the document.
#[must_use]
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    for _ in 0..32 {
        let pointer = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
        match pointer.and_then(|pointer| document.pointer(pointer)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
