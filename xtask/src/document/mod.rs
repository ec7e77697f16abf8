//! Reading an OpenAPI document: text in, a checked JSON value out.
//!
//! A document that was cut off in transit is often still valid YAML, so being parsable is not enough: every local
//! `$ref` must resolve and nothing may end in the middle.

mod error;
mod kind;

use serde_json::{Map, Value};

pub use error::DocumentError;
pub use kind::Kind;

/// The largest text that is read, in bytes. Clerk's largest document is below 1 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// YAML nodes a document may expand to, aliases replayed; Clerk's largest has some 40,000.
const MAX_NODES: usize = 200_000;
/// The parser takes some 20 KiB of stack a level; Clerk's documents nest 18 deep.
const MAX_DEPTH: usize = 40;
const MAX_ALIASES: usize = 1_000;

/// Reads one document (YAML, or JSON when it starts with `{` or `[`) and checks that it is a whole OpenAPI 3.0
/// document of that kind. `name` stands in the errors. Integer keys such as `200:` become strings.
///
/// # Errors
/// [`DocumentError`], one variant per reason; see there.
///
/// ```
/// use xtask::document::{Kind, parse};
/// let text = "openapi: 3.0.3\npaths:\n  /jwks:\n    get:\n      responses:\n        200: {description: ok}\ncomponents: {}\n";
/// let document = parse(text.as_bytes(), "tiny.yml", Kind::BackendApi)?;
/// assert!(document.pointer("/paths/~1jwks/get/responses/200").is_some());
/// # Ok::<(), xtask::document::DocumentError>(())
/// ```
pub fn parse(bytes: &[u8], name: &str, kind: Kind) -> Result<Value, DocumentError> {
    let document = read(bytes, name)?;
    check(&document, name, kind)?;
    Ok(document)
}

/// Like [`parse`] for a caller that does not know which document it was handed; see [`Kind::of`].
///
/// # Errors
/// As [`parse`].
///
/// ```
/// use xtask::document::{Kind, parse_any};
/// let text = "openapi: 3.0.3\nx-webhooks:\n  user.created:\n    post: {requestBody: {}}\ncomponents: {}\n";
/// assert_eq!(parse_any(text.as_bytes(), "tiny.yml")?.1, Kind::Webhooks);
/// # Ok::<(), xtask::document::DocumentError>(())
/// ```
pub fn parse_any(bytes: &[u8], name: &str) -> Result<(Value, Kind), DocumentError> {
    let document = read(bytes, name)?;
    let kind = Kind::of(&document);
    check(&document, name, kind)?;
    Ok((document, kind))
}

/// Whether `key` of a path item names an operation.
///
/// ```
/// assert!(xtask::document::is_method("get") && !xtask::document::is_method("parameters"));
/// ```
#[must_use]
pub fn is_method(key: &str) -> bool {
    matches!(
        key,
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace"
    )
}

fn read(bytes: &[u8], name: &str) -> Result<Value, DocumentError> {
    let name = name.to_owned();
    if bytes.len() > MAX_BYTES {
        return Err(DocumentError::TooLarge {
            name,
            bytes: bytes.len(),
        });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        // `error_len` is absent when the text ends within a character.
        Err(error) if error.error_len().is_none() => {
            return Err(DocumentError::CutOff {
                name,
                evidence: "it ends within a character".to_owned(),
            });
        }
        Err(error) => {
            return Err(DocumentError::NotUtf8 {
                name,
                offset: error.valid_up_to(),
            });
        }
    };
    if text.trim_start().starts_with(['{', '[']) {
        read_json(text, name)
    } else {
        read_yaml(text, name)
    }
}

fn read_json(text: &str, name: String) -> Result<Value, DocumentError> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            let evidence = format!("the JSON ends early, on line {}", error.line());
            return DocumentError::CutOff { name, evidence };
        }
        let (line, column) = (error.line() as u64, error.column() as u64);
        DocumentError::NotText {
            name,
            line,
            column,
            reason: error.to_string(),
        }
    })
}

fn read_yaml(text: &str, name: String) -> Result<Value, DocumentError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_documents: 1,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        // YAML 1.2, which OpenAPI asks for: the enum values `on`, `off`, `no` are strings.
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    let value = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| yaml_error(&error, text, &name))?;
    // Half a last line still parses; every real document ends its last line.
    if !text.is_empty() && !text.ends_with('\n') {
        let evidence = "the last line has no end (if the text is whole, add a newline)".to_owned();
        return Err(DocumentError::CutOff { name, evidence });
    }
    Ok(value)
}

fn yaml_error(error: &serde_saphyr::Error, text: &str, name: &str) -> DocumentError {
    use serde_saphyr::Error as Yaml;
    let (name, reason) = (name.to_owned(), error.to_string());
    let mut inner = error.without_snippet();
    while let Yaml::AliasError { error, .. } = inner {
        inner = error;
    }
    if matches!(
        inner,
        Yaml::Budget { .. }
            | Yaml::AliasReplayCounterOverflow { .. }
            | Yaml::AliasReplayLimitExceeded { .. }
            | Yaml::AliasExpansionLimitExceeded { .. }
            | Yaml::AliasReplayStackDepthExceeded { .. }
    ) {
        return DocumentError::TooComplex { name, reason };
    }
    let (line, column) = inner
        .location()
        .map_or((0, 0), |at| (at.line(), at.column()));
    if line > 1 && line >= text.lines().count() as u64 {
        return DocumentError::CutOff {
            name,
            evidence: format!("the YAML breaks off on its last line: {reason}"),
        };
    }
    DocumentError::NotText {
        name,
        line,
        column,
        reason,
    }
}

fn check(document: &Value, name: &str, kind: Kind) -> Result<(), DocumentError> {
    let name = || name.to_owned();
    let Value::Object(top) = document else {
        return Err(DocumentError::NotMapping {
            name: name(),
            found: type_name(document),
        });
    };
    match top.get("openapi") {
        None => return Err(DocumentError::NotOpenApi { name: name() }),
        Some(Value::String(version)) if version.starts_with("3.0.") => {}
        Some(other) => {
            let found = other
                .as_str()
                .map_or_else(|| other.to_string(), ToOwned::to_owned);
            return Err(DocumentError::Version {
                name: name(),
                found,
            });
        }
    }
    match kind {
        Kind::BackendApi | Kind::FrontendApi if !has_operations(document) => {
            return Err(DocumentError::NoOperations { name: name() });
        }
        Kind::Webhooks if !has_webhooks(document) => {
            return Err(DocumentError::NoWebhooks { name: name() });
        }
        _ => {}
    }
    let found = Kind::of(document);
    if found != kind && [found, kind].contains(&Kind::FrontendApi) {
        return Err(DocumentError::OtherKind {
            name: name(),
            found,
            expected: kind,
        });
    }
    match cut_off(document, top) {
        Some(evidence) => Err(DocumentError::CutOff {
            name: name(),
            evidence,
        }),
        None => Ok(()),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "plain text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn has_operations(document: &Value) -> bool {
    operations(document.get("paths")).next().is_some()
}

fn has_webhooks(document: &Value) -> bool {
    ["x-webhooks", "webhooks"]
        .into_iter()
        .any(|key| operations(document.get(key)).next().is_some())
}

/// Every (path, method, operation) under `paths` or `x-webhooks`.
fn operations(items: Option<&Value>) -> impl Iterator<Item = (&String, &String, &Value)> {
    items
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            let methods = item
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, _)| is_method(key));
            methods.map(move |(method, operation)| (path, method, operation))
        })
}

/// What shows that the end of the document is missing.
fn cut_off(document: &Value, top: &Map<String, Value>) -> Option<String> {
    let mut walk = Walk {
        document,
        dangling: None,
        empty: None,
    };
    walk.visit(document, "", false);
    if let Some((reference, place)) = walk.dangling {
        let components = if top.contains_key("components") {
            ""
        } else {
            " and there is no `components` section"
        };
        return Some(format!(
            "`{reference}` is referred to at {place} but is not there{components}"
        ));
    }
    if !top.contains_key("components") {
        return Some("there is no `components` section".to_owned());
    }
    if let Some(place) = walk.empty {
        return Some(format!("nothing follows at {place}"));
    }
    for (path, method, operation) in operations(document.get("paths")) {
        let answers = operation.get("responses").and_then(Value::as_object);
        if answers.is_none_or(Map::is_empty) {
            return Some(format!(
                "{} {path} has no `responses`",
                method.to_uppercase()
            ));
        }
    }
    for (name, parameter) in document
        .pointer("/components/parameters")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let has = |key| parameter.get(key).is_some();
        if !has("$ref") && !(has("name") && has("in") && (has("schema") || has("content"))) {
            return Some(format!(
                "parameter `{name}` is without name, place or schema"
            ));
        }
    }
    None
}

/// Looks for references that lead nowhere and for keys without a value, in the document's sorted order.
struct Walk<'a> {
    document: &'a Value,
    dangling: Option<(&'a str, String)>,
    empty: Option<String>,
}

impl<'a> Walk<'a> {
    /// `names` tells that the keys of this mapping are names someone chose, not OpenAPI's keywords.
    fn visit(&mut self, value: &'a Value, place: &str, names: bool) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    if !names && is_payload(key) {
                        continue;
                    }
                    let place = format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
                    match inner {
                        Value::Null if names || !is_prose(key) => {
                            self.empty = self.empty.take().or(Some(place))
                        }
                        Value::String(target) if !names && key == "$ref" => {
                            self.reference(target, place)
                        }
                        Value::Object(mapping) if !names && key == "mapping" => {
                            for target in mapping.values().filter_map(Value::as_str) {
                                self.reference(target, place.clone());
                            }
                        }
                        _ => self.visit(inner, &place, !names && holds_names(key)),
                    }
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    self.visit(inner, &format!("{place}/{index}"), false);
                }
            }
            _ => {}
        }
    }

    fn reference(&mut self, target: &'a str, place: String) {
        let Some(pointer) = target.strip_prefix('#') else {
            return;
        };
        if self.dangling.is_none() && self.document.pointer(pointer).is_none() {
            self.dangling = Some((target, place));
        }
    }
}

/// Keys whose value is data of Clerk's users or of some vendor, where anything may stand.
fn is_payload(key: &str) -> bool {
    matches!(key, "example" | "default" | "enum" | "value")
        || (key.starts_with("x-") && key != "x-webhooks")
}

fn is_prose(key: &str) -> bool {
    matches!(key, "description" | "summary" | "title")
}

fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "schemas"
            | "responses"
            | "parameters"
            | "examples"
            | "requestBodies"
            | "headers"
            | "links"
            | "callbacks"
            | "securitySchemes"
            | "paths"
            | "x-webhooks"
            | "webhooks"
            | "content"
    )
}
