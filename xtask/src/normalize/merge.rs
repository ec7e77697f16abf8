//! Two schemas as one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::schema;

/// Whether a value has to match both schemas or one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    Both,
    Either,
}

/// Two schemas as one that reads what either describes.
pub(super) fn merge(a: &Value, b: &Value, how: Merge) -> Value {
    if a == b {
        return a.clone();
    }
    let nullable = match how {
        Merge::Both => schema::is_nullable(b),
        Merge::Either => schema::is_nullable(a) || schema::is_nullable(b),
    };
    let mut out = if schema::type_of(a) == Some("object") && schema::type_of(b) == Some("object") {
        merge_objects(a, b, how)
    } else if schema::type_of(a).is_some() && schema::type_of(a) == schema::type_of(b) {
        merge_scalars(a, b, how)
    } else if how == Merge::Both {
        // The later part of an `allOf` refines the earlier one; an empty schema refines nothing.
        if b.as_object().is_some_and(serde_json::Map::is_empty) {
            a.clone()
        } else {
            b.clone()
        }
    } else if strip_nullable(a) == strip_nullable(b) {
        strip_nullable(a)
    } else {
        json!({})
    };
    if nullable {
        if schema::referenced(&out).is_some() {
            out = json!({ "allOf": [out] });
        }
        out["nullable"] = json!(true);
    } else if let Some(object) = out.as_object_mut() {
        object.remove("nullable");
    }
    out
}

fn merge_objects(a: &Value, b: &Value, how: Merge) -> Value {
    let empty = serde_json::Map::new();
    let (left, right) = (
        schema::properties(a).unwrap_or(&empty),
        schema::properties(b).unwrap_or(&empty),
    );
    let mut properties = left.clone();
    for (name, schema) in right {
        let merged = properties
            .get(name)
            .map_or_else(|| schema.clone(), |known| merge(known, schema, how));
        properties.insert(name.clone(), merged);
    }
    let required: BTreeSet<String> = match how {
        Merge::Both => schema::required(a)
            .union(&schema::required(b))
            .cloned()
            .collect(),
        // A kind that is not known today need not have what all of today's kinds have.
        Merge::Either => BTreeSet::new(),
    };
    let mut out = json!({ "type": "object" });
    if !properties.is_empty() {
        out["properties"] = Value::Object(properties);
    }
    for side in [a, b] {
        if let Some(extra) = side
            .get("additionalProperties")
            .filter(|v| **v != json!(false))
        {
            out["additionalProperties"] = extra.clone();
        }
    }
    schema::set_required(&mut out, &required);
    out
}

fn merge_scalars(a: &Value, b: &Value, how: Merge) -> Value {
    let mut out = a.clone();
    let Some(object) = out.as_object_mut() else {
        return out;
    };
    match (
        a.get("enum").and_then(Value::as_array),
        b.get("enum").and_then(Value::as_array),
        how,
    ) {
        (Some(left), Some(right), Merge::Either) => {
            let mut values = left.clone();
            values.extend(right.iter().filter(|v| !left.contains(v)).cloned());
            object.insert("enum".into(), Value::Array(values));
        }
        (_, Some(right), Merge::Both) => {
            object.insert("enum".into(), Value::Array(right.clone()));
        }
        (Some(_), None, Merge::Either) => {
            object.remove("enum");
        }
        _ => {}
    }
    if let (Some(left), Some(right)) = (a.get("items"), b.get("items")) {
        object.insert("items".into(), merge(left, right, how));
    }
    object.remove("pattern");
    object.remove("default");
    out
}

fn strip_nullable(s: &Value) -> Value {
    let mut out = s.clone();
    if let Some(object) = out.as_object_mut() {
        object.remove("nullable");
        let list = object.get("allOf").and_then(Value::as_array);
        if let (1, Some([only])) = (object.len(), list.map(Vec::as_slice)) {
            return only.clone();
        }
    }
    out
}
