//! What a schema becomes in Rust, as far as the comparison cares.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::api::{Api, shared_name};

const MAX_HOPS: usize = 32;

/// The Rust type a schema becomes.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Type<'a> {
    /// A named schema with a type of its own: a struct or an enum.
    Named(&'a str),
    /// A struct.
    Object,
    /// An object of any keys, with the schema of its values if it says one.
    Map(Option<&'a Value>),
    /// A list, with the schema of its items.
    Array(Option<&'a Value>),
    /// A string of listed values.
    Enum,
    /// One of several.
    Union(Vec<&'a Value>),
    /// Text, numbers and booleans, by the name shown.
    Scalar(String),
    /// Anything.
    Any,
}

/// A schema, seen through references and one-armed `allOf`s.
#[derive(Clone)]
pub(super) struct Shape<'a> {
    pub(super) ty: Type<'a>,
    /// Where properties, limits and values stand.
    pub(super) schema: &'a Value,
    /// The first named schema it refers to.
    pub(super) reference: Option<&'a str>,
    /// Whether null is allowed, said outside of that named schema.
    pub(super) nullable: bool,
    /// Whether null is allowed by a named schema that is only another word for a list, map or scalar.
    pub(super) nullable_inside: bool,
}

/// The fields of an object, those of its `allOf` parts included.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) properties: BTreeMap<&'a str, &'a Value>,
    pub(super) required: BTreeSet<&'a str>,
}

impl<'a> Api<'a> {
    pub(super) fn shape(&self, value: &'a Value) -> Shape<'a> {
        let mut shape = Shape {
            ty: Type::Any,
            schema: value,
            reference: None,
            nullable: false,
            nullable_inside: false,
        };
        for _ in 0..MAX_HOPS {
            let value = shape.schema;
            if value.get("$ref").is_some() {
                let target = self.step(value);
                shape.schema = target;
                if let Some(name) = shared_name(value, "schemas") {
                    shape.reference = shape.reference.or(Some(name));
                    let ty = classify(target);
                    if matches!(ty, Type::Object | Type::Enum | Type::Union(_))
                        && single_arm(target).is_none()
                    {
                        shape.ty = Type::Named(name);
                        return shape;
                    }
                }
                continue;
            }
            let nullable = is_true(value, "nullable") || enum_values(value).any(Value::is_null);
            if shape.reference.is_some() {
                shape.nullable_inside |= nullable
            } else {
                shape.nullable |= nullable
            }
            let Some((arm, null_arm)) = single_arm(value) else {
                shape.ty = classify(value);
                return shape;
            };
            shape.nullable |= null_arm;
            shape.schema = arm;
        }
        shape
    }

    fn step(&self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str);
        target
            .and_then(|target| self.pointer(target))
            .unwrap_or(&Value::Null)
    }

    /// Whether this type, or what its name stands for, is a struct.
    pub(super) fn is_struct(&self, shape: &Shape<'a>) -> bool {
        match shape.ty {
            Type::Named(_) => matches!(classify(shape.schema), Type::Object),
            Type::Object => true,
            _ => false,
        }
    }

    /// The named schemas an object extends by `allOf`.
    pub(super) fn bases(&self, schema: &'a Value) -> BTreeSet<&'a str> {
        arms(schema, "allOf")
            .filter_map(|arm| shared_name(arm, "schemas"))
            .collect()
    }

    /// The fields of an object. What comes from the schemas named in `without` is left out.
    pub(super) fn fields(&self, schema: &'a Value, without: &BTreeSet<&str>) -> Fields<'a> {
        let mut fields = Fields::default();
        let mut seen = without.clone();
        let mut open = vec![schema];
        while let Some(part) = open.pop() {
            if let Some(name) = shared_name(part, "schemas") {
                // A schema that extends itself would never end.
                if seen.insert(name) {
                    open.extend(self.schema(name));
                }
                continue;
            }
            let properties = part
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            for (name, property) in properties {
                fields.properties.entry(name).or_insert(property);
            }
            let required = part
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            fields.required.extend(required.filter_map(Value::as_str));
            open.extend(arms(part, "allOf"));
        }
        fields
    }

    /// The type in a few words.
    pub(super) fn describe(&self, value: &'a Value) -> String {
        self.words(value, 3)
    }

    fn words(&self, value: &'a Value, depth: usize) -> String {
        let inner = |of: Option<&'a Value>| match of {
            Some(value) if depth > 0 => self.words(value, depth - 1),
            Some(_) => "…".to_owned(),
            None => "anything".to_owned(),
        };
        match self.shape(value).ty {
            Type::Named(name) => name.to_owned(),
            Type::Object => "object".to_owned(),
            Type::Map(of) => format!("map of {}", inner(of)),
            Type::Array(of) => format!("list of {}", inner(of)),
            Type::Enum => "enum".to_owned(),
            Type::Union(of) => {
                let all: Vec<String> = of.into_iter().map(|arm| inner(Some(arm))).collect();
                format!("one of {}", all.join(", "))
            }
            Type::Scalar(name) => name,
            Type::Any => "anything".to_owned(),
        }
    }
}

impl Type<'_> {
    /// Lists and maps read as empty where they are absent or null.
    pub(super) fn is_collection(&self) -> bool {
        matches!(self, Type::Array(_) | Type::Map(_))
    }

    /// Whether both are the same on this level, whatever is within.
    pub(super) fn is_like(&self, other: &Type<'_>) -> bool {
        match (self, other) {
            (Type::Named(one), Type::Named(two)) => one == two,
            (Type::Scalar(one), Type::Scalar(two)) => one == two,
            (one, two) => std::mem::discriminant(one) == std::mem::discriminant(two),
        }
    }
}

pub(super) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

pub(super) fn enum_values(value: &Value) -> impl Iterator<Item = &Value> {
    value
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The alternatives of a union that say anything about the type.
pub(super) fn union_arms(value: &Value) -> Vec<&Value> {
    arms(value, "oneOf")
        .chain(arms(value, "anyOf"))
        .filter(|arm| says_type(arm))
        .collect()
}

fn arms<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The one schema behind an `allOf`, `oneOf` or `anyOf` that only wraps it, and whether another arm allows null.
fn single_arm(value: &Value) -> Option<(&Value, bool)> {
    if value.get("properties").is_some() {
        return None;
    }
    let all: Vec<&Value> = ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .flat_map(|key| arms(value, key))
        .collect();
    let null_arm = all
        .iter()
        .any(|arm| !says_type(arm) && is_true(arm, "nullable"));
    let mut typed = all.into_iter().filter(|arm| says_type(arm));
    match (typed.next(), typed.next()) {
        (Some(only), None) => Some((only, null_arm)),
        _ => None,
    }
}

/// An arm of only `required` (or prose) narrows what is valid; it makes no type.
fn says_type(arm: &Value) -> bool {
    let telling = [
        "$ref",
        "type",
        "properties",
        "items",
        "enum",
        "allOf",
        "oneOf",
        "anyOf",
        "additionalProperties",
    ];
    telling.into_iter().any(|key| arm.get(key).is_some())
}

fn classify(value: &Value) -> Type<'_> {
    let has = |key| value.get(key).is_some();
    if value
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|map| !map.is_empty())
        || has("allOf")
    {
        return Type::Object;
    }
    let union = union_arms(value);
    if !union.is_empty() {
        return Type::Union(union);
    }
    match value.get("type").and_then(Value::as_str) {
        Some("array") => Type::Array(value.get("items")),
        Some("object") => match value.get("additionalProperties") {
            Some(Value::Bool(false)) => Type::Object,
            values => Type::Map(values.filter(|values| {
                values
                    .as_object()
                    .is_some_and(|map: &Map<_, _>| !map.is_empty())
            })),
        },
        Some("string") | None if has("enum") => Type::Enum,
        Some(name) => Type::Scalar(scalar(name, value.get("format").and_then(Value::as_str))),
        None if has("items") => Type::Array(value.get("items")),
        None => Type::Any,
    }
}

/// Only formats that make another Rust type count.
fn scalar(name: &str, format: Option<&str>) -> String {
    match (name, format) {
        ("integer", Some(format)) if format != "int64" => format!("integer ({format})"),
        ("number", Some(format)) if format != "double" => format!("number ({format})"),
        ("string", Some("binary")) => "file".to_owned(),
        _ => name.to_owned(),
    }
}
