//! Operations, parameters, bodies and answers.

use serde_json::{Value, json};
use xtask::diff::{Severity, Subject, compare};

use super::{api, document, judged, lines, object, operation, receiving, with_parameter};

#[test]
fn operations_come_and_go() {
    let one = document(json!({"/a": {"get": {"operationId": "GetA"}}}), json!({}));
    let two = document(
        json!({"/a": {"get": {"operationId": "GetA"}}, "/b": {"put": {"operationId": "PutB"}}}),
        json!({}),
    );
    judged(&one, &two, &["feature operation added PutB: PUT /b"]);
    judged(&two, &one, &["breaking operation removed PutB: PUT /b"]);
    assert_eq!(compare(&one, &two).semver(), "minor (0.x: patch)");
    assert_eq!(compare(&two, &one).semver(), "major (0.x: minor)");
}

#[test]
fn a_new_operation_id_renames_the_method_unless_only_its_spelling_changes() {
    let named = |id: &str| document(json!({"/a/{x}": {"get": {"operationId": id}}}), json!({}));
    judged(
        &named("GetA"),
        &named("FetchA"),
        &["breaking operation changed FetchA: renamed GetA -> FetchA"],
    );
    judged(
        &named("GetJWKS"),
        &named("getJwks"),
        &["patch operation changed getJwks: renamed GetJWKS -> getJwks"],
    );
}

#[test]
fn another_verb_or_path_changes_behaviour_only() {
    let at = |path: &str, method: &str| {
        document(json!({path: {method: {"operationId": "GetA"}}}), json!({}))
    };
    judged(
        &at("/a/{x}", "put"),
        &at("/a/{x}", "patch"),
        &["feature operation changed GetA: PUT /a/{x} -> PATCH /a/{x}"],
    );
    judged(
        &at("/a/{x}", "get"),
        &at("/b/{x}", "get"),
        &["feature operation changed GetA: GET /a/{x} -> GET /b/{x}"],
    );
}

#[test]
fn path_parameters_are_arguments_by_place() {
    let at = |path: &str| document(json!({path: {"get": {"operationId": "GetA"}}}), json!({}));
    judged(
        &at("/a/{x}"),
        &at("/a/{y}"),
        &["patch path parameter changed GetA.path: (x) -> (y)"],
    );
    let swapped = ["breaking path parameter changed GetA.path: (x, y) -> (y, x)"];
    judged(&at("/a/{x}/{y}"), &at("/a/{y}/{x}"), &swapped);
    let more = lines(&at("/a"), &at("/a/{x}"));
    assert_eq!(
        more[0],
        "breaking path parameter changed GetA.path: () -> (x)"
    );

    let typed = |kind: &str| {
        let id =
            json!({"name": "thing_id", "in": "path", "required": true, "schema": {"type": kind}});
        api(json!({"parameters": [id]}))
    };
    let expected = ["breaking type changed UpdateThing.path.thing_id: string -> integer"];
    judged(&typed("string"), &typed("integer"), &expected);
}

#[test]
fn query_parameters_are_setters() {
    let none = api(json!({}));
    let query = |required: bool, schema: Value| {
        with_parameter(
            json!({"name": "limit", "in": "query", "required": required, "schema": schema}),
        )
    };
    let optional = query(false, json!({"type": "integer"}));
    let required = query(true, json!({"type": "integer"}));
    judged(
        &none,
        &optional,
        &["feature parameter added UpdateThing.query.limit: integer"],
    );
    judged(
        &none,
        &required,
        &["breaking parameter added UpdateThing.query.limit: required integer"],
    );
    judged(
        &optional,
        &none,
        &["breaking parameter removed UpdateThing.query.limit: integer"],
    );
    judged(
        &optional,
        &required,
        &["breaking presence changed UpdateThing.query.limit: optional -> required"],
    );
    judged(
        &required,
        &optional,
        &["feature presence changed UpdateThing.query.limit: required -> optional"],
    );
    let text = query(false, json!({"type": "string"}));
    judged(
        &optional,
        &text,
        &["breaking type changed UpdateThing.query.limit: integer -> string"],
    );
    let list = query(
        false,
        json!({"type": "array", "items": {"type": "integer"}}),
    );
    judged(
        &optional,
        &list,
        &["breaking type changed UpdateThing.query.limit: integer -> list of integer"],
    );
    let header =
        with_parameter(json!({"name": "limit", "in": "header", "schema": {"type": "integer"}}));
    judged(
        &optional,
        &header,
        &["feature parameter changed UpdateThing.query.limit: sent in query -> header"],
    );
    let closed = with_parameter(
        json!({"name": "limit", "in": "query", "explode": false, "schema": {"type": "integer"}}),
    );
    judged(
        &optional,
        &closed,
        &["feature parameter changed UpdateThing.query.limit: explode: default -> false"],
    );
}

#[test]
fn parameters_of_the_path_item_count_and_are_overridden() {
    let item = |outer: Value, inner: Value| {
        document(
            json!({"/a": {"parameters": [outer], "get": {"operationId": "GetA", "parameters": [inner]}}}),
            json!({}),
        )
    };
    let limit = |kind: &str| json!({"name": "limit", "in": "query", "schema": {"type": kind}});
    let other = json!({"name": "other", "in": "query", "schema": {"type": "string"}});
    judged(
        &item(limit("string"), limit("integer")),
        &item(limit("boolean"), limit("integer")),
        &[],
    );
    let expected = ["breaking type changed GetA.query.limit: string -> boolean"];
    judged(
        &item(limit("string"), other.clone()),
        &item(limit("boolean"), other),
        &expected,
    );
}

#[test]
fn a_shared_parameter_is_told_once_with_its_users() {
    let shared = |maximum: u32| {
        let list = |id: &str| json!({"get": {"operationId": id, "parameters": [{"$ref": "#/components/parameters/Limit"}]}});
        json!({
            "paths": {"/a": list("ListA"), "/b": list("ListB")},
            "components": {"parameters": {"Limit": {
                "name": "limit", "in": "query", "schema": {"type": "integer", "maximum": maximum},
            }}},
        })
    };
    let diff = compare(&shared(500), &shared(100));
    assert_eq!(diff.entries.len(), 1);
    let entry = &diff.entries[0];
    assert_eq!(
        (entry.severity, &entry.subject),
        (Severity::Breaking, &Subject::Parameter("Limit".to_owned()))
    );
    assert_eq!(
        (entry.what.as_str(), entry.operations.len()),
        ("maximum: 500 -> 100", 2)
    );
}

#[test]
fn answers_change_as_a_whole() {
    let none = api(json!({"responses": {"204": {"description": "done"}}}));
    let some = receiving(json!({"type": "string"}));
    judged(
        &none,
        &some,
        &[
            "breaking response changed UpdateThing.response: nothing -> string",
            "patch response changed UpdateThing.response: success is 204 -> 200",
        ],
    );
    let thing = api(json!({}));
    let list = receiving(json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}));
    judged(
        &thing,
        &list,
        &["breaking type changed UpdateThing.response: Thing -> list of Thing"],
    );
    let mut failing = thing.clone();
    failing["paths"]["/things/{thing_id}"]["post"]["responses"]["409"] =
        json!({"description": "no"});
    judged(
        &thing,
        &failing,
        &["patch response added UpdateThing.response: 409"],
    );
}

#[test]
fn bodies_change_as_a_whole() {
    let none = api(json!({}));
    let body = |media: &str, required: bool, fields: &[&str]| {
        let schema = object(json!({"name": {"type": "string"}}), fields);
        api(json!({"requestBody": {"required": required, "content": {media: {"schema": schema}}}}))
    };
    let optional = body("application/json", false, &[]);
    judged(
        &none,
        &optional,
        &["feature body added UpdateThing.body: object"],
    );
    judged(
        &none,
        &body("application/json", true, &["name"]),
        &["breaking body added UpdateThing.body: object"],
    );
    judged(
        &optional,
        &none,
        &["breaking body removed UpdateThing.body: the request body"],
    );
    let required = body("application/json", true, &[]);
    judged(
        &optional,
        &required,
        &["breaking presence changed UpdateThing.body: optional -> required"],
    );
    let form = body("multipart/form-data", false, &[]);
    let expected =
        ["breaking body changed UpdateThing.body: application/json -> multipart/form-data"];
    judged(&optional, &form, &expected);
}

#[test]
fn a_named_body_and_the_same_one_inline_are_the_same_setters() {
    let schema = object(json!({"name": {"type": "string"}}), &[]);
    let with = |body: Value, schemas: Value| {
        let body = json!({"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}});
        document(
            json!({"/things/{thing_id}": {"post": operation(body)}}),
            schemas,
        )
    };
    let named = with(
        json!({"$ref": "#/components/schemas/Update"}),
        json!({"Update": schema}),
    );
    let inline = with(
        schema,
        json!({"Update": object(json!({"name": {"type": "string"}}), &[])}),
    );
    judged(&named, &inline, &[]);
}

#[test]
fn webhook_events_are_received() {
    let of = |events: &[(&str, Value)]| {
        let event = |schema: &Value| json!({"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}});
        let all: serde_json::Map<String, Value> = events
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), event(schema)))
            .collect();
        json!({"openapi": "3.0.3", "x-webhooks": all, "components": {}})
    };
    let one = of(&[(
        "user.created",
        object(json!({"a": {"type": "string"}}), &["a"]),
    )]);
    let two = of(&[
        (
            "user.created",
            object(json!({"a": {"type": "string"}}), &[]),
        ),
        ("user.deleted", json!({"type": "object"})),
    ]);
    let expected = [
        "breaking presence changed user.created.payload.a: required -> optional",
        "feature operation added user.deleted: POST user.deleted",
    ];
    judged(&one, &two, &expected);
}
