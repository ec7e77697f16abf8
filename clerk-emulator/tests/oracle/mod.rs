//! Clerk's documents as an oracle that is not the emulator's own: their schemas as JSON Schema, checked by `jsonschema`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// A document, read once.
pub type Document = LazyLock<Value>;

#[allow(dead_code, reason = "each test has one of the two")]
pub static BACKEND_API: Document =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi/backend-api.json")).unwrap());
#[allow(dead_code, reason = "each test has one of the two")]
pub static FRONTEND_API: Document = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../openapi/frontend-api.json")).unwrap()
});

#[derive(Clone, Copy)]
pub struct Operation {
    document: &'static Document,
    pub id: &'static str,
    pub path: &'static str,
    pub method: &'static str,
    pub facts: &'static Value,
}

pub fn operations(document: &'static Document) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, facts) in methods.as_object().unwrap() {
            all.push(Operation {
                document,
                id: facts["operationId"].as_str().unwrap(),
                path,
                method,
                facts,
            });
        }
    }
    all
}

impl Operation {
    /// The operation at a path, the one with more literal segments if several fit. Those of the Backend API's document are
    /// below `/v1`.
    pub fn at(document: &'static Document, method: &str, path: &str) -> Self {
        let given: Vec<&str> = path.split('/').collect();
        operations(document)
            .into_iter()
            .filter(|operation| {
                let have: Vec<&str> = operation.path.split('/').collect();
                operation.method.eq_ignore_ascii_case(method)
                    && have.len() == given.len()
                    && have
                        .iter()
                        .zip(&given)
                        .all(|(have, given)| have.starts_with('{') || have == given)
            })
            .min_by_key(|operation| operation.path.matches('{').count())
            .unwrap_or_else(|| panic!("no operation at {method} {path}"))
    }

    /// Returns what is wrong with a response. `paginated`: the request asked for `{data, total_count}`, which the document does
    /// not describe for operations that return an array.
    pub fn problems(self, status: u16, body: &str, paginated: bool) -> Vec<String> {
        let response = &self.facts["responses"][status.to_string()];
        if response.is_null() {
            return vec![format!("the document has no status {status}")];
        }
        let schema = self.follow(response)["content"]["application/json"]["schema"].clone();
        if schema.is_null() {
            return if body.is_empty() {
                vec![]
            } else {
                vec![format!("a body where there is none: {body}")]
            };
        }
        let is_array = schema["type"] == "array" || self.follow(&schema)["type"] == "array";
        let schema = if paginated && is_array {
            let required = ["data", "total_count"];
            json!({"type": "object", "required": required, "properties": {"data": schema, "total_count": {"type": "integer"}}})
        } else {
            schema
        };
        let Ok(body) = serde_json::from_str(body) else {
            return vec![format!("no JSON: {body}")];
        };
        let mut root = json_schema(&schema);
        root["components"]["schemas"] = Value::Object(self.needed(&schema));
        let validator = jsonschema::validator_for(&root).unwrap();
        validator
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    pub fn follow<'a>(&self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let document: &'static Value = self.document;
                self.follow(document.pointer(reference.trim_start_matches('#')).unwrap())
            }
            None => value,
        }
    }

    /// All components that a schema names, and those that they name.
    fn needed(&self, schema: &Value) -> Map<String, Value> {
        let schemas = &self.document["components"]["schemas"];
        let (mut names, mut open) = (BTreeSet::new(), vec![schema]);
        while let Some(value) = open.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(name) = fields
                        .get("$ref")
                        .and_then(|r| r.as_str()?.rsplit('/').next())
                        && names.insert(name.to_owned())
                    {
                        open.push(&schemas[name]);
                    }
                    open.extend(fields.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        let named = names.into_iter();
        named
            .map(|name| (name.clone(), json_schema(&schemas[&name])))
            .collect()
    }
}

/// What OpenAPI 3.0 says otherwise than JSON Schema: `nullable` and boolean `exclusiveMinimum`.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(json_schema).collect(),
        Value::Object(fields) => {
            let mut out: Map<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), json_schema(value)))
                .collect();
            if out.get("exclusiveMinimum") == Some(&json!(true)) {
                let minimum = out.remove("minimum").unwrap();
                out.insert("exclusiveMinimum".into(), minimum);
            }
            // A few closed schemas require what they forbid.
            if out.get("additionalProperties") == Some(&json!(false))
                && let (Some(Value::Object(known)), Some(Value::Array(required))) =
                    (fields.get("properties"), out.get_mut("required"))
            {
                required.retain(|name| known.contains_key(name.as_str().unwrap()));
            }
            // A property may have this name as well; then its value is a schema.
            if out.get("nullable") == Some(&json!(true)) {
                out.remove("nullable");
                return json!({"anyOf": [out, {"type": "null"}]});
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}
