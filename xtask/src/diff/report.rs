//! A comparison as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Change, Diff, Entry, Part, Severity};

/// How many names of operations a line lists before it only counts.
const NAMED: usize = 3;

pub(super) fn text(diff: &Diff) -> String {
    let mut out = format!(
        "operations: {} -> {}",
        diff.old_operations, diff.new_operations
    );
    let whole = |change| {
        let all = diff
            .entries
            .iter()
            .filter(|entry| entry.part == Part::Operation && entry.change == change);
        all.count()
    };
    let _ = writeln!(
        out,
        " ({} added, {} removed)",
        whole(Change::Added),
        whole(Change::Removed)
    );
    for (severity, heading) in [
        (Severity::Breaking, "breaking"),
        (Severity::Feature, "features"),
        (Severity::Patch, "patches"),
    ] {
        let entries: Vec<&Entry> = diff
            .entries
            .iter()
            .filter(|entry| entry.severity == severity)
            .collect();
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{heading} ({})", entries.len());
        for group in entries.chunk_by(|one, two| one.subject == two.subject) {
            group_text(&mut out, group);
        }
    }
    let _ = writeln!(out, "\nsemver: {}", diff.semver());
    out
}

fn group_text(out: &mut String, group: &[&Entry]) {
    let Some(first) = group.first() else { return };
    let _ = write!(out, "  {}", first.subject);
    if first.subject.is_shared() {
        let _ = write!(out, " ({})", users(&first.operations));
    }
    out.push('\n');
    for entry in group {
        let _ = write!(out, "    {} {}", entry.part, entry.change);
        // The heading has named it already.
        if entry.at != first.subject.name() {
            let _ = write!(out, "  {}", entry.at);
        }
        if !entry.what.is_empty() {
            let _ = write!(out, ": {}", entry.what);
        }
        let _ = writeln!(out, "  ({})", entry.why);
    }
}

fn users(operations: &[String]) -> String {
    match operations {
        [] => "used by no operation".to_owned(),
        [one] => format!("used by 1 operation: {one}"),
        some if some.len() <= NAMED => {
            format!("used by {} operations: {}", some.len(), some.join(", "))
        }
        many => format!("used by {} operations", many.len()),
    }
}

pub(super) fn json(diff: &Diff) -> Value {
    let (stable, early) = match diff.severity() {
        Some(Severity::Breaking) => ("major", "minor"),
        Some(Severity::Feature) => ("minor", "patch"),
        Some(Severity::Patch) => ("patch", "patch"),
        None => ("none", "none"),
    };
    json!({
        "operations": {"old": diff.old_operations, "new": diff.new_operations},
        "semver": {"from_1_0": stable, "before_1_0": early},
        "changes": diff.entries,
    })
}
