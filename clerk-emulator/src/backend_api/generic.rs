//! Resources without rules of their own: stored as they are sent, returned as their schema says.

use serde_json::{Map, Value};

use super::call::{Call, Handler, HandlerResult, deleted_view};
use crate::domain::documents::{create_document, document_id, item_name};
use crate::domain::synthesize::{synthesize, synthesize_response};
use crate::http::error::ApiError;
use crate::openapi::document::{Document, Operation};
use crate::openapi::schema::Kind;
use crate::store::{Documents, State};

/// Returns what the form of an operation's path and response says that it does.
pub(super) fn generic_handler(operation: &Operation, document: &Document) -> Handler {
    let last_is_variable = operation
        .segments
        .last()
        .is_some_and(|segment| segment.starts_with('{'));
    let has_items = document
        .operations
        .iter()
        .any(|other| other.path.starts_with(&format!("{}/{{", operation.path)));
    let is_list = document.operations.iter().any(|other| {
        other.path == operation.path && other.method == "GET" && returns_list(other, document)
    });
    let is_collection = has_items || is_list || operation.segments.len() == 1;
    match (operation.method.as_str(), last_is_variable) {
        ("GET", _) if is_list => Handler::Read(list),
        ("GET", true) => Handler::Read(get),
        ("DELETE", true) => Handler::Write(delete),
        (_, true) => Handler::Write(update),
        ("GET", false) => Handler::Write(singleton),
        ("POST", false) if is_collection => Handler::Write(create),
        ("PUT", false) if is_list => Handler::Write(replace_all),
        ("POST", false)
            if operation
                .segments
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|s| s.starts_with('{')) =>
        {
            Handler::Write(act)
        }
        _ => Handler::Write(singleton),
    }
}

fn returns_list(operation: &Operation, document: &Document) -> bool {
    let schema = operation.response.as_ref();
    let schema = schema.and_then(|schema| document.resolve(schema));
    schema.is_some_and(|schema| {
        schema.kind == Some(Kind::Array) || schema.properties.contains_key("data")
    })
}

fn list(call: &Call<'_>, state: &State) -> HandlerResult {
    let collection = call.target().collection(0);
    call.target()
        .check_parents(state, call.operation.segments.len())?;
    // Whatever else is asked for by the name of a field has to be in that field.
    let filters: Vec<(&str, &str)> = call
        .query
        .iter()
        .filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "limit" | "offset" | "order_by" | "query" | "paginated"
            )
        })
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let fits = |document: &&Value| {
        filters
            .iter()
            .all(|(name, wanted)| match document.get(*name) {
                None => true,
                Some(Value::String(text)) => text == wanted,
                // Flags and numbers as JSON writes them.
                Some(other) => {
                    serde_json::from_str(wanted).is_ok_and(|wanted: Value| wanted == *other)
                }
            })
    };
    Ok(call.documents(state.documents.all(&collection).filter(fits)))
}

fn get(call: &Call<'_>, state: &State) -> HandlerResult {
    let (collection, id) = (call.target().collection(1), call.target().last_id());
    call.target()
        .check_parents(state, call.operation.segments.len() - 1)?;
    let document = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
    Ok(Documents::view(document))
}

fn create(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let document = create_document(call.cx, state, call.target(), call.params().fields())?;
    Ok(Documents::view(&document))
}

fn update(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let (collection, id) = (call.target().collection(1), call.target().last_id());
    call.target()
        .check_parents(state, call.operation.segments.len() - 1)?;
    let existing = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
    let (stored, response) = merged(call, existing, &call.params().fields());
    state.documents.insert(&collection, id, stored);
    Ok(response)
}

/// Returns the document with the fields that its schema knows and accepts: as it is stored, and as it is returned.
fn merged(call: &Call<'_>, document: &Value, fields: &Map<String, Value>) -> (Value, Value) {
    let mut all = document.as_object().cloned().unwrap_or_default();
    for (name, value) in fields {
        all.insert(name.clone(), value.clone());
    }
    all.insert("updated_at".into(), call.cx.now.into());
    let response = synthesize_response(call.cx, call.operation, &all);
    let mut stored = document.clone();
    if let (Value::Object(stored), Value::Object(response)) = (&mut stored, &response) {
        stored.extend(response.clone());
    }
    (stored, response)
}

fn delete(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let (collection, id) = (call.target().collection(1), call.target().last_id());
    call.target()
        .check_parents(state, call.operation.segments.len() - 1)?;
    let document = state
        .documents
        .remove(&collection, id)
        .ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
    state.documents.remove_below(&format!("{collection}/{id}/"));
    let object = document
        .get("object")
        .and_then(Value::as_str)
        .unwrap_or_else(|| item_name(&collection));
    // Some deletions return what was deleted.
    let mut given = deleted_view(object, id)
        .as_object()
        .cloned()
        .unwrap_or_default();
    if let Value::Object(document) = &document {
        given.extend(document.clone());
    }
    Ok(Documents::view(&synthesize_response(
        call.cx,
        call.operation,
        &given,
    )))
}

/// `POST /things/{id}/verb`: sets the fields of the response that the request or the verb names.
fn act(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let (collection, id, verb) = (
        call.target().collection(2),
        call.target().last_id(),
        call.operation.segments.last(),
    );
    call.target()
        .check_parents(state, call.operation.segments.len() - 2)?;
    let existing = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(item_name(&collection), id))?;
    let mut fields = call.params().fields();
    if verb.is_some_and(|verb| verb == "revoke") {
        fields.insert("revoked".into(), true.into());
        fields.insert("status".into(), "revoked".into());
    }
    let mut document = existing.clone();
    if let Value::Object(document) = &mut document {
        for (name, value) in fields {
            if document.contains_key(&name) {
                document.insert(name, value);
            }
        }
    }
    let response = merged(call, &document, &Map::new()).1;
    state.documents.insert(&collection, id, document);
    Ok(response)
}

/// `PUT /things/{id}/parts {"parts": […]}`: replaces the whole list.
fn replace_all(call: &Call<'_>, state: &mut State) -> HandlerResult {
    call.target()
        .check_parents(state, call.operation.segments.len())?;
    let collection = call.target().collection(0);
    let items = call
        .params()
        .fields()
        .into_iter()
        .find_map(|(_, value)| match value {
            Value::Array(items) => Some(items),
            _ => None,
        });
    let schema = call
        .operation
        .response
        .as_ref()
        .and_then(|schema| call.cx.instance.document.resolve(schema));
    let item = schema
        .and_then(|schema| {
            call.cx
                .instance
                .document
                .resolve(schema.properties.get("data")?)
        })
        .and_then(|data| data.items.as_deref());
    state.documents.retain(&collection, |_| false);
    if let Some(item) = item {
        for given in items.unwrap_or_default() {
            let mut given = given.as_object().cloned().unwrap_or_default();
            given.extend(call.target().parents());
            let document = synthesize(call.cx, item, &given);
            if let Some(id) = document_id(&document) {
                state.documents.insert(&collection, &id, document);
            }
        }
    }
    Ok(call.documents(state.documents.all(&collection)))
}

/// Returns or changes the single document at a path; creates it when it is first requested.
fn singleton(call: &Call<'_>, state: &mut State) -> HandlerResult {
    call.target()
        .check_parents(state, call.operation.segments.len())?;
    if call.operation.response.is_none() {
        return Ok(Value::Null);
    }
    let path = call.target().collection(0);
    let (stored, response) = match state.documents.get("singletons", &path) {
        Some(existing) if call.operation.method == "GET" => return Ok(Documents::view(existing)),
        Some(existing) => merged(call, existing, &call.params().fields()),
        None => {
            let made = synthesize_response(call.cx, call.operation, &call.params().fields());
            (made.clone(), made)
        }
    };
    state.documents.insert("singletons", &path, stored);
    Ok(response)
}
