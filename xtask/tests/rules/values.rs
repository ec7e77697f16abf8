//! Rules on scalars, enums and object keywords.

use serde_json::{Value, json};

use super::{answering, document, object, reference, requiring, sending, shaped, string};

#[test]
fn a_number_without_a_format_is_whole_when_its_name_counts_or_tells_a_time() {
    let number = json!({ "type": "number" });
    let names = ["created_at", "member_count", "limit", "max_age", "ratio"];
    let properties: serde_json::Map<String, Value> = names
        .iter()
        .map(|n| ((*n).to_owned(), number.clone()))
        .collect();
    let found = answering(object(Value::Object(properties)), json!({}));
    assert_eq!(found.places("number").len(), 5);
    let kinds: Vec<&str> = names
        .iter()
        .map(|n| {
            found.property("GetThingResponse", n)["type"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(
        kinds,
        ["integer", "integer", "integer", "integer", "number"]
    );

    let float = json!({ "type": "number", "format": "float" });
    let found = answering(
        object(json!({ "limit": float, "count": { "type": "integer", "format": "uint8" } })),
        json!({}),
    );
    assert!(found.places("number").is_empty());
    assert_eq!(
        *found.property("GetThingResponse", "limit"),
        json!({ "type": "number", "format": "double" })
    );
    assert_eq!(
        *found.property("GetThingResponse", "count"),
        json!({ "type": "integer", "format": "int64" })
    );
}

#[test]
fn an_enum_of_booleans_is_a_boolean() {
    let found = answering(
        object(json!({ "deleted": { "type": "boolean", "enum": [true] } })),
        json!({}),
    );
    assert_eq!(found.places("boolean-enum").len(), 1);
    assert_eq!(
        *found.property("GetThingResponse", "deleted"),
        json!({ "type": "boolean" })
    );
    let found = answering(
        object(json!({ "deleted": { "type": "boolean" } })),
        json!({}),
    );
    assert!(found.places("boolean-enum").is_empty());
}

#[test]
fn an_enum_of_one_value_is_a_text_in_an_answer_and_an_enum_in_a_request() {
    let schema = object(json!({ "object": { "type": "string", "enum": ["user"] } }));
    let found = answering(schema.clone(), json!({}));
    assert_eq!(found.places("single-enum").len(), 1);
    assert_eq!(*found.property("GetThingResponse", "object"), string());
    let found = sending(schema, json!({}));
    assert!(found.places("single-enum").is_empty());
    assert_eq!(found.schema("CreateThingObject")["enum"], json!(["user"]));
}

#[test]
fn a_named_enum_of_one_value_is_no_type_of_its_own() {
    let found = answering(
        object(json!({ "a": reference("Kind") })),
        json!({ "Kind": { "type": "string", "enum": ["x"] } }),
    );
    assert_eq!(*found.property("GetThingResponse", "a"), string());
}

#[test]
fn empty_null_duplicate_and_structured_enum_values_are_dropped() {
    let odd = json!({ "type": "string", "enum": ["b", "", null, "a", "b", 2, true, { "x": 1 }] });
    let found = answering(object(json!({ "x": odd })), json!({}));
    assert_eq!(found.places("enum-cleanup").len(), 1);
    assert_eq!(
        found.schema("GetThingResponseX")["enum"],
        json!(["2", "a", "b", "true"])
    );
    assert!(
        found.field("GetThingResponse", "x").nullable,
        "null is no value, it makes nullable"
    );

    let found = answering(
        object(json!({ "x": { "type": "string", "enum": ["a", "b"] } })),
        json!({}),
    );
    assert!(found.places("enum-cleanup").is_empty());
}

#[test]
fn an_enum_without_values_or_of_numbers_is_its_type() {
    for (schema, expected) in [
        (json!({ "type": "string", "enum": [] }), string()),
        (json!({ "type": "string", "enum": "odd" }), string()),
        (
            json!({ "type": "string", "enum": [null, ""] }),
            json!({ "type": "string", "nullable": true }),
        ),
        (
            json!({ "type": "integer", "enum": [1, 2] }),
            json!({ "type": "integer", "format": "int64" }),
        ),
        (json!({ "enum": [null] }), json!({ "nullable": true })),
    ] {
        let found = answering(object(json!({ "x": schema })), json!({}));
        assert_eq!(
            *found.property("GetThingResponse", "x"),
            expected,
            "{schema}"
        );
    }
}

#[test]
fn a_named_enum_that_can_be_null_stays_one_type() {
    let colour = json!({ "Colour": { "type": "string", "enum": ["red", "green", null] } });
    let found = answering(
        object(json!({ "a": reference("Colour"), "b": reference("Colour") })),
        colour,
    );
    assert_eq!(found.places("nullable-component"), ["Colour"]);
    assert_eq!(found.schema("Colour")["enum"], json!(["green", "red"]));
    assert_eq!(
        found.property("GetThingResponse", "a")["allOf"],
        json!([reference("Colour")])
    );
}

#[test]
fn what_is_required_and_not_declared_cannot_be_required() {
    let found = answering(
        requiring(json!({ "id": string() }), &["id", "ghost"]),
        json!({}),
    );
    assert_eq!(found.places("phantom-required"), ["GetThing=>.ghost"]);
    assert_eq!(found.schema("GetThingResponse")["required"], json!(["id"]));
    let found = answering(requiring(json!({ "id": string() }), &["id"]), json!({}));
    assert!(found.places("phantom-required").is_empty());
}

#[test]
fn required_that_is_no_list_of_names_says_nothing() {
    for required in [json!(true), json!("id"), json!([1, { "id": true }])] {
        let schema =
            json!({ "type": "object", "properties": { "id": string() }, "required": required });
        let found = answering(schema, json!({}));
        assert_eq!(
            found.schema("GetThingResponse").get("required"),
            None,
            "{required}"
        );
    }
}

#[test]
fn closed_objects_are_open_in_answers_and_requests() {
    let mut closed = object(json!({ "id": string() }));
    closed["additionalProperties"] = json!(false);
    for found in [
        answering(closed.clone(), json!({})),
        sending(closed, json!({})),
    ] {
        assert_eq!(found.places("open-objects").len(), 1);
        assert!(
            found
                .shaped
                .api
                .schemas
                .values()
                .all(|s| s.get("additionalProperties").is_none())
        );
    }
    let found = answering(object(json!({ "id": string() })), json!({}));
    assert!(found.places("open-objects").is_empty());
}

#[test]
fn a_request_object_keeps_a_place_for_further_properties_and_an_answer_does_not() {
    for extra in [json!(true), json!({}), string()] {
        let mut schema = object(json!({ "id": string() }));
        schema["additionalProperties"] = extra;
        let found = sending(schema.clone(), json!({}));
        assert_eq!(found.places("extra-properties").len(), 1);
        assert_eq!(
            found.schema("CreateThingBody")["additionalProperties"],
            json!({})
        );
        let found = answering(schema, json!({}));
        assert!(found.places("extra-properties").is_empty());
        assert_eq!(
            found.schema("GetThingResponse").get("additionalProperties"),
            None
        );
    }
}

#[test]
fn objects_without_properties_are_maps() {
    for (schema, values) in [
        (json!({ "type": "object" }), json!(true)),
        (json!({ "type": "object", "properties": {} }), json!(true)),
        (
            json!({ "type": "object", "additionalProperties": false }),
            json!(true),
        ),
        (
            json!({ "type": "object", "additionalProperties": "odd" }),
            json!(true),
        ),
        (
            json!({ "type": "object", "additionalProperties": string() }),
            string(),
        ),
    ] {
        let found = answering(object(json!({ "x": schema })), json!({}));
        assert_eq!(
            found.property("GetThingResponse", "x")["additionalProperties"],
            values,
            "{schema}"
        );
    }
}

#[test]
fn components_that_are_no_objects_and_no_enums_are_written_where_they_are_used() {
    let schemas = json!({
        "Ids": { "type": "array", "items": reference("Id") },
        "Id": string(),
        "Alias": reference("Thing"),
        "Thing": object(json!({ "id": reference("Id") })),
        "Any": {},
    });
    let found = answering(
        object(
            json!({ "ids": reference("Ids"), "thing": reference("Alias"), "any": reference("Any") }),
        ),
        schemas,
    );
    assert_eq!(
        found.places("bare-component"),
        ["Alias", "Any", "Id", "Ids"]
    );
    assert_eq!(
        *found.property("GetThingResponse", "ids"),
        json!({ "type": "array", "items": string() })
    );
    assert_eq!(
        *found.property("GetThingResponse", "thing"),
        reference("Thing")
    );

    let found = answering(
        reference("Thing"),
        json!({ "Thing": object(json!({ "id": string() })) }),
    );
    assert!(found.places("bare-component").is_empty());
}

#[test]
fn a_nullable_component_makes_its_references_nullable() {
    let mut thing = object(json!({ "id": string() }));
    thing["nullable"] = json!(true);
    let found = answering(
        object(
            json!({ "a": reference("Thing"), "b": { "type": "array", "items": reference("Thing") } }),
        ),
        json!({ "Thing": thing }),
    );
    assert_eq!(found.places("nullable-component"), ["Thing"]);
    assert_eq!(found.schema("Thing").get("nullable"), None);
    assert!(found.field("GetThingResponse", "a").nullable);
    assert_eq!(
        found.property("GetThingResponse", "b")["items"]["nullable"],
        true
    );

    let found = answering(
        reference("Thing"),
        json!({ "Thing": object(json!({ "id": string() })) }),
    );
    assert!(found.places("nullable-component").is_empty());
}

#[test]
fn constraints_become_documentation_and_no_types() {
    let schema = json!({
        "type": "string", "minLength": 1, "maxLength": 10, "pattern": "^[a-z]+$", "format": "email", "multipleOf": 2,
    });
    let found = answering(object(json!({ "x": schema })), json!({}));
    assert_eq!(found.places("unnamed-constraints").len(), 4);
    assert_eq!(*found.property("GetThingResponse", "x"), string());
    assert_eq!(
        found.field("GetThingResponse", "x").doc,
        "1 to 10 characters, matches `^[a-z]+$`."
    );
    let found = answering(object(json!({ "x": string() })), json!({}));
    assert!(found.places("unnamed-constraints").is_empty());
}

#[test]
fn a_default_is_the_servers_business() {
    let schema = object(json!({ "limit": { "type": "integer", "default": 10 } }));
    let found = sending(schema.clone(), json!({}));
    assert_eq!(
        found.places("no-request-default"),
        ["CreateThingBody.limit"]
    );
    assert_eq!(
        found.property("CreateThingBody", "limit").get("default"),
        None
    );
    let found = answering(schema, json!({}));
    assert!(found.places("no-request-default").is_empty());
}

#[test]
fn schemas_that_nothing_reaches_are_not_generated() {
    let schemas = json!({ "Used": object(json!({ "a": string() })), "Unused": object(json!({ "b": string() })) });
    let found = answering(reference("Used"), schemas.clone());
    assert_eq!(found.places("prune"), ["Unused"]);
    assert!(!found.shaped.api.schemas.contains_key("Unused"));
    let list = json!({ "type": "array", "items": reference("Unused") });
    let get = json!({ "operationId": "Get", "responses": super::answers(&reference("Used")), "requestBody": super::content(&list) });
    let found = shaped(&document(json!({ "/x": { "get": get } }), schemas));
    assert!(found.places("prune").is_empty());
}

#[test]
fn values_with_one_spelling_get_variants_of_their_own() {
    let of = |values: Value| {
        let colour = json!({ "type": "string", "enum": values });
        answering(object(json!({ "colour": colour })), json!({}))
    };
    let found = of(json!(["dark red", "dark_red", "light"]));
    // The one in snake case keeps the name.
    assert_eq!(
        found.places("colliding-value"),
        ["GetThingResponse.colour \"dark red\" -> DarkRed2"]
    );
    assert!(
        of(json!(["dark", "light"]))
            .places("colliding-value")
            .is_empty()
    );
}
