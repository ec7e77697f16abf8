//! A comparison as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Change, Diff, Entry, Severity, Side};

pub(super) fn text(diff: &Diff) -> String {
    let mut out = format!(
        "{}: {} -> {} ({} added, {} removed)\n",
        diff.unit,
        diff.old.len(),
        diff.new.len(),
        diff.added().len(),
        diff.removed().len()
    );
    for (severity, heading) in [
        (Severity::Breaking, "breaking"),
        (Severity::Feature, "features"),
        (Severity::Patch, "patches"),
    ] {
        for (side, noticed) in [
            (Side::Callers, "seen by code that calls the crate"),
            (Side::Server, "seen by the server alone"),
        ] {
            let entries: Vec<&Entry> = diff
                .entries
                .iter()
                .filter(|entry| entry.severity == severity && entry.side == side)
                .collect();
            if entries.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{heading}, {noticed} ({})", entries.len());
            for group in entries.chunk_by(|one, two| one.subject == two.subject) {
                group_text(&mut out, group);
            }
        }
    }
    let _ = writeln!(out, "\nsemver: {}", diff.semver());
    out
}

fn group_text(out: &mut String, group: &[&Entry]) {
    let Some(first) = group.first() else { return };
    let _ = writeln!(out, "  {}", first.subject);
    for entry in group {
        let _ = write!(out, "    {}", entry.change);
        // The heading has named it already.
        if entry.at != first.subject {
            let _ = write!(out, "  {}", entry.at);
        }
        if !entry.what.is_empty() {
            let _ = write!(out, ": {}", entry.what);
        }
        let _ = writeln!(out, "  ({})", entry.why);
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
        "operations": {
            "old": diff.old.len(),
            "new": diff.new.len(),
            "added": diff.added(),
            "removed": diff.removed(),
        },
        "semver": {"from_1_0": stable, "before_1_0": early},
        "changes": diff.entries,
    })
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        })
    }
}
