//! Everything that is generated from the documents, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::inputs::Input;
use crate::document::Kind;
use crate::generate::documents::WithEvents;
use crate::generate::shared::{Outlines, shared};
use crate::generate::{CONTRACT, Files, GENERATED, Rewrites, documents};
use crate::normalize::docs::Docs;
use crate::normalize::overlay::Overlay;
use crate::normalize::report::{Counts, Report};
use crate::normalize::shape;

/// Curated facts and texts of each document.
#[derive(Debug, Clone, Default)]
pub struct Texts(BTreeMap<Kind, (Overlay, Docs)>);

impl Texts {
    /// Reads those of the workspace at `root`.
    ///
    /// # Errors
    /// When a file is missing or does not read.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let load = |kind| Ok((kind, (Overlay::load(root, kind)?, Docs::load(root, kind)?)));
        Ok(Self(
            Kind::ALL
                .into_iter()
                .map(load)
                .collect::<anyhow::Result<_>>()?,
        ))
    }

    /// Where the document is known to have nothing although something has to be there.
    pub(super) fn lacking(&self, kind: Kind) -> Vec<String> {
        self.0
            .get(&kind)
            .map_or_else(Vec::new, |(overlay, _)| overlay.lacking())
    }

    fn of(&self, kind: Kind) -> (Overlay, Docs) {
        self.0.get(&kind).cloned().unwrap_or_default()
    }
}

/// The file that a document was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Its path in Clerk's repository.
    pub path: String,
    /// The commit.
    pub commit: String,
    /// The checksum of its bytes.
    pub sha256: String,
}

/// What is kept of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The file that it was read from.
    #[serde(flatten)]
    pub pinned: Pinned,
    /// Places touched by each rule.
    pub rules: Counts,
}

impl std::ops::Deref for Origin {
    type Target = Pinned;

    fn deref(&self) -> &Pinned {
        &self.pinned
    }
}

/// What the last run did, kept beside the generated code so that the next run can compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The dated version of the Backend API.
    pub version: String,
    /// The documents, by the name of their facts.
    pub documents: BTreeMap<String, Origin>,
    /// The generated operations: id -> `VERB /path`.
    pub operations: BTreeMap<String, String>,
    /// The generated webhook events.
    pub events: Vec<String>,
    /// The types of webhook payloads that are those of the Backend API.
    pub shared_types: BTreeSet<String>,
    /// What was written in place of progenitor's output.
    pub rewrites: BTreeMap<String, usize>,
}

/// A generated tree and how it came to be.
#[derive(Debug, Default)]
pub struct Generated {
    /// Every file, relative to the workspace.
    pub files: Files,
    /// What is kept for the next run.
    pub manifest: Manifest,
    /// What the rules touched in each document.
    pub reports: BTreeMap<Kind, Report>,
}

/// What comes of one document.
#[derive(Default)]
struct Made {
    files: Files,
    report: Report,
    rewrites: Rewrites,
    operations: BTreeMap<String, String>,
    /// What the types of the Backend API are like.
    outlines: Outlines,
    webhooks: Option<WithEvents>,
}

/// Generates everything from the documents in memory; those that are not given leave nothing.
///
/// # Errors
/// When a document cannot be generated from; the text says which rule has to learn what.
pub fn generate(inputs: &BTreeMap<Kind, Input>, texts: &Texts) -> anyhow::Result<Generated> {
    // Side by side: the documents have nothing to do with each other.
    let all: Vec<(Kind, anyhow::Result<Made>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = inputs
            .iter()
            .map(|(kind, input)| (*kind, scope.spawn(|| one(*kind, input, texts))))
            .collect();
        let joined = workers.into_iter().map(|(kind, worker)| {
            let made = worker.join();
            (
                kind,
                made.unwrap_or_else(|_| {
                    Err(anyhow::anyhow!("xtask panicked over the {kind} document"))
                }),
            )
        });
        joined.collect()
    });
    let mut out = Generated::default();
    let mut rewrites = Rewrites::default();
    let (mut outlines, mut webhooks) = (Outlines::default(), None);
    for (kind, made) in all {
        let made = made?;
        let input = &inputs[&kind];
        out.files
            .insert(kind.facts().to_owned(), pretty(&input.facts)?);
        out.files.extend(made.files);
        if kind == Kind::BackendApi {
            out.manifest.version.clone_from(&input.version);
            out.manifest.operations = made.operations;
            outlines = made.outlines;
        }
        webhooks = webhooks.or(made.webhooks);
        out.manifest.documents.insert(
            kind.slug().to_owned(),
            Origin {
                pinned: input.origin.clone(),
                rules: made.report.counts(),
            },
        );
        out.reports.insert(kind, made.report);
        rewrites.add(&made.rewrites);
    }
    if let Some(webhooks) = webhooks {
        let events = webhooks.shaped.api.events.iter();
        out.manifest.events = events.map(|event| event.kind.clone()).collect();
        out.manifest.shared_types = shared(webhooks.outlines(), &outlines);
        let files = webhooks.files(&out.manifest.shared_types);
        out.files.extend(below(GENERATED, files));
    }
    out.manifest.rewrites = serde_json::from_value(serde_json::to_value(&rewrites)?)?;
    let manifest = pretty(&out.manifest)?;
    out.files
        .insert(format!("{GENERATED}/manifest.json"), manifest);
    Ok(out)
}

fn below(folder: &str, files: Files) -> Files {
    let placed = files.into_iter();
    placed
        .map(|(path, code)| (format!("{folder}/{path}"), code))
        .collect()
}

fn one(kind: Kind, input: &Input, texts: &Texts) -> anyhow::Result<Made> {
    let (overlay, docs) = texts.of(kind);
    let mut made = Made::default();
    match kind {
        Kind::BackendApi => {
            let mut facts = input.facts.clone();
            // The version is the pin's, whatever the document says.
            facts["info"]["version"] = input.version.as_str().into();
            let mut from = documents::backend_api(&facts, &overlay, &docs, &mut made.rewrites)?;
            let contract = from.contract(&input.facts, &overlay.acronyms);
            made.files = below(CONTRACT, contract);
            made.files
                .extend(below(GENERATED, std::mem::take(&mut from.files)));
            made.report = std::mem::take(&mut from.report);
            made.operations = from.operations();
            made.outlines = from.outlines()?;
        }
        Kind::Webhooks => {
            let mut from = documents::webhooks(&input.facts, &overlay, &docs, &mut made.rewrites)?;
            made.report = std::mem::take(&mut from.report);
            made.webhooks = Some(from);
        }
        Kind::FrontendApi => {
            // No code; that the rules understand it is checked all the same.
            shape(&input.facts, &overlay, &docs, &mut made.report)
                .context("the Frontend API document")?;
        }
    }
    Ok(made)
}

/// JSON as it is committed.
///
/// # Errors
/// When the value has no form in JSON.
pub fn pretty(value: &impl Serialize) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
