//! One request that passed validation, and what handlers need of it.

use serde_json::{Value, json};

use crate::domain::documents::Target;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::openapi::document::Operation;
use crate::openapi::schema::Kind;
use crate::store::{Documents, State};

/// What a handler returns: the response's body.
pub(crate) type HandlerResult = Result<Value, ApiError>;

/// What an operation does.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Read(fn(&Call<'_>, &State) -> HandlerResult),
    Write(fn(&Call<'_>, &mut State) -> HandlerResult),
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read(_) => "Read",
            Self::Write(_) => "Write",
        })
    }
}

/// Operations by their ids in Clerk's document.
pub(super) type Handlers = &'static [(&'static str, Handler)];

/// Whose key a request has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caller {
    /// The instance's secret key.
    Instance,
    /// A machine's secret key: the machine's id.
    Machine(String),
    /// No key.
    Anonymous,
}

/// A request.
pub(crate) struct Call<'a> {
    pub(super) cx: Context<'a>,
    pub(super) operation: &'a Operation,
    pub(super) caller: Caller,
    /// The values of the path's variables.
    pub(super) variables: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) upload: Option<Upload>,
}

impl Call<'_> {
    /// Returns the value of the path's variable with this number.
    pub(crate) fn id(&self, index: usize) -> &str {
        self.variables.get(index).map_or("", String::as_str)
    }

    /// Returns the parameters in the body.
    pub(crate) fn params(&self) -> Params<'_> {
        Params::new(&self.body)
    }

    /// Returns the place that the path names.
    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            operation: self.operation,
            variables: &self.variables,
        }
    }

    /// Returns the file that was sent.
    pub(crate) fn upload(&self) -> Result<&Upload, ApiError> {
        self.upload
            .as_ref()
            .ok_or_else(|| ApiError::missing("file"))
    }

    /// Returns the id of the machine whose key the request has.
    pub(crate) fn machine_id(&self) -> Option<&str> {
        match &self.caller {
            Caller::Machine(id) => Some(id),
            Caller::Instance | Caller::Anonymous => None,
        }
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns all values of a query parameter that may be repeated.
    pub(crate) fn query_all(&self, name: &str) -> Vec<&str> {
        let list = |have: &str| have == name || have.strip_suffix("[]") == Some(name);
        self.query
            .iter()
            .filter(|(have, _)| list(have))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn query_flag(&self, name: &str) -> Option<bool> {
        self.query(name)?.parse().ok()
    }

    pub(crate) fn query_int(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// Returns which part of a list the request asks for: how many to skip and to take.
    fn window(&self) -> (usize, usize) {
        let number = |name, otherwise| {
            self.query(name)
                .and_then(|n| n.parse().ok())
                .unwrap_or(otherwise)
        };
        (number("offset", 0), number("limit", 10))
    }

    /// Returns the part of a list that the request asks for.
    pub(crate) fn page<T>(&self, all: &[T], view: impl Fn(&T) -> Value) -> Value {
        let (skip, take) = self.window();
        let data: Vec<Value> = all.iter().skip(skip).take(take).map(view).collect();
        self.list(data, all.len())
    }

    /// Returns a list in the shape that the document says or the request asks for: an array, or with its total count.
    pub(crate) fn list(&self, data: Vec<Value>, total: usize) -> Value {
        if self.returns_array() && self.query_flag("paginated") != Some(true) {
            Value::Array(data)
        } else {
            json!({"data": data, "total_count": total})
        }
    }

    fn returns_array(&self) -> bool {
        let schema = self.operation.response.as_ref();
        let schema = schema.and_then(|schema| self.cx.instance.document.resolve(schema));
        schema.is_some_and(|schema| schema.kind == Some(Kind::Array))
    }

    /// Returns the documents that contain the query's text, ordered as `order_by` says, by default the newest first.
    pub(crate) fn documents<'a>(
        &self,
        documents: impl DoubleEndedIterator<Item = &'a Value>,
    ) -> Value {
        let query = self.query("query").map(str::to_lowercase);
        let mut found: Vec<&Value> = documents
            .rev()
            .filter(|document| query.as_ref().is_none_or(|query| mentions(document, query)))
            .collect();
        let (field, descending) = self.order("created_at");
        found.sort_by(|a, b| {
            let order = compare(a.get(field), b.get(field));
            if descending { order.reverse() } else { order }
        });
        self.page(&found, |document| Documents::view(document))
    }

    /// Reads `order_by`: a field, and whether the greatest comes first. The default is `otherwise`, the greatest first.
    pub(crate) fn order<'b>(&'b self, otherwise: &'b str) -> (&'b str, bool) {
        match self.query("order_by").filter(|order| !order.is_empty()) {
            None => (otherwise, true),
            // A plus in a query that was not encoded reads as a blank.
            Some(order) => match order.strip_prefix('-') {
                Some(field) => (field, true),
                None => (order.trim_start_matches(['+', ' ']), false),
            },
        }
    }
}

/// Returns `{object, id, deleted: true}`.
pub(crate) fn deleted_view(object: &str, id: &str) -> Value {
    json!({"object": object, "id": id, "deleted": true})
}

/// Whether one of the document's texts contains this one.
fn mentions(document: &Value, query: &str) -> bool {
    document.as_object().is_some_and(|fields| {
        fields
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .any(|(_, value)| {
                value
                    .as_str()
                    .is_some_and(|text| text.to_lowercase().contains(query))
            })
    })
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a
            .as_f64()
            .unwrap_or(0.0)
            .total_cmp(&b.as_f64().unwrap_or(0.0)),
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        _ => std::cmp::Ordering::Equal,
    }
}
