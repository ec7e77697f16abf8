//! Limits on what may be sent: which got tighter, which looser.

use serde_json::{Map, Value};

use super::pattern;

/// How a limit works.
enum Limit {
    /// Values below are rejected.
    Lower,
    /// Values above are rejected.
    Upper,
    /// Anything it does not describe is rejected.
    Exact,
}

const LIMITS: [(&str, Limit); 13] = [
    ("exclusiveMaximum", Limit::Exact),
    ("exclusiveMinimum", Limit::Exact),
    ("maxItems", Limit::Upper),
    ("maxLength", Limit::Upper),
    ("maxProperties", Limit::Upper),
    ("maximum", Limit::Upper),
    ("minItems", Limit::Lower),
    ("minLength", Limit::Lower),
    ("minProperties", Limit::Lower),
    ("minimum", Limit::Lower),
    ("multipleOf", Limit::Exact),
    ("pattern", Limit::Exact),
    ("uniqueItems", Limit::Exact),
];

/// One limit that changed.
pub(super) struct Changed {
    pub(super) what: String,
    /// Whether something accepted before may be rejected now.
    pub(super) tightened: bool,
}

pub(super) fn compare(old: &Value, new: &Value) -> Vec<Changed> {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return Vec::new();
    };
    LIMITS
        .iter()
        .filter_map(|(key, limit)| changed(key, limit, value(old, key), value(new, key)))
        .collect()
}

/// `false` says as much as nothing.
fn value<'a>(schema: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    schema
        .get(key)
        .filter(|value| **value != Value::Bool(false))
}

fn changed(key: &str, limit: &Limit, old: Option<&Value>, new: Option<&Value>) -> Option<Changed> {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    // 1 and 1.0 are one limit.
    if old == new || (number(old).is_some() && number(old) == number(new)) {
        return None;
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let tightened = match (limit, number(old), number(new)) {
        (_, _, None) if new.is_none() => false,
        // What nothing falls below, or what is never empty, limits nothing.
        (Limit::Lower, None, Some(new)) if key != "minimum" => new > 0.0,
        (Limit::Lower, Some(old), Some(new)) => new > old,
        (Limit::Upper, Some(old), Some(new)) => new < old,
        (Limit::Exact, Some(old), Some(new)) if key == "multipleOf" => old % new != 0.0,
        _ if key == "pattern" => {
            let old = text(old).unwrap_or_default();
            let new = text(new).unwrap_or_default();
            // Where it cannot be told, the caller has to look.
            pattern::accepts_all_of(&old, &new) != Some(true)
        }
        _ => true,
    };
    let shown =
        |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), ToString::to_string);
    Some(Changed {
        what: format!("{key}: {} -> {}", shown(old), shown(new)),
        tightened,
    })
}
