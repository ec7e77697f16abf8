//! `cargo xtask coverage`: how much of the document each layer covers.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::document::Kind;
use crate::generate::GENERATED;
use crate::normalize::api::{Body, Operation};
use crate::normalize::docs::{Docs, repeats};
use crate::normalize::operations;
use crate::normalize::overlay::Overlay;
use crate::normalize::report::Report;
use crate::normalize::shape;
use crate::supported;
use crate::words::Words;
use crate::wrappers::Wrappers;

/// How many operations each layer covers, and which it lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Operations in `openapi/backend-api.json`.
    pub operations: usize,
    /// Of these, requests in `clerk-api`.
    pub generated: usize,
    /// Of these, with a text in `openapi/docs.toml`.
    pub documented: usize,
    /// Of these, sent by a method of `clerk-sdk`.
    pub wrapped: usize,
    /// Of these, with a handler of their own in `clerk-emulator`; the responses to the others come from the document alone.
    pub emulated: usize,
    /// Operations without a request in `clerk-api`.
    pub not_generated: Vec<String>,
    /// Operations that no method of `clerk-sdk` sends.
    pub not_wrapped: Vec<String>,
    /// For each of these, the line to add and where.
    pub lines_to_add: Vec<String>,
    /// Operations without a text.
    pub not_documented: Vec<String>,
    /// Operations to which `clerk-emulator` responds from the document alone.
    pub not_emulated: Vec<String>,
    /// Texts of `openapi/docs.toml` for operations that the document does not have.
    pub unknown_texts: Vec<String>,
    /// Types, fields and parameters, in requests, responses and webhooks.
    pub described: usize,
    /// Of these, those whose text is missing or only repeats their name.
    pub not_described: Vec<String>,
}

impl Coverage {
    /// Whether every operation is generated, wrapped and documented, every name is described, and no text is left over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.not_generated.is_empty()
            && self.not_wrapped.is_empty()
            && self.not_documented.is_empty()
            && self.unknown_texts.is_empty()
            && self.not_described.is_empty()
    }
}

/// Measures the workspace at `root`, from the sources as they are on disk.
///
/// # Errors
/// When a file of the workspace cannot be read.
pub fn measure(root: &Path) -> anyhow::Result<Coverage> {
    let facts = Kind::BackendApi.facts();
    let text = std::fs::read_to_string(root.join(facts))
        .with_context(|| format!("cannot read {facts}: run `cargo xtask regen`"))?;
    let document: Value = serde_json::from_str(&text)?;
    let overlay = Overlay::load(root, Kind::BackendApi)?;
    let docs = Docs::load(root, Kind::BackendApi)?;
    let api = operations::read(&document, &overlay.acronyms, &mut Report::default())?;

    let generated = Words::below(&root.join(GENERATED))?;
    let wrappers = Wrappers::read(root)?;
    let handlers = Words::below(&root.join("clerk-emulator/src/backend_api"))?;
    let missing = |has: &dyn Fn(&Operation) -> bool| -> Vec<String> {
        let lacking = api.operations.iter().filter(|o| !has(o));
        lacking.map(|o| o.id.clone()).collect()
    };
    let not_generated = missing(&|o| generated.texts.contains(&o.id));
    let not_wrapped = missing(&|o| wrappers.has(o));
    let lacking = api.operations.iter().filter(|o| !wrappers.has(o));
    let lines_to_add = lacking.map(|o| wrappers.line(o, &api.operations)).collect();
    let not_emulated =
        missing(&|o| handlers.texts.contains(&o.id) || handlers.names.contains(&o.type_name));
    let not_documented = missing(&|o| !docs.operation_line(&o.id).trim().is_empty());
    let known: BTreeSet<&str> = api.operations.iter().map(|o| o.id.as_str()).collect();
    let total = api.operations.len();
    let (described, not_described) = descriptions(root)?;
    let unknown = docs
        .operations
        .keys()
        .filter(|id| !known.contains(id.as_str()));
    Ok(Coverage {
        operations: total,
        generated: total - not_generated.len(),
        wrapped: total - not_wrapped.len(),
        documented: total - not_documented.len(),
        emulated: total - not_emulated.len(),
        not_generated,
        not_wrapped,
        lines_to_add,
        not_documented,
        not_emulated,
        unknown_texts: unknown.cloned().collect(),
        described,
        not_described,
    })
}

/// How many names of the generated code have a description, and which have none.
fn descriptions(root: &Path) -> anyhow::Result<(usize, Vec<String>)> {
    let (mut total, mut lacking) = (0, BTreeSet::new());
    let mut look = |place: String, name: &str, text: &str, excused: bool| {
        total += 1;
        if !excused && repeats(name, text) {
            lacking.insert(place);
        }
    };
    for kind in [Kind::BackendApi, Kind::Webhooks] {
        let facts = kind.facts();
        let text = std::fs::read_to_string(root.join(facts))
            .with_context(|| format!("cannot read {facts}: run `cargo xtask regen`"))?;
        let docs = Docs::load(root, kind)?;
        let overlay = Overlay::load(root, kind)?;
        let document = serde_json::from_str(&text)?;
        let shaped = shape(&document, &overlay, &docs, &mut Report::default())?;
        for (name, of) in &shaped.facts {
            // The body of an operation is said to be it.
            if !of.body {
                look(format!("{kind}: {name}"), name, &of.doc, false);
            }
            for (wire, field) in &of.fields {
                let place = format!("{kind}: {name}.{wire}");
                look(place, wire, &field.text, field.self_explaining);
            }
        }
        for operation in &shaped.api.operations {
            let parts = match &operation.body {
                Body::Form(parts) => parts.as_slice(),
                _ => &[],
            };
            let parameters = operation.parameters.iter().map(|p| &p.wire);
            let parts = parts.iter().filter(|part| !part.file).map(|p| &p.wire);
            for wire in parameters.chain(parts) {
                let place = format!("{kind}: {}({wire})", operation.id);
                look(place, wire, docs.parameter_text(wire), false);
            }
        }
    }
    Ok((total - lacking.len(), lacking.into_iter().collect()))
}

/// Runs the command. `Ok(false)` means that `check` found something missing.
///
/// # Errors
/// Those of [`measure`].
pub fn run(root: &Path, json: bool, check: bool) -> anyhow::Result<bool> {
    let coverage = measure(root)?;
    let is_current = supported::update(root, check)?;
    let passed = !check || (coverage.is_complete() && is_current);
    if json {
        println!("{}", serde_json::to_string_pretty(&coverage)?);
        return Ok(passed);
    }
    println!("operations in the document  {}", coverage.operations);
    let rows = [
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
    ];
    for (what, count, missing) in rows {
        println!("{what:<27} {count}");
        for id in missing {
            println!("    missing: {id}");
        }
    }
    for line in &coverage.lines_to_add {
        println!("add to {line}");
    }
    println!("{:<27} {}", "handled by clerk-emulator", coverage.emulated);
    println!("{:<27} {}", "described names", coverage.described);
    for place in &coverage.not_described {
        println!("    no text in openapi/docs.toml, or one that repeats the name: {place}");
    }
    if !is_current {
        println!(
            "{} is not as the sources say: run `cargo xtask coverage`",
            supported::FILE
        );
    }
    for id in &coverage.unknown_texts {
        println!("text for an operation that does not exist: {id}");
    }
    Ok(passed)
}
