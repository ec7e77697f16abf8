//! What a run changed, for a person, for a program and for a pull request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::generated::{Manifest, Pinned};
use crate::coverage::{self, Coverage};
use crate::diff::{Diff, Severity, semver};
use crate::document::Kind;

/// What changed, and what is left for people to do.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Files of the workspace that were written.
    pub changed: usize,
    /// The changes of each document that changed.
    pub diffs: BTreeMap<Kind, Diff>,
    /// Types of webhook payloads that are no longer those of the Backend API. Code that passes one for the other does not
    /// compile any more.
    pub parted_types: BTreeSet<String>,
    /// Types of webhook payloads that have become those of the Backend API. Code that has an `impl` for each does not compile
    /// any more.
    pub joined_types: BTreeSet<String>,
    /// Where the documents come from now.
    pub documents: BTreeMap<String, Pinned>,
    /// What covers the operations of the Backend API.
    pub coverage: Coverage,
}

impl Summary {
    /// Measures the workspace at `root` after it was written.
    ///
    /// # Errors
    /// When a file of the workspace cannot be read.
    pub fn new(
        root: &Path,
        changed: usize,
        diffs: BTreeMap<Kind, Diff>,
        manifest: &Manifest,
        last: &Manifest,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            changed,
            diffs,
            parted_types: &last.shared_types - &manifest.shared_types,
            joined_types: &manifest.shared_types - &last.shared_types,
            documents: manifest
                .documents
                .iter()
                .map(|(name, of)| (name.clone(), of.pinned.clone()))
                .collect(),
            coverage: coverage::measure(root)?,
        })
    }

    /// The worst change of the documents that code is generated from: no caller notices the Frontend API.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let seen = self
            .diffs
            .iter()
            .filter(|(kind, _)| **kind != Kind::FrontendApi);
        let types = (!self.types().is_empty()).then_some(Severity::Breaking);
        seen.filter_map(|(_, diff)| diff.severity())
            .chain(types)
            .max()
    }

    /// The step of the version that all changes together ask for.
    #[must_use]
    pub fn semver(&self) -> &'static str {
        semver(self.severity())
    }

    /// For a person at a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (kind, diff) in &self.diffs {
            let _ = writeln!(out, "\n{kind}\n{}", diff.to_text());
        }
        for line in self.types() {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "all documents: {}", self.semver());
        out
    }

    /// What became of types that webhooks and the Backend API share, a line each.
    fn types(&self) -> Vec<String> {
        let parted = self.parted_types.iter().map(|name| {
            format!("breaking: `webhooks::types::{name}` is no longer `types::{name}` but a type of its own")
        });
        let joined = self.joined_types.iter().map(|name| {
            format!("breaking: `webhooks::types::{name}` is no longer a type of its own but `types::{name}`")
        });
        parted.chain(joined).collect()
    }

    /// For a program.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let diffs: serde_json::Map<String, Value> = self
            .diffs
            .iter()
            .map(|(kind, diff)| (kind.slug().to_owned(), diff.to_json()))
            .collect();
        let (stable, early) = match self.severity() {
            Some(Severity::Breaking) => ("major", "minor"),
            Some(Severity::Feature) => ("minor", "patch"),
            Some(Severity::Patch) => ("patch", "patch"),
            None => ("none", "none"),
        };
        json!({
            "changed_files": self.changed,
            "semver": {"from_1_0": stable, "before_1_0": early},
            "documents": self.documents,
            "changes": diffs,
            "parted_types": self.parted_types,
            "joined_types": self.joined_types,
            "coverage": self.coverage,
        })
    }

    /// For a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = String::from("## Clerk's documents changed\n\n");
        let _ = writeln!(
            out,
            "Version step for all documents: **{}**\n",
            self.semver()
        );
        for (name, from) in &self.documents {
            let short = from.commit.get(..12).unwrap_or_default();
            let _ = writeln!(out, "* {name}: `{}` at `{short}`", from.path);
        }
        for (kind, diff) in &self.diffs {
            let _ = writeln!(
                out,
                "\n### {kind}: {}\n\n```text\n{}```",
                diff.semver(),
                diff.to_text()
            );
        }
        for line in self.types() {
            let _ = writeln!(out, "\n{line}");
        }
        let coverage = &self.coverage;
        for (title, missing, done) in [
            (
                "Operations without a text in openapi/docs.toml",
                &coverage.not_documented,
                "Every operation has a text.",
            ),
            (
                "Types, fields and parameters without a text in openapi/docs.toml",
                &coverage.not_described,
                "Each has a text.",
            ),
            (
                "Operations that clerk-sdk does not wrap",
                &coverage.not_wrapped,
                "Every operation is wrapped.",
            ),
            (
                "Operations to which clerk-emulator responds from the document alone",
                &coverage.not_emulated,
                "Every operation has a handler of its own.",
            ),
        ] {
            let _ = writeln!(out, "\n### {title}\n");
            if missing.is_empty() {
                let _ = writeln!(out, "{done}");
            }
            for id in missing {
                let _ = writeln!(out, "* [ ] `{id}`");
            }
        }
        out
    }
}
