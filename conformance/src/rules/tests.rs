//! The model is the JavaScript SDK where no rule is on.

use std::path::Path;

use crate::compare::difference;
use crate::model::Rules;
use crate::{Kind, cases::text, read, recorded};

#[test]
fn model_without_rules_is_what_was_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    if !folder.exists() {
        println!("skipped: the recorded cases are not at hand");
        return;
    }
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        let file = |name: &str| {
            read(
                &folder
                    .join(format!("{kind}.{name}.jsonl"))
                    .to_string_lossy(),
            )
        };
        let (cases, lines) = (file("cases").unwrap(), file("expected").unwrap());
        for (case, line) in cases.iter().zip(&lines) {
            let recorded = recorded::normal(case, line);
            let model = super::by_rules(case, &recorded, Rules::NONE);
            // What the JavaScript SDK makes of a reply that it does not read is no outcome.
            let is_garbage = model["auth"]["threw"] == true;
            if let Some(at) = difference(&model, &recorded).filter(|_| !is_garbage) {
                let of =
                    |value: &serde_json::Value| value.pointer(&at).cloned().unwrap_or_default();
                wrong.push(format!(
                    "{} at {at}: {} and {}",
                    text(case, "id"),
                    of(&model),
                    of(&recorded)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
