//! The sessions of a browser: tokens, switching, signing out.

use serde_json::{Value, json};

use super::handshake::{member_of, switch};
use super::{Answer, Desk, documents};
use crate::backend_api::errors::ApiError;
use crate::backend_api::{self, sessions};
use crate::store::Session;
use crate::tokens::SESSION_SECONDS;

impl Desk<'_> {
    /// The session with this id, if it is of this browser.
    fn session(&self, id: &str) -> Result<&Session, ApiError> {
        let session = self.state.sessions.get(id);
        session
            .filter(|session| Some(session.client_id.as_str()) == self.browser.client_id.as_deref())
            .ok_or_else(|| ApiError::not_found("session", id))
    }

    /// The id of the session that the path names, if it is of this browser and can be used.
    fn active_session(&self) -> Result<String, ApiError> {
        let id = self.session(self.segment(3))?.id.clone();
        sessions::active(self.state, &id, self.world.clock.now())?;
        Ok(id)
    }

    fn shown(&self, id: &str) -> Answer {
        let session = self.session(id)?;
        documents::session(self.world, self.state, session, self.visit.origin())
    }
}

pub(super) fn get(desk: &mut Desk<'_>) -> Answer {
    desk.shown(desk.segment(3))
}

/// A token, for the organization that is named or else for the active one.
pub(super) fn token(desk: &mut Desk<'_>) -> Answer {
    let mut session = desk.session(&desk.active_session()?)?.clone();
    if let Some(organization) = desk.visit.field("organization_id") {
        session.organization_id = member_of(desk.state, &session.id, organization)?;
    }
    let origin = desk.visit.origin();
    let jwt = sessions::session_token(desk.world, desk.state, &session, origin, SESSION_SECONDS)?;
    Ok(json!({"object": "token", "jwt": jwt}))
}

pub(super) fn template_token(desk: &mut Desk<'_>) -> Answer {
    let id = desk.active_session()?;
    let variables = [
        id.as_str(),
        desk.visit.segments.get(5).map_or("", String::as_str),
    ];
    backend_api::perform(
        desk.world,
        desk.state,
        "CreateSessionTokenFromTemplate",
        &variables,
        json!({}),
    )
}

/// Makes the session the browser's current one, with another organization if one is named.
pub(super) fn touch(desk: &mut Desk<'_>) -> Answer {
    let id = desk.active_session()?;
    match desk.visit.value("active_organization_id") {
        Some(Value::String(organization)) => {
            switch(desk.world, desk.state, &id, organization.as_str())?;
        }
        Some(Value::Null) => switch(desk.world, desk.state, &id, "")?,
        _ => {}
    }
    desk.state.sessions.activate(&id, desk.world.clock.now());
    desk.shown(&id)
}

pub(super) fn end(desk: &mut Desk<'_>, status: &'static str) -> Answer {
    let id = desk.session(desk.segment(3))?.id.clone();
    desk.state.sessions.end(&id, status, desk.world.clock.now());
    desk.shown(&id)
}

/// Signs everybody out of this browser.
pub(super) fn remove_all(desk: &mut Desk<'_>) -> Answer {
    end_all(desk);
    super::get_client(desk)
}

/// Ends all sessions of the browser.
pub(super) fn end_all(desk: &mut Desk<'_>) {
    let now = desk.world.clock.now();
    let Some(client) = desk.browser.client_id.as_deref() else {
        return;
    };
    let active = desk.state.sessions.active_of(client, now);
    let ids: Vec<String> = active.iter().map(|session| session.id.clone()).collect();
    for id in ids {
        desk.state.sessions.end(&id, "removed", now);
    }
}
