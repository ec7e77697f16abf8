//! Runs recorded cases of Clerk's JavaScript SDK against this crate.
//!
//! ```sh
//! cargo run -p clerk-middleware --example conformance -- CASES EXPECTED
//! ```
//!
//! The files hold one JSON object a line. Where this crate differs on purpose, a rule in `differences.rs` says how, and the
//! case passes only if it differs in exactly that way.

mod authenticate;
mod compare;
mod differences;
mod mock_api;
mod proxy;
mod requests;
mod setting;

use std::collections::{BTreeMap, HashMap};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Why a run cannot take place at all.
type Failure = Box<dyn std::error::Error>;

/// What one case came to.
enum Outcome {
    /// What this crate answers, and what was recorded, in one form.
    Compared { ours: Value, recorded: Value },
    /// It asks something that this crate's types cannot say, or that is not this crate's affair.
    LeftOut(&'static str),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, expected] = arguments.as_slice() else {
        eprintln!("usage: conformance CASES EXPECTED");
        return ExitCode::from(2);
    };
    match run(cases, expected).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// The number of cases that failed.
pub(crate) async fn run(cases: &str, expected: &str) -> Result<usize, Failure> {
    let recorded: HashMap<String, Value> = read(expected)?
        .into_iter()
        .map(|line| (text(&line, "id"), line))
        .collect();
    let mut passed = 0;
    let mut failed = Vec::new();
    let mut differing: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    for case in read(cases)? {
        let id = text(&case, "id");
        let Some(recorded) = recorded.get(&id) else {
            failed.push(format!("{id}: nothing was recorded for it"));
            continue;
        };
        let outcome = match text(&case, "fn").as_str() {
            "authenticateRequest" => authenticate::one(&case, recorded).await?,
            "sequence" => authenticate::sequence(&case, recorded).await?,
            "clerkRequest" => requests::url_and_cookies(&case, recorded)?,
            "createRedirect" => requests::redirect(&case, recorded)?,
            "proxy" => proxy::one(&case, recorded).await?,
            _ => Outcome::LeftOut("not about requests: clerk-sdk and clerk-api run them"),
        };
        let (ours, recorded) = match outcome {
            Outcome::Compared { ours, recorded } => (ours, recorded),
            Outcome::LeftOut(why) => {
                *left_out.entry(why).or_default() += 1;
                continue;
            }
        };
        let (expected, rows) = differences::applied(&id, &case, recorded, &ours);
        if compare::same(&ours, &expected) {
            passed += 1;
            for row in rows {
                *differing.entry(row).or_default() += 1;
            }
        } else {
            failed.push(format!(
                "{id}\n    ours     {ours}\n    expected {expected}\n    by       {rows:?}"
            ));
        }
    }
    for failure in &failed {
        println!("FAILED {failure}");
    }
    println!("{passed} passed, {} failed", failed.len());
    for (row, count) in differing {
        println!("  {count} of those that passed differ on purpose: {row}");
    }
    for (why, count) in left_out {
        println!("  {count} left out: {why}");
    }
    Ok(failed.len())
}

fn read(path: &str) -> Result<Vec<Value>, Failure> {
    std::fs::read_to_string(path)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            // Lines hold lone surrogates, which no Rust text can hold. Reading a line as the payload of a token replaces
            // them as the crate does.
            let token = format!("e30.{}.", URL_SAFE_NO_PAD.encode(shallow(line)));
            Ok(clerk_sdk::tokens::decode_jwt(&token)?.payload)
        })
        .collect()
}

/// The line with `null` in place of lists in lists in lists beyond what serde_json reads. What is nested so deeply is in a
/// token too, which stays as it is; this is about what was recorded of it.
fn shallow(line: &str) -> String {
    let Some(begin) = line.find(&"[".repeat(100)) else {
        return line.to_owned();
    };
    let (before, deep) = line.split_at(begin);
    let inner = deep.trim_start_matches('[');
    let close = "]".repeat(deep.len() - inner.len());
    match inner.split_once(close.as_str()) {
        Some((_, after)) => format!("{before}null{after}"),
        None => line.to_owned(),
    }
}

/// A text of an object, or none.
fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
