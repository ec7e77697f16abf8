//! From what a write changed to the events that tell of it.

use serde_json::{Value, json};

use super::{billing, messages};
use crate::backend_api::organizations::{self, invitations, members};
use crate::backend_api::{roles, sessions, users};
use crate::store::{Documents, Entry, Member, Session, State, User};
use crate::world::World;

/// An event's type and data.
pub(super) type Event = (&'static str, Value);

/// What happened, in the order in which things were first touched.
pub(super) fn events(world: &World, state: &State, entries: &[Entry]) -> Vec<Event> {
    let scene = Scene {
        world,
        state,
        entries,
        now: world.clock.now(),
    };
    entries.iter().flat_map(|entry| scene.of(entry)).collect()
}

/// The state after a write, and what it was before where it was touched.
struct Scene<'a> {
    world: &'a World,
    state: &'a State,
    entries: &'a [Entry],
    now: i64,
}

impl<'a> Scene<'a> {
    fn of(&self, entry: &Entry) -> Vec<Event> {
        match entry {
            Entry::User(id, before) => self.user(before.as_deref(), self.state.users.get(id)),
            Entry::Session(id, before) => {
                self.session(before.as_deref(), self.state.sessions.get(id))
            }
            Entry::Member(organization, user, before) => {
                let after = self.state.members.get(organization, user);
                self.member(before.as_deref(), after)
            }
            Entry::Document(collection, id, before) => {
                let after = self.state.documents.get(collection, id);
                self.document(collection, before.as_ref(), after)
            }
            Entry::Event(kind, data) => vec![(kind, data.clone())],
        }
    }

    /// A user, as it was before the write if it is gone.
    fn known_user(&self, id: &str) -> Option<&'a User> {
        let before = || {
            self.entries.iter().find_map(|entry| match entry {
                Entry::User(have, before) if have == id => before.as_deref(),
                _ => None,
            })
        };
        self.state.users.get(id).or_else(before)
    }

    /// An organization, as it was before the write if it is gone.
    fn known_organization(&self, id: &str) -> &'a Value {
        let before = || {
            self.entries.iter().find_map(|entry| match entry {
                Entry::Document(collection, have, before)
                    if collection == "organizations" && have == id =>
                {
                    before.as_ref()
                }
                _ => None,
            })
        };
        let after = self.state.documents.get("organizations", id);
        after.or_else(before).unwrap_or(&Value::Null)
    }

    fn user(&self, before: Option<&User>, after: Option<&User>) -> Vec<Event> {
        match (before, after) {
            (None, Some(user)) => {
                let mut events = vec![("user.created", users::show(self.world, user))];
                events.extend(messages::codes(self.world, None, user));
                events
            }
            (Some(before), Some(user)) => {
                let mut events = Vec::new();
                if !same_but_for_activity(before, user) {
                    events.push(("user.updated", users::show(self.world, user)));
                }
                events.extend(messages::codes(self.world, Some(before), user));
                events
            }
            (Some(user), None) => {
                let mut data = deleted("user", &user.id);
                if let Some(external_id) = user.external_id.as_deref() {
                    data["external_id"] = external_id.into();
                }
                vec![("user.deleted", data)]
            }
            (None, None) => Vec::new(),
        }
    }

    fn session(&self, before: Option<&Session>, after: Option<&Session>) -> Vec<Event> {
        let session = match (before, after) {
            (None, Some(session)) => {
                let created = ("session.created", self.show_session(session, None));
                let pending = (session.status == "pending")
                    .then(|| ("session.pending", self.show_session(session, None)));
                return std::iter::once(created).chain(pending).collect();
            }
            (Some(before), Some(session)) if before.status != session.status => session,
            // Forgotten with its user.
            (Some(session), None) if session.is_active(self.now) => {
                return vec![(
                    "session.removed",
                    self.show_session(session, Some("removed")),
                )];
            }
            _ => return Vec::new(),
        };
        let kind = match session.status {
            "ended" => "session.ended",
            "removed" => "session.removed",
            "revoked" => "session.revoked",
            "pending" => "session.pending",
            _ => return Vec::new(),
        };
        vec![(kind, self.show_session(session, None))]
    }

    fn show_session(&self, session: &Session, status: Option<&str>) -> Value {
        let mut shown = sessions::show(session, self.now);
        if let Some(fields) = shown.as_object_mut() {
            // Events do not have them.
            fields.remove("tasks");
        }
        if let Some(status) = status {
            shown["status"] = status.into();
        }
        if let Some(user) = self.known_user(&session.user_id) {
            shown["user"] = users::show(self.world, user);
        }
        shown
    }

    fn member(&self, before: Option<&Member>, after: Option<&Member>) -> Vec<Event> {
        let (kind, member) = match (before, after) {
            (None, Some(member)) => ("organizationMembership.created", member),
            (Some(before), Some(member)) if before != member => {
                ("organizationMembership.updated", member)
            }
            (Some(member), None) => ("organizationMembership.deleted", member),
            _ => return Vec::new(),
        };
        let organization = self.known_organization(&member.organization_id);
        let user = self.known_user(&member.user_id);
        let data = members::show_with(self.world, self.state, member, organization, user);
        vec![(kind, data)]
    }

    fn document(
        &self,
        collection: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Vec<Event> {
        if before == after {
            return Vec::new();
        }
        let (world, state) = (self.world, self.state);
        match collection {
            "organizations" => {
                let kinds = [
                    "organization.created",
                    "organization.updated",
                    "organization.deleted",
                ];
                changed(kinds, before, after, |document| {
                    organizations::show(world, document)
                })
            }
            "organization_domains" => {
                let kinds = [
                    "organizationDomain.created",
                    "organizationDomain.updated",
                    "organizationDomain.deleted",
                ];
                changed(kinds, before, after, |document| self.domain(document))
            }
            "organization_roles" => {
                let kinds = ["role.created", "role.updated", "role.deleted"];
                changed(kinds, before, after, |document| {
                    roles::show(state, document)
                })
            }
            "organization_permissions" => {
                let kinds = [
                    "permission.created",
                    "permission.updated",
                    "permission.deleted",
                ];
                changed(kinds, before, after, Documents::shown)
            }
            "waitlist_entries" => {
                // Clerk has no event for an entry that is deleted.
                let kinds = ["waitlistEntry.created", "waitlistEntry.updated", ""];
                changed(kinds, before, after, Documents::shown)
            }
            "billing/subscription_items" => {
                let was = before.and_then(|item| item["status"].as_str());
                after
                    .and_then(|item| billing::item(world, state, was, item))
                    .into_iter()
                    .collect()
            }
            "organization_invitations" => self.organization_invitation(before, after),
            "invitations" if before.is_none() => after
                .and_then(|invitation| messages::invitation(world, "invitation", invitation))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    fn domain(&self, domain: &Value) -> Value {
        let mut shown = Documents::shown(domain);
        let organization =
            self.known_organization(domain["organization_id"].as_str().unwrap_or_default());
        if !organization.is_null() {
            shown["public_organization_data"] = invitations::public_data(self.world, organization);
        }
        shown
    }

    fn organization_invitation(&self, before: Option<&Value>, after: Option<&Value>) -> Vec<Event> {
        let Some(invitation) = after else {
            return Vec::new();
        };
        let mut shown = invitations::show_at(self.world, self.state, invitation, self.now);
        let was = before.and_then(|before| before["status"].as_str());
        let kind = match (was, invitation["status"].as_str()) {
            (None, _) => "organizationInvitation.created",
            (was, Some("accepted")) if was != Some("accepted") => {
                let email = invitation["email_address"].as_str().unwrap_or_default();
                if let Some(user) = self.state.users.by_contact(email) {
                    shown["user_id"] = user.id.as_str().into();
                }
                "organizationInvitation.accepted"
            }
            (was, Some("revoked")) if was != Some("revoked") => "organizationInvitation.revoked",
            _ => return Vec::new(),
        };
        let mail = before
            .is_none()
            .then(|| messages::invitation(self.world, "organization_invitation", invitation))
            .flatten();
        std::iter::once((kind, shown)).chain(mail).collect()
    }
}

/// The event for a document that is new, other than before, or gone; none where it has no name.
fn changed(
    [created, updated, gone]: [&'static str; 3],
    before: Option<&Value>,
    after: Option<&Value>,
    show: impl Fn(&Value) -> Value,
) -> Vec<Event> {
    let event = match (before, after) {
        (None, Some(document)) => (created, show(document)),
        (Some(_), Some(document)) => (updated, show(document)),
        (Some(document), None) => {
            let text = |name: &str| document[name].as_str().unwrap_or_default();
            let mut data = deleted(text("object"), text("id"));
            if document["slug"].is_string() {
                data["slug"] = document["slug"].clone();
            }
            (gone, data)
        }
        (None, None) => return Vec::new(),
    };
    if event.0.is_empty() {
        Vec::new()
    } else {
        vec![event]
    }
}

/// Signing in and being there is no change that anybody is told of.
fn same_but_for_activity(before: &User, after: &User) -> bool {
    let mut before = before.clone();
    before.last_sign_in_at = after.last_sign_in_at;
    before.last_active_at = after.last_active_at;
    before == *after
}

fn deleted(object: &str, id: &str) -> Value {
    json!({"object": object, "id": id, "deleted": true})
}
