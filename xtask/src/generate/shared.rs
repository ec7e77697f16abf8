//! The types that webhooks and the Backend API have in common. They are generated once, so that a user of `user.created` can be
//! passed to whatever takes a user of the Backend API.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use super::harvest::Harvest;
use super::types::{Field, Presence, fields};
use crate::normalize::fields::Facts;

/// What a document's types are like, by their names.
#[derive(Debug, Default)]
pub struct Outlines(BTreeMap<String, Outline>);

#[derive(Debug)]
enum Outline {
    Enum(Vec<String>),
    Struct {
        /// Whether it can be decoded. A type that is only ever sent cannot.
        is_decoded: bool,
        fields: Vec<Member>,
    },
}

#[derive(Debug)]
struct Member {
    wire: String,
    rust: String,
    code: String,
    /// The generated types that it holds.
    holds: Vec<String>,
    flatten: bool,
    sensitive: bool,
    /// Whether it decodes from an object that lacks it.
    may_be_absent: bool,
}

impl Outlines {
    /// Reads what progenitor wrote.
    ///
    /// # Errors
    /// When it wrote a type that no rule leaves.
    pub fn of(harvest: &Harvest, facts: &Facts) -> anyhow::Result<Self> {
        let enums = harvest.enums.iter();
        let mut out: BTreeMap<String, Outline> = enums
            .map(|(name, values)| (name.clone(), Outline::Enum(values.clone())))
            .collect();
        for (name, found) in &harvest.structs {
            let Some(facts) = facts.get(name) else {
                continue;
            };
            let outline = Outline::Struct {
                is_decoded: facts.direction.response,
                fields: fields(found, facts)?.iter().map(Member::of).collect(),
            };
            out.insert(name.clone(), outline);
        }
        Ok(Self(out))
    }
}

impl Member {
    fn of(field: &Field) -> Self {
        let ty = field.rust_type();
        Self {
            wire: field.wire.clone(),
            rust: field.rust.to_string(),
            code: ty.to_string(),
            holds: named(ty),
            flatten: field.flatten,
            sensitive: field.facts.sensitive,
            may_be_absent: match field.presence {
                Presence::Option | Presence::Patch => true,
                Presence::Plain if field.flatten || field.facts.empty_when_missing => true,
                Presence::Plain => field.shape.is_collection() && !field.facts.required,
            },
        }
    }

    /// Returns whether the Backend API's field reads what this one of an event reads, into the same Rust type.
    fn is_read_by(&self, other: &Self) -> bool {
        self.rust == other.rust
            && self.code == other.code
            && self.flatten == other.flatten
            // What the one never prints, the other must not print either.
            && (other.sensitive || !self.sensitive)
            && (other.may_be_absent || !self.may_be_absent)
    }
}

/// The generated types that a type names: what follows `types::`.
fn named(ty: TokenStream) -> Vec<String> {
    let tokens: Vec<String> = flat(ty);
    tokens
        .windows(4)
        .filter(|part| part[..3] == ["types", ":", ":"])
        .map(|part| part[3].clone())
        .collect()
}

fn flat(tokens: TokenStream) -> Vec<String> {
    let tokens = tokens.into_iter();
    tokens
        .flat_map(|token| match token {
            TokenTree::Group(group) => flat(group.stream()),
            other => vec![other.to_string()],
        })
        .collect()
}

/// Returns the names of the webhooks' types in whose place the Backend API's type of the same name can stand: it reads every
/// payload that the webhooks' type reads, and loses nothing of it. It may have more fields, if none of them has to be there, and
/// more values. The types of its fields are shared as well.
#[must_use]
pub fn shared(webhooks: &Outlines, backend_api: &Outlines) -> BTreeSet<String> {
    let mut shared: BTreeMap<&String, &Outline> = BTreeMap::new();
    for (name, own) in &webhooks.0 {
        if backend_api
            .0
            .get(name)
            .is_some_and(|all| replaces(all, own))
        {
            shared.insert(name, own);
        }
    }
    // A type can only be shared when all that it holds is.
    loop {
        let names: BTreeSet<String> = shared.keys().map(|name| (*name).clone()).collect();
        shared.retain(|_, outline| match outline {
            Outline::Enum(_) => true,
            Outline::Struct { fields, .. } => {
                let mut held = fields.iter().flat_map(|field| &field.holds);
                held.all(|name| names.contains(name))
            }
        });
        if shared.len() == names.len() {
            return names;
        }
    }
}

/// Returns whether the Backend API's type can stand for that of an event.
fn replaces(all: &Outline, own: &Outline) -> bool {
    match (all, own) {
        (Outline::Enum(all), Outline::Enum(own)) => own.iter().all(|value| all.contains(value)),
        (
            Outline::Struct {
                is_decoded: true,
                fields: all,
            },
            Outline::Struct { fields: own, .. },
        ) => {
            let find = |fields: &[Member], wire: &str| fields.iter().position(|f| f.wire == wire);
            own.iter()
                .all(|field| find(all, &field.wire).is_some_and(|at| field.is_read_by(&all[at])))
                && all
                    .iter()
                    .all(|field| field.may_be_absent || find(own, &field.wire).is_some())
        }
        _ => false,
    }
}
