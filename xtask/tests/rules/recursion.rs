//! What contains itself has an end.

use serde_json::{Value, json};

use super::{answering, object, reference, requiring, sending, string};

#[test]
fn a_composition_that_contains_itself_gets_a_name() {
    let schemas = json!({
        "Tree": object(json!({
            "child": { "allOf": [reference("Tree"), object(json!({ "edge": string() }))] },
            "other": { "oneOf": [reference("Tree"), reference("Leaf")], "nullable": true },
        })),
        "Leaf": object(json!({ "leaf": string() })),
    });
    let found = answering(reference("Tree"), schemas);
    assert_eq!(found.places("recursive-composition").len(), 2);
    assert_eq!(*found.property("Tree", "child"), reference("TreeChild"));
    assert_eq!(
        *found.property("TreeChild", "child"),
        reference("TreeChild")
    );
    assert_eq!(found.property("TreeOther", "leaf"), &string());
    assert!(found.field("Tree", "other").nullable);

    let found = answering(
        object(json!({ "x": { "allOf": [reference("Leaf"), object(json!({ "y": string() }))] } })),
        json!({ "Leaf": object(json!({ "leaf": string() })) }),
    );
    assert!(found.places("recursive-composition").is_empty());
}

#[test]
fn all_of_and_one_of_that_lead_back_to_themselves_take_nothing_over_twice() {
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let schemas = json!({
            "A": { keyword: [reference("B"), object(json!({ "a": string() }))] },
            "B": { keyword: [reference("A"), reference("B"), object(json!({ "b": string() }))] },
        });
        let found = answering(reference("A"), schemas);
        assert_eq!(
            found.schema("A")["properties"],
            json!({ "a": string(), "b": string() }),
            "{keyword}"
        );
    }
}

#[test]
fn schemas_that_are_nothing_but_each_other_are_any_json() {
    for schemas in [
        json!({ "A": reference("A") }),
        json!({ "A": reference("B"), "B": reference("A") }),
        json!({ "A": { "allOf": [reference("B")] }, "B": { "oneOf": [reference("A")] } }),
        json!({ "A": { "allOf": [reference("A"), reference("A")] } }),
    ] {
        let found = answering(object(json!({ "x": reference("A") })), schemas.clone());
        let x = found.property("GetThingResponse", "x");
        assert!(*x == json!({}) || x["type"] == "object", "{schemas}: {x}");
    }
    let schemas = json!({ "A": { "type": "array", "items": reference("B") }, "B": { "type": "array", "items": reference("A") } });
    let found = answering(object(json!({ "x": reference("A") })), schemas);
    assert!(
        found
            .property("GetThingResponse", "x")
            .to_string()
            .contains("\"items\":{}")
    );
    found.noted("contains itself and nothing else");
}

#[test]
fn what_only_its_own_type_can_fill_is_not_required() {
    let schemas = json!({
        "A": requiring(json!({ "b": reference("B"), "id": string() }), &["b", "id"]),
        "B": requiring(json!({ "a": { "allOf": [reference("A")] }, "again": reference("B"), "list": { "type": "array", "items": reference("B") } }), &["a", "again", "list"]),
    });
    let found = answering(reference("A"), schemas);
    assert_eq!(found.places("endless-required"), ["B.a", "B.again"]);
    assert!(found.field("A", "b").required && !found.field("B", "a").required);
    assert!(found.field("B", "list").required, "a list can be empty");

    let found = answering(
        reference("A"),
        json!({ "A": requiring(json!({ "id": string() }), &["id"]) }),
    );
    assert!(found.places("endless-required").is_empty());
}

#[test]
fn a_recursive_body_is_a_type_beside_the_one_inside_it() {
    let schemas = json!({ "Tree": object(json!({ "kids": { "type": "array", "items": reference("Tree") } })) });
    let found = sending(reference("Tree"), schemas);
    assert!(found.shaped.facts["CreateThingBody"].body);
    assert!(!found.shaped.facts["Tree"].body);
    assert_eq!(
        found.property("CreateThingBody", "kids")["items"],
        reference("Tree")
    );
}

/// Each of these took for ever, or all the memory, before there was a limit.
#[test]
fn compositions_that_multiply_end_in_time() {
    let names: Vec<String> = (0..24).map(|n| format!("S{n}")).collect();
    for keyword in ["allOf", "oneOf"] {
        // Each takes over all the others, and has one of each inside.
        let everyone: Vec<Value> = names.iter().map(|name| reference(name)).collect();
        let mut schemas = json!({});
        for name in &names {
            schemas[name] =
                json!({ keyword: everyone, "properties": { name: { keyword: everyone } } });
        }
        answering(reference("S0"), schemas);
        // Each takes over the next one twice.
        let mut schemas = json!({ "S24": object(json!({ "end": string() })) });
        for n in 0..24 {
            let next = reference(&format!("S{}", n + 1));
            schemas[format!("S{n}")] =
                json!({ keyword: [{ keyword: [next] }, { keyword: [next, object(json!({}))] }] });
        }
        answering(reference("S0"), schemas);
    }
}

#[test]
fn nesting_beyond_what_the_compiler_follows_is_any_json() {
    let nested = |levels: usize| {
        (0..levels).fold(string(), |inner, level| match level % 2 {
            0 => json!({ "type": "array", "items": inner }),
            _ => json!({ "type": "object", "additionalProperties": inner }),
        })
    };
    let found = answering(object(json!({ "x": nested(100) })), json!({}));
    assert!(!found.places("too-deep").is_empty());
    let found = answering(object(json!({ "x": nested(8) })), json!({}));
    assert!(found.places("too-deep").is_empty());
    assert!(
        found
            .property("GetThingResponse", "x")
            .to_string()
            .contains("string")
    );
}

#[test]
fn nested_objects_each_are_a_type_however_deep_they_are() {
    let nested = (0..100).fold(string(), |inner, _| object(json!({ "in": inner })));
    let found = answering(nested, json!({}));
    assert_eq!(found.shaped.api.schemas.len(), 100);
}

#[test]
fn compositions_in_compositions_are_followed_for_long() {
    let nested = (0..60).fold(object(json!({ "end": string() })), |inner, n| {
        json!({ "allOf": [object(json!({ format!("p{n}"): string() })), object(json!({ "in": inner }))] })
    });
    let found = answering(nested, json!({}));
    assert!(found.places("too-deep").is_empty());
    assert_eq!(found.shaped.api.schemas.len(), 61);
}
