//! Runs recorded cases of Clerk's JavaScript SDK against this crate.
//!
//! ```sh
//! cargo run -p clerk-sdk --example conformance -- KIND CASES EXPECTED
//! ```
//!
//! `KIND` is `verify-token`, `has`, `webhook` or `misc`; the files hold one JSON object a line. Where this crate differs on
//! purpose, the case is in `differences.rs`, and passes only if it differs in the way that is written there.

mod calls;
mod compare;
mod credentials;
mod differences;
mod mock_api;
mod sessions;
mod webhook;

use std::collections::HashMap;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Why a run cannot take place at all.
type Failure = Box<dyn std::error::Error>;

/// What one case came to: what this crate answers, and what was recorded, in one form.
struct Outcome {
    ours: Value,
    recorded: Value,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, cases, expected] = arguments.as_slice() else {
        eprintln!("usage: conformance verify-token|has|webhook|misc CASES EXPECTED");
        return ExitCode::from(2);
    };
    match run(kind, cases, expected).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// The number of cases that failed.
pub(crate) async fn run(kind: &str, cases: &str, expected: &str) -> Result<usize, Failure> {
    let recorded: HashMap<String, Value> = read(expected)?
        .into_iter()
        .map(|line| (text(&line, "id"), line))
        .collect();
    let (mut passed, mut skipped, mut differing, mut failed) = (0, 0, 0, Vec::new());
    for case in read(cases)? {
        let id = text(&case, "id");
        let Some(recorded) = recorded.get(&id) else {
            failed.push(format!("{id}: nothing was recorded for it"));
            continue;
        };
        let Some(outcome) = outcome(kind, &case, recorded).await? else {
            skipped += 1;
            continue;
        };
        let same = compare::same(&outcome.ours, &outcome.recorded);
        match differences::of(&id) {
            None if same => passed += 1,
            None => failed.push(format!(
                "{id}\n    ours     {}\n    recorded {}",
                outcome.ours, outcome.recorded
            )),
            Some(difference) if same => {
                failed.push(format!("{id}: no longer differs ({})", difference.reason));
            }
            Some(difference)
                if compare::same(&outcome.ours, &difference.applied_to(outcome.recorded)?) =>
            {
                passed += 1;
                differing += 1;
            }
            Some(difference) => {
                failed.push(format!(
                    "{id}: differs otherwise than stated ({})\n    ours {}",
                    difference.reason, outcome.ours
                ));
            }
        }
    }
    for failure in &failed {
        println!("FAILED {failure}");
    }
    println!("{passed} passed, {} failed", failed.len());
    if differing > 0 {
        println!("of those that passed, {differing} differ on purpose");
    }
    if skipped > 0 {
        println!(
            "{skipped} are about requests to an application, which clerk-middleware runs, and were left out"
        );
    }
    Ok(failed.len())
}

async fn outcome(kind: &str, case: &Value, recorded: &Value) -> Result<Option<Outcome>, Failure> {
    let function = text(case, "fn");
    Ok(Some(match (kind, function.as_str()) {
        ("verify-token", "verifyToken") => credentials::verify_token(case, recorded).await?,
        ("verify-token", "verifyMachineAuthToken") => {
            credentials::verify_machine_token(case, recorded).await?
        }
        ("has", "has") => sessions::has(case, recorded)?,
        ("webhook", "verifyWebhook") => webhook::verify(case, recorded),
        ("misc", "decodeJwt") => credentials::decode(case, recorded),
        ("misc", "jwtPayloadToAuth") => sessions::claims(case, recorded)?,
        ("misc", "parsePublishableKey") => sessions::publishable_key(case, recorded),
        ("misc", "bapi") => return calls::call(case, recorded).await,
        ("misc", _) => return Ok(None),
        _ => {
            return Err(
                format!("there is no function {function} among cases of kind {kind}").into(),
            );
        }
    }))
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
