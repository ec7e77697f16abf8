//! The last rules: what each field becomes, and schemas reduced to what progenitor needs to know.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::{Api, Body, Direction};
use super::docs::{self, Docs};
use super::names;
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas};

/// What the rewrite has to know about a type that progenitor's output cannot tell it.
#[derive(Debug, Clone)]
pub struct TypeFacts {
    /// Whether requests or responses hold it.
    pub direction: Direction,
    /// It is the JSON body of an operation: every field can be left out, what is required is checked when sending.
    pub body: bool,
    /// One line about it.
    pub doc: String,
    /// Facts about its fields, by name on the wire; empty for an enum.
    pub fields: BTreeMap<String, FieldFacts>,
}

/// What the rewrite has to know about a field.
#[derive(Debug, Clone, Default)]
pub struct FieldFacts {
    /// The name of the field in Rust, unique in its type.
    pub rust: String,
    /// The document says that it is always there.
    pub required: bool,
    /// The document says that it can be null.
    pub nullable: bool,
    /// Milliseconds since the epoch.
    pub timestamp: bool,
    /// A text that reads as empty when it is missing.
    pub empty_when_missing: bool,
    /// Can be kept, nulled or set.
    pub patch: bool,
    /// Never printed.
    pub sensitive: bool,
    /// The document deprecates it.
    pub deprecated: bool,
    /// Documentation: the text and the constraints.
    pub doc: String,
    /// What `openapi/docs.toml` says about it.
    pub text: String,
    /// Its name says it all.
    pub self_explaining: bool,
}

/// Facts about every type, by its Rust name.
pub type Facts = BTreeMap<String, TypeFacts>;

/// Validation keywords, which become documentation.
pub const CONSTRAINTS: &[&str] = &[
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// Collects the facts and leaves the schemas with nothing but types, references and presence.
pub fn finish(api: &mut Api, overlay: &Overlay, docs: &Docs, report: &mut Report) -> Facts {
    endless(&mut api.schemas, report);
    let (request, response) = api.reach();
    let roots: BTreeSet<String> = api
        .operations
        .iter()
        .filter_map(|o| match &o.body {
            Body::Json { schema: s, .. } => schema::referenced(s).map(str::to_owned),
            _ => None,
        })
        .collect();
    let mut facts = Facts::new();
    for (name, s) in &mut api.schemas {
        let direction = Direction {
            request: request.contains(name),
            response: response.contains(name),
        };
        let mut found = TypeFacts {
            direction,
            body: roots.contains(name),
            doc: docs.type_line(name),
            fields: BTreeMap::new(),
        };
        if schema::is_struct(s) {
            found.fields = fields(s, name, direction, overlay, docs, report);
            presence(s, name, &found, report);
        }
        facts.insert(name.clone(), found);
    }
    enum_texts(api, docs, &mut facts);
    reduce(api, report);
    facts
}

/// An enum has the text of the field or the parameter that holds it.
fn enum_texts(api: &Api, docs: &Docs, facts: &mut Facts) {
    let mut texts = BTreeMap::new();
    for (owner, s) in &api.schemas {
        for (wire, property) in schema::properties(s).into_iter().flatten() {
            let field = facts.get(owner).and_then(|found| found.fields.get(wire));
            if let (Some(name), Some(field)) = (kind_of(property), field) {
                texts.entry(name).or_insert_with(|| field.text.clone());
            }
        }
    }
    for parameter in api.operations.iter().flat_map(|o| &o.parameters) {
        if let Some(name) = kind_of(&parameter.schema) {
            let text = || docs.parameter_text(&parameter.wire).to_owned();
            texts.entry(name).or_insert_with(text);
        }
    }
    for (name, found) in facts.iter_mut() {
        if found.fields.is_empty() && found.doc.is_empty() {
            found.doc = texts.remove(name.as_str()).unwrap_or_default();
        }
    }
}

/// The named type of a property or of its items.
fn kind_of(property: &Value) -> Option<&str> {
    let one = property.get("items").unwrap_or(property);
    let only = one.get("allOf").and_then(|list| list.get(0));
    schema::referenced(only.unwrap_or(one))
}

/// What a type requires of its own type, itself or through others, nothing can hold: such a value has no end.
fn endless(schemas: &mut Schemas, report: &mut Report) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        // Each round removes one of the ways back.
        while let Some((owner, wire)) = way_back(schemas, &name, &name, &mut BTreeSet::new()) {
            report.hit("endless-required", format!("{owner}.{wire}"));
            if let Some(s) = schemas.get_mut(&owner) {
                let mut required = schema::required(s);
                required.remove(&wire);
                schema::set_required(s, &required);
            }
        }
    }
}

/// The required property that leads back to `target`, seen from `at`.
fn way_back(
    schemas: &Schemas,
    target: &str,
    at: &str,
    seen: &mut BTreeSet<String>,
) -> Option<(String, String)> {
    let s = schemas.get(at)?;
    for wire in schema::required(s) {
        let Some(next) = s
            .pointer("/properties")
            .and_then(|p| p.get(&wire))
            .and_then(held)
        else {
            continue;
        };
        if next == target {
            return Some((at.to_owned(), wire));
        }
        if seen.insert(next.to_owned())
            && let Some(found) = way_back(schemas, target, next, seen)
        {
            return Some(found);
        }
    }
    None
}

/// The type that a property always holds one of.
fn held(property: &Value) -> Option<&str> {
    let only = property
        .get("allOf")
        .and_then(Value::as_array)
        .and_then(|list| list.first());
    schema::referenced(only.unwrap_or(property)).filter(|_| !schema::is_nullable(property))
}

/// The Rust name of each property. Names in snake case win over other spellings of the same.
fn field_names(s: &Value, name: &str, report: &mut Report) -> BTreeMap<String, String> {
    let plain = |wire: &str| names::snake(wire, &names::Acronyms::new());
    let mut wires: Vec<&String> = schema::properties(s)
        .into_iter()
        .flatten()
        .map(|(wire, _)| wire)
        .collect();
    wires.sort_by_key(|wire| (plain(wire) != **wire, *wire));
    let mut taken = BTreeSet::new();
    let mut out = BTreeMap::new();
    for wire in wires {
        // Parts of requests are made with `new`.
        let wanted = names::unreserved(&plain(wire), &["new"]);
        let rust = names::claim(&wanted, &mut taken);
        if rust != wanted {
            report.hit("colliding-field", format!("{name}.{wire} -> {rust}"));
        }
        out.insert(wire.clone(), rust);
    }
    out
}

fn fields(
    s: &Value,
    name: &str,
    direction: Direction,
    overlay: &Overlay,
    docs: &Docs,
    report: &mut Report,
) -> BTreeMap<String, FieldFacts> {
    let required = schema::required(s);
    let names = field_names(s, name, report);
    let mut out = BTreeMap::new();
    for (wire, property) in schema::properties(s).into_iter().flatten() {
        let place = format!("{name}.{wire}");
        let timestamp = schema::type_of(property) == Some("integer")
            && is_time(wire)
            && !overlay.is_not_milliseconds(name, wire);
        if timestamp {
            report.hit("timestamp", &place);
        }
        let nullable = schema::is_nullable(property);
        let patch = nullable && direction.only_request();
        if patch {
            report.hit("patch", &place);
        }
        let text = docs.field_text(name, wire).to_owned();
        out.insert(
            wire.clone(),
            FieldFacts {
                rust: names.get(wire).cloned().unwrap_or_default(),
                required: required.contains(wire),
                nullable,
                timestamp,
                empty_when_missing: overlay.is_present(name, wire) && direction.response,
                patch,
                sensitive: overlay.is_sensitive(name, wire),
                deprecated: property.get("deprecated").and_then(Value::as_bool) == Some(true),
                doc: docs::join(&text, &constraints(property)),
                text,
                self_explaining: docs.is_self_explaining(wire) && !direction.request,
            },
        );
    }
    out
}

/// Whether an integer of this name is a point in time.
#[must_use]
pub fn is_time(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "date",
        "expiration",
        "period_end",
        "period_start",
        "timestamp",
    ];
    const ENDS: &[&str] = &["_at", "_at_after", "_at_before", "_at_since", "_date"];
    NAMES.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))
}

fn presence(s: &mut Value, name: &str, facts: &TypeFacts, report: &mut Report) {
    let mut required = schema::required(s);
    let optional_collections = facts.direction.only_request();
    if facts.direction.response {
        for (wire, field) in &facts.fields {
            if required.contains(wire) && field.nullable {
                report.hit("nullable-response", format!("{name}.{wire}"));
                required.remove(wire);
            }
        }
        let tag = s
            .pointer("/properties/object")
            .is_some_and(|p| schema::type_of(p) == Some("string"));
        if tag && required.remove("object") {
            report.hit("object-tag", name);
        }
    }
    if facts.body {
        required.clear();
    }
    if optional_collections {
        for (wire, property) in s
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            let collection = schema::type_of(property) == Some("array") || schema::is_map(property);
            if collection && !required.contains(wire) && !schema::is_nullable(property) {
                report.hit("optional-collection", format!("{name}.{wire}"));
                // `Option<Vec<_>>` instead of a `Vec` that is left out when it is empty.
                property["nullable"] = json!(true);
            }
        }
    }
    schema::set_required(s, &required);
}

/// The constraints and the default of a schema, as documentation.
#[must_use]
pub fn constraints(s: &Value) -> String {
    let number = |key: &str| s.get(key).map(Value::to_string);
    let mut parts: Vec<String> = Vec::new();
    let mut range = |low: Option<String>, high: Option<String>, unit: &str| match (low, high) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high}{unit}")),
        (Some(low), None) => parts.push(format!("at least {low}{unit}")),
        (None, Some(high)) => parts.push(format!("at most {high}{unit}")),
        (None, None) => {}
    };
    let above = (s.get("exclusiveMinimum") == Some(&json!(true))).then_some(());
    if above.is_some() {
        range(None, number("maximum"), "");
    } else {
        range(number("minimum"), number("maximum"), "");
    }
    range(number("minLength"), number("maxLength"), " characters");
    range(number("minItems"), number("maxItems"), " items");
    if let (Some(()), Some(low)) = (above, number("minimum")) {
        parts.push(format!("greater than {low}"));
    }
    if s.get("uniqueItems") == Some(&json!(true)) {
        parts.push("each item once".to_owned());
    }
    if let Some(pattern) = s.get("pattern").and_then(Value::as_str) {
        parts.push(format!("matches `{}`", pattern.replace('`', "'")));
    }
    if let Some(default) = s
        .get("default")
        .filter(|d| !d.is_null() && d.to_string().len() < 60)
    {
        parts.push(format!("the server's default is `{default}`"));
    }
    let mut line = parts.join(", ");
    if let Some(first) = line.get(..1).map(str::to_uppercase) {
        line.replace_range(..1, &first);
        line.push('.');
    }
    line
}

/// How deep arrays and maps may be nested: the compiler has its own limit.
const NESTING: usize = 12;

/// Leaves the keywords of which types are made, and no others.
fn reduce(api: &mut Api, report: &mut Report) {
    api.walk(&mut |s, place, direction| {
        let Some(object) = s.as_object() else { return };
        for key in CONSTRAINTS.iter().filter(|key| object.contains_key(**key)) {
            report.hit("unnamed-constraints", format!("{place} {key}"));
        }
        if object.contains_key("default") && direction.request {
            report.hit("no-request-default", place);
        }
        *s = reduced(s);
        if nesting(s) > NESTING {
            report.hit("too-deep", place);
            *s = json!({});
        }
    });
}

fn reduced(s: &Value) -> Value {
    if let Some(target) = s.get("$ref") {
        return json!({ "$ref": target });
    }
    let mut out = match schema::type_of(s) {
        _ if s.get("allOf").is_some() => kept(s, &["allOf"]),
        Some("string") => kept(s, &["type", "enum"]),
        Some("integer" | "number") => kept(s, &["type", "format"]),
        Some("boolean") => kept(s, &["type"]),
        Some("array") => {
            let mut out = kept(s, &["type", "items"]);
            out.entry("items").or_insert_with(|| json!({}));
            out
        }
        Some("object") => {
            let mut out = kept(
                s,
                &["type", "properties", "required", "additionalProperties"],
            );
            if !out.contains_key("properties") {
                out.entry("additionalProperties").or_insert(json!(true));
            }
            out
        }
        _ => serde_json::Map::new(),
    };
    if schema::is_nullable(s) {
        out.insert("nullable".into(), json!(true));
    }
    Value::Object(out)
}

fn kept(s: &Value, keys: &[&str]) -> serde_json::Map<String, Value> {
    keys.iter()
        .filter_map(|key| Some(((*key).to_owned(), s.get(*key)?.clone())))
        .collect()
}

/// The nested arrays and maps, down to the innermost.
fn nesting(s: &Value) -> usize {
    ["items", "additionalProperties"]
        .iter()
        .filter_map(|key| s.get(*key))
        .map(|inner| nesting(inner) + 1)
        .max()
        .unwrap_or(0)
}
