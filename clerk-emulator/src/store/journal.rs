//! What a commit changes, for the observer.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::{Member, Session, User};

/// Records what things were before they were first changed. All parts of the state share one journal, so that it has the
/// order in which things happened. Nothing is recorded until it is opened.
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

/// What may be changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    User(String),
    Session(String),
    /// An organization's id and a user's.
    Member(String, String),
    /// A collection and the id in it.
    Document(String, String),
}

/// One change: what it was before, `None` for what is new.
pub(crate) enum Entry {
    User(String, Option<Box<User>>),
    Session(String, Option<Box<Session>>),
    Member(String, String, Option<Box<Member>>),
    Document(String, String, Option<Value>),
    /// A code or a link was sent during a sign-in or sign-up, which changes nothing else in the state.
    MessageSent {
        address: String,
        contact_id: Option<String>,
        user_id: Option<String>,
        link: Option<String>,
    },
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
            Self::MessageSent { .. } => None,
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

    /// Starts to record.
    pub(crate) fn open(&self) {
        self.0.on.store(true, Ordering::SeqCst);
    }

    /// Records what a thing was, unless it was changed before; calls `entry` only while the journal is open.
    pub(crate) fn record(&self, entry: impl FnOnce() -> Entry) {
        if !self.is_on() {
            return;
        }
        let entry = entry();
        let mut pages = self.pages();
        if entry.key().is_none_or(|key| pages.seen.insert(key)) {
            pages.entries.push(entry);
        }
    }

    /// Takes what was recorded since the last time.
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
