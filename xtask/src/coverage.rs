//! `cargo xtask coverage`: how much of the document each layer covers.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::normalize::api::Operation;
use crate::normalize::docs::Docs;
use crate::normalize::operations;
use crate::normalize::overlay::Overlay;
use crate::normalize::report::Report;
use crate::regen::{BACKEND_API, GENERATED};

/// How many operations each layer covers, and which it lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Operations in `openapi/backend-api.json`.
    pub operations: usize,
    /// Of these, requests in `clerk-api`.
    pub generated: usize,
    /// Of these, with a text in `openapi/docs.toml`.
    pub documented: usize,
    /// Of these, used by a resource of `clerk-sdk`.
    pub wrapped: usize,
    /// Operations without a request in `clerk-api`.
    pub not_generated: Vec<String>,
    /// Operations that no resource of `clerk-sdk` uses.
    pub not_wrapped: Vec<String>,
    /// Operations without a text.
    pub not_documented: Vec<String>,
    /// Texts of `openapi/docs.toml` for operations that the document does not have.
    pub unknown_texts: Vec<String>,
}

/// Measures the workspace at `root`, from the sources as they are on disk.
///
/// # Errors
/// When a file of the workspace cannot be read.
pub fn measure(root: &Path) -> anyhow::Result<Coverage> {
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path))
            .with_context(|| format!("cannot read {path}: run `cargo xtask regen`"))
    };
    let document: Value = serde_json::from_str(&read(BACKEND_API)?)?;
    let overlay = Overlay::parse(&read("openapi/overlay.toml")?)?;
    let docs = Docs::parse(&read("openapi/docs.toml")?)?;
    let api = operations::read(&document, &overlay.acronyms, &mut Report::default())?;

    let generated = sources(&root.join(GENERATED))?;
    let wrappers = sources(&root.join("clerk-sdk/src/resources"))?;
    let infos: BTreeSet<&str> = generated
        .lines()
        .filter_map(|line| line.trim().strip_prefix("info: \"")?.split('"').next())
        .collect();
    let words: BTreeSet<&str> = wrappers
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();

    let missing = |has: &dyn Fn(&Operation) -> bool| -> Vec<String> {
        api.operations
            .iter()
            .filter(|o| !has(o))
            .map(|o| o.id.clone())
            .collect()
    };
    let not_generated = missing(&|o| infos.contains(o.id.as_str()));
    let not_wrapped = missing(&|o| words.contains(o.type_name.as_str()));
    let not_documented = missing(&|o| {
        docs.operations
            .get(&o.id)
            .is_some_and(|text| !text.trim().is_empty())
    });
    let known: BTreeSet<&str> = api.operations.iter().map(|o| o.id.as_str()).collect();
    let total = api.operations.len();
    Ok(Coverage {
        operations: total,
        generated: total - not_generated.len(),
        wrapped: total - not_wrapped.len(),
        documented: total - not_documented.len(),
        not_generated,
        not_wrapped,
        not_documented,
        unknown_texts: docs
            .operations
            .keys()
            .filter(|id| !known.contains(id.as_str()))
            .cloned()
            .collect(),
    })
}

/// Runs the command.
///
/// # Errors
/// Those of [`measure`].
pub fn run(root: &Path, json: bool) -> anyhow::Result<()> {
    let coverage = measure(root)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&coverage)?);
        return Ok(());
    }
    println!("operations in the document  {}", coverage.operations);
    for (what, count, missing) in [
        (
            "generated in clerk-api",
            coverage.generated,
            &coverage.not_generated,
        ),
        (
            "wrapped by clerk-sdk",
            coverage.wrapped,
            &coverage.not_wrapped,
        ),
        (
            "documented in docs.toml",
            coverage.documented,
            &coverage.not_documented,
        ),
    ] {
        println!("{what:<27} {count}");
        for id in missing {
            println!("    missing: {id}");
        }
    }
    for id in &coverage.unknown_texts {
        println!("text for an operation that does not exist: {id}");
    }
    Ok(())
}

/// All Rust below a folder as one text; nothing when there is no such folder.
fn sources(folder: &Path) -> anyhow::Result<String> {
    let mut out = String::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(out);
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            out.push_str(&sources(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push_str(
                &std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?,
            );
            out.push('\n');
        }
    }
    Ok(out)
}
