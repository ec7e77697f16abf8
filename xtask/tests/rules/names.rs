//! Rules on the names of types.

use serde_json::json;

use super::{answering, answers, document, object, reference, shaped, string, with_overlay};

#[test]
fn an_inline_answer_gets_a_name_of_its_own() {
    let answer = object(json!({ "url": string() }));
    let mut constrained = answer.clone();
    constrained["properties"]["url"]["maxLength"] = json!(9);
    let get = |id: &str, answer: &serde_json::Value| json!({ "get": { "operationId": id, "responses": answers(answer) } });
    let paths = json!({
        "/a": get("GetA", &answer),
        "/b": get("GetB", &constrained),
        "/c": get("GetC", &object(json!({ "other": string() }))),
        "/d": get("GetD", &json!({ "type": "array", "items": { "type": "object", "properties": { "url": string() }, "nullable": true } })),
    });
    let document = document(paths, json!({}));
    let found = shaped(&document);
    assert_eq!(
        found.places("hoist-response"),
        [
            "GetA -> GetAResponse",
            "GetB -> GetBResponse",
            "GetC -> GetCResponse",
            "GetD -> GetDResponse"
        ]
    );
    assert_eq!(
        found.schema("GetDResponse").get("nullable"),
        None,
        "the place is nullable, the type is not"
    );

    // Equal ones share a name only where the overlay gives one.
    let found = with_overlay(
        &document,
        "[[answer]]\noperation = \"GetB\"\nname = \"Link\"\n",
    );
    assert_eq!(
        found.places("hoist-response")[..2],
        ["GetA -> Link", "GetB -> Link"]
    );

    let found = answering(
        reference("Thing"),
        json!({ "Thing": object(json!({ "a": string() })) }),
    );
    assert!(found.places("hoist-response").is_empty());
}

#[test]
fn inline_objects_and_enums_get_names_of_where_they_stand() {
    let colour =
        json!({ "type": "string", "enum": ["red", "green"], "nullable": true, "deprecated": true });
    let thing = object(json!({
        "colour": colour,
        "owner": object(json!({ "id": string() })),
        "list": { "type": "array", "items": object(json!({ "id": string() })) },
        "map": { "type": "object", "additionalProperties": colour },
    }));
    let found = answering(reference("Thing"), json!({ "Thing": thing }));
    assert_eq!(
        found.places("hoist"),
        ["ThingColour", "ThingListItem", "ThingMap", "ThingOwner"]
    );
    assert_eq!(
        *found.property("Thing", "colour"),
        json!({ "allOf": [reference("ThingColour")], "nullable": true })
    );
    assert!(found.field("Thing", "colour").deprecated);

    let found = answering(
        reference("Thing"),
        json!({ "Thing": object(json!({ "a": string() })) }),
    );
    assert!(found.places("hoist").is_empty());
}

#[test]
fn of_two_types_with_one_name_the_one_that_is_spelled_so_keeps_it() {
    let one = |name: &str| object(json!({ name: string() }));
    let found = answering(
        object(
            json!({ "a": reference("USER"), "b": reference("User"), "c": reference("user"), "d": reference("User2") }),
        ),
        json!({ "USER": one("a"), "User": one("b"), "user": one("c"), "User2": one("d") }),
    );
    assert_eq!(
        found.places("colliding-type"),
        ["USER -> User3", "user -> User4"]
    );
    assert_eq!(found.schema("User")["properties"], json!({ "b": string() }));
    assert_eq!(
        found.schema("User2")["properties"],
        json!({ "d": string() })
    );
    let found = answering(reference("User"), json!({ "User": one("a") }));
    assert!(found.places("colliding-type").is_empty());
}

#[test]
fn types_are_not_called_like_what_rust_has() {
    let names = [
        "GetThing", "Option", "Vec", "String", "Self", "Into", "R", "日本", "1st", "a.b", "ok",
    ];
    let properties: serde_json::Map<_, _> = names
        .iter()
        .map(|n| ((*n).to_owned(), reference(n)))
        .collect();
    let schemas: serde_json::Map<_, _> = names
        .iter()
        .map(|n| {
            (
                (*n).to_owned(),
                object(json!({ n.to_lowercase(): string() })),
            )
        })
        .collect();
    let found = answering(object(properties.into()), schemas.into());
    let mut known: Vec<&str> = found
        .shaped
        .api
        .schemas
        .keys()
        .map(String::as_str)
        .collect();
    known.retain(|name| *name != "GetThingResponse");
    assert_eq!(
        known,
        [
            "AB", "Blank", "GetThing", "Into2", "N1st", "Ok", "Option2", "R2", "Self2", "String2",
            "Vec2"
        ]
    );
}

#[test]
fn operations_are_not_called_like_what_the_client_has_or_rust() {
    let ids = ["update", "clone", "into", "string", "self", "type", "new"];
    let paths: serde_json::Map<_, _> = ids
        .iter()
        .map(|id| {
            (
                format!("/{id}"),
                json!({ "get": { "operationId": id, "responses": {} } }),
            )
        })
        .collect();
    let found = shaped(&document(paths.into(), json!({})));
    let named: Vec<(&str, &str)> = ids
        .iter()
        .map(|id| {
            (
                found.operation(id).method_name.as_str(),
                found.operation(id).type_name.as_str(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("update_2", "Update"),
            ("clone_2", "Clone"),
            ("into_2", "Into2"),
            ("string", "String2"),
            ("self_", "Self2"),
            ("type_", "Type"),
            ("new_2", "New"),
        ]
    );
}

/// Whoever adds a method to the client or to every request has to add its name to the list.
#[test]
fn every_name_that_hand_written_code_has_is_reserved() {
    let methods = |code: &str, from: &str| -> Vec<String> {
        let code = &code[code.find(from).unwrap()..];
        code.lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix("pub fn ")
                    .or(line.trim().strip_prefix("pub(crate) fn "))
            })
            .filter_map(|rest| rest.split(['(', '<']).next().map(str::to_owned))
            .collect()
    };
    let client = methods(
        include_str!("../../../clerk-api/src/client.rs"),
        "impl Client",
    );
    assert!(client.contains(&"snapshot".to_owned()));
    for method in client {
        assert!(
            xtask::normalize::operations::CLIENT_METHODS.contains(&method.as_str()),
            "{method}"
        );
    }
    let mut request = methods(
        include_str!("../../../clerk-api/src/runtime/operation.rs"),
        "macro_rules! operation",
    );
    request.extend(methods(
        include_str!("../../../clerk-api/src/runtime/pages.rs"),
        "macro_rules! paged",
    ));
    for known in ["with_body", "stream"] {
        assert!(request.iter().any(|method| method == known), "{known}");
    }
    for method in request {
        assert!(
            xtask::normalize::parameters::RESERVED_SETTERS.contains(&method.as_str()),
            "{method}"
        );
    }
}
