//! Progenitor makes Rust names of a document's names by its own rules, and they are not ours: where two names collide in
//! its spelling, or one is reserved, it panics or writes something else. So it never sees a name of the document. What it
//! reads has numbers for names, and what it writes gets ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use syn::visit_mut::VisitMut;
use syn::{Fields, ItemStruct, Type};

use super::emit::ident;
use super::harvest::{Harvest, has_word};
use crate::normalize::fields::Facts;
use crate::normalize::names;
use crate::normalize::schema;

/// The names that stand behind the numbers.
#[derive(Debug, Default)]
pub struct Neutral {
    /// Types, and of each its properties or enum values.
    types: Vec<(String, Vec<String>)>,
    /// Operations, and of each its parameters.
    operations: Vec<(String, Vec<String>)>,
}

fn numbered(kind: &str, index: usize) -> String {
    format!("{kind}{index:05}")
}

/// The index in a name that [`numbered`] made.
fn index(kind: &str, name: &str) -> Option<usize> {
    name.strip_prefix(kind)
        .filter(|digits| digits.len() == 5)?
        .parse()
        .ok()
}

const TYPE: &str = "T";
const FIELD: &str = "p";
const VALUE: &str = "v";
const OPERATION: &str = "op";

impl Neutral {
    /// Puts numbers in place of the names of a shaped document.
    #[must_use]
    pub fn encode(document: &Value) -> (Value, Self) {
        let mut names = Self::default();
        let empty = Map::new();
        let schemas = document
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        names.types = schemas
            .keys()
            .map(|name| (name.clone(), Vec::new()))
            .collect();
        let numbers: BTreeMap<String, String> = schemas
            .keys()
            .enumerate()
            .map(|(at, name)| (name.clone(), numbered(TYPE, at)))
            .collect();
        let renamed = |s: &Value| {
            let mut out = s.clone();
            schema::walk_mut(&mut out, "", &mut |s, _| {
                if let Some(number) = schema::referenced(s).and_then(|name| numbers.get(name)) {
                    *s = schema::reference(number);
                }
            });
            out
        };
        let mut out = document.clone();
        let mut types = Map::new();
        for (at, (name, s)) in schemas.iter().enumerate() {
            let mut s = renamed(s);
            names.types[at].1 = insides(&mut s);
            types.insert(numbers.get(name).cloned().unwrap_or_default(), s);
        }
        out["components"]["schemas"] = Value::Object(types);
        let mut paths = Map::new();
        for (at, operation) in operations(document).enumerate() {
            let (path, item) = names.operation(at, operation, &renamed);
            paths.insert(path, item);
        }
        out["paths"] = Value::Object(paths);
        (out, names)
    }

    fn operation(
        &mut self,
        at: usize,
        operation: &Value,
        renamed: &dyn Fn(&Value) -> Value,
    ) -> (String, Value) {
        let mut out = operation.clone();
        let mut path = format!("/{at}");
        let mut known = Vec::new();
        for (index, parameter) in out
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let name = numbered(FIELD, index);
            if parameter.get("in") == Some(&json!("path")) {
                path.push_str(&format!("/{{{name}}}"));
            }
            known.push(parameter["name"].as_str().unwrap_or_default().to_owned());
            parameter["name"] = json!(name);
            parameter["schema"] = renamed(&parameter["schema"]);
        }
        for pointer in ["/requestBody/content", "/responses/200/content"] {
            if let Some(s) = out
                .pointer_mut(pointer)
                .and_then(|content| content.pointer_mut("/application~1json/schema"))
            {
                *s = renamed(s);
            }
        }
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        self.operations.push((id.to_owned(), known));
        out["operationId"] = json!(numbered(OPERATION, at));
        // The verb is ours to emit; one that has a body fits them all.
        (path, json!({ "post": out }))
    }

    /// Puts the names of the document in place of the numbers.
    #[must_use]
    pub fn decode(&self, found: Harvest, facts: &Facts) -> Harvest {
        let mut out = Harvest::default();
        for (number, mut item) in found.structs {
            let named = index(TYPE, &number).and_then(|at| self.types.get(at));
            let (name, wires) = named.map_or((number.as_str(), &[][..]), |(name, wires)| {
                (name.as_str(), wires.as_slice())
            });
            item.ident = ident(name);
            self.visit_item_struct(&mut item);
            name_fields(&mut item, wires, &|wire| {
                facts
                    .get(name)?
                    .fields
                    .get(wire)
                    .map(|field| field.rust.clone())
            });
            out.structs.insert(name.to_owned(), item);
        }
        for (number, values) in found.enums {
            let named = index(TYPE, &number).and_then(|at| self.types.get(at));
            let (name, wires) = named.map_or((number.as_str(), &[][..]), |(name, wires)| {
                (name.as_str(), wires.as_slice())
            });
            let wire = |value: String| {
                index(VALUE, &value)
                    .and_then(|at| wires.get(at).cloned())
                    .unwrap_or(value)
            };
            out.enums
                .insert(name.to_owned(), values.into_iter().map(wire).collect());
        }
        for (number, mut types) in found.operations {
            let Some((id, parameters)) =
                index(OPERATION, &number).and_then(|at| self.operations.get(at))
            else {
                continue;
            };
            types.parameters = types
                .parameters
                .into_iter()
                .filter_map(|(number, ty)| {
                    Some((
                        parameters.get(index(FIELD, &number)?)?.clone(),
                        self.renamed(ty),
                    ))
                })
                .collect();
            types.body = types.body.map(|ty| self.renamed(ty));
            types.reply = self.renamed(types.reply);
            out.operations.insert(id.clone(), types);
        }
        out
    }

    fn renamed(&self, mut ty: Type) -> Type {
        self.visit_type(&mut ty);
        ty
    }

    fn visit_type(&self, ty: &mut Type) {
        Rename(self).visit_type_mut(ty);
    }

    fn visit_item_struct(&self, item: &mut ItemStruct) {
        Rename(self).visit_item_struct_mut(item);
    }

    /// Progenitor's words with the names of the document in them.
    #[must_use]
    pub fn explain(&self, words: &str) -> String {
        let mut out = words.to_owned();
        for (kind, names) in [(TYPE, &self.types), (OPERATION, &self.operations)] {
            for (at, (name, _)) in names.iter().enumerate() {
                out = out.replace(&numbered(kind, at), name);
            }
        }
        out
    }
}

struct Rename<'a>(&'a Neutral);

impl VisitMut for Rename<'_> {
    fn visit_path_segment_mut(&mut self, segment: &mut syn::PathSegment) {
        if let Some((name, _)) =
            index(TYPE, &segment.ident.to_string()).and_then(|at| self.0.types.get(at))
        {
            segment.ident = ident(name);
        }
        syn::visit_mut::visit_path_segment_mut(self, segment);
    }
}

/// The operations of a shaped document, in its order.
fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    items.filter_map(|(_, item)| item.as_object()?.values().next())
}

/// Numbers the properties or the enum values of a schema, and returns their names.
fn insides(s: &mut Value) -> Vec<String> {
    if let Some(values) = s.get_mut("enum").and_then(Value::as_array_mut) {
        let known = values
            .iter()
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .collect();
        *values = (0..values.len())
            .map(|at| json!(numbered(VALUE, at)))
            .collect();
        return known;
    }
    let required = schema::required(s);
    let Some(properties) = s.get_mut("properties").and_then(Value::as_object_mut) else {
        return Vec::new();
    };
    let mut known = Vec::new();
    let mut still_required = BTreeSet::new();
    for (at, (wire, property)) in std::mem::take(properties).into_iter().enumerate() {
        let number = numbered(FIELD, at);
        if required.contains(&wire) {
            still_required.insert(number.clone());
        }
        known.push(wire);
        properties.insert(number, property);
    }
    schema::set_required(s, &still_required);
    known
}

/// Gives the fields their names, with the one on the wire beside it where that is another.
fn name_fields(item: &mut ItemStruct, wires: &[String], rust: &dyn Fn(&str) -> Option<String>) {
    let Fields::Named(fields) = &mut item.fields else {
        return;
    };
    let mut taken: BTreeSet<String> = wires.iter().filter_map(|wire| rust(wire)).collect();
    for field in &mut fields.named {
        if has_word(&field.attrs, "flatten") {
            field.ident = Some(ident(&names::claim("extra", &mut taken)));
            continue;
        }
        let number = field
            .ident
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let Some(wire) = index(FIELD, &number).and_then(|at| wires.get(at)) else {
            continue;
        };
        let name = rust(wire).unwrap_or_default();
        if name != *wire {
            field
                .attrs
                .push(syn::parse_quote!(#[serde(rename = #wire)]));
        }
        field.ident = Some(ident(&name));
    }
}
