//! Collections of JSON documents.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Entry, Journal};

/// Collections whose changes are recorded for webhooks.
const RECORDED: [&str; 8] = [
    "organizations",
    "organization_invitations",
    "organization_domains",
    "organization_roles",
    "organization_permissions",
    "invitations",
    "waitlist_entries",
    "billing/subscription_items",
];

/// Documents by collection and id, in the order in which they were made.
///
/// Fields whose names begin with `_` are the emulator's own and are never shown.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Documents {
    collections: BTreeMap<String, Collection>,
    #[serde(skip)]
    pub(super) journal: Journal,
}

/// Written as a list, because a JSON object forgets the order.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Collection(#[serde(with = "indexmap::map::serde_seq")] IndexMap<String, Value>);

impl Documents {
    pub(crate) fn get(&self, collection: &str, id: &str) -> Option<&Value> {
        self.collections.get(collection)?.0.get(id)
    }

    /// Records what a document was before it is changed.
    fn record_before(&self, collection: &str, id: &str) {
        if RECORDED.contains(&collection) {
            self.journal.record(|| {
                let before = self.get(collection, id).cloned();
                Entry::Document(collection.to_owned(), id.to_owned(), before)
            });
        }
    }

    pub(crate) fn get_mut(&mut self, collection: &str, id: &str) -> Option<&mut Value> {
        self.record_before(collection, id);
        self.collections.get_mut(collection)?.0.get_mut(id)
    }

    pub(crate) fn insert(&mut self, collection: &str, id: &str, document: Value) {
        self.record_before(collection, id);
        self.collections
            .entry(collection.to_owned())
            .or_default()
            .0
            .insert(id.to_owned(), document);
    }

    pub(crate) fn remove(&mut self, collection: &str, id: &str) -> Option<Value> {
        self.record_before(collection, id);
        self.collections.get_mut(collection)?.0.shift_remove(id)
    }

    /// Returns all documents, the oldest first.
    pub(crate) fn all(&self, collection: &str) -> impl DoubleEndedIterator<Item = &Value> {
        self.collections
            .get(collection)
            .into_iter()
            .flat_map(|collection| collection.0.values())
    }

    pub(crate) fn all_mut(&mut self, collection: &str) -> impl Iterator<Item = &mut Value> {
        self.record_all_before(collection, |_| true);
        self.collections
            .get_mut(collection)
            .into_iter()
            .flat_map(|collection| collection.0.values_mut())
    }

    /// Returns the first document whose field has this text.
    pub(crate) fn find(&self, collection: &str, field: &str, text: &str) -> Option<&Value> {
        self.all(collection)
            .find(|document| document.get(field).and_then(Value::as_str) == Some(text))
    }

    /// Returns the document with this id in a collection of this name, whoever the collection belongs to.
    pub(crate) fn find_in_all(&self, name: &str, id: &str) -> Option<&Value> {
        let below = |collection: &str| collection.rsplit('/').next() == Some(name);
        self.collections
            .iter()
            .filter(|(collection, _)| below(collection))
            .find_map(|(_, collection)| collection.0.get(id))
    }

    /// Removes the documents that `keep` does not accept.
    pub(crate) fn retain(&mut self, collection: &str, keep: impl Fn(&Value) -> bool) {
        self.record_all_before(collection, |document| !keep(document));
        if let Some(documents) = self.collections.get_mut(collection) {
            documents.0.retain(|_, document| keep(document));
        }
    }

    fn record_all_before(&self, collection: &str, which: impl Fn(&Value) -> bool) {
        if !self.journal.is_on() || !RECORDED.contains(&collection) {
            return;
        }
        for (id, document) in self
            .collections
            .get(collection)
            .into_iter()
            .flat_map(|c| &c.0)
        {
            if which(document) {
                self.record_before(collection, id);
            }
        }
    }

    /// Removes the collections below a deleted document: `directories/{id}/…`.
    pub(crate) fn remove_below(&mut self, prefix: &str) {
        self.collections.retain(|name, _| !name.starts_with(prefix));
    }

    /// Returns a document without the emulator's own fields.
    pub(crate) fn view(document: &Value) -> Value {
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
