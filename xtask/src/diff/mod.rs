//! What changed between two OpenAPI documents, judged for those who call the code generated from them.
//!
//! Both documents are generated from, and the public surfaces of the two trees are compared: what callers compile
//! against is the judge, not a second model of the generator. The documents themselves are compared only for what the
//! surface cannot show and the server notices: input that is required or narrower now. Prose is never compared.

mod callers;
mod constraints;
mod pattern;
mod report;
mod server;
mod surface;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::document::{self, Kind};
use crate::generate::{Files, Rewrites, documents};
use crate::normalize::docs::Docs;
use crate::normalize::facts::facts;
use crate::normalize::overlay::Overlay;

/// How much a change asks of callers.
///
/// ```
/// use xtask::diff::Severity;
/// assert!(Severity::Breaking > Severity::Feature && Severity::Feature > Severity::Patch);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Callers need not notice.
    Patch,
    /// Callers can do something new, or something behaves differently without any call failing for it.
    Feature,
    /// Code that compiled may not compile, or a call that worked may fail.
    Breaking,
}

/// What became of it.
///
/// ```
/// assert_eq!(xtask::diff::Change::Added.to_string(), "added");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the new document has it.
    Added,
    /// Only the old document has it.
    Removed,
    /// Both have it, differently.
    Changed,
}

/// Who notices a change.
///
/// ```
/// assert!(xtask::diff::Side::Callers < xtask::diff::Side::Server);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Code that is compiled against the generated crate.
    Callers,
    /// The server that a request is sent to: the code compiles as before.
    Server,
}

/// One change.
///
/// ```
/// use xtask::diff::{Change, Entry, Severity, Side};
/// let entry = Entry {
///     severity: Severity::Feature,
///     change: Change::Added,
///     side: Side::Callers,
///     subject: "types::User".to_owned(),
///     at: "types::User::locale".to_owned(),
///     what: "Option<String>".to_owned(),
///     why: "nothing uses it yet".to_owned(),
/// };
/// assert_eq!(serde_json::to_value(&entry)?["where"], "types::User::locale");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// How much it asks of callers.
    pub severity: Severity,
    /// What became of it.
    pub change: Change,
    /// Who notices it.
    pub side: Side,
    /// The item or the operation it belongs to.
    pub subject: String,
    /// The place, like `types::User::locale` or `CreateUser.body.email_address[]`.
    #[serde(rename = "where")]
    pub at: String,
    /// What it was and what it is.
    pub what: String,
    /// Why it is judged so.
    pub why: String,
}

/// Everything that changed, in a fixed order: worst first, callers before the server, then by subject and place.
///
/// ```
/// let empty = xtask::diff::Diff::default();
/// assert_eq!(empty.semver(), "none");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// `operations` or `events`.
    pub unit: &'static str,
    /// The ids of operations, or the names of events, of the old document.
    pub old: BTreeSet<String>,
    /// Those of the new document.
    pub new: BTreeSet<String>,
    /// The changes.
    pub entries: Vec<Entry>,
}

impl Diff {
    /// The worst of all entries; `None` when nothing changed.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.entries.iter().map(|entry| entry.severity).max()
    }

    /// The version step this asks for, as Cargo counts: `major (0.x: minor)`, `minor (0.x: patch)`,
    /// `patch (0.x: patch)` or `none`.
    #[must_use]
    pub fn semver(&self) -> &'static str {
        semver(self.severity())
    }

    /// Operations or events that only the new document has.
    #[must_use]
    pub fn added(&self) -> Vec<&str> {
        self.new.difference(&self.old).map(String::as_str).collect()
    }

    /// Operations or events that only the old document has.
    #[must_use]
    pub fn removed(&self) -> Vec<&str> {
        self.old.difference(&self.new).map(String::as_str).collect()
    }

    /// The changes for a person to read: grouped, sorted, the same for the same documents.
    #[must_use]
    pub fn to_text(&self) -> String {
        report::text(self)
    }

    /// The changes for a program to read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        report::json(self)
    }
}

/// The version step that the worst of several changes asks for.
///
/// ```
/// use xtask::diff::{Severity, semver};
/// assert_eq!(semver(Some(Severity::Feature)), "minor (0.x: patch)");
/// ```
#[must_use]
pub fn semver(worst: Option<Severity>) -> &'static str {
    match worst {
        Some(Severity::Breaking) => "major (0.x: minor)",
        Some(Severity::Feature) => "minor (0.x: patch)",
        Some(Severity::Patch) => "patch (0.x: patch)",
        None => "none",
    }
}

/// Compares two documents of one kind, each Clerk's own or our normalized one, under the names that the overlay gives.
///
/// # Errors
/// When one of them cannot be generated from.
///
/// ```
/// use serde_json::json;
/// use xtask::{diff::compare, document::Kind, normalize::overlay::Overlay};
/// let overlay = Overlay::default();
/// let old = json!({"paths": {"/a": {"get": {"operationId": "GetA", "responses": {}}}, "/b": {"get": {"operationId": "GetB", "responses": {}}}}});
/// let new = json!({"paths": {"/a": {"get": {"operationId": "GetA", "responses": {}}}}});
/// assert_eq!(compare(&old, &new, Kind::BackendApi, &overlay)?.semver(), "major (0.x: minor)");
/// assert_eq!(compare(&old, &old, Kind::BackendApi, &overlay)?.semver(), "none");
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn compare(old: &Value, new: &Value, kind: Kind, overlay: &Overlay) -> Result<Diff> {
    let old = Tree::generate(old, kind, overlay).context("the old document")?;
    let new = Tree::generate(new, kind, overlay).context("the new document")?;
    Ok(old.compare(&new))
}

/// What was generated from one document, ready to be compared with another tree of the same kind.
#[derive(Debug)]
pub struct Tree {
    kind: Kind,
    facts: Value,
    files: Files,
    surface: surface::Surface,
    names: BTreeSet<String>,
}

impl Tree {
    /// Generates in memory, under the names that the overlay gives.
    ///
    /// # Errors
    /// When the document cannot be generated from.
    pub fn generate(document: &Value, kind: Kind, overlay: &Overlay) -> Result<Tree> {
        let (facts, docs, mut rewrites) = (facts(document), Docs::default(), Rewrites::default());
        let (files, names) = match kind {
            Kind::Webhooks => {
                let made = documents::webhooks(&facts, overlay, &docs, &mut rewrites)?;
                let names = made.shaped.api.events.iter().map(|e| e.kind.clone());
                // All of its types, also those that the other document has: a change of either is one of this document.
                (made.files(&BTreeSet::new()), names.collect())
            }
            _ => {
                let made = documents::backend_api(&facts, overlay, &docs, &mut rewrites)?;
                let ids = made.shaped.api.operations.iter().map(|o| o.id.clone());
                let names = ids.collect();
                (made.files, names)
            }
        };
        Ok(Tree {
            kind,
            surface: surface::read(&files)?,
            facts,
            files,
            names,
        })
    }

    /// The generated sources, by path below the generated folder.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// What changed from this tree to a newer one.
    #[must_use]
    pub fn compare(&self, new: &Tree) -> Diff {
        let mut entries = callers::compare(&self.surface, &new.surface);
        entries.extend(server::compare(&self.facts, &new.facts));
        entries.sort_by(|one, two| order(one).cmp(&order(two)));
        Diff {
            unit: match self.kind {
                Kind::Webhooks => "events",
                _ => "operations",
            },
            old: self.names.clone(),
            new: new.names.clone(),
            entries,
        }
    }
}

/// Worst first, callers before the server, then by subject and place.
fn order(entry: &Entry) -> impl Ord + '_ {
    (
        Reverse(entry.severity),
        entry.side,
        &entry.subject,
        &entry.at,
        entry.change,
        &entry.what,
    )
}

/// Compares two files under the names of the workspace at `root` and prints the result, as text or JSON.
///
/// # Errors
/// When a file cannot be read, is not a whole OpenAPI 3.0 document or cannot be generated from, when the two are of
/// different kinds, or when printing fails.
///
/// ```no_run
/// xtask::diff::run(".".as_ref(), "old.yml".as_ref(), "openapi/backend-api.json".as_ref(), false)?;
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn run(root: &Path, old: &Path, new: &Path, json: bool) -> Result<()> {
    let overlays = Kind::ALL
        .into_iter()
        .map(|kind| Ok((kind, Overlay::load(root, kind)?)))
        .collect::<Result<BTreeMap<Kind, Overlay>>>()?;
    let (old_document, old_kind) = read(old, &overlays)?;
    let (new_document, new_kind) = read(new, &overlays)?;
    ensure!(
        old_kind == new_kind,
        "{} is the {old_kind} document and {} the {new_kind} document; compare two of one kind",
        old.display(),
        new.display()
    );
    let diff = compare(&old_document, &new_document, old_kind, &overlays[&old_kind])?;
    let text = if json {
        format!("{:#}\n", diff.to_json())
    } else {
        diff.to_text()
    };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // The reader, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot print the comparison"),
    }
}

fn read(path: &Path, overlays: &BTreeMap<Kind, Overlay>) -> Result<(Value, Kind)> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    ensure!(
        size <= document::MAX_BYTES as u64,
        "{} has {size} bytes; is it an OpenAPI document?",
        path.display()
    );
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lacking = |kind| overlays.get(&kind).map_or_else(Vec::new, Overlay::lacking);
    let name = path.display().to_string();
    Ok(document::parse_any(&bytes, &name, &lacking)?)
}
