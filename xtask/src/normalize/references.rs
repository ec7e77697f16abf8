//! Rules on `$ref`: afterwards each one names a schema of the document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::Api;
use super::report::Report;
use super::schema::{self, PREFIX};
use crate::document::{find, percent_decoded};

/// Makes every reference of a schema one to a named schema: one to a part of another schema is written out, one that
/// leads nowhere stands for any JSON value.
pub fn settle(api: &mut Api, document: &Value, report: &mut Report) {
    let names: BTreeSet<String> = api.schemas.keys().cloned().collect();
    api.walk(&mut |s, place, _| {
        if let Some(settled) = settled(document, &names, s, place, &mut Vec::new(), report) {
            *s = settled;
        }
    });
}

fn settled(
    document: &Value,
    names: &BTreeSet<String>,
    s: &Value,
    place: &str,
    open: &mut Vec<String>,
    report: &mut Report,
) -> Option<Value> {
    let target = s.get("$ref")?;
    let mut out = s.clone();
    let siblings = out.as_object_mut()?;
    siblings.remove("$ref");
    let Some(target) = target.as_str() else {
        report.hit("dangling-reference", place);
        report.note(format!(
            "{place}: `$ref: {target}` is no reference and reads as any JSON value"
        ));
        return Some(out);
    };
    if let Some(name) = named(names, target) {
        if schema::referenced(s) == Some(name.as_str()) {
            return None;
        }
        out["$ref"] = schema::reference(&name)["$ref"].clone();
        return Some(out);
    }
    // Only what stands in a schema is one: a reference to a response or a path must not be read as a schema.
    let found = find(document, target).filter(|_| target.contains("/schema"));
    let Some(found) = found.filter(|_| !open.iter().any(|known| known == target)) else {
        report.hit("dangling-reference", place);
        report.note(format!(
            "{place}: `{target}` leads to no schema of the document and reads as any JSON value"
        ));
        return Some(out);
    };
    report.hit("deep-reference", place);
    open.push(target.to_owned());
    let mut copy = found.clone();
    schema::walk_mut(&mut copy, place, &mut |inner, place| {
        if let Some(settled) = settled(document, names, inner, place, open, report) {
            *inner = settled;
        }
    });
    open.pop();
    if siblings.is_empty() {
        return Some(copy);
    }
    siblings.insert("allOf".into(), json!([copy]));
    Some(out)
}

/// The named schema that a reference means, however the name is escaped.
fn named(names: &BTreeSet<String>, target: &str) -> Option<String> {
    let raw = target.strip_prefix(PREFIX)?;
    let plain = |name: &str| name.replace("~1", "/").replace("~0", "~");
    let spellings = [raw.to_owned(), plain(raw), plain(&percent_decoded(raw))];
    spellings.into_iter().find(|name| names.contains(name))
}
