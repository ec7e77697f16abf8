//! `cargo run -p clerk-conformance -- KIND CASES EXPECTED`, and `-- random --seed N --cases N`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use clerk_conformance::{Kind, random, read, run};

/// Runs cases of Clerk's JavaScript SDK against the crates of this workspace.
#[derive(Parser)]
struct Arguments {
    /// authenticate-request, verify-token, has, webhook or misc; or `random`, for cases that are made up.
    kind: String,
    /// The file of cases, one JSON object a line.
    cases_file: Option<String>,
    /// The file of what was recorded of them.
    expected: Option<String>,
    /// Of random cases: where they begin. The same seed gives the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Of random cases: how many.
    #[arg(long, default_value_t = 500)]
    cases: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let is_fine = match (
        arguments.kind.as_str(),
        &arguments.cases_file,
        &arguments.expected,
    ) {
        ("random", None, None) => {
            let report = random(arguments.seed, arguments.cases).await?;
            println!("{report}");
            report.failed() == 0
        }
        (kind, Some(cases), Some(expected)) => {
            let kind: Kind = kind.parse()?;
            let report = run(kind, &read(cases)?, &read(expected)?).await?;
            println!("{report}");
            report.failed.is_empty()
        }
        _ => bail!("pass KIND CASES EXPECTED, or `random`"),
    };
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
