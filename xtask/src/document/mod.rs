//! Reading an OpenAPI document: text in, a checked JSON value out.
//!
//! A document that was cut off in transit is often still valid YAML, so being parsable is not enough: every local
//! `$ref` must resolve and nothing may end in the middle.

mod error;
mod kind;
mod whole;

use serde_json::Value;

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
    parse_lacking(bytes, name, kind, &[])
}

/// Like [`parse`] for a document that is known to lack what stands at `lacking`, as `[[missing]]` of the overlay says.
///
/// # Errors
/// As [`parse`].
///
/// ```
/// use xtask::document::{DocumentError, Kind, parse_lacking};
/// let text = r##"{"openapi": "3.0.3", "components": {}, "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/Gone"}}}}}}"##;
/// let known = ["#/components/responses/Gone".to_owned()];
/// assert!(parse_lacking(text.as_bytes(), "a.json", Kind::BackendApi, &known).is_ok());
/// let refused = parse_lacking(text.as_bytes(), "a.json", Kind::BackendApi, &[]);
/// assert!(matches!(refused, Err(DocumentError::Lacking { .. })));
/// ```
pub fn parse_lacking(
    bytes: &[u8],
    name: &str,
    kind: Kind,
    lacking: &[String],
) -> Result<Value, DocumentError> {
    let document = read(bytes, name)?;
    check(&document, name, kind)?;
    whole::check(&document, bytes, name, kind, lacking)?;
    Ok(document)
}

/// Like [`parse_lacking`] for a caller that does not know which document it was handed; see [`Kind::of`].
///
/// # Errors
/// As [`parse`].
///
/// ```
/// use xtask::document::{Kind, parse_any};
/// let text = "openapi: 3.0.3\nx-webhooks:\n  user.created:\n    post: {requestBody: {}}\ncomponents: {}\n";
/// assert_eq!(parse_any(text.as_bytes(), "tiny.yml", &|_| Vec::new())?.1, Kind::Webhooks);
/// # Ok::<(), xtask::document::DocumentError>(())
/// ```
pub fn parse_any(
    bytes: &[u8],
    name: &str,
    lacking: &dyn Fn(Kind) -> Vec<String>,
) -> Result<(Value, Kind), DocumentError> {
    let document = read(bytes, name)?;
    let kind = Kind::of(&document);
    check(&document, name, kind)?;
    whole::check(&document, bytes, name, kind, &lacking(kind))?;
    Ok((document, kind))
}

/// Follows a reference within the document; `None` when it leads nowhere, or out of the document.
#[must_use]
pub fn find<'a>(document: &'a Value, target: &str) -> Option<&'a Value> {
    let pointer = target.strip_prefix('#')?;
    document
        .pointer(pointer)
        .or_else(|| document.pointer(&percent_decoded(pointer)))
}

/// A reference is part of a URL: `Foo%20Bar` means `Foo Bar`.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
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
    let begins = text.trim_start();
    // Neither YAML nor JSON of ours begins so (`<<` is how YAML merges).
    if begins.starts_with('<') && !begins.starts_with("<<") {
        return Err(DocumentError::WebPage { name });
    }
    if begins.starts_with(['{', '[']) {
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
    Ok(())
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
