//! Comparing what operations share, each thing once under its own name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::Api;
use super::schemas::{Comparer, breaking, feature, patch};
use super::shape::Type;
use super::usage::Usage;
use super::{Change, Entry, Part, Subject};

/// A section of `components`, and how something in it is called.
type Section = (&'static str, fn(String) -> Subject);

const SECTIONS: [Section; 4] = [
    ("schemas", Subject::Schema),
    ("parameters", Subject::Parameter),
    ("requestBodies", Subject::RequestBody),
    ("responses", Subject::Response),
];

pub(super) fn compare(apis: [Api<'_>; 2]) -> Vec<Entry> {
    let usage = Usage::of(apis);
    let mut entries = Vec::new();
    for (section, subject) in SECTIONS {
        let [one, two] = apis.map(|api| api.components(section).collect::<BTreeMap<_, _>>());
        for name in one
            .keys()
            .chain(two.keys())
            .copied()
            .collect::<BTreeSet<_>>()
        {
            let found = usage.component(section, name);
            let operations = found.operations.into_iter().collect();
            let mut comparer =
                Comparer::new(apis, subject(name.to_owned()), operations, found.direction);
            match (one.get(name), two.get(name)) {
                (Some(old), Some(new)) => comparer.component(section, old, new, name),
                (Some(old), None) if section == "schemas" => {
                    comparer.named(apis[0], Change::Removed, old, name)
                }
                (None, Some(new)) if section == "schemas" => {
                    comparer.named(apis[1], Change::Added, new, name)
                }
                // Its users tell.
                _ => {}
            }
            entries.extend(comparer.finish());
        }
    }
    entries
}

impl<'a> Comparer<'a> {
    fn component(&mut self, section: &str, old: &'a Value, new: &'a Value, name: &str) {
        match section {
            "schemas" => {
                self.schema(old, new, name);
                self.nullability(old, new, name);
                self.deprecation(old, new, name);
            }
            "parameters" => self.parameter_values(old, new, name),
            "requestBodies" => {
                let (old, new) = (
                    self.old.content(old, section),
                    self.new.content(new, section),
                );
                self.bodies(&old, &new, name);
            }
            _ => {
                let (old, new) = (
                    self.old.content(old, section),
                    self.new.content(new, section),
                );
                self.answer(Some(old), Some(new), name);
            }
        }
    }

    fn named(&mut self, api: Api<'a>, change: Change, value: &'a Value, name: &str) {
        let has_type = matches!(
            api.shape(value).ty,
            Type::Object | Type::Enum | Type::Union(_)
        );
        let verdict = match change {
            _ if !has_type => patch("only another name, no type of its own"),
            Change::Removed => breaking("its type goes"),
            _ => feature("a new type"),
        };
        self.add(Part::Schema, change, name, api.describe(value), verdict);
    }
}
