//! The feature `schemars`: every type describes itself.

#![cfg(feature = "schemars")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clerk_api::types::{CreateUserBody, SessionStatus, UpdateUserBody, User};
use schemars::schema_for;
use serde_json::json;

#[test]
fn an_answer_describes_its_fields_and_what_is_always_there() {
    let schema = schema_for!(User).to_value();
    assert_eq!(schema["properties"]["banned"]["type"], "boolean");
    assert_eq!(schema["properties"]["created_at"]["type"], "integer");
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&json!("banned")) && !required.contains(&json!("first_name")));
}

#[test]
fn a_field_that_can_be_cleared_may_be_null_and_may_be_missing() {
    let schema = schema_for!(UpdateUserBody).to_value();
    assert_eq!(
        schema["properties"]["first_name"]["type"],
        json!(["string", "null"])
    );
    assert!(schema.get("required").is_none());
    let schema = schema_for!(CreateUserBody).to_value();
    assert_eq!(
        schema["properties"]["email_address"]["type"],
        json!(["array", "null"])
    );
}

#[test]
fn an_open_enum_is_a_string_of_any_value() {
    let schema = schema_for!(SessionStatus).to_value();
    assert_eq!(schema["type"], "string");
    assert!(schema.get("enum").is_none(), "{schema}");
}
