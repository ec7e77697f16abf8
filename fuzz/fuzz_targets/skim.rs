//! Whatever a payload is: what is read of it where it stands is what serde_json reads.
#![no_main]

use clerk_fuzz::json;
use clerk_sdk::tokens::Claims;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let skimmed = Claims::read_for_fuzzing(data.to_vec());
    let Some(Value::Object(parsed)) = json(data) else {
        // What serde_json does not read, JavaScript may. It is no panic, that is all.
        if let Some(claims) = skimmed {
            let _ = (claims.to_object(), claims.exp(), claims.org_id());
        }
        return;
    };
    let claims = skimmed.expect("serde_json reads it");
    for (name, value) in &parsed {
        let peeked = claims.get(name).map(|value| with_floats(&value));
        assert_eq!(peeked, Some(with_floats(value)), "{name}");
    }
    let is_there = claims.get("no such claim").is_some();
    assert_eq!(is_there, parsed.contains_key("no such claim"));
    for (name, read) in [
        ("sub", claims.sub()),
        ("sid", claims.sid()),
        ("iss", claims.iss()),
        ("azp", claims.azp()),
        ("jti", claims.jti()),
    ] {
        assert_eq!(read, parsed.get(name).and_then(Value::as_str), "{name}");
    }
    for (name, read) in [
        ("exp", claims.exp()),
        ("nbf", claims.nbf()),
        ("iat", claims.iat()),
    ] {
        let number = parsed.get(name).and_then(Value::as_f64).map(f64::trunc);
        let number = number.filter(|number| number.abs() <= 8.64e12);
        assert_eq!(read, number.map(|number| number as i64), "{name}");
    }
    assert_eq!(claims.to_object(), parsed);
});

/// The same with every number as a float.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(list) => list.iter().map(with_floats).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name.clone(), with_floats(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}
