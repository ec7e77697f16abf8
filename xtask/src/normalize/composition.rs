//! Rules on `allOf`, `anyOf` and `oneOf`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::Api;
use super::canonical::canonical_forms;
use super::families::Families;
use super::merge::{Merge, merge};
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas, set};

/// How often compositions are flattened before what is left of them counts as any JSON value: each round uncovers those
/// that stood inside the one that was flattened before.
const ROUNDS: usize = 32;

/// How many schemas are expanded for one composition before it counts as any JSON value.
const EXPANSIONS: usize = 500;

/// Flattens every composition. What remains is `allOf` of one reference beside `nullable` or `deprecated`.
pub fn flatten(api: &mut Api, overlay: &Overlay, report: &mut Report) {
    name_recursive(api, report);
    // All of them at once: a later round sees copies of unions, and those belong to the same families.
    let schemas = api.schemas.clone();
    let (nobody, mut silent) = (Families::default(), Report::default());
    let mut flattener = Flattener::new(&schemas, &nobody, &mut silent);
    let mut flat = |name: &str| flattener.object(&schema::reference(name), &mut Trail::default());
    let families = Families::find(api, overlay, &mut flat, report);
    api.schemas.extend(families.merged.clone());
    for _ in 0..ROUNDS {
        name_recursive(api, report);
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
        nullable |= keyword != "allOf"
            && kept
                .iter()
                .any(|s| schema::is_nullable(schema::resolve(self.schemas, s)));
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
            match self.merge_all(rest, &kept, Merge::Either) {
                Some(merged) => {
                    self.report.hit("union", place);
                    merged
                }
                None => {
                    let scalar = self.same_scalar(&kept);
                    let rule = if scalar.is_some() {
                        "union"
                    } else {
                        "mixed-union"
                    };
                    self.report.hit(rule, place);
                    scalar.unwrap_or_else(|| json!({}))
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
