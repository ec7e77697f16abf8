//! Bounds on what requests without a key can make the emulator keep.
//!
//! A new item replaces the oldest one; of browsers and sessions, idle ones are removed first. Items that the library or
//! the Backend API creates count, but remove nothing.

use super::State;

/// Development browsers, and as many clients.
const MAX_BROWSERS: usize = 10_000;
/// Results of handshakes that wait to be fetched.
pub(super) const MAX_HANDSHAKES: usize = 10_000;
/// Attempts to sign up: each may hold as much as a request does.
const MAX_SIGN_UPS: usize = 1_000;
/// Sessions, those that ended among them.
const MAX_SESSIONS: usize = 100_000;

/// Authorization codes, used ones among them.
pub(super) const MAX_CODES: usize = 10_000;
/// Families of refresh tokens.
pub(super) const MAX_GRANTS: usize = 10_000;
/// What users allowed applications.
pub(super) const MAX_CONSENTS: usize = 10_000;
/// OAuth access tokens, those that are expired or revoked among them.
const MAX_ACCESS_TOKENS: usize = 10_000;
/// OAuth applications that registered themselves.
const MAX_REGISTERED: usize = 1_000;
/// Email addresses, phone numbers and wallets of a user who adds them, each.
pub(crate) const MAX_CONTACTS: usize = 50;
/// Passkeys of a user; Clerk has as many.
pub(crate) const MAX_PASSKEYS: usize = 10;
/// Accounts at other providers of a user.
pub(crate) const MAX_EXTERNAL_ACCOUNTS: usize = 50;
/// Trusted devices of a user, those that were revoked among them.
pub(crate) const MAX_DEVICES: usize = 50;

const SIGN_UPS: &str = "sign_ups";
const ACCESS_TOKENS: &str = "oauth_tokens";
const APPLICATIONS: &str = "oauth_applications";

impl State {
    /// Adds a development browser.
    pub(crate) fn add_browser(&mut self, token: String, now: i64) {
        if self.browsers.len() >= MAX_BROWSERS {
            let is_idle = |client: &str| self.sessions.active_of(client, now).is_empty();
            if let Some(oldest) = self.browsers.oldest(is_idle).map(str::to_owned) {
                self.browsers.remove(&oldest);
            }
        }
        self.browsers.insert(token);
    }

    /// Makes room for one more client.
    pub(crate) fn make_room_for_client(&mut self, now: i64) {
        if self.sessions.clients().len() < MAX_BROWSERS {
            return;
        }
        let Some(oldest) = self.sessions.oldest_client(now).map(str::to_owned) else {
            return;
        };
        self.sessions.remove_client(&oldest, now);
        self.browsers.sign_ins.remove(&oldest);
        self.browsers.sign_ups.remove(&oldest);
    }

    /// Makes room for one more session.
    pub(crate) fn make_room_for_session(&mut self, now: i64) {
        if self.sessions.iter().len() < MAX_SESSIONS {
            return;
        }
        let oldest = self.sessions.oldest_session(now).map(str::to_owned);
        if let Some(oldest) = oldest {
            self.sessions.remove(&oldest, now);
        }
    }

    /// Makes room for one more attempt to sign up; those that are not complete go first.
    pub(crate) fn make_room_for_sign_up(&mut self) {
        if self.documents.all(SIGN_UPS).count() < MAX_SIGN_UPS {
            return;
        }
        let is_open = |sign_up: &&serde_json::Value| sign_up["status"] != "complete";
        let oldest = self
            .documents
            .all(SIGN_UPS)
            .find(is_open)
            .or_else(|| self.documents.all(SIGN_UPS).next());
        let id = oldest.and_then(|sign_up| sign_up["id"].as_str());
        if let Some(id) = id.map(str::to_owned) {
            self.documents.remove(SIGN_UPS, &id);
        }
    }

    /// Makes room for one more OAuth access token; those that are of no use any more go first.
    pub(crate) fn make_room_for_access_token(&mut self, now: i64) {
        let all = || self.documents.all(ACCESS_TOKENS);
        if all().count() < MAX_ACCESS_TOKENS {
            return;
        }
        let done = |token: &&serde_json::Value| {
            token["revoked"] == true || token["expiration"].as_i64().is_some_and(|at| at <= now)
        };
        let oldest = all().find(done).or_else(|| all().next());
        let id = oldest.and_then(|token| token["id"].as_str());
        if let Some(id) = id.map(str::to_owned) {
            self.documents.remove(ACCESS_TOKENS, &id);
        }
    }

    /// Returns the id of the application that has to go before another one registers itself; one that nobody uses goes
    /// first.
    pub(crate) fn surplus_registered_application(&self) -> Option<String> {
        let registered = || {
            let all = self.documents.all(APPLICATIONS);
            all.filter(|application| application["_registered_itself"] == true)
        };
        if registered().count() < MAX_REGISTERED {
            return None;
        }
        let is_idle = |application: &&serde_json::Value| {
            let client_id = application["client_id"].as_str();
            client_id.is_none_or(|client_id| !self.oauth.is_in_use(client_id))
        };
        let oldest = registered().find(is_idle).or_else(|| registered().next());
        oldest?["id"].as_str().map(str::to_owned)
    }

    /// Makes room for one more document in a collection of at most `max`; returns the id of the one that had to go.
    pub(crate) fn make_room_in(&mut self, collection: &str, max: usize) -> Option<String> {
        if self.documents.all(collection).count() < max {
            return None;
        }
        let oldest = self.documents.all(collection).next()?["id"].as_str()?;
        let oldest = oldest.to_owned();
        self.documents.remove(collection, &oldest);
        Some(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Client, Session};

    fn session(number: usize, status: &'static str) -> Session {
        Session {
            id: format!("sess_{number}"),
            user_id: "user_1".into(),
            client_id: "client_1".into(),
            status,
            created_at: 0,
            updated_at: 0,
            last_active_at: 0,
            expire_at: 10,
            abandon_at: 10,
            organization_id: None,
            actor: None,
            refresh_token: String::new(),
            first_factor_at: None,
            second_factor_at: None,
            reverification: None,
            activity: None,
        }
    }

    #[test]
    fn sessions_are_bounded_and_active_ones_stay() {
        let mut state = State::default();
        state.sessions.insert_client(Client {
            id: "client_1".into(),
            created_at: 0,
            updated_at: 0,
            session_ids: Vec::new(),
            last_active_session_id: None,
            rotating_token: String::new(),
        });
        for number in 0..MAX_SESSIONS {
            let status = if number == 2 { "ended" } else { "active" };
            state.make_room_for_session(0);
            state.sessions.insert(session(number, status));
        }
        // The one that ended goes first, then the oldest.
        for (number, gone) in [(MAX_SESSIONS, 2), (MAX_SESSIONS + 1, 0)] {
            state.make_room_for_session(0);
            state.sessions.insert(session(number, "active"));
            assert!(state.sessions.get(&format!("sess_{gone}")).is_none());
            assert_eq!(state.sessions.iter().len(), MAX_SESSIONS);
        }
        assert!(state.sessions.get("sess_1").is_some());
        assert_eq!(state.sessions.active_of("client_1", 0).len(), MAX_SESSIONS);
    }

    #[test]
    fn the_oldest_document_makes_room() {
        let mut state = State::default();
        for number in 0..3 {
            let id = format!("doc_{number}");
            state.make_room_in("things", 2);
            let document = serde_json::json!({"id": id});
            state.documents.insert("things", &id, document);
        }
        assert_eq!(state.documents.all("things").count(), 2);
        assert!(state.documents.get("things", "doc_0").is_none());
    }
}
