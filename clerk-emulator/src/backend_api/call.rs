//! One request that passed validation, and what handlers ask of it.

use serde_json::{Map, Value, json};

use super::document::Operation;
use super::errors::ApiError;
use super::schema::Kind;
use super::synthesize::Synthesizer;
use crate::store::{Documents, State};
use crate::world::World;

/// What a handler answers.
pub(crate) type Answer = Result<Value, ApiError>;

/// What an operation does.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Read(fn(&Call<'_>, &State) -> Answer),
    Write(fn(&Call<'_>, &mut State) -> Answer),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caller {
    /// With the instance's secret key.
    Instance,
    /// With a machine's secret key: the machine's id.
    Machine(String),
    /// Without a key.
    Anybody,
}

/// A file that was sent.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// A request.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    pub(crate) operation: &'a Operation,
    pub(crate) now: i64,
    pub(crate) caller: Caller,
    /// The values of the path's variables.
    pub(crate) variables: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) upload: Option<Upload>,
}

impl Call<'_> {
    /// The value of the path's variable with this number.
    pub(crate) fn id(&self, index: usize) -> &str {
        self.variables.get(index).map_or("", String::as_str)
    }

    /// A field of the body that is there and not null.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }

    /// Whether the body has the field, null or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.body.get(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// A text that validation made sure of.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.field(name)?.as_bool()
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        let value = self.field(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.field(name)?.as_object()
    }

    /// The texts of a list in the body.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        Some(
            self.field(name)?
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        )
    }

    /// The time so many seconds from now, whatever number was sent.
    pub(crate) fn after(&self, seconds: i64) -> i64 {
        self.now.saturating_add(seconds.saturating_mul(1000))
    }

    /// The body's fields.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        self.body.as_object().cloned().unwrap_or_default()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter that may be repeated.
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

    /// Which part of a list is asked for: skip and take.
    fn window(&self) -> (usize, usize) {
        let number = |name, otherwise| {
            self.query(name)
                .and_then(|n| n.parse().ok())
                .unwrap_or(otherwise)
        };
        (number("offset", 0), number("limit", 10))
    }

    /// The part of the list that is asked for, in the shape that is asked for.
    pub(crate) fn page<T>(&self, all: &[T], show: impl Fn(&T) -> Value) -> Value {
        let (skip, take) = self.window();
        let data: Vec<Value> = all.iter().skip(skip).take(take).map(show).collect();
        self.list(data, all.len())
    }

    /// A list in the shape that the document says, or that the request asks for.
    pub(crate) fn list(&self, data: Vec<Value>, total: usize) -> Value {
        if self.answers_array() && self.query_flag("paginated") != Some(true) {
            Value::Array(data)
        } else {
            json!({"data": data, "total_count": total})
        }
    }

    fn answers_array(&self) -> bool {
        let answer = self
            .operation
            .answer
            .as_ref()
            .and_then(|schema| self.world.document.resolve(schema));
        answer.is_some_and(|schema| schema.kind == Some(Kind::Array))
    }

    /// A list of documents that contain the query's text, as `order_by` says or newest first.
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
        self.page(&found, |document| Documents::shown(document))
    }

    /// What `order_by` says: a field and whether the greatest comes first. Newest first when it says nothing.
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

    /// A document as this operation answers it, from what is given and made up where nothing is.
    pub(crate) fn made(&self, given: Map<String, Value>) -> Value {
        self.operation
            .answer
            .as_ref()
            .map_or(Value::Null, |schema| {
                Synthesizer {
                    world: self.world,
                    now: self.now,
                }
                .make(schema, &given)
            })
    }

    /// As `made`, from JSON that is an object.
    pub(crate) fn made_of(&self, given: Value) -> Value {
        match given {
            Value::Object(given) => self.made(given),
            _ => self.made(Map::new()),
        }
    }
}

/// `{object, id, deleted: true}`
pub(crate) fn deleted(object: &str, id: &str) -> Value {
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
