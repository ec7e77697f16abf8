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
#[path = "rules/shared.rs"]
mod shared;
#[path = "rules/values.rs"]
mod values;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::document::Kind;
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

/// `GET /things` that returns this.
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

/// Rules that no document of Clerk's needs, and the test that shows what each is for.
const UNSEEN: [(&str, &str); 12] = [
    (
        "colliding-field",
        "two_properties_with_one_rust_name_are_both_fields",
    ),
    (
        "colliding-type",
        "of_two_types_with_one_name_the_one_that_is_spelled_so_keeps_it",
    ),
    (
        "colliding-value",
        "values_with_one_spelling_get_variants_of_their_own",
    ),
    (
        "dangling-reference",
        "a_reference_that_leads_to_no_schema_is_any_json_and_said",
    ),
    (
        "deep-reference",
        "a_reference_into_another_schema_is_written_out",
    ),
    (
        "endless-required",
        "what_only_its_own_type_can_fill_is_not_required",
    ),
    ("left-out", "what_cannot_be_sent_is_left_out_and_said"),
    (
        "operation-id",
        "of_operations_with_one_id_the_later_ones_are_numbered",
    ),
    (
        "recursive-composition",
        "a_composition_that_contains_itself_gets_a_name",
    ),
    (
        "text-parameter",
        "query_parameters_are_scalars_lists_of_them_or_what_the_caller_writes",
    ),
    (
        "too-deep",
        "nesting_beyond_what_the_compiler_follows_is_any_json",
    ),
    (
        "undeclared-path",
        "a_parameter_of_the_path_that_nothing_declares_is_a_text",
    ),
];

#[test]
fn each_rule_fires_on_a_document_of_clerks_or_has_a_test_that_shows_what_it_is_for() {
    let tests = tests();
    for (rule, test) in UNSEEN {
        let at = tests
            .find(&format!("fn {test}()"))
            .unwrap_or_else(|| panic!("no test {test}"));
        let body = tests[at..].split("\n}\n").next().unwrap_or_default();
        assert!(
            body.contains(&format!("places(\"{rule}\")")),
            "{test} is not about {rule}"
        );
    }
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/openapi");
    if !shared.exists() {
        eprintln!("skipped: ../shared/openapi is not there");
        return;
    }
    let mut fired = BTreeSet::new();
    let folders = [
        ("bapi", Kind::BackendApi),
        ("proposed/bapi", Kind::BackendApi),
        ("webhooks", Kind::Webhooks),
        ("fapi", Kind::FrontendApi),
        ("proposed/fapi", Kind::FrontendApi),
    ];
    for (folder, kind) in folders {
        let overlay =
            Overlay::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), kind).unwrap();
        for entry in fs::read_dir(shared.join(folder)).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            let document = xtask::document::parse(&bytes, folder, kind).unwrap();
            let mut report = Report::default();
            shape(&facts(&document), &overlay, &Docs::default(), &mut report).unwrap();
            fired.extend(
                RULES
                    .iter()
                    .map(|(rule, _)| *rule)
                    .filter(|rule| !report.places(rule).is_empty()),
            );
        }
    }
    let silent: BTreeSet<&str> = RULES
        .iter()
        .map(|(rule, _)| *rule)
        .filter(|rule| !fired.contains(rule))
        .collect();
    let unseen: BTreeSet<&str> = UNSEEN.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(silent, unseen);
}

fn tests() -> String {
    [
        include_str!("rules/compositions.rs"),
        include_str!("rules/fields.rs"),
        include_str!("rules/names.rs"),
        include_str!("rules/operations.rs"),
        include_str!("rules/parameters.rs"),
        include_str!("rules/recursion.rs"),
        include_str!("rules/references.rs"),
        include_str!("rules/values.rs"),
    ]
    .concat()
}

/// A rule without a test could be deleted unnoticed.
#[test]
fn every_rule_has_a_test() {
    let tests = tests();
    let untested = RULES.iter().map(|(rule, _)| *rule);
    let untested = untested.filter(|rule| !tests.contains(&format!("places(\"{rule}\")")));
    assert_eq!(untested.collect::<Vec<_>>(), [""; 0]);
}
