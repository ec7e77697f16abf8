//! What a run says while it works.

use super::generated::Generated;

pub(super) fn print_report(made: &Generated) {
    for (kind, report) in &made.reports {
        eprintln!("\n{kind}: rules and the places they touched");
        eprint!("{}", report.table());
        for note in report.notes() {
            eprintln!("note: {note}");
        }
    }
    eprintln!("\nwritten in place of progenitor's output:");
    for (what, count) in &made.manifest.rewrites {
        eprintln!("{count:>5}  {what}");
    }
}

pub(super) fn step(text: &str) {
    eprintln!("regen: {text}");
}
