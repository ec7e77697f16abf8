//! Notes that signed-in users write into a form. The page has no scripts of Clerk's, so its session token may have expired when the
//! form is sent: `expired_forms` keeps what was written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// So many notes are kept.
const MAX_NOTES: usize = 20;
/// So many characters of a note are kept.
const MAX_CHARS: usize = 200;

/// The notes of all users, the latest first.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<VecDeque<Note>>>);

#[derive(Clone)]
pub(crate) struct Note {
    pub(crate) user_id: String,
    pub(crate) text: String,
}

impl Notes {
    pub(crate) fn add(&self, user_id: &str, text: &str) {
        let note = Note {
            user_id: user_id.to_owned(),
            text: text.chars().take(MAX_CHARS).collect(),
        };
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push_front(note);
        notes.truncate(MAX_NOTES);
    }

    pub(crate) fn of(&self, user_id: &str) -> Vec<String> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = notes.iter().filter(|note| note.user_id == user_id);
        own.map(|note| note.text.clone()).collect()
    }
}
