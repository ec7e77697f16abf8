//! Collections of JSON documents.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Documents by collection and id, in the order in which they were made.
///
/// Fields whose names begin with `_` are the emulator's own and are never shown.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    collections: HashMap<String, IndexMap<String, Value>>,
}

impl Documents {
    pub(crate) fn get(&self, collection: &str, id: &str) -> Option<&Value> {
        self.collections.get(collection)?.get(id)
    }

    pub(crate) fn get_mut(&mut self, collection: &str, id: &str) -> Option<&mut Value> {
        self.collections.get_mut(collection)?.get_mut(id)
    }

    pub(crate) fn insert(&mut self, collection: &str, id: &str, document: Value) {
        self.collections
            .entry(collection.to_owned())
            .or_default()
            .insert(id.to_owned(), document);
    }

    pub(crate) fn remove(&mut self, collection: &str, id: &str) -> Option<Value> {
        self.collections.get_mut(collection)?.shift_remove(id)
    }

    /// Oldest first.
    pub(crate) fn all(&self, collection: &str) -> impl DoubleEndedIterator<Item = &Value> {
        self.collections
            .get(collection)
            .into_iter()
            .flat_map(IndexMap::values)
    }

    pub(crate) fn all_mut(&mut self, collection: &str) -> impl Iterator<Item = &mut Value> {
        self.collections
            .get_mut(collection)
            .into_iter()
            .flat_map(IndexMap::values_mut)
    }

    /// The document whose field has this text.
    pub(crate) fn find(&self, collection: &str, field: &str, text: &str) -> Option<&Value> {
        self.all(collection)
            .find(|document| document.get(field).and_then(Value::as_str) == Some(text))
    }

    /// Keeps the documents that the test accepts.
    pub(crate) fn retain(&mut self, collection: &str, keep: impl Fn(&Value) -> bool) {
        if let Some(documents) = self.collections.get_mut(collection) {
            documents.retain(|_, document| keep(document));
        }
    }

    /// Forgets collections below a document that is gone: `directories/{id}/…`.
    pub(crate) fn remove_below(&mut self, prefix: &str) {
        self.collections.retain(|name, _| !name.starts_with(prefix));
    }

    /// As it may be shown: without the emulator's own fields.
    pub(crate) fn shown(document: &Value) -> Value {
        match document {
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .filter(|(name, _)| !name.starts_with('_'))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect::<Map<_, _>>(),
            ),
            other => other.clone(),
        }
    }
}
