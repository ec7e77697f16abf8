//! When two outcomes are the same.

use serde_json::Value;

/// Returns whether two outcomes are the same: numbers by value, and what is absent is `null`, since Rust has one of the two.
///
/// ```
/// use clerk_conformance::same;
/// use serde_json::json;
///
/// assert!(same(&json!({ "exp": 1, "org": null }), &json!({ "exp": 1.0 })));
/// assert!(!same(&json!({ "user": "user_1" }), &json!({ "user": "user_2" })));
/// ```
pub fn same(one: &Value, other: &Value) -> bool {
    difference(one, other).is_none()
}

/// Returns where two outcomes differ first, as a JSON pointer.
pub(crate) fn difference(one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            (one.as_f64() != other.as_f64()).then(String::new)
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(index, (one, other))| {
                difference(one, other).map(|rest| format!("/{index}{rest}"))
            })
        }
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort_unstable();
            names.into_iter().find_map(|name| {
                let of = |object: &serde_json::Map<String, Value>| {
                    object.get(name).cloned().unwrap_or_default()
                };
                difference(&of(one), &of(other)).map(|rest| format!("/{name}{rest}"))
            })
        }
        _ => (one != other).then(String::new),
    }
}
