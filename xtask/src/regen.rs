//! `cargo xtask regen`: from Clerk's documents to the generated tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{self, Kind};
use crate::fetch;
use crate::generate::{Files, Rewrites, documents};
use crate::normalize::docs::Docs;
use crate::normalize::facts::facts;
use crate::normalize::overlay::Overlay;
use crate::normalize::report::{Counts, Report};
use crate::source::Source;
use crate::tree::{self, Tree};

/// The committed facts about the Backend API.
pub const BACKEND_API: &str = "openapi/backend-api.json";
/// The committed facts about webhooks.
pub const WEBHOOKS: &str = "openapi/webhooks.json";
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
    /// Fetches nothing: starts from the committed openapi/*.json
    #[arg(long, conflicts_with_all = ["from", "webhooks", "latest"])]
    pub offline: bool,
    /// Writes a workspace with the generated tree to DIR and leaves this one alone; `cargo check` works in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["check", "latest"])]
    pub out: Option<PathBuf>,
    /// Writes nothing; exits 1 with a diff when the committed output is not what would be written
    #[arg(long, conflicts_with = "latest")]
    pub check: bool,
    /// Moves the pin to the newest dated version and its newest commit, and prints what changed in the API
    #[arg(long, conflicts_with_all = ["from", "webhooks"])]
    pub latest: bool,
    /// Accepts that rules which fired before do not any more
    #[arg(long)]
    pub accept_silent_rules: bool,
}

/// What the last run did, kept beside the generated code so that the next run can compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The dated version of the Backend API.
    pub version: String,
    /// The generated operations: id -> `VERB /path`.
    pub operations: BTreeMap<String, String>,
    /// The generated webhook events.
    pub events: Vec<String>,
    /// Places touched by each rule in the Backend API document.
    pub backend_api_rules: Counts,
    /// Places touched by each rule in the webhooks document.
    pub webhooks_rules: Counts,
    /// What the rewrite of progenitor's output did.
    pub rewrites: BTreeMap<String, usize>,
}

/// A generated tree and how it came to be.
#[derive(Debug)]
pub struct Generated {
    /// Every file, relative to the workspace.
    pub files: Files,
    /// What is kept for the next run.
    pub manifest: Manifest,
    /// The rules on the Backend API document.
    pub backend_api: Report,
    /// The rules on the webhooks document.
    pub webhooks: Report,
}

/// Generates everything from two documents (upstream's or committed facts) in memory.
///
/// # Errors
/// When a document cannot be generated from; the text says which rule has to learn what.
pub fn generate(
    api: &Value,
    hooks: &Value,
    overlay: &str,
    docs: &str,
) -> anyhow::Result<Generated> {
    let overlay = Overlay::parse(overlay)?;
    let docs = Docs::parse(docs)?;
    let (api, hooks) = (facts(api), facts(hooks));

    let mut files = Files::new();
    files.insert(BACKEND_API.to_owned(), pretty(&api)?);
    files.insert(WEBHOOKS.to_owned(), pretty(&hooks)?);

    let mut rewrites = Rewrites::default();
    let backend = documents::backend_api(&api, &overlay, &docs, &mut rewrites)?;
    let hooked = documents::webhooks(&hooks, &overlay, &docs, &mut rewrites)?;
    for (path, content) in backend.files.iter().chain(&hooked.files) {
        files.insert(format!("{GENERATED}/{path}"), content.clone());
    }
    for (path, content) in backend.contract(&api, &overlay.acronyms) {
        files.insert(format!("{CONTRACT}/{path}"), content);
    }

    let manifest = Manifest {
        version: backend.shaped.api.version.clone(),
        operations: backend
            .shaped
            .api
            .operations
            .iter()
            .map(|o| {
                (
                    o.id.clone(),
                    format!("{} {}", o.verb.to_uppercase(), o.path),
                )
            })
            .collect(),
        events: hooked
            .shaped
            .api
            .events
            .iter()
            .map(|e| e.kind.clone())
            .collect(),
        backend_api_rules: backend.report.counts(),
        webhooks_rules: hooked.report.counts(),
        rewrites: serde_json::from_value(serde_json::to_value(&rewrites)?)?,
    };
    files.insert(format!("{GENERATED}/manifest.json"), pretty(&manifest)?);
    long_files(&files)?;
    Ok(Generated {
        files,
        manifest,
        backend_api: backend.report,
        webhooks: hooked.report,
    })
}

fn pretty(value: &impl Serialize) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

fn long_files(files: &Files) -> anyhow::Result<()> {
    for (path, content) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let lines = content.lines().count();
        ensure!(
            lines <= 4_000,
            "{path} would have {lines} lines: one item in it is too long to be split"
        );
    }
    Ok(())
}

/// Runs the command in the workspace at `root`. `Ok(false)` means that `--check` found a difference.
///
/// # Errors
/// When a document cannot be had or generated from, or the output cannot be written. Nothing is written then.
pub fn run(root: &Path, options: &Options) -> anyhow::Result<bool> {
    let overlay = read(&root.join("openapi/overlay.toml"))?;
    let docs = read(&root.join("openapi/docs.toml"))?;
    let source_path = root.join(SOURCE);
    let mut source = Source::load(&source_path)?;
    let before = source.clone();

    let api = document(root, &mut source, options, Kind::BackendApi)?;
    let hooks = document(root, &mut source, options, Kind::Webhooks)?;
    step("generating");
    let made = generate(&api, &hooks, &overlay, &docs)?;
    print_report(&made);

    if let Some(out) = &options.out {
        let count = tree::write_workspace(root, out, &made.files)?;
        step(&format!(
            "wrote {count} files to {}; `cargo check` works in it",
            out.display()
        ));
        return Ok(true);
    }
    let mut files = made.files;
    if source != before {
        // Moved together with what is generated from it, or not at all.
        files.insert(SOURCE.to_owned(), saved(&source, &source_path)?);
    }
    let tree = Tree {
        root: root.to_owned(),
        owned: vec![GENERATED.into(), CONTRACT.into()],
        files,
    };
    if options.check {
        let differences = tree.differences()?;
        if differences.is_empty() {
            step("the committed output is what would be written");
            return Ok(true);
        }
        print!("{differences}");
        eprintln!(
            "the committed output differs: run `cargo xtask regen` (or `--offline`) and commit what it writes"
        );
        return Ok(false);
    }
    refuse_silent_rules(root, &made.manifest, options)?;
    if options.latest {
        let old: Value = serde_json::from_str(&read(&root.join(BACKEND_API))?)?;
        print!(
            "{}",
            crate::diff::compare(&old, &facts(&api), Kind::BackendApi, &overlay)?.to_text()
        );
    }
    let changed = tree.write()?;
    step(&format!(
        "{changed} files changed; {} operations, {} events",
        made.manifest.operations.len(),
        made.manifest.events.len()
    ));
    Ok(true)
}

/// The text of source.toml with these values, its comments and its order kept.
fn saved(source: &Source, path: &Path) -> anyhow::Result<String> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let copy = folder.path().join("source.toml");
    std::fs::copy(path, &copy).with_context(|| format!("cannot copy {}", path.display()))?;
    source.save(&copy)?;
    read(&copy)
}

fn document(
    root: &Path,
    source: &mut Source,
    options: &Options,
    kind: Kind,
) -> anyhow::Result<Value> {
    let (file, committed, what) = match kind {
        Kind::BackendApi => (&options.from, BACKEND_API, "the Backend API document"),
        Kind::Webhooks => (&options.webhooks, WEBHOOKS, "the webhooks document"),
    };
    if let Some(file) = file {
        step(&format!("reading {what} from {}", file.display()));
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let pin = source.pin(kind);
        if fetch::sha256(&bytes) != pin.sha256 {
            step(&format!(
                "note: this is not the document that openapi/source.toml pins ({})",
                pin.path
            ));
        }
        return Ok(document::parse(&bytes, &file.display().to_string(), kind)?);
    }
    // With one document from a file, the other one is the committed one: a file means that there is no network.
    if options.offline || options.from.is_some() || options.webhooks.is_some() {
        let path = root.join(committed);
        step(&format!("reading {what} from {committed}"));
        let bytes = std::fs::read(&path).with_context(|| {
            format!(
                "cannot read {committed}: run `cargo xtask regen` once with network, or with --from"
            )
        })?;
        return Ok(document::parse(&bytes, committed, kind)?);
    }
    let fetching = fetch::Options::default();
    let bytes = if options.latest {
        step(&format!("looking for the newest version of {what}"));
        let (pin, bytes) = fetch::latest(source, kind, &fetching)?;
        step(&format!("newest is {} at {}", pin.path, pin.commit));
        source.set_pin(kind, pin);
        bytes
    } else {
        let pin = source.pin(kind).clone();
        step(&format!("fetching {}", source.raw_url(&pin)));
        fetch::fetch(source, &pin, &fetching)?
    };
    let name = source.pin(kind).path.clone();
    Ok(document::parse(&bytes, &name, kind)?)
}

fn refuse_silent_rules(root: &Path, manifest: &Manifest, options: &Options) -> anyhow::Result<()> {
    let Ok(text) = std::fs::read_to_string(root.join(GENERATED).join("manifest.json")) else {
        return Ok(());
    };
    let before: Manifest = serde_json::from_str(&text)
        .with_context(|| format!("{GENERATED}/manifest.json does not read: restore it from git"))?;
    let mut silent = manifest
        .backend_api_rules
        .silenced_since(&before.backend_api_rules);
    silent.extend(
        manifest
            .webhooks_rules
            .silenced_since(&before.webhooks_rules)
            .into_iter()
            .map(|r| format!("webhooks: {r}")),
    );
    if silent.is_empty() || options.accept_silent_rules {
        return Ok(());
    }
    bail!(
        "rules that fired before find nothing any more: {}\n\
         Look at what changed upstream. When it is right so, run again with --accept-silent-rules; nothing was written",
        silent.join(", ")
    )
}

fn print_report(made: &Generated) {
    for (title, report) in [
        ("Backend API", &made.backend_api),
        ("webhooks", &made.webhooks),
    ] {
        eprintln!("\n{title}: rules and the places they touched");
        eprint!("{}", report.table());
        for note in report.notes() {
            eprintln!("note: {note}");
        }
    }
    eprintln!("\nrewritten in progenitor's output:");
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
