//! What changed between two OpenAPI documents, judged for a Rust caller of the code generated from them.
//!
//! The judgements follow how `clerk-api` is generated: an operation is a method named after its `operationId` that takes
//! the path parameters as arguments; query parameters and body fields are optional setters, what is not set is not sent;
//! answers are structs anyone may extend, with `Option` where a field may be absent or null and `Vec` for lists; enums
//! keep values they do not know. Prose is never compared.

mod api;
mod components;
mod constraints;
mod operations;
mod report;
mod schemas;
mod shape;
mod usage;

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::document;

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

/// What kind of thing an [`Entry`] is about.
///
/// ```
/// assert_eq!(xtask::diff::Part::EnumValue.to_string(), "enum value");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// A method of the client, or a webhook event.
    Operation,
    /// A parameter in the path: an argument of the method.
    PathParameter,
    /// A parameter in query, header or cookie: a setter.
    Parameter,
    /// A request body as a whole.
    Body,
    /// The answer as a whole, or its status codes.
    Response,
    /// A named schema: a public type.
    Schema,
    /// A property of an object: a setter in a request body, a field elsewhere.
    Field,
    /// The type of a value.
    Type,
    /// Whether a value may be absent or null.
    Presence,
    /// One value of an enum.
    EnumValue,
    /// One alternative of a `oneOf` or `anyOf`.
    Variant,
    /// A limit on what may be sent.
    Constraint,
    /// What the server takes where nothing is sent.
    Default,
    /// The mark that something is on its way out.
    Deprecation,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Part::Operation => "operation",
            Part::PathParameter => "path parameter",
            Part::Parameter => "parameter",
            Part::Body => "body",
            Part::Response => "response",
            Part::Schema => "schema",
            Part::Field => "field",
            Part::Type => "type",
            Part::Presence => "presence",
            Part::EnumValue => "enum value",
            Part::Variant => "variant",
            Part::Constraint => "constraint",
            Part::Default => "default",
            Part::Deprecation => "deprecation",
        })
    }
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

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        })
    }
}

/// Where a change is told: things shared by several operations are told once, under their own name.
///
/// ```
/// assert_eq!(xtask::diff::Subject::Schema("User".to_owned()).to_string(), "schema User");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subject {
    /// By `operationId`.
    Operation(String),
    /// A webhook event.
    Event(String),
    /// Under `components.schemas`.
    Schema(String),
    /// Under `components.parameters`.
    Parameter(String),
    /// Under `components.requestBodies`.
    RequestBody(String),
    /// Under `components.responses`.
    Response(String),
}

impl Subject {
    /// The bare name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Subject::Operation(name)
            | Subject::Event(name)
            | Subject::Schema(name)
            | Subject::Parameter(name)
            | Subject::RequestBody(name)
            | Subject::Response(name) => name,
        }
    }

    /// Whether several operations may share it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        !matches!(self, Subject::Operation(_) | Subject::Event(_))
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Subject::Operation(_) => "operation",
            Subject::Event(_) => "event",
            Subject::Schema(_) => "schema",
            Subject::Parameter(_) => "shared parameter",
            Subject::RequestBody(_) => "shared body",
            Subject::Response(_) => "shared response",
        };
        write!(f, "{kind} {}", self.name())
    }
}

/// One change.
///
/// ```
/// use xtask::diff::{Change, Entry, Part, Severity, Subject};
/// let entry = Entry {
///     part: Part::Field,
///     change: Change::Added,
///     subject: Subject::Schema("User".to_owned()),
///     operations: vec!["GetUser".to_owned()],
///     at: "User.locale".to_owned(),
///     what: "string".to_owned(),
///     severity: Severity::Feature,
///     why: "the struct can grow".to_owned(),
/// };
/// assert_eq!(serde_json::to_value(&entry)?["schema"], "User");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// How much it asks of callers.
    pub severity: Severity,
    /// What it is about.
    pub part: Part,
    /// What became of it.
    pub change: Change,
    /// The operation, or the shared thing, it is told under.
    #[serde(flatten)]
    pub subject: Subject,
    /// The operations (or events) it touches, sorted.
    pub operations: Vec<String>,
    /// The place, like `CreateUser.body.email_address[]` or `User.locale`.
    #[serde(rename = "where")]
    pub at: String,
    /// What it was and what it is.
    pub what: String,
    /// Why it is judged so.
    pub why: String,
}

/// Everything that changed, in a fixed order: worst first, then by subject and place.
///
/// ```
/// let empty = xtask::diff::Diff::default();
/// assert_eq!(empty.semver(), "none");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Operations and events in the old document.
    pub old_operations: usize,
    /// Operations and events in the new document.
    pub new_operations: usize,
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
        match self.severity() {
            Some(Severity::Breaking) => "major (0.x: minor)",
            Some(Severity::Feature) => "minor (0.x: patch)",
            Some(Severity::Patch) => "patch (0.x: patch)",
            None => "none",
        }
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

/// Compares two documents, each Clerk's own or our normalized one. References are followed where they lead somewhere.
///
/// ```
/// use serde_json::json;
/// let old = json!({"paths": {"/jwks": {"get": {"operationId": "GetJWKS", "responses": {}}}}});
/// let new = json!({"paths": {}});
/// assert_eq!(xtask::diff::compare(&old, &new).semver(), "major (0.x: minor)");
/// assert_eq!(xtask::diff::compare(&old, &old).semver(), "none");
/// ```
#[must_use]
pub fn compare(old: &Value, new: &Value) -> Diff {
    operations::compare(api::Api::new(old), api::Api::new(new))
}

/// Compares two files and prints the result, as text or JSON.
///
/// # Errors
/// When a file cannot be read or is not a whole OpenAPI 3.0 document, when one is the Backend API and the other the
/// webhooks, or when printing fails.
///
/// ```no_run
/// xtask::diff::run("old.yml".as_ref(), "openapi/backend-api.json".as_ref(), false)?;
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn run(old: &Path, new: &Path, json: bool) -> Result<()> {
    let (old_document, old_kind) = read(old)?;
    let (new_document, new_kind) = read(new)?;
    ensure!(
        old_kind == new_kind,
        "{} is the {old_kind} document and {} the {new_kind} document; compare two of one kind",
        old.display(),
        new.display()
    );
    let diff = compare(&old_document, &new_document);
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

fn read(path: &Path) -> Result<(Value, document::Kind)> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    ensure!(
        size <= document::MAX_BYTES as u64,
        "{} has {size} bytes; is it an OpenAPI document?",
        path.display()
    );
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(document::parse_any(&bytes, &path.display().to_string())?)
}
