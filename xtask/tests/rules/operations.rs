//! Rules on operations, their bodies and their answers.

use serde_json::{Value, json};
use xtask::normalize::api::{Body, Part, Reply};

use super::{answers, content, document, object, operation, reference, requiring, shaped, string};

#[test]
fn an_operation_without_an_id_gets_one_of_its_verb_and_path() {
    let found = shaped(&document(
        json!({ "/users/{user_id}/ban": { "post": { "responses": {} } } }),
        json!({}),
    ));
    assert_eq!(found.places("operation-id").len(), 1);
    let operation = &found.shaped.api.operations[0];
    assert_eq!(operation.method_name, "post_users_user_id_ban");
    assert_eq!(operation.type_name, "PostUsersUserIdBan");
}

#[test]
fn of_operations_with_one_id_the_later_ones_are_numbered() {
    let get = json!({ "operationId": "GetUser", "responses": {} });
    let found = shaped(&document(
        json!({ "/a": { "get": get }, "/b": { "get": get }, "/c": { "get": { "operationId": "get_user", "responses": {} } } }),
        json!({}),
    ));
    let names: Vec<[&str; 3]> = found
        .shaped
        .api
        .operations
        .iter()
        .map(|o| [o.id.as_str(), &o.method_name, &o.type_name])
        .collect();
    assert_eq!(
        names,
        [
            ["GetUser", "get_user", "GetUser"],
            ["GetUser_2", "get_user_2", "GetUser2"],
            ["get_user", "get_user_3", "GetUser3"],
        ]
    );
    assert_eq!(found.places("operation-id").len(), 2);
    assert!(operation(json!({})).places("operation-id").is_empty());
}

#[test]
fn shared_bodies_responses_parameters_and_paths_count_as_written_where_they_are_used() {
    let mut document = document(
        json!({
            "/a": { "get": {
                "operationId": "A",
                "parameters": [{ "$ref": "#/components/parameters/Limit" }],
                "requestBody": { "$ref": "#/components/requestBodies/Thing" },
                "responses": { "200": { "$ref": "#/components/responses/Thing" } },
            } },
            "/b": { "$ref": "#/paths/~1a" },
        }),
        json!({}),
    );
    document["components"]["parameters"] =
        json!({ "Limit": { "name": "limit", "in": "query", "schema": { "type": "integer" } } });
    document["components"]["requestBodies"] =
        json!({ "Thing": content(&object(json!({ "a": string() }))) });
    document["components"]["responses"] =
        json!({ "Thing": content(&object(json!({ "b": string() }))) });
    let found = shaped(&document);
    assert_eq!(found.shaped.api.operations.len(), 2, "both paths have it");
    assert_eq!(found.places("inline-components").len(), 7);
    for operation in &found.shaped.api.operations {
        assert_eq!(operation.parameters[0].wire, "limit");
        assert!(matches!(operation.body, Body::Json { .. }));
        assert!(matches!(operation.reply, Reply::Json(_)));
    }
    assert!(
        operation(json!({ "responses": answers(&string()) }))
            .places("inline-components")
            .is_empty()
    );
}

#[test]
fn a_shared_part_that_is_not_there_is_said_and_counts_as_not_declared() {
    let found = operation(json!({
        "parameters": [{ "$ref": "#/components/parameters/Gone" }],
        "requestBody": { "$ref": "#/components/requestBodies/Gone" },
        "responses": { "200": { "$ref": "other.yml#/Thing" } },
    }));
    assert_eq!(found.places("dangling-reference").len(), 3);
    found.noted("leads nowhere");
    let operation = found.operation("GetThing");
    assert!(operation.parameters.is_empty());
    assert!(matches!(operation.body, Body::None));
    assert!(matches!(operation.reply, Reply::Text));
}

#[test]
fn statuses_that_are_no_success_are_errors_of_the_runtime() {
    let found = operation(
        json!({ "responses": { "404": content(&string()), "default": content(&string()), "200": content(&string()) } }),
    );
    assert_eq!(found.places("one-error-type").len(), 2);
    assert_eq!(found.operation("GetThing").errors, [404]);
    assert!(
        operation(json!({ "responses": answers(&string()) }))
            .places("one-error-type")
            .is_empty()
    );
}

#[test]
fn an_answer_of_another_media_type_is_text() {
    for media in ["text/csv", "application/xml"] {
        let found = operation(
            json!({ "responses": { "200": { "content": { media: { "schema": string() } } } } }),
        );
        assert_eq!(found.places("text-response"), [format!("GetThing {media}")]);
        assert!(matches!(found.operation("GetThing").reply, Reply::Text));
    }
    let found = operation(json!({ "responses": answers(&string()) }));
    assert!(found.places("text-response").is_empty());
}

#[test]
fn the_answer_is_that_of_the_first_success_with_a_schema() {
    for status in ["200", "201", "2XX"] {
        let found = operation(json!({ "responses": { status: content(&string()) } }));
        assert_eq!(found.places("any-success"), [format!("GetThing {status}")]);
        assert_eq!(*found.reply(), string());
    }
    let found = operation(
        json!({ "responses": { "201": content(&json!({ "type": "boolean" })), "202": content(&string()), "200": {} } }),
    );
    assert_eq!(*found.reply(), json!({ "type": "boolean" }));
    assert_eq!(
        found.places("left-out"),
        ["GetThing: successes besides 201, which is the one that is read"]
    );
    let found = operation(json!({ "responses": { "204": {} } }));
    assert!(found.places("any-success").is_empty());
    assert!(matches!(found.operation("GetThing").reply, Reply::Empty));
}

#[test]
fn an_operation_that_declares_no_success_answers_nothing_and_that_is_said() {
    for responses in [
        json!({}),
        json!({ "default": content(&string()) }),
        Value::Null,
    ] {
        let found = operation(json!({ "responses": responses }));
        assert!(matches!(found.operation("GetThing").reply, Reply::Empty));
        found.noted("declares no success");
    }
}

#[test]
fn a_get_without_declared_content_answers_text_and_other_verbs_nothing() {
    let found = operation(json!({ "responses": { "200": {} } }));
    assert_eq!(found.places("text-reply"), ["GetThing"]);
    assert!(matches!(found.operation("GetThing").reply, Reply::Text));

    let delete = json!({ "operationId": "DeleteThing", "responses": { "200": {} } });
    let found = shaped(&document(
        json!({ "/things": { "delete": delete } }),
        json!({}),
    ));
    assert!(found.places("text-reply").is_empty());
    assert!(matches!(found.operation("DeleteThing").reply, Reply::Empty));
}

#[test]
fn content_that_is_no_json_is_text_and_json_without_a_schema_is_any_json() {
    let reply =
        |content: Value| operation(json!({ "responses": { "200": { "content": content } } }));
    let found = reply(json!({ "text/html": { "schema": string() } }));
    assert!(matches!(found.operation("GetThing").reply, Reply::Text));
    let found = reply(json!({ "image/png": {} }));
    assert!(matches!(found.operation("GetThing").reply, Reply::Text));
    let found = reply(json!({ "application/json": {} }));
    assert_eq!(*found.reply(), json!({}));
    let found = reply(
        json!({ "text/csv": { "schema": string() }, "application/scim+json": { "schema": { "type": "integer" } } }),
    );
    assert_eq!(found.reply()["type"], "integer", "JSON goes first");
}

fn list(properties: Value) -> Value {
    answers(&object(properties))
}

#[test]
fn an_answer_of_exactly_data_and_total_count_is_a_list() {
    let data = json!({ "type": "array", "items": object(json!({ "id": string() })) });
    let count = json!({ "type": "integer" });
    let found =
        operation(json!({ "responses": list(json!({ "data": data, "total_count": count })) }));
    assert_eq!(found.places("list-envelope"), ["GetThing"]);
    assert!(matches!(found.operation("GetThing").reply, Reply::List(_)));

    for other in [
        json!({ "data": data }),
        json!({ "data": data, "total_count": count, "more": string() }),
        json!({ "data": string(), "total_count": count }),
        json!({ "data": { "type": "array", "items": string(), "nullable": true }, "total_count": count }),
    ] {
        let found = operation(json!({ "responses": list(other) }));
        assert!(found.places("list-envelope").is_empty());
        assert!(matches!(found.operation("GetThing").reply, Reply::Json(_)));
    }
}

#[test]
fn an_operation_that_can_page_always_does() {
    let paginated = json!({ "name": "paginated", "in": "query", "schema": { "type": "boolean" } });
    let array = json!({ "type": "array", "items": string() });
    let found = operation(json!({ "parameters": [paginated], "responses": answers(&array) }));
    assert_eq!(found.places("paginated"), ["GetThing"]);
    let listed = found.operation("GetThing");
    assert!(listed.parameters.is_empty());
    assert_eq!(listed.fixed_query, [("paginated", "true")]);
    assert!(matches!(listed.reply, Reply::List(_)));

    let found = operation(json!({ "responses": answers(&array) }));
    assert!(found.places("paginated").is_empty());
    assert!(matches!(found.operation("GetThing").reply, Reply::Json(_)));
}

#[track_caller]
fn parts(schema: Value, schemas: Value) -> Vec<Part> {
    let body = json!({ "content": { "multipart/form-data": { "schema": schema } } });
    let post = json!({ "operationId": "Upload", "requestBody": body, "responses": {} });
    let found = shaped(&document(json!({ "/logo": { "post": post } }), schemas));
    assert_eq!(found.places("multipart"), ["Upload"]);
    match &found.operation("Upload").body {
        Body::Form(parts) => parts.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_multipart_body_becomes_its_parts_wherever_they_are_declared() {
    let file = json!({ "type": "string", "format": "binary" });
    let whole = requiring(
        json!({ "file": file, "name": string(), "self": string(), "Self": string() }),
        &["file"],
    );
    let composed =
        json!({ "allOf": [requiring(json!({ "file": file }), &["file"]), reference("Rest")] });
    let rest = json!({ "Whole": whole, "Rest": object(json!({ "name": string(), "self": string(), "Self": string() })) });
    for schema in [whole, reference("Whole"), composed] {
        let parts = parts(schema, rest.clone());
        let found: Vec<(&str, &str, bool, bool)> = parts
            .iter()
            .map(|p| (p.wire.as_str(), p.rust.as_str(), p.file, p.required))
            .collect();
        assert_eq!(
            found,
            [
                ("Self", "self_", false, false),
                ("file", "file", true, true),
                ("name", "name", false, false),
                ("self", "self__2", false, false),
            ]
        );
    }
    assert!(parts(reference("Gone"), json!({})).is_empty());
}

#[test]
fn json_is_preferred_to_multipart() {
    let schema = object(json!({ "a": string() }));
    let body = json!({ "content": { "multipart/form-data": { "schema": schema }, "application/json": { "schema": schema } } });
    let found = operation(json!({ "requestBody": body, "responses": {} }));
    assert!(found.places("multipart").is_empty());
    assert!(matches!(
        found.operation("GetThing").body,
        Body::Json { .. }
    ));
}

#[test]
fn a_body_of_another_media_type_is_sent_as_json() {
    for media in ["application/x-www-form-urlencoded", "text/plain"] {
        let body = json!({ "content": { media: { "schema": object(json!({ "a": string() })) } } });
        let found = operation(json!({ "requestBody": body, "responses": {} }));
        assert_eq!(found.places("json-body"), [format!("GetThing {media}")]);
        assert!(matches!(
            found.operation("GetThing").body,
            Body::Json { .. }
        ));
    }
    let found = operation(json!({ "requestBody": content(&string()), "responses": {} }));
    assert!(found.places("json-body").is_empty());
}

#[test]
fn a_body_without_content_is_said_and_one_without_a_schema_is_any_json() {
    let found = operation(json!({ "requestBody": { "content": {} }, "responses": {} }));
    assert!(matches!(found.operation("GetThing").body, Body::None));
    found.noted("a body without content");
    let found = operation(
        json!({ "requestBody": { "content": { "application/json": {} } }, "responses": {} }),
    );
    match &found.operation("GetThing").body {
        Body::Json {
            schema,
            required: false,
        } => assert_eq!(*schema, json!({})),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_without_operations_and_events_is_refused() {
    let empty = xtask::normalize::shape(
        &document(json!({}), json!({})),
        &xtask::normalize::overlay::Overlay::default(),
        &xtask::normalize::docs::Docs::default(),
        &mut xtask::normalize::report::Report::default(),
    );
    assert!(
        empty
            .unwrap_err()
            .to_string()
            .contains("no operations under `paths`")
    );
}
