//! What each normalizing rule makes of a small document, and where it does not apply.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "rules/compositions.rs"]
mod compositions;
#[path = "rules/fields.rs"]
mod fields;
#[path = "rules/generated.rs"]
mod generated;
#[path = "rules/names.rs"]
mod names;
#[path = "rules/operations.rs"]
mod operations;
#[path = "rules/parameters.rs"]
mod parameters;
#[path = "rules/recursion.rs"]
mod recursion;
#[path = "rules/references.rs"]
mod references;
#[path = "rules/values.rs"]
mod values;

use serde_json::{Value, json};
use xtask::normalize::api::{Operation, Reply};
use xtask::normalize::docs::Docs;
use xtask::normalize::facts::facts;
use xtask::normalize::fields::FieldFacts;
use xtask::normalize::overlay::Overlay;
use xtask::normalize::report::{RULES, Report};
use xtask::normalize::{Shaped, shape};

/// A document after the rules, and what they said.
struct Outcome {
    shaped: Shaped,
    report: Report,
}

impl Outcome {
    /// The places that a rule touched.
    #[track_caller]
    fn places(&self, rule: &str) -> Vec<&str> {
        assert!(RULES.iter().any(|(name, _)| *name == rule), "{rule}");
        let places = self.report.places(rule);
        places.iter().map(String::as_str).collect()
    }

    #[track_caller]
    fn operation(&self, id: &str) -> &Operation {
        let found = self.shaped.api.operations.iter().find(|o| o.id == id);
        found.unwrap_or_else(|| panic!("no operation {id}"))
    }

    /// A type as progenitor gets it.
    #[track_caller]
    fn schema(&self, name: &str) -> &Value {
        let known: Vec<&String> = self.shaped.api.schemas.keys().collect();
        let found = self.shaped.api.schemas.get(name);
        found.unwrap_or_else(|| panic!("no type {name} in {known:?}"))
    }

    /// A property of a type.
    #[track_caller]
    fn property(&self, name: &str, property: &str) -> &Value {
        let found = self
            .schema(name)
            .get("properties")
            .and_then(|p| p.get(property));
        found.unwrap_or_else(|| panic!("no property {property} in {}", self.schema(name)))
    }

    #[track_caller]
    fn field(&self, name: &str, field: &str) -> &FieldFacts {
        &self.shaped.facts[name].fields[field]
    }

    /// The schema that the only operation answers.
    #[track_caller]
    fn reply(&self) -> &Value {
        match &self.shaped.api.operations[0].reply {
            Reply::Json(schema) | Reply::List(schema) => schema,
            other => panic!("no JSON: {other:?}"),
        }
    }

    #[track_caller]
    fn noted(&self, words: &str) {
        let notes = self.report.notes();
        assert!(notes.iter().any(|n| n.contains(words)), "{notes:#?}");
    }
}

fn document(paths: Value, schemas: Value) -> Value {
    let info = json!({ "version": "2026-05-12" });
    json!({ "openapi": "3.0.3", "info": info, "paths": paths, "components": { "schemas": schemas } })
}

/// Applies the rules with an overlay, and asks progenitor what it makes of the outcome: whatever a rule leaves must be
/// something that it digests.
#[track_caller]
fn with_overlay(document: &Value, overlay: &str) -> Outcome {
    let mut report = Report::default();
    let overlay = Overlay::parse(overlay).unwrap();
    let shaped = shape(&facts(document), &overlay, &Docs::default(), &mut report).unwrap();
    xtask::generate::harvest::harvest(&shaped.to_openapi(), &shaped.facts).unwrap();
    Outcome { shaped, report }
}

#[track_caller]
fn shaped(document: &Value) -> Outcome {
    with_overlay(document, "")
}

fn content(schema: &Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn answers(schema: &Value) -> Value {
    json!({ "200": content(schema) })
}

/// `GET /things` that answers this.
#[track_caller]
fn answering(schema: Value, schemas: Value) -> Outcome {
    let get = json!({ "operationId": "GetThing", "responses": answers(&schema) });
    shaped(&document(json!({ "/things": { "get": get } }), schemas))
}

/// `POST /things` that sends this.
#[track_caller]
fn sending(schema: Value, schemas: Value) -> Outcome {
    let post =
        json!({ "operationId": "CreateThing", "requestBody": content(&schema), "responses": {} });
    shaped(&document(json!({ "/things": { "post": post } }), schemas))
}

/// `GET /things` as it is given.
#[track_caller]
fn operation(mut fields: Value) -> Outcome {
    if fields.get("operationId").is_none() {
        fields["operationId"] = json!("GetThing");
    }
    shaped(&document(
        json!({ "/things": { "get": fields } }),
        json!({}),
    ))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn requiring(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn string() -> Value {
    json!({ "type": "string" })
}

/// A rule without a test is one that nobody would miss.
#[test]
fn every_rule_has_a_test() {
    let tests = [
        include_str!("rules/compositions.rs"),
        include_str!("rules/fields.rs"),
        include_str!("rules/names.rs"),
        include_str!("rules/operations.rs"),
        include_str!("rules/parameters.rs"),
        include_str!("rules/recursion.rs"),
        include_str!("rules/references.rs"),
        include_str!("rules/values.rs"),
    ]
    .concat();
    let untested = RULES.iter().map(|(rule, _)| *rule);
    let untested = untested.filter(|rule| !tests.contains(&format!("places(\"{rule}\")")));
    assert_eq!(untested.collect::<Vec<_>>(), [""; 0]);
}
