//! A set of files that is compared with, or put in place of, what is on disk: all of it or nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::generate::{CONTRACT, Files, GENERATED};

/// Files below a root, some folders of which hold nothing else.
#[derive(Debug)]
pub struct Tree {
    /// The workspace.
    pub root: PathBuf,
    /// Folders that hold only generated files: what is not in `files` does not belong there.
    pub owned: Vec<String>,
    /// Path relative to the root -> content.
    pub files: Files,
}

impl Tree {
    /// What differs on disk, as a unified diff; empty when nothing does.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn differences(&self) -> anyhow::Result<String> {
        let mut out = String::new();
        for (path, wanted) in &self.files {
            let found = fs::read_to_string(self.root.join(path)).unwrap_or_default();
            if found != *wanted {
                let diff = similar::TextDiff::from_lines(&found, wanted);
                let text = diff
                    .unified_diff()
                    .header(&format!("committed/{path}"), &format!("generated/{path}"))
                    .to_string();
                out.push_str(&text);
            }
        }
        for path in self.stale()? {
            let _ = writeln!(out, "{path}: is committed and would not be generated");
        }
        Ok(out)
    }

    /// Files in owned folders that are not part of the tree.
    fn stale(&self) -> anyhow::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for folder in &self.owned {
            list(&self.root, Path::new(folder), &mut found)?;
        }
        found.retain(|path| !self.files.contains_key(path));
        Ok(found)
    }

    /// Puts the tree in place and returns how many files changed. Everything is written beside its place first and then
    /// moved there, so that a failure half-way leaves the old tree: what was moved already is moved back.
    ///
    /// # Errors
    /// When a file cannot be written or moved; the old tree is in place then.
    pub fn write(&self) -> anyhow::Result<usize> {
        let stale = self.stale()?;
        let changed: Vec<&String> = self
            .files
            .iter()
            .filter(|(path, wanted)| {
                fs::read_to_string(self.root.join(path)).ok().as_ref() != Some(wanted)
            })
            .map(|(path, _)| path)
            .collect();
        // A folder there holds something else: moving it away would lose that.
        for path in &changed {
            let place = self.root.join(path);
            ensure!(
                !place.is_dir(),
                "{} is a folder where a file has to be: remove it",
                place.display()
            );
        }
        let staging = tempfile::Builder::new()
            .prefix(".regen-")
            .tempdir_in(&self.root)
            .with_context(|| format!("cannot write below {}", self.root.display()))?;
        for path in &changed {
            put(&staging.path().join("new").join(path), &self.files[*path])?;
        }
        let mut undo = Undo {
            moved: Vec::new(),
            root: &self.root,
            owned: &self.owned,
            backup: staging.path().join("old"),
            armed: true,
        };
        for path in changed
            .iter()
            .map(|p| p.as_str())
            .chain(stale.iter().map(String::as_str))
        {
            undo.set_aside(path)?;
        }
        for path in &changed {
            let target = self.root.join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("cannot create {}", parent.display()))?;
            }
            fs::rename(staging.path().join("new").join(path), &target)
                .with_context(|| format!("cannot write {}", target.display()))?;
        }
        undo.armed = false;
        for folder in &self.owned {
            remove_empty(&self.root.join(folder));
        }
        Ok(changed.len() + stale.len())
    }
}

/// Moves files back when it goes out of scope armed.
struct Undo<'a> {
    moved: Vec<String>,
    root: &'a Path,
    owned: &'a [String],
    backup: PathBuf,
    armed: bool,
}

impl Undo<'_> {
    fn set_aside(&mut self, path: &str) -> anyhow::Result<()> {
        let (from, to) = (self.root.join(path), self.backup.join(path));
        if from.exists() {
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("cannot create {}", parent.display()))?;
            }
            fs::rename(&from, &to).with_context(|| format!("cannot replace {}", from.display()))?;
        }
        self.moved.push(path.to_owned());
        Ok(())
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        for path in &self.moved {
            let (old, place) = (self.backup.join(path), self.root.join(path));
            let restored = if old.exists() {
                fs::rename(&old, &place)
            } else {
                fs::remove_file(&place).or(Ok(()))
            };
            if let Err(error) = restored {
                eprintln!(
                    "regen: cannot restore {}: {error}; `git checkout` it",
                    place.display()
                );
            }
        }
        // Folders that were made for files that did not come.
        for folder in self.owned {
            remove_empty(&self.root.join(folder));
        }
    }
}

/// Writes a workspace of its own: the hand-written part of clerk-api with these generated files, so that what was
/// generated from another document can be compiled and looked at.
///
/// # Errors
/// When something cannot be read or written, or `out` is the workspace itself or among its sources.
pub fn write_workspace(root: &Path, out: &Path, files: &Files) -> anyhow::Result<usize> {
    ensure!(
        !overlap(root, out),
        "{} is this workspace or a part of it, which would be overwritten: write to another folder",
        out.display()
    );
    // What its tests use comes along.
    let members: Vec<&str> = ["clerk-api", "test-support"]
        .into_iter()
        .filter(|member| root.join(member).exists())
        .collect();
    let mut copied = BTreeSet::new();
    for member in &members {
        list(root, Path::new(member), &mut copied)?;
    }
    copied.retain(|path| !path.starts_with(GENERATED) && !path.starts_with(CONTRACT));
    for path in &copied {
        let bytes = fs::read(root.join(path)).with_context(|| format!("cannot read {path}"))?;
        put(&out.join(path), bytes)?;
    }
    for folder in [GENERATED, CONTRACT] {
        // What an earlier run into the same folder left must not mix with this one.
        let old = out.join(folder);
        if old.exists() {
            fs::remove_dir_all(&old)
                .with_context(|| format!("cannot replace {}", old.display()))?;
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let mut manifest: toml::Table =
        toml::from_str(&manifest).context("Cargo.toml does not read")?;
    if let Some(workspace) = manifest
        .get_mut("workspace")
        .and_then(toml::Value::as_table_mut)
    {
        let members = members.iter().map(|member| (*member).into()).collect();
        workspace.insert("members".into(), toml::Value::Array(members));
        workspace.remove("exclude");
    }
    put(&out.join("Cargo.toml"), toml::to_string(&manifest)?)?;
    if let Ok(lock) = fs::read(root.join("Cargo.lock")) {
        put(&out.join("Cargo.lock"), lock)?;
    }
    for (path, content) in files {
        put(&out.join(path), content)?;
    }
    Ok(files.len() + copied.len() + 1)
}

/// Whether writing a workspace to `out` would write over the one at `root`. Below `target` there is nothing to lose.
fn overlap(root: &Path, out: &Path) -> bool {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let out = &std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    // What does not exist yet cannot be resolved; the folder that it will be in can.
    let known = out.ancestors().find(|path| path.exists()).unwrap_or(out);
    let (root, known) = (whole(root), whole(known));
    root == known && out.exists()
        || ["clerk-api", "openapi"]
            .iter()
            .any(|part| known.starts_with(root.join(part)))
}

fn put(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn list(root: &Path, folder: &Path, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let full = root.join(folder);
    if !full.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(&full).with_context(|| format!("cannot read {}", full.display()))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(root, &path, found)?;
        } else {
            found.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn remove_empty(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.path().is_dir() {
            remove_empty(&entry.path());
            // Fails when it is not empty, which is right.
            let _ = fs::remove_dir(entry.path());
        }
    }
}
