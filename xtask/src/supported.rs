//! `clerk-emulator/SUPPORTED.md`: how the emulator supports each operation of both documents.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use crate::document::Kind;
use crate::words::Words;

/// The file that is written.
pub const FILE: &str = "clerk-emulator/SUPPORTED.md";

const HEAD: &str = "# What clerk-emulator supports

`cargo xtask coverage` writes this file from the sources; do not edit it. *Rules*: the operation has real state and rules of
its own. *Kept*: what is sent is stored and returned as Clerk's document says, without rules of its own.
";

/// An operation of a document.
struct Supported {
    method: String,
    path: String,
    id: String,
    has_rules: bool,
}

/// Returns the operations of a document, and whether a source below `folder` has rules for them: it names the operation, its
/// type, or its path as a route.
fn read(root: &Path, kind: Kind, folder: &str) -> anyhow::Result<Vec<Supported>> {
    let facts = kind.facts();
    let text = std::fs::read_to_string(root.join(facts))
        .with_context(|| format!("cannot read {facts}: run `cargo xtask regen`"))?;
    let document: Value = serde_json::from_str(&text)?;
    let words = Words::below(&root.join(folder))?;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            all.push(Supported {
                method: method.to_uppercase(),
                path: path.clone(),
                id: id.to_owned(),
                has_rules: words.texts.contains(id) || words.texts.contains(path),
            });
        }
    }
    Ok(all)
}

fn section(out: &mut String, title: &str, all: &[Supported]) -> std::fmt::Result {
    let rules = all.iter().filter(|operation| operation.has_rules).count();
    let (total, kept) = (all.len(), all.len() - rules);
    writeln!(out, "\n## {title}\n")?;
    writeln!(out, "{total} operations: {rules} by rules, {kept} kept.\n")?;
    writeln!(out, "| | | operation | |\n|---|---|---|---|")?;
    for operation in all {
        let how = if operation.has_rules { "rules" } else { "kept" };
        let Supported {
            method, path, id, ..
        } = operation;
        writeln!(out, "| {method} | `{path}` | {id} | {how} |")?;
    }
    Ok(())
}

/// Returns the text of the file.
///
/// # Errors
/// If the documents or the sources cannot be read.
pub fn text(root: &Path) -> anyhow::Result<String> {
    let frontend = read(root, Kind::FrontendApi, "clerk-emulator/src/frontend_api")?;
    let backend = read(root, Kind::BackendApi, "clerk-emulator/src/backend_api")?;
    let mut out = HEAD.to_owned();
    section(&mut out, "Frontend API", &frontend)?;
    section(&mut out, "Backend API", &backend)?;
    Ok(out)
}

/// Writes the file, or with `check` leaves it as it is. Returns whether it is as the sources say.
///
/// # Errors
/// If the documents or the sources cannot be read, or the file cannot be written.
pub fn update(root: &Path, check: bool) -> anyhow::Result<bool> {
    let file = root.join(FILE);
    // A workspace may be without the emulator.
    let Some(folder) = file.parent().filter(|folder| folder.is_dir()) else {
        return Ok(true);
    };
    if !folder.join("src").is_dir() {
        return Ok(true);
    }
    let wanted = text(root)?;
    let current = std::fs::read_to_string(&file).unwrap_or_default() == wanted;
    if !current && !check {
        std::fs::write(&file, wanted).with_context(|| format!("cannot write {FILE}"))?;
    }
    Ok(current || !check)
}
