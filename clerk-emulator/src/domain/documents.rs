//! Documents that have no rules of their own: made as their schema says.

use serde_json::{Map, Value, json};

use super::billing::plans::{PLANS, complete_plan};
use super::operation_error::OperationError;
use super::synthesize::{synthesize, synthesize_response};
use super::users::linked::add_linked;
use crate::http::error::ApiError;
use crate::instance::{Context, Instance};
use crate::openapi::document::{Document, Operation};
use crate::openapi::schema::Schema;
use crate::store::State;

/// Fields that no two documents of a collection share.
const UNIQUE: [(&str, &str); 2] = [("/domains", "name"), ("/redirect_urls", "url")];

/// Collections with rules: what is in them is no document.
const WITH_RULES: [&str; 5] = [
    "users",
    "sessions",
    "clients",
    "organizations",
    "organization_memberships",
];

/// An operation's path with the values of its variables: `/directories/{id}/group_role_mappings`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) variables: &'a [String],
}

impl<'a> Target<'a> {
    /// Returns the path without its last `drop` segments: the name of a collection.
    pub(crate) fn collection(self, drop: usize) -> String {
        let mut variables = self.variables.iter();
        let parts: Vec<&str> = self
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

    /// Returns the last variable.
    pub(crate) fn last_id(self) -> &'a str {
        self.variables.last().map_or("", String::as_str)
    }

    /// Checks that everything that the first `segments` of the path name exists.
    pub(crate) fn check_parents(self, state: &State, segments: usize) -> Result<(), ApiError> {
        let all = self.collection(0);
        let parts: Vec<&str> = all.split('/').collect();
        for index in 1..segments.min(parts.len()) {
            if self.operation.segments[index].starts_with('{') {
                let (collection, id) = (parts[..index].join("/"), parts[index]);
                let exists = match collection.as_str() {
                    "users" => state.users.get(id).is_some(),
                    // Kinds of templates and providers are no documents.
                    "templates" => true,
                    _ => state.documents.get(&collection, id).is_some(),
                };
                if !exists {
                    return Err(ApiError::not_found(item_name(&collection), id));
                }
            }
        }
        Ok(())
    }

    /// Returns the variables by their names: `directory_id` for what is below a directory.
    pub(crate) fn parents(self) -> Map<String, Value> {
        let names = self
            .operation
            .segments
            .iter()
            .filter(|segment| segment.starts_with('{'));
        names
            .zip(self.variables)
            .map(|(name, value)| (name.trim_matches(['{', '}']).to_owned(), json!(value)))
            .collect()
    }
}

/// Returns the name of a collection's items: `group_role_mapping` of `directories/…/group_role_mappings`.
pub(crate) fn item_name(collection: &str) -> &str {
    collection
        .rsplit('/')
        .next()
        .unwrap_or(collection)
        .trim_end_matches('s')
}

pub(crate) fn document_id(document: &Value) -> Option<String> {
    ["id", "agent_task_id"]
        .iter()
        .find_map(|name| document.get(*name)?.as_str())
        .map(str::to_owned)
}

/// Creates a document in the collection that an operation's path names, and returns it.
pub(crate) fn create_document(
    cx: Context<'_>,
    state: &mut State,
    target: Target<'_>,
    mut given: Map<String, Value>,
) -> Result<Value, ApiError> {
    target.check_parents(state, target.operation.segments.len())?;
    let collection = target.collection(0);
    let unique = UNIQUE
        .iter()
        .find(|(path, _)| *path == target.operation.path)
        .map(|(_, field)| *field);
    if let Some(field) = unique
        && let Some(text) = given.get(field).and_then(Value::as_str)
        && state.documents.find(&collection, field, text).is_some()
    {
        return Err(ApiError::taken(field));
    }
    for (name, value) in target.parents() {
        given.entry(name).or_insert(value);
    }
    let document = synthesize_response(cx, target.operation, &given);
    if let Some(id) = document_id(&document) {
        state.documents.insert(&collection, &id, document.clone());
    }
    Ok(document)
}

/// Creates an entry of the allow list or the block list: an address, a number, a wallet, or `*@` and a domain.
pub(crate) fn create_identifier(
    cx: Context<'_>,
    state: &mut State,
    target: Target<'_>,
    mut fields: Map<String, Value>,
) -> Result<Value, ApiError> {
    let given = fields.get("identifier").and_then(Value::as_str);
    let identifier = given
        .ok_or_else(|| ApiError::missing("identifier"))?
        .trim()
        .to_lowercase();
    if identifier.is_empty() {
        return Err(ApiError::invalid(
            "identifier",
            "identifier must not be empty.",
        ));
    }
    let collection = target.collection(0);
    if state
        .documents
        .find(&collection, "identifier", &identifier)
        .is_some()
    {
        return Err(ApiError::taken("identifier"));
    }
    let kind = if identifier.contains('@') {
        "email_address"
    } else if identifier.starts_with('+') {
        "phone_number"
    } else {
        "web3_wallet"
    };
    fields.insert("identifier".into(), identifier.into());
    fields.insert("identifier_type".into(), kind.into());
    create_document(cx, state, target, fields)
}

/// Returns the schema of the items of the list at this path.
pub(crate) fn item_schema<'a>(document: &'a Document, segments: &[&str]) -> Option<&'a Schema> {
    let index = *document
        .at(segments)
        .iter()
        .find(|index| document.operations[**index].method == "GET")?;
    let list = document.resolve(document.operations[index].response.as_ref()?)?;
    match list.properties.get("data") {
        Some(data) => document.resolve(data)?.items.as_deref(),
        None => list.items.as_deref(),
    }
}

/// Puts a document, completed as its schema says, into a collection that no operation of the Backend API adds to.
pub(crate) fn insert_document(
    instance: &Instance,
    collection: &str,
    fields: Value,
) -> Result<Value, OperationError> {
    let Value::Object(mut fields) = fields else {
        return Err(OperationError::new("a document is a JSON object"));
    };
    let collection = collection.trim_matches('/');
    let segments: Vec<&str> = collection.split('/').collect();
    let cx = instance.context();
    if collection == PLANS {
        complete_plan(cx, &mut fields);
    }
    if let ["users", user_id, list] = segments[..] {
        let added = instance.commit(|state| add_linked(cx, state, user_id, list, &fields));
        return match added {
            Some(Ok(document)) => Ok(document),
            Some(Err(_)) => Err(OperationError::new(format!("there is no user {user_id}"))),
            None => Err(OperationError::new(format!(
                "users have no {list} to put documents into"
            ))),
        };
    }
    // Sign-ups are got by id and never listed.
    let schema = if collection == "sign_ups" {
        let operation = instance.document.operation("GetSignUp");
        operation.and_then(|operation| operation.response.as_ref())
    } else {
        item_schema(instance.document, &segments)
    };
    let schema = schema
        .filter(|_| !WITH_RULES.contains(&collection))
        .ok_or_else(|| OperationError::new(format!("documents cannot be put into {collection}")))?;
    instance.commit(|state| {
        if let [.., parent, id, _] = segments[..]
            && segments.len() > 2
            && parent != "templates"
        {
            let parents = segments[..segments.len() - 2].join("/");
            if state.documents.get(&parents, id).is_none() {
                return Err(OperationError::new(format!(
                    "there is no {id} in {parents}"
                )));
            }
        }
        let document = synthesize(cx, schema, &fields);
        let id = document["id"]
            .as_str()
            .ok_or_else(|| OperationError::new(format!("what is in {collection} has no id")))?;
        state.documents.insert(collection, id, document.clone());
        Ok(document)
    })
}
