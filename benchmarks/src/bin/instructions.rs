//! Counts the instructions of what most requests are: a request of a session whose token was verified before.
//!
//! ```sh
//! cargo run --release --bin instructions             # compares with instructions.toml
//! cargo run --release --bin instructions -- --record # writes instructions.toml anew
//! ```
//!
//! Counts differ little from run to run and from machine to machine, as times do not. It takes valgrind.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use clerk_benchmarks::options;
use clerk_middleware::{ClerkLayer, RequireAuth};
use clerk_sdk::{Clerk, Clock, Environment};
use http::Request;
use tower::{Service as _, ServiceExt};

/// The paths, in the order of the file.
const PATHS: [&str; 3] = ["bearer", "cookie", "verify_token"];
/// The same requests without the middleware, whose instructions are subtracted.
const NONE: &str = "none";
/// So many requests are counted.
const REQUESTS: u64 = 1000;
/// By how much a count may grow.
const TOLERANCE: f64 = 0.05;
/// The claims of `clerk_benchmarks::session_token` at `NOW`, signed with the same key. It is not signed here, because signing
/// takes random numbers, which take more instructions than all requests, and not always as many.
const TOKEN: &str = include_str!("../session_token.txt");
const NOW: i64 = 1_750_000_000;

type Counts = BTreeMap<String, u64>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", path, count] => {
            run(path, count.parse()?)?;
            Ok(ExitCode::SUCCESS)
        }
        [] => compare(&recorded()?, &counted()?),
        ["--record"] => {
            record(&counted()?)?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("either nothing, --record, or run PATH COUNT".into()),
    }
}

/// Makes so many requests.
fn run(path: &str, count: u64) -> Result<(), Box<dyn Error>> {
    let token = TOKEN.trim();
    let options = options(4096).clock(Clock::from_fn(|| 1000 * NOW));
    let clerk = Clerk::with_environment(options, Environment::empty())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    if path == "verify_token" {
        return runtime.block_on(async {
            for _ in 0..count {
                clerk.verify_token(token).await?;
            }
            Ok(())
        });
    }
    let (name, value) = match path {
        "cookie" => (
            "cookie",
            format!("__client_uat=1700000000; __session={token}"),
        ),
        _ => ("authorization", format!("Bearer {token}")),
    };
    let mut router = match path {
        NONE => Router::new().route("/me", get(async || "user".to_owned())),
        _ => Router::new()
            .route("/me", get(async |auth: RequireAuth| auth.user_id.clone()))
            .layer(ClerkLayer::new(clerk)),
    };
    runtime.block_on(async {
        for _ in 0..count {
            let request = Request::get("/me")
                .header("host", "app.example.com")
                .header("accept", "application/json")
                .header("user-agent", "benchmark")
                .header("x-forwarded-proto", "https")
                .header(name, &value)
                .body(Body::empty())?;
            let response = ServiceExt::<Request<Body>>::ready(&mut router)
                .await?
                .call(request)
                .await?;
            assert_eq!(response.status(), 200, "{path}");
        }
        Ok(())
    })
}

/// Counts each path under valgrind.
fn counted() -> Result<Counts, Box<dyn Error>> {
    let none = instructions(NONE)?;
    let mut counts = Counts::new();
    for path in PATHS {
        let all = instructions(path)?;
        let is_a_request = path != "verify_token";
        let own = if is_a_request {
            all.saturating_sub(none)
        } else {
            all
        };
        counts.insert(path.to_owned(), own);
    }
    Ok(counts)
}

/// Returns the instructions of one request: twice as many requests take those of the start-up once.
fn instructions(path: &str) -> Result<u64, Box<dyn Error>> {
    let (some, twice) = (total(path, REQUESTS)?, total(path, 2 * REQUESTS)?);
    Ok(twice.saturating_sub(some) / REQUESTS)
}

/// Returns the instructions of so many requests, and of the start-up.
fn total(path: &str, count: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["run", path, &count.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    match collected {
        Some((_, instructions)) if output.status.success() => Ok(instructions.trim().parse()?),
        _ => Err(format!("valgrind: {report}").into()),
    }
}

fn file() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml"))
}

fn recorded() -> Result<Counts, Box<dyn Error>> {
    let text = fs::read_to_string(file())?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(path, count)| Ok((path.trim().to_owned(), count.trim().parse()?)))
        .collect()
}

fn record(counts: &Counts) -> Result<(), Box<dyn Error>> {
    let mut text = "# Instructions of one request, by `cargo run --release --bin instructions -- --record`; what axum takes is\n\
                    # subtracted. See benchmarks/README.md.\n"
        .to_owned();
    for path in PATHS {
        text.push_str(&format!("{path} = {}\n", counts[path]));
    }
    fs::write(file(), text)?;
    print!("{}", fs::read_to_string(file())?);
    Ok(())
}

/// Prints each count, and fails if one has grown.
fn compare(recorded: &Counts, counted: &Counts) -> Result<ExitCode, Box<dyn Error>> {
    let mut has_grown = false;
    for (path, now) in counted {
        let before = recorded
            .get(path)
            .ok_or("instructions.toml lacks a path: record anew")?;
        let growth = *now as f64 / *before as f64 - 1.0;
        println!(
            "{path}: {now} instructions, recorded {before} ({:+.1} %)",
            100.0 * growth
        );
        has_grown |= growth > TOLERANCE;
    }
    if has_grown {
        eprintln!(
            "a warm path takes over {:.0} % more instructions than recorded. If that has a good reason, record the new counts\n\
             with `cargo run --release --bin instructions -- --record` in benchmarks, and say why in the commit",
            100.0 * TOLERANCE
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
