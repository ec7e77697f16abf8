//! `cargo xtask regen`: from Clerk's documents to the generated tree.

mod generated;
mod inputs;
mod options;
mod progress;
mod rules;
mod summary;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::diff::{self, Diff};
use crate::document::Kind;
use crate::normalize::overlay::Overlay;
use crate::source::Source;
use crate::tree::{self, Tree};
use progress::{print_report, step};

pub use crate::generate::{CONTRACT, GENERATED};
pub use generated::{Generated, Manifest, Pinned, Texts, generate, pretty};
pub use inputs::Input;
pub use options::{Options, SOURCE};
pub use summary::Summary;

/// The committed facts about the Backend API.
pub const BACKEND_API: &str = "openapi/backend-api.json";
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
    report(root, options, changed, diffs, (&made.manifest, &last))?;
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
    (manifest, last): (&Manifest, &Manifest),
) -> anyhow::Result<()> {
    if !options.json && options.summary.is_none() && diffs.is_empty() {
        return Ok(());
    }
    let summary = Summary::new(root, changed, diffs, manifest, last)?;
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

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
