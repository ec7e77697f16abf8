//! Every method of every resource, on a server that records what arrives: verb, path, query and body are those of its
//! operation, and the outcome comes back as this crate's.

#![allow(
    missing_docs,
    deprecated,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod api;
mod by_hand;
mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use api::{Api, MACHINE_SECRET_KEY, Recorded, SECRET_KEY};
use cases::{Case, Extras, VALUE};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../openapi/backend-api.json")).unwrap()
});

/// The operations of the document.
static OPERATIONS: LazyLock<BTreeMap<&str, Operation>> = LazyLock::new(|| {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let verbs = item.as_object().unwrap().iter();
        verbs.map(move |(verb, facts)| (verb.to_uppercase(), path, facts))
    });
    all.filter_map(|(verb, path, facts)| {
        let id = facts.get("operationId")?.as_str()?;
        Some((id, Operation { verb, path, facts }))
    })
    .collect()
});

/// One of them.
struct Operation {
    verb: String,
    path: &'static str,
    facts: &'static Value,
}

/// The kind of body that an operation takes.
enum Body {
    None,
    /// A JSON object, and the fields that it must have.
    Object(Vec<String>),
    /// A JSON array, and whether it is sent when it is empty.
    Array(bool),
    File,
}

/// Follows a reference within the document.
fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(target) => resolved(DOCUMENT.pointer(target.trim_start_matches('#')).unwrap()),
        None => value,
    }
}

fn names(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

impl Operation {
    /// Parameters of the query: their names, and whether they are required.
    fn query(&self) -> Vec<(&str, bool)> {
        let parameters = self.facts["parameters"].as_array().into_iter().flatten();
        let in_query = parameters.map(resolved).filter(|p| p["in"] == "query");
        in_query
            .map(|p| (p["name"].as_str().unwrap(), p["required"] == true))
            .collect()
    }

    fn body(&self) -> Body {
        let Some(body) = self.facts.get("requestBody").map(resolved) else {
            return Body::None;
        };
        let Some(json) = body["content"].get("application/json") else {
            return Body::File;
        };
        let schema = resolved(&json["schema"]);
        match schema["type"].as_str() {
            Some("array") => Body::Array(body["required"] == true),
            _ => Body::Object(names(&schema["required"])),
        }
    }

    /// Whether it returns an array, but an object with the number of all items to who asks for it.
    fn is_asked_for_an_object(&self) -> bool {
        let response = self.facts["responses"].get("200").map(resolved);
        let schema = response.map(|r| resolved(&r["content"]["application/json"]["schema"]));
        schema.is_some_and(|schema| schema["type"] == "array")
            && self.query().iter().any(|(name, _)| *name == "paginated")
    }

    fn needs_key(&self) -> bool {
        self.facts["security"]
            .as_array()
            .is_none_or(|all| !all.is_empty())
    }
}

/// Sends the request of a case and compares what arrives with what the document says.
async fn check(api: &Api, case: &Case) {
    let (name, id) = (case.method, case.operation.id);
    let operation = &OPERATIONS[id];
    let probe = ("probe".to_owned(), "é 1".to_owned());
    let required = operation
        .query()
        .into_iter()
        .filter(|(_, is_required)| *is_required);
    let mut extras = Extras {
        query: required
            .map(|(name, _)| (name.to_owned(), format!("{name}{VALUE}")))
            .chain([probe])
            .collect(),
        ..Extras::default()
    };
    match operation.body() {
        Body::Object(required) => {
            let probes = required.into_iter().chain(["probe".to_owned()]);
            extras.fields = probes.map(|name| (name.clone(), json!([name]))).collect();
        }
        Body::File => extras.file = Some("bytes of a file"),
        Body::None | Body::Array(_) => {}
    }

    let error = (case.send)(&api.clerk, &extras).await.err().unwrap();
    assert_eq!(error.code(), Some("teapot"), "{name}: {error}");
    let [request] = &api.take()[..] else {
        panic!("{name}: not one request");
    };
    assert_eq!(request.verb, operation.verb, "{name}");
    assert_path(case, operation, request);
    let mut query = extras.query;
    if operation.is_asked_for_an_object() {
        query.insert(0, ("paginated".to_owned(), "true".to_owned()));
    }
    assert_eq!(request.query, query, "{name}");
    let key = if case.is_of_machine {
        MACHINE_SECRET_KEY
    } else {
        SECRET_KEY
    };
    let authorization = operation.needs_key().then(|| format!("Bearer {key}"));
    assert_eq!(
        request.headers.get("authorization"),
        authorization.as_ref(),
        "{name}"
    );
    match operation.body() {
        Body::Object(_) => assert_eq!(request.json(), Value::from_iter(extras.fields), "{name}"),
        Body::Array(true) => assert_eq!(request.json(), json!([]), "{name}"),
        Body::None | Body::Array(false) => assert!(request.body.is_empty(), "{name}: {request:?}"),
        Body::File => {
            let content_type = &request.headers["content-type"];
            assert!(
                content_type.starts_with("multipart/form-data; boundary="),
                "{name}"
            );
            let sent = String::from_utf8_lossy(&request.body);
            assert!(
                sent.contains("name=\"file\"") && sent.contains(extras.file.unwrap()),
                "{name}"
            );
        }
    }
}

/// Each argument has the name of the parameter in whose place its value is sent.
fn assert_path(case: &Case, operation: &Operation, request: &Recorded) {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let value = |parameter: &str| {
        let named = case
            .arguments
            .iter()
            .find(|name| plain(name) == plain(parameter));
        named.map_or_else(
            || panic!("{}: no `{parameter}`", case.method),
            |name| format!("{name}{VALUE}"),
        )
    };
    let expected: Vec<String> = operation
        .path
        .split('/')
        .map(|segment| match segment.strip_prefix('{') {
            Some(parameter) => value(parameter.trim_end_matches('}')),
            None => segment.to_owned(),
        })
        .collect();
    let sent = request.path.strip_prefix("/v1").unwrap().split('/');
    let sent: Vec<String> = sent
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .unwrap()
                .into_owned()
        })
        .collect();
    assert_eq!(sent, expected, "{}", case.method);
}

#[tokio::test]
async fn every_line_of_the_table_sends_its_operation() {
    let api = Api::start().await;
    let cases = cases::all();
    for case in &cases {
        check(&api, case).await;
    }
    assert_eq!(cases.len(), 244);
}

#[test]
fn each_operation_of_the_document_has_a_method() {
    let cases = cases::all();
    let listed = cases.iter().map(|case| case.operation.id);
    let sent: BTreeSet<&str> = listed.chain(by_hand::OPERATIONS).collect();
    let documented: BTreeSet<&str> = OPERATIONS.keys().copied().collect();
    assert_eq!(sent, documented);
}
