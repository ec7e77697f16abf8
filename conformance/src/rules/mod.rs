//! Where we differ from Clerk's JavaScript SDK on purpose.

mod functions;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use serde_json::{Map, Value};

use crate::cases::text;
use crate::model::{self, Rule, Rules};
use crate::{Kind, recorded, same};

/// The name of a rule: the row of the specification, and what it says.
pub type RuleName = &'static str;

/// What our crates have to make of a case, given what was recorded, and the rules by which that differs from it.
///
/// Both are told by the case and the recording alone: a model of the specification, in which every rule is a switch, says
/// where the rules make a difference, and what it is. Wherever they make none, what was recorded is expected.
pub fn expected(_kind: Kind, case: &Value, recorded: &Value) -> (Value, Vec<RuleName>) {
    let recorded = recorded::normal(case, recorded);
    let theirs = by_rules(case, &recorded, Rules::NONE);
    let ours = by_rules(case, &recorded, Rules::OURS);
    if same(&theirs, &ours) {
        return (recorded, Vec::new());
    }
    (
        merged(&recorded, &theirs, &ours),
        responsible(case, &recorded, &theirs, &ours),
    )
}

/// The rules without which the outcome would be another one. Where several have the same effect, those that have it alone.
fn responsible(case: &Value, recorded: &Value, theirs: &Value, ours: &Value) -> Vec<RuleName> {
    let rules = |is_one: &dyn Fn(Rule) -> bool| {
        let all = Rule::ALL
            .iter()
            .filter(|(rule, _)| Rules::OURS.has(*rule) && is_one(*rule));
        all.map(|(_, name)| *name).collect::<Vec<_>>()
    };
    let needed = rules(&|rule| !same(&by_rules(case, recorded, Rules::OURS.without(rule)), ours));
    if needed.is_empty() {
        return rules(&|rule| !same(&by_rules(case, recorded, Rules::only(rule)), theirs));
    }
    needed
}

/// The outcome under these rules.
fn by_rules(case: &Value, recorded: &Value, rules: Rules) -> Value {
    if let Some(outcome) = functions::unrepresentable(case, rules) {
        return outcome;
    }
    match text(case, "fn").as_str() {
        "authenticateRequest" => model::authenticate(case, rules),
        "sequence" => model::sequence(case, rules),
        "verifyToken" => model::verify_token(case, rules),
        "verifyMachineAuthToken" => model::verify_machine(case, rules),
        "decodeJwt" => model::decode(case, rules),
        _ => functions::outcome(case, recorded, rules),
    }
}

/// What was recorded, with what the rules change changed.
fn merged(recorded: &Value, theirs: &Value, ours: &Value) -> Value {
    if same(theirs, ours) {
        return recorded.clone();
    }
    match (recorded, theirs, ours) {
        (Value::Object(recorded), Value::Object(theirs), Value::Object(ours))
            if theirs.get("kind") == ours.get("kind") =>
        {
            let names = recorded.keys().chain(theirs.keys()).chain(ours.keys());
            let of = |object: &Map<String, Value>, name: &str| {
                object.get(name).cloned().unwrap_or_default()
            };
            let merge = |name: &String| {
                let value = merged(&of(recorded, name), &of(theirs, name), &of(ours, name));
                (name.clone(), value)
            };
            Value::Object(names.map(merge).collect())
        }
        (Value::Array(recorded), Value::Array(theirs), Value::Array(ours))
            if recorded.len() == theirs.len() && theirs.len() == ours.len() =>
        {
            let all = recorded.iter().zip(theirs).zip(ours);
            all.map(|((recorded, theirs), ours)| merged(recorded, theirs, ours))
                .collect()
        }
        _ => ours.clone(),
    }
}
