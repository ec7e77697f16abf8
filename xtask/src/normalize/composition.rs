//! Rules on `allOf`, `anyOf`, `oneOf` and on schemas that do not say what they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::Api;
use super::names::Acronyms;
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas};

/// How often compositions are flattened before what is left of them counts as any JSON value: each round uncovers those
/// that stood inside the one that was flattened before.
const ROUNDS: usize = 32;

/// How many schemas are expanded for one composition before it counts as any JSON value.
const EXPANSIONS: usize = 4_000;

/// Gives every schema a `type` or makes it any JSON value, and moves siblings of `$ref` where they count.
pub fn canonical_forms(api: &mut Api, report: &mut Report) {
    api.rewrite(&mut |s, place, _| canonical(s, place, report));
}

fn canonical(s: &Value, place: &str, report: &mut Report) -> Option<Value> {
    let Some(object) = s.as_object() else {
        report.hit("typeless", place);
        report.note(format!(
            "{place}: `{s}` is no schema and reads as any JSON value"
        ));
        return Some(json!({}));
    };
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
    let mut out = s.clone();
    let declared = object.get("type");
    if let Some(types) = declared.and_then(Value::as_array) {
        // OpenAPI 3.1 writes `type: [string, "null"]`.
        let named: Vec<&Value> = types.iter().filter(|t| **t != json!("null")).collect();
        set(
            &mut out,
            "nullable",
            (named.len() < types.len())
                .then_some(json!(true))
                .or_else(|| object.get("nullable").cloned()),
        );
        set(
            &mut out,
            "type",
            if let [only] = named.as_slice() {
                Some((*only).clone())
            } else {
                None
            },
        );
        report.hit("typeless", place);
    } else if declared.is_some_and(|t| !t.as_str().is_some_and(|t| TYPES.contains(&t))) {
        report.hit("typeless", place);
        report.note(format!(
            "{place}: the type `{}` is none of OpenAPI's",
            declared.unwrap_or(&Value::Null)
        ));
        set(&mut out, "type", None);
    }
    if out.get("type").is_none() && !schema::COMPOSITIONS.iter().any(|k| out.get(*k).is_some()) {
        let implied =
            if out.get("properties").is_some() || out.get("additionalProperties").is_some() {
                Some("object")
            } else if out.get("items").is_some() {
                Some("array")
            } else {
                out.get("enum")
                    .and_then(Value::as_array)
                    .and_then(|values| type_of_values(values))
            };
        if implied.is_some() {
            report.hit("typeless", place);
        }
        if let Some(implied) = implied {
            out["type"] = json!(implied);
        }
    }
    if out
        .get("additionalProperties")
        .is_some_and(|v| !v.is_object() && !v.is_boolean())
    {
        set(&mut out, "additionalProperties", None);
    }
    side_by_side(&mut out);
    (out != *s).then_some(out)
}

/// The types of OpenAPI 3.0, and `null`, which 3.1 has.
const TYPES: &[&str] = &[
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The type that all of these have; `null` beside them makes nullable.
fn type_of_values(values: &[Value]) -> Option<&'static str> {
    let mut present = values.iter().filter(|v| !v.is_null()).peekable();
    present.peek()?;
    let values: Vec<&Value> = present.collect();
    let all = |is: &dyn Fn(&Value) -> bool| values.iter().all(|v| is(v));
    if all(&Value::is_string) {
        Some("string")
    } else if all(&|v| v.is_i64() || v.is_u64()) {
        Some("integer")
    } else if all(&Value::is_number) {
        Some("number")
    } else if all(&Value::is_boolean) {
        Some("boolean")
    } else {
        None
    }
}

/// Compositions side by side all hold: they are one `allOf`.
fn side_by_side(s: &mut Value) {
    let Some(object) = s.as_object_mut() else {
        return;
    };
    if schema::COMPOSITIONS
        .iter()
        .filter(|k| object.contains_key(**k))
        .count()
        < 2
    {
        return;
    }
    let mut parts = match object.remove("allOf") {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    };
    for keyword in ["oneOf", "anyOf"] {
        if let Some(list) = object.remove(keyword) {
            parts.push(json!({ keyword: list }));
        }
    }
    object.insert("allOf".into(), Value::Array(parts));
}

fn set(s: &mut Value, key: &str, value: Option<Value>) {
    if let Some(object) = s.as_object_mut() {
        match value {
            Some(value) => object.insert(key.into(), value),
            None => object.remove(key),
        };
    }
}

/// Flattens every composition: afterwards there is none but `allOf` of one reference beside `nullable` or `deprecated`.
pub fn flatten(api: &mut Api, overlay: &Overlay, report: &mut Report) {
    for _ in 0..ROUNDS {
        name_recursive(api, report);
        let families = Families::find(api, overlay, &overlay.acronyms, report);
        api.schemas.extend(families.merged.clone());
        let schemas = api.schemas.clone();
        let mut flattener = Flattener::new(&schemas, &families, report);
        api.rewrite(&mut |s, place, _| flattener.flatten(s, place));
        canonical_forms(api, report);
        let mut left = false;
        api.walk(&mut |s, _, _| left |= is_composition(s));
        if !left {
            return;
        }
    }
    api.walk(&mut |s, place, _| {
        if is_composition(s) {
            report.hit("too-deep", place);
            report.note(format!(
                "{place}: a composition nested too deep to follow; it reads as any JSON value"
            ));
            *s = json!({ "nullable": schema::is_nullable(s) });
        }
    });
}

/// A composition that is still to be flattened.
fn is_composition(s: &Value) -> bool {
    schema::COMPOSITIONS.iter().any(|k| s.get(*k).is_some()) && !is_annotated_reference(s)
}

/// `{nullable, deprecated, allOf: [reference]}`: what a reference with something to say beside it looks like.
fn is_annotated_reference(s: &Value) -> bool {
    let Some(object) = s.as_object() else {
        return false;
    };
    let one = |list: &Value| {
        list.as_array()
            .is_some_and(|l| l.len() == 1 && schema::referenced(&l[0]).is_some())
    };
    object.get("allOf").is_some_and(one)
        && object
            .keys()
            .all(|k| ["allOf", "nullable", "deprecated"].contains(&k.as_str()))
}

/// A composition inside a schema that it leads back to is never flat: what is written out contains it again. It gets a
/// name, so that a reference to itself is all that it holds of itself.
fn name_recursive(api: &mut Api, report: &mut Report) {
    let schemas = api.schemas.clone();
    let mut added = Schemas::new();
    for (name, owner) in &mut api.schemas {
        schema::walk_mut(owner, name, &mut |s, place| {
            let members: usize = schema::COMPOSITIONS
                .iter()
                .filter_map(|k| s.get(*k)?.as_array())
                .map(Vec::len)
                .sum();
            if place == name
                || !is_composition(s)
                || (members < 2 && schema::properties(s).is_none())
            {
                return;
            }
            let mut roots = BTreeSet::new();
            schema::references(s, &mut roots);
            if !schema::closure(&schemas, roots).contains(name) {
                return;
            }
            let plain = without_members(place);
            let taken = |n: &str| schemas.contains_key(n) || added.contains_key(n);
            let mut given = plain.clone();
            for n in 2.. {
                if !taken(&given) {
                    break;
                }
                given = format!("{plain}{n}");
            }
            report.hit("recursive-composition", place);
            let mut body = std::mem::replace(s, schema::reference(&given));
            if schema::is_nullable(&body) {
                *s = json!({ "nullable": true, "allOf": [s] });
                set(&mut body, "nullable", None);
            }
            added.insert(given, body);
        });
    }
    api.schemas.extend(added);
}

/// `A/allOf0.child` -> `A.child`: the place without the members of compositions on the way.
fn without_members(place: &str) -> String {
    let mut out = String::new();
    for (index, part) in place.split('/').enumerate() {
        let digits = schema::COMPOSITIONS
            .iter()
            .find_map(|k| part.strip_prefix(k));
        match digits {
            Some(rest) if index > 0 => {
                out.push_str(rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            _ => out.push_str(part),
        }
    }
    out
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
                let list = s
                    .get(keyword)
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let names: Vec<&str> = list.iter().filter_map(schema::referenced).collect();
                if names.is_empty() || names.len() != list.len() {
                    continue;
                }
                if names.len() == 1 {
                    singles.push(names[0].to_owned());
                } else if let Some(prefix) = common_prefix(&names) {
                    members
                        .entry(prefix)
                        .or_default()
                        .extend(names.iter().map(|n| (*n).to_owned()));
                }
            }
        });
        // A union of one belongs to the family that its name says it belongs to.
        for single in singles {
            if let Some((_, family)) = members
                .iter_mut()
                .find(|(prefix, _)| single.starts_with(prefix.as_str()))
            {
                family.insert(single);
            }
        }
        let mut found = Self {
            of: BTreeMap::new(),
            merged: Schemas::new(),
        };
        for (prefix, family) in members {
            let wanted = overlay
                .union_name(&prefix)
                .map_or_else(|| super::names::type_name(&prefix, acronyms), str::to_owned);
            // A family must not take the name of something else.
            let taken = |name: &str| {
                api.schemas
                    .keys()
                    .any(|k| !family.contains(k) && super::names::type_name(k, acronyms) == name)
                    || found.merged.contains_key(name)
            };
            let mut name = wanted.clone();
            for suffix in ["Variant", "Union"]
                .into_iter()
                .map(str::to_owned)
                .chain((2..).map(|n| n.to_string()))
            {
                if !taken(&name) {
                    break;
                }
                name = format!("{wanted}{suffix}");
            }
            let mut parts: Vec<Value> = family
                .iter()
                .filter_map(|n| api.schemas.get(n).cloned())
                .collect();
            parts.retain(schema::is_struct);
            if parts.len() != family.len() {
                continue;
            }
            report.hit(
                "union",
                format!(
                    "{} -> {name}",
                    family.iter().cloned().collect::<Vec<_>>().join(" | ")
                ),
            );
            let mut merged = parts
                .iter()
                .skip(1)
                .fold(parts[0].clone(), |a, b| merge(&a, b, Merge::Either));
            if let Some(object) = merged.as_object_mut() {
                object.remove("nullable");
            }
            found
                .of
                .extend(family.iter().map(|member| (member.clone(), name.clone())));
            found.merged.insert(name, merged);
        }
        found
    }

    /// The family's type, when all of `list` are of one family.
    fn common(&self, list: &[Value]) -> Option<&str> {
        let mut names = list
            .iter()
            .map(|s| schema::referenced(s).and_then(|n| self.of.get(n)));
        let first = names.next()??;
        names.all(|n| n == Some(first)).then_some(first.as_str())
    }
}

/// The longest common beginning that ends at a word boundary.
fn common_prefix(names: &[&str]) -> Option<String> {
    let first = names.first()?;
    let mut end = first.len();
    for name in names {
        let same = first
            .bytes()
            .zip(name.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        end = end.min(same);
    }
    let boundary = first.get(..end)?.rfind(['_', '.', '-'])?;
    (boundary > 0).then(|| first[..=boundary].to_owned())
}

struct Flattener<'a> {
    schemas: &'a Schemas,
    families: &'a Families,
    report: &'a mut Report,
    /// Named schemas as flat objects, as far as they are known.
    flat: BTreeMap<String, Option<Value>>,
}

/// What is being expanded for one composition.
#[derive(Default)]
struct Trail {
    /// The named schemas that are being expanded, outermost first.
    open: Vec<String>,
    /// How many were expanded so far.
    expanded: usize,
    /// How often a schema was met inside itself.
    cuts: usize,
}

impl<'a> Flattener<'a> {
    fn new(schemas: &'a Schemas, families: &'a Families, report: &'a mut Report) -> Self {
        Self {
            schemas,
            families,
            report,
            flat: BTreeMap::new(),
        }
    }

    fn flatten(&mut self, s: &Value, place: &str) -> Option<Value> {
        let keyword = schema::COMPOSITIONS
            .iter()
            .copied()
            .find(|k| s.get(*k).is_some())?;
        if is_annotated_reference(s) && (schema::is_nullable(s) || s.get("deprecated").is_some()) {
            return None;
        }
        let nullable = schema::is_nullable(s);
        let deprecated = s.get("deprecated").cloned();
        let mut rest = s.clone();
        let list = rest.as_object_mut().and_then(|object| {
            object.remove("discriminator");
            object.remove(keyword)
        });
        let list = list
            .as_ref()
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut out = self.keyword(&rest, keyword, list, place);
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
        if keyword != "allOf" && !list.is_empty() && list.iter().all(constrains) {
            self.report.hit("required-alternatives", place);
            return rest.clone();
        }
        let mut nullable = schema::is_nullable(rest);
        let mut kept: Vec<Value> = Vec::new();
        for member in list {
            nullable |= is_null(member);
            // A member that says nothing changes nothing of an `allOf`; an alternative that says nothing is anything.
            let silent = is_null(member) || (keyword == "allOf" && says_nothing(member));
            if !silent && !kept.contains(member) {
                kept.push(member.clone());
            }
        }
        let described = schema::properties(rest).is_some();
        let mut out = if kept.is_empty() {
            rest.clone()
        } else if kept.len() == 1 && !described {
            self.report.hit("single-composition", place);
            match self.families.common(&kept) {
                Some(family) => schema::reference(family),
                None => kept[0].clone(),
            }
        } else if keyword == "allOf" {
            match self
                .merge_all(rest, &kept, Merge::Both)
                .or_else(|| self.refined(&kept))
            {
                Some(merged) => {
                    self.report.hit("all-of", place);
                    merged
                }
                None => {
                    self.report.hit("mixed-union", place);
                    json!({})
                }
            }
        } else if let Some(family) = self.families.common(&kept).filter(|_| !described) {
            self.report.hit("union", place);
            schema::reference(family)
        } else {
            nullable |= kept
                .iter()
                .any(|s| schema::is_nullable(schema::resolve(self.schemas, s)));
            match self.merge_all(rest, &kept, Merge::Either) {
                Some(merged) => {
                    self.report.hit("union", place);
                    merged
                }
                None => {
                    self.report.hit("mixed-union", place);
                    self.same_scalar(&kept).unwrap_or_else(|| json!({}))
                }
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
        let mut types = list
            .iter()
            .map(|s| schema::type_of(schema::resolve(self.schemas, s)));
        let first = types.next()??;
        (["string", "integer", "number", "boolean"].contains(&first)
            && types.all(|t| t == Some(first)))
        .then(|| json!({ "type": first }))
    }

    /// `allOf` of schemas of one type that is no object: the later ones refine the first.
    fn refined(&self, list: &[Value]) -> Option<Value> {
        let mut parts = list.iter().map(|s| schema::resolve(self.schemas, s));
        let first = parts.next()?.clone();
        let kind = schema::type_of(&first).map(str::to_owned)?;
        parts.try_fold(first, |a, b| {
            let same = schema::type_of(b) == Some(kind.as_str())
                && !schema::COMPOSITIONS.iter().any(|k| b.get(*k).is_some());
            same.then(|| merge(&a, b, Merge::Both))
        })
    }

    /// Several objects as one, when they all are objects.
    fn merge_all(&mut self, rest: &Value, list: &[Value], how: Merge) -> Option<Value> {
        let mut trail = Trail::default();
        let parts: Option<Vec<Value>> = list.iter().map(|s| self.object(s, &mut trail)).collect();
        let mut out = parts?.into_iter().reduce(|a, b| merge(&a, &b, how))?;
        if schema::properties(rest).is_some() || rest.get("required").is_some() {
            let mut rest = rest.clone();
            rest["type"] = json!("object");
            out = merge(&out, &rest, Merge::Both);
        }
        set(&mut out, "nullable", None);
        Some(out)
    }

    /// The schema as one flat object, if that is what it is.
    fn object(&mut self, s: &Value, trail: &mut Trail) -> Option<Value> {
        let Some(name) = schema::referenced(s) else {
            return self.flat_object(s, trail);
        };
        if let Some(known) = self.flat.get(name) {
            return known.clone();
        }
        if trail.open.iter().any(|open| open == name) {
            // What a schema takes over from itself it has already.
            trail.cuts += 1;
            return Some(json!({ "type": "object" }));
        }
        trail.expanded += 1;
        if trail.expanded > EXPANSIONS {
            return None;
        }
        let target = self.schemas.get(name)?;
        let cuts = trail.cuts;
        trail.open.push(name.to_owned());
        let found = self.object(target, trail);
        trail.open.pop();
        if trail.cuts == cuts {
            self.flat.insert(name.to_owned(), found.clone());
        }
        found
    }

    fn flat_object(&mut self, s: &Value, trail: &mut Trail) -> Option<Value> {
        let mut merged: Option<Value> = None;
        for (keyword, how) in [
            ("allOf", Merge::Both),
            ("oneOf", Merge::Either),
            ("anyOf", Merge::Either),
        ] {
            let Some(list) = s.get(keyword).and_then(Value::as_array) else {
                continue;
            };
            let telling = list
                .iter()
                .filter(|part| !(is_null(part) || how == Merge::Both && says_nothing(part)));
            let parts: Option<Vec<Value>> = telling.map(|part| self.object(part, trail)).collect();
            let Some(part) = parts?.into_iter().reduce(|a, b| merge(&a, &b, how)) else {
                continue;
            };
            merged = Some(match merged {
                Some(before) => merge(&before, &part, Merge::Both),
                None => part,
            });
        }
        if let Some(merged) = merged {
            let own = json!({
                "type": "object",
                "properties": s.get("properties").cloned().unwrap_or_else(|| json!({})),
                "required": s.get("required").cloned().unwrap_or_else(|| json!([])),
            });
            return Some(merge(&merged, &own, Merge::Both));
        }
        let object = schema::type_of(s) == Some("object")
            || (schema::type_of(s).is_none()
                && (s.get("properties").is_some() || s.get("required").is_some()));
        object.then(|| {
            let mut out = s.clone();
            out["type"] = json!("object");
            out
        })
    }
}

/// Alternatives such as {required: [a]} | {required: [b]} constrain; they do not describe.
fn constrains(s: &Value) -> bool {
    let Some(object) = s.as_object() else {
        return false;
    };
    let only = |keys: &[&str]| object.keys().all(|k| keys.contains(&k.as_str()));
    (object.contains_key("required") && only(&["required", "type", "not"]))
        || (object.contains_key("not") && only(&["not"]))
}

/// Stands for `null` and nothing else.
fn is_null(s: &Value) -> bool {
    schema::type_of(s) == Some("null")
        || s.get("enum").is_some_and(|e| *e == json!([null]))
        || s.as_object()
            .is_some_and(|o| o.len() == 1 && schema::is_nullable(s))
}

/// Says nothing about a value.
fn says_nothing(s: &Value) -> bool {
    const SILENT: &[&str] = &["default", "deprecated", "readOnly", "writeOnly"];
    s.as_object()
        .is_some_and(|o| o.keys().all(|k| SILENT.contains(&k.as_str())))
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
        if b.as_object().is_some_and(serde_json::Map::is_empty) {
            a.clone()
        } else {
            b.clone()
        }
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
    let (left, right) = (
        schema::properties(a).unwrap_or(&empty),
        schema::properties(b).unwrap_or(&empty),
    );
    let mut properties = left.clone();
    for (name, schema) in right {
        let merged = properties
            .get(name)
            .map_or_else(|| schema.clone(), |known| merge(known, schema, how));
        properties.insert(name.clone(), merged);
    }
    let required: BTreeSet<String> = match how {
        Merge::Both => schema::required(a)
            .union(&schema::required(b))
            .cloned()
            .collect(),
        // A kind that is not known today need not have what all of today's kinds have.
        Merge::Either => BTreeSet::new(),
    };
    let mut out = json!({ "type": "object" });
    if !properties.is_empty() {
        out["properties"] = Value::Object(properties);
    }
    for side in [a, b] {
        if let Some(extra) = side
            .get("additionalProperties")
            .filter(|v| **v != json!(false))
        {
            out["additionalProperties"] = extra.clone();
        }
    }
    schema::set_required(&mut out, &required);
    out
}

fn merge_scalars(a: &Value, b: &Value, how: Merge) -> Value {
    let mut out = a.clone();
    let Some(object) = out.as_object_mut() else {
        return out;
    };
    match (
        a.get("enum").and_then(Value::as_array),
        b.get("enum").and_then(Value::as_array),
        how,
    ) {
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
        let list = object.get("allOf").and_then(Value::as_array);
        if let (1, Some([only])) = (object.len(), list.map(Vec::as_slice)) {
            return only.clone();
        }
    }
    out
}
