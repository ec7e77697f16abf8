//! Rules on the parameters of paths and queries.

use serde_json::{Value, json};
use xtask::normalize::api::Parameter;

use super::{Outcome, document, object, reference, shaped, string};

#[track_caller]
fn at(path: &str, parameters: Value) -> Outcome {
    let schemas = json!({
        "Colour": { "type": "string", "enum": ["red", "green"] },
        "Filter": object(json!({ "a": string() })),
    });
    let get = json!({ "operationId": "Get", "parameters": parameters, "responses": {} });
    shaped(&document(json!({ path: { "get": get } }), schemas))
}

fn query(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}

#[track_caller]
fn one(parameter: Value) -> (Outcome, Parameter) {
    let found = at("/things", json!([parameter]));
    let parameter = found.operation("Get").parameters[0].clone();
    (found, parameter)
}

fn names(found: &Outcome) -> Vec<(&str, &str)> {
    let parameters = &found.operation("Get").parameters;
    parameters
        .iter()
        .map(|p| (p.wire.as_str(), p.rust.as_str()))
        .collect()
}

#[test]
fn of_two_parameters_with_one_name_the_deprecated_one_goes() {
    let mut old = query("frontendApi", string());
    old["deprecated"] = json!(true);
    for list in [
        json!([old, query("frontend_api", string())]),
        json!([query("frontend_api", string()), old]),
    ] {
        let found = at("/things", list);
        assert_eq!(found.places("colliding-parameter").len(), 1);
        assert_eq!(names(&found), [("frontend_api", "frontend_api")]);
    }
}

#[test]
fn of_more_parameters_with_one_name_each_later_one_is_renamed() {
    let found = at(
        "/things/{userId}",
        json!([
            query("user_id", string()),
            query("UserId", string()),
            query("user_id_query", string())
        ]),
    );
    assert_eq!(
        names(&found),
        [
            ("userId", "user_id"),
            ("user_id", "user_id_query"),
            ("UserId", "user_id_query_2"),
            ("user_id_query", "user_id_query_query"),
        ]
    );
    assert!(
        at("/things", json!([query("a", string())]))
            .places("colliding-parameter")
            .is_empty()
    );
}

#[test]
fn names_that_rust_or_every_request_has_get_an_underscore() {
    let found = at(
        "/{self}/{client}",
        json!([
            query("type", string()),
            query("send", string()),
            query("1st", string())
        ]),
    );
    assert_eq!(
        names(&found),
        [
            ("self", "self_"),
            ("client", "client_"),
            ("type", "type_"),
            ("send", "send_"),
            ("1st", "n1st")
        ]
    );
}

#[test]
fn a_parameter_of_the_path_that_nothing_declares_is_a_text() {
    let found = at("/users/{user_id}", json!([]));
    assert_eq!(found.places("undeclared-path"), ["Get {user_id}"]);
    assert_eq!(found.operation("Get").parameters[0].schema, string());

    let declared = json!({ "name": "user_id", "in": "path", "required": true, "schema": { "type": "integer" } });
    let found = at("/users/{user_id}", json!([declared]));
    assert!(found.places("undeclared-path").is_empty());
    assert_eq!(
        found.operation("Get").parameters[0].schema["type"],
        "integer"
    );
}

#[test]
fn parameters_of_the_path_item_hold_for_its_operations_and_can_be_replaced() {
    let of_path = json!([{ "name": "id", "in": "path", "schema": { "type": "integer" } }, query("limit", json!({ "type": "integer" }))]);
    let get =
        json!({ "operationId": "Get", "parameters": [query("limit", string())], "responses": {} });
    let found = shaped(&document(
        json!({ "/a/{id}": { "parameters": of_path, "get": get } }),
        json!({}),
    ));
    let kinds: Vec<&Value> = found
        .operation("Get")
        .parameters
        .iter()
        .map(|p| &p.schema["type"])
        .collect();
    assert_eq!(kinds, ["integer", "string"]);
}

#[test]
fn path_parameters_are_scalars_or_enums_and_anything_else_is_a_text() {
    for (schema, expected) in [
        (
            json!({ "type": "integer", "minimum": 1 }),
            json!({ "type": "integer", "format": "int64" }),
        ),
        (
            json!({ "type": "boolean", "nullable": true }),
            json!({ "type": "boolean" }),
        ),
        (
            json!({ "allOf": [reference("Colour")], "nullable": true }),
            reference("Colour"),
        ),
        (reference("Filter"), string()),
        (json!({ "type": "array", "items": string() }), string()),
        (json!({}), string()),
    ] {
        let found = at(
            "/{x}",
            json!([{ "name": "x", "in": "path", "schema": schema }]),
        );
        assert_eq!(
            found.operation("Get").parameters[0].schema,
            expected,
            "{schema}"
        );
    }
}

#[test]
fn query_parameters_are_scalars_lists_of_them_or_what_the_caller_writes() {
    for (schema, expected, fires) in [
        (string(), string(), false),
        (reference("Colour"), reference("Colour"), false),
        (
            json!({ "type": "array", "nullable": true, "items": { "allOf": [reference("Colour")], "nullable": true } }),
            json!({ "type": "array", "items": reference("Colour") }),
            false,
        ),
        (
            json!({ "type": "array", "items": reference("Filter") }),
            json!({ "type": "array", "items": string() }),
            false,
        ),
        (reference("Filter"), json!({}), true),
        (
            json!({ "type": "object", "additionalProperties": string() }),
            json!({}),
            true,
        ),
        (
            json!({ "oneOf": [string(), reference("Filter")] }),
            json!({}),
            true,
        ),
    ] {
        let (found, parameter) = one(query("q", schema.clone()));
        assert_eq!(parameter.schema, expected, "{schema}");
        assert_eq!(
            found.places("text-parameter").is_empty(),
            !fires,
            "{schema}"
        );
    }
}

#[test]
fn a_parameter_with_content_or_without_a_schema_is_taken_as_it_is_written() {
    let (_, parameter) = one(
        json!({ "name": "q", "in": "query", "content": { "application/json": { "schema": reference("Filter") } } }),
    );
    assert_eq!(parameter.schema, json!({}));
    let (_, parameter) = one(json!({ "name": "q", "in": "query" }));
    assert_eq!(parameter.schema, string());
}

#[test]
fn header_and_cookie_parameters_are_left_to_the_caller() {
    let found = at(
        "/things",
        json!([{ "name": "X-Id", "in": "header", "schema": string() }, { "name": "c", "in": "cookie", "schema": string() }]),
    );
    assert_eq!(found.places("header-parameter").len(), 2);
    assert!(found.operation("Get").parameters.is_empty());
    assert!(
        at("/things", json!([query("q", string())]))
            .places("header-parameter")
            .is_empty()
    );
}

#[test]
fn arrays_that_do_not_explode_are_joined() {
    let array = json!({ "type": "array", "items": string() });
    let with = |style: Value, explode: bool| {
        let mut parameter = query("q", array.clone());
        parameter["explode"] = json!(explode);
        if !style.is_null() {
            parameter["style"] = style;
        }
        one(parameter)
    };
    for style in [Value::Null, json!("form")] {
        let (found, parameter) = with(style.clone(), false);
        assert_eq!(found.places("joined-parameter"), ["Get?q"]);
        assert!(parameter.joined);
        assert!(!with(style, true).1.joined);
    }
    let (found, parameter) = with(json!("deepObject"), false);
    assert!(!parameter.joined);
    found.noted("style `deepObject`");
    let mut text = query("q", string());
    text["explode"] = json!(false);
    assert!(one(text).0.places("joined-parameter").is_empty());
}

#[test]
fn a_header_that_must_be_sent_is_told_apart() {
    let found = at(
        "/things",
        json!([{ "name": "X-Id", "in": "header", "required": true, "schema": string() }]),
    );
    assert_eq!(found.places("required-header"), ["Get header X-Id"]);
    assert!(found.places("header-parameter").is_empty());
}

#[test]
fn what_cannot_be_sent_is_left_out_and_said() {
    let found = at(
        "/things",
        json!([{ "name": "gone", "in": "path", "schema": string() }, { "in": "query" }, 7]),
    );
    assert!(found.operation("Get").parameters.is_empty());
    assert_eq!(
        found.places("left-out"),
        [
            "Get: a parameter without a name",
            "Get: a parameter without a name",
            "Get: {gone}, which the path does not have",
        ]
    );
}
