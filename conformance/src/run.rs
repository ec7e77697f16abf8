//! Running cases and comparing.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use anyhow::Result;
use serde_json::Value;

use crate::cases::text;
use crate::compare::difference;
use crate::{Kind, RuleName, expected, outcome};

/// What a run found. It displays as the command prints it.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases passed.
    pub passed: usize,
    /// The ids of the cases that failed, each with what was found.
    pub failed: Vec<(String, String)>,
    /// How many of those that passed differ on purpose, by rule.
    pub by_rule: BTreeMap<RuleName, usize>,
}

/// Runs cases against what was recorded of them.
///
/// # Errors
///
/// A case cannot be run at all: see [`outcome`].
///
/// ```
/// use clerk_conformance::{Kind, run};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// let cases = [json!({ "id": "1", "fn": "parsePublishableKey", "key": "x" })];
/// let recorded = [json!({ "id": "1", "outcome": {
///     "kind": "pk", "cookieSuffix": "EfatjsUq", "isPublishableKey": false, "parsed": null,
/// } })];
/// let report = run(Kind::Misc, &cases, &recorded).await?;
/// assert_eq!(report.to_string(), "1 passed, 0 failed");
/// # Ok(())
/// # }
/// ```
pub async fn run(kind: Kind, cases: &[Value], recorded: &[Value]) -> Result<Report> {
    let by_id: HashMap<String, &Value> = recorded
        .iter()
        .map(|line| (text(line, "id"), line))
        .collect();
    let mut report = Report::default();
    for case in cases {
        let id = text(case, "id");
        let Some(recorded) = by_id.get(&id) else {
            let what = "nothing was recorded for it".to_owned();
            report.failed.push((id, what));
            continue;
        };
        let ours = outcome(kind, case).await?;
        let (expected, rules) = expected(kind, case, recorded);
        match difference(&ours, &expected) {
            None => {
                report.passed += 1;
                for rule in rules {
                    *report.by_rule.entry(rule).or_default() += 1;
                }
            }
            Some(at) => {
                let what = format!(
                    "at {at}\n    ours     {ours}\n    expected {expected}\n    by       {rules:?}"
                );
                report.failed.push((id, what));
            }
        }
    }
    Ok(report)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, what) in &self.failed {
            writeln!(f, "FAILED {id}: {what}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed.len())?;
        for (rule, count) in &self.by_rule {
            write!(f, "\n  {count} of those that passed differ by {rule}")?;
        }
        Ok(())
    }
}
