//! Resources without rules of their own: stored as they are sent, answered as their schema says.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::synthesize::Synthesizer;
use crate::store::{Documents, State};

/// Fields that no two documents of a collection share.
const UNIQUE: [(&str, &str); 2] = [("/domains", "name"), ("/redirect_urls", "url")];

/// What the shape of an operation's path and answer says it does.
pub(super) fn handler(
    call: &super::document::Operation,
    document: &super::document::Document,
) -> Handler {
    let last_is_variable = call
        .segments
        .last()
        .is_some_and(|segment| segment.starts_with('{'));
    let has_items = document
        .operations
        .iter()
        .any(|other| other.path.starts_with(&format!("{}/{{", call.path)));
    let is_list = document.operations.iter().any(|other| {
        other.path == call.path && other.method == "GET" && answers_list(other, document)
    });
    let is_collection = has_items || is_list || call.segments.len() == 1;
    match (call.method.as_str(), last_is_variable) {
        ("GET", _) if is_list => Handler::Read(list),
        ("GET", true) => Handler::Read(get),
        ("DELETE", true) => Handler::Write(delete),
        (_, true) => Handler::Write(update),
        ("GET", false) => Handler::Write(singleton),
        ("POST", false) if is_collection => Handler::Write(create),
        ("PUT", false) if is_list => Handler::Write(replace_all),
        ("POST", false)
            if call
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

fn answers_list(
    operation: &super::document::Operation,
    document: &super::document::Document,
) -> bool {
    operation
        .answer
        .as_ref()
        .and_then(|schema| document.resolve(schema))
        .is_some_and(|schema| {
            schema.kind == Some(super::schema::Kind::Array)
                || schema.properties.contains_key("data")
        })
}

/// The path with the values of its variables, without its last `drop` segments.
fn place(call: &Call<'_>, drop: usize) -> String {
    let mut variables = call.variables.iter();
    let parts: Vec<&str> = call
        .operation
        .segments
        .iter()
        .map(|segment| {
            if segment.starts_with('{') {
                variables.next().map_or("", String::as_str)
            } else {
                segment
            }
        })
        .collect();
    parts[..parts.len().saturating_sub(drop)].join("/")
}

/// What a collection holds, in words: `group_role_mappings` of `directories/…`.
fn what(collection: &str) -> &str {
    collection
        .rsplit('/')
        .next()
        .unwrap_or(collection)
        .trim_end_matches('s')
}

/// Whatever the path names before its end has to exist: the directory of `/directories/{id}/group_role_mappings`.
fn check_parents(call: &Call<'_>, state: &State, segments: usize) -> Result<(), ApiError> {
    let all = place(call, 0);
    let parts: Vec<&str> = all.split('/').collect();
    for index in 1..segments.min(parts.len()) {
        if call.operation.segments[index].starts_with('{') {
            let (collection, id) = (parts[..index].join("/"), parts[index]);
            let exists = match collection.as_str() {
                "users" => state.users.get(id).is_some(),
                // Kinds of templates and providers are no documents.
                "templates" => true,
                _ => state.documents.get(&collection, id).is_some(),
            };
            if !exists {
                return Err(ApiError::not_found(what(&collection), id));
            }
        }
    }
    Ok(())
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let collection = place(call, 0);
    check_parents(call, state, call.operation.segments.len())?;
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

fn get(call: &Call<'_>, state: &State) -> Answer {
    let (collection, id) = (place(call, 1), last(call));
    check_parents(call, state, call.operation.segments.len() - 1)?;
    let document = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(what(&collection), id))?;
    Ok(Documents::shown(document))
}

fn last<'a>(call: &'a Call<'_>) -> &'a str {
    call.variables.last().map_or("", String::as_str)
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    create_with(call, state, call.fields())
}

/// Makes a document from these fields instead of the request's.
pub(super) fn create_with(
    call: &Call<'_>,
    state: &mut State,
    mut given: Map<String, Value>,
) -> Answer {
    check_parents(call, state, call.operation.segments.len())?;
    let unique = UNIQUE
        .iter()
        .find(|(path, _)| *path == call.operation.path)
        .map(|(_, field)| *field);
    if let Some(field) = unique
        && let Some(text) = given.get(field).and_then(Value::as_str)
        && state.documents.find(&place(call, 0), field, text).is_some()
    {
        return Err(ApiError::taken(field));
    }
    for (name, value) in parents(call) {
        given.entry(name).or_insert(value);
    }
    let document = call.made(given);
    if let Some(id) = id_of(&document) {
        state
            .documents
            .insert(&place(call, 0), &id, document.clone());
    }
    Ok(Documents::shown(&document))
}

/// `directory_id` for what is below a directory.
fn parents(call: &Call<'_>) -> Map<String, Value> {
    let names = call
        .operation
        .segments
        .iter()
        .filter(|segment| segment.starts_with('{'));
    names
        .zip(&call.variables)
        .map(|(name, value)| (name.trim_matches(['{', '}']).to_owned(), json!(value)))
        .collect()
}

fn id_of(document: &Value) -> Option<String> {
    ["id", "agent_task_id"]
        .iter()
        .find_map(|name| document.get(*name)?.as_str())
        .map(str::to_owned)
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let (collection, id) = (place(call, 1), last(call));
    check_parents(call, state, call.operation.segments.len() - 1)?;
    let existing = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(what(&collection), id))?;
    let (kept, answer) = merged(call, existing, &call.fields());
    state.documents.insert(&collection, id, kept);
    Ok(answer)
}

/// The document with the fields that its schema knows and accepts: as it is kept, and as it is answered.
fn merged(call: &Call<'_>, document: &Value, fields: &Map<String, Value>) -> (Value, Value) {
    let mut all = document.as_object().cloned().unwrap_or_default();
    for (name, value) in fields {
        all.insert(name.clone(), value.clone());
    }
    all.insert("updated_at".into(), call.now.into());
    let answer = call.made(all);
    let mut kept = document.clone();
    if let (Value::Object(kept), Value::Object(answer)) = (&mut kept, &answer) {
        kept.extend(answer.clone());
    }
    (kept, answer)
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let (collection, id) = (place(call, 1), last(call));
    check_parents(call, state, call.operation.segments.len() - 1)?;
    let document = state
        .documents
        .remove(&collection, id)
        .ok_or_else(|| ApiError::not_found(what(&collection), id))?;
    state.documents.remove_below(&format!("{collection}/{id}/"));
    let object = document
        .get("object")
        .and_then(Value::as_str)
        .unwrap_or_else(|| what(&collection));
    // Some deletions answer with what was deleted.
    let mut given = deleted(object, id).as_object().cloned().unwrap_or_default();
    if let Value::Object(document) = &document {
        given.extend(document.clone());
    }
    Ok(Documents::shown(&call.made(given)))
}

/// `POST /things/{id}/verb`: the answer's fields that the request or the verb names are set.
fn act(call: &Call<'_>, state: &mut State) -> Answer {
    let (collection, id, verb) = (place(call, 2), last(call), call.operation.segments.last());
    check_parents(call, state, call.operation.segments.len() - 2)?;
    let existing = state
        .documents
        .get(&collection, id)
        .ok_or_else(|| ApiError::not_found(what(&collection), id))?;
    let mut fields = call.fields();
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
    let answer = merged(call, &document, &Map::new()).1;
    state.documents.insert(&collection, id, document);
    Ok(answer)
}

/// `PUT /things/{id}/parts {"parts": […]}`: the list replaces what was there.
fn replace_all(call: &Call<'_>, state: &mut State) -> Answer {
    check_parents(call, state, call.operation.segments.len())?;
    let collection = place(call, 0);
    let items = call
        .fields()
        .into_iter()
        .find_map(|(_, value)| match value {
            Value::Array(items) => Some(items),
            _ => None,
        });
    let schema = call
        .operation
        .answer
        .as_ref()
        .and_then(|schema| call.world.document.resolve(schema));
    let item = schema
        .and_then(|schema| call.world.document.resolve(schema.properties.get("data")?))
        .and_then(|data| data.items.as_deref());
    state.documents.retain(&collection, |_| false);
    if let Some(item) = item {
        for given in items.unwrap_or_default() {
            let mut given = given.as_object().cloned().unwrap_or_default();
            given.extend(parents(call));
            let document = Synthesizer {
                world: call.world,
                now: call.now,
            }
            .make(item, &given);
            if let Some(id) = id_of(&document) {
                state.documents.insert(&collection, &id, document);
            }
        }
    }
    Ok(call.documents(state.documents.all(&collection)))
}

/// One document at a path of its own, made when it is first asked for.
fn singleton(call: &Call<'_>, state: &mut State) -> Answer {
    check_parents(call, state, call.operation.segments.len())?;
    if call.operation.answer.is_none() {
        return Ok(Value::Null);
    }
    let path = place(call, 0);
    let (kept, answer) = match state.documents.get("singletons", &path) {
        Some(existing) if call.operation.method == "GET" => return Ok(Documents::shown(existing)),
        Some(existing) => merged(call, existing, &call.fields()),
        None => {
            let made = call.made(call.fields());
            (made.clone(), made)
        }
    };
    state.documents.insert("singletons", &path, kept);
    Ok(answer)
}
