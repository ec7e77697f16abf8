//! One document as the comparison sees it: its operations and events, with references followed.

use serde_json::{Map, Value};

use crate::document::is_method;

/// Longer chains of references are loops.
const MAX_HOPS: usize = 32;

/// A document.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    root: &'a Value,
}

/// Whether an operation is called by us or calls us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Call,
    Event,
}

/// One operation, or one webhook event.
#[derive(Clone)]
pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) role: Role,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) value: &'a Value,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// A parameter, and the shared one it comes from.
#[derive(Clone, Copy)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a str,
    pub(super) shared: Option<&'a str>,
    pub(super) value: &'a Value,
}

/// A body, sent or received, and the shared one it comes from.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) shared: Option<&'a str>,
    pub(super) required: bool,
    pub(super) media: Option<&'a str>,
    pub(super) schema: Option<&'a Value>,
}

impl<'a> Api<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Api { root }
    }

    /// Follows references until something else than a reference; a dangling or circular one gives null.
    pub(super) fn resolve(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MAX_HOPS {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                return value;
            };
            match self.pointer(target) {
                Some(found) => value = found,
                None => return &Value::Null,
            }
        }
        &Value::Null
    }

    /// What one reference leads to, itself perhaps a reference.
    pub(super) fn pointer(&self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// The named parts of one section of `components`, sorted.
    pub(super) fn components(
        &self,
        section: &str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let map = self
            .root
            .get("components")
            .and_then(|components| components.get(section))
            .and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn schema(&self, name: &str) -> Option<&'a Value> {
        self.root.get("components")?.get("schemas")?.get(name)
    }

    /// Every operation and every event, in sorted order of their paths.
    pub(super) fn operations(&self) -> Vec<Operation<'a>> {
        let mut found = Vec::new();
        for (section, role) in [
            ("paths", Role::Call),
            ("x-webhooks", Role::Event),
            ("webhooks", Role::Event),
        ] {
            for (path, item) in self
                .root
                .get(section)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                for (method, value) in item
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| is_method(key))
                {
                    let named = value
                        .get("operationId")
                        .and_then(Value::as_str)
                        .filter(|_| role == Role::Call);
                    found.push(Operation {
                        id: named.unwrap_or(path),
                        role,
                        method,
                        path,
                        value,
                        parameters: self.parameters(item, value),
                    });
                }
            }
        }
        found
    }

    /// The parameters of a path, overridden by those of the operation.
    fn parameters(&self, item: &'a Value, operation: &'a Value) -> Vec<Parameter<'a>> {
        let mut found: Vec<Parameter<'a>> = Vec::new();
        for value in [item, operation]
            .into_iter()
            .filter_map(|owner| owner.get("parameters")?.as_array())
            .flatten()
        {
            let resolved = self.resolve(value);
            let text = |key| {
                resolved
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let shared = shared_name(value, "parameters");
            let parameter = Parameter {
                name: text("name"),
                place: text("in"),
                shared,
                value: resolved,
            };
            found.retain(|other| (other.name, other.place) != (parameter.name, parameter.place));
            found.push(parameter);
        }
        found
    }

    /// The body an operation sends (or an event brings).
    pub(super) fn body(&self, operation: &'a Value) -> Option<Content<'a>> {
        operation
            .get("requestBody")
            .map(|body| self.content(body, "requestBodies"))
    }

    /// The status and body of an answer that means success: the lowest 2xx, else `default`.
    pub(super) fn success(&self, operation: &'a Value) -> Option<(&'a str, Content<'a>)> {
        let all = operation.get("responses")?.as_object()?;
        let found = all
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .or_else(|| all.get_key_value("default"));
        found.map(|(status, response)| (status.as_str(), self.content(response, "responses")))
    }

    pub(super) fn content(&self, value: &'a Value, section: &str) -> Content<'a> {
        let resolved = self.resolve(value);
        let media = resolved
            .get("content")
            .and_then(Value::as_object)
            .and_then(preferred);
        Content {
            shared: shared_name(value, section),
            required: resolved
                .get("required")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            media: media.map(|(name, _)| name),
            schema: media.and_then(|(_, media)| media.get("schema")),
        }
    }
}

impl<'a> Operation<'a> {
    /// The path parameters in the order of the path, which is the order of the method's arguments.
    pub(super) fn arguments(&self) -> Vec<(&'a str, Option<Parameter<'a>>)> {
        let names = self
            .path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name);
        let known = |name| {
            self.parameters
                .iter()
                .find(|found| found.place == "path" && found.name == name)
                .copied()
        };
        names.map(|name| (name, known(name))).collect()
    }

    /// Method and path.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Method and path with its parameters unnamed, which tells where a request goes.
    pub(super) fn route(&self) -> String {
        let parts = self
            .path
            .split('/')
            .map(|part| match (part.find('{'), part.find('}')) {
                (Some(open), Some(close)) if open < close => {
                    format!("{}{{}}{}", &part[..open], &part[close + 1..])
                }
                _ => part.to_owned(),
            });
        format!(
            "{} {}",
            self.method.to_uppercase(),
            parts.collect::<Vec<_>>().join("/")
        )
    }
}

/// The name of the component of that section that a value refers to.
pub(super) fn shared_name<'a>(value: &'a Value, section: &str) -> Option<&'a str> {
    value
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/")?
        .strip_prefix(section)?
        .strip_prefix('/')
}

/// JSON where there is any, else what comes first.
fn preferred(content: &Map<String, Value>) -> Option<(&str, &Value)> {
    let json = content.iter().find(|(name, _)| {
        name.split(';')
            .next()
            .is_some_and(|name| name.trim().ends_with("json"))
    });
    json.or_else(|| content.iter().next())
        .map(|(name, media)| (name.as_str(), media))
}
