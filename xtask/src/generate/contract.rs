//! Emits the contract tests: one per operation, each calling it in three ways against a server on loopback.
//!
//! * with everything set,
//! * with nothing set but what must be: nothing else may be sent,
//! * with every field that takes it set to `null`.
//!
//! What each call must look like on the wire stands beside it as JSON, made from the document's facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Files;
use super::emit::Shape;
use super::format::PREAMBLE;
use super::harvest::Harvest;
use super::layout;
use super::literals::{Values, literal};
use super::operations::Emitted;
use super::plan::{Plan, Setter, Target};
use super::samples;
use super::types::Presence;
use crate::normalize::Shaped;
use crate::normalize::api::{Body, Operation};
use crate::normalize::names::{self, Acronyms};

/// Names that the tests of a resource import.
const IMPORTED: &[&str] = &["check", "sample", "types"];

/// Lays out `clerk-api/tests/generated/`.
#[must_use]
pub fn tree(
    document: &Value,
    shaped: &Shaped,
    harvest: &Harvest,
    operations: &BTreeMap<String, Emitted>,
    acronyms: &Acronyms,
) -> Files {
    let values = Values {
        harvest,
        facts: &shaped.facts,
    };
    let mut by_resource: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut calls = String::new();
    for operation in &shaped.api.operations {
        let Some(emitted) = operations.get(&operation.id) else {
            continue;
        };
        let resource = layout::resource(operation, acronyms);
        by_resource.entry(resource).or_default().push(test(
            &values,
            document,
            operation,
            &emitted.plan,
        ));
        if emitted.plan.reply.is_some() {
            let _ = writeln!(
                calls,
                "        {:?} => answer({}),",
                operation.id,
                shortest(&values, document, operation, &emitted.plan)
            );
        }
    }
    let mut files = Files::new();
    let mut modules = String::new();
    let mut taken: BTreeSet<String> = by_resource.keys().cloned().collect();
    for (resource, tests) in by_resource {
        let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
        for (index, part) in layout::parts(&tests).into_iter().enumerate() {
            let module = if index == 0 {
                resource.clone()
            } else {
                names::claim(&resource, &mut taken)
            };
            let uses = if part.contains("types::") {
                "use clerk_api::types;\n"
            } else {
                ""
            };
            let sample = if part.contains("sample::<") {
                "use crate::wire::sample;\n"
            } else {
                ""
            };
            files.insert(
                format!("{module}.rs"),
                format!("{PREAMBLE}\n#![allow(deprecated)]\n\n{uses}use crate::wire::check;\n{sample}\n{part}"),
            );
            let _ = writeln!(modules, "mod {module};");
        }
    }
    files.insert(
        "mod.rs".to_owned(),
        format!("{PREAMBLE}\npub mod calls;\n{modules}"),
    );
    files.insert("calls.rs".to_owned(), calls_file(&calls));
    files
}

/// One call of each operation that returns JSON.
fn calls_file(calls: &str) -> String {
    format!(
        "{PREAMBLE}
#![allow(deprecated, unused_imports)]

use clerk_api::{{Client, types}};

use crate::tolerance::{{Answered, answer}};
use crate::wire::sample;

/// Calls an operation with its required input only; `None` for an operation that returns no JSON.
#[rustfmt::skip]
pub fn call(operation: &str, client: &Client) -> Option<Answered> {{
    Some(match operation {{
{calls}        _ => return None,
    }})
}}
"
    )
}

/// A call with what the operation must have.
fn shortest(values: &Values<'_>, document: &Value, operation: &Operation, plan: &Plan) -> String {
    let body = body_sample(document, operation);
    let needed = needed(operation, plan, document);
    let setters: Vec<&Setter> = plan
        .setters
        .iter()
        .filter(|s| needed.contains(s.rust.as_str()))
        .collect();
    let (code, _) = expression(values, operation, plan, document, &body, &setters, false);
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn test(values: &Values<'_>, document: &Value, operation: &Operation, plan: &Plan) -> String {
    let body = body_sample(document, operation);
    let mut code = format!(
        "#[tokio::test]\nasync fn {}() {{\n",
        names::unreserved(&operation.method_name, IMPORTED)
    );
    let everything: Vec<&Setter> = plan.setters.iter().collect();
    code.push_str(&call(
        values,
        document,
        operation,
        plan,
        &body,
        &everything,
        false,
    ));
    let needed = needed(operation, plan, document);
    let required: Vec<&Setter> = plan
        .setters
        .iter()
        .filter(|s| needed.contains(s.rust.as_str()))
        .collect();
    if required.len() < everything.len() {
        code.push_str(&call(
            values, document, operation, plan, &body, &required, false,
        ));
    }
    let nullable: Vec<&Setter> = plan
        .setters
        .iter()
        .filter(|s| s.target == Target::Field(Presence::Patch) || needed.contains(s.rust.as_str()))
        .collect();
    if nullable
        .iter()
        .any(|s| s.target == Target::Field(Presence::Patch))
    {
        code.push_str(&call(
            values, document, operation, plan, &body, &nullable, true,
        ));
    }
    code.push_str("}\n");
    code
}

/// The setters without which nothing would be sent.
fn needed<'a>(operation: &Operation, plan: &'a Plan, document: &Value) -> BTreeSet<&'a str> {
    let mut wires: BTreeSet<String> = operation
        .parameters
        .iter()
        .filter(|p| p.required && !p.in_path)
        .map(|p| p.wire.clone())
        .collect();
    match &operation.body {
        Body::None | Body::Multipart(_) => {}
        Body::Json { required, .. } => {
            if let Some(schema) = body_schema(document, operation) {
                wires.extend(required_names(document, &schema, 0));
            }
            if *required && plan.setters.iter().any(|s| s.target == Target::WholeBody) {
                wires.insert(String::new());
            }
        }
        Body::Form(parts) => {
            wires.extend(parts.iter().filter(|p| p.required).map(|p| p.wire.clone()))
        }
    }
    plan.setters
        .iter()
        .filter(|s| wires.contains(&s.wire))
        .map(|s| s.rust.as_str())
        .collect()
}

fn required_names(document: &Value, schema: &Value, depth: usize) -> BTreeSet<String> {
    let schema = samples::resolve(document, schema);
    let mut out: BTreeSet<String> = crate::normalize::schema::required(schema);
    if depth < 8 {
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            out.extend(required_names(document, part, depth + 1));
        }
    }
    out
}

/// The document's own schema of a JSON body.
fn body_schema(document: &Value, operation: &Operation) -> Option<Value> {
    let body = document
        .get("paths")?
        .get(&operation.path)?
        .get(&operation.verb)?
        .get("requestBody")?;
    let content = samples::resolve(document, body)
        .get("content")?
        .as_object()?;
    let media = content
        .get("application/json")
        .or_else(|| content.values().next())?;
    media.get("schema").cloned()
}

fn body_sample(document: &Value, operation: &Operation) -> Value {
    match (&operation.body, body_schema(document, operation)) {
        (Body::Json { .. }, Some(schema)) => samples::full(document, &schema, "body"),
        _ => Value::Null,
    }
}

/// One call, checked.
fn call(
    values: &Values<'_>,
    document: &Value,
    operation: &Operation,
    plan: &Plan,
    body: &Value,
    setters: &[&Setter],
    nulls: bool,
) -> String {
    let (code, expected) = expression(values, operation, plan, document, body, setters, nulls);
    format!(
        "    check({:?}, {}, |client| async move {{\n        {code}\n            .await\n            .map(drop)\n    }})\n    .await;\n",
        operation.id,
        literal(&expected),
    )
}

/// One call and what it must look like on the wire.
fn expression(
    values: &Values<'_>,
    operation: &Operation,
    plan: &Plan,
    document: &Value,
    body: &Value,
    setters: &[&Setter],
    nulls: bool,
) -> (String, Value) {
    let (arguments, path_values) = path_arguments(values, plan);
    let mut query: Vec<Value> = operation
        .fixed_query
        .iter()
        .map(|(k, v)| json!([k, v]))
        .collect();
    let mut sent = Map::new();
    let mut whole = None;
    let mut parts = Map::new();
    let mut chain = String::new();
    for setter in setters {
        let argument = match setter.target {
            Target::Query | Target::QueryJoined => {
                let schema = parameter_schema(operation, &setter.wire);
                let value = samples::full(document, &schema, &setter.wire);
                push_query(&mut query, setter, &value);
                query_argument(values, &setter.shape, &value)
            }
            // Whatever else a body takes: nothing more is sent here.
            Target::Field(Presence::Plain) if matches!(setter.shape, Shape::Object) => {
                "clerk_api::JsonObject::new()".to_owned()
            }
            Target::Field(presence) => {
                let value = body.get(&setter.wire).cloned().unwrap_or(Value::Null);
                let null = nulls && presence == Presence::Patch;
                let value = if null { Value::Null } else { value };
                sent.insert(setter.wire.clone(), value.clone());
                field_argument(values, setter, presence, &value)
            }
            Target::WholeBody => {
                whole = Some(body.clone());
                values.loose(&setter.shape, body)
            }
            Target::File => {
                parts.insert(setter.wire.clone(), json!("bytes of a file"));
                "b\"bytes of a file\".to_vec()".to_owned()
            }
            Target::Text => {
                parts.insert(setter.wire.clone(), json!(samples::text(&setter.wire)));
                format!("{:?}", samples::text(&setter.wire))
            }
        };
        let _ = write!(chain, "\n            .{}({argument})", setter.rust);
    }
    let mut expected = json!({ "path_values": path_values, "query": query });
    match &operation.body {
        Body::None | Body::Multipart(_) => {}
        Body::Json { required, .. } => {
            if let Some(whole) = whole {
                expected["body"] = whole;
            } else if *required || !sent.is_empty() {
                expected["body"] = Value::Object(sent);
            }
        }
        Body::Form(_) => expected["parts"] = Value::Object(parts),
    }
    (
        format!(
            "client\n            .{}({}){chain}",
            plan.method,
            arguments.join(", ")
        ),
        expected,
    )
}

/// The arguments for the path as code, and the values that they put there.
fn path_arguments(values: &Values<'_>, plan: &Plan) -> (Vec<String>, Vec<Value>) {
    let one = |(name, held): &(String, Shape)| {
        let value = match held {
            Shape::Scalar(ty) if ty.to_string() == "bool" => json!(true),
            Shape::Scalar(_) => json!(7),
            _ => json!(samples::text(name)),
        };
        let code = match held {
            Shape::Scalar(_) => values.exact(held, &value),
            _ => format!("{:?}", samples::text(name)),
        };
        (code, value)
    };
    plan.arguments.iter().map(one).unzip()
}

fn parameter_schema(operation: &Operation, wire: &str) -> Value {
    operation
        .parameters
        .iter()
        .find(|p| p.wire == wire && !p.in_path)
        .map_or_else(|| json!({ "type": "string" }), |p| p.declared.clone())
}

fn push_query(query: &mut Vec<Value>, setter: &Setter, value: &Value) {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        Value::Array(items) if setter.target == Target::QueryJoined => {
            query.push(json!([
                setter.wire,
                items.iter().map(text).collect::<Vec<_>>().join(",")
            ]));
        }
        Value::Array(items) => {
            query.extend(items.iter().map(|item| json!([setter.wire, text(item)])))
        }
        other => query.push(json!([setter.wire, text(other)])),
    }
}

fn query_argument(values: &Values<'_>, shape: &Shape, value: &Value) -> String {
    match shape {
        Shape::Any | Shape::Object | Shape::Map(_) => format!("{:?}", value.to_string()),
        _ => values.loose(shape, value),
    }
}

fn field_argument(
    values: &Values<'_>,
    setter: &Setter,
    presence: Presence,
    value: &Value,
) -> String {
    match (presence, &setter.shape) {
        (_, Shape::Object | Shape::Any) => {
            format!("sample::<serde_json::Value>({})", literal(value))
        }
        (Presence::Patch, held) => values.patch(held, value),
        (_, held) => values.loose(held, value),
    }
}
