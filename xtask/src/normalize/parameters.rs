//! From the `parameters` of a path and an operation to [`Parameter`]s, and what can stand in a URL.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::{Api, Parameter};
use super::names::{self, Acronyms};
use super::operations::{Reader, json_schema, text};
use super::report::Report;
use super::schema::{self, Schemas};

/// Names of the methods that every operation has: a setter of that name gets a suffix.
pub const RESERVED_SETTERS: &[&str] = &[
    "body_field",
    "gated",
    "header",
    "into_future",
    "json",
    "new",
    "pages",
    "query_pair",
    "send",
    "start",
    "stream",
    "timeout",
    "with_body",
];

/// Names of the arguments that every operation's constructor has.
const RESERVED_ARGUMENTS: &[&str] = &["client"];

/// Path parameters in the order of the path, then query parameters in the order of the document.
pub(super) fn read(
    reader: &mut Reader<'_>,
    id: &str,
    path: &str,
    item: &Value,
    operation: &Value,
) -> Vec<Parameter> {
    // A parameter of the operation overrides one of the path item with the same name and place.
    let mut declared: BTreeMap<(String, String), (usize, Value)> = BTreeMap::new();
    let lists = [item.get("parameters"), operation.get("parameters")];
    for (index, raw) in lists
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .enumerate()
    {
        let parameter = reader.component(raw, &format!("{id} parameter"));
        let name = text(&parameter, "name");
        if name.is_empty() {
            reader
                .report
                .hit("left-out", format!("{id}: a parameter without a name"));
        } else {
            declared.insert((text(&parameter, "in"), name), (index, parameter));
        }
    }
    let mut ordered: Vec<_> = declared.into_iter().collect();
    ordered.sort_by_key(|(_, (index, _))| *index);

    let mut out = Vec::new();
    let placeholders = names::placeholders(path);
    for name in &placeholders {
        let found = ordered
            .iter()
            .find(|((place, wire), _)| place == "path" && wire == name);
        if found.is_none() {
            reader
                .report
                .hit("undeclared-path", format!("{id} {{{name}}}"));
        }
        let schema = found
            .and_then(|(_, (_, parameter))| parameter.get("schema").cloned())
            .unwrap_or_else(|| json!({ "type": "string" }));
        out.push(Parameter {
            rust: names::snake(name, reader.acronyms),
            wire: name.clone(),
            in_path: true,
            required: true,
            deprecated: false,
            joined: false,
            declared: schema.clone(),
            schema,
        });
    }
    for ((place, wire), (_, parameter)) in ordered {
        match place.as_str() {
            "path" if placeholders.contains(&wire) => {}
            "path" => reader.report.hit(
                "left-out",
                format!("{id}: {{{wire}}}, which the path does not have"),
            ),
            "query" => out.push(query(reader, id, wire, &parameter)),
            _ => {
                let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
                let rule = if required {
                    "required-header"
                } else {
                    "header-parameter"
                };
                reader.report.hit(rule, format!("{id} {place} {wire}"));
            }
        }
    }
    unique(reader.report, id, out)
}

fn query(reader: &mut Reader<'_>, id: &str, wire: String, parameter: &Value) -> Parameter {
    let schema = parameter
        .get("schema")
        .cloned()
        .or_else(|| json_schema(parameter).map(|(_, schema)| schema))
        .unwrap_or_else(|| json!({ "type": "string" }));
    let style = text(parameter, "style");
    let explode = parameter.get("explode").and_then(Value::as_bool) != Some(false);
    let array = schema::type_of(&reader.resolve_schema(&schema)) == Some("array");
    let joined = array && !explode && (style.is_empty() || style == "form");
    if joined {
        reader
            .report
            .hit("joined-parameter", format!("{id}?{wire}"));
    }
    if !style.is_empty() && style != "form" {
        reader.report.note(format!(
            "{id}?{wire} has style `{style}`, which is sent as `form`"
        ));
    }
    Parameter {
        rust: names::snake(&wire, reader.acronyms),
        required: parameter.get("required").and_then(Value::as_bool) == Some(true),
        deprecated: parameter.get("deprecated").and_then(Value::as_bool) == Some(true),
        wire,
        in_path: false,
        joined,
        declared: schema.clone(),
        schema,
    }
}

/// Two parameters with one Rust name: a deprecated one goes, else the later one is renamed.
fn unique(report: &mut Report, id: &str, parameters: Vec<Parameter>) -> Vec<Parameter> {
    let mut out: Vec<Parameter> = Vec::new();
    for mut parameter in parameters {
        if let Some(at) = out.iter().position(|other| other.rust == parameter.rust) {
            report.hit("colliding-parameter", format!("{id}?{}", parameter.wire));
            if parameter.deprecated && !out[at].in_path {
                continue;
            }
            if out[at].deprecated {
                out[at] = parameter;
                continue;
            }
            parameter.rust.push_str("_query");
        }
        out.push(parameter);
    }
    let mut taken = BTreeSet::new();
    for parameter in &mut out {
        let reserved = if parameter.in_path {
            RESERVED_ARGUMENTS
        } else {
            RESERVED_SETTERS
        };
        parameter.rust = names::claim(&names::unreserved(&parameter.rust, reserved), &mut taken);
    }
    out
}

/// Gives each parameter a form that can be written into a URL: a text, a number, a boolean, an enum, or in the query a
/// list of them. Anything else is taken as the text that the caller makes of it.
pub fn plain(api: &mut Api, report: &mut Report) {
    let schemas = api.schemas.clone();
    for operation in &mut api.operations {
        for parameter in &mut operation.parameters {
            let place = format!("{}?{}", operation.id, parameter.wire);
            let scalar = scalar(&schemas, &parameter.schema);
            let list = || {
                let array = schema::resolve(&schemas, bare(&parameter.schema));
                let item = self::scalar(&schemas, array.get("items")?);
                (schema::type_of(array) == Some("array") && !parameter.in_path)
                    .then(|| json!({ "type": "array", "items": item.unwrap_or_else(|| json!({ "type": "string" })) }))
            };
            let found = scalar.or_else(list).unwrap_or_else(|| {
                report.hit("text-parameter", &place);
                if parameter.in_path {
                    json!({ "type": "string" })
                } else {
                    json!({})
                }
            });
            let deprecated = parameter.schema.get("deprecated").cloned();
            parameter.schema = found;
            if let (Some(deprecated), Some(object)) = (deprecated, parameter.schema.as_object_mut())
            {
                object.insert("deprecated".into(), deprecated);
            }
        }
    }
}

/// The schema as a scalar that is never null, if it is a scalar; a named enum stays named.
fn scalar(schemas: &Schemas, s: &Value) -> Option<Value> {
    let s = bare(s);
    let target = schema::resolve(schemas, s);
    if !["string", "integer", "number", "boolean"].contains(&schema::type_of(target)?) {
        return None;
    }
    let mut out = s.clone();
    if let Some(object) = out.as_object_mut() {
        object.remove("nullable");
    }
    Some(out)
}

/// The reference in `{nullable, allOf: [reference]}`.
fn bare(s: &Value) -> &Value {
    match s.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => only,
        _ => s,
    }
}

/// The name of a setter for a part of a body, free of what it cannot be called.
pub(super) fn setter(wire: &str, acronyms: &Acronyms, taken: &mut BTreeSet<String>) -> String {
    names::claim(
        &names::unreserved(&names::snake(wire, acronyms), RESERVED_SETTERS),
        taken,
    )
}
