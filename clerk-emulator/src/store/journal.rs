//! What a write changes, for whoever has to hear of it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::{Member, Session, User};

/// Remembers what things were before they were first touched. All parts of the state write into one journal, so that
/// it has the order in which things happened; nothing is written while nobody listens.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Inner>);

#[derive(Default)]
struct Inner {
    on: AtomicBool,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    seen: HashSet<Key>,
    entries: Vec<Entry>,
}

/// What may be touched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    User(String),
    Session(String),
    /// An organization's id and a user's.
    Member(String, String),
    /// A collection and the id in it.
    Document(String, String),
}

/// One line of the journal.
pub(crate) enum Entry {
    User(String, Option<Box<User>>),
    Session(String, Option<Box<Session>>),
    Member(String, String, Option<Box<Member>>),
    Document(String, String, Option<Value>),
    /// Something that happened without leaving a trace in the state, as a code that was sent.
    Event(&'static str, Value),
}

impl Entry {
    fn key(&self) -> Option<Key> {
        match self {
            Self::User(id, _) => Some(Key::User(id.clone())),
            Self::Session(id, _) => Some(Key::Session(id.clone())),
            Self::Member(organization, user, _) => {
                Some(Key::Member(organization.clone(), user.clone()))
            }
            Self::Document(collection, id, _) => {
                Some(Key::Document(collection.clone(), id.clone()))
            }
            Self::Event(..) => None,
        }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Journal").field(&self.is_on()).finish()
    }
}

impl Journal {
    pub(crate) fn is_on(&self) -> bool {
        self.0.on.load(Ordering::SeqCst)
    }

    /// From now on things are written down.
    pub(crate) fn open(&self) {
        self.0.on.store(true, Ordering::SeqCst);
    }

    /// Writes down what a thing was, unless it was touched before; `entry` is asked only while somebody listens.
    pub(crate) fn note(&self, entry: impl FnOnce() -> Entry) {
        if !self.is_on() {
            return;
        }
        let entry = entry();
        let mut pages = self.pages();
        if entry.key().is_none_or(|key| pages.seen.insert(key)) {
            pages.entries.push(entry);
        }
    }

    /// What was written down since the last time.
    pub(crate) fn take(&self) -> Vec<Entry> {
        if !self.is_on() {
            return Vec::new();
        }
        let mut pages = self.pages();
        pages.seen.clear();
        std::mem::take(&mut pages.entries)
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
