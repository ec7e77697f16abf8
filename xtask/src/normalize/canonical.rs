//! Rules on schemas that do not say what they are, or say it in more than one way.

use serde_json::{Value, json};

use super::api::Api;
use super::report::Report;
use super::schema::{self, set};

/// Gives every schema a `type` or makes it any JSON value, and moves siblings of `$ref` where they count.
pub fn canonical_forms(api: &mut Api, report: &mut Report) {
    api.rewrite(&mut |s, place, _| canonical(s, place, report));
}

fn canonical(s: &Value, place: &str, report: &mut Report) -> Option<Value> {
    let Some(object) = s.as_object() else {
        report.hit("typeless", place);
        report.note(format!(
            "{place}: `{s}` is no schema and reads as any JSON value"
        ));
        return Some(json!({}));
    };
    if let Some(target) = object.get("$ref") {
        if object.len() == 1 {
            return None;
        }
        report.hit("ref-siblings", place);
        let mut out = json!({ "allOf": [{ "$ref": target }] });
        for key in ["nullable", "deprecated"] {
            if let Some(value) = object.get(key) {
                out[key] = value.clone();
            }
        }
        return Some(out);
    }
    let mut out = s.clone();
    let declared = object.get("type");
    if let Some(types) = declared.and_then(Value::as_array) {
        // OpenAPI 3.1 writes `type: [string, "null"]`.
        let named: Vec<&Value> = types.iter().filter(|t| **t != json!("null")).collect();
        set(
            &mut out,
            "nullable",
            (named.len() < types.len())
                .then_some(json!(true))
                .or_else(|| object.get("nullable").cloned()),
        );
        set(
            &mut out,
            "type",
            if let [only] = named.as_slice() {
                Some((*only).clone())
            } else {
                None
            },
        );
        report.hit("typeless", place);
    } else if declared.is_some_and(|t| !t.as_str().is_some_and(|t| TYPES.contains(&t))) {
        report.hit("typeless", place);
        report.note(format!(
            "{place}: the type `{}` is not one of OpenAPI's",
            declared.unwrap_or(&Value::Null)
        ));
        set(&mut out, "type", None);
    }
    if out.get("type").is_none() && !schema::COMPOSITIONS.iter().any(|k| out.get(*k).is_some()) {
        let implied =
            if out.get("properties").is_some() || out.get("additionalProperties").is_some() {
                Some("object")
            } else if out.get("items").is_some() {
                Some("array")
            } else {
                out.get("enum")
                    .and_then(Value::as_array)
                    .and_then(|values| type_of_values(values))
            };
        if implied.is_some() {
            report.hit("typeless", place);
        }
        if let Some(implied) = implied {
            out["type"] = json!(implied);
        }
    }
    if out
        .get("additionalProperties")
        .is_some_and(|v| !v.is_object() && !v.is_boolean())
    {
        set(&mut out, "additionalProperties", None);
    }
    side_by_side(&mut out);
    (out != *s).then_some(out)
}

/// The types of OpenAPI 3.0, and `null`, which 3.1 has.
const TYPES: &[&str] = &[
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The type that all of these have; `null` beside them makes nullable.
fn type_of_values(values: &[Value]) -> Option<&'static str> {
    let mut present = values.iter().filter(|v| !v.is_null()).peekable();
    present.peek()?;
    let values: Vec<&Value> = present.collect();
    let all = |is: &dyn Fn(&Value) -> bool| values.iter().all(|v| is(v));
    if all(&Value::is_string) {
        Some("string")
    } else if all(&|v| v.is_i64() || v.is_u64()) {
        Some("integer")
    } else if all(&Value::is_number) {
        Some("number")
    } else if all(&Value::is_boolean) {
        Some("boolean")
    } else {
        None
    }
}

/// Compositions side by side all hold: they are one `allOf`.
fn side_by_side(s: &mut Value) {
    let Some(object) = s.as_object_mut() else {
        return;
    };
    if schema::COMPOSITIONS
        .iter()
        .filter(|k| object.contains_key(**k))
        .count()
        < 2
    {
        return;
    }
    let mut parts = match object.remove("allOf") {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    };
    for keyword in ["oneOf", "anyOf"] {
        if let Some(list) = object.remove(keyword) {
            parts.push(json!({ keyword: list }));
        }
    }
    object.insert("allOf".into(), Value::Array(parts));
}
