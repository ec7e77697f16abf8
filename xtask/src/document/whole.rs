//! Whether all of a document is there: nothing was cut off in transit, and it refers to nothing that it lacks.

use serde_json::{Map, Value};

use super::{DocumentError, Kind, find, operations};

/// How many things that are lacking an error names.
const NAMED: usize = 5;

const COMPONENTS: &str = "#/components";

/// Refuses a document that was cut off, or that lacks something besides what stands at `lacking`.
pub(super) fn check(
    document: &Value,
    bytes: &[u8],
    name: &str,
    kind: Kind,
    lacking: &[String],
) -> Result<(), DocumentError> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let name = name.to_owned();
    let missing = missing(document);
    // What was cut off lacks its end; a file of which the end is there was never cut.
    if let Some(cut) = missing.iter().find(|m| !is_complete(text, &m.at)) {
        let mut evidence = cut.evidence.clone();
        if document.get("components").is_none() && cut.at != COMPONENTS {
            evidence.push_str(" and there is no `components` section");
        }
        return Err(DocumentError::CutOff { name, evidence });
    }
    let unknown: Vec<&Missing> = missing
        .iter()
        .filter(|m| !lacking.contains(&m.at))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let named = unknown.iter().take(NAMED);
    let mut evidence: Vec<&str> = named.clone().map(|m| m.evidence.as_str()).collect();
    let more = format!("{} more", unknown.len().saturating_sub(NAMED));
    if unknown.len() > NAMED {
        evidence.push(&more);
    }
    Err(DocumentError::Lacking {
        name,
        evidence: evidence.join("; "),
        places: named.map(|m| m.at.clone()).collect(),
        overlay: kind.overlays().last().copied().unwrap_or_default(),
    })
}

/// Something that should be there.
struct Missing {
    /// Where, as a pointer that begins with `#`.
    at: String,
    /// How that shows, in a sentence.
    evidence: String,
}

/// Everything that should be there and is not, each thing once.
fn missing(document: &Value) -> Vec<Missing> {
    let mut walk = Walk {
        document,
        found: Vec::new(),
    };
    walk.visit(document, "", false);
    let mut found = walk.found;
    let mut add = |at: String, evidence: String| found.push(Missing { at, evidence });
    if document.get("components").is_none() {
        let evidence = "there is no `components` section".to_owned();
        add(COMPONENTS.to_owned(), evidence);
    }
    for (path, method, operation) in operations(document.get("paths")) {
        let answers = operation.get("responses").and_then(Value::as_object);
        if answers.is_none_or(Map::is_empty) {
            add(
                format!("#/paths/{}/{method}/responses", escaped(path)),
                format!("{} {path} has no `responses`", method.to_uppercase()),
            );
        }
    }
    let parameters = document.pointer("/components/parameters");
    for (name, parameter) in parameters.and_then(Value::as_object).into_iter().flatten() {
        let has = |key| parameter.get(key).is_some();
        if !has("$ref") && !(has("name") && has("in") && (has("schema") || has("content"))) {
            add(
                format!("#/components/parameters/{}", escaped(name)),
                format!("parameter `{name}` is without name, place or schema"),
            );
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|missing| seen.insert(missing.at.clone()));
    found
}

/// Whether the part of the text that the pointer leads into has an end: something follows that is no part of it.
fn is_complete(text: &str, pointer: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        // JSON ends with its last bracket, or does not parse.
        return true;
    }
    let mut names = pointer.trim_start_matches("#/").split('/');
    let top = names.next().unwrap_or_default();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &str, name: &str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        key.trim_matches(['"', '\'']) == name
    };
    let mut lines = text
        .lines()
        .filter(|line| !line.trim_start().is_empty() && !line.trim_start().starts_with('#'));
    if !lines.any(|line| depth(line) == 0 && opens(line, top)) {
        return false;
    }
    let inner: Vec<&str> = lines.collect();
    if inner.iter().any(|line| depth(line) == 0) {
        return true;
    }
    // `components` has sections of its own, each of which ends where the next begins.
    let own = inner.first().map_or(0, |line| depth(line));
    let mut sections = inner.iter().filter(|line| depth(line) == own);
    top == "components"
        && names
            .next()
            .is_some_and(|section| sections.any(|line| opens(line, section)))
        && sections.next().is_some()
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Looks for references that lead nowhere and for keys without a value, in the document's sorted order.
struct Walk<'a> {
    document: &'a Value,
    found: Vec<Missing>,
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
                    let place = format!("{place}/{}", escaped(key));
                    match inner {
                        Value::Null if names || !is_prose(key) => self.found.push(Missing {
                            at: format!("#{place}"),
                            evidence: format!("nothing follows at {place}"),
                        }),
                        Value::String(target) if !names && key == "$ref" => {
                            self.reference(target, &place)
                        }
                        Value::Object(mapping) if !names && key == "mapping" => {
                            for target in mapping.values().filter_map(Value::as_str) {
                                self.reference(target, &place);
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

    fn reference(&mut self, target: &str, place: &str) {
        if target.starts_with('#') && find(self.document, target).is_none() {
            self.found.push(Missing {
                at: target.to_owned(),
                evidence: format!("`{target}` is referred to at {place} but is not there"),
            });
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
