//! When two values of JavaScript are the same to Rust.

use serde_json::Value;

/// Numbers are compared by value, and what is absent is `null`.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => one.keys().chain(other.keys()).all(|name| {
            same(
                one.get(name).unwrap_or(&Value::Null),
                other.get(name).unwrap_or(&Value::Null),
            )
        }),
        _ => one == other,
    }
}
