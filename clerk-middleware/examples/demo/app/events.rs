//! The latest webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use clerk_sdk::webhooks::Event;

/// How many webhooks are shown.
const KEPT: usize = 8;

/// A webhook in one line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The kind of event, such as `session.created`.
    pub(crate) kind: String,
    /// The id of the object that the event is about.
    pub(crate) id: String,
}

/// The latest webhooks, newest first.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<VecDeque<Line>>>);

impl Events {
    pub(crate) fn add(&self, event: &Event) {
        let id = event.raw.pointer("/data/id").and_then(|id| id.as_str());
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_front(Line {
            kind: event.kind.clone(),
            id: id.unwrap_or_default().to_owned(),
        });
        lines.truncate(KEPT);
    }

    pub(crate) fn latest(&self) -> Vec<Line> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }
}
