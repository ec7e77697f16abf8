//! Rules on `allOf`, `anyOf`, `oneOf` and schemas that do not say what they are.

use serde_json::{Value, json};

use super::{Outcome, answering, object, reference, requiring, sending, string, with_overlay};

/// The type of a property that is this schema.
#[track_caller]
fn property(schema: Value, schemas: Value) -> (Outcome, Value) {
    let found = answering(object(json!({ "x": schema })), schemas);
    let property = found.property("GetThingResponse", "x").clone();
    (found, property)
}

fn two() -> Value {
    json!({
        "Cat": requiring(json!({ "name": string(), "lives": { "type": "integer" } }), &["name", "lives"]),
        "Dog": requiring(json!({ "name": string(), "tricks": string() }), &["name"]),
    })
}

#[test]
fn a_schema_without_a_type_gets_the_one_that_its_keywords_imply() {
    for (schema, expected) in [
        (json!({ "additionalProperties": string() }), "object"),
        (json!({ "items": string() }), "array"),
        (json!({ "enum": [1, 2] }), "integer"),
        (json!({ "enum": [1.5] }), "number"),
        (json!({ "enum": [true] }), "boolean"),
    ] {
        let (found, property) = property(schema.clone(), json!({}));
        assert_eq!(found.places("typeless"), ["GetThing=>.x"], "{schema}");
        assert_eq!(property["type"], expected, "{schema}");
    }
    let (found, property) = property(json!({ "properties": { "a": string() } }), json!({}));
    assert_eq!(found.places("typeless").len(), 1);
    assert_eq!(property, reference("GetThingResponseX"));
}

#[test]
fn a_schema_that_implies_nothing_or_has_no_type_of_openapi_is_any_json() {
    for schema in [
        json!({ "enum": [1, "a"] }),
        json!({ "type": "file" }),
        json!({ "type": "" }),
        json!(true),
        json!([]),
        Value::Null,
    ] {
        let (found, property) = property(schema.clone(), json!({}));
        assert_eq!(property, json!({}), "{schema}");
        assert!(
            !found.places("typeless").is_empty() || schema.get("enum").is_some(),
            "{schema}"
        );
    }
    let (found, _) = property(json!({}), json!({}));
    assert!(found.places("typeless").is_empty());
}

#[test]
fn a_list_of_types_as_openapi_3_1_writes_it_is_read() {
    let (_, found) = property(json!({ "type": ["string", "null"] }), json!({}));
    assert_eq!(found, json!({ "type": "string", "nullable": true }));
    let (_, found) = property(json!({ "type": ["string", "integer"] }), json!({}));
    assert_eq!(found, json!({}));
}

#[test]
fn alternatives_that_only_require_say_nothing_about_the_shape() {
    let alternatives = json!([{ "required": ["domain"] }, { "required": ["domains"] }]);
    let mut schema = object(json!({ "domain": string(), "domains": string() }));
    schema["anyOf"] = alternatives;
    let (found, property) = property(schema, json!({}));
    assert_eq!(found.places("required-alternatives").len(), 1);
    assert_eq!(property, reference("GetThingResponseX"));
    assert_eq!(
        found.schema("GetThingResponseX")["properties"]
            .as_object()
            .unwrap()
            .len(),
        2
    );

    let (found, _) = self::property(
        json!({ "anyOf": [reference("Cat"), reference("Dog")] }),
        two(),
    );
    assert!(found.places("required-alternatives").is_empty());
}

#[test]
fn a_composition_of_one_schema_is_that_schema() {
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let (found, property) = property(json!({ keyword: [reference("Cat")] }), two());
        assert_eq!(found.places("single-composition").len(), 1, "{keyword}");
        assert_eq!(property, reference("Cat"));
        let (_, property) = self::property(
            json!({ keyword: [{ keyword: [string()] }], "nullable": true }),
            two(),
        );
        assert_eq!(property, json!({ "type": "string", "nullable": true }));
        let (_, property) = self::property(
            json!({ keyword: [reference("Cat"), reference("Cat")] }),
            two(),
        );
        assert_eq!(property, reference("Cat"), "said twice is said once");
    }
    let (found, _) = property(string(), json!({}));
    assert!(found.places("single-composition").is_empty());
}

#[test]
fn null_among_alternatives_makes_nullable() {
    for nothing in [
        json!({ "type": "null" }),
        json!({ "enum": [null] }),
        json!({ "nullable": true }),
    ] {
        for keyword in ["oneOf", "anyOf"] {
            let (_, property) = property(json!({ keyword: [reference("Cat"), nothing] }), two());
            assert_eq!(
                property,
                json!({ "allOf": [reference("Cat")], "nullable": true }),
                "{nothing}"
            );
        }
    }
    let (_, property) = property(json!({ "oneOf": [reference("Cat"), {}] }), two());
    assert_eq!(
        property,
        json!({}),
        "an alternative that says nothing is anything"
    );
}

#[test]
fn all_of_several_objects_is_one_flat_object() {
    let schema = json!({ "allOf": [reference("Cat"), { "allOf": [reference("Dog")] }, object(json!({ "more": string() })), {}] });
    let (found, property) = property(schema, two());
    assert!(!found.places("all-of").is_empty());
    assert_eq!(property, reference("GetThingResponseX"));
    let merged = found.schema("GetThingResponseX");
    let names: Vec<&String> = merged["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["lives", "more", "name", "tricks"]);
    assert_eq!(merged["required"], json!(["lives", "name"]));

    let (found, property) = self::property(
        json!({ "allOf": [reference("Cat"), { "nullable": true }] }),
        two(),
    );
    assert!(found.places("all-of").is_empty());
    assert_eq!(
        property,
        json!({ "allOf": [reference("Cat")], "nullable": true })
    );
}

#[test]
fn all_of_one_scalar_type_is_that_scalar_refined() {
    let schemas = json!({ "Colour": { "type": "string", "enum": ["red", "green", "blue"] } });
    let schema =
        json!({ "allOf": [reference("Colour"), { "type": "string", "enum": ["red", "green"] }] });
    let (found, property) = property(schema, schemas);
    assert_eq!(found.places("all-of").len(), 1);
    assert_eq!(property, reference("GetThingResponseX"));
    assert_eq!(
        found.schema("GetThingResponseX")["enum"],
        json!(["green", "red"])
    );

    let (found, property) = self::property(json!({ "allOf": [string(), reference("Cat")] }), two());
    assert_eq!(found.places("mixed-union").len(), 1, "nothing is both");
    assert_eq!(property, json!({}));
}

#[test]
fn compositions_side_by_side_all_hold() {
    let schema = json!({ "allOf": [reference("Cat")], "oneOf": [reference("Dog")], "anyOf": [{ "required": ["name"] }, { "required": ["lives"] }] });
    let (found, _) = property(schema, two());
    let names: Vec<&String> = found.schema("GetThingResponseX")["properties"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["lives", "name", "tricks"]);
}

#[test]
fn a_union_of_objects_is_one_object_that_requires_nothing() {
    let union = json!({ "oneOf": [reference("Cat"), reference("Dog")], "discriminator": { "propertyName": "name" } });
    let (found, property) = property(union, two());
    assert_eq!(found.places("union"), ["GetThing=>.x"]);
    assert_eq!(property, reference("GetThingResponseX"));
    let merged = found.schema("GetThingResponseX");
    assert_eq!(merged["properties"].as_object().unwrap().len(), 3);
    assert_eq!(merged.get("required"), None);

    let (found, _) = self::property(reference("Cat"), two());
    assert!(found.places("union").is_empty());
}

#[test]
fn a_union_with_a_nullable_member_is_nullable() {
    let mut schemas = two();
    schemas["Dog"]["nullable"] = json!(true);
    let (_, property) = property(
        json!({ "oneOf": [reference("Cat"), reference("Dog")] }),
        schemas,
    );
    assert_eq!(
        property,
        json!({ "allOf": [reference("GetThingResponseX")], "nullable": true })
    );
}

#[test]
fn a_union_of_objects_and_scalars_is_any_json() {
    for other in [
        string(),
        json!({ "type": "array", "items": reference("Dog") }),
    ] {
        let (found, property) = property(json!({ "oneOf": [reference("Cat"), other] }), two());
        assert_eq!(found.places("mixed-union"), ["GetThing=>.x"]);
        assert_eq!(property, json!({}));
    }
    let (found, _) = property(
        json!({ "oneOf": [reference("Cat"), reference("Dog")] }),
        two(),
    );
    assert!(found.places("mixed-union").is_empty());
}

#[test]
fn a_union_of_one_scalar_type_is_that_scalar() {
    let union = json!({ "anyOf": [{ "type": "string", "enum": ["a", "b"] }, string()] });
    let (_, found) = property(union, json!({}));
    assert_eq!(found, string());
}

fn verifications() -> Value {
    let one = |field: &str| {
        requiring(
            json!({ "status": string(), field: string() }),
            &["status", field],
        )
    };
    json!({
        "verification_otp": one("channel"),
        "verification_admin": { "allOf": [one("strategy")] },
        "verification_saml": { "allOf": [one("saml"), object(json!({ "error": string() }))] },
        "Email": object(json!({ "verification": { "oneOf": [reference("verification_otp"), reference("verification_admin")] } })),
        "Phone": object(json!({ "verification": { "oneOf": [reference("verification_saml")], "nullable": true } })),
    })
}

#[test]
fn unions_whose_members_share_a_prefix_are_one_type_wherever_they_occur() {
    let found = answering(
        object(json!({ "email": reference("Email"), "phone": reference("Phone") })),
        verifications(),
    );
    let merged = found.schema("Verification");
    let names: Vec<&String> = merged["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["channel", "error", "saml", "status", "strategy"]);
    assert_eq!(
        *found.property("Email", "verification"),
        reference("Verification")
    );
    assert_eq!(
        found.property("Phone", "verification")["allOf"],
        json!([reference("Verification")])
    );
}

#[test]
fn a_family_keeps_its_name_where_an_all_of_copies_a_union_of_it() {
    let whole = json!({ "allOf": [reference("Email"), object(json!({ "more": string() }))] });
    let found = answering(
        object(json!({ "whole": whole, "email": reference("Email") })),
        verifications(),
    );
    assert_eq!(
        *found.property("GetThingResponseWhole", "verification"),
        reference("Verification")
    );
    assert_eq!(
        *found.property("Email", "verification"),
        reference("Verification")
    );
}

#[test]
fn a_family_does_not_take_the_name_of_something_else() {
    let mut schemas = verifications();
    schemas["verification"] = object(json!({ "other": string() }));
    let found = answering(
        object(json!({ "email": reference("Email"), "other": reference("verification") })),
        schemas,
    );
    assert_eq!(
        found.schema("Verification")["properties"],
        json!({ "other": string() })
    );
    assert_eq!(
        *found.property("Email", "verification"),
        reference("VerificationVariant")
    );
}

#[test]
fn the_overlay_names_families() {
    let get = json!({ "operationId": "Get", "responses": super::answers(&reference("Email")) });
    let document = super::document(json!({ "/x": { "get": get } }), verifications());
    let found = with_overlay(
        &document,
        "[[union]]\nprefix = \"verification_\"\nname = \"Proof\"\nwhy = \"it proves\"\n",
    );
    assert_eq!(*found.property("Email", "verification"), reference("Proof"));
}

#[test]
fn unions_in_bodies_are_bodies_with_setters() {
    let found = sending(
        json!({ "oneOf": [reference("Cat"), reference("Dog")] }),
        two(),
    );
    assert_eq!(
        found.places("body-type"),
        ["CreateThing -> CreateThingBody"]
    );
    assert_eq!(
        found.schema("CreateThingBody")["properties"]
            .as_object()
            .unwrap()
            .len(),
        3
    );
}
