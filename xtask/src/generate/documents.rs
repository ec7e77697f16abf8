//! From the facts of one document to its generated files.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde_json::Value;

use super::harvest::{self, Harvest};
use super::operations::{self, Emitted};
use super::shared::Outlines;
use super::webhooks::{self, Payloads};
use super::{Files, Rewrites, contract, layout, macros, types};
use crate::normalize::docs::Docs;
use crate::normalize::names::Acronyms;
use crate::normalize::overlay::Overlay;
use crate::normalize::report::Report;
use crate::normalize::{self, Shaped};

/// What was generated from a document with operations.
#[derive(Debug)]
pub struct WithOperations {
    /// Files below the generated folder.
    pub files: Files,
    /// The document after the rules.
    pub shaped: Shaped,
    /// What the rules touched.
    pub report: Report,
    harvest: Harvest,
    emitted: BTreeMap<String, Emitted>,
}

impl WithOperations {
    /// The operations: id -> `VERB /path`.
    #[must_use]
    pub fn operations(&self) -> BTreeMap<String, String> {
        let all = self.shaped.api.operations.iter();
        all.map(|o| {
            (
                o.id.clone(),
                format!("{} {}", o.verb.to_uppercase(), o.path),
            )
        })
        .collect()
    }

    /// What its types are like.
    ///
    /// # Errors
    /// When a type cannot be read.
    pub fn outlines(&self) -> anyhow::Result<Outlines> {
        Outlines::of(&self.harvest, &self.shaped.facts)
    }

    /// The contract tests of the operations.
    #[must_use]
    pub fn contract(&self, facts: &Value, acronyms: &Acronyms) -> Files {
        contract::tree(facts, &self.shaped, &self.harvest, &self.emitted, acronyms)
    }
}

/// What was generated from a document of webhook events.
#[derive(Debug)]
pub struct WithEvents {
    /// The document after the rules.
    pub shaped: Shaped,
    /// What the rules touched.
    pub report: Report,
    payloads: Payloads,
}

impl WithEvents {
    /// What its types are like.
    #[must_use]
    pub fn outlines(&self) -> &Outlines {
        &self.payloads.outlines
    }

    /// Returns the files below the generated folder. The `shared` types are left to the Backend API.
    #[must_use]
    pub fn files(&self, shared: &BTreeSet<String>) -> Files {
        webhooks::tree(&self.shaped.api, &self.payloads, shared)
    }
}

/// Generates types and operations.
///
/// # Errors
/// When the document cannot be generated from.
pub fn backend_api(
    facts: &Value,
    overlay: &Overlay,
    docs: &Docs,
    rewrites: &mut Rewrites,
) -> anyhow::Result<WithOperations> {
    let place = "the Backend API document";
    let mut report = Report::default();
    let shaped = normalize::shape(facts, overlay, docs, &mut report).context(place)?;
    let harvest = harvest::harvest(&shaped.to_openapi(), &shaped.facts).context(place)?;
    let emitted_types = types::emit(&harvest, &shaped.facts, rewrites).context(place)?;
    let emitted = operations::emit(&shaped, &harvest, docs, rewrites).context(place)?;
    let mut files = layout::tree(&shaped.api, &emitted_types, &emitted, &overlay.acronyms);
    files.insert(
        "macros.rs".to_owned(),
        macros::file(&emitted).context(place)?,
    );
    Ok(WithOperations {
        files,
        shaped,
        report,
        harvest,
        emitted,
    })
}

/// Generates the payloads of events and the enum that holds them.
///
/// # Errors
/// When the document cannot be generated from.
pub fn webhooks(
    facts: &Value,
    overlay: &Overlay,
    docs: &Docs,
    rewrites: &mut Rewrites,
) -> anyhow::Result<WithEvents> {
    let place = "the webhooks document";
    let mut report = Report::default();
    let shaped = normalize::shape(facts, overlay, docs, &mut report).context(place)?;
    let payloads = webhooks::payloads(&shaped, rewrites).context(place)?;
    Ok(WithEvents {
        shaped,
        report,
        payloads,
    })
}
