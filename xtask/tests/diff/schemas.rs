//! Fields, types, enums and limits.

use serde_json::{Value, json};
use xtask::diff::{Severity, compare};

use super::{answer, api, document, judged, lines, object, operation, receiving, sending};

/// Judges one property `p` in an answer and in a body.
#[track_caller]
fn property(old: (Value, bool), new: (Value, bool), received: &[&str], sent: &[&str]) {
    let of = |(schema, required): (Value, bool)| {
        let required: &[&str] = if required { &["p"] } else { &[] };
        object(json!({"p": schema}), required)
    };
    let (old, new) = (of(old), of(new));
    let prefix = |place: &str, expected: &[&str]| -> Vec<String> {
        expected
            .iter()
            .map(|line| line.replace(" @", &format!(" UpdateThing.{place}.p")))
            .collect()
    };
    assert_eq!(
        lines(&receiving(old.clone()), &receiving(new.clone())),
        prefix("response", received),
        "in an answer"
    );
    assert_eq!(
        lines(&sending(old), &sending(new)),
        prefix("body", sent),
        "in a body"
    );
}

#[test]
fn fields_come_and_go() {
    let (one, two) = (
        object(json!({"a": {"type": "string"}}), &[]),
        object(json!({}), &[]),
    );
    let required = object(json!({"a": {"type": "string"}}), &["a"]);
    let base = object(json!({"z": {"type": "string"}}), &[]);
    let with = |extra: &Value| json!({"allOf": [base, extra]});
    let (one, two, required) = (with(&one), with(&two), with(&required));
    judged(
        &receiving(two.clone()),
        &receiving(one.clone()),
        &["feature field added UpdateThing.response.a: string"],
    );
    judged(
        &receiving(one.clone()),
        &receiving(two.clone()),
        &["breaking field removed UpdateThing.response.a: string"],
    );
    let expected = ["feature field added UpdateThing.response.a: required string"];
    judged(
        &receiving(two.clone()),
        &receiving(required.clone()),
        &expected,
    );
    judged(
        &sending(two.clone()),
        &sending(one.clone()),
        &["feature field added UpdateThing.body.a: string"],
    );
    judged(
        &sending(one),
        &sending(two.clone()),
        &["breaking field removed UpdateThing.body.a: string"],
    );
    let expected = ["breaking field added UpdateThing.body.a: required string"];
    judged(&sending(two), &sending(required), &expected);
}

#[test]
fn presence_is_judged_by_what_becomes_an_option() {
    let text = || json!({"type": "string"});
    let null = || json!({"type": "string", "nullable": true});
    let list = || json!({"type": "array", "items": {"type": "string"}});
    property(
        (text(), true),
        (text(), false),
        &["breaking presence changed @: required -> optional"],
        &["feature presence changed @: required -> optional"],
    );
    property(
        (text(), false),
        (text(), true),
        &["breaking presence changed @: optional -> required"],
        &["breaking presence changed @: optional -> required"],
    );
    property(
        (text(), true),
        (null(), true),
        &["breaking presence changed @: required -> required, nullable"],
        &["feature presence changed @: required -> required, nullable"],
    );
    property(
        (null(), false),
        (text(), false),
        &["patch presence changed @: optional, nullable -> optional"],
        &["breaking presence changed @: optional, nullable -> optional"],
    );
    property(
        (list(), true),
        (list(), false),
        &["patch presence changed @: required -> optional"],
        &["feature presence changed @: required -> optional"],
    );
}

#[test]
fn another_type_breaks_wherever_it_is() {
    let changed = |old: Value, new: Value, what: &str| {
        let line = format!("breaking type changed @{what}");
        property((old, false), (new, false), &[&line], &[&line]);
    };
    changed(
        json!({"type": "integer"}),
        json!({"type": "string"}),
        ": integer -> string",
    );
    changed(
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int32"}),
        ": integer -> integer (int32)",
    );
    changed(
        json!({"type": "string"}),
        json!({"type": "string", "enum": ["a"]}),
        ": string -> enum",
    );
    changed(
        json!({"type": "string"}),
        json!({"$ref": "#/components/schemas/Thing"}),
        ": string -> Thing",
    );
    changed(
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "array", "items": {"type": "boolean"}}),
        "[]: string -> boolean",
    );
    changed(
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        "{}: string -> integer",
    );
    changed(
        json!({"type": "object", "additionalProperties": true}),
        object(json!({"a": {"type": "string"}}), &[]),
        ": map of anything -> object",
    );
}

#[test]
fn what_makes_no_other_rust_type_is_no_change() {
    let same = |old: Value, new: Value| property((old, false), (new, false), &[], &[]);
    same(
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int64"}),
    );
    same(
        json!({"type": "string"}),
        json!({"type": "string", "format": "email"}),
    );
    same(
        json!({"$ref": "#/components/schemas/Thing"}),
        json!({"allOf": [{"$ref": "#/components/schemas/Thing"}]}),
    );
    same(
        json!({"type": "string", "description": "a", "example": 1}),
        json!({"type": "string", "title": "b", "x-y": 2}),
    );
    same(
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {}}),
    );
}

#[test]
fn enum_values_come_and_go() {
    let of = |values: &[&str]| (json!({"type": "string", "enum": values}), false);
    property(
        of(&["a"]),
        of(&["a", "b"]),
        &["feature enum value added @: b"],
        &["feature enum value added @: b"],
    );
    property(
        of(&["a", "b"]),
        of(&["b"]),
        &["breaking enum value removed @: a"],
        &["breaking enum value removed @: a"],
    );
    let number = |values: Value| (json!({"type": "integer", "enum": values}), false);
    property(
        number(json!([1, 2])),
        number(json!([1])),
        &["patch enum value removed @: 2"],
        &["breaking enum value removed @: 2"],
    );
    property(
        (json!({"type": "integer"}), false),
        number(json!([1])),
        &["patch constraint added @: only 1"],
        &["breaking constraint added @: only 1"],
    );
}

#[test]
fn limits_matter_only_for_what_is_sent() {
    let limit = |key: &str, value: Value| (json!({"type": "string", key: value}), false);
    let sent = |old, new, expected: &[&str]| property(old, new, &[], expected);
    sent(
        limit("maxLength", json!(9)),
        limit("maxLength", json!(5)),
        &["breaking constraint changed @: maxLength: 9 -> 5"],
    );
    sent(
        limit("maxLength", json!(5)),
        limit("maxLength", json!(9)),
        &["patch constraint changed @: maxLength: 5 -> 9"],
    );
    sent(
        limit("minLength", json!(1)),
        limit("minLength", json!(2)),
        &["breaking constraint changed @: minLength: 1 -> 2"],
    );
    sent(
        limit("minLength", json!(2)),
        limit("a", json!(1)),
        &["patch constraint changed @: minLength: 2 -> none"],
    );
    sent(
        limit("a", json!(1)),
        limit("minimum", json!(2)),
        &["breaking constraint changed @: minimum: none -> 2"],
    );
    sent(
        limit("pattern", json!("a")),
        limit("pattern", json!("b")),
        &[r#"breaking constraint changed @: pattern: "a" -> "b""#],
    );
    sent(
        limit("uniqueItems", json!(false)),
        limit("a", json!(1)),
        &[],
    );
    sent(
        limit("maximum", json!(1)),
        limit("maximum", json!(1.0)),
        &[],
    );
    sent(
        limit("default", json!("a")),
        limit("default", json!("b")),
        &[r#"feature default changed @: "a" -> "b""#],
    );
}

#[test]
fn deprecation_is_a_note() {
    let old = api(json!({}));
    judged(
        &old,
        &api(json!({"deprecated": true})),
        &["patch deprecation added UpdateThing: deprecated"],
    );
    judged(
        &api(json!({"deprecated": true})),
        &old,
        &["patch deprecation removed UpdateThing: deprecated"],
    );
    property(
        (json!({"type": "string"}), false),
        (json!({"type": "string", "deprecated": true}), false),
        &["patch deprecation added @: deprecated"],
        &["patch deprecation added @: deprecated"],
    );
}

#[test]
fn variants_come_and_go() {
    let of = |names: &[&str]| {
        let arms: Vec<Value> = names
            .iter()
            .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
            .collect();
        let thing = |name: &str| object(json!({name: {"type": "string"}}), &[]);
        let schemas =
            json!({"A": thing("a"), "B": thing("b"), "C": thing("c"), "Thing": {"oneOf": arms}});
        document(
            json!({"/things/{thing_id}": {"post": operation(json!({}))}}),
            schemas,
        )
    };
    judged(
        &of(&["A", "B"]),
        &of(&["A", "B", "C"]),
        &["feature variant added Thing: C"],
    );
    judged(
        &of(&["A", "B", "C"]),
        &of(&["A", "C"]),
        &["breaking variant removed Thing: B"],
    );
}

#[test]
fn arms_that_only_require_fields_are_no_variants() {
    let of = |arms: Value| {
        let mut schema = object(
            json!({"domain": {"type": "string"}, "domains": {"type": "string"}}),
            &[],
        );
        schema["anyOf"] = arms;
        receiving(schema)
    };
    judged(
        &of(json!([{"required": ["domain"]}, {"required": ["domains"]}])),
        &of(json!([])),
        &[],
    );
}

#[test]
fn a_named_schema_is_told_once_and_judged_for_both_directions() {
    let of = |required: &[&str]| {
        let body = json!({"$ref": "#/components/schemas/Thing"});
        let fields = json!({"requestBody": {"content": {"application/json": {"schema": body}}}});
        let paths = json!({
            "/things/{thing_id}": {"post": operation(fields)},
            "/things": {"get": {"operationId": "ListThings", "responses": answer(&json!({"type": "array", "items": body}))}},
        });
        document(
            paths,
            json!({"Thing": object(json!({"name": {"type": "string"}}), required)}),
        )
    };
    let diff = compare(&of(&["name"]), &of(&[]));
    assert_eq!(diff.entries.len(), 1);
    let entry = &diff.entries[0];
    assert_eq!(entry.operations, ["ListThings", "UpdateThing"]);
    // Less is asked of what is sent, but the answer's field becomes an Option.
    assert_eq!(
        (entry.severity, entry.why.as_str()),
        (Severity::Breaking, "T becomes Option<T>")
    );
    assert!(
        diff.to_text()
            .contains("schema Thing (used by 2 operations: ListThings, UpdateThing)"),
        "{}",
        diff.to_text()
    );
}

#[test]
fn named_schemas_come_and_go() {
    let with = |schemas: Value| document(json!({}), schemas);
    let thing = json!({"Thing": object(json!({"a": {"type": "string"}}), &[])});
    judged(
        &with(json!({})),
        &with(thing.clone()),
        &["feature schema added Thing: object"],
    );
    judged(
        &with(thing),
        &with(json!({})),
        &["breaking schema removed Thing: object"],
    );
    let list = json!({"Things": {"type": "array", "items": {"type": "string"}}});
    judged(
        &with(list),
        &with(json!({})),
        &["patch schema removed Things: list of string"],
    );
}

#[test]
fn what_two_schemas_extend_is_told_under_its_own_name() {
    let of = |kind: &str, required: &[&str]| {
        let more = object(json!({"more": {"type": "string"}}), required);
        let schemas = json!({
            "Base": object(json!({"id": {"type": kind}}), &[]),
            "One": {"allOf": [{"$ref": "#/components/schemas/Base"}, more]},
            "Two": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object"}, {"type": "object"}]},
        });
        document(json!({}), schemas)
    };
    judged(
        &of("string", &[]),
        &of("integer", &[]),
        &["breaking type changed Base.id: string -> integer"],
    );
    judged(
        &of("string", &[]),
        &of("string", &["id"]),
        &["breaking presence changed One.id: optional -> required"],
    );
}

#[test]
fn circular_schemas_end() {
    let of = |names: [&str; 2], kind: &str| {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let [one, two] = names;
        let schemas = json!({
            "Thing": object(json!({"parent": to("Thing"), "name": {"type": kind}}), &[]),
            one: {"type": "array", "items": to(one)},
            two: {"allOf": [to(two), {"type": "object", "properties": {"x": to(one)}}]},
            "Loop": to("Loop"),
            "Use": object(json!({"list": to(one), "extended": to(two), "lost": to("Nowhere")}), &[]),
        });
        document(
            json!({"/things/{thing_id}": {"post": operation(json!({}))}}),
            schemas,
        )
    };
    let (old, new) = (of(["A", "B"], "string"), of(["C", "D"], "integer"));
    assert!(
        lines(&old, &new)
            .contains(&"breaking type changed Thing.name: string -> integer".to_owned())
    );
    assert!(compare(&old, &old).entries.is_empty());
}
