//! What the surface cannot show: input that the server requires, narrows or takes by another default now.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Change, Entry, Severity, Side, constraints};
use crate::document::{self, is_method};
use crate::normalize::schema::COMPOSITIONS;

/// Compares what the operations of two documents take. Operations that only one of them has are seen in the surface.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<Entry> {
    let (before, after) = (operations(old), operations(new));
    let mut out = Vec::new();
    for (name, two) in &after {
        let Some(one) = before.get(name) else {
            continue;
        };
        let mut comparer = Comparer {
            documents: [old, new],
            subject: two.id.to_owned(),
            open: BTreeSet::new(),
            out: Vec::new(),
        };
        comparer.parameters(one, two);
        comparer.body(one.value, two.value);
        comparer.statuses(one.value, two.value);
        out.extend(comparer.out);
    }
    out
}

struct Operation<'a> {
    id: &'a str,
    item: &'a Value,
    value: &'a Value,
}

/// By the name of the method, which is what callers know.
fn operations(document: &Value) -> BTreeMap<String, Operation<'_>> {
    let mut out = BTreeMap::new();
    for (path, item) in entries(document.get("paths")) {
        let item = follow(document, item);
        for (verb, value) in entries(Some(item)).filter(|(key, _)| is_method(key)) {
            let id = value.get("operationId").and_then(Value::as_str);
            let key = id.map_or_else(|| format!("{verb} {path}"), ToSnakeCase::to_snake_case);
            let id = id.unwrap_or(path);
            // The first of several with one name is the one that has it in Rust.
            out.entry(key).or_insert(Operation { id, item, value });
        }
    }
    out
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut at = value;
    for _ in 0..32 {
        let target = at.get("$ref").and_then(Value::as_str);
        match target.and_then(|target| document::find(document, target)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// A schema through references and compositions of one.
fn plain<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = follow(document, schema);
    for _ in 0..8 {
        let only = COMPOSITIONS.iter().find_map(|key| match list(at, key) {
            [only] => Some(only),
            _ => None,
        });
        match only.filter(|_| at.get("properties").is_none()) {
            Some(only) => at = follow(document, only),
            None => break,
        }
    }
    at
}

/// The properties of an object and which of them are required, those of its `allOf` parts included.
fn fields<'a>(
    document: &'a Value,
    schema: &'a Value,
    depth: usize,
) -> (BTreeMap<&'a str, &'a Value>, BTreeSet<&'a str>) {
    let schema = follow(document, schema);
    let mut properties: BTreeMap<&str, &Value> = entries(schema.get("properties"))
        .map(|(name, property)| (name.as_str(), property))
        .collect();
    let mut required: BTreeSet<&str> = list(schema, "required")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    // Deeper is what contains itself.
    for part in list(schema, "allOf").iter().filter(|_| depth < 8) {
        let (inner, also) = fields(document, part, depth + 1);
        properties.extend(inner);
        required.extend(also);
    }
    (properties, required)
}

const REQUIRED: (Severity, &str) = (Severity::Breaking, "calls without it are rejected");
const OPTIONAL: (Severity, &str) = (Severity::Feature, "it may be left out");
const NARROWED: (Severity, &str) = (Severity::Breaking, "what was accepted may be rejected");
const WIDENED: (Severity, &str) = (Severity::Feature, "more is accepted");

/// Compares what belongs to one operation.
struct Comparer<'a> {
    documents: [&'a Value; 2],
    subject: String,
    /// Pairs of schemas that are being compared: one that contains itself would never end.
    open: BTreeSet<(usize, usize)>,
    out: Vec<Entry>,
}

impl<'a> Comparer<'a> {
    fn add(
        &mut self,
        change: Change,
        at: &str,
        what: impl Into<String>,
        verdict: (Severity, &str),
    ) {
        self.out.push(Entry {
            severity: verdict.0,
            change,
            side: Side::Server,
            subject: self.subject.clone(),
            at: format!("{}.{at}", self.subject),
            what: what.into(),
            why: verdict.1.to_owned(),
        });
    }

    fn parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let (before, after) = (self.declared(0, old), self.declared(1, new));
        for ((place, name), two) in &after {
            let at = format!("{place}.{name}");
            let required = is_true(two, "required") && *place != "path";
            let Some(one) = before.get(&(*place, *name)) else {
                if required {
                    self.add(Change::Added, &at, "required", REQUIRED);
                }
                continue;
            };
            self.requirement(
                &at,
                is_true(one, "required") || *place == "path",
                required || *place == "path",
            );
            for key in ["style", "explode"] {
                if one.get(key) != two.get(key) {
                    let verdict = (Severity::Feature, "it compiles; it is written differently");
                    self.add(Change::Changed, &at, key, verdict);
                }
            }
            self.narrowing(schema_of(one), schema_of(two), &at);
        }
    }

    /// The parameters of a path, overridden by those of the operation, by place and name.
    fn declared(
        &self,
        side: usize,
        operation: &Operation<'a>,
    ) -> BTreeMap<(&'a str, &'a str), &'a Value> {
        let document = self.documents[side];
        let text = |value: &'a Value, key: &str| {
            value.get(key).and_then(Value::as_str).unwrap_or_default()
        };
        [operation.item, operation.value]
            .into_iter()
            .flat_map(|owner| list(owner, "parameters"))
            .map(|parameter| follow(document, parameter))
            // `paginated` is always sent, see the rule of that name.
            .filter(|parameter| text(parameter, "name") != "paginated")
            .map(|parameter| ((text(parameter, "in"), text(parameter, "name")), parameter))
            .collect()
    }

    fn requirement(&mut self, at: &str, old: bool, new: bool) {
        match (old, new) {
            (false, true) => self.add(Change::Changed, at, "optional -> required", REQUIRED),
            (true, false) => self.add(Change::Changed, at, "required -> optional", OPTIONAL),
            _ => {}
        }
    }

    fn body(&mut self, old: &'a Value, new: &'a Value) {
        let [one, two] = [(0, old), (1, new)].map(|(side, operation)| {
            follow(
                self.documents[side],
                operation.get("requestBody").unwrap_or(&Value::Null),
            )
        });
        let media = |body: &'a Value| {
            entries(body.get("content"))
                .map(|(media, _)| media.as_str())
                .collect::<BTreeSet<_>>()
        };
        let (before, after) = (media(one), media(two));
        if !before.is_empty() && !after.is_empty() && before != after {
            let words = |set: &BTreeSet<&str>| set.iter().copied().collect::<Vec<_>>().join(", ");
            let verdict = (
                Severity::Feature,
                "it compiles; look at what the crate sends",
            );
            self.add(
                Change::Changed,
                "body",
                format!("{} -> {}", words(&before), words(&after)),
                verdict,
            );
        }
        if two.is_object() {
            self.requirement("body", is_true(one, "required"), is_true(two, "required"));
        }
        match (body_schema(one), body_schema(two)) {
            (Some(one), Some(two)) => self.narrowing(one, two, "body"),
            (None, Some(two)) => {
                // A body that comes new is empty in calls that were written before.
                let (_, required) = fields(self.documents[1], two, 0);
                for name in required {
                    self.add(Change::Added, &format!("body.{name}"), "required", REQUIRED);
                }
            }
            _ => {}
        }
    }

    fn statuses(&mut self, old: &'a Value, new: &'a Value) {
        let of = |operation: &'a Value| {
            entries(operation.get("responses"))
                .map(|(status, _)| status.as_str())
                .collect::<BTreeSet<_>>()
        };
        let (before, after) = (of(old), of(new));
        let verdict = (Severity::Patch, "every status is read alike");
        for status in before.difference(&after) {
            self.add(Change::Removed, "response", *status, verdict);
        }
        for status in after.difference(&before) {
            self.add(Change::Added, "response", *status, verdict);
        }
    }

    /// Compares two schemas of something that is sent.
    fn narrowing(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let (one, two) = (plain(self.documents[0], old), plain(self.documents[1], new));
        let pair = (
            std::ptr::from_ref(one) as usize,
            std::ptr::from_ref(two) as usize,
        );
        if one == two && !contains_reference(one) || !self.open.insert(pair) {
            return;
        }
        self.values(one, two, at);
        if is_nullable(old, one) && !is_nullable(new, two) {
            self.add(Change::Changed, at, "null is no longer allowed", NARROWED);
        }
        let default = |value: &'a Value| value.get("default").filter(|default| !default.is_null());
        if default(one) != default(two) {
            let shown = |value: Option<&Value>| {
                value.map_or_else(|| "none".to_owned(), ToString::to_string)
            };
            let verdict = (
                Severity::Feature,
                "calls that do not set it may behave differently",
            );
            self.add(
                Change::Changed,
                at,
                format!(
                    "default: {} -> {}",
                    shown(default(one)),
                    shown(default(two))
                ),
                verdict,
            );
        }
        self.form(one, two, at);
        self.properties(one, two, at);
        if let (Some(one), Some(two)) = (one.get("items"), two.get("items")) {
            self.narrowing(one, two, &format!("{at}[]"));
        }
        let values =
            |schema: &'a Value| schema.get("additionalProperties").filter(|v| v.is_object());
        if let (Some(one), Some(two)) = (values(one), values(two)) {
            self.narrowing(one, two, &format!("{at}.*"));
        }
        self.alternatives(one, two, at);
        self.open.remove(&pair);
    }

    fn values(&mut self, one: &Value, two: &Value, at: &str) {
        let kind = |value: &'_ Value| value.get("type").and_then(Value::as_str).map(str::to_owned);
        match (kind(one), kind(two)) {
            (Some(one), Some(two)) if one != two => {
                let verdict = if one == "integer" && two == "number" {
                    WIDENED
                } else {
                    NARROWED
                };
                self.add(Change::Changed, at, format!("{one} -> {two}"), verdict);
                return;
            }
            (None, Some(two)) if one.as_object().is_some_and(serde_json::Map::is_empty) => {
                self.add(Change::Changed, at, format!("anything -> {two}"), NARROWED);
                return;
            }
            _ => {}
        }
        for limit in constraints::compare(one, two) {
            self.add(
                Change::Changed,
                at,
                limit.what,
                if limit.tightened { NARROWED } else { WIDENED },
            );
        }
        let (before, after) = (list(one, "enum"), list(two, "enum"));
        if after.is_empty() {
            return;
        }
        if before.is_empty() {
            self.add(Change::Changed, at, "only listed values", NARROWED);
        }
        for gone in before.iter().filter(|value| !after.contains(value)) {
            self.add(Change::Removed, at, gone.to_string(), NARROWED);
        }
    }

    /// What a schema says about texts, and about properties that it does not list.
    fn form(&mut self, one: &Value, two: &Value, at: &str) {
        let format = |value: &Value| {
            value
                .get("format")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let (before, after) = (format(one), format(two));
        let text = two.get("type").and_then(Value::as_str) == Some("string");
        if text && before != after {
            let shown = |format: Option<String>| format.unwrap_or_else(|| "none".to_owned());
            let verdict = (Severity::Feature, "it compiles; look at what is sent");
            let what = format!("format: {} -> {}", shown(before), shown(after));
            self.add(Change::Changed, at, what, verdict);
        }
        let closed = |value: &Value| value.get("additionalProperties") == Some(&Value::Bool(false));
        if closed(two) && !closed(one) {
            // Callers send what is not listed where nothing is, or the document said that they may.
            let listed = two.get("properties").is_some();
            let verdict = if !listed || one.get("additionalProperties").is_some() {
                NARROWED
            } else {
                (Severity::Feature, "what is not listed may be rejected")
            };
            self.add(Change::Changed, at, "takes no other properties", verdict);
        }
    }

    fn properties(&mut self, one: &'a Value, two: &'a Value, at: &str) {
        let (before, needed) = fields(self.documents[0], one, 0);
        let (after, needs) = fields(self.documents[1], two, 0);
        for (name, property) in &after {
            let at = format!("{at}.{name}");
            match before.get(name) {
                Some(old) => {
                    self.requirement(&at, needed.contains(name), needs.contains(name));
                    self.narrowing(old, property, &at);
                }
                None if needs.contains(name) => self.add(Change::Added, &at, "required", REQUIRED),
                None => {}
            }
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            let verdict = (Severity::Breaking, "it is no longer taken");
            self.add(Change::Removed, &format!("{at}.{name}"), "", verdict);
        }
    }

    /// Alternatives: each old one has to be among the new ones, or be the same with more allowed.
    fn alternatives(&mut self, one: &'a Value, two: &'a Value, at: &str) {
        for key in ["oneOf", "anyOf"] {
            let (before, after) = (list(one, key), list(two, key));
            if before.is_empty() && !after.is_empty() && one.get("type") == two.get("type") {
                self.add(
                    Change::Changed,
                    at,
                    "has to be one of several alternatives",
                    NARROWED,
                );
            }
            if before.is_empty() || after.is_empty() {
                continue;
            }
            if before.len() > after.len() {
                self.add(Change::Changed, at, "an alternative is gone", NARROWED);
                continue;
            }
            for (index, (one, two)) in before.iter().zip(after).enumerate() {
                if one != two && !after.contains(one) {
                    self.narrowing(one, two, &format!("{at}/{key}{index}"));
                }
            }
        }
    }
}

/// Said beside a reference or by what it leads to.
fn is_nullable(outer: &Value, inner: &Value) -> bool {
    is_true(outer, "nullable")
        || is_true(inner, "nullable")
        || list(inner, "enum").contains(&Value::Null)
}

fn contains_reference(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.contains_key("$ref") || map.values().any(contains_reference),
        Value::Array(items) => items.iter().any(contains_reference),
        _ => false,
    }
}

/// The schema of a parameter, which may stand within a media type.
fn schema_of(parameter: &Value) -> &Value {
    parameter
        .get("schema")
        .or_else(|| body_schema(parameter))
        .unwrap_or(&Value::Null)
}

/// The schema of a body: JSON where there is any, else what comes first.
fn body_schema(body: &Value) -> Option<&Value> {
    let mut content: Vec<_> = entries(body.get("content")).collect();
    content.sort_by_key(|(media, _)| (!media.contains("json"), *media));
    content.first()?.1.get("schema")
}
