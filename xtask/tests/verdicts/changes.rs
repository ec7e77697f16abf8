//! Small changes of everything that a document has.

use serde_json::{Value, json};
use xtask::document::is_method;

/// One change: where, what, and what it leaves there (`None` removes it).
pub(crate) struct Change {
    pub(crate) at: String,
    pub(crate) what: &'static str,
    pub(crate) becomes: Option<Value>,
}

impl Change {
    pub(crate) fn apply(&self, base: &Value) -> Value {
        let mut out = base.clone();
        match &self.becomes {
            Some(value) => *out.pointer_mut(&self.at).unwrap() = value.clone(),
            None => {
                let (owner, last) = self.at.rsplit_once('/').unwrap();
                match out.pointer_mut(owner).unwrap() {
                    Value::Object(map) => drop(map.remove(&unescaped(last))),
                    Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                    other => panic!("{other}"),
                }
            }
        }
        out
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// Collects changes of everything below a document.
#[derive(Default)]
struct Changes {
    all: Vec<Change>,
}

impl Changes {
    fn add(&mut self, at: &str, what: &'static str, becomes: Option<Value>) {
        self.all.push(Change {
            at: at.to_owned(),
            what,
            becomes,
        });
    }

    /// The value with one keyword set, or removed.
    fn set(&mut self, at: &str, value: &Value, what: &'static str, key: &str, to: Option<Value>) {
        let mut out = value.clone();
        let map = out.as_object_mut().unwrap();
        let before = map.get(key).cloned();
        match to.clone() {
            Some(to) => drop(map.insert(key.to_owned(), to)),
            None => drop(map.remove(key)),
        }
        if before != to {
            self.add(at, what, Some(out));
        }
    }

    fn schema(&mut self, at: &str, s: &Value) {
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

    fn content(&mut self, at: &str, holder: &Value) {
        let Some(content) = holder.get("content").and_then(Value::as_object) else {
            return;
        };
        for (media, value) in content {
            let at = format!("{at}/content");
            for other in [
                "application/json",
                "text/plain",
                "text/csv",
                "multipart/form-data",
                "application/x-www-form-urlencoded",
                "application/octet-stream",
                "*/*",
            ] {
                self.add(&at, "another media type", Some(json!({ other: value })));
                let mut both = content.clone();
                both.insert(other.to_owned(), json!({"schema": {"type": "string"}}));
                self.add(&at, "a media type more", Some(both.into()));
            }
            if let Some(schema) = value.get("schema") {
                let at = format!("{at}/{}/schema", escaped(media));
                self.schema(&at, schema);
                self.add(&at, "no schema", None);
            }
        }
        self.add(&format!("{at}/content"), "no content", None);
    }

    fn parameters(&mut self, at: &str, list: &Value) {
        let items = list.as_array().unwrap();
        for (index, parameter) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            for place in ["query", "header", "path", "cookie"] {
                self.set(&at, parameter, "moved", "in", Some(json!(place)));
            }
            let required = parameter.get("required").is_none().then_some(json!(true));
            self.set(&at, parameter, "required or not", "required", required);
            self.set(&at, parameter, "renamed", "name", Some(json!("zz")));
            self.set(
                &at,
                parameter,
                "deprecated",
                "deprecated",
                Some(json!(true)),
            );
            self.set(&at, parameter, "explode", "explode", Some(json!(false)));
            self.set(&at, parameter, "style", "style", Some(json!("deepObject")));
            self.add(&at, "a parameter gone", None);
            if let Some(schema) = parameter.get("schema") {
                self.schema(&format!("{at}/schema"), schema);
            }
        }
        let mut turned = items.clone();
        turned.reverse();
        self.add(at, "in another order", Some(turned.into()));
        for (place, name) in [
            ("query", "limit"),
            ("query", "offset"),
            ("query", "paginated"),
            ("query", "zz"),
            ("header", "zz"),
            ("query", "Status"),
            ("query", "name"),
        ] {
            let mut more = items.clone();
            more.push(json!({"name": name, "in": place, "schema": {"type": "integer"}}));
            self.add(at, "a parameter more", Some(more.into()));
        }
    }

    fn operation(&mut self, at: &str, operation: &Value) {
        let id = operation["operationId"].as_str().unwrap();
        for other in [
            format!("{id}Zz"),
            id.to_lowercase(),
            "GetThing".to_owned(),
            "Owner".to_owned(),
        ] {
            self.set(
                at,
                operation,
                "another id",
                "operationId",
                Some(json!(other)),
            );
        }
        self.set(at, operation, "no id", "operationId", None);
        for tags in [
            json!(["Other"]),
            json!([]),
            json!(["types"]),
            json!(["Other", "Things"]),
        ] {
            self.set(at, operation, "tags", "tags", Some(tags));
        }
        self.set(at, operation, "deprecated", "deprecated", Some(json!(true)));
        self.set(at, operation, "security", "security", Some(json!([])));
        self.add(at, "an operation gone", None);
        if operation.get("parameters").is_none() {
            let added = json!([{"name": "zz", "in": "query", "schema": {"type": "string"}}]);
            self.set(at, operation, "a parameter", "parameters", Some(added));
        }
        let empty = json!([]);
        self.parameters_of(at, operation.get("parameters").unwrap_or(&empty));
        if let Some(body) = operation.get("requestBody") {
            let at = format!("{at}/requestBody");
            let required = body.get("required").is_none().then_some(json!(true));
            self.set(&at, body, "required or not", "required", required);
            self.content(&at, body);
            self.add(&at, "no body", None);
        } else {
            let schema = json!({"type": "object", "properties": {"zz": {"type": "string"}}});
            let body = json!({"content": {"application/json": {"schema": schema}}});
            self.set(at, operation, "a body", "requestBody", Some(body));
        }
        let answers = operation["responses"].as_object().unwrap();
        for (status, answer) in answers {
            for other in ["200", "201", "202", "204", "2XX", "default", "400", "302"] {
                let mut moved = answers.clone();
                let answer = moved.remove(status).unwrap();
                moved.insert(other.to_owned(), answer);
                self.set(
                    at,
                    operation,
                    "another status",
                    "responses",
                    Some(moved.into()),
                );
                let mut more = answers.clone();
                more.entry(other)
                    .or_insert_with(|| json!({"description": ""}));
                self.set(
                    at,
                    operation,
                    "a status more",
                    "responses",
                    Some(more.into()),
                );
            }
            self.add(&format!("{at}/responses/{status}"), "a status gone", None);
            self.content(&format!("{at}/responses/{status}"), answer);
        }
    }

    fn parameters_of(&mut self, at: &str, list: &Value) {
        if list.as_array().is_some_and(|items| !items.is_empty()) {
            self.parameters(&format!("{at}/parameters"), list);
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

/// Every change of everything in a document.
pub(crate) fn changes(base: &Value) -> Vec<Change> {
    let mut out = Changes::default();
    for (name, schema) in base["components"]["schemas"].as_object().unwrap() {
        let at = format!("/components/schemas/{name}");
        out.schema(&at, schema);
    }
    for (path, item) in base["paths"].as_object().unwrap() {
        let at = format!("/paths/{}", escaped(path));
        if let Some(list) = item.get("parameters") {
            out.parameters_of(&at, list);
        }
        for (verb, operation) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| is_method(key))
        {
            out.operation(&format!("{at}/{verb}"), operation);
        }
    }
    out.all
}
