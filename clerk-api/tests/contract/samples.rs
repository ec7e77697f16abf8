//! Responses made from the document: as it says, and as a live API drifts from it.

use serde_json::{Map, Value, json};

use super::document::resolve;

/// One way to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Every property; of each union this alternative.
    Full(usize),
    /// Only what is required.
    RequiredOnly,
    /// Null wherever the document allows it.
    Nulls,
    /// An unknown property in every object.
    ExtraFields,
    /// An unknown value for every enum.
    UnknownEnums,
    /// An object of an unknown kind for every union.
    UnknownKinds,
    /// Null for every array and every map.
    NullCollections,
}

impl Variant {
    pub const ALL: [Self; 11] = [
        Self::Full(0),
        Self::Full(1),
        Self::Full(2),
        Self::Full(3),
        Self::Full(4),
        Self::RequiredOnly,
        Self::Nulls,
        Self::ExtraFields,
        Self::UnknownEnums,
        Self::UnknownKinds,
        Self::NullCollections,
    ];
}

/// A response that fits a schema of the document.
pub fn make(document: &'static Value, schema: &'static Value, variant: Variant) -> Value {
    sample(document, schema, variant, 0)
}

fn is_constraint(schema: &Value) -> bool {
    schema
        .as_object()
        .is_some_and(|o| o.keys().all(|key| key == "required"))
}

fn sample(
    document: &'static Value,
    schema: &'static Value,
    variant: Variant,
    depth: usize,
) -> Value {
    let nullable = schema["nullable"] == true;
    let schema = resolve(document, schema);
    if (nullable || schema["nullable"] == true) && (variant == Variant::Nulls || depth > 10) {
        return Value::Null;
    }
    assert!(depth < 20, "a schema contains itself without end");
    for keyword in ["oneOf", "anyOf"] {
        let Some(list) = schema.get(keyword).and_then(Value::as_array) else {
            continue;
        };
        if list.iter().all(is_constraint) {
            continue;
        }
        let union = list.len() > 1 || schema.get("discriminator").is_some();
        if variant == Variant::UnknownKinds && union {
            return json!({ "object": "kind_of_tomorrow", "strategy": "kind_of_tomorrow", "of_tomorrow": [{}] });
        }
        let chosen = if let Variant::Full(n) = variant {
            n % list.len()
        } else {
            0
        };
        return sample(document, &list[chosen], variant, depth + 1);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        if let [only] = parts.as_slice() {
            return sample(document, only, variant, depth + 1);
        }
        let mut flat = Object::default();
        flat.collect(document, schema);
        return flat.sample(document, variant, depth);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let unknown = variant == Variant::UnknownEnums && values[0].is_string();
        return if unknown {
            json!("value_of_tomorrow")
        } else {
            values[0].clone()
        };
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => json!("text"),
        Some("integer" | "number") => json!(1_700_000_000_123_i64),
        Some("boolean") => json!(true),
        Some("array") if variant == Variant::NullCollections => Value::Null,
        Some("array") => match schema.get("items") {
            Some(items) => json!([sample(document, items, variant, depth + 1)]),
            None => json!([]),
        },
        _ => object(document, schema, variant, depth),
    }
}

fn object(
    document: &'static Value,
    schema: &'static Value,
    variant: Variant,
    depth: usize,
) -> Value {
    let mut flat = Object::default();
    flat.collect(document, schema);
    if !flat.properties.is_empty() {
        return flat.sample(document, variant, depth);
    }
    if variant == Variant::NullCollections && schema.get("type").is_some() {
        return Value::Null;
    }
    match schema.get("additionalProperties") {
        Some(values @ Value::Object(inner)) if !inner.is_empty() => {
            json!({ "key": sample(document, values, variant, depth + 1) })
        }
        _ => json!({ "free": { "form": [1, null] } }),
    }
}

/// The properties of an object and of the objects it is composed of: what one part requires another may describe.
#[derive(Default)]
struct Object {
    properties: Vec<(&'static str, &'static Value)>,
    required: Vec<&'static str>,
}

impl Object {
    fn collect(&mut self, document: &'static Value, schema: &'static Value) {
        let schema = resolve(document, schema);
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.collect(document, part);
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        self.properties.extend(
            properties
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.as_str(), schema)),
        );
        let required = schema.get("required").and_then(Value::as_array);
        self.required
            .extend(required.into_iter().flatten().filter_map(Value::as_str));
    }

    fn sample(self, document: &'static Value, variant: Variant, depth: usize) -> Value {
        let mut out: Map<String, Value> = self
            .properties
            .into_iter()
            .filter(|(name, _)| variant != Variant::RequiredOnly || self.required.contains(name))
            .map(|(name, schema)| {
                (
                    name.to_owned(),
                    sample(document, schema, variant, depth + 1),
                )
            })
            .collect();
        if variant == Variant::ExtraFields {
            out.insert(
                "of_tomorrow".into(),
                json!({ "nested": [1, { "deep": null }] }),
            );
        }
        Value::Object(out)
    }
}
