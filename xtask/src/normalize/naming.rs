//! Names for everything that becomes a type: components, inline responses, inline objects, inline enums.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;
use serde_json::{Value, json};

use super::api::{Api, Body, Operation, Reply};
use super::docs::Docs;
use super::fields::CONSTRAINTS;
use super::names::{self, Acronyms};
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas};

/// Renames components to their Rust names.
pub fn components(api: &mut Api, overlay: &Overlay, docs: &mut Docs, report: &mut Report) {
    let mut taken = names::reserved_types();
    let wanted = |name: &String| {
        overlay
            .type_name(name)
            .map_or_else(|| names::type_name(name, &overlay.acronyms), str::to_owned)
    };
    // One that is spelled like its Rust name keeps it, whatever else would get the same name.
    let mut ordered: Vec<&String> = api.schemas.keys().collect();
    ordered.sort_by_key(|name| (wanted(name) != **name, *name));
    let mut renamed = BTreeMap::new();
    for name in ordered {
        let wanted = wanted(name);
        let free = names::claim(&wanted, &mut taken);
        if free != wanted {
            report.hit("colliding-type", format!("{name} -> {free}"));
        }
        docs.alias(&free, name);
        renamed.insert(name.clone(), free);
    }
    let schemas = std::mem::take(&mut api.schemas);
    api.schemas = schemas
        .into_iter()
        .filter_map(|(name, schema)| Some((renamed.get(&name)?.clone(), schema)))
        .collect();
    api.walk(&mut |s, _, _| {
        if let Some(new) = schema::referenced(s).and_then(|name| renamed.get(name)) {
            *s = schema::reference(new);
        }
    });
}

/// The names that no further type can have.
fn taken(api: &Api) -> BTreeSet<String> {
    // Requests are named in a module of their own: an operation that comes new takes no name from a type.
    let mut taken = names::reserved_types();
    taken.extend(api.schemas.keys().cloned());
    taken
}

/// Components that are no objects and no enums, and nullability of components, move to where they are used.
pub fn inline_bare(api: &mut Api, report: &mut Report) {
    // One at a time: what takes the place of one may refer to the next.
    while let Some((name, mut body)) = bare(api) {
        report.hit("bare-component", &name);
        api.schemas.remove(&name);
        schema::walk_mut(&mut body, &name, &mut |s, place| {
            if schema::referenced(s) == Some(&name) {
                report.note(format!(
                    "{place}: contains itself and nothing else; it reads as any JSON value"
                ));
                *s = json!({});
            }
        });
        api.rewrite(&mut |s, _, _| (schema::referenced(s) == Some(&name)).then(|| body.clone()));
        api.rewrite(&mut |s, _, _| collapse(s));
    }
    let nullable: Vec<String> = api
        .schemas
        .iter()
        .filter(|(_, s)| schema::is_nullable(s))
        .map(|(name, _)| name.clone())
        .collect();
    for name in nullable {
        report.hit("nullable-component", &name);
        if let Some(object) = api.schemas.get_mut(&name).and_then(Value::as_object_mut) {
            object.remove("nullable");
        }
        api.rewrite(&mut |s, _, _| {
            (schema::referenced(s) == Some(&name))
                .then(|| json!({ "nullable": true, "allOf": [s] }))
        });
        api.rewrite(&mut |s, _, _| collapse(s));
    }
}

/// The first component that is neither an object nor an enum: one of a single value becomes a string in a response.
fn bare(api: &Api) -> Option<(String, Value)> {
    let named = |s: &Value| {
        schema::is_struct(s) || schema::enum_values(s).is_some_and(|values| values.len() > 1)
    };
    api.schemas
        .iter()
        .find(|(_, s)| !named(s))
        .map(|(name, s)| (name.clone(), s.clone()))
}

/// `{nullable, allOf: [{not a reference}]}` -> the inner schema, nullable.
fn collapse(s: &Value) -> Option<Value> {
    let list = s.get("allOf")?.as_array()?;
    let [inner] = list.as_slice() else {
        return None;
    };
    if schema::referenced(inner).is_some() {
        return None;
    }
    let mut out = inner.clone();
    for key in ["nullable", "deprecated"] {
        if let Some(value) = s.get(key) {
            out[key] = value.clone();
        }
    }
    Some(out)
}

/// Gives inline responses names. Equal responses share a curated name, and no other: a name that came from the first of
/// several operations would shift with every operation that comes before it.
pub fn answers(api: &mut Api, overlay: &Overlay, report: &mut Report) {
    let mut namer = Namer::new(api);
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    // Items first: a response that holds named items is compared by their names.
    for inner in [true, false] {
        let mut curated: BTreeMap<String, String> = BTreeMap::new();
        for operation in &mut api.operations {
            let id = operation.id.clone();
            for (field, slot) in slots(operation, inner) {
                if let Some(name) = overlay.answer_name(&id, field.as_deref()) {
                    curated
                        .entry(likeness(slot))
                        .or_insert_with(|| name.to_owned());
                }
            }
        }
        for operation in &mut api.operations {
            let id = operation.id.clone();
            let own = format!("{}Response", operation.type_name);
            for (field, slot) in slots(operation, inner) {
                let key = likeness(slot);
                let name = match (named.get(&key), curated.get(&key)) {
                    (Some(name), _) => name.clone(),
                    (None, Some(name)) => namer.take(name, report),
                    (None, None) if field.is_some() => continue,
                    (None, None) => namer.take(&own, report),
                };
                let place = field.map_or_else(|| id.clone(), |field| format!("{id}.{field}"));
                report.hit("hoist-response", format!("{place} -> {name}"));
                let mut body = std::mem::replace(slot, schema::reference(&name));
                // The type is never null; a place that holds one can be.
                if body
                    .as_object_mut()
                    .and_then(|object| object.remove("nullable"))
                    == Some(json!(true))
                {
                    *slot = json!({ "nullable": true, "allOf": [slot] });
                }
                api.schemas.entry(name.clone()).or_insert(body);
                if curated.contains_key(&key) {
                    named.insert(key, name);
                }
            }
        }
    }
}

/// What two responses need to have in common to share a type: everything but constraints and defaults.
fn likeness(answer: &Value) -> String {
    let mut out = answer.clone();
    schema::walk_mut(&mut out, "", &mut |s, _| {
        if let Some(object) = s.as_object_mut() {
            object.retain(|key, _| key != "default" && !CONSTRAINTS.contains(&key.as_str()));
        }
    });
    out.to_string()
}

/// The inline objects of a response that may get a name: the items in its fields, or else the response itself.
fn slots(operation: &mut Operation, inner: bool) -> Vec<(Option<String>, &mut Value)> {
    let (Reply::Json(answer) | Reply::List(answer)) = &mut operation.reply else {
        return Vec::new();
    };
    if inner {
        let properties = answer.get_mut("properties").and_then(Value::as_object_mut);
        return properties
            .into_iter()
            .flatten()
            .filter_map(|(field, child)| Some((Some(field.clone()), child.get_mut("items")?)))
            .filter(|(_, items)| schema::is_struct(items))
            .collect();
    }
    if schema::is_struct(answer) {
        return vec![(None, answer)];
    }
    answer
        .get_mut("items")
        .filter(|items| schema::is_struct(items))
        .map(|items| (None, items))
        .into_iter()
        .collect()
}

/// Makes the JSON body of each operation a type of its own, named after the operation: a shared name would be lost as
/// soon as something else uses the schema as well.
pub fn bodies(api: &mut Api, docs: &mut Docs, report: &mut Report) {
    let mut namer = Namer::new(api);
    let mut added = Schemas::new();
    for operation in &mut api.operations {
        let Body::Json { schema: body, .. } = &mut operation.body else {
            continue;
        };
        let only = body.get("allOf").and_then(|list| list.get(0));
        let reference = schema::referenced(only.unwrap_or(body)).map(str::to_owned);
        let target = schema::resolve(&api.schemas, only.unwrap_or(body)).clone();
        if !schema::is_struct(&target) {
            if let Some(object) = body.as_object_mut() {
                object.remove("nullable");
            }
            continue;
        }
        let name = namer.take(&format!("{}Body", operation.type_name), report);
        report.hit("body-type", format!("{} -> {name}", operation.id));
        if let Some(reference) = reference {
            docs.alias_body(&name, &reference);
        }
        let mut copy = target;
        if let Some(object) = copy.as_object_mut() {
            object.remove("nullable");
        }
        added.insert(name.clone(), copy);
        *body = schema::reference(&name);
    }
    api.schemas.extend(added);
}

/// Gives every inline object and enum inside components, parameters, bodies and responses a name.
pub fn hoist(api: &mut Api, report: &mut Report) {
    let mut hoister = Hoister {
        namer: Namer::new(api),
        added: Schemas::new(),
        report,
        acronyms: Acronyms::new(),
    };
    let names: Vec<String> = api.schemas.keys().cloned().collect();
    for name in names {
        let Some(mut s) = api.schemas.remove(&name) else {
            continue;
        };
        let base = name.strip_suffix("Body").unwrap_or(&name).to_owned();
        hoister.inside(&mut s, &base);
        api.schemas.insert(name, s);
    }
    for operation in &mut api.operations {
        for parameter in &mut operation.parameters {
            let base = format!("{}{}", operation.type_name, parameter.rust.to_pascal_case());
            hoister.slot(&mut parameter.schema, &base, false);
        }
        if let Body::Json { schema, .. } = &mut operation.body {
            hoister.slot(schema, &operation.type_name, false);
        }
        if let Reply::Json(schema) | Reply::List(schema) = &mut operation.reply {
            hoister.slot(schema, &format!("{}Response", operation.type_name), false);
        }
    }
    for event in &mut api.events {
        hoister.slot(&mut event.schema, &format!("{}Data", event.variant), false);
    }
    let added = hoister.added;
    api.schemas.extend(added);
}

struct Hoister<'a> {
    namer: Namer,
    added: Schemas,
    report: &'a mut Report,
    acronyms: Acronyms,
}

impl Hoister<'_> {
    /// Hoists what is inside an object without hoisting the object.
    fn inside(&mut self, s: &mut Value, base: &str) {
        if let Some(properties) = s.get_mut("properties").and_then(Value::as_object_mut) {
            for (field, child) in properties.iter_mut() {
                let name = format!("{base}{}", names::type_name(field, &self.acronyms));
                self.slot(child, &name, false);
            }
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(child) = s.get_mut(keyword).filter(|c| c.is_object()) {
                self.slot(child, base, true);
            }
        }
    }

    /// Hoists what stands in a place where a reference could stand.
    fn slot(&mut self, s: &mut Value, name: &str, item: bool) {
        if schema::referenced(s).is_some() || s.get("allOf").is_some() {
            return;
        }
        let is_enum = schema::enum_values(s).is_some() && schema::type_of(s) == Some("string");
        if !is_enum && !schema::is_struct(s) {
            self.inside(s, name);
            return;
        }
        let wanted = if item && !is_enum {
            format!("{name}Item")
        } else {
            name.to_owned()
        };
        let mut body = s.clone();
        let nullable = schema::is_nullable(&body);
        let mut keep = serde_json::Map::new();
        if let Some(object) = body.as_object_mut() {
            object.remove("nullable");
            for key in ["deprecated", "default"] {
                if let Some(value) = object.remove(key) {
                    keep.insert(key.into(), value);
                }
            }
        }
        let name = match self.added.get(&wanted) {
            // Two places that got one name and look the same are one type.
            Some(known) if *known == body => wanted,
            _ => self.namer.take(&wanted, self.report),
        };
        if !is_enum {
            self.inside(&mut body, &name);
        }
        self.report.hit("hoist", &name);
        self.added.insert(name.clone(), body);
        *s = if nullable || !keep.is_empty() {
            let mut out = json!({ "allOf": [schema::reference(&name)] });
            if nullable {
                out["nullable"] = json!(true);
            }
            if let Some(object) = out.as_object_mut() {
                object.extend(keep);
            }
            out
        } else {
            schema::reference(&name)
        };
    }
}

/// Hands out type names, each once.
struct Namer {
    taken: BTreeSet<String>,
}

impl Namer {
    fn new(api: &Api) -> Self {
        Self { taken: taken(api) }
    }

    fn take(&mut self, wanted: &str, report: &mut Report) -> String {
        let name = names::claim(wanted, &mut self.taken);
        if name != wanted {
            report.hit("colliding-type", format!("{wanted} -> {name}"));
        }
        name
    }
}
