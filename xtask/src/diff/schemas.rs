//! Comparing two schemas and judging what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::Api;
use super::constraints;
use super::shape::{Fields, Shape, Type, enum_values, is_true, union_arms};
use super::usage::Direction;
use super::{Change, Entry, Part, Severity, Subject};

/// Schemas that are only other words for each other can be endless.
const MAX_DEPTH: usize = 100;

/// A severity with its reason.
#[derive(Clone, Copy)]
pub(super) struct Verdict(pub(super) Severity, pub(super) &'static str);

pub(super) const fn breaking(why: &'static str) -> Verdict {
    Verdict(Severity::Breaking, why)
}

pub(super) const fn feature(why: &'static str) -> Verdict {
    Verdict(Severity::Feature, why)
}

pub(super) const fn patch(why: &'static str) -> Verdict {
    Verdict(Severity::Patch, why)
}

/// Compares what belongs to one subject.
pub(super) struct Comparer<'a> {
    pub(super) old: Api<'a>,
    pub(super) new: Api<'a>,
    pub(super) subject: Subject,
    pub(super) operations: Vec<String>,
    pub(super) direction: Direction,
    depth: usize,
    entries: Vec<Entry>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(
        apis: [Api<'a>; 2],
        subject: Subject,
        operations: Vec<String>,
        direction: Direction,
    ) -> Self {
        let [old, new] = apis;
        Comparer {
            old,
            new,
            subject,
            operations,
            direction,
            depth: 0,
            entries: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }

    pub(super) fn add(
        &mut self,
        part: Part,
        change: Change,
        at: &str,
        what: String,
        verdict: Verdict,
    ) {
        let Verdict(severity, why) = verdict;
        self.entries.push(Entry {
            severity,
            part,
            change,
            subject: self.subject.clone(),
            operations: self.operations.clone(),
            at: at.to_owned(),
            what,
            why: why.to_owned(),
        });
    }

    /// The worse of the two where something is both sent and received. What no operation uses is still a public type,
    /// so it counts as received.
    fn judge(&self, request: Verdict, response: Verdict) -> Verdict {
        match (self.direction.request, self.direction.response) {
            (true, false) => request,
            (true, true) if request.0 > response.0 => request,
            _ => response,
        }
    }

    /// Compares two schemas. Nothing is said of a named schema that both refer to: it is compared under its own name.
    pub(super) fn schema(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let (one, two) = (self.old.shape(old), self.new.shape(new));
        if one.reference.is_some() && one.reference == two.reference {
            return;
        }
        if !one.ty.is_like(&two.ty) {
            let what = format!("{} -> {}", self.old.describe(old), self.new.describe(new));
            self.add(
                Part::Type,
                Change::Changed,
                at,
                what,
                breaking("the Rust type changes"),
            );
            return;
        }
        if !matches!(one.ty, Type::Named(_)) {
            self.content(&one, &two, at);
        }
    }

    /// Compares two schemas that are alike on the outside.
    fn content(&mut self, old: &Shape<'a>, new: &Shape<'a>, at: &str) {
        if self.depth == MAX_DEPTH {
            return;
        }
        self.depth += 1;
        match (&old.ty, &new.ty) {
            (Type::Object, _) => self.object(old.schema, new.schema, at),
            (Type::Array(one), Type::Array(two)) => self.inner(*one, *two, &format!("{at}[]")),
            (Type::Map(one), Type::Map(two)) => self.inner(*one, *two, &format!("{at}{{}}")),
            _ => {}
        }
        self.variants(old.schema, new.schema, at);
        self.enum_values(old, new, at);
        if self.direction.request {
            self.limits(old.schema, new.schema, at);
        }
        self.depth -= 1;
    }

    fn inner(&mut self, old: Option<&'a Value>, new: Option<&'a Value>, at: &str) {
        match (old, new) {
            (Some(old), Some(new)) => {
                self.schema(old, new, at);
                self.nullability(old, new, at);
            }
            (None, None) => {}
            (old, new) => {
                let old = old.map_or_else(|| "anything".to_owned(), |old| self.old.describe(old));
                let new = new.map_or_else(|| "anything".to_owned(), |new| self.new.describe(new));
                // An explicit "anything" is the same as none.
                if old != new {
                    let what = format!("{old} -> {new}");
                    self.add(
                        Part::Type,
                        Change::Changed,
                        at,
                        what,
                        breaking("the Rust type changes"),
                    );
                }
            }
        }
    }

    /// Whether null is allowed, for values that are not fields of an object.
    pub(super) fn nullability(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        match self.nullable(old, new) {
            (false, true) => {
                let verdict =
                    self.judge(feature("null may be sent"), breaking("T becomes Option<T>"));
                self.add(
                    Part::Presence,
                    Change::Changed,
                    at,
                    "null is allowed now".to_owned(),
                    verdict,
                );
            }
            (true, false) => {
                let verdict = self.judge(
                    breaking("null is refused now"),
                    breaking("Option<T> becomes T"),
                );
                self.add(
                    Part::Presence,
                    Change::Changed,
                    at,
                    "null is no longer allowed".to_owned(),
                    verdict,
                );
            }
            _ => {}
        }
    }

    fn nullable(&self, old: &'a Value, new: &'a Value) -> (bool, bool) {
        let (one, two) = (self.old.shape(old), self.new.shape(new));
        // What a shared name allows is told once, under that name.
        let same = one.reference.is_some() && one.reference == two.reference;
        let of = |shape: &Shape<'_>| shape.nullable || (shape.nullable_inside && !same);
        (of(&one), of(&two))
    }

    /// Compares the fields of two objects: setters where it is a request body, fields of a struct elsewhere.
    pub(super) fn object(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let (old_bases, new_bases) = (self.old.bases(old), self.new.bases(new));
        // What both extend is compared under its own name.
        let common: BTreeSet<&str> = old_bases.intersection(&new_bases).copied().collect();
        let (one, two) = (self.old.fields(old, &common), self.new.fields(new, &common));
        for (name, property) in &one.properties {
            let at = format!("{at}.{name}");
            match two.properties.get(name) {
                Some(other) => {
                    self.schema(property, other, &at);
                    self.presence(
                        property,
                        other,
                        [one.required.contains(name), two.required.contains(name)],
                        &at,
                    );
                    self.deprecation(property, other, &at);
                }
                None => {
                    let verdict =
                        self.judge(breaking("its setter goes"), breaking("the field goes"));
                    let what = self.old.describe(property);
                    self.add(Part::Field, Change::Removed, &at, what, verdict);
                }
            }
        }
        for (name, property) in two
            .properties
            .iter()
            .filter(|(name, _)| !one.properties.contains_key(*name))
        {
            let required = two.required.contains(name);
            let sent = if required {
                breaking("calls without it are refused now")
            } else {
                feature("a new setter")
            };
            let verdict = self.judge(sent, feature("the struct can grow"));
            let what = format!(
                "{}{}",
                if required { "required " } else { "" },
                self.new.describe(property)
            );
            self.add(
                Part::Field,
                Change::Added,
                &format!("{at}.{name}"),
                what,
                verdict,
            );
        }
        if !common.is_empty() {
            self.extended([old, new], [&one, &two], at);
        }
    }

    /// What an object says about the fields of a schema that it extended before and extends now.
    fn extended(&mut self, [old, new]: [&'a Value; 2], [one, two]: [&Fields<'a>; 2], at: &str) {
        let none = BTreeSet::new();
        let (all_old, all_new) = (self.old.fields(old, &none), self.new.fields(new, &none));
        for name in one.required.symmetric_difference(&two.required) {
            let own = one.properties.contains_key(name) || two.properties.contains_key(name);
            let (Some(old), Some(new)) =
                (all_old.properties.get(name), all_new.properties.get(name))
            else {
                continue;
            };
            if !own {
                let required = [
                    all_old.required.contains(name),
                    all_new.required.contains(name),
                ];
                self.presence(old, new, required, &format!("{at}.{name}"));
            }
        }
    }

    /// Whether a field may be absent or null.
    fn presence(&mut self, old: &'a Value, new: &'a Value, required: [bool; 2], at: &str) {
        let [old_required, new_required] = required;
        let (old_nullable, new_nullable) = self.nullable(old, new);
        if (old_required, old_nullable) == (new_required, new_nullable) {
            return;
        }
        let request = if new_required && !old_required {
            breaking("calls without it are refused now")
        } else if old_nullable && !new_nullable {
            breaking("null is refused now")
        } else {
            feature("more may be left out or set to null")
        };
        let (was_plain, is_plain) = (old_required && !old_nullable, new_required && !new_nullable);
        let response = match (was_plain, is_plain) {
            _ if self.new.shape(new).ty.is_collection() => {
                patch("an absent or null collection reads as empty")
            }
            (true, false) => breaking("T becomes Option<T>"),
            (false, true) => breaking("Option<T> becomes T"),
            _ => patch("still an Option"),
        };
        let words = |required, nullable| match (required, nullable) {
            (true, false) => "required",
            (true, true) => "required, nullable",
            (false, false) => "optional",
            (false, true) => "optional, nullable",
        };
        let what = format!(
            "{} -> {}",
            words(old_required, old_nullable),
            words(new_required, new_nullable)
        );
        let verdict = self.judge(request, response);
        self.add(Part::Presence, Change::Changed, at, what, verdict);
    }

    pub(super) fn deprecation(&mut self, old: &Value, new: &Value, at: &str) {
        let change = match (is_true(old, "deprecated"), is_true(new, "deprecated")) {
            (false, true) => Change::Added,
            (true, false) => Change::Removed,
            _ => return,
        };
        self.add(
            Part::Deprecation,
            change,
            at,
            "deprecated".to_owned(),
            patch("it works as before"),
        );
    }

    fn variants(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let (one, two) = (union_arms(old), union_arms(new));
        let is_inline =
            |api: Api<'a>, arm: &&'a Value| !matches!(api.shape(arm).ty, Type::Named(_));
        // Variants without a name are told apart by their order only.
        let inline_old = one.iter().copied().filter(|arm| is_inline(self.old, arm));
        let inline_new = two.iter().copied().filter(|arm| is_inline(self.new, arm));
        let pairs: Vec<_> = inline_old.zip(inline_new).enumerate().collect();
        for (index, (old, new)) in pairs {
            if self.old.shape(old).ty.is_like(&self.new.shape(new).ty) {
                self.schema(old, new, &format!("{at}<{index}>"));
            }
        }
        let (one, two) = (count(self.old, &one), count(self.new, &two));
        for (name, number) in &one {
            if two.get(name).is_none_or(|left| left < number) {
                let verdict = breaking("its variant goes");
                self.add(Part::Variant, Change::Removed, at, name.clone(), verdict);
            }
        }
        for (name, number) in &two {
            if one.get(name).is_none_or(|before| before < number) {
                let verdict = feature("enums can grow");
                self.add(Part::Variant, Change::Added, at, name.clone(), verdict);
            }
        }
    }

    fn enum_values(&mut self, old: &Shape<'a>, new: &Shape<'a>, at: &str) {
        let (one, two) = (listed(old.schema), listed(new.schema));
        if one.is_empty() != two.is_empty() {
            let change = if one.is_empty() {
                Change::Added
            } else {
                Change::Removed
            };
            let values: Vec<&str> = one.union(&two).map(String::as_str).collect();
            let request = if one.is_empty() {
                breaking("other values are refused now")
            } else {
                patch("any value is accepted")
            };
            let verdict = self.judge(request, patch("the Rust type stays"));
            self.add(
                Part::Constraint,
                change,
                at,
                format!("only {}", values.join(", ")),
                verdict,
            );
            return;
        }
        let is_enum = matches!(new.ty, Type::Enum);
        for value in one.difference(&two) {
            let response = if is_enum {
                breaking("its variant goes")
            } else {
                patch("the Rust type stays")
            };
            let verdict = self.judge(
                breaking("its variant goes, and sending it is refused"),
                response,
            );
            self.add(Part::EnumValue, Change::Removed, at, value.clone(), verdict);
        }
        for value in two.difference(&one) {
            let response = if is_enum {
                feature("enums can grow")
            } else {
                patch("the Rust type stays")
            };
            let verdict = self.judge(feature("one more value may be sent"), response);
            self.add(Part::EnumValue, Change::Added, at, value.clone(), verdict);
        }
    }

    /// Limits and defaults, which matter only for what is sent.
    fn limits(&mut self, old: &Value, new: &Value, at: &str) {
        for changed in constraints::compare(old, new) {
            let verdict = if changed.tightened {
                breaking("what was accepted may be refused now")
            } else {
                patch("more is accepted")
            };
            self.add(Part::Constraint, Change::Changed, at, changed.what, verdict);
        }
        let (old, new) = (old.get("default"), new.get("default"));
        if old != new {
            let shown = |value: Option<&Value>| {
                value.map_or_else(|| "none".to_owned(), ToString::to_string)
            };
            let what = format!("{} -> {}", shown(old), shown(new));
            let verdict = feature("calls that do not set it may behave differently");
            self.add(Part::Default, Change::Changed, at, what, verdict);
        }
    }
}

fn listed(schema: &Value) -> BTreeSet<String> {
    let shown = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned)
    };
    enum_values(schema)
        .filter(|value| !value.is_null())
        .map(shown)
        .collect()
}

fn count<'a>(api: Api<'a>, arms: &[&'a Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for arm in arms {
        *counts.entry(api.describe(arm)).or_default() += 1;
    }
    counts
}
