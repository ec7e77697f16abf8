//! Which types of webhook payloads are those of the Backend API.

use serde_json::{Value, json};
use xtask::document::Kind;
use xtask::regen::{Input, Texts, generate};

use super::{answers, content, document, object, reference, requiring, string};

/// Generates from two documents with these schemas, `Thing` among them, which an operation returns and an event carries.
/// Returns the names of the shared types, and the files.
#[track_caller]
fn shared(backend_api: Value, webhooks: Value) -> (Vec<String>, xtask::generate::Files) {
    let thing = reference("Thing");
    let get = json!({ "operationId": "GetThing", "responses": answers(&thing) });
    let backend_api = document(json!({ "/things": { "get": get } }), backend_api);
    let event = content(&requiring(json!({ "data": thing }), &["data"]));
    let webhooks = json!({
        "openapi": "3.0.3",
        "info": { "version": "2025-04-15" },
        "x-webhooks": { "thing.created": { "post": { "requestBody": event } } },
        "components": { "schemas": webhooks },
    });
    let inputs = [
        (Kind::BackendApi, Input::of(&backend_api)),
        (Kind::Webhooks, Input::of(&webhooks)),
    ];
    let made = generate(&inputs.into(), &Texts::default()).unwrap();
    (made.manifest.shared_types.into_iter().collect(), made.files)
}

/// Returns the shared types of two documents in which `Thing` is this.
#[track_caller]
fn things(backend_api: Value, webhooks: Value) -> Vec<String> {
    shared(
        json!({ "Thing": backend_api }),
        json!({ "Thing": webhooks }),
    )
    .0
}

fn thing() -> Value {
    requiring(json!({ "id": string(), "name": string() }), &["id", "name"])
}

fn values(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

#[test]
fn equal_types_are_generated_once() {
    let schemas = json!({ "Thing": thing() });
    let (names, files) = shared(schemas.clone(), schemas);
    assert_eq!(names, ["Thing"]);
    let events: Vec<&String> = files
        .iter()
        .filter(|(path, _)| path.contains("webhook_events/"))
        .map(|(_, code)| code)
        .collect();
    assert!(
        events
            .iter()
            .any(|code| code.contains("pub use crate::types::{\n        Thing,\n"))
    );
    assert!(!events.iter().any(|code| code.contains("pub struct Thing")));
}

#[test]
fn a_type_of_the_backend_api_may_have_more_that_need_not_be_there() {
    let more = requiring(
        json!({ "id": string(), "name": string(), "color": string(), "tags": { "type": "array", "items": string() } }),
        &["id", "name"],
    );
    assert_eq!(things(more.clone(), thing()), ["Thing"]);
    assert_eq!(things(thing(), more), [""; 0], "the color would be lost");
    let needed = requiring(
        json!({ "id": string(), "name": string(), "color": string() }),
        &["id", "name", "color"],
    );
    assert_eq!(things(needed, thing()), [""; 0], "no event has a color");
}

#[test]
fn fields_of_other_types_or_that_may_be_absent_in_one_document_only_keep_types_apart() {
    let number = requiring(
        json!({ "id": string(), "name": { "type": "integer" } }),
        &["id", "name"],
    );
    assert_eq!(things(number, thing()), [""; 0]);
    let optional = requiring(json!({ "id": string(), "name": string() }), &["id"]);
    assert_eq!(things(optional.clone(), thing()), [""; 0]);
    assert_eq!(things(thing(), optional), [""; 0]);
    let list = |required: &[&str]| {
        requiring(
            json!({ "id": string(), "tags": { "type": "array", "items": string() } }),
            required,
        )
    };
    assert_eq!(things(list(&["id"]), list(&["id", "tags"])), ["Thing"]);
    assert_eq!(things(list(&["id", "tags"]), list(&["id"])), [""; 0]);
}

#[test]
fn enums_are_shared_when_the_backend_api_has_all_values() {
    let with = |values: Value| requiring(json!({ "id": string(), "state": values }), &["id"]);
    let (some, all) = (values(&["on", "off"]), values(&["on", "off", "gone"]));
    let names = things(with(all.clone()), with(some.clone()));
    assert_eq!(names, ["Thing", "ThingState"]);
    assert_eq!(things(with(some), with(all)), [""; 0]);
}

#[test]
fn a_type_that_holds_another_is_shared_only_together_with_it() {
    let schemas = |part: Value| {
        json!({
            "Thing": requiring(json!({ "id": string(), "part": reference("Part") }), &["id", "part"]),
            "Part": part,
        })
    };
    let part = requiring(json!({ "size": string() }), &["size"]);
    let (names, _) = shared(schemas(part.clone()), schemas(part.clone()));
    assert_eq!(names, ["Part", "Thing"]);
    let other = object(json!({ "size": string() }));
    let (names, _) = shared(schemas(other), schemas(part));
    assert_eq!(names, [""; 0]);
}

#[test]
fn a_type_that_is_only_sent_cannot_be_decoded_and_is_not_shared() {
    let post = json!({
        "operationId": "CreateThing",
        "requestBody": content(&object(json!({ "part": reference("Part") }))),
        "responses": {},
    });
    let part = requiring(json!({ "size": string() }), &["size"]);
    let backend_api = document(
        json!({ "/things": { "post": post } }),
        json!({ "Part": part }),
    );
    let event = content(&object(json!({ "data": reference("Part") })));
    let webhooks = json!({
        "openapi": "3.0.3",
        "info": { "version": "2025-04-15" },
        "x-webhooks": { "part.created": { "post": { "requestBody": event } } },
        "components": { "schemas": { "Part": part } },
    });
    let inputs = [
        (Kind::BackendApi, Input::of(&backend_api)),
        (Kind::Webhooks, Input::of(&webhooks)),
    ];
    let made = generate(&inputs.into(), &Texts::default()).unwrap();
    assert!(made.manifest.shared_types.is_empty());
}
