//! Rules on what each field becomes.

use serde_json::json;

use super::{
    answering, answers, content, document, object, reference, requiring, sending, shaped, string,
    with_overlay,
};

fn nullable() -> serde_json::Value {
    json!({ "type": "string", "nullable": true })
}

#[test]
fn integers_that_are_points_in_time_are_timestamps() {
    let integer = json!({ "type": "integer" });
    let found = answering(
        object(
            json!({ "created_at": integer, "expire_date": integer, "age": integer, "sent_at": string() }),
        ),
        json!({}),
    );
    assert_eq!(
        found.places("timestamp"),
        [
            "GetThingResponse.created_at",
            "GetThingResponse.expire_date"
        ]
    );
    assert!(found.field("GetThingResponse", "created_at").timestamp);
    assert!(!found.field("GetThingResponse", "sent_at").timestamp);
}

#[test]
fn a_nullable_field_of_a_request_can_be_kept_nulled_or_set() {
    let schema = object(json!({ "a": nullable(), "b": string() }));
    let found = sending(schema.clone(), json!({}));
    assert_eq!(found.places("patch"), ["CreateThingBody.a"]);
    assert!(
        found.field("CreateThingBody", "a").patch && !found.field("CreateThingBody", "b").patch
    );
    assert!(answering(schema, json!({})).places("patch").is_empty());
}

#[test]
fn an_optional_collection_of_a_request_can_be_sent_empty() {
    let list = json!({ "type": "array", "items": string() });
    let map = json!({ "type": "object", "additionalProperties": true });
    let schema = object(json!({ "list": list, "map": map, "text": string() }));
    let found = sending(schema.clone(), json!({}));
    assert_eq!(
        found.places("optional-collection"),
        ["CreateThingBody.list", "CreateThingBody.map"]
    );
    assert_eq!(found.property("CreateThingBody", "list")["nullable"], true);
    assert!(
        answering(schema, json!({}))
            .places("optional-collection")
            .is_empty()
    );
}

#[test]
fn a_nullable_field_of_an_answer_may_be_missing() {
    let schema = requiring(json!({ "a": nullable(), "b": string() }), &["a", "b"]);
    let found = answering(schema.clone(), json!({}));
    assert_eq!(found.places("nullable-response"), ["GetThingResponse.a"]);
    assert_eq!(found.schema("GetThingResponse")["required"], json!(["b"]));
    assert!(
        sending(schema, json!({}))
            .places("nullable-response")
            .is_empty()
    );
}

#[test]
fn the_object_tag_of_an_answer_is_never_needed() {
    let schema = requiring(
        json!({ "object": string(), "id": string() }),
        &["object", "id"],
    );
    let found = answering(schema.clone(), json!({}));
    assert_eq!(found.places("object-tag"), ["GetThingResponse"]);
    assert_eq!(found.schema("GetThingResponse")["required"], json!(["id"]));
    assert!(sending(schema, json!({})).places("object-tag").is_empty());
    let other = requiring(json!({ "object": { "type": "integer" } }), &["object"]);
    assert!(answering(other, json!({})).places("object-tag").is_empty());
}

#[test]
fn two_properties_with_one_rust_name_are_both_fields() {
    let schema = object(
        json!({ "fooBar": string(), "foo_bar": string(), "foo-bar": string(), "foo_bar_2": string() }),
    );
    let found = answering(schema, json!({}));
    assert_eq!(found.places("colliding-field").len(), 2);
    let rust = |wire: &str| found.field("GetThingResponse", wire).rust.as_str();
    assert_eq!(
        [
            rust("foo_bar"),
            rust("foo_bar_2"),
            rust("foo-bar"),
            rust("fooBar")
        ],
        ["foo_bar", "foo_bar_2", "foo_bar_3", "foo_bar_4"],
        "the one that is spelled so keeps the name"
    );
    assert!(
        answering(object(json!({ "a": string() })), json!({}))
            .places("colliding-field")
            .is_empty()
    );
}

#[test]
fn odd_property_names_are_identifiers() {
    let found = answering(
        object(
            json!({ "type": string(), "self": string(), "1st": string(), "": string(), "日本": string(), "$id": string(), "new": string(), "_": string() }),
        ),
        json!({}),
    );
    let rust = |wire: &str| found.field("GetThingResponse", wire).rust.as_str();
    assert_eq!(
        ["type", "self", "1st", "", "_", "日本", "$id", "new"].map(rust),
        [
            "type_", "self_", "n1st", "blank", "blank_2", "blank_3", "id", "new_"
        ]
    );
}

#[test]
fn the_json_body_of_an_operation_is_a_type_of_its_own() {
    let thing = json!({ "Thing": object(json!({ "a": string() })) });
    let found = sending(object(json!({ "a": string() })), json!({}));
    assert_eq!(
        found.places("body-type"),
        ["CreateThing -> CreateThingBody"]
    );

    // A named one as well: its name does not depend on who else uses the schema.
    let post = |id: &str, body: &serde_json::Value, answer: &serde_json::Value| json!({ "operationId": id, "requestBody": content(body), "responses": answers(answer) });
    let part = object(json!({ "thing": reference("Thing") }));
    for other in [
        post("Other", &string(), &string()),
        post("Other", &string(), &reference("Thing")),
        post("Other", &part, &string()),
    ] {
        let found = shaped(&document(
            json!({ "/a": { "post": post("Create", &reference("Thing"), &string()) }, "/b": { "post": other } }),
            thing.clone(),
        ));
        assert!(found.places("body-type").contains(&"Create -> CreateBody"));
        assert!(
            found
                .shaped
                .facts
                .get("Thing")
                .is_none_or(|facts| !facts.body)
        );
    }
    let found = sending(string(), json!({}));
    assert!(found.places("body-type").is_empty());
}

#[test]
fn the_overlay_corrects_what_is_present() {
    let get = json!({ "operationId": "Get", "responses": answers(&reference("Email")) });
    let email = requiring(json!({ "id": string(), "name": string() }), &["name"]);
    let document = document(json!({ "/x": { "get": get } }), json!({ "Email": email }));
    let overlay = "
        [[present]]
        schema = \"Email\"
        fields = [\"id\", \"gone\"]
        why = \"w\"
        [[optional]]
        schema = \"Email\"
        fields = [\"name\"]
        why = \"w\"
        [[optional]]
        schema = \"Gone\"
        fields = [\"name\"]
        why = \"w\"
        [[sensitive]]
        fields = [\"na*\", \"*me\"]
        why = \"w\"
    ";
    let found = with_overlay(&document, overlay);
    assert_eq!(found.places("overlay"), ["Email.id", "Email.name"]);
    assert_eq!(found.schema("Email")["required"], json!(["id"]));
    assert!(found.field("Email", "id").empty_when_missing);
    assert!(found.field("Email", "name").sensitive);
    found.noted("no schema Gone");
    found.noted("Email.gone does not exist");
    assert!(shaped(&document).places("overlay").is_empty());
}
