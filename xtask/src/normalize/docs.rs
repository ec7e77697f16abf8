//! `openapi/docs.toml`: our own words about operations, types, fields and parameters.

use std::collections::BTreeMap;
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

    /// The text of a field, followed by its constraints.
    #[must_use]
    pub fn field_line(&self, type_name: &str, field: &str, constraints: &str) -> String {
        let by_operation = type_name.strip_suffix("Body").and_then(|operation| {
            self.body
                .iter()
                .find(|(id, _)| heck::ToPascalCase::to_pascal_case(id.as_str()) == operation)
                .map(|(_, fields)| fields)
        });
        let text = self
            .fields
            .get(self.key(type_name))
            .or_else(|| self.fields.get(type_name))
            .and_then(|fields| fields.get(field))
            .or_else(|| by_operation.and_then(|fields| fields.get(field)));
        join(text.map_or("", String::as_str), constraints)
    }

    /// The text of a parameter, followed by its constraints.
    #[must_use]
    pub fn parameter_line(&self, name: &str, constraints: &str) -> String {
        join(
            self.parameters.get(name).map_or("", String::as_str),
            constraints,
        )
    }
}

fn join(text: &str, constraints: &str) -> String {
    [text, constraints]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}
