//! Where each document comes from, and whether it is the one that is pinned.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::generated::{Manifest, Pinned};
use super::options::{Options, SOURCE};
use super::progress::step;
use crate::document::{self, Kind};
use crate::fetch;
use crate::generate::GENERATED;
use crate::normalize::facts::facts;
use crate::source::{self, Pin, Source};

/// A document, reduced to facts, and where it comes from.
#[derive(Debug, Clone)]
pub struct Input {
    /// The facts.
    pub facts: Value,
    /// The dated version that it counts as.
    pub version: String,
    /// The file that it was read from.
    pub origin: Pinned,
}

impl Input {
    /// A document that counts as what it says that it is, from no pinned file.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let facts = facts(document);
        let version = stated_version(&facts).unwrap_or_default().to_owned();
        Self {
            facts,
            version,
            origin: Pinned::default(),
        }
    }
}

fn stated_version(facts: &Value) -> Option<&str> {
    facts.pointer("/info/version").and_then(Value::as_str)
}

pub(super) fn read(
    root: &Path,
    source: &mut Source,
    options: &Options,
    kind: Kind,
    last: &Manifest,
    lacking: &[String],
) -> anyhow::Result<Input> {
    let (document, origin) = if let Some(file) = options.file(kind) {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let document = document::parse_lacking(&bytes, &file.display().to_string(), kind, lacking)?;
        let input = Input::of(&document);
        match whose(source, options, kind, file, &bytes, &input)? {
            Some(pinned) => (document, pinned),
            // Not the pinned bytes: it counts as what it says that it is.
            None => {
                let origin = Pinned {
                    path: file
                        .file_name()
                        .map(|n| n.to_string_lossy().into_owned())
                        .unwrap_or_default(),
                    commit: String::new(),
                    sha256: fetch::sha256(&bytes),
                };
                return Ok(Input { origin, ..input });
            }
        }
    } else if options.no_network() {
        let path = kind.facts();
        step(&format!("reading {path}"));
        let bytes = std::fs::read(root.join(path)).with_context(|| {
            format!("cannot read {path}: run `cargo xtask regen` once with network, or with a file")
        })?;
        // What the committed facts were made from is what the last run wrote down.
        let origin = last
            .documents
            .get(kind.slug())
            .map(|last| last.pinned.clone());
        (
            document::parse_lacking(&bytes, path, kind, lacking)?,
            origin.unwrap_or_default(),
        )
    } else {
        let bytes = fetched(source, options, kind)?;
        let pin = source.pin(kind);
        (
            document::parse_lacking(&bytes, &pin.path, kind, lacking)?,
            pinned(pin),
        )
    };
    let facts = facts(&document);
    let pin = source.pin(kind);
    refuse_other_version(kind, stated_version(&facts), pin)?;
    Ok(Input {
        facts,
        version: pin.version.clone(),
        origin,
    })
}

fn pinned(pin: &Pin) -> Pinned {
    Pinned {
        path: pin.path.clone(),
        commit: pin.commit.clone(),
        sha256: pin.sha256.clone(),
    }
}

/// Whose bytes a file holds: those of the pin, those of a commit that the pin moves to, or others, which cannot be
/// written into the workspace.
fn whose(
    source: &mut Source,
    options: &Options,
    kind: Kind,
    file: &Path,
    bytes: &[u8],
    input: &Input,
) -> anyhow::Result<Option<Pinned>> {
    let sha256 = fetch::sha256(bytes);
    let pin = source.pin(kind).clone();
    if let Some(commit) = &options.commit {
        ensure!(
            source::is_hex(commit, 40),
            "--commit is {commit:?}; 40 lower-case hex digits are needed"
        );
        let name = file
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        // The file's own name says its version where it has Clerk's form, else the document does.
        let stated = source::dated(&name).or_else(|| source::dated_version(&input.version));
        let version = stated.unwrap_or(&pin.version).to_owned();
        let moved = Pin {
            path: format!("{}/{version}.yml", pin.folder()),
            stated_version: pin
                .stated_version
                .clone()
                .filter(|_| version == pin.version),
            version,
            commit: commit.clone(),
            sha256,
        };
        step(&format!(
            "{}: pinned as {} at {commit}",
            file.display(),
            moved.path
        ));
        let origin = pinned(&moved);
        source.set_pin(kind, moved);
        return Ok(Some(origin));
    }
    if sha256 == pin.sha256 {
        step(&format!(
            "{}: the bytes that {SOURCE} pins ({} at {})",
            file.display(),
            pin.path,
            pin.commit
        ));
        return Ok(Some(pinned(&pin)));
    }
    step(&format!(
        "{}: not the bytes that {SOURCE} pins ({}); its sha256 is {sha256}",
        file.display(),
        pin.path
    ));
    ensure!(
        !options.in_place(),
        "{}: not the bytes that {SOURCE} pins, so that the committed code would come from a file that no one can fetch. Say \
         which commit of {} it is from with `--commit SHA`, which moves the pin, or write elsewhere with `--out DIR`",
        file.display(),
        source.repository
    );
    Ok(None)
}

fn fetched(source: &mut Source, options: &Options, kind: Kind) -> anyhow::Result<Vec<u8>> {
    let fetching = fetch::Options {
        token: options.token.clone(),
        ..fetch::Options::default()
    };
    if !options.latest {
        let pin = source.pin(kind).clone();
        step(&format!("fetching {}", source.raw_url(&pin)));
        return Ok(fetch::fetch(source, &pin, &fetching)?);
    }
    step(&format!(
        "looking for the newest version of the {kind} document"
    ));
    let (mut pin, bytes) = fetch::latest(source, kind, &fetching)?;
    step(&format!("newest is {} at {}", pin.path, pin.commit));
    let old = source.pin(kind);
    pin.stated_version = old
        .stated_version
        .clone()
        .filter(|_| pin.version == old.version);
    source.set_pin(kind, pin);
    Ok(bytes)
}

/// `API_VERSION` is the pin's. A document that says otherwise was mixed up, by us or upstream.
fn refuse_other_version(kind: Kind, stated: Option<&str>, pin: &Pin) -> anyhow::Result<()> {
    let stated = stated.unwrap_or_default();
    // The webhooks and the Frontend API call themselves `v1`, whatever their date.
    let comparable = kind == Kind::BackendApi || source::dated_version(stated).is_some();
    let expected = pin.stated_version.as_deref().unwrap_or(&pin.version);
    if comparable && stated != expected {
        bail!(
            "the document says that it is version {stated:?}, and the pin in {SOURCE} says {:?} ({}). Compare it with upstream: \
             is it the right file? If Clerk's own file states another version than its name, write `stated_version = {stated:?}` \
             into that section of {SOURCE}; {GENERATED} keeps the version of the pin",
            pin.version,
            pin.path
        );
    }
    Ok(())
}
