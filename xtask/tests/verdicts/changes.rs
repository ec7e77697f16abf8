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

pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// Collects changes of everything below a document.
#[derive(Default)]
pub(crate) struct Changes {
    all: Vec<Change>,
}

impl Changes {
    pub(crate) fn add(&mut self, at: &str, what: &'static str, becomes: Option<Value>) {
        self.all.push(Change {
            at: at.to_owned(),
            what,
            becomes,
        });
    }

    /// The value with one keyword set, or removed.
    pub(crate) fn set(
        &mut self,
        at: &str,
        value: &Value,
        what: &'static str,
        key: &str,
        to: Option<Value>,
    ) {
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
