//! `cargo xtask regen`: from Clerk's documents to the generated tree.

mod generated;
mod inputs;
mod rules;
mod summary;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::diff::{self, Diff};
use crate::document::Kind;
use crate::fetch::Token;
use crate::normalize::overlay::Overlay;
use crate::source::Source;
use crate::tree::{self, Tree};

pub use generated::{Generated, Manifest, Pinned, Texts, generate, pretty};
pub use inputs::Input;
pub use summary::Summary;

/// The committed facts about the Backend API.
pub const BACKEND_API: &str = "openapi/backend-api.json";
/// Which documents the committed facts come from.
pub const SOURCE: &str = "openapi/source.toml";
/// The generated code.
pub const GENERATED: &str = "clerk-api/src/generated";
/// The generated contract tests.
pub const CONTRACT: &str = "clerk-api/tests/generated";

/// Where the documents come from and where the output goes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Reads the Backend API document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Reads the webhooks document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub webhooks: Option<PathBuf>,
    /// Reads the Frontend API document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub frontend_api: Option<PathBuf>,
    /// Moves the pins of the files that are read to this commit of Clerk's repository, without a network
    #[arg(long, value_name = "SHA", conflicts_with_all = ["offline", "latest", "out", "check"])]
    pub commit: Option<String>,
    /// Fetches nothing: starts from the committed openapi/*.json
    #[arg(long, conflicts_with_all = ["from", "webhooks", "frontend_api", "latest"])]
    pub offline: bool,
    /// Writes a workspace with the generated tree to DIR and leaves this one alone; `cargo check` works in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["check", "latest"])]
    pub out: Option<PathBuf>,
    /// Writes nothing; exits 1 with a diff when the committed output is not what would be written
    #[arg(long, conflicts_with = "latest")]
    pub check: bool,
    /// Moves each pin to the newest dated version and its newest commit, and prints what changed
    #[arg(long, conflicts_with_all = ["from", "webhooks", "frontend_api"])]
    pub latest: bool,
    /// Prints what changed as JSON
    #[arg(long, conflicts_with_all = ["check", "out"])]
    pub json: bool,
    /// Writes what changed as the text of a pull request (Markdown)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "out"])]
    pub summary: Option<PathBuf>,
    /// Accepts that rules which fired before do not any more
    #[arg(long)]
    pub accept_silent_rules: bool,
    /// Accepts that rules which lose something of a document fire for the first time
    #[arg(long)]
    pub accept_losses: bool,
    /// What GitHub's API is asked with
    #[arg(skip)]
    pub token: Option<Token>,
}

impl Options {
    fn file(&self, kind: Kind) -> Option<&Path> {
        match kind {
            Kind::BackendApi => self.from.as_deref(),
            Kind::Webhooks => self.webhooks.as_deref(),
            Kind::FrontendApi => self.frontend_api.as_deref(),
        }
    }

    /// With one document from a file, the others are the committed ones: a file means that there is no network.
    fn no_network(&self) -> bool {
        self.offline || Kind::ALL.iter().any(|kind| self.file(*kind).is_some())
    }

    /// Whether the workspace itself is written to.
    fn in_place(&self) -> bool {
        !self.check && self.out.is_none()
    }
}

/// Runs the command in the workspace at `root`. `Ok(false)` means that `--check` found a difference.
///
/// # Errors
/// When a document cannot be had or generated from, or the output cannot be written. Nothing is written then.
pub fn run(root: &Path, options: &Options) -> anyhow::Result<bool> {
    let texts = Texts::load(root)?;
    let source_text = read(&root.join(SOURCE))?;
    let mut source = Source::load(&root.join(SOURCE))?;
    let before = source.clone();
    let last = last_manifest(root)?;

    let mut inputs = BTreeMap::new();
    for kind in Kind::ALL {
        let lacking = texts.lacking(kind);
        let input = inputs::read(root, &mut source, options, kind, &last, &lacking)
            .with_context(|| format!("the {kind} document"))?;
        inputs.insert(kind, input);
    }
    step("generating");
    let made = generate(&inputs, &texts)?;
    print_report(&made);

    if let Some(out) = &options.out {
        let count = tree::write_workspace(root, out, &made.files)?;
        step(&format!(
            "wrote {count} files to {}; `cargo check` works in it",
            out.display()
        ));
        return Ok(true);
    }
    let mut files = made.files.clone();
    if source != before {
        // Moved together with what is generated from it, or not at all.
        files.insert(SOURCE.to_owned(), source.written_into(&source_text)?);
    }
    let tree = Tree {
        root: root.to_owned(),
        owned: vec![GENERATED.into(), CONTRACT.into()],
        files,
    };
    if options.check {
        return check(&tree, &made.manifest, &source);
    }
    rules::refuse(&made.manifest, &last, options)?;
    let diffs = compared(root, &inputs)?;
    let changed = tree.write()?;
    step(&format!(
        "{changed} files changed; {} operations, {} events",
        made.manifest.operations.len(),
        made.manifest.events.len()
    ));
    report(root, options, changed, diffs, &made.manifest)?;
    Ok(true)
}

/// What changed in each document since the committed facts; documents that did not change are left out.
fn compared(root: &Path, inputs: &BTreeMap<Kind, Input>) -> anyhow::Result<BTreeMap<Kind, Diff>> {
    let mut out = BTreeMap::new();
    for (kind, input) in inputs {
        let path = root.join(kind.facts());
        if !path.exists() {
            continue;
        }
        let old = serde_json::from_str(&read(&path)?)
            .with_context(|| format!("{} does not read: restore it from git", kind.facts()))?;
        if old == input.facts {
            continue;
        }
        step(&format!("comparing the {kind} document"));
        let overlay = Overlay::load(root, *kind)?;
        let diff = diff::compare(&old, &input.facts, *kind, &overlay)?;
        out.insert(*kind, diff);
    }
    Ok(out)
}

fn report(
    root: &Path,
    options: &Options,
    changed: usize,
    diffs: BTreeMap<Kind, Diff>,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    if !options.json && options.summary.is_none() && diffs.is_empty() {
        return Ok(());
    }
    let summary = Summary::new(root, changed, diffs, manifest)?;
    if options.json {
        println!("{:#}", summary.to_json());
    } else {
        print!("{}", summary.to_text());
    }
    if let Some(path) = &options.summary {
        std::fs::write(path, summary.to_markdown())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn check(tree: &Tree, manifest: &Manifest, source: &Source) -> anyhow::Result<bool> {
    let differences = tree.differences()?;
    print!("{differences}");
    let mut same = differences.is_empty();
    for kind in Kind::ALL {
        let pin = source.pin(kind);
        let from = manifest.documents.get(kind.slug());
        let (path, commit, sha256) = from.map_or(("", "", ""), |from| {
            (&from.path, &from.commit, &from.sha256)
        });
        if (path, commit, sha256) != (&pin.path, &pin.commit, &pin.sha256) {
            same = false;
            println!(
                "{}: generated from {path} at {commit} (sha256 {sha256}), but {SOURCE} pins {} at {} (sha256 {})",
                kind.facts(),
                pin.path,
                pin.commit,
                pin.sha256
            );
        }
    }
    if same {
        step("the committed output is what would be written");
    } else {
        eprintln!(
            "the committed output differs: run `cargo xtask regen` (or `--offline`) and commit what it writes"
        );
    }
    Ok(same)
}

fn last_manifest(root: &Path) -> anyhow::Result<Manifest> {
    let path = root.join(GENERATED).join("manifest.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        return Ok(Manifest::default());
    };
    match serde_json::from_str(&text) {
        Ok(manifest) => Ok(manifest),
        Err(error) => {
            bail!("{GENERATED}/manifest.json does not read ({error}): restore it from git")
        }
    }
}

fn print_report(made: &Generated) {
    for (kind, report) in &made.reports {
        eprintln!("\n{kind}: rules and the places they touched");
        eprint!("{}", report.table());
        for note in report.notes() {
            eprintln!("note: {note}");
        }
    }
    eprintln!("\nwritten in place of progenitor's output:");
    for (what, count) in &made.manifest.rewrites {
        eprintln!("{count:>5}  {what}");
    }
}

fn step(text: &str) {
    eprintln!("regen: {text}");
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
