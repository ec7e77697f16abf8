//! From Clerk's document to the facts in it: the JSON that is committed.
//!
//! Descriptions, summaries, titles, examples, external links and vendor extensions go; paths, methods, names, types,
//! constraints, enum values, deprecation, tags and security stay. What is left is still a valid OpenAPI document.

use serde_json::{Map, Value, json};

use crate::document::Kind;

/// The keywords of a schema that are facts. Anything else is dropped.
const SCHEMA_FACTS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// The HTTP methods that OpenAPI knows.
pub const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The facts of a document, prose dropped.
#[must_use]
pub fn facts(document: &Value) -> Value {
    let mut out = Map::new();
    out.insert("openapi".into(), text(document.get("openapi")));
    let version = document
        .pointer("/info/version")
        .map_or_else(String::new, scalar);
    let title = Kind::of(document).title();
    out.insert("info".into(), json!({ "title": title, "version": version }));
    for key in ["servers", "security"] {
        if let Some(value) = document.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    if let Some(servers) = out.get_mut("servers").and_then(Value::as_array_mut) {
        for server in servers {
            *server = json!({ "url": text(server.get("url")) });
        }
    }
    if let Some(paths) = document.get("paths").and_then(Value::as_object) {
        out.insert("paths".into(), paths_facts(paths));
    } else {
        out.insert("paths".into(), json!({}));
    }
    for key in ["x-webhooks", "webhooks"] {
        if let Some(events) = document.get(key).and_then(Value::as_object) {
            out.insert("x-webhooks".into(), paths_facts(events));
        }
    }
    if let Some(components) = document.get("components").and_then(Value::as_object) {
        out.insert("components".into(), components_facts(components));
    }
    Value::Object(out)
}

fn paths_facts(paths: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (path, item) in paths {
        let Some(item) = item.as_object() else {
            continue;
        };
        let mut kept = Map::new();
        for (key, value) in item {
            match key.as_str() {
                "$ref" => {
                    kept.insert(key.clone(), value.clone());
                }
                "parameters" => {
                    kept.insert(key.clone(), parameters_facts(value));
                }
                method if METHODS.contains(&method) => {
                    kept.insert(key.clone(), operation_facts(value));
                }
                _ => {}
            }
        }
        out.insert(path.clone(), Value::Object(kept));
    }
    Value::Object(out)
}

fn operation_facts(operation: &Value) -> Value {
    let mut out = Map::new();
    for (key, value) in operation.as_object().into_iter().flatten() {
        let kept = match key.as_str() {
            "operationId" | "deprecated" | "tags" | "security" => value.clone(),
            "parameters" => parameters_facts(value),
            "requestBody" => body_facts(value),
            "responses" => responses_facts(value),
            _ => continue,
        };
        out.insert(key.clone(), kept);
    }
    Value::Object(out)
}

fn parameters_facts(parameters: &Value) -> Value {
    parameters
        .as_array()
        .into_iter()
        .flatten()
        .map(parameter_facts)
        .collect()
}

fn parameter_facts(parameter: &Value) -> Value {
    let mut out = Map::new();
    for (key, value) in parameter.as_object().into_iter().flatten() {
        match key.as_str() {
            "$ref" | "name" | "in" | "required" | "deprecated" | "allowEmptyValue" | "style"
            | "explode" | "allowReserved" => {
                out.insert(key.clone(), value.clone());
            }
            "schema" => {
                out.insert(key.clone(), schema_facts(value));
            }
            "content" => {
                out.insert(key.clone(), content_facts(value));
            }
            _ => {}
        }
    }
    Value::Object(out)
}

fn body_facts(body: &Value) -> Value {
    if let Some(target) = body.get("$ref") {
        return json!({ "$ref": target });
    }
    let mut out = Map::new();
    if let Some(required) = body.get("required") {
        out.insert("required".into(), required.clone());
    }
    let content = body.get("content").cloned().unwrap_or_else(|| json!({}));
    out.insert("content".into(), content_facts(&content));
    Value::Object(out)
}

fn responses_facts(responses: &Value) -> Value {
    let mut out = Map::new();
    for (status, response) in responses.as_object().into_iter().flatten() {
        if !status.starts_with("x-") {
            out.insert(status.clone(), response_facts(response));
        }
    }
    Value::Object(out)
}

fn response_facts(response: &Value) -> Value {
    if let Some(target) = response.get("$ref") {
        return json!({ "$ref": target });
    }
    // OpenAPI requires the key; the words stay upstream.
    let mut out = Map::from_iter([("description".to_owned(), json!(""))]);
    if let Some(content) = response.get("content") {
        out.insert("content".into(), content_facts(content));
    }
    Value::Object(out)
}

fn content_facts(content: &Value) -> Value {
    let mut out = Map::new();
    for (media, value) in content.as_object().into_iter().flatten() {
        let mut kept = Map::new();
        if let Some(schema) = value.get("schema") {
            kept.insert("schema".into(), schema_facts(schema));
        }
        out.insert(media.clone(), Value::Object(kept));
    }
    Value::Object(out)
}

fn components_facts(components: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (kind, entries) in components {
        let Some(entries) = entries.as_object() else {
            continue;
        };
        let mut kept = Map::new();
        for (name, entry) in entries {
            let value = match kind.as_str() {
                "schemas" => schema_facts(entry),
                "responses" => response_facts(entry),
                "parameters" => parameter_facts(entry),
                "requestBodies" => body_facts(entry),
                "securitySchemes" => security_scheme(entry),
                _ => continue,
            };
            kept.insert(name.clone(), value);
        }
        if !kept.is_empty() {
            out.insert(kind.clone(), Value::Object(kept));
        }
    }
    Value::Object(out)
}

fn schema_facts(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    let mut out = Map::new();
    for (key, value) in object {
        if !SCHEMA_FACTS.contains(&key.as_str()) {
            continue;
        }
        let kept = match key.as_str() {
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, child)| (name.clone(), schema_facts(child)))
                .collect(),
            "items" | "additionalProperties" | "not" => schema_facts(value),
            "allOf" | "anyOf" | "oneOf" => value
                .as_array()
                .into_iter()
                .flatten()
                .map(schema_facts)
                .collect(),
            _ => value.clone(),
        };
        out.insert(key.clone(), kept);
    }
    Value::Object(out)
}

fn security_scheme(scheme: &Value) -> Value {
    let mut out = Map::new();
    for key in ["type", "scheme", "bearerFormat", "in", "name"] {
        if let Some(value) = scheme.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    Value::Object(out)
}

fn text(value: Option<&Value>) -> Value {
    json!(value.map_or_else(String::new, scalar))
}

fn scalar(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
