//! Rules on scalars, enums and object keywords.

use serde_json::{Value, json};

use super::api::Api;
use super::names;
use super::report::Report;
use super::schema;

/// Whether a number of this name counts things or tells a time.
fn is_whole(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "_at",
        "_count",
        "_seconds",
        "_days",
        "_minutes",
        "_hours",
        "_ms",
        "expiration",
        "limit",
        "offset",
        "size",
        "timestamp",
        "ttl",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
        || name.starts_with("seconds_")
        || name.starts_with("max_")
}

/// The last name in a place: `User.created_at` -> `created_at`.
fn last(place: &str) -> &str {
    place
        .trim_end_matches("[]")
        .rsplit(['.', '?', '/', '!'])
        .next()
        .unwrap_or_default()
}

/// One integer type, one float type; what a number without a format is follows from its name.
pub fn numbers(api: &mut Api, report: &mut Report) {
    api.walk(&mut |s, place, _| match schema::type_of(s) {
        Some("number") if s.get("format").is_none() => {
            report.hit("number", place);
            if is_whole(last(place)) {
                s["type"] = json!("integer");
                s["format"] = json!("int64");
            } else {
                s["format"] = json!("double");
            }
        }
        Some("number") => s["format"] = json!("double"),
        Some("integer") => s["format"] = json!("int64"),
        _ => {}
    });
}

/// Enums of strings hold strings, each once; enums of anything else are that type.
pub fn enum_values(api: &mut Api, report: &mut Report) {
    api.walk(&mut |s, place, _| {
        let Some(values) = s
            .get("enum")
            .map(|e| e.as_array().cloned().unwrap_or_default())
        else {
            return;
        };
        let Some(object) = s.as_object_mut() else {
            return;
        };
        if values.iter().any(Value::is_null) {
            object.insert("nullable".into(), json!(true));
        }
        match object.get("type").and_then(Value::as_str) {
            Some("string") => {}
            // Left to `enums`: two responses that differ only in this are still two.
            Some("boolean") => return,
            _ => {
                object.remove("enum");
                report.hit("enum-cleanup", place);
                return;
            }
        }
        let mut strings: Vec<String> = Vec::new();
        for value in &values {
            let text = match value {
                Value::String(text) => text.clone(),
                // YAML reads an unquoted `2` or `true` as something else than the string that is meant.
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => continue,
            };
            if !text.is_empty() && !strings.contains(&text) {
                strings.push(text);
            }
        }
        if strings.len() != values.len() {
            report.hit("enum-cleanup", place);
        }
        if strings.is_empty() {
            object.remove("enum");
        } else {
            object.insert("enum".into(), json!(strings));
        }
    });
}

/// Enums that read what the live API returns.
pub fn enums(api: &mut Api, report: &mut Report) {
    api.walk(&mut |s, place, direction| {
        let boolean = schema::type_of(s) == Some("boolean");
        let Some(values) = s.get_mut("enum").and_then(Value::as_array_mut) else {
            return;
        };
        let single = values.len() == 1 && direction.response;
        values.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        if !boolean && !single {
            let known: Vec<String> = values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            for (value, variant) in known.iter().zip(names::variants(&known)) {
                if variant != names::variant(value) {
                    report.hit("colliding-value", format!("{place} {value:?} -> {variant}"));
                }
            }
        }
        if boolean || single {
            report.hit(
                if boolean {
                    "boolean-enum"
                } else {
                    "single-enum"
                },
                place,
            );
            if let Some(object) = s.as_object_mut() {
                object.remove("enum");
            }
        }
    });
}

/// Object keywords: phantom requirements, closed objects, extra properties.
pub fn objects(api: &mut Api, report: &mut Report) {
    api.walk(&mut |s, place, direction| {
        if schema::type_of(s) != Some("object") {
            return;
        }
        let declared = schema::properties(s).is_some();
        let required = schema::required(s);
        let kept = required
            .iter()
            .filter(|name| schema::properties(s).is_some_and(|p| p.contains_key(*name)))
            .cloned()
            .collect();
        for name in required.difference(&kept) {
            report.hit("phantom-required", format!("{place}.{name}"));
        }
        schema::set_required(s, &kept);
        let Some(object) = s.as_object_mut() else {
            return;
        };
        if object
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty)
        {
            object.remove("properties");
        }
        match object.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                object.remove("additionalProperties");
                report.hit("open-objects", place);
            }
            Some(_) if declared && direction.only_request() => {
                object.insert("additionalProperties".into(), json!({}));
                report.hit("extra-properties", place);
            }
            Some(_) if declared => {
                object.remove("additionalProperties");
                report.hit("open-objects", place);
            }
            Some(Value::Object(empty)) if empty.is_empty() => {
                object.insert("additionalProperties".into(), json!(true));
            }
            _ => {}
        }
    });
}
