//! What the command was told.

use std::path::{Path, PathBuf};

use crate::document::Kind;
use crate::fetch::Token;

/// Which documents the committed facts come from.
pub const SOURCE: &str = "openapi/source.toml";

/// Where the documents come from and where the output goes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Reads the Backend API document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Reads the webhooks document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub webhooks: Option<PathBuf>,
    /// Reads the Frontend API document from a file instead of fetching it
    #[arg(long, value_name = "FILE")]
    pub frontend_api: Option<PathBuf>,
    /// Moves the pins of the files that are read to this commit of Clerk's repository, without a network
    #[arg(long, value_name = "SHA", conflicts_with_all = ["offline", "latest", "out", "check"])]
    pub commit: Option<String>,
    /// Fetches nothing: starts from the committed openapi/*.json
    #[arg(long, conflicts_with_all = ["from", "webhooks", "frontend_api", "latest"])]
    pub offline: bool,
    /// Writes a workspace with the generated tree to DIR and leaves this one alone; `cargo check` works in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["check", "latest"])]
    pub out: Option<PathBuf>,
    /// Writes nothing; exits 1 with a diff when the committed output is not what would be written
    #[arg(long, conflicts_with = "latest")]
    pub check: bool,
    /// Moves each pin to the newest dated version and its newest commit, and prints what changed
    #[arg(long, conflicts_with_all = ["from", "webhooks", "frontend_api"])]
    pub latest: bool,
    /// Prints what changed as JSON
    #[arg(long, conflicts_with_all = ["check", "out"])]
    pub json: bool,
    /// Writes what changed as the text of a pull request (Markdown)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "out"])]
    pub summary: Option<PathBuf>,
    /// Accepts that rules which fired before do not any more
    #[arg(long)]
    pub accept_silent_rules: bool,
    /// Accepts that rules which lose something of a document fire for the first time
    #[arg(long)]
    pub accept_losses: bool,
    /// What GitHub's API is asked with
    #[arg(skip)]
    pub token: Option<Token>,
}

impl Options {
    pub(super) fn file(&self, kind: Kind) -> Option<&Path> {
        match kind {
            Kind::BackendApi => self.from.as_deref(),
            Kind::Webhooks => self.webhooks.as_deref(),
            Kind::FrontendApi => self.frontend_api.as_deref(),
        }
    }

    /// With one document from a file, the others are the committed ones: a file means that there is no network.
    pub(super) fn no_network(&self) -> bool {
        self.offline || Kind::ALL.iter().any(|kind| self.file(*kind).is_some())
    }

    /// Whether the workspace itself is written to.
    pub(super) fn in_place(&self) -> bool {
        !self.check && self.out.is_none()
    }
}
