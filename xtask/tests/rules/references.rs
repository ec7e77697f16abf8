//! Rules on `$ref`.

use serde_json::json;

use super::{answering, object, reference, string};

#[test]
fn a_reference_into_another_schema_is_written_out() {
    let user = object(
        json!({ "id": string(), "emails": { "type": "array", "items": object(json!({ "address": string(), "user": reference("User") })) } }),
    );
    let found = answering(
        object(json!({
            "id": { "$ref": "#/components/schemas/User/properties/id", "nullable": true },
            "email": { "$ref": "#/components/schemas/User/properties/emails/items" },
        })),
        json!({ "User": user }),
    );
    assert_eq!(found.places("deep-reference").len(), 2);
    assert_eq!(
        *found.property("GetThingResponse", "id"),
        json!({ "type": "string", "nullable": true })
    );
    assert_eq!(
        found.property("GetThingResponseEmail", "user")["$ref"],
        reference("User")["$ref"]
    );

    let found = answering(reference("User"), json!({ "User": user }));
    assert!(found.places("deep-reference").is_empty());
}

#[test]
fn a_reference_that_contains_itself_on_the_way_ends() {
    let found = answering(
        object(json!({ "a": { "$ref": "#/components/schemas/A/properties/a" } })),
        json!({ "A": object(json!({ "a": { "type": "array", "items": { "$ref": "#/components/schemas/A/properties/a" } } })) }),
    );
    assert!(!found.places("dangling-reference").is_empty());
    assert_eq!(found.property("GetThingResponse", "a")["type"], "array");
}

#[test]
fn a_reference_that_leads_to_no_schema_is_any_json_and_said() {
    for target in [
        "#/components/schemas/Gone",
        "other.yml#/X",
        "#",
        "",
        "#/paths",
        "#/components/responses/R",
    ] {
        let found = answering(object(json!({ "x": { "$ref": target } })), json!({}));
        assert_eq!(
            found.places("dangling-reference"),
            ["GetThing=>.x"],
            "{target}"
        );
        assert_eq!(
            *found.property("GetThingResponse", "x"),
            json!({}),
            "{target}"
        );
        found.noted("any JSON value");
    }
    let found = answering(object(json!({ "x": { "$ref": 5 } })), json!({}));
    assert_eq!(*found.property("GetThingResponse", "x"), json!({}));
    let found = answering(
        reference("A"),
        json!({ "A": object(json!({ "a": string() })) }),
    );
    assert!(found.places("dangling-reference").is_empty());
}

#[test]
fn a_name_is_found_however_the_reference_escapes_it() {
    for (name, target) in [
        ("a b", "a%20b"),
        ("a b", "a b"),
        ("a/b", "a~1b"),
        ("a~b", "a~0b"),
        ("a%20b", "a%20b"),
    ] {
        let found = answering(
            json!({ "$ref": format!("#/components/schemas/{target}") }),
            json!({ name: object(json!({ "id": string() })) }),
        );
        assert!(found.places("dangling-reference").is_empty(), "{target}");
        assert_eq!(
            found.reply()["$ref"]
                .as_str()
                .map(|r| r.starts_with("#/components/schemas/A")),
            Some(true)
        );
    }
}

#[test]
fn nullable_and_deprecated_beside_a_reference_hold() {
    let thing = json!({ "Thing": object(json!({ "id": string() })) });
    let mut nullable = reference("Thing");
    nullable["nullable"] = json!(true);
    nullable["properties"] = json!({ "ignored": string() });
    let mut old = reference("Thing");
    old["deprecated"] = json!(true);
    let found = answering(
        object(json!({ "a": nullable, "b": old, "c": reference("Thing") })),
        thing,
    );
    assert_eq!(found.places("ref-siblings").len(), 2);
    assert!(found.field("GetThingResponse", "a").nullable);
    assert!(found.field("GetThingResponse", "b").deprecated);
    assert!(!found.field("GetThingResponse", "c").nullable);
    assert_eq!(
        found.property("GetThingResponse", "a")["allOf"],
        json!([reference("Thing")])
    );
}

#[test]
fn properties_may_be_called_like_keywords() {
    let odd = object(
        json!({ "$ref": reference("Thing"), "discriminator": reference("Other"), "properties": string(), "allOf": string() }),
    );
    let found = answering(
        odd,
        json!({ "Thing": object(json!({ "a": string() })), "Other": object(json!({ "b": string() })) }),
    );
    assert_eq!(
        *found.property("GetThingResponse", "$ref"),
        reference("Thing")
    );
    assert_eq!(
        *found.property("GetThingResponse", "discriminator"),
        reference("Other")
    );
}
