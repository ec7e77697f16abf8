//! What the normalizing rules do to small documents, by structure and not by name.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use xtask::regen::{GENERATED, Generated, generate};

/// Generates from a document with one operation that answers this schema.
fn answering(schema: Value, schemas: Value) -> Generated {
    let document = json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "v" },
        "paths": { "/things": { "get": { "operationId": "GetThing", "tags": ["Things"], "responses": {
            "200": { "description": "", "content": { "application/json": { "schema": schema } } },
        } } } },
        "components": { "schemas": schemas },
    });
    let hooks = json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "v" }, "components": { "schemas": {} },
        "x-webhooks": { "thing.made": { "post": { "requestBody": { "content": { "application/json": { "schema": {
            "type": "object", "properties": { "data": { "type": "object", "properties": { "id": { "type": "string" } } } },
        } } } } } } },
    });
    generate(&document, &hooks, "", "").unwrap()
}

fn types(made: &Generated) -> &str {
    &made.files[&format!("{GENERATED}/things/types.rs")]
}

#[test]
fn a_union_of_objects_is_one_type_whose_fields_are_all_optional() {
    let made = answering(
        json!({ "oneOf": [{ "$ref": "#/components/schemas/kind_a" }, { "$ref": "#/components/schemas/kind_b" }] }),
        json!({
            "kind_a": { "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } } },
            "kind_b": { "type": "object", "required": ["y"], "properties": { "y": { "type": "boolean" } } },
        }),
    );
    let code = types(&made);
    assert!(
        code.contains("pub x: Option<String>") && code.contains("pub y: Option<bool>"),
        "{code}"
    );
    assert!(!made.backend_api.places("union").is_empty());
}

#[test]
fn a_nullable_required_field_may_be_missing_and_a_required_scalar_may_not() {
    let made = answering(
        json!({ "type": "object", "required": ["a", "b"], "properties": {
            "a": { "type": "string", "nullable": true }, "b": { "type": "boolean" },
        } }),
        json!({}),
    );
    let code = types(&made);
    assert!(
        code.contains("pub a: Option<String>") && code.contains("pub b: bool"),
        "{code}"
    );
}

#[test]
fn enums_keep_unknown_values_and_one_value_in_an_answer_is_a_string() {
    let made = answering(
        json!({ "type": "object", "required": ["s", "o"], "properties": {
            "s": { "type": "string", "enum": ["on", "-on", "", "on"] }, "o": { "type": "string", "enum": ["thing"] },
        } }),
        json!({}),
    );
    let code = types(&made);
    assert!(
        code.contains("On = \"on\"") && code.contains("MinusOn = \"-on\""),
        "{code}"
    );
    assert!(code.contains("pub o: String"), "{code}");
}

#[test]
fn rules_that_do_not_apply_say_so() {
    let made = answering(
        json!({ "type": "object", "properties": { "a": { "type": "string" } } }),
        json!({}),
    );
    let counts = made.backend_api.counts();
    assert_eq!(
        (
            counts.0["multipart"],
            counts.0["paginated"],
            counts.0["union"]
        ),
        (0, 0, 0)
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let make = || {
        answering(
            json!({ "type": "array", "items": { "type": "string" } }),
            json!({}),
        )
        .files
    };
    assert!(make() == make());
}
