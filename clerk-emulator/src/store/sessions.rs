//! Sessions, and the clients (browsers) that hold them.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, Journal};

/// One of `STATUSES`. An alias, because serde would treat the field as borrowed from its input.
type Status = &'static str;

/// A signed-in user in one browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    /// As it was last set; `status_at` knows about the time.
    #[serde(deserialize_with = "status")]
    pub(crate) status: Status,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_active_at: i64,
    pub(crate) expire_at: i64,
    pub(crate) abandon_at: i64,
    pub(crate) organization_id: Option<String>,
    pub(crate) actor: Option<Value>,
    pub(crate) refresh_token: String,
    /// When the first and the second factor were last given.
    pub(crate) first_factor_at: Option<i64>,
    pub(crate) second_factor_at: Option<i64>,
    /// The latest attempt to prove again who the user is.
    #[serde(default)]
    pub(crate) reverification: Option<Box<Reverification>>,
    /// From where it was opened, if by a browser.
    #[serde(default)]
    pub(crate) activity: Option<Box<Activity>>,
}

/// An attempt of a user who is signed in to prove again who it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reverification {
    pub(crate) level: String,
    pub(crate) needs_first: bool,
    pub(crate) needs_second: bool,
    pub(crate) first_strategy: Option<String>,
    pub(crate) second_strategy: Option<String>,
    pub(crate) updated_at: i64,
}

/// From where a session was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) ip_address: String,
    pub(crate) user_agent: String,
}

/// All statuses of sessions.
const STATUSES: [&str; 8] = [
    "active",
    "pending",
    "revoked",
    "ended",
    "expired",
    "removed",
    "abandoned",
    "replaced",
];

fn status<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
    let given = String::deserialize(from)?;
    let known = STATUSES.into_iter().find(|status| *status == given);
    known.ok_or_else(|| serde::de::Error::custom("no session has this status"))
}

impl Session {
    pub(crate) fn status_at(&self, now: i64) -> &'static str {
        if !matches!(self.status, "active" | "pending") {
            self.status
        } else if now >= self.abandon_at {
            "abandoned"
        } else if now >= self.expire_at {
            "expired"
        } else {
            self.status
        }
    }

    pub(crate) fn is_active(&self, now: i64) -> bool {
        self.status_at(now) == "active"
    }
}

/// A browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) session_ids: Vec<String>,
    pub(crate) last_active_session_id: Option<String>,
    /// In the client's token; another one signs all copies of the token out.
    pub(crate) rotating_token: String,
}

/// All sessions and clients.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sessions {
    #[serde(with = "indexmap::map::serde_seq")]
    sessions: IndexMap<String, Session>,
    by_user: HashMap<String, Vec<String>>,
    #[serde(with = "indexmap::map::serde_seq")]
    clients: IndexMap<String, Client>,
    #[serde(skip)]
    pub(super) journal: Journal,
}

impl Sessions {
    /// Records what a session was before it is changed.
    fn record_before(&self, id: &str) {
        self.journal.record(|| {
            let before = self.sessions.get(id).cloned().map(Box::new);
            Entry::Session(id.to_owned(), before)
        });
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.record_before(id);
        self.sessions.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Session> + ExactSizeIterator {
        self.sessions.values()
    }

    pub(crate) fn of_user<'a>(
        &'a self,
        user_id: &str,
    ) -> impl DoubleEndedIterator<Item = &'a Session> + use<'a> {
        self.by_user
            .get(user_id)
            .into_iter()
            .flatten()
            .filter_map(|id| self.sessions.get(id))
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.get(id)
    }

    pub(crate) fn client_mut(&mut self, id: &str) -> Option<&mut Client> {
        self.clients.get_mut(id)
    }

    /// Returns the client's active sessions, the oldest first.
    pub(crate) fn active_of<'a>(&'a self, client_id: &str, now: i64) -> Vec<&'a Session> {
        let client = self.clients.get(client_id);
        let ids = client.into_iter().flat_map(|client| &client.session_ids);
        ids.filter_map(|id| self.sessions.get(id))
            .filter(|session| session.is_active(now))
            .collect()
    }

    /// Returns the client's current session: the one that was activated last, or else the newest.
    pub(crate) fn current_of(&self, client_id: &str, now: i64) -> Option<&Session> {
        let active = self.active_of(client_id, now);
        let last = self.client(client_id)?.last_active_session_id.as_deref();
        let chosen = active
            .iter()
            .find(|session| Some(session.id.as_str()) == last);
        chosen.or(active.last()).copied()
    }

    /// Makes a session its client's current one.
    pub(crate) fn activate(&mut self, id: &str, now: i64) {
        let Some(session) = self.get_mut(id) else {
            return;
        };
        session.last_active_at = now;
        session.updated_at = now;
        let client_id = session.client_id.clone();
        if let Some(client) = self.clients.get_mut(&client_id) {
            client.last_active_session_id = Some(id.to_owned());
            client.updated_at = now;
        }
    }

    pub(crate) fn clients(&self) -> impl DoubleEndedIterator<Item = &Client> + ExactSizeIterator {
        self.clients.values()
    }

    pub(crate) fn insert_client(&mut self, client: Client) {
        self.clients.insert(client.id.clone(), client);
    }

    /// Adds a session to its client, where it becomes the last active one.
    pub(crate) fn insert(&mut self, session: Session) {
        self.record_before(&session.id);
        if let Some(client) = self.clients.get_mut(&session.client_id) {
            client.session_ids.push(session.id.clone());
            client.last_active_session_id = Some(session.id.clone());
            client.updated_at = session.created_at;
        }
        self.by_user
            .entry(session.user_id.clone())
            .or_default()
            .push(session.id.clone());
        self.sessions.insert(session.id.clone(), session);
    }

    /// Ends a session that is under way; another status stays what it is.
    pub(crate) fn end(&mut self, id: &str, status: &'static str, now: i64) {
        self.record_before(id);
        let Some(session) = self
            .sessions
            .get_mut(id)
            .filter(|session| session.is_active(now))
        else {
            return;
        };
        session.status = status;
        session.updated_at = now;
        let client_id = session.client_id.clone();
        let next = self.clients.get(&client_id).and_then(|client| {
            client
                .session_ids
                .iter()
                .rev()
                .find(|id| self.sessions.get(*id).is_some_and(|s| s.is_active(now)))
                .cloned()
        });
        if let Some(client) = self.clients.get_mut(&client_id) {
            if client.last_active_session_id.as_deref() == Some(id) {
                client.last_active_session_id = next;
            }
            client.updated_at = now;
        }
    }

    /// Returns the oldest client without an active session, or else the oldest of all.
    pub(super) fn oldest_client(&self, now: i64) -> Option<&str> {
        let is_idle = |client: &&Client| self.active_of(&client.id, now).is_empty();
        let idle = self.clients().find(is_idle);
        idle.or(self.clients().next())
            .map(|client| client.id.as_str())
    }

    /// Returns the oldest session that is not active, or else the oldest of all.
    pub(super) fn oldest_session(&self, now: i64) -> Option<&str> {
        let ended = self.iter().find(|session| !session.is_active(now));
        ended
            .or(self.iter().next())
            .map(|session| session.id.as_str())
    }

    /// Removes a client and ends its sessions.
    pub(super) fn remove_client(&mut self, id: &str, now: i64) {
        let client = self.clients.get(id);
        for session in client.map_or_else(Vec::new, |client| client.session_ids.clone()) {
            self.end(&session, "removed", now);
        }
        self.clients.shift_remove(id);
    }

    /// Ends and removes a session.
    pub(super) fn remove(&mut self, id: &str, now: i64) {
        self.end(id, "removed", now);
        let Some(session) = self.sessions.shift_remove(id) else {
            return;
        };
        if let Some(ids) = self.by_user.get_mut(&session.user_id) {
            ids.retain(|other| other != id);
        }
        if let Some(client) = self.clients.get_mut(&session.client_id) {
            client.session_ids.retain(|other| other != id);
        }
    }

    /// Ends all sessions of a user.
    pub(crate) fn end_all(&mut self, user_id: &str, status: &'static str, now: i64) {
        for id in self.by_user.get(user_id).cloned().unwrap_or_default() {
            self.end(&id, status, now);
        }
    }

    /// Removes the sessions of a deleted user.
    pub(crate) fn remove_user(&mut self, user_id: &str, now: i64) {
        self.end_all(user_id, "removed", now);
        for id in self.by_user.remove(user_id).unwrap_or_default() {
            if let Some(session) = self.sessions.shift_remove(&id)
                && let Some(client) = self.clients.get_mut(&session.client_id)
            {
                client.session_ids.retain(|other| *other != id);
            }
        }
    }
}
