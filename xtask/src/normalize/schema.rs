//! Moving about in JSON schemas held as `serde_json::Value`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A JSON object.
pub type Object = Map<String, Value>;

/// The named schemas of a document.
pub type Schemas = BTreeMap<String, Value>;

/// Where local references to named schemas point.
pub const PREFIX: &str = "#/components/schemas/";

/// The keywords that make one schema of several.
pub const COMPOSITIONS: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// A reference to the named schema.
#[must_use]
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{PREFIX}{name}") })
}

/// The schema a reference names, if `schema` is a reference.
#[must_use]
pub fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

/// The schema with references followed, without its own siblings. Cycles end where they began.
#[must_use]
pub fn resolve<'a>(schemas: &'a Schemas, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    for _ in 0..32 {
        match referenced(at).and_then(|name| schemas.get(name)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// `nullable: true` on the schema itself.
#[must_use]
pub fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable").and_then(Value::as_bool) == Some(true)
}

/// The `type` keyword.
#[must_use]
pub fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// The declared properties, if there are any.
#[must_use]
pub fn properties(schema: &Value) -> Option<&Object> {
    schema
        .get("properties")?
        .as_object()
        .filter(|p| !p.is_empty())
}

/// The names listed under `required`.
#[must_use]
pub fn required(schema: &Value) -> BTreeSet<String> {
    schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// Replaces `required`, dropping the keyword when nothing is.
pub fn set_required(schema: &mut Value, names: &BTreeSet<String>) {
    if let Some(object) = schema.as_object_mut() {
        if names.is_empty() {
            object.remove("required");
        } else {
            object.insert("required".into(), json!(names));
        }
    }
}

/// An object schema with declared properties.
#[must_use]
pub fn is_struct(schema: &Value) -> bool {
    type_of(schema) == Some("object") && properties(schema).is_some()
}

/// An object schema without declared properties: a map.
#[must_use]
pub fn is_map(schema: &Value) -> bool {
    type_of(schema) == Some("object") && properties(schema).is_none()
}

/// The string values of an enum.
#[must_use]
pub fn enum_values(schema: &Value) -> Option<Vec<String>> {
    let values = schema.get("enum")?.as_array()?;
    values
        .iter()
        .map(|v| v.as_str().map(str::to_owned))
        .collect()
}

/// Visits `schema` and every schema inside it, innermost first, also what stands there and is no schema (`items: true`).
/// References are not followed.
pub fn walk_mut(schema: &mut Value, place: &str, visit: &mut dyn FnMut(&mut Value, &str)) {
    if let Some(object) = schema.as_object_mut() {
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, child) in properties.iter_mut() {
                walk_mut(child, &format!("{place}.{name}"), visit);
            }
        }
        if let Some(child) = object
            .get_mut("additionalProperties")
            .filter(|v| v.is_object())
        {
            walk_mut(child, &format!("{place}.*"), visit);
        }
        if let Some(child) = object.get_mut("items") {
            walk_mut(child, &format!("{place}[]"), visit);
        }
        for keyword in COMPOSITIONS {
            if let Some(children) = object.get_mut(keyword).and_then(Value::as_array_mut) {
                for (index, child) in children.iter_mut().enumerate() {
                    walk_mut(child, &format!("{place}/{keyword}{index}"), visit);
                }
            }
        }
        if let Some(child) = object.get_mut("not") {
            walk_mut(child, &format!("{place}/not"), visit);
        }
    }
    visit(schema, place);
}

/// The schemas that stand directly inside this one.
pub fn children(schema: &Value) -> impl Iterator<Item = &Value> {
    let object = schema.as_object();
    let key = move |key: &str| object.and_then(|object| object.get(key));
    let properties = key("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(_, child)| child);
    let single = ["items", "additionalProperties", "not"]
        .into_iter()
        .filter_map(key);
    let lists = COMPOSITIONS
        .iter()
        .filter_map(move |k| key(k).and_then(Value::as_array))
        .flatten();
    properties.chain(single).chain(lists)
}

/// The names of all schemas that `schema` refers to directly. A property may be called `$ref`, so this goes by structure.
pub fn references(schema: &Value, found: &mut BTreeSet<String>) {
    found.extend(referenced(schema).map(str::to_owned));
    children(schema).for_each(|child| references(child, found));
}

/// Everything reachable from `roots`, the roots included.
#[must_use]
pub fn closure(schemas: &Schemas, roots: BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = roots.into_iter().collect();
    while let Some(name) = open.pop() {
        let Some(schema) = schemas.get(&name) else {
            continue;
        };
        if seen.insert(name) {
            let mut found = BTreeSet::new();
            references(schema, &mut found);
            open.extend(found);
        }
    }
    seen
}

/// Sets a keyword, or drops it.
pub fn set(s: &mut Value, key: &str, value: Option<Value>) {
    if let Some(object) = s.as_object_mut() {
        match value {
            Some(value) => object.insert(key.into(), value),
            None => object.remove(key),
        };
    }
}
