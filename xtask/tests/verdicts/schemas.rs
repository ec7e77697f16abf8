//! Small changes of a schema and of what stands inside it.

use serde_json::{Value, json};

use super::changes::{Changes, escaped};

impl Changes {
    pub(crate) fn schema(&mut self, at: &str, s: &Value) {
        let Some(map) = s.as_object() else { return };
        if map.contains_key("$ref") {
            self.reference(at, s);
            return;
        }
        let nullable = map.get("nullable").is_none().then_some(json!(true));
        self.set(at, s, "nullable", "nullable", nullable);
        self.set(at, s, "deprecated", "deprecated", Some(json!(true)));
        self.set(at, s, "readOnly", "readOnly", Some(json!(true)));
        self.set(at, s, "writeOnly", "writeOnly", Some(json!(true)));
        self.set(at, s, "default", "default", Some(json!("zz")));
        self.set(at, s, "no type", "type", None);
        for format in [
            "date-time",
            "int64",
            "int32",
            "float",
            "binary",
            "byte",
            "uri",
            "email",
        ] {
            self.set(at, s, "format", "format", Some(json!(format)));
        }
        for (what, other) in others() {
            self.add(at, what, Some(other));
        }
        for (what, keyword) in [("oneOf", "oneOf"), ("anyOf", "anyOf"), ("allOf", "allOf")] {
            self.add(at, what, Some(json!({ keyword: [s] })));
        }
        for (what, keyword) in [
            ("oneOf with a text", "oneOf"),
            ("anyOf with a text", "anyOf"),
        ] {
            self.add(at, what, Some(json!({ keyword: [s, {"type": "string"}] })));
        }
        let part = json!({"type": "object", "properties": {"zz": {"type": "string"}}});
        for (what, keyword) in [
            ("oneOf with an object", "oneOf"),
            ("allOf with an object", "allOf"),
        ] {
            self.add(at, what, Some(json!({ keyword: [s, part] })));
        }
        self.values(at, s);
        self.object(at, s);
        self.inside(at, s);
    }

    fn reference(&mut self, at: &str, s: &Value) {
        self.set(
            at,
            s,
            "nullable beside a reference",
            "nullable",
            Some(json!(true)),
        );
        self.add(at, "reference in allOf", Some(json!({ "allOf": [s] })));
        self.add(
            at,
            "nullable reference in allOf",
            Some(json!({ "allOf": [s], "nullable": true })),
        );
        self.add(
            at,
            "list of the reference",
            Some(json!({ "type": "array", "items": s })),
        );
        self.add(
            at,
            "map of the reference",
            Some(json!({ "type": "object", "additionalProperties": s })),
        );
        for name in ["Owner", "Part", "Colour", "Tree", "Options", "pet_cat"] {
            let other = json!({ "$ref": format!("#/components/schemas/{name}") });
            self.add(
                at,
                "oneOf with a reference",
                Some(json!({ "oneOf": [s, other] })),
            );
            self.add(at, "another reference", Some(other));
        }
        for (what, other) in others() {
            self.add(at, what, Some(other));
        }
    }

    fn values(&mut self, at: &str, s: &Value) {
        let Some(values) = s.get("enum").and_then(Value::as_array) else {
            if s["type"] == "string" {
                self.set(at, s, "an enum", "enum", Some(json!(["a", "b"])));
                self.set(at, s, "one value", "enum", Some(json!(["a"])));
                self.set(at, s, "pattern", "pattern", Some(json!("^zz")));
                self.set(at, s, "maxLength", "maxLength", Some(json!(3)));
            }
            return;
        };
        for added in ["zz", "Zz", "", "UPPER", "1"] {
            let mut longer = values.clone();
            longer.push(json!(added));
            self.set(at, s, "a value more", "enum", Some(longer.into()));
            let mut first = values.clone();
            first.insert(0, json!(added));
            self.set(at, s, "a value before", "enum", Some(first.into()));
        }
        let shouted = values
            .iter()
            .map(|v| json!(v.as_str().unwrap().to_uppercase()));
        self.set(
            at,
            s,
            "values in upper case",
            "enum",
            Some(shouted.collect()),
        );
        self.set(at, s, "no enum", "enum", None);
        let mut with_null = values.clone();
        with_null.push(Value::Null);
        self.set(at, s, "null as a value", "enum", Some(with_null.into()));
        for index in 0..values.len() {
            self.add(&format!("{at}/enum/{index}"), "a value gone", None);
        }
    }

    fn object(&mut self, at: &str, s: &Value) {
        for extra in [
            json!(true),
            json!(false),
            json!({}),
            json!({"type": "string"}),
            json!({"type": "integer"}),
        ] {
            if s["type"] == "object" {
                self.set(
                    at,
                    s,
                    "additionalProperties",
                    "additionalProperties",
                    Some(extra),
                );
            }
        }
        self.set(
            at,
            s,
            "no additionalProperties",
            "additionalProperties",
            None,
        );
        let Some(properties) = s.get("properties").and_then(Value::as_object) else {
            return;
        };
        self.set(at, s, "no properties", "properties", None);
        let required = s
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for name in properties.keys() {
            let has = required.iter().any(|r| r == name);
            let mut names = required.clone();
            if has {
                names.retain(|r| r != name);
            } else {
                names.push(json!(name));
            }
            self.set(at, s, "required or not", "required", Some(names.into()));
            self.add(&format!("{at}/properties/{name}"), "a property gone", None);
            let mut renamed = properties.clone();
            let moved = renamed.remove(name).unwrap();
            renamed.insert(format!("{name}_zz"), moved);
            self.set(
                at,
                s,
                "a property renamed",
                "properties",
                Some(renamed.into()),
            );
        }
        for (name, added) in [
            ("zz", json!({"type": "string"})),
            (
                "aa",
                json!({"type": "object", "properties": {"zz": {"type": "string"}}}),
            ),
            ("object", json!({"type": "string", "enum": ["zz"]})),
            ("total_count", json!({"type": "integer"})),
            ("type", json!({"type": "string", "enum": ["a", "b"]})),
        ] {
            let mut more = properties.clone();
            more.insert(name.to_owned(), added);
            self.set(
                at,
                s,
                "a property more",
                "properties",
                Some(more.clone().into()),
            );
            let mut required = required.clone();
            required.push(json!(name));
            let both = json!({"type": "object", "properties": more, "required": required});
            self.add(at, "a required property more", Some(both));
        }
    }

    /// What stands inside a schema.
    fn inside(&mut self, at: &str, s: &Value) {
        for (name, child) in s
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.schema(&format!("{at}/properties/{}", escaped(name)), child);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(child) = s.get(key) {
                self.schema(&format!("{at}/{key}"), child);
            }
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            for (index, child) in s
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .enumerate()
            {
                self.schema(&format!("{at}/{key}/{index}"), child);
                self.add(&format!("{at}/{key}/{index}"), "a member gone", None);
            }
        }
    }
}

/// What may take the place of any schema.
fn others() -> Vec<(&'static str, Value)> {
    vec![
        ("a text", json!({"type": "string"})),
        ("an integer", json!({"type": "integer"})),
        ("a number", json!({"type": "number"})),
        ("a boolean", json!({"type": "boolean"})),
        ("anything", json!({})),
        ("any object", json!({"type": "object"})),
        (
            "a list of texts",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "a map of texts",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "another object",
            json!({"type": "object", "properties": {"zz": {"type": "string"}}}),
        ),
        ("a reference", json!({"$ref": "#/components/schemas/Part"})),
        ("an enum", json!({"type": "string", "enum": ["zz", "yy"]})),
    ]
}
