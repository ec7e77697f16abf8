//! The fields of a form, as the values that a schema wants.

use serde_json::{Map, Value};

use super::document::Document;
use super::schema::{Kind, Schema};

/// Returns the fields of a form as an object: lists of what comes several times, and numbers, flags and objects where the
/// schema has them. What cannot be read stays a text, which the schema then rejects.
pub(crate) fn typed_fields(
    document: &Document,
    schema: Option<&Schema>,
    fields: impl IntoIterator<Item = (String, String)>,
) -> Map<String, Value> {
    let schema = schema.and_then(|schema| document.resolve(schema));
    let mut typed = Map::new();
    for (name, text) in fields {
        let name = name.strip_suffix("[]").unwrap_or(&name).to_owned();
        let property = schema.and_then(|schema| schema.properties.get(&name));
        let property = property.and_then(|property| document.resolve(property));
        let kind = property.and_then(|property| property.kind);
        match (kind, typed.get_mut(&name)) {
            (Some(Kind::Array), Some(Value::Array(items))) => items.push(text.into()),
            (Some(Kind::Array), _) => {
                typed.insert(name, list(text));
            }
            (Some(Kind::Boolean | Kind::Integer | Kind::Number), _) => {
                let nullable = property.is_some_and(|property| property.nullable);
                // A form has no other way to say that there is no value.
                if !(text.is_empty() && nullable) {
                    typed.insert(name, scalar(text));
                }
            }
            (Some(Kind::Object), _) => {
                let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
                typed.insert(name, value);
            }
            (Some(Kind::String) | None, _) => {
                typed.insert(name, text.into());
            }
        }
    }
    typed
}

/// Returns the fields of a JSON object as a form would have them: objects in place of texts are written as JSON.
pub(crate) fn as_in_form(
    document: &Document,
    schema: Option<&Schema>,
    mut fields: Map<String, Value>,
) -> Map<String, Value> {
    let schema = schema.and_then(|schema| document.resolve(schema));
    for (name, value) in &mut fields {
        let property = schema.and_then(|schema| schema.properties.get(name));
        let is_text = property.is_some_and(|property| property.kind == Some(Kind::String));
        if is_text && (value.is_object() || value.is_array()) {
            *value = value.to_string().into();
        }
    }
    fields
}

/// Reads a list that is written as JSON, or begins one with the text.
fn list(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(Value::Array(items)) => Value::Array(items),
        _ => Value::Array(vec![text.into()]),
    }
}

fn scalar(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
        _ => text.into(),
    }
}
