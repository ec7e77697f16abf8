//! Rules on `allOf`, `anyOf`, `oneOf` and on schemas that do not say what they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::Api;
use super::names::Acronyms;
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas};

/// How deep references and compositions are followed before a schema counts as "any JSON value".
const DEPTH: usize = 24;

/// Gives every schema a `type` or makes it any JSON value, and moves siblings of `$ref` where they count.
pub fn canonical_forms(api: &mut Api, report: &mut Report) {
    api.rewrite(&mut |s, place, _| {
        let object = s.as_object()?;
        if let Some(target) = object.get("$ref") {
            if object.len() == 1 {
                return None;
            }
            report.hit("ref-siblings", place);
            let mut out = json!({ "allOf": [{ "$ref": target }] });
            for key in ["nullable", "deprecated"] {
                if let Some(value) = object.get(key) {
                    out[key] = value.clone();
                }
            }
            return Some(out);
        }
        if object.contains_key("type") || ["allOf", "anyOf", "oneOf"].iter().any(|k| object.contains_key(*k)) {
            return None;
        }
        let implied = if object.contains_key("properties") || object.contains_key("additionalProperties") {
            "object"
        } else if object.contains_key("items") {
            "array"
        } else if schema::enum_values(s).is_some() {
            "string"
        } else {
            return None;
        };
        report.hit("typeless", place);
        let mut out = s.clone();
        out["type"] = json!(implied);
        Some(out)
    });
}

/// Flattens every composition: afterwards there is none but `allOf` of one reference beside `nullable`.
pub fn flatten(api: &mut Api, overlay: &Overlay, acronyms: &Acronyms, report: &mut Report) {
    let families = Families::find(api, overlay, acronyms, report);
    api.schemas.extend(families.merged.clone());
    let schemas = api.schemas.clone();
    let mut flattener = Flattener { schemas: &schemas, families: &families, report };
    api.rewrite(&mut |s, place, _| flattener.flatten(s, place));
}

/// Unions whose members share the beginning of their names (`verification_otp`, `verification_admin`) are one family,
/// wherever they occur: one type reads them all.
struct Families {
    /// Member schema -> type of its family.
    of: BTreeMap<String, String>,
    merged: Schemas,
}

impl Families {
    fn find(api: &mut Api, overlay: &Overlay, acronyms: &Acronyms, report: &mut Report) -> Self {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut singles: Vec<String> = Vec::new();
        api.walk(&mut |s, _, _| {
            for keyword in ["oneOf", "anyOf"] {
                let list = s.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let names: Vec<&str> = list.iter().filter_map(schema::referenced).collect();
                if names.is_empty() || names.len() != list.len() {
                    continue;
                }
                if names.len() == 1 {
                    singles.push(names[0].to_owned());
                } else if let Some(prefix) = common_prefix(&names) {
                    members.entry(prefix).or_default().extend(names.iter().map(|n| (*n).to_owned()));
                }
            }
        });
        // A union of one belongs to the family that its name says it belongs to.
        for single in singles {
            if let Some((_, family)) = members.iter_mut().find(|(prefix, _)| single.starts_with(prefix.as_str())) {
                family.insert(single);
            }
        }
        let mut found = Self { of: BTreeMap::new(), merged: Schemas::new() };
        for (prefix, family) in members {
            let wanted = overlay
                .union_name(&prefix)
                .map_or_else(|| super::names::type_name(&prefix, acronyms), str::to_owned);
            // A family must not take the name of something else.
            let taken = |name: &str| {
                api.schemas.keys().any(|k| !family.contains(k) && super::names::type_name(k, acronyms) == name)
                    || found.merged.contains_key(name)
            };
            let mut name = wanted.clone();
            for suffix in ["Variant", "Union"].into_iter().map(str::to_owned).chain((2..).map(|n| n.to_string())) {
                if !taken(&name) {
                    break;
                }
                name = format!("{wanted}{suffix}");
            }
            let mut parts: Vec<Value> = family.iter().filter_map(|n| api.schemas.get(n).cloned()).collect();
            parts.retain(schema::is_struct);
            if parts.len() != family.len() {
                continue;
            }
            report.hit("union", format!("{} -> {name}", family.iter().cloned().collect::<Vec<_>>().join(" | ")));
            let mut merged = parts.iter().skip(1).fold(parts[0].clone(), |a, b| merge(&a, b, Merge::Either));
            if let Some(object) = merged.as_object_mut() {
                object.remove("nullable");
            }
            found.of.extend(family.iter().map(|member| (member.clone(), name.clone())));
            found.merged.insert(name, merged);
        }
        found
    }

    /// The family's type, when all of `list` are of one family.
    fn common(&self, list: &[Value]) -> Option<&str> {
        let mut names = list.iter().map(|s| schema::referenced(s).and_then(|n| self.of.get(n)));
        let first = names.next()??;
        names.all(|n| n == Some(first)).then_some(first.as_str())
    }
}

/// The longest common beginning that ends at a word boundary.
fn common_prefix(names: &[&str]) -> Option<String> {
    let first = names.first()?;
    let mut end = first.len();
    for name in names {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        end = end.min(same);
    }
    let boundary = first.get(..end)?.rfind(['_', '.', '-'])?;
    (boundary > 0).then(|| first[..=boundary].to_owned())
}

struct Flattener<'a> {
    schemas: &'a Schemas,
    families: &'a Families,
    report: &'a mut Report,
}

impl Flattener<'_> {
    fn flatten(&mut self, s: &Value, place: &str) -> Option<Value> {
        let nullable = schema::is_nullable(s);
        let deprecated = s.get("deprecated").cloned();
        let mut out = s.clone();
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let Some(list) = out.get(keyword).and_then(Value::as_array).cloned() else { continue };
            if let Some(object) = out.as_object_mut() {
                object.remove(keyword);
                object.remove("discriminator");
            }
            out = self.keyword(&out, keyword, &list, place);
        }
        if out == *s {
            return None;
        }
        if schema::referenced(&out).is_some() && (nullable || deprecated.is_some()) {
            out = json!({ "allOf": [out] });
        }
        if nullable {
            out["nullable"] = json!(true);
        }
        if let Some(deprecated) = deprecated {
            out["deprecated"] = deprecated;
        }
        Some(out)
    }

    /// `rest` is the schema without the keyword.
    fn keyword(&mut self, rest: &Value, keyword: &str, list: &[Value], place: &str) -> Value {
        // Alternatives such as {required: [a]} | {required: [b]} constrain; they do not describe.
        let constrains = |s: &Value| {
            s.as_object().is_some_and(|o| o.keys().all(|k| ["required", "type", "not", "description"].contains(&k.as_str())))
                && s.get("required").is_some()
                || s.as_object().is_some_and(|o| o.len() == 1 && o.contains_key("not"))
        };
        if keyword != "allOf" && list.iter().all(constrains) {
            self.report.hit("required-alternatives", place);
            return rest.clone();
        }
        let mut nullable = schema::is_nullable(rest);
        let list: Vec<Value> = list
            .iter()
            .filter(|s| {
                let null = schema::type_of(s) == Some("null")
                    || s.as_object().is_some_and(|o| o.keys().all(|k| k == "nullable"))
                    || s.get("enum").is_some_and(|e| *e == json!([null]));
                nullable |= null;
                !null || keyword == "allOf"
            })
            .cloned()
            .collect();
        let described = schema::properties(rest).is_some();
        let mut out = if list.len() == 1 && !described {
            self.report.hit("single-composition", place);
            match self.families.common(&list) {
                Some(family) => schema::reference(family),
                None => list[0].clone(),
            }
        } else if list.is_empty() {
            rest.clone()
        } else if keyword == "allOf" {
            self.report.hit("all-of", place);
            self.merge_all(rest, &list, Merge::Both)
        } else if let Some(family) = self.families.common(&list).filter(|_| !described) {
            self.report.hit("union", place);
            schema::reference(family)
        } else {
            let objects = list.iter().all(|s| self.object(s, 0).is_some());
            self.report.hit(if objects { "union" } else { "mixed-union" }, place);
            if objects {
                self.merge_all(rest, &list, Merge::Either)
            } else {
                self.same_scalar(&list).unwrap_or_else(|| json!({}))
            }
        };
        if nullable && !schema::is_nullable(&out) {
            if schema::referenced(&out).is_some() {
                out = json!({ "allOf": [out] });
            }
            out["nullable"] = json!(true);
        }
        out
    }

    /// Unions of one scalar type, such as two enums of strings, are that scalar.
    fn same_scalar(&self, list: &[Value]) -> Option<Value> {
        let mut types = list.iter().map(|s| schema::type_of(schema::resolve(self.schemas, s)));
        let first = types.next()??;
        (["string", "integer", "number", "boolean"].contains(&first) && types.all(|t| t == Some(first)))
            .then(|| json!({ "type": first }))
    }

    fn merge_all(&self, rest: &Value, list: &[Value], how: Merge) -> Value {
        let mut parts = list.iter().filter_map(|s| self.object(s, 0));
        let first = parts.next().unwrap_or_else(|| json!({ "type": "object" }));
        let mut out = parts.fold(first, |a, b| merge(&a, &b, how));
        if schema::properties(rest).is_some() || rest.get("required").is_some() {
            let mut rest = rest.clone();
            rest["type"] = json!("object");
            out = merge(&out, &rest, Merge::Both);
        }
        if let Some(object) = out.as_object_mut() {
            object.remove("nullable");
        }
        out
    }

    /// The schema as one flat object, if that is what it is.
    fn object(&self, s: &Value, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        let target = schema::resolve(self.schemas, s);
        for (keyword, how) in [("allOf", Merge::Both), ("oneOf", Merge::Either), ("anyOf", Merge::Either)] {
            if let Some(list) = target.get(keyword).and_then(Value::as_array) {
                let parts: Option<Vec<Value>> = list.iter().map(|part| self.object(part, depth + 1)).collect();
                let mut parts = parts?.into_iter();
                let first = parts.next()?;
                let merged = parts.fold(first, |a, b| merge(&a, &b, how));
                let own = json!({
                    "type": "object",
                    "properties": target.get("properties").cloned().unwrap_or_else(|| json!({})),
                    "required": target.get("required").cloned().unwrap_or_else(|| json!([])),
                });
                return Some(merge(&merged, &own, Merge::Both));
            }
        }
        let object = schema::type_of(target) == Some("object")
            || (schema::type_of(target).is_none()
                && (target.get("properties").is_some() || target.get("required").is_some()));
        object.then(|| {
            let mut out = target.clone();
            out["type"] = json!("object");
            out
        })
    }
}

/// Whether a value has to match both schemas or one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    Both,
    Either,
}

/// Two schemas as one that reads what either describes.
fn merge(a: &Value, b: &Value, how: Merge) -> Value {
    if a == b {
        return a.clone();
    }
    let nullable = match how {
        Merge::Both => schema::is_nullable(b),
        Merge::Either => schema::is_nullable(a) || schema::is_nullable(b),
    };
    let mut out = if schema::type_of(a) == Some("object") && schema::type_of(b) == Some("object") {
        merge_objects(a, b, how)
    } else if schema::type_of(a).is_some() && schema::type_of(a) == schema::type_of(b) {
        merge_scalars(a, b, how)
    } else if how == Merge::Both {
        // The later part of an `allOf` refines the earlier one; an empty schema refines nothing.
        if b.as_object().is_some_and(serde_json::Map::is_empty) { a.clone() } else { b.clone() }
    } else if strip_nullable(a) == strip_nullable(b) {
        strip_nullable(a)
    } else {
        json!({})
    };
    if nullable {
        if schema::referenced(&out).is_some() {
            out = json!({ "allOf": [out] });
        }
        out["nullable"] = json!(true);
    } else if let Some(object) = out.as_object_mut() {
        object.remove("nullable");
    }
    out
}

fn merge_objects(a: &Value, b: &Value, how: Merge) -> Value {
    let empty = serde_json::Map::new();
    let (left, right) = (schema::properties(a).unwrap_or(&empty), schema::properties(b).unwrap_or(&empty));
    let mut properties = left.clone();
    for (name, schema) in right {
        let merged = properties.get(name).map_or_else(|| schema.clone(), |known| merge(known, schema, how));
        properties.insert(name.clone(), merged);
    }
    let required: BTreeSet<String> = match how {
        Merge::Both => schema::required(a).union(&schema::required(b)).cloned().collect(),
        // A kind that is not known today need not have what all of today's kinds have.
        Merge::Either => BTreeSet::new(),
    };
    let mut out = json!({ "type": "object" });
    if !properties.is_empty() {
        out["properties"] = Value::Object(properties);
    }
    for side in [a, b] {
        if let Some(extra) = side.get("additionalProperties").filter(|v| **v != json!(false)) {
            out["additionalProperties"] = extra.clone();
        }
    }
    schema::set_required(&mut out, &required);
    out
}

fn merge_scalars(a: &Value, b: &Value, how: Merge) -> Value {
    let mut out = a.clone();
    let Some(object) = out.as_object_mut() else { return out };
    match (a.get("enum").and_then(Value::as_array), b.get("enum").and_then(Value::as_array), how) {
        (Some(left), Some(right), Merge::Either) => {
            let mut values = left.clone();
            values.extend(right.iter().filter(|v| !left.contains(v)).cloned());
            object.insert("enum".into(), Value::Array(values));
        }
        (_, Some(right), Merge::Both) => {
            object.insert("enum".into(), Value::Array(right.clone()));
        }
        (Some(_), None, Merge::Either) => {
            object.remove("enum");
        }
        _ => {}
    }
    if let (Some(left), Some(right)) = (a.get("items"), b.get("items")) {
        object.insert("items".into(), merge(left, right, how));
    }
    object.remove("pattern");
    object.remove("default");
    out
}

fn strip_nullable(s: &Value) -> Value {
    let mut out = s.clone();
    if let Some(object) = out.as_object_mut() {
        object.remove("nullable");
        if let (1, Some(list)) = (object.len(), object.get("allOf").and_then(Value::as_array)) {
            if let [only] = list.as_slice() {
                return only.clone();
            }
        }
    }
    out
}
