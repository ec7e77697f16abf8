//! From the `paths` of a document to [`Operation`]s.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::{Api, Body, Event, Operation, Part, Reply};
use super::facts::METHODS;
use super::names;
use super::parameters;
use super::report::Report;
use super::schema;
use crate::document;

/// Reads the operations, events and schemas of a document of facts.
///
/// # Errors
/// When the document has neither operations nor events.
pub fn read(
    document: &Value,
    acronyms: &names::Acronyms,
    report: &mut Report,
) -> anyhow::Result<Api> {
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .map(|schemas| {
            schemas
                .iter()
                .map(|(name, schema)| (name.clone(), schema.clone()))
                .collect()
        })
        .unwrap_or_default();
    let mut reader = Reader {
        document,
        acronyms,
        report,
        ids: BTreeSet::new(),
        types: names::reserved_types(),
        methods: CLIENT_METHODS
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
    };
    let mut operations = Vec::new();
    for (path, item) in object(document.get("paths")) {
        let item = reader.component(item, path);
        for verb in METHODS {
            if let Some(operation) = item.get(*verb) {
                operations.push(reader.operation(path, verb, &item, operation));
            }
        }
    }
    let mut events = Vec::new();
    // What every enum of events has for the ones that it does not know.
    let mut variants = BTreeSet::from(["Unknown".to_owned(), "Self".to_owned()]);
    for (kind, item) in object(document.get("x-webhooks")) {
        let item = reader.component(item, kind);
        let body = reader.component(
            item.pointer("/post/requestBody").unwrap_or(&Value::Null),
            kind,
        );
        if let Some(schema) = json_schema(&body).map(|(_, schema)| schema) {
            let variant = names::claim(
                &names::type_name(&kind.replace('.', "_"), acronyms),
                &mut variants,
            );
            events.push(Event {
                kind: kind.clone(),
                variant,
                schema,
            });
        } else {
            reader
                .report
                .hit("left-out", format!("{kind}: an event without a payload"));
        }
    }
    let declared = object(document.get("x-webhooks")).len();
    anyhow::ensure!(
        !operations.is_empty() || !events.is_empty(),
        "the document has no operations under `paths`, and of its {declared} events under `x-webhooks` none has a payload \
         (`post`, `requestBody`, `content` with a `schema`): is it one of Clerk's documents?"
    );
    let version = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    Ok(Api {
        version,
        operations,
        events,
        schemas,
    })
}

pub(super) struct Reader<'a> {
    document: &'a Value,
    pub(super) acronyms: &'a names::Acronyms,
    pub(super) report: &'a mut Report,
    ids: BTreeSet<String>,
    types: BTreeSet<String>,
    methods: BTreeSet<String>,
}

/// Names that a method of `clerk_api::Client` cannot have: those of the hand-written ones, and those that Rust finds first
/// because they take the client itself.
pub const CLIENT_METHODS: &[&str] = &[
    "clone",
    "config",
    "fmt",
    "gate",
    "into",
    "new",
    "replace",
    "request",
    "snapshot",
    "try_into",
    "update",
    "with_config",
];

/// The names that `Page` of the runtime reads items by.
const LIST_KEYS: [&str; 2] = ["data", "m2m_tokens"];

impl Reader<'_> {
    fn operation(&mut self, path: &str, verb: &str, item: &Value, operation: &Value) -> Operation {
        let declared = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let made_up = format!("{verb}{}", path.replace(['/', '{', '}'], "_"));
        let wanted = if declared.is_empty() {
            &made_up
        } else {
            declared
        };
        let mut id = wanted.to_owned();
        for n in 2.. {
            if self.ids.insert(id.clone()) {
                break;
            }
            id = format!("{wanted}_{n}");
        }
        let type_name = names::claim(&names::type_name(&id, self.acronyms), &mut self.types);
        let method_name = names::claim(
            &names::unreserved(&names::snake(&id, self.acronyms), &[]),
            &mut self.methods,
        );
        if id != declared || method_name.trim_end_matches('_') != names::snake(&id, self.acronyms) {
            self.report.hit(
                "operation-id",
                format!("{verb} {path} -> {id}, {method_name}"),
            );
        }

        let parameters = parameters::read(self, &id, path, item, operation);
        let paginated = parameters
            .iter()
            .any(|p| !p.in_path && p.wire == "paginated");
        let mut out = Operation {
            method_name,
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

    /// `paginated` decides whether the server returns an array or `{data, total_count}`. We always ask for the latter.
    fn force_pages(&mut self, operation: &mut Operation) {
        operation
            .parameters
            .retain(|p| p.in_path || p.wire != "paginated");
        self.report.hit("paginated", operation.id.clone());
        self.list_envelope(operation);
        if let Reply::Json(schema) = &operation.reply {
            let target = self.resolve_schema(schema);
            if schema::type_of(&target) == Some("array") {
                operation.fixed_query.push(("paginated", "true"));
                operation.reply =
                    Reply::List(target.get("items").cloned().unwrap_or_else(|| json!({})));
            }
        }
    }

    fn list_envelope(&mut self, operation: &mut Operation) {
        let Reply::Json(schema) = &operation.reply else {
            return;
        };
        let target = self.resolve_schema(schema);
        let Some(properties) = schema::properties(&target) else {
            return;
        };
        let exact = properties.len() == 2 && properties.contains_key("total_count");
        let data = LIST_KEYS.iter().find_map(|key| properties.get(*key));
        let Some(data) = data.filter(|_| exact) else {
            return;
        };
        let data = self.resolve_schema(data);
        if schema::type_of(&data) == Some("array") && !schema::is_nullable(&data) {
            self.report.hit("list-envelope", operation.id.clone());
            operation.reply = Reply::List(data.get("items").cloned().unwrap_or_else(|| json!({})));
        }
    }

    fn body(&mut self, id: &str, operation: &Value) -> Body {
        let Some(raw) = operation.get("requestBody") else {
            return Body::None;
        };
        let body = self.component(raw, &format!("{id} body"));
        let json = body.pointer("/content/application~1json").is_some();
        if let Some(schema) = body
            .pointer("/content/multipart~1form-data/schema")
            .filter(|_| !json)
        {
            self.report.hit("multipart", id);
            return Body::Multipart(schema.clone());
        }
        let required = body.get("required").and_then(Value::as_bool) == Some(true);
        let Some((media, schema)) = media_type(&body) else {
            self.report.note(format!(
                "{id} declares a body without content: it is sent without one"
            ));
            return Body::None;
        };
        if !media.contains("json") {
            self.report.hit("json-body", format!("{id} {media}"));
        }
        Body::Json {
            required,
            schema: schema.unwrap_or_else(|| json!({})),
        }
    }

    fn reply(&mut self, id: &str, verb: &str, operation: &Value) -> Reply {
        let mut successes: Vec<(String, Value)> = Vec::new();
        for (status, response) in object(operation.get("responses")) {
            if status.starts_with('2') {
                successes.push((
                    status.clone(),
                    self.component(response, &format!("{id} {status}")),
                ));
            } else {
                self.report.hit("one-error-type", format!("{id} {status}"));
            }
        }
        let with_schema: Vec<&(String, Value)> = successes
            .iter()
            .filter(|(_, response)| json_schema(response).is_some())
            .collect();
        if let Some((status, response)) = with_schema.first() {
            self.report.hit("any-success", format!("{id} {status}"));
            if with_schema.len() > 1 {
                self.report.hit(
                    "left-out",
                    format!("{id}: successes besides {status}, which is the one that is read"),
                );
            }
            if let Some((media, schema)) = json_schema(response) {
                if media.contains("json") || media == "*/*" {
                    return Reply::Json(schema);
                }
                self.report.hit("text-response", format!("{id} {media}"));
                return Reply::Text;
            }
        }
        match successes
            .iter()
            .find_map(|(_, response)| media_type(response))
        {
            Some((media, _)) if media.contains("json") => return Reply::Json(json!({})),
            Some((media, _)) => {
                self.report.hit("text-response", format!("{id} {media}"));
                return Reply::Text;
            }
            None => {}
        }
        if verb == "get" && successes.iter().any(|(status, _)| status == "200") {
            self.report.hit("text-reply", id);
            return Reply::Text;
        }
        if successes.is_empty() {
            self.report.note(format!(
                "{id} declares no success: only `.json()` returns its response"
            ));
        }
        Reply::Empty
    }

    fn authenticated(&self, operation: &Value) -> bool {
        let security = operation
            .get("security")
            .or_else(|| self.document.get("security"));
        security
            .and_then(Value::as_array)
            .is_none_or(|schemes| !schemes.is_empty())
    }

    /// What stands at `place`: itself, or the shared parameter, body, response or path that it refers to.
    pub(super) fn component(&mut self, value: &Value, place: &str) -> Value {
        let Some(target) = value.get("$ref") else {
            return value.clone();
        };
        let found = self.resolve(value);
        if found.get("$ref").is_some() {
            self.report.hit("dangling-reference", place);
            self.report.note(format!(
                "{place}: {target} leads nowhere and counts as not declared"
            ));
            return json!({});
        }
        self.report.hit("inline-components", place);
        found
    }

    /// Follows references to anything in the document.
    fn resolve(&self, value: &Value) -> Value {
        let mut at = value;
        for _ in 0..32 {
            let target = at.get("$ref").and_then(Value::as_str);
            match target.and_then(|target| document::find(self.document, target)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at.clone()
    }

    /// Follows references and compositions of one schema.
    pub(super) fn resolve_schema(&self, schema: &Value) -> Value {
        let mut at = self.resolve(schema);
        for _ in 0..8 {
            let only = ["allOf", "oneOf", "anyOf"].iter().find_map(|k| {
                at.get(*k)
                    .and_then(Value::as_array)
                    .filter(|list| list.len() == 1)
                    .map(|list| list[0].clone())
            });
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
    value
        .and_then(Value::as_object)
        .map(|object| object.iter().collect())
        .unwrap_or_default()
}

pub(super) fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The first media type, JSON first, with its schema.
fn media_type(holder: &Value) -> Option<(String, Option<Value>)> {
    let mut content = object(holder.get("content"));
    content.sort_by_key(|(media, _)| (!media.contains("json"), (*media).clone()));
    content
        .into_iter()
        .next()
        .map(|(media, value)| (media.clone(), value.get("schema").cloned()))
}

/// The schema of the first media type that has one, JSON first.
pub(super) fn json_schema(holder: &Value) -> Option<(String, Value)> {
    let mut content = object(holder.get("content"));
    content.sort_by_key(|(media, _)| (!media.contains("json"), (*media).clone()));
    content
        .into_iter()
        .find_map(|(media, value)| Some((media.clone(), value.get("schema")?.clone())))
}

/// Makes parts of what multipart bodies hold.
pub fn parts(api: &mut Api, acronyms: &names::Acronyms, report: &mut Report) {
    for operation in &mut api.operations {
        let Body::Multipart(schema) = &operation.body else {
            continue;
        };
        let schema = schema::resolve(&api.schemas, schema);
        let required = schema::required(schema);
        // Setters of parts stand beside those of the query.
        let mut taken = operation
            .parameters
            .iter()
            .filter(|p| !p.in_path)
            .map(|p| p.rust.clone())
            .collect();
        let mut parts = Vec::new();
        for (wire, part) in schema::properties(schema).into_iter().flatten() {
            let part = schema::resolve(&api.schemas, part);
            let item = part
                .get("items")
                .map_or(part, |items| schema::resolve(&api.schemas, items));
            parts.push(Part {
                rust: parameters::setter(wire, acronyms, &mut taken),
                required: required.contains(wire),
                file: ["binary", "byte"].contains(&text(item, "format").as_str()),
                wire: wire.clone(),
            });
        }
        if parts.is_empty() {
            report.note(format!(
                "{}: a multipart body without declared parts",
                operation.id
            ));
        }
        operation.body = Body::Form(parts);
    }
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
