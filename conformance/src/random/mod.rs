//! Random cases: Clerk's own JavaScript is asked what it makes of each, and our crates are compared with it.

mod oracle;
mod shrink;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use serde_json::Value;

use self::oracle::Oracle;
use crate::cases::text;
use crate::compare::difference;
use crate::{Kind, RuleName, expected, outcome};

pub use self::oracle::is_available;

/// What a random run found.
#[derive(Debug, Default)]
pub struct RandomReport {
    /// How many cases were run.
    pub cases: usize,
    /// How many of them differ on purpose, by rule.
    pub by_rule: BTreeMap<RuleName, usize>,
    /// Differences that no rule explains, by their signature: how many there are, and the smallest case of them.
    pub unexplained: BTreeMap<String, (usize, Value)>,
}

impl RandomReport {
    /// How many cases differ for no known reason.
    pub fn failed(&self) -> usize {
        self.unexplained.values().map(|(count, _)| count).sum()
    }
}

impl fmt::Display for RandomReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (signature, (count, case)) in &self.unexplained {
            writeln!(f, "UNEXPLAINED {count} times: {signature}\n    {case}")?;
        }
        write!(f, "{} cases, {} unexplained", self.cases, self.failed())?;
        for (rule, count) in &self.by_rule {
            write!(f, "\n  {count} differ by {rule}")?;
        }
        Ok(())
    }
}

/// Runs random cases of all families. The same seed gives the same cases.
///
/// # Errors
///
/// Node or the packages of the oracle are missing, or a case cannot be run.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// let report = clerk_conformance::random(1, 500).await?;
/// assert_eq!(report.failed(), 0, "{report}");
/// # Ok(())
/// # }
/// ```
pub async fn random(seed: u32, cases: u32) -> Result<RandomReport> {
    let mut oracle = Oracle::start()?;
    let mut report = RandomReport::default();
    for index in 0..cases {
        let made = oracle.made(seed, index).await?;
        let kind: Kind = text(&made, "kind").parse()?;
        let (case, recorded) = (&made["case"], &made["recorded"]);
        report.cases += 1;
        let (found, rules) = disagreement(kind, case, recorded).await?;
        for rule in rules {
            *report.by_rule.entry(rule).or_default() += 1;
        }
        if let Some(signature) = found {
            if let Some((count, _)) = report.unexplained.get_mut(&signature) {
                *count += 1;
                continue;
            }
            let small = shrink::shrunk(kind, case, &signature, &mut oracle).await?;
            report.unexplained.insert(signature, (1, small));
        }
    }
    Ok(report)
}

/// Where our crates do not do what is expected, as a signature that is the same for the same cause; and the rules.
async fn disagreement(
    kind: Kind,
    case: &Value,
    recorded: &Value,
) -> Result<(Option<String>, Vec<RuleName>)> {
    let ours = outcome(kind, case).await?;
    let (expected, rules) = expected(kind, case, recorded);
    let Some(at) = difference(&ours, &expected) else {
        return Ok((None, rules));
    };
    let of = |value: &Value| {
        let text = value.pointer(&at).cloned().unwrap_or_default().to_string();
        let short: String = text.chars().take(60).collect();
        let state = |name: &str| text_or(value, name);
        format!("{} {} {short}", state("status"), state("reason"))
    };
    let function = text(case, "fn");
    let signature = format!(
        "{function} at {at}: ours {}, expected {}",
        of(&ours),
        of(&expected)
    );
    Ok((Some(signature), rules))
}

fn text_or(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or("-")
        .to_owned()
}
