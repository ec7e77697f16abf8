//! Operations without rules of their own: what is sent is kept below its user or organization, and returned as the schema
//! says.

use serde_json::{Map, Value, json};

use super::context::{ActionResult, FapiContext, Visitor};
use crate::domain::documents::{document_id, item_name};
use crate::domain::organizations::access::{check_access, check_permission};
use crate::domain::synthesize::synthesize_by;
use crate::http::error::ApiError;
use crate::openapi::document::Operation;
use crate::openapi::schema::{Kind, Schema};
use crate::store::Documents;

/// So much is kept of one list.
const MAX_KEPT: usize = 1_000;

/// What an operation's path names, and what it returns.
struct Kept<'a> {
    operation: &'a Operation,
    /// The schema of what is returned, without the client beside it.
    schema: Option<&'a Schema>,
    /// The path below `/v1`, with its variables, and the user in place of `me`: `users/user_1/web3_wallets`.
    segments: Vec<String>,
}

/// Does what the form of an operation's path and response says that it does.
pub(super) fn keep(
    context: &mut FapiContext<'_>,
    visitor: &Visitor,
    operation: &Operation,
) -> ActionResult {
    let segments = owned_path(context, visitor, operation)?;
    let kept = Kept {
        operation,
        schema: returned_schema(context, operation),
        segments,
    };
    let document = context.cx.instance.frontend;
    let last_is_variable = is_variable(operation.segments.last());
    let before_last_is_variable = is_variable(operation.segments.iter().rev().nth(1));
    let is_list = document.operations.iter().any(|other| {
        other.path == operation.path
            && other.method == "GET"
            && returned_schema(context, other).is_some_and(is_list_schema)
    });
    let has_items = document
        .operations
        .iter()
        .any(|other| other.path.starts_with(&format!("{}/{{", operation.path)));
    match (operation.method.as_str(), last_is_variable) {
        ("GET", _) if is_list => Ok(kept.list(context)),
        ("GET", true) => kept.get(context),
        ("DELETE", true) => kept.delete(context),
        (_, true) => kept.change(context, 1),
        ("POST", false) if has_items || is_list => Ok(kept.create(context)),
        ("POST" | "PATCH" | "DELETE", false) if before_last_is_variable => kept.change(context, 2),
        _ => Ok(kept.singleton(context)),
    }
}

fn is_variable(segment: Option<&String>) -> bool {
    segment.is_some_and(|segment| segment.starts_with('{'))
}

/// Returns the path with its variables, and checks that the visitor may see what it is below.
fn owned_path(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    operation: &Operation,
) -> Result<Vec<String>, ApiError> {
    let path = &context.request.segments;
    let below = path.strip_prefix(&["v1".to_owned()][..]).unwrap_or(path);
    let mut segments = below.to_vec();
    match &mut segments[..] {
        [first, ..] if first == "me" => {
            segments.splice(0..1, ["users".to_owned(), visitor.user_id.clone()]);
        }
        [first, organization, ..] if first == "organizations" => {
            let (state, user) = (&*context.state, &visitor.user_id);
            // Who may change the organization may change what is kept below it.
            *organization = if operation.method == "GET" {
                let member = check_access(state, organization, user)?;
                member.organization_id.clone()
            } else {
                check_permission(state, organization, user, "org:sys_profile:manage")?
            };
        }
        _ => {}
    }
    // Parents that are documents have to be there.
    let shift = segments.len() - below.len();
    let declared = &operation.segments[path.len() - below.len()..];
    for (index, name) in declared.iter().enumerate() {
        let (place, last) = (index + shift, declared.len() - 1);
        if name.starts_with('{') && place >= 2 && index < last.saturating_sub(1) {
            let collection = segments[..place].join("/");
            let id = &segments[place];
            if context.state.documents.get(&collection, id).is_none() {
                return Err(ApiError::not_found(item_name(&collection), id));
            }
        }
    }
    Ok(segments)
}

fn returned_schema<'a>(context: &FapiContext<'a>, operation: &'a Operation) -> Option<&'a Schema> {
    let document = context.cx.instance.frontend;
    let schema = document.resolve(operation.response.as_ref()?)?;
    match (
        schema.properties.get("response"),
        schema.properties.get("client"),
    ) {
        (Some(response), Some(_)) => document.resolve(response),
        _ => Some(schema),
    }
}

fn is_list_schema(schema: &Schema) -> bool {
    schema.kind == Some(Kind::Array) || schema.properties.contains_key("data")
}

impl Kept<'_> {
    /// Returns the path without its last `drop` segments: the name of a collection.
    fn collection(&self, drop: usize) -> String {
        self.segments[..self.segments.len() - drop].join("/")
    }

    /// Returns the collection and the id of the document that is `from_end` segments before the path's end.
    fn named(&self, from_end: usize) -> (String, &str) {
        let place = self.segments.len() - from_end;
        (self.segments[..place].join("/"), &self.segments[place])
    }

    fn view(&self, context: &FapiContext<'_>, fields: &Map<String, Value>) -> Value {
        let document = context.cx.instance.frontend;
        let made = self
            .schema
            .map(|schema| synthesize_by(context.cx, document, schema, fields));
        Documents::view(&made.unwrap_or(Value::Null))
    }

    fn list(&self, context: &FapiContext<'_>) -> Value {
        let all: Vec<Value> = context
            .state
            .documents
            .all(&self.collection(0))
            .rev()
            .map(Documents::view)
            .collect();
        let total = all.len();
        let page = context.page(all);
        match self.schema.and_then(|schema| schema.kind) {
            Some(Kind::Array) => Value::Array(page),
            _ => json!({"data": page, "total_count": total}),
        }
    }

    fn get(&self, context: &FapiContext<'_>) -> ActionResult {
        let (collection, id) = self.named(1);
        let found = context.state.documents.get(&collection, id);
        let found = found.ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
        Ok(self.view(context, &fields_of(found)))
    }

    fn create(&self, context: &mut FapiContext<'_>) -> Value {
        let fields = context.request.params().fields();
        let document = self.view(context, &fields);
        if let Some(id) = document_id(&document) {
            let collection = self.collection(0);
            context.state.make_room_in(&collection, MAX_KEPT);
            context
                .state
                .documents
                .insert(&collection, &id, document.clone());
        }
        document
    }

    /// Sets the fields that are sent in the document that is `from_end` segments before the path's end.
    fn change(&self, context: &mut FapiContext<'_>, from_end: usize) -> ActionResult {
        let (collection, id) = self.named(from_end);
        let found = context.state.documents.get(&collection, id);
        let found = found.ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
        let mut stored = fields_of(found);
        stored.extend(context.request.params().fields());
        stored.insert("updated_at".into(), context.cx.now.into());
        let view = self.view(context, &stored);
        let stored = Value::Object(stored);
        context.state.documents.insert(&collection, id, stored);
        Ok(view)
    }

    fn delete(&self, context: &mut FapiContext<'_>) -> ActionResult {
        let (collection, id) = self.named(1);
        let removed = context.state.documents.remove(&collection, id);
        let removed = removed.ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
        let below = format!("{collection}/{id}/");
        context.state.documents.remove_below(&below);
        let mut fields = fields_of(&removed);
        fields.insert("deleted".into(), true.into());
        Ok(self.view(context, &fields))
    }

    /// Returns or changes the one document at a path; makes it when it is first asked for.
    fn singleton(&self, context: &mut FapiContext<'_>) -> Value {
        let path = self.collection(0);
        let stored = context.state.documents.get("singletons", &path);
        let mut fields = stored.map(fields_of).unwrap_or_default();
        fields.extend(context.request.params().fields());
        let document = self.view(context, &fields);
        if self.operation.method != "GET" {
            let stored = document.clone();
            context.state.documents.insert("singletons", &path, stored);
        }
        document
    }
}

fn fields_of(document: &Value) -> Map<String, Value> {
    document.as_object().cloned().unwrap_or_default()
}
