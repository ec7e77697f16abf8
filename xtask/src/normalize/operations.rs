//! From the `paths` of a document to [`Operation`]s.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::{Api, Body, Event, Operation, Parameter, Part, Reply};
use super::facts::METHODS;
use super::names;
use super::report::Report;
use super::schema;

/// Reads the operations, events and schemas of a document of facts.
///
/// # Errors
/// When the document has neither operations nor events.
pub fn read(document: &Value, acronyms: &names::Acronyms, report: &mut Report) -> anyhow::Result<Api> {
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .map(|schemas| schemas.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect())
        .unwrap_or_default();
    let mut reader = Reader { document, acronyms, report, ids: BTreeSet::new(), types: BTreeSet::new() };
    let mut operations = Vec::new();
    for (path, item) in object(document.get("paths")) {
        for verb in METHODS {
            if let Some(operation) = item.get(*verb) {
                operations.push(reader.operation(path, verb, item, operation));
            }
        }
    }
    let mut events = Vec::new();
    for (kind, item) in object(document.get("x-webhooks")) {
        let body = reader.resolve(item.pointer("/post/requestBody").unwrap_or(&Value::Null));
        if let Some(schema) = json_schema(&body).map(|(_, schema)| schema) {
            let variant = names::type_name(&kind.replace('.', "_"), acronyms);
            events.push(Event { kind: kind.clone(), variant, schema });
        } else {
            reader.report.note(format!("webhook event {kind} has no JSON payload and is left out"));
        }
    }
    anyhow::ensure!(
        !operations.is_empty() || !events.is_empty(),
        "the document has neither operations under `paths` nor events under `x-webhooks`: is it one of Clerk's documents?"
    );
    let version = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Api { version, operations, events, schemas })
}

struct Reader<'a> {
    document: &'a Value,
    acronyms: &'a names::Acronyms,
    report: &'a mut Report,
    ids: BTreeSet<String>,
    types: BTreeSet<String>,
}

/// Names of the methods that every operation has: a setter of that name gets a suffix.
pub const RESERVED_SETTERS: &[&str] = &[
    "body_field", "header", "into_future", "json", "new", "query_pair", "send", "start", "timeout", "with_body",
];

impl Reader<'_> {
    fn operation(&mut self, path: &str, verb: &str, item: &Value, operation: &Value) -> Operation {
        let declared = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let mut id = if declared.is_empty() { format!("{verb}{}", path.replace(['/', '{', '}'], "_")) } else { declared.to_owned() };
        let mut type_name = names::type_name(&id, self.acronyms);
        for n in 2.. {
            if !self.ids.contains(&id) && !self.types.contains(&type_name) {
                break;
            }
            let base = if declared.is_empty() { &id } else { declared };
            let next = format!("{base}_{n}");
            type_name = names::type_name(&next, self.acronyms);
            id = next;
        }
        if id != declared {
            self.report.hit("operation-id", format!("{verb} {path} -> {id}"));
        }
        self.ids.insert(id.clone());
        self.types.insert(type_name.clone());

        let parameters = self.parameters(&id, path, item, operation);
        let paginated = parameters.iter().any(|p| !p.in_path && p.wire == "paginated");
        let mut out = Operation {
            method_name: names::snake(&id, self.acronyms),
            type_name,
            verb: verb.to_owned(),
            path: path.to_owned(),
            tags: operation
                .get("tags")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
            deprecated: operation.get("deprecated").and_then(Value::as_bool) == Some(true),
            authenticated: self.authenticated(operation),
            parameters,
            fixed_query: Vec::new(),
            body: self.body(&id, operation),
            reply: self.reply(&id, verb, operation),
            errors: declared_errors(operation),
            id,
        };
        if paginated {
            self.force_pages(&mut out);
        } else {
            self.list_envelope(&mut out);
        }
        out
    }

    /// `paginated` makes the server answer either an array or `{data, total_count}`: we always ask for the latter.
    fn force_pages(&mut self, operation: &mut Operation) {
        operation.parameters.retain(|p| p.in_path || p.wire != "paginated");
        self.report.hit("paginated", operation.id.clone());
        self.list_envelope(operation);
        if let Reply::Json(schema) = &operation.reply {
            let target = self.resolve_schema(schema);
            if schema::type_of(&target) == Some("array") {
                operation.fixed_query.push(("paginated", "true"));
                operation.reply = Reply::List(target.get("items").cloned().unwrap_or_else(|| json!({})));
            }
        }
    }

    fn list_envelope(&mut self, operation: &mut Operation) {
        let Reply::Json(schema) = &operation.reply else { return };
        let target = self.resolve_schema(schema);
        let Some(properties) = schema::properties(&target) else { return };
        let exact = properties.len() == 2 && properties.contains_key("total_count");
        let Some(data) = properties.get("data").filter(|_| exact) else { return };
        let data = self.resolve_schema(data);
        if schema::type_of(&data) == Some("array") && !schema::is_nullable(&data) {
            self.report.hit("list-envelope", operation.id.clone());
            operation.reply = Reply::List(data.get("items").cloned().unwrap_or_else(|| json!({})));
        }
    }

    fn parameters(&mut self, id: &str, path: &str, item: &Value, operation: &Value) -> Vec<Parameter> {
        // A parameter of the operation overrides one of the path item with the same name and place.
        let mut declared: BTreeMap<(String, String), (usize, Value)> = BTreeMap::new();
        let lists = [item.get("parameters"), operation.get("parameters")];
        for (index, raw) in lists.into_iter().flatten().filter_map(Value::as_array).flatten().enumerate() {
            if raw.get("$ref").is_some() {
                self.report.hit("inline-components", format!("{id} parameter"));
            }
            let parameter = self.resolve(raw);
            let name = text(&parameter, "name");
            if !name.is_empty() {
                declared.insert((text(&parameter, "in"), name), (index, parameter));
            }
        }
        let mut ordered: Vec<_> = declared.into_iter().collect();
        ordered.sort_by_key(|(_, (index, _))| *index);

        let mut out = Vec::new();
        for name in names::placeholders(path) {
            let found = ordered.iter().find(|((place, wire), _)| place == "path" && *wire == name);
            let schema = found
                .and_then(|(_, (_, parameter))| parameter.get("schema").cloned())
                .unwrap_or_else(|| json!({ "type": "string" }));
            out.push(Parameter {
                rust: names::snake(&name, self.acronyms),
                wire: name,
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
                "path" => {}
                "query" => {
                    let schema = parameter
                        .get("schema")
                        .cloned()
                        .or_else(|| json_schema(&parameter).map(|(_, schema)| schema))
                        .unwrap_or_else(|| json!({ "type": "string" }));
                    let style = text(&parameter, "style");
                    let explode = parameter.get("explode").and_then(Value::as_bool) != Some(false);
                    let array = schema::type_of(&self.resolve_schema(&schema)) == Some("array");
                    let joined = array && !explode && (style.is_empty() || style == "form");
                    if joined {
                        self.report.hit("joined-parameter", format!("{id}?{wire}"));
                    }
                    if !style.is_empty() && style != "form" {
                        self.report.note(format!("{id}?{wire} has style `{style}`, which is sent as `form`"));
                    }
                    out.push(Parameter {
                        rust: names::snake(&wire, self.acronyms),
                        required: parameter.get("required").and_then(Value::as_bool) == Some(true),
                        deprecated: parameter.get("deprecated").and_then(Value::as_bool) == Some(true),
                        wire,
                        in_path: false,
                        joined,
                        declared: schema.clone(),
                        schema,
                    });
                }
                _ => self.report.hit("header-parameter", format!("{id} {place} {wire}")),
            }
        }
        self.unique(id, out)
    }

    /// Two parameters with one Rust name: a deprecated one goes, else the later one is renamed.
    fn unique(&mut self, id: &str, parameters: Vec<Parameter>) -> Vec<Parameter> {
        let mut out: Vec<Parameter> = Vec::new();
        for mut parameter in parameters {
            if let Some(at) = out.iter().position(|other| other.rust == parameter.rust) {
                self.report.hit("colliding-parameter", format!("{id}?{}", parameter.wire));
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
        for parameter in &mut out {
            if names::is_keyword(&parameter.rust) || RESERVED_SETTERS.contains(&parameter.rust.as_str()) {
                parameter.rust.push('_');
            }
        }
        out
    }

    fn body(&mut self, id: &str, operation: &Value) -> Body {
        let Some(raw) = operation.get("requestBody") else { return Body::None };
        let body = self.resolve(raw);
        if let Some(schema) = body.pointer("/content/multipart~1form-data/schema") {
            let schema = self.resolve_schema(schema);
            if body.pointer("/content/application~1json").is_none() {
                self.report.hit("multipart", id);
                return Body::Form(self.parts(&schema));
            }
        }
        let required = body.get("required").and_then(Value::as_bool) == Some(true);
        let Some((media, schema)) = json_schema(&body) else { return Body::None };
        if !media.contains("json") {
            self.report.hit("json-body", format!("{id} {media}"));
        }
        Body::Json { required, schema }
    }

    fn parts(&self, schema: &Value) -> Vec<Part> {
        let required = schema::required(schema);
        let mut parts = Vec::new();
        for (wire, part) in schema::properties(schema).into_iter().flatten() {
            let part = self.resolve_schema(part);
            let mut rust = names::snake(wire, self.acronyms);
            if names::is_keyword(&rust) || RESERVED_SETTERS.contains(&rust.as_str()) {
                rust.push('_');
            }
            parts.push(Part {
                rust,
                required: required.contains(wire),
                file: text(&part, "format") == "binary" || text(&part, "format") == "byte",
                wire: wire.clone(),
            });
        }
        parts
    }

    fn reply(&mut self, id: &str, verb: &str, operation: &Value) -> Reply {
        let mut successes: Vec<(String, Value)> = Vec::new();
        for (status, response) in object(operation.get("responses")) {
            if status.starts_with('2') {
                if response.get("$ref").is_some() {
                    self.report.hit("inline-components", format!("{id} {status}"));
                }
                successes.push((status.clone(), self.resolve(response)));
            } else {
                self.report.hit("one-error-type", format!("{id} {status}"));
            }
        }
        let with_schema: Vec<&(String, Value)> =
            successes.iter().filter(|(_, response)| json_schema(response).is_some()).collect();
        if let Some((status, response)) = with_schema.first() {
            self.report.hit("any-success", format!("{id} {status}"));
            if with_schema.len() > 1 {
                self.report.note(format!("{id} declares several JSON successes; {status} is the one that is read"));
            }
            if let Some((media, schema)) = json_schema(response) {
                return if media.contains("json") || media == "*/*" { Reply::Json(schema) } else { Reply::Text };
            }
        }
        let content = |response: &Value| !object(response.get("content")).is_empty();
        if successes.iter().any(|(_, response)| content(response)) {
            return Reply::Text;
        }
        if verb == "get" && successes.iter().any(|(status, _)| status == "200") {
            self.report.hit("text-reply", id);
            return Reply::Text;
        }
        Reply::Empty
    }

    fn authenticated(&self, operation: &Value) -> bool {
        let security = operation.get("security").or_else(|| self.document.get("security"));
        security.and_then(Value::as_array).is_none_or(|schemes| !schemes.is_empty())
    }

    /// Follows references to anything in the document.
    fn resolve(&self, value: &Value) -> Value {
        let mut at = value;
        for _ in 0..32 {
            let Some(pointer) = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) else { break };
            match self.document.pointer(pointer) {
                Some(next) => at = next,
                None => break,
            }
        }
        at.clone()
    }

    /// Follows references and compositions of one schema.
    fn resolve_schema(&self, schema: &Value) -> Value {
        let mut at = self.resolve(schema);
        for _ in 0..8 {
            let only = ["allOf", "oneOf", "anyOf"]
                .iter()
                .find_map(|k| at.get(*k).and_then(Value::as_array).filter(|list| list.len() == 1).map(|list| list[0].clone()));
            match only {
                Some(inner) if schema::properties(&at).is_none() => at = self.resolve(&inner),
                _ => break,
            }
        }
        at
    }
}

/// The entries of an object, none for anything else.
fn object(value: Option<&Value>) -> Vec<(&String, &Value)> {
    value.and_then(Value::as_object).map(|object| object.iter().collect()).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The schema of the first media type that has one, JSON first.
fn json_schema(holder: &Value) -> Option<(String, Value)> {
    let mut content = object(holder.get("content"));
    content.sort_by_key(|(media, _)| (!media.contains("json"), (*media).clone()));
    content.into_iter().find_map(|(media, value)| Some((media.clone(), value.get("schema")?.clone())))
}

fn declared_errors(operation: &Value) -> Vec<u16> {
    let mut errors: Vec<u16> = object(operation.get("responses"))
        .into_iter()
        .filter_map(|(status, _)| status.parse().ok())
        .filter(|status| *status >= 400)
        .collect();
    errors.sort_unstable();
    errors
}
