//! From the changes of a commit to its events.

use serde_json::{Value, json};

use super::{messages, subscriptions};
use crate::domain::codes::Recipient;
use crate::instance::{Context, Instance};
use crate::store::{Documents, Entry, Member, Session, State, User};
use crate::views::organization::{
    member_view_with, organization_invitation_view, organization_view, public_organization_data,
};
use crate::views::roles::role_view;
use crate::views::session::session_view;
use crate::views::user::user_view;

/// An event's type and data.
pub(super) type Event = (&'static str, Value);

/// Returns the events of a commit, in the order in which things were first changed.
pub(super) fn events_of(instance: &Instance, state: &State, changes: &[Entry]) -> Vec<Event> {
    let context = EventContext {
        cx: instance.context(),
        state,
        changes,
    };
    changes
        .iter()
        .flat_map(|change| context.events_of_change(change))
        .collect()
}

/// The state after a commit, and what it was before where it changed.
struct EventContext<'a> {
    cx: Context<'a>,
    state: &'a State,
    changes: &'a [Entry],
}

impl<'a> EventContext<'a> {
    fn events_of_change(&self, change: &Entry) -> Vec<Event> {
        match change {
            Entry::User(id, before) => {
                self.user_events(before.as_deref(), self.state.users.get(id))
            }
            Entry::Session(id, before) => {
                self.session_events(before.as_deref(), self.state.sessions.get(id))
            }
            Entry::Member(organization, user, before) => {
                let after = self.state.members.get(organization, user);
                self.member_events(before.as_deref(), after)
            }
            Entry::Document(collection, id, before) => {
                let after = self.state.documents.get(collection, id);
                self.document_events(collection, before.as_ref(), after)
            }
            Entry::MessageSent {
                address,
                contact_id,
                user_id,
                link,
            } => {
                let to = Recipient {
                    address,
                    contact_id: contact_id.as_deref(),
                    user_id: user_id.as_deref(),
                };
                vec![match link {
                    Some(url) => messages::link_message(self.cx, to, "magic_link_sign_in", url),
                    None => messages::code_message(self.cx, to),
                }]
            }
        }
    }

    /// Returns a user, or what it was before the commit if it was deleted.
    fn known_user(&self, id: &str) -> Option<&'a User> {
        let before = || {
            self.changes.iter().find_map(|entry| match entry {
                Entry::User(have, before) if have == id => before.as_deref(),
                _ => None,
            })
        };
        self.state.users.get(id).or_else(before)
    }

    /// Returns an organization, or what it was before the commit if it was deleted.
    fn known_organization(&self, id: &str) -> &'a Value {
        let before = || {
            self.changes.iter().find_map(|entry| match entry {
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

    fn user_events(&self, before: Option<&User>, after: Option<&User>) -> Vec<Event> {
        match (before, after) {
            (None, Some(user)) => {
                let mut events = vec![("user.created", user_view(self.cx.instance, user))];
                events.extend(messages::new_code_messages(self.cx, None, user));
                events
            }
            (Some(before), Some(user)) => {
                let mut events = Vec::new();
                if !same_but_for_activity(before, user) {
                    events.push(("user.updated", user_view(self.cx.instance, user)));
                }
                events.extend(messages::new_code_messages(self.cx, Some(before), user));
                events
            }
            (Some(user), None) => {
                let mut data = deleted_data("user", &user.id);
                if let Some(external_id) = user.external_id.as_deref() {
                    data["external_id"] = external_id.into();
                }
                vec![("user.deleted", data)]
            }
            (None, None) => Vec::new(),
        }
    }

    fn session_events(&self, before: Option<&Session>, after: Option<&Session>) -> Vec<Event> {
        let session = match (before, after) {
            (None, Some(session)) => {
                let created = ("session.created", self.session_data(session, None));
                let pending = (session.status == "pending")
                    .then(|| ("session.pending", self.session_data(session, None)));
                return std::iter::once(created).chain(pending).collect();
            }
            (Some(before), Some(session)) if before.status != session.status => session,
            // Forgotten with its user.
            (Some(session), None) if session.is_active(self.cx.now) => {
                return vec![(
                    "session.removed",
                    self.session_data(session, Some("removed")),
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
        vec![(kind, self.session_data(session, None))]
    }

    fn session_data(&self, session: &Session, status: Option<&str>) -> Value {
        let mut view = session_view(session, self.cx.now);
        if let Some(fields) = view.as_object_mut() {
            // Events do not have them.
            fields.remove("tasks");
        }
        if let Some(status) = status {
            view["status"] = status.into();
        }
        if let Some(user) = self.known_user(&session.user_id) {
            view["user"] = user_view(self.cx.instance, user);
        }
        view
    }

    fn member_events(&self, before: Option<&Member>, after: Option<&Member>) -> Vec<Event> {
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
        let data = member_view_with(self.cx.instance, self.state, member, organization, user);
        vec![(kind, data)]
    }

    fn document_events(
        &self,
        collection: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Vec<Event> {
        if before == after {
            return Vec::new();
        }
        let (instance, state) = (self.cx.instance, self.state);
        match collection {
            "organizations" => {
                let kinds = [
                    "organization.created",
                    "organization.updated",
                    "organization.deleted",
                ];
                document_event(kinds, before, after, |document| {
                    organization_view(instance, document)
                })
            }
            "organization_domains" => {
                let kinds = [
                    "organizationDomain.created",
                    "organizationDomain.updated",
                    "organizationDomain.deleted",
                ];
                document_event(kinds, before, after, |document| self.domain_data(document))
            }
            "organization_roles" => {
                let kinds = ["role.created", "role.updated", "role.deleted"];
                document_event(kinds, before, after, |document| role_view(state, document))
            }
            "organization_permissions" => {
                let kinds = [
                    "permission.created",
                    "permission.updated",
                    "permission.deleted",
                ];
                document_event(kinds, before, after, Documents::view)
            }
            "waitlist_entries" => {
                // Clerk has no event for an entry that is deleted.
                let kinds = ["waitlistEntry.created", "waitlistEntry.updated", ""];
                document_event(kinds, before, after, Documents::view)
            }
            "billing/subscription_items" => {
                let was = before.and_then(|item| item["status"].as_str());
                after
                    .and_then(|item| subscriptions::item_event(self.cx, state, was, item))
                    .into_iter()
                    .collect()
            }
            "organization_invitations" => self.organization_invitation_events(before, after),
            "invitations" if before.is_none() => after
                .and_then(|invitation| {
                    messages::invitation_message(self.cx, "invitation", invitation)
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    fn domain_data(&self, domain: &Value) -> Value {
        let mut view = Documents::view(domain);
        let organization =
            self.known_organization(domain["organization_id"].as_str().unwrap_or_default());
        if !organization.is_null() {
            view["public_organization_data"] =
                public_organization_data(self.cx.instance, organization);
        }
        view
    }

    fn organization_invitation_events(
        &self,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Vec<Event> {
        let Some(invitation) = after else {
            return Vec::new();
        };
        let mut view = organization_invitation_view(self.cx, self.state, invitation);
        let was = before.and_then(|before| before["status"].as_str());
        let kind = match (was, invitation["status"].as_str()) {
            (None, _) => "organizationInvitation.created",
            (was, Some("accepted")) if was != Some("accepted") => {
                let email = invitation["email_address"].as_str().unwrap_or_default();
                if let Some(user) = self.state.users.by_contact(email) {
                    view["user_id"] = user.id.as_str().into();
                }
                "organizationInvitation.accepted"
            }
            (was, Some("revoked")) if was != Some("revoked") => "organizationInvitation.revoked",
            _ => return Vec::new(),
        };
        let mail = before
            .is_none()
            .then(|| messages::invitation_message(self.cx, "organization_invitation", invitation))
            .flatten();
        std::iter::once((kind, view)).chain(mail).collect()
    }
}

/// Returns the event of a document that is new, changed or gone, if Clerk has one (its name is not empty).
fn document_event(
    [created, updated, gone]: [&'static str; 3],
    before: Option<&Value>,
    after: Option<&Value>,
    view: impl Fn(&Value) -> Value,
) -> Vec<Event> {
    let event = match (before, after) {
        (None, Some(document)) => (created, view(document)),
        (Some(_), Some(document)) => (updated, view(document)),
        (Some(document), None) => {
            let text = |name: &str| document[name].as_str().unwrap_or_default();
            let mut data = deleted_data(text("object"), text("id"));
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

/// Whether nothing changed but the times of activity, for which there is no event.
fn same_but_for_activity(before: &User, after: &User) -> bool {
    let mut before = before.clone();
    before.last_sign_in_at = after.last_sign_in_at;
    before.last_active_at = after.last_active_at;
    before == *after
}

fn deleted_data(object: &str, id: &str) -> Value {
    json!({"object": object, "id": id, "deleted": true})
}
