//! `cargo run -p clerk-conformance -- KIND CASES EXPECTED`

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use clerk_conformance::{Kind, read, run};

/// Runs recorded cases of Clerk's JavaScript SDK against the crates of this workspace.
#[derive(Parser)]
struct Arguments {
    /// authenticate-request, verify-token, has, webhook or misc
    kind: Kind,
    /// The file of cases, one JSON object a line.
    cases: String,
    /// The file of what was recorded of them.
    expected: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let (cases, recorded) = (read(&arguments.cases)?, read(&arguments.expected)?);
    let report = run(arguments.kind, &cases, &recorded).await?;
    println!("{report}");
    Ok(if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
