//! `openapi/overlay.toml`: what no rule can know, each entry with its reason.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::api::Api;
use super::names::Acronyms;
use super::report::Report;
use super::schema;
use crate::document::Kind;
use serde::Deserialize;

/// Curated corrections.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overlay {
    /// Respellings before case conversion.
    pub acronyms: Acronyms,
    /// Names for unions of schemas that share a prefix.
    union: Vec<UnionName>,
    /// Names for inline responses.
    answer: Vec<AnswerName>,
    /// New names for schemas.
    rename: Vec<Rename>,
    /// Texts that are always there although the document does not say so; one that is missing all the same reads as
    /// empty, so that the rest of the response is not lost.
    present: Vec<Fields>,
    /// Fields that may be missing although the document says otherwise.
    optional: Vec<Fields>,
    /// Integers that look like points in time and are not milliseconds.
    not_milliseconds: Vec<Fields>,
    /// Fields that are never printed.
    sensitive: Vec<Sensitive>,
    /// What a document refers to and does not have.
    missing: Vec<Missing>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnionName {
    prefix: String,
    name: String,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerName {
    operation: String,
    field: Option<String>,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    schema: String,
    name: String,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    schema: String,
    fields: Vec<String>,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sensitive {
    /// A type, or every type when absent.
    schema: Option<String>,
    fields: Vec<String>,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    /// A pointer into the document, as a reference has it.
    at: String,
    #[serde(rename = "why")]
    _why: String,
}

impl Overlay {
    /// Reads an overlay's TOML.
    ///
    /// # Errors
    /// When it is not TOML or has keys that mean nothing here.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).map_err(|error| {
            anyhow::anyhow!("the overlay does not read: {error}\nEach entry needs its fields and a `why`; see openapi/README.md")
        })
    }

    /// Reads the overlays of a document below `root`; see [`Kind::overlays`].
    ///
    /// # Errors
    /// When a file is missing or does not read.
    pub fn load(root: &Path, kind: Kind) -> anyhow::Result<Self> {
        let mut out = Self::default();
        for path in kind.overlays() {
            let text = std::fs::read_to_string(root.join(path))
                .with_context(|| format!("cannot read {path}"))?;
            let next = Self::parse(&text).with_context(|| (*path).to_owned())?;
            out.acronyms.extend(next.acronyms);
            out.union.extend(next.union);
            out.answer.extend(next.answer);
            out.rename.extend(next.rename);
            out.present.extend(next.present);
            out.optional.extend(next.optional);
            out.not_milliseconds.extend(next.not_milliseconds);
            out.sensitive.extend(next.sensitive);
            out.missing.extend(next.missing);
        }
        Ok(out)
    }

    /// Where the document is known to have nothing although something has to be there.
    #[must_use]
    pub fn lacking(&self) -> Vec<String> {
        self.missing.iter().map(|m| m.at.clone()).collect()
    }

    /// The curated name for a union of schemas with this prefix.
    #[must_use]
    pub fn union_name(&self, prefix: &str) -> Option<&str> {
        self.union
            .iter()
            .find(|u| u.prefix == prefix)
            .map(|u| u.name.as_str())
    }

    /// The curated name for an inline response, or for the items of one of its fields.
    #[must_use]
    pub fn answer_name(&self, operation: &str, field: Option<&str>) -> Option<&str> {
        self.answer
            .iter()
            .find(|a| a.operation == operation && a.field.as_deref() == field)
            .map(|a| a.name.as_str())
    }

    /// The curated Rust name of a schema.
    #[must_use]
    pub fn type_name(&self, schema: &str) -> Option<&str> {
        self.rename
            .iter()
            .find(|r| r.schema == schema)
            .map(|r| r.name.as_str())
    }

    /// Whether an integer is a point in time but not in milliseconds.
    #[must_use]
    pub fn is_not_milliseconds(&self, type_name: &str, field: &str) -> bool {
        self.not_milliseconds
            .iter()
            .any(|f| f.schema == type_name && f.fields.iter().any(|n| n == field))
    }

    /// Whether a text is always there although the document does not say so.
    #[must_use]
    pub fn is_present(&self, type_name: &str, field: &str) -> bool {
        self.present
            .iter()
            .any(|f| f.schema == type_name && f.fields.iter().any(|n| n == field))
    }

    /// Whether a field is a secret that `Debug` must not print.
    #[must_use]
    pub fn is_sensitive(&self, type_name: &str, field: &str) -> bool {
        self.sensitive.iter().any(|s| {
            s.schema.as_deref().is_none_or(|name| name == type_name)
                && s.fields.iter().any(|f| matches(f, field))
        })
    }

    /// Corrects what is required, and says which entries found no place.
    pub fn correct_presence(&self, api: &mut Api, report: &mut Report) {
        for (list, required) in [(&self.present, true), (&self.optional, false)] {
            for entry in list {
                let Some(found) = api.schemas.get_mut(&entry.schema) else {
                    report.note(format!(
                        "overlay: no schema {} in this document, entry not applied",
                        entry.schema
                    ));
                    continue;
                };
                let mut names = schema::required(found);
                for field in &entry.fields {
                    let known = schema::properties(found).is_some_and(|p| p.contains_key(field));
                    if !known {
                        report.note(format!(
                            "overlay: {}.{field} does not exist, entry not applied",
                            entry.schema
                        ));
                        continue;
                    }
                    let changed = if required {
                        names.insert(field.clone())
                    } else {
                        names.remove(field)
                    };
                    if changed {
                        report.hit("overlay", format!("{}.{field}", entry.schema));
                    }
                }
                schema::set_required(found, &names);
            }
        }
    }

    /// Says which names refer to operations or schemas that this document does not have.
    pub fn note_unused(&self, api: &Api, report: &mut Report) {
        let ids: BTreeMap<&str, ()> = api.operations.iter().map(|o| (o.id.as_str(), ())).collect();
        if !ids.is_empty() {
            for answer in self
                .answer
                .iter()
                .filter(|a| !ids.contains_key(a.operation.as_str()))
            {
                report.note(format!(
                    "overlay: no operation {} in this document, name not applied",
                    answer.operation
                ));
            }
        }
        for rename in self
            .rename
            .iter()
            .filter(|r| !api.schemas.contains_key(&r.schema))
        {
            report.note(format!(
                "overlay: no schema {} in this document, rename not applied",
                rename.schema
            ));
        }
    }
}

/// `*_token` matches `id_token`, `password` only itself.
fn matches(pattern: &str, field: &str) -> bool {
    pattern
        .strip_prefix('*')
        .map_or(pattern == field, |end| field.ends_with(end))
}
