//! Sessions, and the clients (browsers) that hold them.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

/// A signed-in user in one browser.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    /// As it was last set; `status_at` knows about the time.
    pub(crate) status: &'static str,
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
#[derive(Clone, Debug)]
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
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: IndexMap<String, Session>,
    by_user: HashMap<String, Vec<String>>,
    clients: IndexMap<String, Client>,
}

impl Sessions {
    pub(crate) fn get(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Session> {
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

    pub(crate) fn clients(&self) -> impl DoubleEndedIterator<Item = &Client> {
        self.clients.values()
    }

    pub(crate) fn insert_client(&mut self, client: Client) {
        self.clients.insert(client.id.clone(), client);
    }

    /// Adds a session to its client, where it becomes the last active one.
    pub(crate) fn insert(&mut self, session: Session) {
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

    /// Ends all sessions of a user.
    pub(crate) fn end_all(&mut self, user_id: &str, status: &'static str, now: i64) {
        for id in self.by_user.get(user_id).cloned().unwrap_or_default() {
            self.end(&id, status, now);
        }
    }

    /// Forgets the sessions of a user that is deleted.
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
