//! Who belongs to which organization.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Entry, Journal, Metadata};

/// A user in an organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    /// The role's key, as `org:admin`.
    pub(crate) role: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// All memberships, by organization and by user.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Members {
    #[serde(with = "indexmap::map::serde_seq")]
    by_organization: IndexMap<String, OfOrganization>,
    by_user: HashMap<String, Vec<String>>,
    #[serde(skip)]
    pub(super) journal: Journal,
}

/// The members of one organization, by user. Written as a list, because a JSON object forgets the order.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct OfOrganization(#[serde(with = "indexmap::map::serde_seq")] IndexMap<String, Member>);

impl Members {
    /// Records what a membership was before it is changed.
    fn record_before(&self, organization_id: &str, user_id: &str) {
        self.journal.record(|| {
            let before = self.get(organization_id, user_id).cloned().map(Box::new);
            Entry::Member(organization_id.to_owned(), user_id.to_owned(), before)
        });
    }

    pub(crate) fn get(&self, organization_id: &str, user_id: &str) -> Option<&Member> {
        self.by_organization.get(organization_id)?.0.get(user_id)
    }

    pub(crate) fn get_mut(&mut self, organization_id: &str, user_id: &str) -> Option<&mut Member> {
        self.record_before(organization_id, user_id);
        self.by_organization
            .get_mut(organization_id)?
            .0
            .get_mut(user_id)
    }

    pub(crate) fn of_organization(&self, id: &str) -> impl DoubleEndedIterator<Item = &Member> {
        self.by_organization
            .get(id)
            .into_iter()
            .flat_map(|members| members.0.values())
    }

    pub(crate) fn of_user<'a>(
        &'a self,
        id: &str,
    ) -> impl DoubleEndedIterator<Item = &'a Member> + use<'a> {
        let user = id.to_owned();
        let organizations = self.by_user.get(id).into_iter().flatten();
        organizations.filter_map(move |organization| self.get(organization, &user))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Member> {
        self.by_organization
            .values()
            .flat_map(|members| members.0.values())
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.by_organization
            .values_mut()
            .flat_map(|members| members.0.values_mut())
    }

    pub(crate) fn count(&self, organization_id: &str) -> usize {
        self.by_organization
            .get(organization_id)
            .map_or(0, |members| members.0.len())
    }

    pub(crate) fn insert(&mut self, member: Member) {
        self.record_before(&member.organization_id, &member.user_id);
        self.by_user
            .entry(member.user_id.clone())
            .or_default()
            .push(member.organization_id.clone());
        self.by_organization
            .entry(member.organization_id.clone())
            .or_default()
            .0
            .insert(member.user_id.clone(), member);
    }

    pub(crate) fn remove(&mut self, organization_id: &str, user_id: &str) -> Option<Member> {
        self.record_before(organization_id, user_id);
        if let Some(organizations) = self.by_user.get_mut(user_id) {
            organizations.retain(|id| id != organization_id);
        }
        self.by_organization
            .get_mut(organization_id)?
            .0
            .shift_remove(user_id)
    }

    pub(crate) fn remove_organization(&mut self, id: &str) {
        for member in self.of_organization(id) {
            self.record_before(id, &member.user_id);
        }
        for user_id in self
            .by_organization
            .shift_remove(id)
            .unwrap_or_default()
            .0
            .keys()
        {
            if let Some(organizations) = self.by_user.get_mut(user_id) {
                organizations.retain(|other| other != id);
            }
        }
    }

    pub(crate) fn remove_user(&mut self, id: &str) {
        for member in self.of_user(id) {
            self.record_before(&member.organization_id, id);
        }
        for organization in self.by_user.remove(id).unwrap_or_default() {
            if let Some(members) = self.by_organization.get_mut(&organization) {
                members.0.shift_remove(id);
            }
        }
    }
}
