//! Unions that belong together, and the one type that reads them all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::Api;
use super::merge::{Merge, merge};
use super::names;
use super::overlay::Overlay;
use super::report::Report;
use super::schema::{self, Schemas};

/// Unions whose members share the beginning of their names (`verification_otp`, `verification_admin`) are one family,
/// wherever they occur: one type reads them all.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// Member schema -> types of its families: a union that comes new must not take members from one that is there.
    of: BTreeMap<String, Vec<String>>,
    pub(super) merged: Schemas,
}

impl Families {
    /// Finds the families of a document; `flat` returns a named schema as one flat object, if it is one.
    pub(super) fn find(
        api: &mut Api,
        overlay: &Overlay,
        flat: &mut dyn FnMut(&str) -> Option<Value>,
        report: &mut Report,
    ) -> Self {
        let acronyms = &overlay.acronyms;
        let members = members(api);
        let mut found = Self::default();
        for (prefix, family) in members {
            let wanted = overlay
                .union_name(&prefix)
                .map_or_else(|| names::type_name(&prefix, acronyms), str::to_owned);
            // A family must not take the name of something else.
            let taken = |name: &str| {
                api.schemas
                    .keys()
                    .any(|k| !family.contains(k) && names::type_name(k, acronyms) == name)
                    || found.merged.contains_key(name)
            };
            let mut name = wanted.clone();
            for suffix in ["Variant", "Union"]
                .into_iter()
                .map(str::to_owned)
                .chain((2..).map(|n| n.to_string()))
            {
                if !taken(&name) {
                    break;
                }
                name = format!("{wanted}{suffix}");
            }
            let parts: Option<Vec<Value>> = family.iter().map(|name| flat(name)).collect();
            let merged = parts.and_then(|parts| {
                parts
                    .into_iter()
                    .reduce(|a, b| merge(&a, &b, Merge::Either))
            });
            let Some(mut merged) = merged.filter(schema::is_struct) else {
                continue;
            };
            report.hit(
                "union",
                format!(
                    "{} -> {name}",
                    family.iter().cloned().collect::<Vec<_>>().join(" | ")
                ),
            );
            if let Some(object) = merged.as_object_mut() {
                object.remove("nullable");
            }
            for member in &family {
                found
                    .of
                    .entry(member.clone())
                    .or_default()
                    .push(name.clone());
            }
            found.merged.insert(name, merged);
        }
        found
    }

    /// The family's type, when all of `list` are of one family.
    pub(super) fn common(&self, list: &[Value]) -> Option<&str> {
        let of = |s: &Value| schema::referenced(s).and_then(|name| self.of.get(name));
        let first = of(list.first()?)?;
        // The closest family is the one with the longest prefix, which was found last.
        let family = first.iter().rev().find(|name| {
            list.iter()
                .all(|s| of(s).is_some_and(|all| all.contains(name)))
        })?;
        Some(family.as_str())
    }
}

/// The members of each family, by the beginning that their names share.
fn members(api: &mut Api) -> BTreeMap<String, BTreeSet<String>> {
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut singles: Vec<String> = Vec::new();
    api.walk(&mut |s, _, _| {
        for keyword in ["oneOf", "anyOf"] {
            let list = s
                .get(keyword)
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let names: Vec<&str> = list.iter().filter_map(schema::referenced).collect();
            if names.is_empty() || names.len() != list.len() {
                continue;
            }
            if names.len() == 1 {
                singles.push(names[0].to_owned());
            } else if let Some(prefix) = common_prefix(&names) {
                members
                    .entry(prefix)
                    .or_default()
                    .extend(names.iter().map(|n| (*n).to_owned()));
            }
        }
    });
    // A union of one belongs to the family that its name says it belongs to.
    for single in singles {
        if let Some((_, family)) = members
            .iter_mut()
            .find(|(prefix, _)| single.starts_with(prefix.as_str()))
        {
            family.insert(single);
        }
    }
    members
}

/// The longest common beginning that ends at a word boundary.
fn common_prefix(names: &[&str]) -> Option<String> {
    let first = names.first()?;
    let mut end = first.len();
    for name in names {
        let same = first
            .bytes()
            .zip(name.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        end = end.min(same);
    }
    let boundary = first.get(..end)?.rfind(['_', '.', '-'])?;
    (boundary > 0).then(|| first[..=boundary].to_owned())
}
