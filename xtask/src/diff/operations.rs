//! Comparing operations, events and what they share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::api::{Api, Content, Operation, Parameter, Role};
use super::components;
use super::schemas::{Comparer, breaking, feature, patch};
use super::shape::is_true;
use super::usage::Direction;
use super::{Change, Diff, Entry, Part, Subject};

pub(super) fn compare(old: Api<'_>, new: Api<'_>) -> Diff {
    let (mut before, mut after) = (old.operations(), new.operations());
    let (old_operations, new_operations) = (before.len(), after.len());
    let mut entries = Vec::new();
    for (one, two) in pair(&mut before, &mut after) {
        entries.extend(operation([old, new], &one, &two));
    }
    entries.extend(
        before
            .iter()
            .flat_map(|gone| whole([old, new], gone, Change::Removed)),
    );
    entries.extend(
        after
            .iter()
            .flat_map(|fresh| whole([old, new], fresh, Change::Added)),
    );
    entries.extend(components::compare([old, new]));
    entries.sort_by(|one, two| order(one).cmp(&order(two)));
    Diff {
        old_operations,
        new_operations,
        entries,
    }
}

/// Worst first, then by subject and place.
fn order(entry: &Entry) -> impl Ord + '_ {
    (
        Reverse(entry.severity),
        &entry.subject,
        &entry.at,
        entry.part,
        entry.change,
        &entry.what,
    )
}

/// Takes out of both lists what belongs together: by id, by the method's name, and last by where the request goes.
fn pair<'a>(
    before: &mut Vec<Operation<'a>>,
    after: &mut Vec<Operation<'a>>,
) -> Vec<(Operation<'a>, Operation<'a>)> {
    let mut pairs = Vec::new();
    let keys: [fn(&Operation<'_>) -> String; 3] = [
        |operation| operation.id.to_owned(),
        |operation| operation.id.to_snake_case(),
        |operation| operation.route(),
    ];
    for key in keys {
        before.retain(|old| {
            let wanted = key(old);
            let found = after
                .iter()
                .position(|new| new.role == old.role && key(new) == wanted);
            if let Some(index) = found {
                pairs.push((old.clone(), after.remove(index)));
            }
            found.is_none()
        });
    }
    pairs
}

fn subject(operation: &Operation<'_>) -> Subject {
    match operation.role {
        Role::Call => Subject::Operation(operation.id.to_owned()),
        Role::Event => Subject::Event(operation.id.to_owned()),
    }
}

fn whole<'a>(apis: [Api<'a>; 2], operation: &Operation<'_>, change: Change) -> Vec<Entry> {
    let verdict = match (change, operation.role) {
        (Change::Removed, Role::Call) => breaking("its method goes"),
        (Change::Removed, Role::Event) => breaking("its variant goes"),
        (_, Role::Call) => feature("a new method"),
        (_, Role::Event) => feature("a new event"),
    };
    let mut comparer = comparer(apis, operation);
    comparer.add(
        Part::Operation,
        change,
        operation.id,
        operation.place(),
        verdict,
    );
    comparer.finish()
}

fn comparer<'a>(apis: [Api<'a>; 2], operation: &Operation<'_>) -> Comparer<'a> {
    Comparer::new(
        apis,
        subject(operation),
        vec![operation.id.to_owned()],
        Direction::REQUEST,
    )
}

fn operation<'a>(apis: [Api<'a>; 2], old: &Operation<'a>, new: &Operation<'a>) -> Vec<Entry> {
    let [old_api, new_api] = apis;
    let mut comparer = comparer(apis, new);
    let id = new.id;
    comparer.deprecation(old.value, new.value, id);
    if new.role == Role::Event {
        comparer.direction = Direction::RESPONSE;
        comparer.answer(
            old_api.body(old.value),
            new_api.body(new.value),
            &format!("{id}.payload"),
        );
        return comparer.finish();
    }
    if old.id != new.id {
        let verdict = if old.id.to_snake_case() == new.id.to_snake_case() {
            patch("the method's name stays")
        } else {
            breaking("the method's name changes")
        };
        comparer.add(
            Part::Operation,
            Change::Changed,
            id,
            format!("renamed {} -> {}", old.id, new.id),
            verdict,
        );
    }
    if old.route() != new.route() {
        let what = format!("{} -> {}", old.place(), new.place());
        comparer.add(
            Part::Operation,
            Change::Changed,
            id,
            what,
            feature("it compiles, but goes elsewhere"),
        );
    }
    comparer.arguments(old, new);
    comparer.setters(&old.parameters, &new.parameters, id);
    comparer.body(
        old_api.body(old.value),
        new_api.body(new.value),
        &format!("{id}.body"),
    );
    comparer.direction = Direction::RESPONSE;
    comparer.responses(old.value, new.value, id);
    comparer.finish()
}

impl<'a> Comparer<'a> {
    fn arguments(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let (one, two) = (old.arguments(), new.arguments());
        let names = |arguments: &[(&str, Option<Parameter<'_>>)]| {
            arguments
                .iter()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (before, after) = (names(&one), names(&two));
        let at = format!("{}.path", new.id);
        let what = format!("({before}) -> ({after})");
        if one.len() != two.len() {
            let verdict = breaking("the method takes other arguments");
            self.add(Part::PathParameter, Change::Changed, &at, what, verdict);
            return;
        }
        if before != after {
            let kept = |name: &str| one.iter().any(|(old, _)| *old == name);
            let moved = one
                .iter()
                .zip(&two)
                .any(|((old, _), (new, _))| old != new && kept(new));
            let verdict = if moved {
                breaking("arguments change places")
            } else {
                patch("arguments go by place, not by name")
            };
            self.add(Part::PathParameter, Change::Changed, &at, what, verdict);
            if moved {
                return;
            }
        }
        for ((_, old), (name, new)) in one.iter().zip(&two) {
            if let (Some(old), Some(new)) = (old, new) {
                self.parameter(old, new, &format!("{at}.{name}"));
            }
        }
    }

    fn setters(&mut self, old: &[Parameter<'a>], new: &[Parameter<'a>], id: &str) {
        let by_name = |parameters: &[Parameter<'a>]| -> BTreeMap<&'a str, Parameter<'a>> {
            parameters
                .iter()
                .filter(|found| found.place != "path")
                .map(|found| (found.name, *found))
                .collect()
        };
        let (one, two) = (by_name(old), by_name(new));
        for (name, parameter) in &one {
            let at = format!("{id}.{}.{name}", parameter.place);
            match two.get(name) {
                Some(other) => self.parameter(parameter, other, &at),
                None => {
                    let what = self.old.describe(schema_of(parameter.value));
                    self.add(
                        Part::Parameter,
                        Change::Removed,
                        &at,
                        what,
                        breaking("its setter goes"),
                    );
                }
            }
        }
        for (name, parameter) in two.iter().filter(|(name, _)| !one.contains_key(*name)) {
            let at = format!("{id}.{}.{name}", parameter.place);
            let required = is_true(parameter.value, "required");
            let verdict = if required {
                breaking("calls without it are refused now")
            } else {
                feature("a new setter")
            };
            let kind = self.new.describe(schema_of(parameter.value));
            let what = format!("{}{kind}", if required { "required " } else { "" });
            self.add(Part::Parameter, Change::Added, &at, what, verdict);
        }
    }

    fn parameter(&mut self, old: &Parameter<'a>, new: &Parameter<'a>, at: &str) {
        // One that both share is compared under its own name.
        if old.shared.is_some() && old.shared == new.shared {
            return;
        }
        if old.place != new.place {
            let what = format!("sent in {} -> {}", old.place, new.place);
            self.add(
                Part::Parameter,
                Change::Changed,
                at,
                what,
                feature("it compiles, but is sent elsewhere"),
            );
        }
        self.parameter_values(old.value, new.value, at);
    }

    pub(super) fn parameter_values(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        self.schema(schema_of(old), schema_of(new), at);
        let verdict = match (is_true(old, "required"), is_true(new, "required")) {
            (false, true) => Some((
                "optional -> required",
                breaking("calls without it are refused now"),
            )),
            (true, false) => Some(("required -> optional", feature("it may be left out"))),
            _ => None,
        };
        if let Some((what, verdict)) = verdict {
            self.add(
                Part::Presence,
                Change::Changed,
                at,
                what.to_owned(),
                verdict,
            );
        }
        for key in ["style", "explode"] {
            if old.get(key) != new.get(key) {
                let shown = |value: Option<&Value>| {
                    value.map_or_else(|| "default".to_owned(), ToString::to_string)
                };
                let what = format!("{key}: {} -> {}", shown(old.get(key)), shown(new.get(key)));
                let verdict = feature("it compiles, but is written differently");
                self.add(Part::Parameter, Change::Changed, at, what, verdict);
            }
        }
        self.deprecation(old, new, at);
    }

    fn body(&mut self, old: Option<Content<'a>>, new: Option<Content<'a>>, at: &str) {
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => {
                let verdict = breaking("its setters go");
                self.add(
                    Part::Body,
                    Change::Removed,
                    at,
                    "the request body".to_owned(),
                    verdict,
                );
            }
            (None, Some(new)) => {
                let fields = new.schema.map(|schema| {
                    self.new
                        .fields(self.new.shape(schema).schema, &BTreeSet::new())
                });
                let required =
                    fields.is_some_and(|fields| !fields.required.is_empty()) && new.required;
                let verdict = if required {
                    breaking("calls without it are refused now")
                } else {
                    feature("new setters")
                };
                self.add(
                    Part::Body,
                    Change::Added,
                    at,
                    self.describe_new(&new),
                    verdict,
                );
            }
            (Some(old), Some(new)) if old.shared.is_some() && old.shared == new.shared => {}
            (Some(old), Some(new)) => self.bodies(&old, &new, at),
        }
    }

    pub(super) fn bodies(&mut self, old: &Content<'a>, new: &Content<'a>, at: &str) {
        if old.media != new.media {
            let what = format!(
                "{} -> {}",
                old.media.unwrap_or("none"),
                new.media.unwrap_or("none")
            );
            let files = |media: Option<&str>| media.is_some_and(|media| !media.contains("json"));
            let verdict = if files(old.media) || files(new.media) {
                breaking("the setters take other types")
            } else {
                feature("it compiles, but is written differently")
            };
            self.add(Part::Body, Change::Changed, at, what, verdict);
        }
        let verdict = match (old.required, new.required) {
            (false, true) => Some((
                "optional -> required",
                breaking("calls without it are refused now"),
            )),
            (true, false) => Some(("required -> optional", feature("it may be left out"))),
            _ => None,
        };
        if let Some((what, verdict)) = verdict {
            self.add(
                Part::Presence,
                Change::Changed,
                at,
                what.to_owned(),
                verdict,
            );
        }
        let [one, two] = [old, new].map(|content| content.schema.unwrap_or(&Value::Null));
        let (first, second) = (self.old.shape(one), self.new.shape(two));
        let same = first.reference.is_some() && first.reference == second.reference;
        if !same && self.old.is_struct(&first) && self.new.is_struct(&second) {
            // Its fields are setters of the method, so the name of the schema does not matter.
            self.object(first.schema, second.schema, at);
        } else {
            self.schema(one, two, at);
        }
        self.nullability(one, two, at);
    }

    fn responses(&mut self, old: &'a Value, new: &'a Value, id: &str) {
        let (one, two) = (self.old.success(old), self.new.success(new));
        self.answer(
            one.map(|found| found.1),
            two.map(|found| found.1),
            &format!("{id}.response"),
        );
        let [before, after] =
            [one, two].map(|found| found.map_or("undeclared", |(status, _)| status));
        if before != after {
            let what = format!("success is {before} -> {after}");
            let at = format!("{id}.response");
            self.add(
                Part::Response,
                Change::Changed,
                &at,
                what,
                patch("any status of success is read alike"),
            );
        }
        let statuses = |value: &'a Value| -> BTreeSet<&'a str> {
            let all = value
                .get("responses")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            all.map(|(status, _)| status.as_str())
                .filter(|status| !status.starts_with('2'))
                .collect()
        };
        let (before, after) = (statuses(old), statuses(new));
        let verdict = patch("errors of any status are read alike");
        for status in before.difference(&after) {
            self.add(
                Part::Response,
                Change::Removed,
                &format!("{id}.response"),
                (*status).to_owned(),
                verdict,
            );
        }
        for status in after.difference(&before) {
            self.add(
                Part::Response,
                Change::Added,
                &format!("{id}.response"),
                (*status).to_owned(),
                verdict,
            );
        }
    }

    /// Compares what is received as a whole.
    pub(super) fn answer(&mut self, old: Option<Content<'a>>, new: Option<Content<'a>>, at: &str) {
        let shared = |content: &Option<Content<'a>>| content.and_then(|content| content.shared);
        if shared(&old).is_some() && shared(&old) == shared(&new) {
            return;
        }
        let schema = |content: Option<Content<'a>>| content.and_then(|content| content.schema);
        match (schema(old), schema(new)) {
            (None, None) => {}
            (Some(one), Some(two)) => {
                self.schema(one, two, at);
                self.nullability(one, two, at);
            }
            (one, two) => {
                let one =
                    one.map_or_else(|| "nothing".to_owned(), |schema| self.old.describe(schema));
                let two =
                    two.map_or_else(|| "nothing".to_owned(), |schema| self.new.describe(schema));
                let verdict = breaking("the method answers another type");
                self.add(
                    Part::Response,
                    Change::Changed,
                    at,
                    format!("{one} -> {two}"),
                    verdict,
                );
            }
        }
    }

    fn describe_new(&self, content: &Content<'a>) -> String {
        content
            .schema
            .map_or_else(|| "a body".to_owned(), |schema| self.new.describe(schema))
    }
}

/// The schema of a parameter, which may stand within a media type; without one, anything goes.
fn schema_of(parameter: &Value) -> &Value {
    let content = || {
        parameter
            .get("content")?
            .as_object()?
            .values()
            .next()?
            .get("schema")
    };
    parameter
        .get("schema")
        .or_else(content)
        .unwrap_or(&Value::Null)
}
