//! Every small change that a machine can think of: whatever takes a public item away is major.
//!
//! `XTASK_EDITS` says how many of them are judged, evenly chosen; `.ci/run` takes more than the default.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "verdicts/changes.rs"]
mod changes;
mod edits;
#[path = "verdicts/schemas.rs"]
mod schemas;
mod surface;

use std::collections::BTreeSet;

use changes::{Change, changes};
use serde_json::Value;
use surface::lines;
use xtask::diff::{Severity, Tree};
use xtask::document::Kind;
use xtask::normalize::overlay::Overlay;

#[test]
fn whatever_takes_a_public_item_away_is_major() {
    let base = edits::base();
    let all = changes(&base);
    let wanted = std::env::var("XTASK_EDITS")
        .ok()
        .and_then(|n| n.parse().ok());
    let wanted = wanted.unwrap_or(150_usize).clamp(1, all.len());
    let step = all.len() / wanted;
    let chosen: Vec<&Change> = all.iter().step_by(step).collect();
    let old = Tree::generate(&base, Kind::BackendApi, &Overlay::default()).unwrap();
    let before = lines(old.files());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let judged: Vec<Judged> = std::thread::scope(|scope| {
        let running: Vec<_> = chosen
            .chunks(chosen.len().div_ceil(workers))
            .map(|chunk| {
                scope.spawn(|| {
                    chunk
                        .iter()
                        .map(|c| judge(c, &base, &old, &before))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    let count = |of: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| of(j)).count();
    println!(
        "{} of {} changes: {} take items away, {} are major though nothing is taken away, {} are refused",
        judged.len(),
        all.len(),
        count(&|j| j.gone),
        count(&|j| !j.gone && j.major),
        count(&|j| j.refused),
    );
    if std::env::var_os("XTASK_SHOW").is_some() {
        for j in &judged {
            println!("{}", j.said);
        }
    }
    let wrong: Vec<&str> = judged
        .iter()
        .filter(|j| j.gone && !j.major)
        .map(|j| j.said.as_str())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

struct Judged {
    said: String,
    gone: bool,
    major: bool,
    refused: bool,
}

fn judge(change: &Change, base: &Value, old: &Tree, before: &BTreeSet<String>) -> Judged {
    let new = match Tree::generate(&change.apply(base), Kind::BackendApi, &Overlay::default()) {
        Ok(new) => new,
        Err(error) => {
            let said = format!("{} {}: refused: {error:#}", change.at, change.what);
            return Judged {
                said,
                gone: false,
                major: false,
                refused: true,
            };
        }
    };
    let diff = old.compare(&new);
    let after = lines(new.files());
    let gone: Vec<&String> = before.difference(&after).take(3).collect();
    let entries: Vec<String> = diff
        .entries
        .iter()
        .take(2)
        .map(|e| format!("{} {} ({})", e.at, e.what, e.why))
        .collect();
    Judged {
        said: format!(
            "{} {} {:?}: {} {entries:?} gone: {gone:?}",
            change.at,
            change.what,
            change
                .becomes
                .as_ref()
                .map(|v| v.to_string().chars().take(80).collect::<String>()),
            diff.semver()
        ),
        gone: !gone.is_empty(),
        major: diff.severity() == Some(Severity::Breaking),
        refused: false,
    }
}
