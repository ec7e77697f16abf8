//! `openapi/docs.toml`: our own words about operations, types, fields and parameters.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;

use serde::Deserialize;

use crate::document::Kind;

/// One-line texts by what they describe.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Docs {
    /// By `operationId`.
    pub operations: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    fields: BTreeMap<String, BTreeMap<String, String>>,
    parameters: BTreeMap<String, String>,
    body: BTreeMap<String, BTreeMap<String, String>>,
    /// By field name, for every type without a text of its own.
    any_type: BTreeMap<String, String>,
    /// Type -> the type whose texts hold for it where it has none of its own.
    same_as: BTreeMap<String, String>,
    /// Names that say all there is to say.
    self_explaining: BTreeSet<String>,
    /// Rust type name -> name used as key in `docs.toml`, filled by [`Docs::alias`].
    #[serde(skip)]
    keys: BTreeMap<String, String>,
}

impl Docs {
    /// Reads the TOML.
    ///
    /// # Errors
    /// When it is not TOML or a text is not a string.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text)
            .map_err(|error| anyhow::anyhow!("openapi/docs.toml does not read: {error}"))
    }

    /// Reads the texts for a document below `root`; see [`Kind::texts`].
    ///
    /// # Errors
    /// When a file is missing or does not read.
    pub fn load(root: &Path, kind: Kind) -> anyhow::Result<Self> {
        let mut out = Self::default();
        for path in kind.texts() {
            let text = std::fs::read_to_string(root.join(path))
                .with_context(|| format!("cannot read {path}"))?;
            out = Self::parse(&text)?;
        }
        Ok(out)
    }

    /// Makes the texts of the schema `key` those of the Rust type `name`.
    pub fn alias(&mut self, name: &str, key: &str) {
        self.keys.insert(name.to_owned(), key.to_owned());
    }

    /// Makes the texts of the type `component`, which an operation sends, those of its body, which has its own.
    pub fn alias_body(&mut self, body: &str, component: &str) {
        let key = self.key(component).to_owned();
        self.keys.insert(body.to_owned(), key);
    }

    fn key<'a>(&'a self, name: &'a str) -> &'a str {
        self.keys.get(name).map_or(name, String::as_str)
    }

    /// The text of an operation.
    #[must_use]
    pub fn operation_line(&self, id: &str) -> &str {
        self.operations.get(id).map_or("", String::as_str)
    }

    /// The text of a type; types without one are described by their name.
    #[must_use]
    pub fn type_line(&self, name: &str) -> String {
        self.types
            .get(self.key(name))
            .or_else(|| self.types.get(name))
            .cloned()
            .unwrap_or_default()
    }

    /// The text of a field: that of its type, of the type that it is like, or of the name in any type.
    #[must_use]
    pub fn field_text(&self, type_name: &str, field: &str) -> &str {
        let like = self
            .same_as
            .get(type_name)
            .or_else(|| self.same_as.get(self.key(type_name)));
        self.own_text(type_name, field)
            .or_else(|| self.own_text(like?, field))
            .or_else(|| self.any_type.get(field))
            .map_or("", String::as_str)
    }

    fn own_text(&self, type_name: &str, field: &str) -> Option<&String> {
        let by_operation = type_name.strip_suffix("Body").and_then(|operation| {
            self.body
                .iter()
                .find(|(id, _)| id.eq_ignore_ascii_case(operation))
                .map(|(_, fields)| fields)
        });
        let own = |key: &str| self.fields.get(key)?.get(field);
        own(self.key(type_name))
            .or_else(|| own(type_name))
            .or_else(|| by_operation.and_then(|fields| fields.get(field)))
    }

    /// The text of a parameter.
    #[must_use]
    pub fn parameter_text(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The text of a parameter, followed by its constraints.
    #[must_use]
    pub fn parameter_line(&self, name: &str, constraints: &str) -> String {
        join(self.parameter_text(name), constraints)
    }

    /// Whether a field of this name needs no text.
    #[must_use]
    pub fn is_self_explaining(&self, field: &str) -> bool {
        self.self_explaining.contains(field)
    }
}

/// Whether a text says no more than the name that it stands at: nothing, or its words in a frame.
#[must_use]
pub fn repeats(name: &str, text: &str) -> bool {
    const FRAME: &[&str] = &[
        "a", "an", "answer", "field", "is", "it", "its", "of", "part", "request", "response",
        "sets", "the", "this", "value",
    ];
    let words = |text: &str| -> Vec<String> {
        heck::ToSnakeCase::to_snake_case(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
            .collect()
    };
    let mut known = words(name);
    known.extend(FRAME.iter().flat_map(|word| words(word)));
    words(text).iter().all(|word| known.contains(word))
}

/// A text, followed by constraints.
#[must_use]
pub fn join(text: &str, constraints: &str) -> String {
    [text, constraints]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}
