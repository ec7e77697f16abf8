//! Deliberately wrong outcomes of all recorded cases: not one of them may pass.
#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use clerk_conformance::{Kind, expected, same};
use serde_json::{Value, json};

/// All outcomes that differ from this one in one place: a value that is another one, an entry more or fewer.
fn mutants(outcome: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    collect(outcome, &mut String::new(), &mut places);
    let mut found = Vec::new();
    for place in places {
        let value = outcome.pointer(&place).unwrap();
        for wrong in wrong_values(value) {
            let mut mutant = outcome.clone();
            *mutant.pointer_mut(&place).unwrap() = wrong;
            found.push(mutant);
        }
        if let Some((parent, name)) = place.rsplit_once('/')
            && !value.is_null()
            && let Some(Value::Object(parent)) = outcome.clone().pointer_mut(parent)
        {
            parent.remove(&name.replace("~1", "/").replace("~0", "~"));
            let mut mutant = outcome.clone();
            *mutant
                .pointer_mut(place.rsplit_once('/').unwrap().0)
                .unwrap() = Value::Object(parent.clone());
            found.push(mutant);
        }
    }
    found
}

fn collect(value: &Value, at: &mut String, places: &mut Vec<String>) {
    places.push(at.clone());
    let length = at.len();
    let mut enter = |name: &str, inner: &Value| {
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        collect(inner, at, places);
        at.truncate(length);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(name, inner)| enter(name, inner)),
        Value::Array(list) if list.len() < 20 => {
            list.iter()
                .enumerate()
                .for_each(|(index, inner)| enter(&index.to_string(), inner));
        }
        _ => {}
    }
}

fn wrong_values(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("x"), json!(false), json!({})],
        Value::Bool(is) => vec![json!(!is), Value::Null],
        Value::Number(number) => vec![
            json!(number.as_f64().unwrap() + 1.0),
            json!(number.to_string()),
        ],
        Value::String(text) => {
            let mut wrong = vec![
                json!(format!("{text}x")),
                json!(text.to_uppercase() + "Ü"),
                Value::Null,
            ];
            let swapped = match text.as_str() {
                "signed-in" => "signed-out",
                "signed-out" => "handshake",
                "session_token" => "api_key",
                "token-invalid" => "token-expired",
                _ => "user_other",
            };
            wrong.push(json!(swapped));
            wrong
        }
        Value::Array(list) => {
            let mut more = list.clone();
            more.push(list.last().cloned().unwrap_or(json!("x")));
            let mut wrong = vec![more.into()];
            if !list.is_empty() {
                wrong.push(list[1..].to_vec().into());
                wrong.push(list[..list.len() - 1].to_vec().into());
            }
            wrong
        }
        Value::Object(object) => {
            let mut more = object.clone();
            more.insert("x-more".to_owned(), json!("1"));
            vec![more.into()]
        }
    }
}

#[test]
fn wrong_outcomes_never_pass() {
    let (mut count, mut accepted) = (0, Vec::new());
    for kind in Kind::ALL {
        let Some((cases, recorded)) = files::of(kind) else {
            return;
        };
        for (case, line) in cases.iter().zip(&recorded) {
            let (expected, _) = expected(kind, case, line);
            for mutant in mutants(&expected) {
                count += 1;
                if same(&mutant, &expected) {
                    accepted.push(format!("{}: {mutant}", case["id"]));
                }
            }
        }
    }
    println!("{count} wrong outcomes");
    assert!(count > 50_000, "only {count} wrong outcomes");
    assert!(
        accepted.is_empty(),
        "{} of {count}:\n{}",
        accepted.len(),
        accepted.join("\n")
    );
}
