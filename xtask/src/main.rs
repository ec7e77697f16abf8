//! `cargo xtask`: the maintainers' commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::fetch::Token;
use xtask::regen;

/// The maintainers' commands. `cargo xtask regen` is the one to remember.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The workspace to work on; default the one that this was built in
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetches Clerk's documents and regenerates openapi/*.json and clerk-api
    Regen(regen::Options),
    /// Compares two API documents: what was added, removed or changed, and the semver step it calls for
    Diff {
        /// The older document, upstream's YAML or our JSON
        old: PathBuf,
        /// The newer document
        new: PathBuf,
        /// Prints JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Counts the operations in the document, generated, wrapped by clerk-sdk and documented
    Coverage {
        /// Prints JSON instead of text
        #[arg(long)]
        json: bool,
        /// Exits 1 when an operation is not generated, wrapped or documented, or a field, parameter or type has no text
        #[arg(long)]
        check: bool,
    },
}

/// 0 when all is well, 1 when a check found something, 2 when a command failed.
fn main() -> ExitCode {
    let Cli { root, command } = Cli::parse();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = root.unwrap_or_else(|| own.unwrap_or(Path::new(".")).to_owned());
    let root = root.as_path();
    let outcome = match command {
        Command::Regen(mut options) => {
            let token = std::env::var("GITHUB_TOKEN").ok();
            options.token = token.filter(|token| !token.is_empty()).map(Token::new);
            regen::run(root, &options)
        }
        Command::Diff { old, new, json } => xtask::diff::run(root, &old, &new, json).map(|()| true),
        Command::Coverage { json, check } => xtask::coverage::run(root, json, check),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
