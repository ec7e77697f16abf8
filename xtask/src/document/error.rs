//! Why a document is refused.

use thiserror::Error;

use super::{Kind, MAX_BYTES};

/// Why a document was refused. Every text names the document and says what to do next.
///
/// ```
/// use xtask::document::{DocumentError, Kind, parse};
/// let error = parse(b"[1, 2]", "list.yml", Kind::BackendApi).unwrap_err();
/// assert!(matches!(error, DocumentError::NotMapping { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// More than [`MAX_BYTES`].
    #[error(
        "{name}: {bytes} bytes, more than the {MAX_BYTES} that are read; check that this is Clerk's OpenAPI document and not something else"
    )]
    TooLarge {
        /// What was read, as the caller named it.
        name: String,
        /// Its size in bytes.
        bytes: usize,
    },
    /// The bytes are not text.
    #[error(
        "{name}: not UTF-8 text (first bad byte at offset {offset}); a compressed or binary file? Fetch it again, or pass the YAML text itself"
    )]
    NotUtf8 {
        /// What was read.
        name: String,
        /// Offset of the first bad byte.
        offset: usize,
    },
    /// Neither YAML nor JSON.
    #[error(
        "{name}:{line}:{column}: not YAML or JSON: {reason}; look at that line, or fetch it again"
    )]
    NotText {
        /// What was read.
        name: String,
        /// 1-based line, 0 when unknown.
        line: u64,
        /// 1-based column, 0 when unknown.
        column: u64,
        /// The parser's words.
        reason: String,
    },
    /// HTML or XML: what a proxy or a server says when something went wrong.
    #[error(
        "{name}: a web page and not YAML or JSON; an error page instead of the document? Look at what it says, and fetch it again"
    )]
    WebPage {
        /// What was read.
        name: String,
    },
    /// Aliases, nesting or sheer number of nodes beyond the limits.
    #[error(
        "{name}: refused while expanding it: {reason}; Clerk's documents stay far below this limit, so look for aliases (`*name`) that multiply"
    )]
    TooComplex {
        /// What was read.
        name: String,
        /// Which limit was met.
        reason: String,
    },
    /// The end is missing.
    #[error(
        "{name}: looks cut off: {evidence}; fetch it again, or compare its size with upstream's"
    )]
    CutOff {
        /// What was read.
        name: String,
        /// What gives it away, such as the first dangling reference.
        evidence: String,
    },
    /// Nothing is cut off, and something is not there: a mistake in the document itself.
    #[error(
        "{name}: the file is whole, but {evidence}. That is a mistake in Clerk's document: report it to Clerk. To go on without \
         {}, write into {overlay}:\n\n{}\nWhat refers to it reads as any JSON value then. A first run in which something \
         is lost that way takes --accept-losses",
        if places.len() == 1 { "it" } else { "them" },
        entries(places)
    )]
    Lacking {
        /// What was read.
        name: String,
        /// What is not there, and where that shows.
        evidence: String,
        /// Where something should be, as pointers into the document.
        places: Vec<String>,
        /// The overlay of the document.
        overlay: &'static str,
    },
    /// The top level is a list or a scalar.
    #[error("{name}: the top level is {found}, not a mapping; pass an OpenAPI document")]
    NotMapping {
        /// What was read.
        name: String,
        /// What stands there instead.
        found: &'static str,
    },
    /// No `openapi` field.
    #[error(
        "{name}: no `openapi` field at the top, so this is not an OpenAPI 3 document; check the path in openapi/source.toml or the file passed with --from"
    )]
    NotOpenApi {
        /// What was read.
        name: String,
    },
    /// Some other version of OpenAPI.
    #[error(
        "{name}: OpenAPI version {found}; only 3.0.x is understood. Convert it to 3.0, or teach xtask the new version first"
    )]
    Version {
        /// What was read.
        name: String,
        /// The version it states.
        found: String,
    },
    /// A Backend API document without operations.
    #[error(
        "{name}: no operation under `paths`; is this the webhooks document, or one cut off early?"
    )]
    NoOperations {
        /// What was read.
        name: String,
    },
    /// A whole document, but another one.
    #[error(
        "{name}: this is the {found} document, and the {expected} document is needed; were two files mixed up?"
    )]
    OtherKind {
        /// What was read.
        name: String,
        /// What it is, by its title.
        found: Kind,
        /// What it should be.
        expected: Kind,
    },
    /// A webhooks document without events.
    #[error(
        "{name}: no event under `x-webhooks` or `webhooks`; is this the Backend API document, or one cut off early?"
    )]
    NoWebhooks {
        /// What was read.
        name: String,
    },
}

/// What accepts that these places are empty, ready to be copied.
fn entries(places: &[String]) -> String {
    let entry =
        |place: &String| format!("[[missing]]\nat = {place:?}\nwhy = \"reported to Clerk on …\"\n");
    places.iter().map(entry).collect::<Vec<_>>().join("\n")
}
