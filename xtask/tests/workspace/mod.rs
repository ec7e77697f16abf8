//! Copies of this workspace that tests may break.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use xtask::document::Kind;
use xtask::regen::{self, Options};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared/openapi").join(path);
    if !path.exists() {
        eprintln!("skipped: ../shared/openapi is not there");
        return None;
    }
    Some(path)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A workspace that tests may break.
pub(crate) fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["openapi", "clerk-api"] {
        copy(&root().join(part), &folder.path().join(part));
    }
    fs::copy(root().join("Cargo.toml"), folder.path().join("Cargo.toml")).unwrap();
    folder
}

/// Every file below a folder with its content.
pub(crate) fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(snapshot(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            out.insert(path, bytes);
        }
    }
    out
}

/// Like [`workspace`], with documents of a few operations and events: what takes seconds takes moments.
pub(crate) fn small_workspace() -> TempDir {
    let folder = workspace();
    let mut base: Value = serde_json::from_str(include_str!("../diff/base.json")).unwrap();
    // It returns a page of text: a rule that loses something fires for it.
    base["paths"].as_object_mut().unwrap().remove("/page");
    let mut frontend = base.clone();
    frontend["info"]["title"] = "Frontend API".into();
    let hooks = folder.path().join(Kind::Webhooks.facts());
    let mut hooks: Value = serde_json::from_slice(&fs::read(hooks).unwrap()).unwrap();
    let events = hooks["x-webhooks"].as_object_mut().unwrap();
    events.retain(|name, _| name.ends_with(".deleted"));
    for (kind, document) in [
        (Kind::BackendApi, &base),
        (Kind::Webhooks, &hooks),
        (Kind::FrontendApi, &frontend),
    ] {
        fs::write(folder.path().join(kind.facts()), document.to_string()).unwrap();
    }
    let settling = Options {
        accept_silent_rules: true,
        accept_losses: true,
        ..offline()
    };
    assert!(regen::run(folder.path(), &settling).unwrap());
    folder
}

pub(crate) fn offline() -> Options {
    Options {
        offline: true,
        ..Options::default()
    }
}

pub(crate) fn check() -> Options {
    Options {
        check: true,
        ..offline()
    }
}
