//! `openapi/backend-api.json`: what the calls are checked against.

use std::sync::LazyLock;

use serde_json::Value;

static BACKEND_API: LazyLock<Value> = LazyLock::new(|| read("backend-api.json"));
static WEBHOOKS: LazyLock<Value> = LazyLock::new(|| read("webhooks.json"));

fn read(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/");
    let text = std::fs::read_to_string(format!("{path}{name}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub fn backend_api() -> &'static Value {
    &BACKEND_API
}

pub fn webhooks() -> &'static Value {
    &WEBHOOKS
}

/// One operation as the document has it.
#[derive(Clone, Copy)]
pub struct Operation {
    pub id: &'static str,
    pub verb: &'static str,
    pub path: &'static str,
    value: &'static Value,
}

pub fn operations() -> Vec<Operation> {
    let paths = backend_api()["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(verb, value)| (path, verb, value))
        })
        .filter(|(_, _, value)| value.get("operationId").is_some())
        .map(|(path, verb, value)| Operation {
            id: value["operationId"].as_str().unwrap(),
            verb,
            path,
            value,
        })
        .collect()
}

pub fn operation(id: &str) -> Operation {
    operations()
        .into_iter()
        .find(|o| o.id == id)
        .unwrap_or_else(|| panic!("the document has no operation {id}"))
}

impl Operation {
    pub fn authenticated(&self) -> bool {
        let security = self
            .value
            .get("security")
            .or_else(|| backend_api().get("security"));
        security
            .and_then(Value::as_array)
            .is_none_or(|schemes| !schemes.is_empty())
    }

    /// The parameters in one place, by name.
    pub fn parameters(&self, place: &str) -> Vec<(&'static str, &'static Value)> {
        let own = self.value.get("parameters").and_then(Value::as_array);
        own.into_iter()
            .flatten()
            .map(|parameter| resolve(backend_api(), parameter))
            .filter(|parameter| parameter["in"] == place)
            .map(|parameter| (parameter["name"].as_str().unwrap(), parameter))
            .collect()
    }

    pub fn declares_body(&self) -> bool {
        self.value.get("requestBody").is_some()
    }

    /// The schema of the JSON a success answers.
    pub fn reply(&self) -> Option<&'static Value> {
        let responses = self.value["responses"].as_object().unwrap();
        responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .find_map(|(_, response)| {
                resolve(backend_api(), response).pointer("/content/application~1json/schema")
            })
    }
}

/// Follows references within the document.
pub fn resolve(document: &'static Value, value: &'static Value) -> &'static Value {
    let mut at = value;
    while let Some(pointer) = at.get("$ref").and_then(Value::as_str) {
        at = document
            .pointer(pointer.strip_prefix('#').unwrap())
            .unwrap();
    }
    at
}
