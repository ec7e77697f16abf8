//! The documents of the Backend API and of the Frontend API: their operations, what each takes and what each returns.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::schema::Schema;

static BACKEND_API: LazyLock<Parsed> =
    LazyLock::new(|| Document::parse(include_str!("../../openapi/backend-api.json")));
static FRONTEND_API: LazyLock<Parsed> =
    LazyLock::new(|| Document::parse(include_str!("../../openapi/frontend-api.json")));

type Parsed = Result<Document, serde_json::Error>;

/// A document, parsed once.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) operations: Vec<Operation>,
    schemas: BTreeMap<String, Schema>,
}

/// One operation, its references to parameters and responses resolved.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    /// `["users", "{user_id}", "ban"]`
    pub(crate) segments: Vec<String>,
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Of the first success.
    pub(crate) status: u16,
    pub(crate) response: Option<Schema>,
    pub(crate) needs_key: bool,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) schema: Schema,
    pub(crate) multipart: bool,
}

/// The media types of bodies, the preferred one first: a file's name and type come with a form only.
const MEDIA: [&str; 4] = [
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/json",
    "",
];

#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) schema: Schema,
}

#[derive(Deserialize)]
struct Raw {
    paths: BTreeMap<String, BTreeMap<String, RawOperation>>,
    components: Components,
}

#[derive(Deserialize)]
struct Components {
    schemas: BTreeMap<String, Schema>,
    parameters: serde_json::Value,
    responses: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOperation {
    operation_id: String,
    #[serde(default)]
    parameters: Vec<serde_json::Value>,
    request_body: Option<RawContent>,
    responses: BTreeMap<String, serde_json::Value>,
    security: Option<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
struct RawContent {
    #[serde(default)]
    content: BTreeMap<String, RawMedia>,
}

#[derive(Deserialize)]
struct RawMedia {
    #[serde(default)]
    schema: Schema,
}

impl Document {
    /// Returns the Backend API's document, as this crate was built with it.
    pub(crate) fn backend_api() -> Result<&'static Self, String> {
        let parsed = BACKEND_API.as_ref();
        parsed.map_err(|error| format!("openapi/backend-api.json: {error}"))
    }

    /// Returns the Frontend API's document, as this crate was built with it.
    pub(crate) fn frontend_api() -> Result<&'static Self, String> {
        let parsed = FRONTEND_API.as_ref();
        parsed.map_err(|error| format!("openapi/frontend-api.json: {error}"))
    }

    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let raw: Raw = serde_json::from_str(text)?;
        let components = raw.components;
        let mut operations = Vec::new();
        for (path, methods) in raw.paths {
            for (method, operation) in methods {
                operations.push(operation.resolve(&path, &method, &components)?);
            }
        }
        // If two paths fit, the more specific one comes first: `/users/count` before `/users/{user_id}`.
        operations.sort_by_key(|operation| {
            let variables: Vec<bool> = operation
                .segments
                .iter()
                .map(|s| s.starts_with('{'))
                .collect();
            (variables.len(), variables)
        });
        Ok(Self {
            operations,
            schemas: components.schemas,
        })
    }

    /// Returns the schema that a reference names, or the schema itself.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Schema) -> Option<&'a Schema> {
        match &schema.reference {
            None => Some(schema),
            Some(reference) => self
                .schemas
                .get(reference.strip_prefix("#/components/schemas/")?),
        }
    }

    /// Returns the indices of the operations whose path fits; of the best path only.
    pub(crate) fn at(&self, segments: &[&str]) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for (index, operation) in self.operations.iter().enumerate() {
            let fits = operation.segments.len() == segments.len()
                && operation
                    .segments
                    .iter()
                    .zip(segments)
                    .all(|(have, given)| have.starts_with('{') || have == given);
            if fits
                && found
                    .first()
                    .is_none_or(|first| self.operations[*first].path == operation.path)
            {
                found.push(index);
            }
        }
        found
    }

    /// Returns the operation with this id.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

impl RawOperation {
    fn resolve(
        self,
        path: &str,
        method: &str,
        components: &Components,
    ) -> Result<Operation, serde_json::Error> {
        let parameters = self
            .parameters
            .into_iter()
            .map(|parameter| serde_json::from_value(follow(parameter, &components.parameters)))
            .collect::<Result<Vec<Parameter>, _>>()?;
        let body = self.request_body.and_then(|mut body| {
            let media = MEDIA
                .into_iter()
                .find_map(|wanted| body.content.keys().find(|have| have.starts_with(wanted)));
            let media = media?.clone();
            Some(Body {
                schema: body.content.remove(&media)?.schema,
                multipart: media.starts_with("multipart/"),
            })
        });
        let mut responses = self.responses.into_iter();
        // The statuses are in order: a redirect is the success of what does nothing else.
        let success = responses.find(|(status, _)| status.starts_with(['2', '3']));
        let (status, response) = success.unwrap_or_else(|| ("200".into(), serde_json::Value::Null));
        let response = follow(response, &components.responses);
        let response = if response.is_null() {
            None
        } else {
            let mut response: RawContent = serde_json::from_value(response)?;
            response
                .content
                .remove("application/json")
                .map(|media| media.schema)
        };
        Ok(Operation {
            id: self.operation_id,
            method: method.to_uppercase(),
            segments: path
                .trim_start_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect(),
            path: path.to_owned(),
            parameters,
            body,
            status: status.parse().unwrap_or(200),
            response,
            needs_key: self.security.is_none_or(|security| !security.is_empty()),
        })
    }
}

/// Returns the component that a reference names, or the value itself.
fn follow(value: serde_json::Value, components: &serde_json::Value) -> serde_json::Value {
    let name = value
        .get("$ref")
        .and_then(|r| r.as_str())
        .and_then(|r| r.rsplit('/').next());
    match name {
        Some(name) => components.get(name).cloned().unwrap_or_default(),
        None => value,
    }
}
